"""Limits of the conditions beside broken bars that live in the current, and of their own normal."""

from dataclasses import dataclass, fields

from edge_agent.limits.limit import limit


@dataclass(frozen=True, slots=True)
class ConditionLimits:
    """Numbers that decide what is learned as normal, and when a condition is named."""

    min_looks: int = limit(
        5,
        "Windows without a common sample from which a quantity has a normal at a load.",
        "statistics: the median of 5 looks lies within 0.6 standard deviations of the true one",
        "smaller: single windows decide; larger: rare loads have no normal",
    )
    unbalance: float = limit(
        0.06,
        "Negative over positive sequence from which the currents are called unbalanced.",
        "physics with NEMA MG 1, 14.36: 1 % of unbalance in the voltage, up to which no derating is due, "
        "gives 6 to 10 % in the current",
        "smaller: ordinary supplies are named",
    )
    unbalance_alarm: float = limit(
        0.12,
        "The same, from which it is an alarm.",
        "judgement with NEMA MG 1, 14.36: 2 % in the voltage, at which the motor is derated to 95 %",
        "smaller: more alarms",
    )

    def origin(self, name: str) -> str:
        """Return where a limit comes from, in words."""
        return next(str(own.metadata["origin"]) for own in fields(self) if own.name == name)
