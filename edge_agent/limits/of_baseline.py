"""Limits of the baseline: when it is learned, when bars grow, and when it is no longer this motor's."""

from dataclasses import dataclass

from edge_agent.limits.limit import limit

_BENCH = "measured: bench_baseline.py"


@dataclass(frozen=True, slots=True)
class BaselineLimits:
    """Numbers that decide what is learned of a motor, and what is said against it."""

    min_looks: int = limit(
        20,
        "Looks in a load bin from which its baseline is known.",
        "statistics: the median of 20 looks lies within 0.3 standard deviations of the true one",
        "smaller: single looks decide; larger: rare loads have no baseline",
    )
    own_casting: float = limit(
        0.45,
        "Equivalent bars up to which a person may vouch for a rough casting.",
        "measured: a simulated casting of 0.42 bars raised alarms (bench_motor_days.py)",
        "larger: broken bars are learned as sound",
    )
    growth_allowance: float = limit(
        0.05,
        "Equivalent bars above the baseline that are no growth; the CUSUM takes them off each look.",
        _BENCH,
        "smaller: warm days pass for growth; larger: slow growth is missed",
    )
    growth_clip: float = limit(
        0.15,
        "Equivalent bars that one look adds at most.",
        _BENCH,
        "larger: a few false looks pass for growth",
    )
    growth: float = limit(
        0.5,
        "Sum of the CUSUM from which bars grow; the motor's own scatter may raise it.",
        _BENCH,
        "smaller: more false growth; larger: growth is found later",
    )
    run_looks: int = limit(
        9,
        "Looks whose median is compared with the baseline, in one run of the motor.",
        "judgement: four of nine may be false",
        "smaller: false looks decide",
    )
    other_bars: float = limit(
        0.1,
        "Equivalent bars by which another rotor differs at least.",
        "judgement: ten times the scatter of a sound motor's looks",
        "smaller: scatter passes for another motor",
    )
    other_current: float = limit(
        0.3,
        "Share by which the current at the same slip differs when motor or scale is another.",
        "physics: a rotor 100 K colder draws up to a fifth more at the same slip",
        "smaller: cold starts pass for another motor",
    )
    other_unbalance: float = limit(
        0.02,
        "Difference of the current unbalance when a sensor or the motor is another.",
        "physics: one gain that moves by 6 % moves the unbalance by 0.02",
        "smaller: an unbalanced supply passes for a sensor",
    )
    other_scatters: float = limit(
        6.0,
        "Standard deviations of the motor's own looks that any such difference exceeds.",
        "judgement",
        "smaller: scatter passes for another motor",
    )
    min_proof_looks: int = limit(
        300,
        "Looks after learning from which false alarms a year are told.",
        "statistics: 5 % of them, which the tail rests on, are 15",
        "smaller: the bound says nothing",
    )
