"""The whole program on one screen: serial bytes in, fault states out.

    serial bytes -> frames -> samples -> windows -> evidence -> findings -> state -> documents -> MQTT
    SerialSource                         Pipeline                         Announcer    Sinks

    Feed: one DAQ       MotorLine: one motor, from its samples to its documents       shared by all motors

`Agent.run` lets each feed give its lines what has come, watches every thread and stops them in order. One
thread does it all: so nothing that the motors share needs a lock, and the watchdog is fed only if every motor
had its turn. Events wait on disk (`publish.store.outbox`) until the broker has confirmed them; states,
diagnoses and health are kept in memory only.
"""

import contextlib
import time
from collections.abc import Callable, Sequence
from functools import partial

from edge_agent.acquire.part import Part
from edge_agent.acquire.source import Source
from edge_agent.addressing import CommandsToMotors
from edge_agent.config import AgentSettings, Settings
from edge_agent.diagnose.model import Model
from edge_agent.failures import WindowsFailError
from edge_agent.feed import Feed
from edge_agent.free_memory import give_back
from edge_agent.health import HealthMeter
from edge_agent.lookout import Lookout
from edge_agent.motor_line import MotorLine, Shared
from edge_agent.publish.documents import Document
from edge_agent.publish.sink import Sink, pulse_of
from edge_agent.reloading import Reread, no_file, only_by_restart
from edge_agent.self_test.schedule import tell_all
from edge_agent.source_watch import Pauses
from edge_agent.supervision import Flag, ServiceManager, Supervisor, Watchdog
from edge_agent.verdict import Verdict, in_short

_POLL_S = 0.5
"""The loop checks heartbeats and stop this often, s. Judgement: each turn costs a millisecond."""
_AT_WORK_S = 1.0
"""The same while it works on samples, s. Judgement: longer than the wait, or each turn would check twice."""
_PULSE_S = 1.0
"""Sinks feel a pulse this often, s. Judgement: they know within seconds that samples have stopped."""

MakeSource = Callable[[], Source]
"""Makes the source of a DAQ, at the start and again after a failure."""


def part_of(settings: Settings, served: int) -> Part | None:
    """Return the part of a DAQ that is one motor's; None if it serves no other."""
    return None if served == 1 else Part([channel.name for channel in settings.device_channels()])


class Agent:
    """The motors of one agent: their samples go through the stages, what follows to the sinks."""

    def __init__(
        self,
        settings: AgentSettings,
        model: Model,
        sources: Sequence[MakeSource],
        sinks: Sequence[Sink],
        read: Reread = no_file,
        hold_place: Callable[[], None] = lambda: None,
        lookout: Lookout | None = None,
    ) -> None:
        """Prepare; `sources` are those of `settings.daqs()`. Sources and sinks are entered by `run`.

        `read` reads the configuration again; that of several motors is read at the start only. `hold_place`
        is called once a second, so that no other agent takes our folder. `lookout` ends a process that hangs.
        """
        shared = settings.shared
        self._own_sinks = list(sinks)
        self._health = HealthMeter(shared.agent.id, model.sha256, settings.names)
        self._hold_place = hold_place
        self._supervisor = Supervisor()
        self._lookout = lookout or Lookout(lambda: None)  # one that is not entered does nothing
        self._manager = ServiceManager()
        self._watchdog = Watchdog(self._manager, motors=settings.names)
        self._states: dict[str, Verdict] = {}
        common = Shared(
            model,
            sinks,
            self._health,
            self._watchdog,
            self._show_state,
            only_by_restart if settings.is_of_several else read,
            settings.is_of_several,
        )

        def maker(make_source: MakeSource, motors: Sequence[str]) -> Feed:
            served = [own for own in settings.motors if own.motor.id in motors]

            def make() -> tuple[Source, Sequence[MotorLine]]:
                source = make_source()
                return source, [MotorLine(own, source, common, part_of(own, len(served))) for own in served]

            return Feed(make)

        daqs = zip(sources, settings.daqs(), strict=True)
        self._feeds = [maker(make_source, motors) for make_source, (_, motors) in daqs]
        self._commands = CommandsToMotors(lambda: self.lines)
        self._health_said_s = self._pulse_said_s = self._looked_s = time.monotonic()
        self._pauses = Pauses()

    @property
    def lines(self) -> list[MotorLine]:
        """The line of each motor."""
        return [line for feed in self._feeds for line in feed.lines]

    @property
    def _sinks(self) -> list[Sink]:
        return [*self._own_sinks, *(line.captures for line in self.lines)]

    def run(self, stop: Flag, hung_up: Flag | None = None) -> None:
        """Diagnose until `stop` is set; `hung_up` has the configuration read again, and is cleared.

        Raises ThreadLostError if a thread dies or stalls, WindowsFailError if no window can be analysed. Of
        several motors, one that fails is started anew by itself, as long as another one works.
        """
        for line in self.lines:
            line.say_first()
        self._lookout.until(stop)
        with contextlib.ExitStack() as entered:
            for sink in self._own_sinks:
                entered.enter_context(sink)
                if sink.watched is not None:
                    self._supervisor.watch(sink.watched)
            for feed in self._feeds:
                entered.enter_context(feed)
            self._manager.ready(self._status())
            self._pauses = Pauses()  # a start may take as long as it does
            while not stop.is_set():
                for feed in self._feeds:
                    self._wait_for(feed)
                    self._take_news(feed, stop)
                self._look_after()
                self.lines[0].reloading.look_at(hung_up)
            self._lookout.left()
            self._manager.stopping()

    def _wait_for(self, feed: Feed) -> None:
        """Wait for what a DAQ gives.

        Only the first one that works is waited for: meanwhile the others gather what they give.
        """
        awaited = next((own for own in self._feeds if not own.is_down), feed)
        wait_s = _POLL_S if feed is awaited else 0.0
        self._do(feed, lambda: feed.gather(wait_s))

    def _do(self, feed: Feed, work: Callable[[], None]) -> None:
        """Do the work of a feed."""
        self._guarded(feed, work)
        self._end_stale_states()

    def _end_stale_states(self) -> None:
        """End every state after a pause of the whole process. Asked before anything is said again."""
        pause = self._pauses.notice()
        if pause is not None:
            for stale in self._feeds:
                self._guarded(stale, partial(stale.refuse, pause))

    def _take_news(self, feed: Feed, stop: Flag) -> None:
        """Take what a DAQ gave, and look after everything meanwhile, since that may take long."""
        while feed.has_news and not stop.is_set():
            self._do(feed, feed.take_one)
            if time.monotonic() - self._looked_s >= _AT_WORK_S:
                self._look_after()

    def _guarded(self, feed: Feed, work: Callable[[], None]) -> None:
        """Do the work of a feed; one that fails is stopped alone if another one still works."""
        if feed.is_down:
            return
        try:
            work()
        except Exception as error:
            if all(other is feed or other.is_down for other in self._feeds):
                raise
            feed.fail(error)

    def _look_after(self) -> None:
        """Do what is due between samples: supervision, the watchdog, commands, the heartbeats."""
        self._lookout.turned()
        self._supervisor.check()
        self._check_windows()
        for feed in self._feeds:
            self._guarded(feed, feed.check)
        self._obey()
        self._test_self()
        self._end_stale_states()
        for feed in self._feeds:
            if feed.is_down:
                feed.start_anew(self._watchdog)
            else:
                self._guarded(feed, feed.look_after)
        self._end_stale_states()
        now_s = self._looked_s = time.monotonic()
        if now_s - self._pulse_said_s >= _PULSE_S:
            self._say_pulse()
        if now_s - self._health_said_s >= self.lines[0].reloading.heartbeat_s:
            self._say_health()
            for feed in self._feeds:
                self._guarded(feed, feed.say_beside_health)

    def _check_windows(self) -> None:
        """Raise WindowsFailError if no motor has a window that can be analysed."""
        failures = []
        for line in self.lines:
            try:
                line.pipeline.failures.check()
            except WindowsFailError as error:
                failures.append(error)
        if len(failures) == len(self.lines):
            raise failures[0]

    def _obey(self) -> None:
        """Do what was asked over any sink, and answer."""
        for request in [request for sink in self._own_sinks for request in sink.requests()]:
            reply = self._commands.answer(request)
            if reply is not None:
                self._say(reply)

    def _test_self(self) -> None:
        """Do the next part of a self-test that runs, one motor after another; tell how it ended.

        A part takes as long as several windows: it waits while samples do.
        """
        line = next((line for line in self.lines if line.self_test.runs), None)
        if line is None or any(feed.has_news for feed in self._feeds):
            return
        replies = line.test_self()
        for reply in replies or ():
            self._say(reply)
        if replies is not None:
            self._say_health()

    def _say_health(self) -> None:
        self._health_said_s = time.monotonic()
        give_back()
        windows = [line.pipeline.windows.counts for line in self.lines]
        sources, problems = (
            [feed.source for feed in self._feeds],
            [line.folder.problem for line in self.lines],
        )
        health = self._health.read(sources, windows, self._sinks, next(filter(None, problems), None))
        self._say(tell_all(health, {line.motor: line.self_test for line in self.lines}))

    def _say_pulse(self) -> None:
        self._pulse_said_s = time.monotonic()
        for line in self.lines:
            line.folder.look_after()
        self._hold_place()
        windows = {line.motor: line.pipeline.windows.counts for line in self.lines}
        pulse = pulse_of(windows, [feed.source for feed in self._feeds], self._sinks)
        for sink in self._sinks:
            sink.feel(pulse)

    def _show_state(self, motor: str, state: Verdict) -> None:
        self._states[motor] = state
        self._manager.status(self._status())

    def _status(self) -> str:
        """Return the states in one line, each after the name of its motor if there are several."""
        if len(self._states) == 1:
            return in_short(next(iter(self._states.values())))
        return "; ".join(f"{motor}: {in_short(state)}" for motor, state in self._states.items())

    def _say(self, document: Document) -> None:
        for sink in self._sinks:
            sink.take(document)
