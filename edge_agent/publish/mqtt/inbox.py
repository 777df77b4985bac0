"""Commands that come over MQTT: what is no proper command is answered here, the others go to the agent."""

import json
import logging
import re
import time
from collections import deque
from collections.abc import Callable

from edge_agent.plain import printable, quoted
from edge_agent.publish.documents import Reply
from edge_agent.publish.mqtt.connection import Incoming
from edge_agent.publish.payloads import encode
from edge_agent.publish.sink import Request

_LOG = logging.getLogger(__name__)
MAX_BYTES = 4096
"""Largest command, bytes, with its response topic and correlation data.

Judgement: three times the longest one that the agent takes, and nothing that a broker or a log chokes on.
"""
MAX_LEVELS = 20
"""How deep objects and lists of a command may nest; judgement: JSON is read and written by recursion."""
PER_MINUTE = 10
"""Commands that are looked at in a minute, all at once if need be; judgement: no person sends more."""
_MAX_WAITING = 100
"""Commands that wait for the agent at most: more than it looks at in any case; judgement."""
_MAX_LOGGED = 300
"""Characters of an error that the log repeats; judgement: a line stays a line."""
_NAME = re.compile(r"[a-z_]{1,32}")
_NO_NAME = "unknown"
"""Name under which a command without a proper name is answered."""


class Inbox:
    """Takes commands under `<base>/command`; nothing that is sent there raises or goes unanswered.

    Only what is beyond `PER_MINUTE` is dropped without an answer; one answer says so, and all are counted.
    `receive` is called by the courier's thread, everything else by the agent's.
    """

    def __init__(
        self, base: str, answer: Callable[[Reply], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Prepare; `answer` publishes what is said of a command that does not reach the agent."""
        self.subscription = f"{base}/command/#"
        """Where commands come in."""
        self.done = 0
        """Commands that were done."""
        self._base = base
        self._answer = answer
        self._waiting: deque[Incoming] = deque()
        self._allowance = Allowance(PER_MINUTE, clock)
        self._said_too_many = False
        self._refused = 0
        self._overflowed = 0

    @property
    def refused(self) -> int:
        """Commands that were not done."""
        return self._refused + self._overflowed

    def receive(self, message: Incoming) -> None:
        """Take a message of the subscription."""
        if len(self._waiting) < _MAX_WAITING:
            self._waiting.append(message)
        else:
            self._overflowed += 1

    def requests(self) -> list[Request]:
        """Return the commands that came since the last call; what is no proper one is answered."""
        found = []
        for _ in range(len(self._waiting)):
            message = self._waiting.popleft()
            if message.retain and not message.payload:
                continue  # it clears a retained command, and is none itself
            if not self._allowance.take():
                self._say_too_many(message)
                continue
            self._said_too_many = False
            try:
                found.append(self._request(message))
            except ValueError as error:
                self._refuse(message, str(error))
        return found

    def count(self, reply: Reply) -> None:
        """Count and log what became of a command."""
        if reply.error is None:
            self.done += 1
            _LOG.info("command %s: done", reply.name)
        else:
            self._refused += 1
            _LOG.warning("command %s refused: %s", reply.name, printable(reply.error)[:_MAX_LOGGED])

    def _request(self, message: Incoming) -> Request:
        """Return what a message asks for; raises ValueError that says to its sender what is wrong."""
        name = self._name(message)
        if name == _NO_NAME:
            raise ValueError(
                f"{quoted(message.topic)} names no command; expected small letters and _ after "
                f"{self._base}/command/, e.g. acknowledge"
            )
        if message.retain:
            raise ValueError(
                "it is retained, and would be done again at each connection; clear the topic with an empty "
                "retained message, and send the command without the retain flag"
            )
        if _size(message) > MAX_BYTES:
            raise ValueError(
                f"it has {_size(message)} bytes with its properties; expected at most {MAX_BYTES}"
            )
        asked = _object_in(message.payload)
        transaction = asked.pop("transaction", None)
        return Request(name, asked, transaction, self._response_topic(message), message.correlation)

    def _name(self, message: Incoming) -> str:
        name = message.topic.removeprefix(f"{self._base}/command/")
        return name if _NAME.fullmatch(name) else _NO_NAME

    def _response_topic(self, message: Incoming) -> str | None:
        """Return where else the sender wants the reply; None where it would pass for our own message."""
        topic = message.response_topic
        if not topic or topic.startswith("$") or {"+", "#", "\0"} & set(topic):
            return None
        return None if f"{topic}/".startswith(f"{self._base}/") else topic

    def _say_too_many(self, message: Incoming) -> None:
        if self._said_too_many:
            self._refused += 1
            return
        self._said_too_many = True
        self._refuse(
            message,
            f"more than {PER_MINUTE} commands in a minute; this one and the next ones are not looked at: "
            "wait a minute",
        )

    def _refuse(self, message: Incoming, error: str) -> None:
        """Answer with an error; properties that are too large are not repeated."""
        whole = _size(message) <= MAX_BYTES
        self._answer(
            Reply(
                self._name(message),
                error,
                response_topic=self._response_topic(message) if whole else None,
                correlation=message.correlation if whole else None,
            )
        )


class Allowance:
    """Allows so many in a minute: all of them at once, or one after another."""

    def __init__(self, per_minute: int, clock: Callable[[], float]) -> None:
        """Begin with a whole minute's allowance."""
        self._per_minute = per_minute
        self._clock = clock
        self._left = float(per_minute)
        self._seen_s = clock()

    def take(self) -> bool:
        """Return True if one more is allowed, and count it."""
        now_s = self._clock()
        earned = (now_s - self._seen_s) / 60.0 * self._per_minute
        self._left, self._seen_s = min(self._left + earned, float(self._per_minute)), now_s
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True


def _size(message: Incoming) -> int:
    topic = message.response_topic or ""
    return len(message.payload) + len(topic.encode(errors="replace")) + len(message.correlation or b"")


def _object_in(payload: bytes) -> dict[str, object]:
    """Return the JSON object of a payload, fit to be written again; raises ValueError."""
    try:
        found = json.loads(payload.decode())
        fit = _nests_at_most(found, MAX_LEVELS)
        if fit and isinstance(found, dict):
            encode(found)  # NaN, infinities and halves of characters can be read, but not written
    except (ValueError, RecursionError) as error:
        raise ValueError(f"it is not JSON in UTF-8 ({error}); {_EXPECTED}") from None
    if not fit:
        raise ValueError(f"objects or lists nest deeper than {MAX_LEVELS} levels; {_EXPECTED}")
    if not isinstance(found, dict):
        raise ValueError(f"it is no JSON object but {quoted(json.dumps(found))}; {_EXPECTED}")
    return found


_EXPECTED = 'expected an object, e.g. {"seconds": 60}, or {} if there is nothing more to say'


def _nests_at_most(value: object, levels: int) -> bool:
    """True if a JSON value has no more than so many objects and lists within each other."""
    if isinstance(value, dict):
        return levels > 0 and all(_nests_at_most(part, levels - 1) for part in value.values())
    if isinstance(value, list):
        return levels > 0 and all(_nests_at_most(part, levels - 1) for part in value)
    return True
