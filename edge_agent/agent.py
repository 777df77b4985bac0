"""The whole program on one screen: serial bytes in, fault states out.

    serial bytes -> frames -> samples -> windows -> evidence -> findings -> state -> documents -> MQTT
    SerialSource                         Pipeline                         Announcer    Sinks

`Pipeline.push` takes samples through the stages; `Agent.run` feeds it from the port, publishes what comes
out, watches every thread and stops them in order. Events wait on disk (`publish.store.outbox`) until the
broker has confirmed them; states, diagnoses and health are kept in memory only.
"""

import contextlib
import logging
import time
from collections.abc import Sequence

from edge_agent import alarm, running_time
from edge_agent.acquire.samples import Device, SampleBlock
from edge_agent.acquire.source import News, PortLost, PortOpened, Source
from edge_agent.alarm import AlarmLatch
from edge_agent.announce import Announcer
from edge_agent.capabilities import capabilities
from edge_agent.config import Settings
from edge_agent.device_log import DeviceLog
from edge_agent.diagnose import load_sweep
from edge_agent.diagnose.load_sweep import LoadSweep
from edge_agent.diagnose.model import Model
from edge_agent.explain import say_why
from edge_agent.health import HealthMeter
from edge_agent.pipeline import Answer, Pipeline
from edge_agent.publish.documents import Document, Origin
from edge_agent.publish.sink import Pulse, Sink, draw_event_number, last_told
from edge_agent.remote import Remote
from edge_agent.running_time import RunningMeter
from edge_agent.source_watch import SourceWatch
from edge_agent.state_file import StateFile
from edge_agent.supervision import Flag, ServiceManager, Supervisor, Watchdog
from edge_agent.verdict import Refusal, Verdict, in_short

_LOG = logging.getLogger(__name__)
_POLL_S = 0.2
"""The loop checks heartbeats and stop this often, s. Judgement."""
_PULSE_S = 1.0
"""Sinks feel a pulse this often, s. Judgement: they know within seconds that samples have stopped."""
_BEHIND_BLOCKS = 500
"""Byte blocks waiting from which whole windows are skipped: some seconds of samples."""


class Agent:
    """One motor's agent: the source's samples go through the stages, what follows to the sinks."""

    def __init__(self, settings: Settings, model: Model, source: Source, sinks: Sequence[Sink]) -> None:
        """Prepare; source and sinks are entered by `run`."""
        self._nameplate = settings.motor
        self._window_s = settings.window.length_s
        self._accuracy = model.spec.figures
        self._heartbeat_s = settings.mqtt.heartbeat_s
        self._source = source
        sweep_file = StateFile(settings.state_folder() / "load_sweep.json", load_sweep.FILE_VERSION)
        self._line = Pipeline(
            settings.motor,
            model,
            settings.window.length_s,
            settings.window.step_s,
            settings.state_folder() / "failed_windows",
            load_sweep=LoadSweep(settings.motor, sweep_file),
        )
        self._sinks = sinks
        origin = Origin(settings.agent.id, settings.motor.id, model.spec.name, model.sha256)
        self._announcer = Announcer(
            origin, last_told(sinks, settings.motor.id), lambda: draw_event_number(sinks)
        )
        self._alarm = AlarmLatch(StateFile(settings.state_folder() / "alarm.json", alarm.FILE_VERSION))
        running_file = StateFile(settings.state_folder() / "running_time.json", running_time.FILE_VERSION)
        self._running = RunningMeter(settings.motor, running_file)
        self._newest: Answer | None = None
        self._is_first = True
        self._remote = Remote(settings.motor.id, self._alarm, lambda: model.prove_again(settings.model.file))
        self._health = HealthMeter(settings.agent.id, model.sha256)
        self._source_watch = SourceWatch(source, self._health)
        self._device_log = DeviceLog(settings)
        self._supervisor = Supervisor()
        self._manager = ServiceManager()
        self._watchdog = Watchdog(self._manager)
        self._state_said_s = self._health_said_s = self._pulse_said_s = time.monotonic()

    def run(self, stop: Flag, hung_up: Flag | None = None) -> None:
        """Diagnose until `stop` is set; `hung_up` is logged and cleared.

        Raises ThreadLostError if a thread dies or stalls, WindowsFailError if no window can be analysed.
        """
        self._say_alarm()
        self._say_state(self._line.decision.state)  # first: whoever sees us online must see no older state
        with contextlib.ExitStack() as entered:
            parts: list[Sink | Source] = [*self._sinks, self._source]
            for part in parts:
                entered.enter_context(part)
                if part.watched is not None:
                    self._supervisor.watch(part.watched)
            entered.callback(self._running.save)
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
        self._is_first = True
        before = self._line.decision.state
        if self._line.configure(device):
            self._say_change(before, self._line.decision.state)
        self._device_log.device_came(device)
        can_tell = capabilities(device.streams, self._nameplate, self._window_s)
        self._say(self._announcer.info(self._nameplate, device, can_tell, self._accuracy))

    def _tell(self, answer: Answer) -> None:
        """Publish what a window showed, and the state if that changed it."""
        self._health.answered(answer.verdict)
        self._device_log.dead(answer.analysis.dead)
        self._say(self._announcer.diagnosis(answer.verdict))
        if answer.changed:
            self._say_change(answer.before, answer.state)
            self._device_log.refused(answer.state, lambda: say_why(answer, self._nameplate))
        if answer.ducts_proven and self._alarm.take_back():
            self._say_alarm()
        news = self._announcer
        if self._alarm.update(answer.verdict, answer.state, answer.looked, news.newest_event, news.captured):
            self._say_alarm()
        self._running.take(answer.window)
        self._newest = answer
        if self._is_first:
            self._is_first = False
            self._say_figures()

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

    def _say_alarm(self) -> None:
        self._say(self._announcer.alarm(self._alarm.latched))

    def _say_figures(self) -> None:
        """Say the ordinary figures of the newest window, unless they were said before."""
        answer, self._newest = self._newest, None
        figures = None if answer is None else self._line.figures(answer)
        if figures is not None:
            self._say(self._announcer.measurements(figures, self._running.time))

    def _say_health(self) -> None:
        self._health_said_s = time.monotonic()
        self._say(self._health.read(self._source, self._line.windows.counts, self._sinks))

    def _say_pulse(self) -> None:
        self._pulse_said_s = time.monotonic()
        source = self._source
        pulse = Pulse(
            self._line.windows.counts,
            source.counts(),
            source.dropped_bytes,
            source.waiting_blocks,
            tuple(sink.counts for sink in self._sinks),
        )
        for sink in self._sinks:
            sink.feel(pulse)

    def _say(self, document: Document) -> None:
        """Hand a document to every sink; an event is on the disk before anything else happens."""
        for sink in self._sinks:
            sink.take(document)

    def _obey(self) -> None:
        """Do what was asked over any sink, and answer; a change of the alarm is told first."""
        for request in [request for sink in self._sinks for request in sink.requests()]:
            before = self._alarm.latched
            reply = self._remote.answer(request)
            if self._alarm.latched != before:
                self._say_alarm()
            self._say(reply)

    def _look_after(self) -> None:
        """What is done between samples: supervision, the watchdog, commands, the heartbeats."""
        self._supervisor.check()
        self._line.failures.check()
        self._obey()
        now_s = time.monotonic()
        silence = self._source_watch.refusal()
        if silence is None:
            self._watchdog.processed(self._line.windows.counts.samples_received, now_s)
        else:
            self._refuse(silence)
            self._watchdog.source_known_silent(now_s)
        if now_s - self._pulse_said_s >= _PULSE_S:
            self._say_pulse()
        if now_s - self._state_said_s >= self._heartbeat_s:
            self._say_state(self._line.decision.state)
            self._alarm.save()
            self._say_alarm()
        if now_s - self._health_said_s >= self._heartbeat_s:
            self._say_health()
            self._say_figures()
