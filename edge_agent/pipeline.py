"""From samples to answers: the only caller of analysis, network and diagnosis.

    samples -> windows -> evidence and images -> the verdict on the bars -> state over time
               Windows    Analyser               BrokenBars                 Decision
                                              -> findings on conditions  ->
                                                 Conditions
                       -> minutes of current  -> the sidebands of an idling motor ->
                          LongMemory
                       -> the newest part of a window whose load stepped ->
                       -> a window at the slip that was learned of the motor ->

Live and replayed samples take the very same way: agent, replay, bench, the evaluation of models and the tests
come through here. A check of any stage may refuse a window: its verdict is then indeterminate, with the
reason. The same window gives the same verdict, in whichever pieces it came; time decides only what is skipped
when the agent is behind, and the time stamps. What a longer or a shorter stretch shows stands beside the
verdict of a window (`Answer.by_stretch`), and never changes it.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from edge_agent.acquire.samples import Device, SampleBlock
from edge_agent.conditions.monitor import Conditions
from edge_agent.diagnose.broken_bars import BrokenBars, Lap
from edge_agent.diagnose.decision import Decision, starting
from edge_agent.diagnose.load_sweep import LoadSweep
from edge_agent.diagnose.model import Model
from edge_agent.diagnose.stretch import diagnose_stretch
from edge_agent.failures import FailedWindows
from edge_agent.figures import Figures
from edge_agent.motor import Nameplate
from edge_agent.refusals import of_samples
from edge_agent.signals.analysis import Analyser, Analysis
from edge_agent.signals.figures import measure_figures
from edge_agent.signals.images import ImageSpec
from edge_agent.signals.long_memory.idling import LongMemory
from edge_agent.signals.slip.known import KnownMotor
from edge_agent.signals.steady_part import steady_s
from edge_agent.verdict import (
    WEAK_EVIDENCE,
    Evidence,
    Finding,
    Reason,
    Refusal,
    Verdict,
    WindowSpan,
)
from edge_agent.windows.part import newest_part
from edge_agent.windows.sliding import Window, Windows

_TOO_SHORT = (Reason.LOAD_TOO_LOW, Reason.INCONCLUSIVE)
"""Reasons of good samples that a longer stretch of them may answer."""
_SHORTEST_PART_S = 3.5
"""Shortest part of a window that is asked, s. Measured on four simulated crushers (bench_motor_days.py, seeds
6901000 to 6904000): of 65 parts of broken rotors none said healthy, of 62 of sound ones five said broken, all
of a casting of 0.26 bars whose whole windows say the same."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one window brought."""

    verdict: Verdict
    """Of this window alone."""
    before: Verdict
    """The state before it."""
    state: Verdict
    """The state after it."""
    changed: bool
    """True if state, severity or reason changed."""
    looked: bool
    """True if the window was a look: an answer that shares no sample with the look before it."""
    analysis: Analysis
    """What was measured."""
    window: Window
    """The samples themselves."""
    by_stretch: Verdict | None = None
    """What another stretch says where the window gives no answer; None where it says nothing, either.

    Minutes of current where the window is too short, its newest part where the load stepped within it, the
    window itself at the slip that was learned of the motor where nothing in it shows the slip.
    """

    by_loads: Verdict | None = None
    """What the loads of hours make of it, in place of broken bars; None where they change nothing."""
    ducts_proven: bool = False
    """True if this window brought the proof that the rotor's ducts make what was taken for broken bars."""

    @property
    def told(self) -> Verdict:
        """What the state took: where there is one, the answer of another stretch, or of many loads."""
        return self.by_loads or self.by_stretch or self.verdict

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What this window alone says of each fault, of broken bars first."""
        return (self.verdict, *self.verdict.others)


class Pipeline:
    """The stages from samples to states, of one motor."""

    def __init__(
        self,
        nameplate: Nameplate,
        model: Model,
        length_s: float,
        step_s: float,
        failed_folder: Path | None = None,
        lap: Lap = lambda stage: None,
        load_sweep: LoadSweep | None = None,
        conditions: Conditions | None = None,
    ) -> None:
        """Prepare for windows of `length_s`, one every `step_s`.

        `conditions` finds what is beside the bars; None looks for all, and learns no normal.

        The samples of windows whose analysis fails are kept in `failed_folder`; `lap` is called with the name
        of each stage when it ends: windows, signals, model, conditions, decision. Without `load_sweep`, as
        for recordings of several motors, nothing is learned from many loads.
        """
        self.windows = Windows(length_s, step_s)
        self.failures = FailedWindows(step_s, failed_folder)
        self.broken_bars = BrokenBars(model, lap)
        self.conditions = conditions or Conditions(nameplate)
        self.decision = Decision(self.conditions.faults)
        self._nameplate = nameplate
        self._images = ImageSpec(**model.spec.front_end)
        self._analyser = Analyser(nameplate, self._images)
        self._part_analyser = Analyser(nameplate, self._images)
        self._memory = LongMemory(nameplate)
        self._known: KnownMotor | None = None
        self._knowing: Analyser | None = None
        self._lap = lap
        self._load_sweep = load_sweep
        self._before_s = 0.0
        self._end_s = 0.0

    def configure(self, device: Device) -> bool:
        """Start with a device, or start over with one that has changed; its windows must fit into memory.

        Return True if that changed the state: of another device nothing is known yet.
        """
        self.windows.configure(device)
        self._analyser = Analyser(self._nameplate, self._images)
        self._part_analyser = Analyser(self._nameplate, self._images)
        self._memory = LongMemory(self._nameplate)
        self.conditions.forget()
        self.decision.forget()
        return self.decision.refuse(of_samples.STARTED.refuse(0))

    def push(self, block: SampleBlock, behind: bool = False, waited_s: float = 0.0) -> Iterator[Answer]:
        """Take samples; yield an answer for each window that they complete, or skip it when behind.

        `waited_s` is how long they have waited since they arrived; latency and dates count from there.
        """
        arrived_s = time.monotonic() - waited_s
        windows = self.windows.push(block, behind)
        self._lap("windows")
        for window in windows:
            analysis, verdict = self.judge(window, waited_s)
            self.conditions.learn()
            verdict = replace(verdict, latency_ms=1000 * (time.monotonic() - arrived_s))
            by_stretch = self._remember(window, analysis, verdict)
            by_stretch = by_stretch or self._ask_newest_part(window, verdict, waited_s)
            by_stretch = by_stretch or self._ask_known(window, analysis, verdict)
            before = self.decision.state
            start_s, end_s = self._on_one_axis(window)
            if by_stretch is not None and by_stretch.evidence.stretch_s is not None:
                start_s = end_s - by_stretch.evidence.stretch_s
            told = by_stretch or verdict
            by_loads, proven = self._explain(told, start_s, end_s)
            changed = self.decision.update(by_loads or told, start_s, end_s) or proven
            self._lap("decision")
            state, looked = self.decision.state, self.decision.looked
            yield Answer(
                verdict, before, state, changed, looked, analysis, window, by_stretch, by_loads, proven
            )

    def _explain(self, told: Verdict, start_s: float, end_s: float) -> tuple[Verdict | None, bool]:
        """Return what all loads so far make of a verdict, and True if they have just proven ducts.

        None if they change nothing. What was taken for broken bars until a proof is taken back.
        """
        if self._load_sweep is None:
            return None, False
        explained = self._load_sweep.explain(told, start_s, end_s)
        proof = self._load_sweep.proof
        if proof is not None:
            self.decision.take_back(proof)
        return None if explained is told else explained, proof is not None

    def _remember(self, window: Window, analysis: Analysis, verdict: Verdict) -> Verdict | None:
        """Keep the current of a window; return what the minutes up to it say if it is too short by itself."""
        try:
            self._memory.take(window, analysis)
            refusal, span = verdict.refusal, verdict.window
            if refusal is None or span is None or refusal.reason not in _TOO_SHORT:
                return None
            longer = self._memory.analyse()
        except Exception as error:  # noqa: BLE001 - as in `judge`
            self.failures.failed(window, error)
            self._memory = LongMemory(self._nameplate)
            return None
        if longer is None or longer.evidence.stretch_s is None:
            return None
        stretch = _stretch(span, longer.evidence.stretch_s, window.current.stream.rate_hz)
        found = diagnose_stretch(longer, stretch)
        return None if found is None else replace(found, others=verdict.others, latency_ms=verdict.latency_ms)

    def _ask_newest_part(self, window: Window, verdict: Verdict, waited_s: float) -> Verdict | None:
        """Return what a window says since its load stepped; None if nothing, or if it did not step.

        Of one whose load changes without a step, the newest half is asked.
        """
        refusal = verdict.refusal
        if refusal is None or (refusal.reason, refusal.quantity) not in of_samples.OF_THE_LOAD:
            return None
        part_s = steady_s(window.current, self._nameplate.line_frequency_hz)
        part_s = part_s if part_s < window.length_s else window.length_s / 2
        if part_s < _SHORTEST_PART_S:
            return None
        part = newest_part(window, part_s)
        try:
            analysis = self._part_analyser.analyse(part)
            found = self.broken_bars.diagnose(analysis, _span(part, waited_s))
        except Exception as error:  # noqa: BLE001 - as in `judge`
            self.failures.failed(part, error)
            self._part_analyser = Analyser(self._nameplate, self._images)
            return None
        if found.refusal is not None:
            return None
        evidence = replace(found.evidence, stretch_s=part_s)
        return replace(found, evidence=evidence, others=verdict.others, latency_ms=verdict.latency_ms)

    @property
    def known(self) -> KnownMotor | None:
        """What windows are judged with of what was learned of the motor; None if nothing."""
        return self._known

    def know(self, known: KnownMotor | None) -> None:
        """Answer windows whose slip nothing shows by what was learned of the motor, from now on."""
        if known != self._known:
            self._known = known
            self._knowing = None if known is None else Analyser(self._nameplate, self._images, known)

    def look_again(self, window: Window, analysis: Analysis) -> Analysis | None:
        """Return what a window shows at the slip that was learned of the motor; None if none was."""
        return None if self._knowing is None else self._knowing.analyse_again(window, analysis)

    def _ask_known(self, window: Window, analysis: Analysis, verdict: Verdict) -> Verdict | None:
        """Return what a window says at the slip that was learned; None if nothing, or if it needs none."""
        refusal, span, slips = verdict.refusal, verdict.window, analysis.slips
        if self._knowing is None or refusal is None or span is None or slips is None:
            return None
        if slips.source != "current" or refusal.reason not in WEAK_EVIDENCE:
            return None
        try:
            again = self.look_again(window, analysis)
            found = None if again is None else self.broken_bars.diagnose(again, span)
        except Exception as error:  # noqa: BLE001 - as in `judge`
            self.failures.failed(window, error)
            return None
        if found is None or found.refusal is not None:
            return None
        return replace(found, others=verdict.others, latency_ms=verdict.latency_ms)

    def _on_one_axis(self, window: Window) -> tuple[float, float]:
        """Return start and end of a window, s, on an axis that goes on when the device counts anew."""
        if self._before_s + window.start_s + window.length_s < self._end_s:
            self._before_s = self._end_s
        self._end_s = self._before_s + window.start_s + window.length_s
        return self._end_s - window.length_s, self._end_s

    def judge(self, window: Window, waited_s: float = 0.0) -> tuple[Analysis, Verdict]:
        """Measure a single window and say what it shows, whatever came before it.

        An unforeseen exception costs this window and no more.
        """
        span = _span(window, waited_s)
        try:
            analysis = self._analyser.analyse(window)
            self._lap("signals")
            verdict = self.broken_bars.diagnose(analysis, span)
        except Exception as error:  # noqa: BLE001 - the same samples would end the process at each restart
            refusal = self.failures.failed(window, error)
            # What the analyser keeps between windows may be half done.
            self._analyser = Analyser(self._nameplate, self._images)
            return Analysis(Evidence(), refusal), self._failed(refusal, span)
        others = self.conditions.judge(window, analysis, span, self.failures.failed)
        self._lap("conditions")
        self.failures.passed()
        return analysis, replace(verdict, others=others)

    def figures(self, answer: Answer) -> Figures | None:
        """Return the ordinary figures of the window behind an answer; None if they cannot be measured."""
        try:
            return measure_figures(answer.window, answer.analysis, self._nameplate)
        except Exception as error:  # noqa: BLE001 - as in `judge`
            self.failures.failed(answer.window, error)
            return None

    def _failed(self, refusal: Refusal, span: WindowSpan) -> Verdict:
        others = self.conditions.refuse(refusal, span)
        return replace(starting(), refusal=refusal, window=span, others=others)


def _span(window: Window, waited_s: float) -> WindowSpan:
    """Return the dates of a window whose last samples waited, and the samples of its current stream."""
    current = window.current
    end_unix_s = window.received_unix_s - waited_s
    return WindowSpan(
        start_unix_s=end_unix_s - window.length_s,
        end_unix_s=end_unix_s,
        first_sample=current.first_scan,
        samples=current.valid.size,
        lost_samples=current.lost_samples,
    )


def _stretch(window: WindowSpan, length_s: float, rate_hz: float) -> WindowSpan:
    """Return the dates and samples of a stretch of so many seconds that ends with a window; none is lost."""
    samples = round(length_s * rate_hz)
    return replace(
        window,
        start_unix_s=window.end_unix_s - length_s,
        first_sample=window.first_sample + window.samples - samples,
        samples=samples,
        lost_samples=0,
    )
