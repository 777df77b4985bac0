"""The state over time: a sequential test over looks, which no refusal, stop or start interrupts.

Windows overlap, so their answers repeat each other. A *look* is a window that answers and shares no sample
with the look before it. Looks that show the fault count up, those that do not count down (a CUSUM with steps
of one); windows without an answer count nothing. `limits.STATE` holds the numbers and where they come from.
"""

from dataclasses import replace
from typing import Generic, TypeVar

from edge_agent.diagnose.broken_bars import answer
from edge_agent.diagnose.reasons import Reasons, reason_of
from edge_agent.limits import BARS, STATE
from edge_agent.refusals import of_samples
from edge_agent.verdict import CLASSES, Evidence, Fault, Finding, Refusal, Severity, State, Verdict

F = TypeVar("F", bound=Finding)
_NEVER_S = -float("inf")


def starting() -> Verdict:
    """Return the state before anything was seen."""
    return Verdict(state=State.INDETERMINATE, refusal=of_samples.STARTED.refuse(0), evidence=Evidence())


def is_event(before: Verdict, after: Verdict) -> bool:
    """True if a change is an event: state or severity of a fault changed. A new reason alone is none."""
    return _told(before) != _told(after)


class Looks:
    """The evidence for and against one fault, from looks that share no sample."""

    def __init__(self) -> None:
        """Begin without any."""
        self.faulty = False
        """True from when enough looks showed the fault until enough looks did not."""
        self._for_fault = 0
        self._against = 0
        self._end_s = _NEVER_S

    @property
    def doubtful(self) -> bool:
        """True if the fault was shown, and not often enough, or not refuted since."""
        return not self.faulty and self._for_fault > 0

    def take(self, faulty: bool, start_s: float, end_s: float) -> bool:
        """Take a window that answers, from `start_s` to `end_s`; return whether it is a look."""
        if start_s < self._end_s:
            return False
        if not self.faulty and end_s - self._end_s > STATE.memory_s:
            self._for_fault = 0
        self._end_s = end_s
        if faulty:
            self._for_fault = min(self._for_fault + 1, STATE.looks_up)
            self._against = 0
        else:
            self._for_fault = max(self._for_fault - 1, 0)
            self._against += 1
        if self._for_fault >= STATE.looks_up:
            self.faulty = True
        if self.faulty and self._against >= STATE.looks_down:
            self.faulty, self._for_fault = False, 0
        return True


class Hold:
    """How long a state lasts without an answer.

    Five minutes; or twice the longest time after which an answer confirmed it, up to half an hour. So the
    state of a motor that answers once in ten minutes does not come and go.
    """

    def __init__(self) -> None:
        """Begin with a motor that is not known."""
        self._longest_gap_s = 0.0
        self._supported_s = _NEVER_S

    def support(self, end_s: float, confirms: bool) -> None:
        """Take an answer that supports a state; `confirms`: it is the state of the answer before it."""
        gap_s = end_s - self._supported_s
        if not confirms:
            self._longest_gap_s = 0.0
        elif 2 * gap_s <= STATE.max_hold_s:
            self._longest_gap_s = max(self._longest_gap_s, gap_s)
        self._supported_s = end_s

    def lasts(self, end_s: float, doubtful: bool) -> bool:
        """True as long as the state is held; no gap makes it last longer while looks speak against it."""
        usual_s = 0.0 if doubtful else 2 * self._longest_gap_s
        return end_s - self._supported_s < max(STATE.hold_s, usual_s)


class OverTime(Generic[F]):
    """The state of one fault.

    From indeterminate, `healthy` takes three windows that answer, and a fault as many looks. A state is held
    for minutes without an answer (`Hold`); a fault that was found is remembered beyond that, until looks
    refute it: the first window that shows it again is enough.
    """

    def __init__(self, start: F) -> None:
        """Begin with the state before anything was seen."""
        self.state = start
        self.looked = False
        """True if the newest window was a look."""
        self._start = start
        self._looks = Looks()
        self._healthy_windows = 0
        self._supported_faulty: bool | None = None
        self._hold = Hold()
        self._reasons = Reasons[F]()

    def update(self, finding: F, start_s: float, end_s: float) -> bool:
        """Take the finding of the next window; return whether state, severity or reason changed.

        `start_s` and `end_s` lie on the time axis of the samples, which never turns back.
        """
        self.looked = False
        if finding.state is State.INDETERMINATE:
            return self._refused(finding, end_s)
        if finding.faulty and not _is_clear(finding):
            return False
        self.looked = self._looks.take(finding.faulty, start_s, end_s)
        self._healthy_windows = 0 if finding.faulty else self._healthy_windows + 1
        self._smooth(finding)
        if finding.faulty != self._looks.faulty:
            return False
        if not finding.faulty and (self._looks.doubtful or self._healthy_windows < STATE.min_windows):
            return False
        self._hold.support(end_s, finding.faulty is self._supported_faulty)
        self._supported_faulty = finding.faulty
        return self._settle(self._smoothed(finding))

    def refuse(self, refusal: Refusal) -> bool:
        """Set the state to indeterminate at once, as when no samples come; return whether it changed."""
        self._healthy_windows = 0
        self._reasons.forget()
        before = self.state
        return self._settle(
            replace(self._start, refusal=refusal, window=before.window, evidence=before.evidence)
        )

    def forget(self) -> None:
        """Forget all looks: what comes next may be another motor."""
        self._looks = Looks()
        self._hold, self._supported_faulty = Hold(), None

    def _refused(self, finding: F, end_s: float) -> bool:
        prevailing = self._reasons.take(finding, end_s, reason_of(self.state))
        held = self._hold.lasts(end_s, self._looks.doubtful)
        if held and self.state.state is not State.INDETERMINATE:
            return False
        return self._settle(prevailing)

    def _smooth(self, finding: F) -> None:
        """Take in what a window says beside the state."""

    def _smoothed(self, finding: F) -> F:
        """Return the state of a window that agrees with the windows before it."""
        return finding

    def _settle(self, finding: F) -> bool:
        before, self.state = self.state, finding
        return (before.state, before.severity, reason_of(before)) != (
            finding.state,
            finding.severity,
            reason_of(finding),
        )


class BarsOverTime(OverTime[Verdict]):
    """The state of broken bars: their number and its probabilities are smoothed over windows that agree.

    Severity and count come from what was smoothed; the evidence that is published is the newest window's.
    """

    def __init__(self, start: Verdict) -> None:
        super().__init__(start)
        self._windows = 0
        self._showed_fault = False
        self._bars = 0.0
        self._probabilities = [0.0] * len(CLASSES)

    def _smooth(self, finding: Verdict) -> None:
        if finding.faulty != self._showed_fault:
            self._windows, self._showed_fault = 0, finding.faulty
        self._windows += 1
        share = max(STATE.new_share, 1 / self._windows)
        self._bars += share * ((finding.evidence.equivalent_bars or 0.0) - self._bars)
        if finding.probabilities is not None:
            before = self._probabilities if any(self._probabilities) else finding.probabilities
            self._probabilities = [
                old + share * (p - old) for old, p in zip(before, finding.probabilities, strict=True)
            ]

    def _smoothed(self, finding: Verdict) -> Verdict:
        evidence = replace(finding.evidence, equivalent_bars=self._bars)
        probabilities = None if finding.probabilities is None else tuple(self._probabilities)
        settled = answer(replace(finding, evidence=evidence), finding.faulty, probabilities)
        steady = replace(settled, severity=self._steady_severity(settled))
        return replace(steady, evidence=finding.evidence)

    def _steady_severity(self, settled: Verdict) -> Severity | None:
        """Return the severity, which falls only well below the number that raised it.

        What the network has confirmed once stays an alarm: a window unlike its training takes nothing back.
        """
        before, now = self.state.severity, settled.severity
        if self.state.state is not settled.state or before is None or now is None:
            return now
        if settled.faulty and now is Severity.WATCH:
            return before
        threshold = BARS.danger if settled.faulty else BARS.sound
        falls = (before, now) in ((Severity.DANGER, Severity.ALARM), (Severity.WATCH, Severity.OK))
        return before if falls and self._bars > STATE.severity_falls_below * threshold else now


class Decision:
    """The state of a motor over time, each fault by itself."""

    def __init__(self) -> None:
        self._bars = BarsOverTime(starting())
        self._others: dict[Fault, OverTime[Finding]] = {}

    @property
    def state(self) -> Verdict:
        """The state after the latest window."""
        return replace(self._bars.state, others=tuple(other.state for other in self._others.values()))

    @property
    def looked(self) -> bool:
        """True if the latest window was a look at the bars: it shares no sample with the look before it."""
        return self._bars.looked

    def update(self, verdict: Verdict, start_s: float, end_s: float) -> bool:
        """Take a window's verdict; return whether state, severity or reason of a fault changed.

        `start_s` and `end_s` lie on the time axis of the samples, which never turns back.
        """
        changed = self._bars.update(verdict, start_s, end_s)
        for finding in verdict.others:
            refusal = of_samples.STARTED.refuse(0)
            start = Finding(
                fault=finding.fault, state=State.INDETERMINATE, refusal=refusal, evidence=Evidence()
            )
            other = self._others.setdefault(finding.fault, OverTime(start))
            changed |= other.update(finding, start_s, end_s)
        return changed

    def forget(self) -> None:
        """Forget all looks: what comes next may be another motor."""
        self._bars.forget()
        for other in self._others.values():
            other.forget()

    def take_back(self, refusal: Refusal) -> None:
        """Forget the looks at the bars, and what they found: `refusal` explains it."""
        self._bars.forget()
        if self._bars.state.faulty:
            self._bars.refuse(refusal)

    def refuse(self, refusal: Refusal) -> bool:
        """Set all states to indeterminate at once, as when no samples come; return whether one changed."""
        changed = self._bars.refuse(refusal)
        for other in self._others.values():
            changed |= other.refuse(refusal)
        return changed


def _is_clear(finding: Finding) -> bool:
    """True if a fault shows far enough above what the window could have shown at least.

    Wander and pendulums make pairs of up to twice their own limit.
    """
    bars, limit_bars = finding.evidence.equivalent_bars, finding.evidence.detection_limit_bars
    return bars is None or limit_bars is None or bars >= STATE.min_over_limit * limit_bars


def _told(verdict: Verdict) -> list[tuple[Fault, State, object]]:
    """Return states and severities; a fault of which nothing is known is as one that was never looked for."""
    others = [(o.fault, o.state, o.severity) for o in verdict.others if o.state is not State.INDETERMINATE]
    return [(verdict.fault, verdict.state, verdict.severity), *others]
