"""The state over time: windows are smoothed, so no single one raises or ends an alarm."""

from dataclasses import replace

from edge_agent.diagnose.fusion import answer
from edge_agent.limits import STATE
from edge_agent.refusals import of_samples
from edge_agent.verdict import CLASSES, Evidence, Reason, Refusal, State, Verdict


def starting() -> Verdict:
    """Return the state before anything was seen."""
    refusal = of_samples.STARTED.refuse(0)
    return Verdict(State.INDETERMINATE, None, refusal, None, None, None, None, Evidence())


def is_event(before: Verdict, after: Verdict) -> bool:
    """True if a change is an event: state or severity changed; a new reason alone is not an event."""
    return (before.state, before.severity) != (after.state, after.severity)


class Decision:
    """Exponential smoothing of the windows that answer, with hysteresis; patience with those that do not.

    A state is decided after three windows that answer. An alarm needs a smoothed share of broken
    windows above 0.7 and ends below 0.3. Three windows in a row without an answer make the state
    indeterminate, and what was smoothed is forgotten: the motor may have been changed meanwhile.
    """

    def __init__(self) -> None:
        self.state = starting()
        self._forget()

    def update(self, verdict: Verdict) -> bool:
        """Take the verdict of the next window; return whether state, severity or reason changed."""
        if verdict.state is State.INDETERMINATE:
            return self._refused(verdict)
        self._refused_windows = 0
        self._answered_windows += 1
        self._smooth(verdict)
        if self._answered_windows < STATE.min_windows:
            return False
        was_broken = self.state.state is State.BROKEN_BARS
        limit = STATE.leave_broken if was_broken else STATE.enter_broken
        broken = self._broken_share > limit
        if broken != (verdict.state is State.BROKEN_BARS):
            return False
        evidence = replace(verdict.evidence, equivalent_bars=self._bars)
        settled = answer(replace(verdict, evidence=evidence), broken, tuple(self._probabilities))
        return self._settle(replace(settled, evidence=verdict.evidence))

    def refuse(self, refusal: Refusal) -> bool:
        """Set the state to indeterminate at once, as when no samples come; return whether it changed."""
        self._forget()
        before = self.state
        return self._settle(
            replace(starting(), refusal=refusal, window=before.window, evidence=before.evidence)
        )

    def _refused(self, verdict: Verdict) -> bool:
        self._refused_windows += 1
        if self._refused_windows < STATE.patience_windows and self.state.state is not State.INDETERMINATE:
            return False
        self._forget()
        return self._settle(verdict)

    def _forget(self) -> None:
        self._refused_windows = 0
        self._answered_windows = 0
        self._broken_share = 0.0
        self._bars = 0.0
        self._probabilities = [0.0] * len(CLASSES)

    def _smooth(self, verdict: Verdict) -> None:
        share = max(STATE.new_share, 1 / self._answered_windows)
        broken = float(verdict.state is State.BROKEN_BARS)
        bars = verdict.evidence.equivalent_bars or 0.0
        self._broken_share += share * (broken - self._broken_share)
        self._bars += share * (bars - self._bars)
        new = verdict.probabilities or tuple(self._probabilities)
        self._probabilities = [
            old + share * (p - old) for old, p in zip(self._probabilities, new, strict=True)
        ]

    def _settle(self, verdict: Verdict) -> bool:
        before, self.state = self.state, verdict
        return is_event(before, verdict) or _reason(before) != _reason(verdict)


def _reason(verdict: Verdict) -> Reason | None:
    return verdict.refusal.reason if verdict.refusal else None
