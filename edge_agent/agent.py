"""The whole program on one screen: serial bytes in, fault states out.

    serial bytes -> frames -> samples -> windows -> evidence -> findings -> state -> outbox -> MQTT
    SerialSource                         Pipeline                                    Publisher

`Pipeline.push` takes samples through the stages; `Agent.run` feeds it from the port, publishes what comes
out, watches every thread and stops them in order.
"""

import contextlib
import logging
import threading
import time

from edge_agent.acquire.port_source import SerialSource
from edge_agent.acquire.samples import Device, SampleBlock
from edge_agent.acquire.source import News, PortLost, PortOpened, Silence
from edge_agent.capabilities import capabilities
from edge_agent.config import Settings
from edge_agent.diagnose.decision import is_event
from edge_agent.diagnose.model import Model
from edge_agent.explain import say_why
from edge_agent.explain_channels import say_dead
from edge_agent.health import HealthMeter
from edge_agent.limits import SOURCE
from edge_agent.pipeline import Answer, Pipeline
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
from edge_agent.supervision import ServiceManager, Supervisor, Watchdog
from edge_agent.verdict import Reason, Refusal, State, Verdict

_LOG = logging.getLogger(__name__)
_POLL_S = 0.2
"""The loop checks heartbeats and stop this often, s. Judgement."""
_BEHIND_BLOCKS = 500
"""Byte blocks waiting from which whole windows are skipped: some seconds of samples."""


class Agent:
    """One motor's agent, from its port to its broker."""

    def __init__(self, settings: Settings, model: Model) -> None:
        """Prepare; `why` puts into words for the log why a window gives no answer."""
        self._settings = settings
        self._motor = settings.motor.id
        self._origin = Origin(settings.agent.id, self._motor, model.spec.name, model.sha256)
        self._source = SerialSource(settings.serial_settings())
        self._line = Pipeline(
            settings.motor,
            model,
            settings.window.length_s,
            settings.window.step_s,
            settings.state_folder() / "failed_windows",
        )
        with contextlib.suppress(OSError):  # the outbox reports what is wrong, and works without a disk
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
        """Diagnose until `stop` is set; `hung_up` is logged and cleared.

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
        before = self._line.decision.state
        if self._line.configure(device):
            self._say_change(before, self._line.decision.state)
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
            why = f" {say_why(answer, self._settings.motor)}"
            _LOG.info("%s%s", _in_short(answer.state), why)

    def _note(self, problem: str | None) -> None:
        """Report what is wrong although samples come: in health while it lasts, in the log once."""
        self._health.source_problem(problem)
        if problem is not None and problem not in self._told:
            self._told.add(problem)
            _LOG.warning("%s", problem)

    def _fall_silent(self, silence: Silence) -> None:
        """Without samples there is no state: publish that at once rather than keep the last one."""
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
            # A restart is no change of the motor: the first answer is compared with the last event before it.
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
