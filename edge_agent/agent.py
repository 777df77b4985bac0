"""The whole program on one screen: serial bytes in, fault states out.

    serial bytes -> frames -> samples -> windows -> images -> model -> evidence + decision -> outbox -> MQTT
    SerialSource                         Windows    Analyser  Model    diagnose, Decision     Sinks

`Line.push` takes samples through the stages; `Agent.run` feeds it from the port, publishes what comes
out, watches every thread and stops them in order.
"""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from edge_agent.acquire.samples import Device, SampleBlock
from edge_agent.acquire.source import News, PortLost, PortOpened, Source
from edge_agent.announce import Announcer
from edge_agent.config import Settings
from edge_agent.device_log import DeviceLog
from edge_agent.diagnose.decision import Decision, starting
from edge_agent.diagnose.fusion import diagnose
from edge_agent.diagnose.model import Belief, Model
from edge_agent.failures import FailedWindows
from edge_agent.health import HealthMeter
from edge_agent.motor import Nameplate
from edge_agent.publish.sink import Document, Origin, Sink, last_told
from edge_agent.refusals import of_samples
from edge_agent.signals.analysis import Analyser, Analysis
from edge_agent.signals.checks import quality
from edge_agent.signals.images import ImageSpec
from edge_agent.source_watch import SourceWatch
from edge_agent.supervision import ServiceManager, Supervisor, Watchdog
from edge_agent.verdict import Evidence, Refusal, Verdict, WindowSpan, in_short
from edge_agent.windows.sliding import Window, Windows

_LOG = logging.getLogger(__name__)
_POLL_S = 0.2
"""The loop looks at heartbeats and stop this often, s. Judgement."""
_BEHIND_BLOCKS = 500
"""Byte blocks waiting from which whole windows are skipped: some seconds of samples."""


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

    def __init__(
        self,
        nameplate: Nameplate,
        model: Model,
        length_s: float,
        step_s: float,
        failed_folder: Path | None = None,
    ) -> None:
        """Prepare; the samples of windows whose analysis fails are kept in `failed_folder`."""
        self.windows = Windows(length_s, step_s)
        self.decision = Decision()
        self.failures = FailedWindows(step_s, failed_folder)
        self._nameplate = nameplate
        self._model = model
        self._analyser = self._new_analyser()

    def configure(self, device: Device) -> None:
        """Begin with a device, or with one that has changed; its windows must fit into memory."""
        self.windows.configure(device)
        self._analyser = self._new_analyser()

    def push(self, block: SampleBlock, behind: bool = False, waited_s: float = 0.0) -> Iterator[Answer]:
        """Take samples; give an answer for each window that they complete, or skip it when behind.

        `waited_s` is how long they have waited since they arrived; latency and dates count from there.
        """
        arrived_s = time.monotonic() - waited_s
        for window in self.windows.push(block, behind):
            analysis, verdict = self._judge(window, _span(window, waited_s))
            verdict = replace(verdict, latency_ms=1000 * (time.monotonic() - arrived_s))
            before = self.decision.state
            changed = self.decision.update(verdict)
            yield Answer(verdict, before, self.decision.state, changed, analysis, window)

    def _judge(self, window: Window, span: WindowSpan) -> tuple[Analysis, Verdict]:
        """Measure a window and say what it shows; an unforeseen exception costs this window and no more."""
        try:
            analysis = self._analyser.analyse(window)
            belief = self._believe(analysis)
            verdict = diagnose(analysis, belief, self._model.spec.thresholds.broken, span)
        except Exception as error:  # noqa: BLE001 - the same samples would end the process at each restart
            refusal = self.failures.failed(window, error)
            self._analyser = self._new_analyser()  # what it keeps between windows may be half done
            return Analysis(Evidence(), refusal), replace(starting(), refusal=refusal, window=span)
        self.failures.passed()
        return analysis, verdict

    def _believe(self, analysis: Analysis) -> Belief | None:
        """Ask the network, unless the signals already say that there is nothing to be asked."""
        if analysis.refusal is not None or analysis.inputs is None:
            return None
        return self._model.infer(analysis.inputs)

    def _new_analyser(self) -> Analyser:
        return Analyser(self._nameplate, ImageSpec(**self._model.spec.front_end))


Why = Callable[[Answer, Nameplate], str]
"""Says why a window gives no answer, and what to do."""


class Agent:
    """One motor's agent: the source's samples go through the stages, what follows to the sinks."""

    def __init__(
        self,
        settings: Settings,
        model: Model,
        source: Source,
        sinks: Sequence[Sink],
        why: Why = lambda answer, nameplate: "",
    ) -> None:
        """Prepare; `why` puts into words for the log why a window gives no answer."""
        self._why = why
        self._nameplate = settings.motor
        self._heartbeat_s = settings.mqtt.heartbeat_s
        self._source = source
        self._line = Line(
            settings.motor,
            model,
            settings.window.length_s,
            settings.window.step_s,
            settings.state_folder() / "failed_windows",
        )
        self._sinks = sinks
        origin = Origin(settings.agent.id, settings.motor.id, model.spec.name, model.sha256)
        self._announcer = Announcer(origin, last_told(sinks, settings.motor.id))
        self._health = HealthMeter(settings.agent.id, model.sha256)
        self._source_watch = SourceWatch(source, self._health)
        self._device_log = DeviceLog(settings)
        self._supervisor = Supervisor()
        self._manager = ServiceManager()
        self._watchdog = Watchdog(self._manager)
        self._state_said_s = self._health_said_s = time.monotonic()

    def run(self, stop: threading.Event, hung_up: threading.Event | None = None) -> None:
        """Diagnose until `stop` is set; `hung_up` is told in the log and cleared.

        Raises ThreadLostError when a thread dies or stalls, WindowsFailError when no window can be analysed.
        """
        self._say_state(self._line.decision.state)  # first: whoever sees us online must see no older state
        with contextlib.ExitStack() as entered:
            parts: list[Sink | Source] = [*self._sinks, self._source]
            for part in parts:
                entered.enter_context(part)
                if part.watched is not None:
                    self._supervisor.watch(part.watched)
            self._manager.ready(in_short(self._line.decision.state))
            while not stop.is_set():
                for arrived_s, item in self._source.poll(_POLL_S):
                    self._take(item, arrived_s)
                self._look_after()
                if hung_up is not None and hung_up.is_set():
                    hung_up.clear()
                    _LOG.warning(
                        "SIGHUP is ignored: the configuration is read at the start only; restart instead"
                    )
            self._manager.stopping()

    def _take(self, item: News, arrived_s: float) -> None:
        """Take what the source gives: samples go through the stages, and each window's answer is told."""
        match item:
            case SampleBlock():
                self._source_watch.samples_came()
                behind = self._source.waiting_blocks > _BEHIND_BLOCKS
                waited_s = time.monotonic() - arrived_s
                for answer in self._line.push(item, behind, waited_s):
                    self._tell(answer)
            case Device():
                self._begin(item)
            case PortOpened():
                self._source_watch.port_opened(item)
            case PortLost():
                self._refuse(self._source_watch.port_lost(item))

    def _begin(self, device: Device) -> None:
        """Start with a device, or start over with one that has changed; its samples are yet to come."""
        self._source_watch.device_came()
        self._line.configure(device)
        self._refuse(of_samples.STARTED.refuse(0))
        self._device_log.device_came(device)

    def _tell(self, answer: Answer) -> None:
        """Tell what a window showed, and the state if that changed it."""
        self._health.answered(answer.verdict)
        self._device_log.dead(answer.analysis.dead)
        self._say(self._announcer.diagnosis(answer.verdict))
        if answer.changed:
            self._say_change(answer.before, answer.state)
            self._device_log.refused(answer.state, lambda: self._why(answer, self._nameplate))

    def _refuse(self, refusal: Refusal) -> None:
        """Without samples there is no state: tell why, if that was not told before."""
        before = self._line.decision.state
        if self._line.decision.refuse(refusal):
            self._say_change(before, self._line.decision.state)

    def _say_change(self, before: Verdict, after: Verdict) -> None:
        event = self._announcer.event(before, after)
        if event is not None:
            self._say(event)
        self._say_state(after)

    def _say_state(self, state: Verdict) -> None:
        self._state_said_s = time.monotonic()
        self._say(self._announcer.state(state))
        self._manager.status(in_short(state))

    def _say_health(self) -> None:
        self._health_said_s = time.monotonic()
        self._say(self._health.read(self._source, self._line.windows.counts, self._sinks))

    def _say(self, document: Document) -> None:
        """Hand a document to every sink; an event is on the disk before anything else happens."""
        for sink in self._sinks:
            sink.take(document)

    def _look_after(self) -> None:
        """What is done between samples: supervision, the watchdog, the heartbeats."""
        self._supervisor.check()
        self._line.failures.check()
        now_s = time.monotonic()
        silence = self._source_watch.refusal()
        if silence is None:
            self._watchdog.processed(self._line.windows.counts.samples_received, now_s)
        else:
            self._refuse(silence)
            self._watchdog.source_known_silent(now_s)
        if now_s - self._state_said_s >= self._heartbeat_s:
            self._say_state(self._line.decision.state)
        if now_s - self._health_said_s >= self._heartbeat_s:
            self._say_health()


def _span(window: Window, waited_s: float) -> WindowSpan:
    """Dates of a window whose last samples waited, and the samples of its current stream."""
    current = quality.current_stream(window) or window.streams[0]
    end_unix_s = window.received_unix_s - waited_s
    return WindowSpan(
        start_unix_s=end_unix_s - window.length_s,
        end_unix_s=end_unix_s,
        first_sample=current.first_scan,
        samples=current.valid.size,
        lost_samples=current.lost_samples,
    )
