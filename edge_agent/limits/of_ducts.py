"""The limits of the load sweep, which tells axial ducts from broken bars."""

from dataclasses import dataclass

from edge_agent.limits.limit import limit


@dataclass(frozen=True, slots=True)
class DuctLimits:
    """When a sweep of loads proves that the rotor's iron makes the sidebands, and no broken bar."""

    min_spread: float = limit(
        2.2,
        "Largest over smallest slip that looks must cover.",
        "measured: bench_ducts.py; loads of 30 and 90 % cover three",
        "smaller: errors of the circuit pass for a slope",
    )
    min_slips: int = limit(
        4,
        "Slips, each at least 15 % from the next, at which there must be looks.",
        "physics: bars, iron and the angle between them are three unknowns",
        "smaller: any bars can be explained by iron",
    )
    min_looks: int = limit(
        2, "Looks at each of them.", "judgement: one may be disturbed", "smaller: single windows decide"
    )
    min_against_bars: float = limit(
        16.0,
        "Misfit of broken bars alone over the best fit, from which they are ruled out alone.",
        "physics: four standard deviations",
        "smaller: errors of the circuit pass for iron",
    )
    max_misfit: float = limit(
        2.0,
        "Misfit per slip up to which iron and bars explain the sidebands.",
        "judgement: above it something else makes them",
        "larger: other causes pass for ducts",
    )
    max_odds_of_ducts: float = limit(
        1.0,
        "Likelihood of a broken bar beside the iron over that of none, up to which ducts are proven.",
        "physics: none is the likelier one; of 80 simulated motors, first seed 6650000 (bench_ducts.py), "
        "sound ones reach 0.7, and 39 of 40 broken ones lie above 1.1",
        "larger: breaks beside strong ducts are missed; smaller: sound rotors with strong ducts stay alarms",
    )
    min_odds_of_bar: float = limit(
        10.0,
        "The same, from which a bar beside the iron is proven, and ducts that were proven before are not.",
        "judgement: a proof must not come and go with each look",
        "smaller: sound rotors with strong ducts become alarms again; larger: a new break is told later",
    )
    over_law: float = limit(
        1.25,
        "Bars of a window over what the iron makes at its slip, from which the window counts again.",
        "judgement: windows at one slip scatter by 1 %, and heat moves them by some percent",
        "smaller: a hot rotor is an alarm; larger: bars that break later are found late",
    )
    changed_looks: int = limit(
        3,
        "Looks in a row that do not fit those before them, after which the sweep begins anew.",
        "judgement: as many as find a fault",
        "smaller: disturbed windows cost a sweep",
    )
