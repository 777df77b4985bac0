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
from edge_agent.audit.memory import FILE_VERSION as AUDIT_VERSION
from edge_agent.audit.monitor import PlateAudit
from edge_agent.baseline.memory import FILE_VERSION as BASELINE_VERSION
from edge_agent.baseline.monitor import Baseline
from edge_agent.capabilities import capabilities
from edge_agent.captures.recorder import FOLDER, Captures
from edge_agent.config import Settings
from edge_agent.device_log import DeviceLog
from edge_agent.diagnose.model import Model
from edge_agent.explain import say_why
from edge_agent.health import HealthMeter
from edge_agent.pipeline import Answer, Pipeline
from edge_agent.publish.documents import Document, Origin
from edge_agent.publish.sink import Sink, draw_event_number, last_told, pulse_of
from edge_agent.reloading import Reloading, Reread, no_file
from edge_agent.remote import Remote
from edge_agent.running_time import RunningMeter
from edge_agent.self_test.schedule import SelfTest
from edge_agent.source_watch import SourceWatch
from edge_agent.state_folder import StateFolder
from edge_agent.supervision import Flag, ServiceManager, Supervisor, Watchdog
from edge_agent.trend import keeper
from edge_agent.verdict import Refusal, Verdict, in_short

_LOG = logging.getLogger(__name__)
_POLL_S = 0.2
"""The loop checks heartbeats and stop this often, s. Judgement."""
_PULSE_S = 1.0
"""Sinks feel a pulse this often, s. Judgement: they know within seconds that samples have stopped."""
_MAX_WAIT_S = 5.0
"""Windows whose last samples waited for longer, s, are skipped: so late is a verdict at most, beside the work
on it. Judgement: a short burden of the computer skips none."""


class Agent:
    """One motor's agent: the source's samples go through the stages, what follows to the sinks."""

    def __init__(
        self, settings: Settings, model: Model, source: Source, sinks: Sequence[Sink], read: Reread = no_file
    ) -> None:
        """Prepare; source and sinks are entered by `run`. `read` reads the configuration again."""
        self._nameplate = settings.motor
        self._window_s = settings.window.length_s
        self._accuracy = model.spec.figures
        self._source = source
        window, folder = settings.window, settings.state_folder()
        self._line = Pipeline(
            settings.motor, model, window.length_s, window.step_s, folder / "failed_windows"
        )
        origin = Origin(settings.agent.id, settings.motor.id, model.spec.name, model.sha256)
        self._captures = Captures(
            settings.captures.settings(), folder / FOLDER, self._line.windows, origin, settings.of_verdicts()
        )
        self._sinks = [*sinks, self._captures]  # last: an event is in the outbox before it is captured
        self._announcer = Announcer(
            origin,
            last_told(sinks, settings.motor.id),
            lambda: draw_event_number(sinks),
            self._captures.of_event,
        )
        self._folder = StateFolder(folder)
        self._alarm = AlarmLatch(self._folder.file("alarm.json", alarm.FILE_VERSION))
        running_file = self._folder.file("running_time.json", running_time.FILE_VERSION)
        self._running = RunningMeter(settings.motor, running_file)
        baseline_file = self._folder.file("baseline.json", BASELINE_VERSION)
        self._baseline = Baseline(settings.baseline_settings(), baseline_file)
        self._audit = PlateAudit(settings.motor, self._folder.file("audit.json", AUDIT_VERSION))
        self._trend = keeper.TrendKeeper(folder / keeper.FILE_NAME)
        self._newest: Answer | None = None
        self._is_first = True
        self._self_test = SelfTest(settings, model)
        self._reloading = Reloading(settings, read, self._baseline, self._captures, sinks)
        begin, capture, learn = self._self_test.begin, self._captures.capture_now, self._baseline.learn
        reload = self._reloading.reload
        self._remote = Remote(settings.motor.id, self._alarm, begin, capture, learn, reload)
        self._health = HealthMeter(settings.agent.id, model.sha256)
        self._source_watch = SourceWatch(source, self._health)
        self._device_log = DeviceLog(settings)
        self._supervisor = Supervisor()
        self._manager = ServiceManager()
        self._watchdog = Watchdog(self._manager)
        self._state_said_s = self._health_said_s = self._pulse_said_s = self._looked_s = time.monotonic()

    def run(self, stop: Flag, hung_up: Flag | None = None) -> None:
        """Diagnose until `stop` is set; `hung_up` has the configuration read again, and is cleared.

        Raises ThreadLostError if a thread dies or stalls, WindowsFailError if no window can be analysed.
        """
        self._say_alarm()
        self._say_state(self._state)  # first: whoever sees us online must see no older state
        with contextlib.ExitStack() as entered:
            parts: list[Sink | Source] = [*self._sinks, self._source]
            for part in parts:
                entered.enter_context(part)
                if part.watched is not None:
                    self._supervisor.watch(part.watched)
            entered.callback(self._running.save)
            entered.callback(self._baseline.save)
            entered.callback(self._audit.save)
            entered.callback(self._trend.close)
            self._manager.ready(in_short(self._state))
            while not stop.is_set():
                paused, news = self._source_watch.poll(_POLL_S)
                if paused is not None:
                    self._refuse(paused)
                for arrived_s, item in news:
                    self._take(item, arrived_s)
                    if stop.is_set():
                        break
                    if time.monotonic() - self._looked_s >= _POLL_S:
                        self._look_after()
                self._look_after()
                self._reloading.look_at(hung_up)
            self._manager.stopping()

    @property
    def _state(self) -> Verdict:
        """The state of the motor, as its audit and its baseline read it."""
        return self._baseline.judge(self._audit.judge(self._line.decision.state))

    def _take(self, item: News, arrived_s: float) -> None:
        """Take what the source gives: samples go through the stages, and each window's answer is told."""
        match item:
            case SampleBlock():
                self._source_watch.samples_came()
                waited_s = time.monotonic() - arrived_s
                self._captures.add(item)
                for answer in self._line.push(item, waited_s > _MAX_WAIT_S, waited_s):
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
        self._self_test.forget()
        before = self._state
        self._baseline.begin_run()
        if self._line.configure(device):
            self._say_change(before, self._state)
        self._captures.begin(device)
        self._device_log.device_came(device)
        self._audit.begin(device)
        self._say_info(device)

    def _tell(self, answer: Answer) -> None:
        """Publish what a window showed, and the state if that changed it."""
        answer = self._baseline.take(self._audit.take(answer))
        self._health.answered(answer.verdict)
        self._device_log.dead(answer.analysis.dead)
        self._say(self._announcer.diagnosis(answer.verdict))
        for sink in self._sinks:
            sink.show(answer)
        if answer.changed:
            self._say_change(answer.before, answer.state)
            self._device_log.refused(answer.state, lambda: say_why(answer, self._nameplate))
        news = self._announcer
        if self._alarm.update(answer.told, answer.state, answer.looked, news.newest_event, news.captured):
            self._say_alarm()
        self._running.take(answer.window)
        self._trend.take(answer.told, answer.looked)
        self._self_test.take(answer)
        self._newest = answer
        if self._is_first:
            self._is_first = False
            self._say_figures()

    def _refuse(self, refusal: Refusal) -> None:
        """Without samples there is no state: tell why, if that was not told before."""
        before = self._state
        if self._line.decision.refuse(refusal):
            self._say_change(before, self._state)

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

    def _say_info(self, device: Device) -> None:
        can_tell = capabilities(device.streams, self._nameplate, self._window_s)
        findings = self._audit.findings
        self._say(self._announcer.info(self._nameplate, device, can_tell, self._accuracy, findings))

    def _say_baseline(self) -> None:
        self._say(self._announcer.baseline(self._baseline.status))

    def _say_figures(self) -> None:
        """Say the ordinary figures of the newest window, unless they were said before."""
        answer, self._newest = self._newest, None
        figures = None if answer is None else self._line.figures(answer)
        if figures is not None:
            self._say(self._announcer.measurements(figures, self._running.time))

    def _say_trend(self) -> None:
        """Say how the motor develops, once after each hour."""
        outlook = self._trend.news()
        if outlook is not None:
            self._say(self._announcer.trend(outlook))

    def _say_health(self) -> None:
        self._health_said_s = time.monotonic()
        counts = self._line.windows.counts
        health = self._health.read(self._source, counts, self._sinks, self._folder.problem)
        self._say(self._self_test.tell(health))

    def _say_pulse(self) -> None:
        self._pulse_said_s = time.monotonic()
        self._folder.look_after()
        pulse = pulse_of(self._line.windows.counts, self._source, self._sinks)
        for sink in self._sinks:
            sink.feel(pulse)

    def _say(self, document: Document) -> None:
        """Hand a document to every sink; an event is on the disk before anything else happens."""
        for sink in self._sinks:
            sink.take(document)

    def _obey(self) -> None:
        """Do what was asked over any sink, and answer; a change of alarm or state is told first."""
        for request in [request for sink in self._sinks for request in sink.requests()]:
            before, state = self._alarm.latched, self._state
            reply = self._remote.answer(request)
            if self._state.severity != state.severity:
                self._say_change(state, self._state)
            if self._alarm.latched != before:
                self._say_alarm()
            if reply is not None:
                self._say(reply)

    def _test_self(self) -> None:
        """Do the next part of a self-test that runs; tell how it ended."""
        outcome = self._self_test.step()
        if outcome is not None:
            for reply in self._remote.self_tested(outcome):
                self._say(reply)
            self._say_health()

    def _look_after(self) -> None:
        """What is done between samples: supervision, the watchdog, commands, the heartbeats."""
        self._supervisor.check()
        self._line.failures.check()
        self._captures.look_after()
        self._obey()
        self._test_self()
        if self._baseline.has_news():
            self._say_baseline()
        for device in self._audit.news():
            self._say_info(device)
        now_s = self._looked_s = time.monotonic()
        silence = self._source_watch.refusal()
        if silence is None:
            self._watchdog.processed(self._line.windows.counts.samples_received, now_s)
        else:
            self._refuse(silence)
            self._watchdog.source_known_silent(now_s)
        if now_s - self._pulse_said_s >= _PULSE_S:
            self._say_pulse()
        if now_s - self._state_said_s >= self._reloading.heartbeat_s:
            self._say_state(self._state)
            self._alarm.save()
            self._say_alarm()
            self._say_baseline()
        if now_s - self._health_said_s >= self._reloading.heartbeat_s:
            self._say_health()
            self._say_figures()
            self._say_trend()
