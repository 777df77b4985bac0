"""What is to be said now and need not survive us: states, and messages that are dropped while offline."""

import threading
import time
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
    saying `starting`. But a broker may forget what it retained, so each connection says them all again, in
    the order of their topics' first states. An empty state clears its topic: it is forgotten once the broker
    has confirmed it.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._lock = threading.Lock()
        self._clock = clock
        self._online = False
        self._states: dict[str, bytes] = {}
        self._unsaid: dict[str, None] = {}
        self._say_again_s: float | None = None
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
            self._unsaid[topic] = None

    def holds(self, topic: str) -> bool:
        """True if there is a state of a topic; an empty one counts until the broker has confirmed it."""
        with self._lock:
            return topic in self._states

    def confirmed(self, topic: str) -> None:
        """Note that the broker has the state of a topic."""
        with self._lock:
            if self._states.get(topic) == b"" and topic not in self._unsaid:
                del self._states[topic]

    def say_again(self, after_s: float) -> None:
        """Have all states said again on this connection, in their order, in so many seconds."""
        with self._lock:
            if self._say_again_s is None:
                self._say_again_s = self._clock() + after_s

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
            self._say_all()

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
            if self._say_again_s is not None and self._clock() >= self._say_again_s:
                self._say_all()
            topic = next((topic for topic in self._unsaid if ready(topic)), None)
            if topic is None:
                return None
            del self._unsaid[topic]
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

    def _say_all(self) -> None:
        self._unsaid = dict.fromkeys(self._states)
        self._say_again_s = None
