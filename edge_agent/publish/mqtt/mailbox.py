"""What is to be said now and need not survive us: states, and messages that are dropped while offline."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

_MAX_PASSING = 20
"""Passing messages that wait at most: some windows' diagnoses. Judgement."""


@dataclass(frozen=True, slots=True)
class Passing:
    """A message worth sending only now."""

    topic: str
    """Where it is published."""
    payload: bytes
    """What is published."""
    retain: bool
    """True if the broker keeps it for later subscribers."""
    qos: int = 0
    """1 if the broker is to confirm it; it is not sent again either way."""
    correlation: bytes | None = None
    """What a reply carries so that whoever asked knows it (MQTT 5); None for anything else."""


class Mailbox:
    """Hands messages from the pipeline to the publisher thread; holds the newest state of each topic.

    States need no disk: one is true only while the process lives that said it, and the next one begins by
    saying `starting`. But a broker may forget what it retained, so each connection says them all again.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._online = False
        self._states: dict[str, bytes] = {}
        self._unsaid: set[str] = set()
        self._passing: deque[Passing] = deque()
        self._dropped = 0

    @property
    def dropped(self) -> int:
        """Passing messages dropped, because the broker was away or slow."""
        return self._dropped

    @property
    def unsaid(self) -> frozenset[str]:
        """Topics whose state is still to be said on this connection."""
        with self._lock:
            return frozenset(self._unsaid)

    def put_state(self, topic: str, payload: bytes) -> None:
        """Replace the state of a topic."""
        with self._lock:
            self._states[topic] = payload
            self._unsaid.add(topic)

    def put_passing(self, message: Passing) -> None:
        """Send a message if that can be done now."""
        with self._lock:
            if self._online and len(self._passing) < _MAX_PASSING:
                self._passing.append(message)
            else:
                self._dropped += 1

    def connected(self) -> None:
        """Take passing messages from now on, and have all states said again."""
        with self._lock:
            self._online = True
            self._unsaid = set(self._states)

    def disconnected(self) -> None:
        """Drop passing messages from now on."""
        with self._lock:
            self._online = False
            self._dropped += len(self._passing)
            self._passing.clear()

    def take_state(self, ready: Callable[[str], bool] = lambda topic: True) -> tuple[str, bytes] | None:
        """Return topic and payload of a state that is still to be said on this connection.

        Those of topics that are not `ready` stay.
        """
        with self._lock:
            topic = next((topic for topic in self._unsaid if ready(topic)), None)
            if topic is None:
                return None
            self._unsaid.remove(topic)
            return topic, self._states[topic]

    def take_passing(self, ready: Callable[[str], bool] = lambda topic: True) -> Passing | None:
        """Return the oldest passing message of a topic that is `ready`; the others stay."""
        with self._lock:
            message = next((message for message in self._passing if ready(message.topic)), None)
            if message is not None:
                self._passing.remove(message)
            return message

    def drop_passing(self, topic: str) -> None:
        """Drop the passing messages of a topic that is not to be sent now."""
        with self._lock:
            kept = [message for message in self._passing if message.topic != topic]
            self._dropped += len(self._passing) - len(kept)
            self._passing = deque(kept)
