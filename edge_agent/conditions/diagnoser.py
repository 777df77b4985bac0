"""What a diagnoser of a condition is, and how it puts what it found into a finding."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from edge_agent.conditions.normal import Normal, Quantities
from edge_agent.conditions.seen import Seen
from edge_agent.verdict import Evidence, Fault, Finding, Measured, Refusal, Severity, State


class ConditionDiagnoser(Protocol):
    """Examines windows for one condition beside broken bars.

    It may remember what the physics remembers, such as heat; the state over time is made elsewhere.
    """

    @property
    def fault(self) -> Fault:
        """The condition."""

    def measure(self, seen: Seen) -> Mapping[str, float | complex]:
        """Return the quantities of a window whose normal is learned; empty if nothing can be measured."""

    def judge(self, quantities: Quantities, seen: Seen, normal: Normal | None) -> Finding:
        """Return what a window says: healthy, the condition, or why it is not known.

        `normal` is what is normal for this motor; None while it is being learned.
        """


def found(
    fault: Fault,
    seen: Seen,
    severity: Severity,
    measured: Sequence[Measured],
    location: str | None = None,
) -> Finding:
    """Return the finding of a window that shows the condition."""
    return Finding(
        fault=fault,
        state=State(fault.value),
        severity=severity,
        evidence=Evidence(),
        window=seen.span,
        measured=tuple(measured),
        location=location,
    )


def sound(
    fault: Fault, seen: Seen, measured: Sequence[Measured] = (), severity: Severity = Severity.OK
) -> Finding:
    """Return the finding of a window that would have shown the condition, and does not."""
    return Finding(
        fault=fault,
        state=State.HEALTHY,
        severity=severity,
        evidence=Evidence(),
        window=seen.span,
        measured=tuple(measured),
    )


def refused(fault: Fault, seen: Seen, refusal: Refusal, measured: Sequence[Measured] = ()) -> Finding:
    """Return the finding of a window that cannot tell, with the reason and whatever was measured anyhow."""
    return Finding(
        fault=fault,
        state=State.INDETERMINATE,
        refusal=refusal,
        evidence=Evidence(),
        window=seen.span,
        measured=tuple(measured),
    )
