"""The line of one motor: its samples go through the stages, and what follows goes to the sinks."""

import contextlib
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from edge_agent import alarm, running_time
from edge_agent.acquire.part import Part
from edge_agent.acquire.samples import Device, SampleBlock
from edge_agent.acquire.source import News, PortLost, PortOpened, Source
from edge_agent.alarm import AlarmLatch
from edge_agent.announce import Announcer
from edge_agent.audit.memory import FILE_VERSION as AUDIT_VERSION
from edge_agent.audit.monitor import PlateAudit
from edge_agent.baseline.memory import FILE_VERSION as BASELINE_VERSION
from edge_agent.baseline.monitor import Baseline
from edge_agent.capabilities import capabilities
from edge_agent.captures import judged
from edge_agent.captures.judged import JudgedCaptures
from edge_agent.captures.recorder import FOLDER, Captures
from edge_agent.conditions.memory import FILE_VERSION as CONDITIONS_VERSION
from edge_agent.conditions.monitor import Conditions
from edge_agent.config import Settings
from edge_agent.device_log import DeviceLog
from edge_agent.diagnose.load_sweep import FILE_VERSION as SWEEP_VERSION
from edge_agent.diagnose.load_sweep import LoadSweep
from edge_agent.diagnose.model import Model
from edge_agent.explain import say_why
from edge_agent.health import HealthMeter
from edge_agent.learned.memory import FILE_VERSION as LEARNED_VERSION
from edge_agent.learned.monitor import LearnedMotor
from edge_agent.pipeline import Answer, Pipeline
from edge_agent.publish.documents import Document, Origin, Reply
from edge_agent.publish.sink import Request, Sink, draw_event_number, last_told
from edge_agent.refusals import of_samples
from edge_agent.reloading import Reloading, Reread
from edge_agent.remote import Remote
from edge_agent.running_time import RunningMeter
from edge_agent.self_test.schedule import SelfTest
from edge_agent.source_watch import SourceWatch
from edge_agent.state_folder import StateFolder
from edge_agent.supervision import Watchdog
from edge_agent.told_file import FILE_VERSION as TOLD_VERSION
from edge_agent.told_file import ToldFile
from edge_agent.trend import keeper
from edge_agent.verdict import Refusal, Verdict

_LOG = logging.getLogger(__name__)
_MAX_WAIT_S = 5.0
"""Windows whose last samples waited for longer, s, are skipped: so late is a verdict at most, beside the work
on it. Judgement: a short burden of the computer skips none."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What all motors of an agent share."""

    model: Model
    """The network."""
    sinks: Sequence[Sink]
    """Where documents go."""
    health: HealthMeter
    """Counts for the health of the agent."""
    watchdog: Watchdog
    """Is told of each motor's progress."""
    show_state: Callable[[str, Verdict], None]
    """Shows the state of a motor, by its id, where the service manager shows it."""
    read: Reread
    """Reads the configuration again."""
    several: bool
    """True if the motors have names in the log, and a file each for what was told last."""


class MotorLine:
    """One motor, from its samples to documents. Entered, it writes captures; left, it saves what it knows."""

    def __init__(self, settings: Settings, source: Source, shared: Shared, part: Part | None = None) -> None:
        """Prepare; whoever enters the source feeds the line by `take`. `part` is its part of a shared DAQ."""
        self.motor = settings.motor.id
        """Id of the motor."""
        self._nameplate = settings.motor
        self._window_s = settings.window.length_s
        self._accuracy = shared.model.spec.figures
        self._shared = shared
        self._part = part
        folder = settings.state_folder()
        self.folder = StateFolder(folder)
        """The folder of what must outlive a restart."""
        self.pipeline = _pipeline(settings, shared.model, self.folder)
        """From samples to answers."""
        origin = Origin(settings.agent.id, self.motor, shared.model.spec.name, shared.model.sha256)
        self.captures = _captures(settings, origin, self.pipeline)
        """The recordings of what happens."""
        self._sinks = [*shared.sinks, self.captures]  # last: an event is in the outbox before it is captured
        self._told_file = ToldFile(self.folder.file("told.json", TOLD_VERSION)) if shared.several else None
        told = last_told(shared.sinks, self.motor) if self._told_file is None else self._told_file.read()
        self._announcer = Announcer(
            origin, told, lambda: draw_event_number(shared.sinks), self.captures.of_event
        )
        self._alarm = AlarmLatch(self.folder.file("alarm.json", alarm.FILE_VERSION))
        running_file = self.folder.file("running_time.json", running_time.FILE_VERSION)
        self._judged = JudgedCaptures(self.folder.file(judged.FILE_NAME, judged.FILE_VERSION))
        self._running = RunningMeter(settings.motor, running_file)
        baseline_file = self.folder.file("baseline.json", BASELINE_VERSION)
        self._baseline = Baseline(settings.baseline_settings(), baseline_file)
        self._learned = LearnedMotor(settings.motor, self.folder.file("learned.json", LEARNED_VERSION))
        self._audit = PlateAudit(settings.motor, self.folder.file("audit.json", AUDIT_VERSION))
        self._trend = keeper.TrendKeeper(folder / keeper.FILE_NAME)
        self.folder.tell_of(self._trend)
        self._newest: Answer | None = None
        self._is_first = True
        self.self_test = SelfTest(settings, shared.model, self.folder)
        """The proof that a broken bar would be found."""
        self.reloading = Reloading(
            settings, shared.read, self._baseline, self.captures, shared.sinks, self.pipeline.conditions
        )
        """Reads the configuration again, and knows how often state and health are said."""
        begin, capture = self.self_test.begin, self.captures.capture_now
        reload = self.reloading.reload
        self._remote = Remote(self.motor, self._alarm, begin, capture, self._learn_anew, reload)
        name = self.motor if shared.several else ""
        self._source_watch = SourceWatch(source, self._say_source_problem, name)
        self._device_log = DeviceLog(settings, name)
        self._state_said_s = time.monotonic()
        self._entered = contextlib.ExitStack()

    def __enter__(self) -> Self:
        self._entered.enter_context(self.captures)
        self._entered.callback(self._running.save)
        self._entered.callback(self._baseline.save)
        self._entered.callback(self.pipeline.conditions.save)
        self._entered.callback(self._audit.save)
        self._entered.callback(self._learned.save)
        self._entered.callback(self._trend.close)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._entered.close()

    @property
    def state(self) -> Verdict:
        """The state of the motor, as its audit and its baseline read it."""
        return self._baseline.judge(self._audit.judge(self.pipeline.decision.state))

    def say_first(self) -> None:
        """Say alarm and state before anything else: whoever sees us online must see no older state."""
        self._say_alarm()
        self._say_state(self.state)

    def take(self, item: News, arrived_s: float) -> None:
        """Take what the source gives: samples go through the stages, and each window's answer is told."""
        match item if self._part is None else self._part.of(item):
            case SampleBlock() as block:
                self._source_watch.samples_came()
                waited_s = time.monotonic() - arrived_s
                self.captures.add(block)
                for answer in self.pipeline.push(block, waited_s > _MAX_WAIT_S, waited_s):
                    self._tell(answer)
            case Device() as device:
                self._begin(device)
            case PortOpened() as port:
                self._source_watch.port_opened(port)
            case PortLost() as port:
                self.refuse(self._source_watch.port_lost(port))

    def answer(self, request: Request) -> Reply | None:
        """Do what was asked, and return the reply; a change of alarm or state is told first."""
        before, state = self._alarm.latched, self.state
        reply = self._remote.answer(request)
        if self.state.severity != state.severity:
            self._say_change(state, self.state)
        if self._alarm.latched != before:
            self._judged.note(self._alarm.latched)
            self._say_alarm()
        return reply

    def test_self(self) -> list[Reply] | None:
        """Do the next part of a self-test that runs; return the replies when it ends, else None."""
        outcome = self.self_test.step()
        return None if outcome is None else self._remote.self_tested(outcome)

    def look_after(self) -> None:
        """Do what is due between samples: captures, the silence of the source, the heartbeat of the state."""
        self.captures.look_after()
        if self._baseline.has_news():
            self._say_baseline()
        if self._learned.has_news():
            self._say_learned()
        for device in self._audit.news():
            self._say_info(device)
        now_s, watchdog = time.monotonic(), self._shared.watchdog
        silence = self._source_watch.refusal()
        if silence is None:
            watchdog.processed(self.pipeline.windows.counts.samples_received, now_s, self.motor)
        else:
            self.refuse(silence)
            watchdog.source_known_silent(now_s, self.motor)
        if now_s - self._state_said_s >= self.reloading.heartbeat_s:
            self._say_state(self.state)
            self._alarm.save()
            self._say_alarm()
            self._say_baseline()
            self._say_learned()

    def say_beside_health(self) -> None:
        """Say what is said as often as health: the ordinary figures, and once an hour the trend."""
        self._say_figures()
        outlook = self._trend.news()
        if outlook is not None:
            self._say(self._announcer.trend(outlook))

    def give_up(self, problem: str) -> None:
        """Say that this motor has no state for now, because its line or its source failed."""
        self.refuse(of_samples.SILENCE.refuse(0.0))
        self._say_source_problem(problem)

    def refuse(self, refusal: Refusal) -> None:
        """Refuse a state without samples; tell why, if that was not told before."""
        before = self.state
        if self.pipeline.decision.refuse(refusal):
            self._say_change(before, self.state)

    def _learn_anew(self, sound: bool) -> str | None:
        problem = self._baseline.learn(sound)
        if problem is None:
            self.pipeline.conditions.learn_anew()
        return problem

    def _begin(self, device: Device) -> None:
        """Start with a device, or start over with one that has changed; its samples are yet to come."""
        self._source_watch.device_came()
        self._is_first = True
        self.self_test.forget()
        before = self.state
        self._baseline.begin_run()
        if self.pipeline.configure(device):
            self._say_change(before, self.state)
        self.captures.begin(device)
        self._device_log.device_came(device)
        self._audit.begin(device)
        self._learned.begin(device)
        self.pipeline.know(self._learned.known)
        self._say_info(device)

    def _tell(self, answer: Answer) -> None:
        """Publish what a window showed, and the state if that changed it."""
        self._learned.take(answer, accused=self._audit.refusal is not None)
        answer = self._baseline.take(self._audit.take(answer, self._learned.found))
        self._shared.health.answered(self.motor, answer.told)
        self._device_log.dead(answer.analysis.dead)
        self._say(self._announcer.diagnosis(answer.verdict))
        for sink in self._sinks:
            sink.show(answer, self.motor)
        if answer.changed:
            self._say_change(answer.before, answer.state)
            self._device_log.refused(answer.state, lambda: say_why(answer, self._nameplate))
        if answer.ducts_proven and self._alarm.take_back():
            self._say_alarm()
        news = self._announcer
        if self._alarm.update(answer.told, answer.state, answer.looked, news.newest_event, news.captured):
            self._say_alarm()
        self._running.take(answer.window)
        self._trend.take(answer.told, answer.looked)
        self.self_test.take(answer)
        self._newest = answer
        if self._is_first:
            self._is_first = False
            self._say_figures()
        self.pipeline.know(self._learned.known)  # last: a capture says with what this window was judged

    def _say_change(self, before: Verdict, after: Verdict) -> None:
        event = self._announcer.event(before, after)
        if event is not None:
            self._say(event)
            if self._told_file is not None:
                self._told_file.write(event)
        self._say_state(after)

    def _say_state(self, state: Verdict) -> None:
        self._state_said_s = time.monotonic()
        self._say(self._announcer.state(state))
        self._shared.show_state(self.motor, state)

    def _say_alarm(self) -> None:
        self._say(self._announcer.alarm(self._alarm.latched))

    def _say_info(self, device: Device) -> None:
        can_tell = capabilities(device.streams, self._nameplate, self._window_s)
        findings = self._audit.findings
        self._say(self._announcer.info(self._nameplate, device, can_tell, self._accuracy, findings))

    def _say_baseline(self) -> None:
        self._say(self._announcer.baseline(self._baseline.status))

    def _say_learned(self) -> None:
        self._say(self._announcer.learned(self._learned.status))

    def _say_figures(self) -> None:
        """Say the ordinary figures of the newest window, unless they were said before."""
        answer, self._newest = self._newest, None
        figures = None if answer is None else self.pipeline.figures(answer)
        if figures is not None:
            self._say(self._announcer.measurements(figures, self._running.time))

    def _say_source_problem(self, problem: str | None) -> None:
        self._shared.health.source_problem(self.motor, problem)

    def _say(self, document: Document) -> None:
        """Hand a document to every sink; an event is on the disk before anything else happens."""
        for sink in self._sinks:
            sink.take(document)


def _pipeline(settings: Settings, model: Model, folder: StateFolder) -> Pipeline:
    """Return the stages of a motor; what the loads of hours tell goes on where it was."""
    sweep = LoadSweep(settings.motor, folder.file("load_sweep.json", SWEEP_VERSION))
    failed, window = settings.state_folder() / "failed_windows", settings.window
    return Pipeline(
        settings.motor,
        model,
        window.length_s,
        window.step_s,
        failed,
        load_sweep=sweep,
        conditions=_conditions(settings, folder),
    )


def _captures(settings: Settings, origin: Origin, pipeline: Pipeline) -> Captures:
    return Captures(
        settings.captures.settings(),
        settings.state_folder() / FOLDER,
        pipeline.windows,
        origin,
        settings.of_verdicts(),
        known=lambda: pipeline.known,
    )


def _conditions(settings: Settings, folder: StateFolder) -> Conditions:
    """Return what finds conditions beside the bars; it learns as long as the baseline does."""
    baseline, file = settings.baseline_settings(), folder.file("conditions.json", CONDITIONS_VERSION)
    return Conditions(settings.motor, file=file, hours=baseline.hours if baseline.enabled else None)
