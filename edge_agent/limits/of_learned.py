"""Limits of what is learned of a motor's slip: when it is sure, and where it counts."""

from dataclasses import dataclass

from edge_agent.limits.limit import limit

_BENCH = "measured: bench_learned.py"


@dataclass(frozen=True, slots=True)
class LearnedLimits:
    """Limits that decide when slip, current and bars of many windows belong together."""

    min_looks: int = limit(
        4,
        "Looks that the line between current and slip, or a number of bars, takes.",
        "judgement: two at each of two loads",
        "smaller: single misread windows decide",
    )
    min_spread: float = limit(
        1.3,
        "Largest over smallest slip from which looks have two loads.",
        "physics: a current that scatters by 2 % moves the slope by a tenth then",
        "smaller: the line is extrapolated from noise",
    )
    current_error: float = limit(
        0.02,
        "Relative scatter of the current about its line, by the supply's voltage, that is counted at least.",
        "physics: saturated iron makes two percent of current of one of voltage",
        "smaller: a higher voltage passes for a load",
    )
    sigmas: float = limit(
        2.0,
        "Standard deviations of the current on either side of the slips that the line allows.",
        _BENCH,
        "smaller: the slip may lie beyond; larger: fewer answers at light load",
    )
    max_ratio: float = limit(
        1.8,
        "Highest over lowest slip of a range of the line that is used.",
        _BENCH,
        "larger: wander within the range refuses more windows",
    )
    beyond_seen: float = limit(
        1.25,
        "Factor beyond the currents that were seen up to which the line counts.",
        "judgement: the circuit bends by less than the scatter there",
        "larger: answers at loads that were never seen",
    )
    no_load_within: float = limit(
        1.45,
        "Factor by which the learned no-load current may lie from that of the plate's circuit.",
        _BENCH,
        "larger: wrong numbers of bars fit",
    )
    rated_slip_within: float = limit(
        1.9,
        "Factor by which the learned slip at the rated current may lie from that of the plate.",
        _BENCH,
        "larger: wrong numbers of bars fit",
    )
    max_misfit: float = limit(
        0.03,
        "Relative misfit of the current at the slips of slot lines up to which a number of bars fits.",
        _BENCH,
        "larger: wrong numbers of bars fit",
    )
    min_share: float = limit(
        0.8,
        "Share of the looks with lines that a number of bars must explain.",
        "judgement",
        "smaller: chance finds a number",
    )
