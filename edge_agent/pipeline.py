"""From samples to answers: the only caller of analysis, network and diagnosis.

    samples -> windows -> evidence and images -> findings on each fault -> state over time
               Windows    Analyser               Diagnoser                Decision

Live and replayed samples take the very same way: agent, replay, bench, the evaluation of models and the tests
come through here. A check of any stage may refuse a window: its verdict is then indeterminate, with the
reason. The same window gives the same verdict, in whichever pieces it came; time decides only what is skipped
when the agent is behind, and the time stamps.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from edge_agent.acquire.samples import Device, SampleBlock
from edge_agent.diagnose import FURTHER
from edge_agent.diagnose.broken_bars import BrokenBars
from edge_agent.diagnose.decision import Decision, starting
from edge_agent.diagnose.diagnoser import Lap
from edge_agent.diagnose.load_sweep import LoadSweep
from edge_agent.diagnose.model import Model
from edge_agent.failures import FailedWindows
from edge_agent.figures import Figures
from edge_agent.motor import Nameplate
from edge_agent.refusals import of_samples
from edge_agent.signals.analysis import Analyser, Analysis
from edge_agent.signals.figures import measure_figures
from edge_agent.signals.images import ImageSpec
from edge_agent.verdict import Evidence, Finding, Refusal, State, Verdict, WindowSpan
from edge_agent.windows.sliding import Window, Windows


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
    ducts_proven: bool = False
    """True if this window brought the proof that the rotor's ducts make what was taken for broken bars."""

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
    ) -> None:
        """Prepare for windows of `length_s`, one every `step_s`.

        The samples of windows whose analysis fails are kept in `failed_folder`; `lap` is called with the name
        of each stage when it ends: windows, signals, model, decision. Without `load_sweep`, as for recordings
        of several motors, nothing is learned from many loads.
        """
        self.windows = Windows(length_s, step_s)
        self.decision = Decision()
        self.failures = FailedWindows(step_s, failed_folder)
        self.broken_bars = BrokenBars(model, lap)
        self._others = tuple(make(nameplate) for make in FURTHER)
        self._nameplate = nameplate
        self._images = ImageSpec(**model.spec.front_end)
        self._analyser = Analyser(nameplate, self._images)
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
        self.decision.forget()
        return self.decision.refuse(of_samples.STARTED.refuse(0))

    def push(self, block: SampleBlock, behind: bool = False, waited_s: float = 0.0) -> Iterator[Answer]:
        """Take samples; give an answer for each window that they complete, or skip it when behind.

        `waited_s` is how long they have waited since they arrived; latency and dates count from there.
        """
        arrived_s = time.monotonic() - waited_s
        windows = self.windows.push(block, behind)
        self._lap("windows")
        for window in windows:
            analysis, verdict = self.judge(window, waited_s)
            verdict = replace(verdict, latency_ms=1000 * (time.monotonic() - arrived_s))
            before = self.decision.state
            start_s, end_s = self._on_one_axis(window)
            verdict, proven = self._explain(verdict, start_s, end_s)
            changed = self.decision.update(verdict, start_s, end_s) or proven
            self._lap("decision")
            state, looked = self.decision.state, self.decision.looked
            yield Answer(verdict, before, state, changed, looked, analysis, window, proven)

    def _explain(self, verdict: Verdict, start_s: float, end_s: float) -> tuple[Verdict, bool]:
        """Return a verdict in the light of all loads, and True if these have just proven ducts.

        What was taken for broken bars until then is taken back.
        """
        if self._load_sweep is None:
            return verdict, False
        verdict = self._load_sweep.explain(verdict, start_s, end_s)
        proof = self._load_sweep.proof
        if proof is None:
            return verdict, False
        self.decision.take_back(proof)
        return verdict, True

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
            others = tuple(other.diagnose(analysis, span) for other in self._others)
            verdict = replace(self.broken_bars.diagnose(analysis, span), others=others)
        except Exception as error:  # noqa: BLE001 - the same samples would end the process at each restart
            refusal = self.failures.failed(window, error)
            # What the analyser keeps between windows may be half done.
            self._analyser = Analyser(self._nameplate, self._images)
            return Analysis(Evidence(), refusal), self._failed(refusal, span)
        self.failures.passed()
        return analysis, verdict

    def figures(self, answer: Answer) -> Figures | None:
        """Return the ordinary figures of the window behind an answer; None if they cannot be measured."""
        try:
            return measure_figures(answer.window, answer.analysis, self._nameplate)
        except Exception as error:  # noqa: BLE001 - as in `judge`
            self.failures.failed(answer.window, error)
            return None

    def _failed(self, refusal: Refusal, span: WindowSpan) -> Verdict:
        others = tuple(
            Finding(
                fault=other.fault,
                state=State.INDETERMINATE,
                refusal=refusal,
                evidence=Evidence(),
                window=span,
            )
            for other in self._others
        )
        return replace(starting(), refusal=refusal, window=span, others=others)


def _span(window: Window, waited_s: float) -> WindowSpan:
    """Dates of a window whose last samples waited, and the samples of its current stream."""
    current = window.current
    end_unix_s = window.received_unix_s - waited_s
    return WindowSpan(
        start_unix_s=end_unix_s - window.length_s,
        end_unix_s=end_unix_s,
        first_sample=current.first_scan,
        samples=current.valid.size,
        lost_samples=current.lost_samples,
    )
