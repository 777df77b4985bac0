"""Limits of the scan that clears a rotor whose slip is not known."""

from dataclasses import dataclass

from edge_agent.limits.limit import limit


@dataclass(frozen=True, slots=True)
class ScanLimits:
    """Which slips are searched for broken bars, and what may show at them."""

    min_over_idle: float = limit(
        1.6,
        "Current over that of the idling motor, by its plate, from which the slips are scanned.",
        "measured: of 10,000 drawn motors idling at 0.95 to 1.1 of their voltage 9 took more, up to 1.66",
        "smaller: an idling motor at a high voltage, whose bars show nowhere, is called healthy",
    )
    from_share: float = limit(
        0.5,
        "Lowest slip at which no bar may be hidden, per slip that the current means.",
        "judgement, held by bench_scan.py: what runs more slowly shows by its amplitude (max_bars_below)",
        "larger: at a high voltage the bars lie below; smaller: the supply's wander refuses sound rotors",
    )
    up_to_share: float = limit(
        3.0,
        "Highest slip at which no bar may be hidden, per slip that a somewhat larger current means.",
        "measured: the largest of 624 simulated motors was 2.6 times (bench_scan.py, first seed 7100000)",
        "smaller: the bars of a hot rotor lie above; larger: foreign lines refuse sound rotors",
    )
    larger_current: float = limit(
        1.07,
        "That current over the measured one.",
        "judgement: neither the scale of a clamp nor the idle current of a plate is known better",
        "smaller: the bars of a motor with a small idle current lie above",
    )
    least_up_to: float = limit(
        0.9,
        "The same highest slip, per rated one, at least.",
        "judgement: at light load the current hardly tells the slip",
        "smaller: the bars of a motor with a small idle current lie above",
    )
    max_bars: float = limit(
        0.22,
        "Equivalent bars that may be hidden at any of these slips.",
        "physics: bars.broken of a cage of 44 bars, counted as if they were 28",
        "larger: a broken bar of a cage of many bars may be called healthy",
    )
    max_bars_below: float = limit(
        0.1,
        "Lower bound of the equivalent bars, by the amplitude alone, that a pair at a smaller slip may mean.",
        "measured: of 60 broken rotors at a high voltage under oscillating loads, 0.15 cleared two, 0.1 none",
        "larger: broken rotors are called healthy whose current means too large a slip, at a high voltage",
    )
