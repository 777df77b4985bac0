"""Listens to the DAQ: windows of samples with what they show, and why none come."""

import logging
import time
from dataclasses import dataclass

from edge_agent.acquire.samples import Device, SampleBlock
from edge_agent.acquire.source import PortLost, PortOpened, Silence, Source
from edge_agent.doctor.rate import RateMeter
from edge_agent.figures import Figures
from edge_agent.limits import SOURCE
from edge_agent.motor import Nameplate
from edge_agent.refusals import of_samples
from edge_agent.signals.analysis import Analyser, Analysis
from edge_agent.signals.figures import measure_figures
from edge_agent.signals.images import ImageSpec
from edge_agent.verdict import Evidence
from edge_agent.windows.sliding import Window, Windows

_LOG = logging.getLogger(__name__)
_BEHIND_BLOCKS = 100
"""Byte blocks waiting from which whole windows are skipped. Judgement: a second or two of samples."""


@dataclass(frozen=True, slots=True)
class Look:
    """One window, and what it shows."""

    window: Window
    """The samples."""
    analysis: Analysis
    """What was measured, or why nothing could be."""
    figures: Figures
    """The ordinary figures, as `<motor>/measurements` has them."""


class Listener:
    """Takes samples from a source that somebody else has entered; asks no network and publishes nothing."""

    def __init__(self, nameplate: Nameplate, source: Source, length_s: float, step_s: float) -> None:
        """Prepare for windows of `length_s`, one every `step_s`."""
        self.device: Device | None = None
        """What the DAQ is; None before it is known."""
        self.lost: PortLost | None = None
        """Why the port is not open; None if it is."""
        self.opened = False
        """True once the port was open."""
        self.rates = RateMeter()
        """How many scans a second come."""
        self._nameplate = nameplate
        self._source = source
        self._windows = Windows(length_s, step_s)
        self._analyser = Analyser(nameplate, ImageSpec())
        self._samples_s = time.monotonic()

    @property
    def problem(self) -> str | None:
        """What is wrong although samples come."""
        return self._source.problem

    def listen(self, timeout_s: float) -> list[Look]:
        """Return what the samples that came in up to `timeout_s` complete."""
        looks = []
        for arrived_s, item in self._source.poll(timeout_s):
            match item:
                case SampleBlock():
                    self._samples_s = time.monotonic()
                    self.rates.take(arrived_s, item)
                    behind = self._source.waiting_blocks > _BEHIND_BLOCKS
                    looks += [self._look(window) for window in self._windows.push(item, behind)]
                case Device():
                    self._begin(item)
                case PortOpened():
                    self.lost, self.opened = None, True
                case PortLost():
                    self.lost = item
        return looks

    def silence(self) -> Silence | None:
        """Return why samples have not come for too long; None while they come."""
        patience_s = SOURCE.not_understood_s if self._source.understands_nothing else SOURCE.silent_s
        return self._source.silence() if time.monotonic() - self._samples_s > patience_s else None

    def _begin(self, device: Device) -> None:
        self.device = device
        self._samples_s = time.monotonic()
        self._windows.configure(device)
        self.rates.begin(device)

    def _look(self, window: Window) -> Look:
        try:
            analysis = self._analyser.analyse(window)
            return Look(window, analysis, measure_figures(window, analysis, self._nameplate))
        except Exception as error:  # noqa: BLE001 - odd samples must not end what is to explain them
            _LOG.warning("the analysis of a window failed: %r", error)
            self._analyser = Analyser(self._nameplate, ImageSpec())
            failed = Analysis(Evidence(), of_samples.ANALYSIS_FAILED.refuse(1))
            return Look(window, failed, Figures(running=False))
