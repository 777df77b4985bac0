"""The line of stages of one motor: sample blocks in, verdicts and states out."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from edge_agent.acquire.samples import Device, SampleBlock
from edge_agent.diagnose.decision import Decision
from edge_agent.diagnose.fusion import diagnose
from edge_agent.diagnose.model import Belief, Model
from edge_agent.diagnose.verdict import Verdict, WindowSpan
from edge_agent.motor import Nameplate
from edge_agent.signals import quality
from edge_agent.signals.analysis import Analyser, Analysis
from edge_agent.signals.images import ImageSpec
from edge_agent.signals.windows import Window, Windows


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
    """State, severity or reason became another."""
    analysis: Analysis
    """What was measured."""
    window: Window
    """The samples themselves."""


class Line:
    """The stages from samples to states. Live and replayed samples take the very same way.

    Everything here depends on the samples alone, never on when or in which pieces they came.
    """

    def __init__(self, nameplate: Nameplate, model: Model, length_s: float, step_s: float) -> None:
        self.windows = Windows(length_s, step_s)
        self.decision = Decision()
        self._nameplate = nameplate
        self._model = model
        self._analyser = self._new_analyser()

    def configure(self, device: Device) -> None:
        """Begin with a device, or with one that has changed."""
        self.windows.configure(device)
        self._analyser = self._new_analyser()

    def push(self, block: SampleBlock, behind: bool = False) -> Iterator[Answer]:
        """Take samples; give an answer for each window that they complete, or skip it when behind."""
        for window in self.windows.push(block, behind):
            started_s = time.monotonic()
            analysis = self._analyser.analyse(window)
            belief = self._believe(analysis)
            verdict = diagnose(analysis, belief, self._model.spec.thresholds.broken, _span(window))
            verdict = replace(verdict, latency_ms=1000 * (time.monotonic() - started_s))
            before = self.decision.state
            changed = self.decision.update(verdict)
            yield Answer(verdict, before, self.decision.state, changed, analysis, window)

    def _believe(self, analysis: Analysis) -> Belief | None:
        """Ask the network, unless the signals already say that there is nothing to be asked."""
        if analysis.refusal is not None or analysis.inputs is None:
            return None
        return self._model.infer(analysis.inputs)

    def _new_analyser(self) -> Analyser:
        return Analyser(self._nameplate, ImageSpec(**self._model.spec.front_end))


def _span(window: Window) -> WindowSpan:
    """Dates of a window, and the samples of its current stream."""
    current = next((s for s in window.streams if quality.currents_of(s)), window.streams[0])
    return WindowSpan(
        start_unix_s=window.received_unix_s - window.length_s,
        end_unix_s=window.received_unix_s,
        first_sample=current.first_scan,
        samples=current.valid.size,
        lost_samples=current.lost_samples,
    )
