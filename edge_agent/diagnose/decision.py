"""The state over time: windows are smoothed, so no single one raises or ends an alarm."""

from dataclasses import replace
from typing import Generic, TypeVar

from edge_agent.diagnose.broken_bars import answer
from edge_agent.limits import STATE
from edge_agent.refusals import of_samples
from edge_agent.verdict import CLASSES, Evidence, Fault, Finding, Reason, Refusal, State, Verdict

F = TypeVar("F", bound=Finding)


def starting() -> Verdict:
    """Return the state before anything was seen."""
    return Verdict(state=State.INDETERMINATE, refusal=of_samples.STARTED.refuse(0), evidence=Evidence())


def is_event(before: Verdict, after: Verdict) -> bool:
    """True if a change is an event: state or severity of a fault changed. A new reason alone is none."""
    return _told(before) != _told(after)


class OverTime(Generic[F]):
    """The state of one fault: exponential smoothing of windows that answer, patience with those that do not.

    From indeterminate, a state takes three windows in a row that answer. An alarm needs a smoothed share of
    faulty windows above 0.7 and ends below 0.3; the newest window counts by 0.35 at least, so that after a
    long time in one state three windows in a row change it. The newest window must agree with the new state.
    Three windows in a row without an answer make the state indeterminate, and what was smoothed is forgotten:
    the motor may have been changed meanwhile.
    """

    def __init__(self, start: F) -> None:
        """Begin with the state before anything was seen."""
        self.state = start
        self._start = start
        self._forget()

    def update(self, finding: F) -> bool:
        """Take the finding of the next window; return whether state, severity or reason changed."""
        if finding.state is State.INDETERMINATE:
            return self._refused(finding)
        self._refused_windows = 0
        self._answered_windows += 1
        self._smooth(finding, max(STATE.new_share, 1 / self._answered_windows))
        if self._answered_windows < STATE.min_windows:
            return False
        faulty = self._faulty_share > (STATE.leave_broken if self.state.faulty else STATE.enter_broken)
        return faulty == finding.faulty and self._settle(self._smoothed(finding))

    def refuse(self, refusal: Refusal) -> bool:
        """Set the state to indeterminate at once, as when no samples come; return whether it changed."""
        self._forget()
        before = self.state
        return self._settle(
            replace(self._start, refusal=refusal, window=before.window, evidence=before.evidence)
        )

    def _refused(self, finding: F) -> bool:
        self._refused_windows += 1
        if self._refused_windows < STATE.patience_windows and self.state.state is not State.INDETERMINATE:
            return False
        self._forget()
        return self._settle(finding)

    def _forget(self) -> None:
        self._refused_windows = 0
        self._answered_windows = 0
        self._faulty_share = 0.0

    def _smooth(self, finding: F, share: float) -> None:
        """Let the newest window count by `share`, the windows before it by the rest."""
        self._faulty_share += share * (finding.faulty - self._faulty_share)

    def _smoothed(self, finding: F) -> F:
        """Return the state of a window that agrees with the windows before it."""
        return finding

    def _settle(self, finding: F) -> bool:
        before, self.state = self.state, finding
        return (before.state, before.severity, _reason(before)) != (
            finding.state,
            finding.severity,
            _reason(finding),
        )


class BarsOverTime(OverTime[Verdict]):
    """The state of broken bars: their number and its probabilities are smoothed as well.

    Severity and count come from what was smoothed; the evidence that is published is the newest window's.
    """

    def _forget(self) -> None:
        super()._forget()
        self._bars = 0.0
        self._probabilities = [0.0] * len(CLASSES)

    def _smooth(self, finding: Verdict, share: float) -> None:
        super()._smooth(finding, share)
        self._bars += share * ((finding.evidence.equivalent_bars or 0.0) - self._bars)
        new = finding.probabilities or tuple(self._probabilities)
        self._probabilities = [
            old + share * (p - old) for old, p in zip(self._probabilities, new, strict=True)
        ]

    def _smoothed(self, finding: Verdict) -> Verdict:
        evidence = replace(finding.evidence, equivalent_bars=self._bars)
        settled = answer(replace(finding, evidence=evidence), finding.faulty, tuple(self._probabilities))
        return replace(settled, evidence=finding.evidence)


class Decision:
    """The state of a motor over time, each fault by itself."""

    def __init__(self) -> None:
        self._bars = BarsOverTime(starting())
        self._others: dict[Fault, OverTime[Finding]] = {}

    @property
    def state(self) -> Verdict:
        """The state after the latest window."""
        return replace(self._bars.state, others=tuple(other.state for other in self._others.values()))

    def update(self, verdict: Verdict) -> bool:
        """Take a window's verdict; return whether state, severity or reason of a fault changed."""
        changed = self._bars.update(verdict)
        for finding in verdict.others:
            refusal = of_samples.STARTED.refuse(0)
            start = Finding(
                fault=finding.fault, state=State.INDETERMINATE, refusal=refusal, evidence=Evidence()
            )
            changed |= self._others.setdefault(finding.fault, OverTime(start)).update(finding)
        return changed

    def refuse(self, refusal: Refusal) -> bool:
        """Set all states to indeterminate at once, as when no samples come; return whether one changed."""
        changed = self._bars.refuse(refusal)
        for other in self._others.values():
            changed |= other.refuse(refusal)
        return changed


def _told(verdict: Verdict) -> list[tuple[Fault, State, object]]:
    """Return states and severities; a fault of which nothing is known is as one that was never looked for."""
    others = [(o.fault, o.state, o.severity) for o in verdict.others if o.state is not State.INDETERMINATE]
    return [(verdict.fault, verdict.state, verdict.severity), *others]


def _reason(finding: Finding) -> Reason | None:
    return finding.refusal.reason if finding.refusal else None
