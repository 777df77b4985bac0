"""The whole program on one screen: serial bytes in, fault states out.

    serial bytes -> frames -> samples -> windows -> images -> model -> evidence + decision -> outbox -> MQTT
    SerialSource                         Windows    Analyser  Model    diagnose, Decision     Publisher

`Line.push` takes samples through the stages; `Agent.run` feeds it from the port, publishes what comes
out, watches every thread and stops them in order.
"""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from edge_agent.acquire.port_source import SerialSource
from edge_agent.acquire.samples import Device, SampleBlock
from edge_agent.acquire.source import News, PortLost, PortOpened, Silence
from edge_agent.capabilities import capabilities
from edge_agent.config import Settings
from edge_agent.diagnose.decision import Decision, is_event, starting
from edge_agent.diagnose.fusion import diagnose
from edge_agent.diagnose.model import Belief, Model
from edge_agent.explain_channels import say_dead
from edge_agent.failures import FailedWindows
from edge_agent.health import HealthMeter
from edge_agent.limits import SOURCE
from edge_agent.motor import Nameplate
from edge_agent.publish.mqtt.publisher import Publisher
from edge_agent.publish.payloads import (
    Origin,
    Payload,
    diagnosis_payload,
    event_payload,
    health_payload,
    state_payload,
)
from edge_agent.publish.store.former import take_over
from edge_agent.publish.store.outbox import Outbox
from edge_agent.refusals import of_samples
from edge_agent.signals.analysis import Analyser, Analysis
from edge_agent.signals.checks import quality
from edge_agent.signals.images import ImageSpec
from edge_agent.supervision import ServiceManager, Supervisor, Watchdog
from edge_agent.verdict import Evidence, Reason, Refusal, State, Verdict, WindowSpan
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
    """One motor's agent, from its port to its broker."""

    def __init__(self, settings: Settings, model: Model, why: Why | None = None) -> None:
        """Prepare; `why` puts into words for the log why a window gives no answer."""
        self._settings = settings
        self._why = why
        self._motor = settings.motor.id
        self._origin = Origin(settings.agent.id, self._motor, model.spec.name, model.sha256)
        self._source = SerialSource(settings.serial_settings())
        self._line = Line(
            settings.motor,
            model,
            settings.window.length_s,
            settings.window.step_s,
            settings.state_folder() / "failed_windows",
        )
        with contextlib.suppress(OSError):  # the outbox tells what is wrong, and goes on without a disk
            settings.state_folder().mkdir(parents=True, exist_ok=True)
        self._outbox = Outbox(settings.outbox_settings())
        take_over(self._outbox, settings.former_outbox(), settings.former_event_topics())
        self._publisher = Publisher(settings.mqtt_settings(), settings.agent.id, self._outbox)
        self._told_before_start = self._publisher.last_told(self._motor)
        self._health = HealthMeter(model.sha256)
        self._supervisor = Supervisor()
        self._manager = ServiceManager()
        self._watchdog = Watchdog(self._manager)
        self._samples_s = time.monotonic()
        self._state_said_s = self._health_said_s = time.monotonic()
        self._port_problem: str | None = None
        self._silences_told: set[str] = set()
        self._told: set[str] = set()
        self._capabilities: list[str] = []
        self._said_dead: set[str] = set()
        self._said_reasons: set[Reason] = set()

    def run(self, stop: threading.Event, hung_up: threading.Event | None = None) -> None:
        """Diagnose until `stop` is set; `hung_up` is told in the log and cleared.

        Raises ThreadLostError when a thread dies or stalls, WindowsFailError when no window can be analysed.
        """
        self._say_state(self._line.decision.state)
        with self._publisher, self._source:
            for watched in (self._publisher.watched, self._source.watched):
                self._supervisor.watch(watched)
            self._manager.ready(_in_short(self._line.decision.state))
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
        self._outbox.close()

    def _take(self, item: News, arrived_s: float) -> None:
        match item:
            case SampleBlock():
                self._samples_s = time.monotonic()
                self._silences_told.clear()
                self._note(self._source.problem)
                behind = self._source.waiting_blocks > _BEHIND_BLOCKS
                waited_s = time.monotonic() - arrived_s
                for answer in self._line.push(item, behind, waited_s):
                    self._publish(answer)
            case Device():
                self._begin(item)
            case PortOpened():
                _LOG.info("%s: open", item.port)
                self._port_problem = None
            case PortLost():
                self._port_problem = f"{item.port}: {item.reason}"
                self._fall_silent(Silence(self._port_problem, self._port_problem))

    def _begin(self, device: Device) -> None:
        """Start with a device, or start over with one that has changed; its samples are yet to come."""
        self._samples_s = time.monotonic()
        self._told.clear()
        self._said_dead.clear()
        self._line.configure(device)
        self._refuse(of_samples.STARTED.refuse(0))
        said = list(capabilities(device.streams, self._settings.motor, self._settings.window.length_s))
        for sentence in said if said != self._capabilities else ():
            _LOG.info("%s", sentence)
        self._capabilities = said
        there = {channel.name for stream in device.streams for channel in stream.channels}
        for channel in self._settings.device_channels():
            if channel.name not in there:
                _LOG.warning("channels: the device has no channel %s; it has %s", channel.name, sorted(there))

    def _publish(self, answer: Answer) -> None:
        self._health.answered(answer.verdict)
        for dead in answer.analysis.dead:
            if dead.name not in self._said_dead:
                self._said_dead.add(dead.name)
                _LOG.warning("%s", say_dead(dead))
        now_s = time.time()
        self._publisher.publish_diagnosis(self._motor, diagnosis_payload(self._origin, answer.verdict, now_s))
        if answer.changed:
            self._say_change(answer.before, answer.state)
            self._log_reason(answer)

    def _log_reason(self, answer: Answer) -> None:
        """Say in the log why there is no answer, each reason once until there is one: reasons take turns."""
        refusal = answer.state.refusal
        if refusal is None:
            self._said_reasons.clear()
        elif refusal.reason not in self._said_reasons:
            self._said_reasons.add(refusal.reason)
            why = f" {self._why(answer, self._settings.motor)}" if self._why else ""
            _LOG.info("%s%s", _in_short(answer.state), why)

    def _note(self, problem: str | None) -> None:
        """Say what is wrong though samples come: in health for as long as it is, in the log once."""
        self._health.source_problem(problem)
        if problem is not None and problem not in self._told:
            self._told.add(problem)
            _LOG.warning("%s", problem)

    def _fall_silent(self, silence: Silence) -> None:
        """Without samples there is no state: say so at once rather than let the last one stand."""
        silent_s = time.monotonic() - self._samples_s
        if silence.key not in self._silences_told:
            self._silences_told.add(silence.key)
            _LOG.warning("%s", silence.text)
        self._health.source_problem(silence.text)
        if silence.refused:
            self._refuse(of_samples.NOT_UNDERSTOOD[silence.quantity].refuse(silence.refused))
        else:
            self._refuse(of_samples.SILENCE.refuse(silent_s))

    def _refuse(self, refusal: Refusal) -> None:
        before = self._line.decision.state
        if self._line.decision.refuse(refusal):
            self._say_change(before, self._line.decision.state)

    def _say_change(self, before: Verdict, after: Verdict) -> None:
        told = self._told_before_start
        if told is None:
            if is_event(before, after):
                self._say_event(before, after, before.state)
        elif after.state is not State.INDETERMINATE:
            # A restart is no change of the motor: the first answer is compared with what was told before it.
            self._told_before_start = None
            if (told["state"], told["severity"]) != (after.state, after.severity):
                self._say_event(told, after, told["state"])
            else:
                _LOG.info("%s, as before the restart", _in_short(after))
        self._say_state(after)

    def _say_event(self, before: Verdict | Payload, after: Verdict, was: object) -> None:
        now_s = time.time()
        number = self._publisher.publish_event(
            self._motor, lambda event: event_payload(event, self._origin, before, after, now_s)
        )
        _LOG.info("event %d: %s -> %s", number, was, _in_short(after))

    def _say_state(self, state: Verdict) -> None:
        self._state_said_s = time.monotonic()
        self._publisher.publish_state(self._motor, state_payload(self._origin, state, time.time()))
        self._manager.status(_in_short(state))

    def _say_health(self) -> None:
        self._health_said_s = time.monotonic()
        health = self._health.read(self._source, self._line.windows.counts, self._outbox, self._publisher)
        self._publisher.publish_health(health_payload(self._settings.agent.id, health, time.time()))

    def _look_after(self) -> None:
        """What is done between samples: supervision, the watchdog, the heartbeats."""
        self._supervisor.check()
        self._line.failures.check()
        now_s = time.monotonic()
        patience_s = SOURCE.not_understood_s if self._source.understands_nothing else SOURCE.silent_s
        if now_s - self._samples_s > patience_s:
            lost = self._port_problem
            self._fall_silent(self._source.silence() if lost is None else Silence(lost, lost))
            self._watchdog.source_known_silent(now_s)
        else:
            self._watchdog.processed(self._line.windows.counts.samples_received, now_s)
        if now_s - self._state_said_s >= self._settings.mqtt.heartbeat_s:
            self._say_state(self._line.decision.state)
        if now_s - self._health_said_s >= self._settings.mqtt.heartbeat_s:
            self._say_health()


def _in_short(state: Verdict) -> str:
    """Return a state in one line, e.g. `broken_bars: alarm` or `indeterminate: load_too_low`."""
    return f"{state.state}: {state.refusal.reason if state.refusal else state.severity}"


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
