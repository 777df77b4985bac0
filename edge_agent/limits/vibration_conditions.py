"""Limits of the conditions that show in vibration."""

from dataclasses import dataclass
from typing import Any

from edge_agent.limits.limit import limit

_NOISE = "statistics: of the bins of noise, whose power is exponential, one in 3 billion exceeds it"
_DOUBLED = "judgement: a change that doubles a level is more than a sensor mounted anew makes"


@dataclass(frozen=True, slots=True)
class BearingLimits:
    """Numbers that decide whether a bearing is called damaged."""

    slip_tolerance: float = limit(
        0.02,
        "Share by which the rhythm of a pit may differ from the bearing's geometry.",
        "physics: rolling elements slide by one or two per cent (Randall and Antoni 2011)",
        "larger: harmonics of the shaft come into the range",
    )
    line_chance: float = limit(
        1e-9,
        "Chance below which a line of the envelope's spectrum is no noise.",
        "statistics: ten thousand bins are looked at, a window every 2 s: one in a century by noise alone "
        "with the second witness",
        "larger: noise passes for a rhythm",
    )
    second_chance: float = limit(
        1e-3,
        "The same of the line at twice its frequency.",
        "statistics: a handful of bins is looked at",
        "larger: the second witness is noise; smaller: weak damage is missed",
    )
    depth: float = limit(
        0.2,
        "Modulation depth from which a rhythm of known geometry is damage, without an own normal.",
        "judgement: load that moves round a sound bearing modulates it by less",
        "smaller: sound bearings under preload are called damaged",
    )
    strength_db: float = limit(
        12.0,
        "Level of what comes in the rhythm over all that the band holds in the own normal, dB.",
        "judgement: four times; preload by a misaligned shaft lifts the rhythm of a race, too",
        "smaller: misaligned shafts are called bearings; larger: damage is found later",
    )
    blows_growth_db: float = limit(
        6.0,
        "Growth of a band over the own normal from which blows without a rhythm count, dB.",
        _DOUBLED,
        "smaller: other work of the machine is called a bearing",
    )
    kurtosis: float = limit(
        6.0,
        "Kurtosis from which a band holds single blows.",
        "physics: noise has 3, and noise that comes and goes as a sine at most 4.5",
        "smaller: modulated noise passes for blows",
    )
    shaft_depth: float = limit(
        0.5,
        "Modulation depth at the shaft's frequency from which blows come once a turn, and so from no ball.",
        "judgement: a rub or a knock once a turn modulates by 1, blows at random by 0.3",
        "larger: a rub is called a bearing",
    )


@dataclass(frozen=True, slots=True)
class ShaftLimits:
    """Numbers that decide what the lines of the shaft mean."""

    growth: float = limit(
        2.0,
        "Times the own normal from which the first or second harmonic has grown.",
        _DOUBLED,
        "smaller: a sensor mounted anew is called unbalance",
    )
    spreads: float = limit(
        3.0,
        "Spreads of the own normal that any growth exceeds.",
        "judgement: looks one after the other must agree, besides",
        "smaller: scatter passes for growth",
    )
    unbalance_alone: float = limit(
        2.0,
        "What the first harmonic has gained over what the others have, from which it is unbalance.",
        "physics: unbalance lifts the first alone, a loose part it and the halves about alike",
        "smaller: looseness and misalignment are called unbalance, too; larger: mixtures are refused",
    )
    second_share: float = limit(
        0.5,
        "Second over first harmonic of the velocity from which misalignment is thought of.",
        "judgement: half is what handbooks of vibration analysis give for couplings",
        "smaller: unbalance with some second harmonic is called misalignment",
    )
    current_growth_db: float = limit(
        4.0,
        "Growth of the current's line at f + f_r over the own normal from which the air gap moved, dB.",
        "judgement: a gap that runs out half as much again",
        "smaller: the load's own swing is called misalignment",
    )
    gap_over_floor_db: float = limit(
        10.0,
        "Level of that line over its floor from which it counts, dB.",
        "statistics: of the bins of noise one in a thousand exceeds it, and noise does not grow",
        "smaller: noise passes for the line; larger: other lines beside it hide it",
    )
    line_db: float = limit(
        15.0,
        "Level of a line over its floor from which it counts, dB.",
        _NOISE,
        "smaller: noise passes for lines",
    )
    half_orders: float = limit(
        3.0,
        "Half orders of the shaft, of 0.5 to 3.5, that must stand out for looseness.",
        "judgement: a belt or a crank makes one or two",
        "smaller: driven machines are called loose",
    )
    row_orders: float = limit(
        6.0,
        "Harmonics, of the third to the tenth, that must stand out for looseness.",
        "judgement: three of four",
        "smaller: a coupling with three jaws is called loose",
    )
    half_share: float = limit(
        0.1,
        "Share of the first harmonic that the half orders together have at least.",
        "judgement: a tenth is 20 dB below the line that every shaft has",
        "smaller: traces that every machine has are called looseness",
    )


@dataclass(frozen=True, slots=True)
class WitnessLimits:
    """When vibration speaks for broken bars, and when against them."""

    bars_db: float = limit(
        -18.0,
        "Vibration at f_r - 2sf relative to the first harmonic from which it shows broken bars, dB.",
        "judgement: an eighth; the pull of a broken bar beside an ordinary unbalance",
        "smaller: any modulation passes for bars",
    )
    none_db: float = limit(
        -24.0,
        "The same, below which it shows none if nothing stands out there, dB.",
        "judgement: half of that",
        "larger: weak sidebands pass for none",
    )
    none_over_floor_db: float = limit(
        10.0,
        "Level of the sidebands over the floor below which nothing stands out, dB.",
        "statistics: of the bins of noise one in a thousand exceeds it",
        "larger: weak sidebands pass for none",
    )


def _end(zone: str, value_mm_s: float, group: str, support: str) -> Any:
    return limit(
        value_mm_s,
        f"Velocity up to which zone {zone} reaches, {group}, {support} support, mm/s rms.",
        "as ISO 20816-3 has it",
        "none: the standard says so",
    )


_MEDIUM, _LARGE = "group 2 (15 to 300 kW)", "group 1 (above 300 kW)"


@dataclass(frozen=True, slots=True)
class ZoneLimits:
    """Where the zones of ISO 20816-3 end."""

    from_kw: float = limit(
        15.0,
        "Rated power above which the standard has zones, kW.",
        "as the scope of ISO 20816-3 has it",
        "none: the standard says so",
    )
    large_from_kw: float = limit(
        300.0,
        "Rated power above which a machine belongs to group 1, kW.",
        "as ISO 20816-3 has it",
        "none: the standard says so",
    )
    rigid_a: float = _end("A", 1.4, _MEDIUM, "rigid")
    rigid_b: float = _end("B", 2.8, _MEDIUM, "rigid")
    rigid_c: float = _end("C", 4.5, _MEDIUM, "rigid")
    flexible_a: float = _end("A", 2.3, _MEDIUM, "flexible")
    flexible_b: float = _end("B", 4.5, _MEDIUM, "flexible")
    flexible_c: float = _end("C", 7.1, _MEDIUM, "flexible")
    large_rigid_a: float = _end("A", 2.3, _LARGE, "rigid")
    large_rigid_b: float = _end("B", 4.5, _LARGE, "rigid")
    large_rigid_c: float = _end("C", 7.1, _LARGE, "rigid")
    large_flexible_a: float = _end("A", 3.5, _LARGE, "flexible")
    large_flexible_b: float = _end("B", 7.1, _LARGE, "flexible")
    large_flexible_c: float = _end("C", 11.0, _LARGE, "flexible")

    def ends_mm_s(self, rated_power_kw: float, support: str) -> tuple[float, float, float]:
        """Return where zones A, B and C end for a motor of more than `from_kw`, `rigid` or `flexible`."""
        if support == "rigid":
            if rated_power_kw > self.large_from_kw:
                return self.large_rigid_a, self.large_rigid_b, self.large_rigid_c
            return self.rigid_a, self.rigid_b, self.rigid_c
        if rated_power_kw > self.large_from_kw:
            return self.large_flexible_a, self.large_flexible_b, self.large_flexible_c
        return self.flexible_a, self.flexible_b, self.flexible_c
