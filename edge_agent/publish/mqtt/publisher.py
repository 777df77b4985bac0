"""The publisher: takes what the agent has to say, and sees to it that the broker gets it."""

import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from edge_agent.publish.documents import (
    Alarm,
    Baseline,
    Diagnosis,
    Document,
    Event,
    Health,
    Info,
    Learned,
    Measurements,
    Reply,
    State,
    Told,
    Trend,
)
from edge_agent.publish.mqtt.courier import Courier
from edge_agent.publish.mqtt.discovery import Discovery
from edge_agent.publish.mqtt.ghosts import Ghosts
from edge_agent.publish.mqtt.inbox import Inbox
from edge_agent.publish.mqtt.mailbox import Mailbox, Passing
from edge_agent.publish.payloads import Payload, encode, payload_of, told_in
from edge_agent.publish.settings import MqttSettings, SinkSettings
from edge_agent.publish.sink import Pulse, Request, Sink, SinkCounts
from edge_agent.publish.store.former import take_over
from edge_agent.publish.store.outbox import Outbox
from edge_agent.supervision import Watched
from edge_agent.verdict import in_short

_LOG = logging.getLogger(__name__)
_LAST_WORDS_S = 1.5
"""Time for `offline` where the agent hangs, s: judgement, a broker takes milliseconds."""
RETAINED = ("state", "alarm", "info", "baseline", "learned", "trend", "measurements")
"""Topics below a motor's own that the broker retains; the table of topics in the README has them all."""


def retained_topics(settings: SinkSettings) -> list[str]:
    """Return the topics under which the broker retains something of an agent, Home Assistant's apart."""
    base = settings.mqtt.base_topic(settings.agent)
    of_motors = [f"{base}/{motor}/{below}" for motor in settings.motors for below in RETAINED]
    return [*of_motors, f"{base}/health", f"{base}/status"]


@dataclass(frozen=True, slots=True)
class PublisherCounts(SinkCounts):
    """How publishing goes."""

    connected: bool = False
    """True if the broker has us now."""
    connections: int = 0
    """Connections that stood since the start."""
    failed_attempts: int = 0
    """Attempts that gave none."""
    events_confirmed: int = 0
    """Events that the broker has confirmed since the start."""
    refusals: int = 0
    """Messages that the broker would not take, e.g. for its access list."""


def open_sink(settings: SinkSettings) -> "Publisher":
    """Return a publisher with its outbox, to which events come that wait in a former one."""
    with contextlib.suppress(OSError):  # the outbox tells what is wrong, and goes on without a disk
        settings.outbox.path.parent.mkdir(parents=True, exist_ok=True)
    outbox = Outbox(settings.outbox)
    take_over(outbox, settings.former_outbox, settings.former_event_topics)
    mailbox = Mailbox()
    ghosts = Ghosts(settings, retained_topics(settings), mailbox)
    discovery, several = Discovery(settings, mailbox), len(settings.motors) > 1
    return Publisher(settings.mqtt, settings.agent, outbox, mailbox, discovery, ghosts, several)


class Publisher(Sink):
    """Publishes under `<prefix>/<agent id>`; a courier with a thread of its own delivers.

    `take` publishes documents, the `publish_` methods payloads. None of them waits for the network; an event
    is on disk, under its number, when its method returns.
    """

    def __init__(
        self,
        settings: MqttSettings,
        agent_id: str,
        outbox: Outbox,
        mailbox: Mailbox | None = None,
        discovery: Discovery | None = None,
        ghosts: Ghosts | None = None,
        several: bool = False,
    ) -> None:
        """Prepare; None for `mailbox` takes a new one, for `discovery` tells Home Assistant nothing.

        None for `ghosts` clears nothing of former names. The log names the motor of an event where there are
        `several`.
        """
        self._diagnosis = settings.diagnosis
        self._base = settings.base_topic(agent_id)
        self._outbox = outbox
        self._mailbox = mailbox or Mailbox()
        self._discovery = discovery
        self._keepers = [keeper for keeper in (discovery, ghosts) if keeper is not None]
        self._several = several
        self._inbox = Inbox(self._base, self.take)
        commands = self._inbox.subscription
        receivers = {commands: self._inbox.receive} if settings.commands else {}
        self._courier = Courier(
            settings,
            agent_id,
            self._mailbox,
            outbox,
            receivers | (discovery.receivers if discovery is not None else {}),
            () if settings.commands else (commands,),
        )

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        ended = self.stop()
        if ended or error is None:  # a thread that hangs may hold the outbox: report it, rather than wait
            self._outbox.close()

    def take(self, document: Document) -> None:
        """Publish a document under its topic."""
        payload = payload_of(document)
        match document:
            case State():
                self.publish_state(document.origin.motor, payload)
            case Event():
                number = self.publish_event(document.origin.motor, lambda _: payload, document.number)
                of_motor = f" of {document.origin.motor}" if self._several else ""
                after = in_short(document.after)
                _LOG.info("event %d%s: %s -> %s", number, of_motor, document.before.state, after)
            case Diagnosis():
                self.publish_diagnosis(document.origin.motor, payload)
            case Alarm():
                self.publish_retained(f"{document.origin.motor}/alarm", payload)
            case Info():
                self.publish_retained(f"{document.origin.motor}/info", payload)
                if self._discovery is not None and document.device is not None:
                    self._discovery.device_came(document.origin.motor, document.device)
                    self._courier.wake()
            case Baseline():
                self.publish_retained(f"{document.origin.motor}/baseline", payload)
            case Learned():
                self.publish_retained(f"{document.origin.motor}/learned", payload)
            case Trend():
                self.publish_retained(f"{document.origin.motor}/trend", payload)
            case Measurements():
                self.publish_passing(f"{document.origin.motor}/measurements", payload, retain=True)
            case Health():
                self.publish_health(payload)
                for keeper in self._keepers:
                    keeper.forget_the_gone()
            case Reply():
                self._publish_reply(document, payload)

    def feel(self, pulse: Pulse) -> None:
        """See, once a second, whether the outbox is still in its place."""
        self._outbox.look_after()

    def _publish_reply(self, reply: Reply, payload: Payload) -> None:
        """Answer on our own topic and where the sender wants it, if the broker is there."""
        self._inbox.count(reply)
        content = encode(payload)
        for topic in (f"{self._base}/reply/{reply.name}", reply.response_topic):
            if topic is not None:
                self._mailbox.put_passing(Passing(topic, content, False, 1, reply.correlation))
        self._courier.wake()

    def reload(self, settings: SinkSettings) -> None:
        """Publish diagnoses from now on, or none."""
        self._diagnosis = settings.mqtt.diagnosis

    def requests(self) -> list[Request]:
        """Return the commands that came since the last call; what is no proper one is answered."""
        return self._inbox.requests()

    def event_number(self) -> int:
        """Draw the number of the next event."""
        return self._outbox.draw_number()

    @property
    def connected(self) -> bool:
        """True if the broker has us now."""
        return self._courier.counts.connected

    @property
    def counts(self) -> PublisherCounts:
        """How publishing goes."""
        kept, carried = self._outbox.counts, self._courier.counts
        return PublisherCounts(
            events_waiting=kept.waiting,
            events_dropped=kept.dropped,
            events_unsaved=kept.unsaved,
            files_put_aside=kept.files_put_aside,
            connected=carried.connected,
            connections=carried.connections,
            failed_attempts=carried.failed_attempts,
            events_confirmed=carried.events_confirmed,
            refusals=carried.refusals,
            diagnoses_dropped=self._mailbox.dropped,
            left_out=carried.left_out,
            commands_done=self._inbox.done,
            commands_refused=self._inbox.refused + carried.missed,
            disk_problem=kept.problem or next((own.problem for own in self._keepers if own.problem), None),
        )

    @property
    def watched(self) -> Watched:
        """The courier's thread, for the supervisor."""
        return self._courier.thread.watched

    def start(self) -> None:
        """Begin to connect; returns at once."""
        self._courier.thread.start()

    def stop(self, timeout_s: float = 3.0) -> bool:
        """Publish `offline`, send what waits and disconnect, in `timeout_s`; return whether that was enough.

        Events that were not confirmed in time stay in the outbox.
        """
        return self._courier.stop(timeout_s)

    def hang_up(self) -> None:
        """Publish `offline` for an agent that hangs."""
        self.stop(_LAST_WORDS_S)

    def last_told(self, motor: str) -> Told | None:
        """Return what the last event said that this motor's state became, before a restart too.

        None if there was no event yet, or where it is not known any more.
        """
        event = self._outbox.newest
        if event is None or event.topic != self.event_topic(motor):
            return None
        return told_in(event.payload)

    def event_topic(self, motor: str) -> str:
        """Return the topic of a motor's events."""
        return f"{self._base}/{motor}/event"

    def publish_state(self, motor: str, payload: Payload) -> None:
        """Make this the retained state of a motor, now or as soon as the broker is there."""
        self.publish_retained(f"{motor}/state", payload)

    def publish_retained(self, below: str, payload: Payload) -> None:
        """Keep this retained on the topic `below` our base, now and after each new connection."""
        self._mailbox.put_state(f"{self._base}/{below}", encode(payload))
        self._courier.wake()

    def publish_event(self, motor: str, payload: Callable[[int], Payload], number: int | None = None) -> int:
        """Publish an event for certain; return its number, which `payload` is called with.

        `number` is one that was drawn before; None draws one.
        """
        given = self._outbox.put_event(self.event_topic(motor), lambda event: encode(payload(event)), number)
        self._courier.wake()
        return given

    def publish_diagnosis(self, motor: str, payload: Payload) -> None:
        """Publish one window's verdict if the broker is there and diagnoses are wanted."""
        if self._diagnosis:
            self.publish_passing(f"{motor}/diagnosis", payload, retain=False)

    def publish_health(self, payload: Payload) -> None:
        """Publish the agent's health, retained, if the broker is there."""
        self.publish_passing("health", payload, retain=True)

    def publish_passing(self, below: str, payload: Payload, *, retain: bool) -> None:
        """Publish this on the topic `below` our base if the broker is there; else drop it."""
        self._mailbox.put_passing(Passing(f"{self._base}/{below}", encode(payload), retain))
        self._courier.wake()
