"""Commands are checked before the agent sees them: none raises, none goes unanswered or uncounted."""

import json
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.publish.documents import Reply
from edge_agent.publish.mqtt.connection import Incoming
from edge_agent.publish.mqtt.inbox import (
    _MAX_WAITING,
    MAX_BYTES,
    MAX_LEVELS,
    PER_MINUTE,
    Allowance,
    Inbox,
)
from edge_agent.publish.payloads import encode, payload_of
from edge_agent.publish.sink import Request

BASE = "edge-agent/pump-7"


class Desk:
    """An inbox with a clock of its own, and all that it answers."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.replies: list[Reply] = []
        self.inbox = Inbox(BASE, self._answer, lambda: self.now_s)

    def _answer(self, reply: Reply) -> None:
        self.inbox.count(reply)
        encode(payload_of(reply))  # which raises if it cannot be published
        self.replies.append(reply)

    def ask(self, payload: bytes, name: str = "capture", **more: object) -> list[Request]:
        """Send a command; return what reaches the agent."""
        message = Incoming(f"{BASE}/command/{name}", payload, bool(more.pop("retain", False)), **more)  # type: ignore[arg-type]
        self.inbox.receive(message)
        return self.inbox.requests()

    @property
    def error(self) -> str:
        """The error of the only reply."""
        (reply,) = self.replies
        assert reply.error is not None
        return reply.error


def test_a_command_reaches_the_agent_with_its_fields_apart_from_its_transaction() -> None:
    desk = Desk()
    payload = b'{"seconds": 60, "transaction": [1, {"a": null}]}'
    (request,) = desk.ask(payload, response_topic="desk/answers", correlation=b"\x00\xff")
    assert request == Request("capture", {"seconds": 60}, [1, {"a": None}], "desk/answers", b"\x00\xff")
    assert desk.replies == []


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (b"", "not JSON"),
        (b"hello", "not JSON"),
        (b'{"seconds": 60', "not JSON"),
        (b"\xff\xfe{}", "not JSON in UTF-8"),
        (b'{"seconds": NaN}', "not JSON"),
        (b'{"seconds": 1e999}', "not JSON"),
        (b'{"note": "\\ud800"}', "not JSON"),
        (b"[" * 4000, "not JSON"),
        (b"[]", "no JSON object but '[]'"),
        (b"60", "no JSON object but '60'"),
        (b"null", "no JSON object but 'null'"),
        (b'{"x": ' * MAX_LEVELS + b"[]" + b"}" * MAX_LEVELS, f"nest deeper than {MAX_LEVELS} levels"),
        (b'{"x": "' + b"y" * MAX_BYTES + b'"}', f"at most {MAX_BYTES}"),
    ],
    ids=lambda value: value[:12].decode(errors="replace") if isinstance(value, bytes) else None,
)
def test_what_is_no_object_is_answered_with_what_was_expected(payload: bytes, words: str) -> None:
    desk = Desk()
    assert desk.ask(payload) == []
    assert words in desk.error
    assert "expected" in desk.error
    assert (desk.replies[0].name, desk.inbox.done, desk.inbox.refused) == ("capture", 0, 1)


def test_the_deepest_and_the_largest_that_is_allowed_reaches_the_agent() -> None:
    deepest = b'{"x": ' * (MAX_LEVELS - 1) + b"[]" + b"}" * (MAX_LEVELS - 1)
    largest = b'{"x": "' + b"y" * (MAX_BYTES - 9) + b'"}'
    assert len(largest) == MAX_BYTES
    for payload in (deepest, largest):
        assert len(Desk().ask(payload)) == 1


@pytest.mark.parametrize(
    "name", ["", "Capture", "a/b", "capture/", "x" * 33, "läuft", "a\x1b[2J", "self-test"]
)
def test_what_no_command_can_be_named_is_answered_under_unknown(name: str) -> None:
    desk = Desk()
    assert desk.ask(b"{}", name) == []
    assert "expected small letters" in desk.error
    assert desk.replies[0].name == "unknown"
    assert desk.error.isprintable()


def test_the_topic_above_all_commands_names_none() -> None:
    desk = Desk()
    desk.inbox.receive(Incoming(f"{BASE}/command", b"{}", False))
    assert desk.inbox.requests() == []
    assert "names no command" in desk.error


def test_a_retained_command_is_refused_and_an_empty_one_only_clears_the_topic() -> None:
    desk = Desk()
    assert desk.ask(b'{"seconds": 60}', retain=True) == []
    assert "without the retain flag" in desk.error
    assert desk.ask(b"", retain=True) == []
    assert (len(desk.replies), desk.inbox.refused) == (1, 1)


@pytest.mark.parametrize(
    "topic",
    [
        f"{BASE}/motor/state",
        f"{BASE}/status",
        f"{BASE}/reply/capture",
        BASE,
        "a/+",
        "#",
        "$SYS/x",
        "a\0b",
        "",
    ],
)
def test_a_response_topic_that_is_our_own_or_none_at_all_is_not_used(topic: str) -> None:
    for payload in (b"{}", b"no JSON"):
        desk = Desk()
        asked = desk.ask(payload, response_topic=topic, correlation=b"7")
        (found,) = [*asked, *desk.replies]
        assert (found.response_topic, found.correlation) == (None, b"7")


@pytest.mark.parametrize("topic", ["answers", f"{BASE}1/x", "edge-agent/replies/desk"])
def test_a_response_topic_elsewhere_gets_errors_as_well(topic: str) -> None:
    desk = Desk()
    desk.ask(b"no JSON", response_topic=topic, correlation=b"7")
    assert (desk.replies[0].response_topic, desk.replies[0].correlation) == (topic, b"7")


@pytest.mark.parametrize(
    "large", [{"correlation": b"c" * MAX_BYTES}, {"response_topic": "t" * MAX_BYTES}], ids=["data", "topic"]
)
def test_properties_that_are_too_large_are_not_sent_back(large: dict[str, object]) -> None:
    desk = Desk()
    assert desk.ask(b"{}", **large) == []
    assert "with its properties" in desk.error
    assert (desk.replies[0].response_topic, desk.replies[0].correlation) == (None, None)


def test_too_many_commands_are_answered_once_and_counted(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk()
    asked = [request for _ in range(50) for request in desk.ask(b"{}")]
    assert len(asked) == PER_MINUTE
    assert f"more than {PER_MINUTE} commands in a minute" in desk.error
    assert desk.inbox.refused == 50 - PER_MINUTE
    assert len(caplog.records) == 1
    desk.now_s = 60.0
    assert len([request for _ in range(50) for request in desk.ask(b"{}")]) == PER_MINUTE
    assert len(desk.replies) == 2


def test_a_flood_that_comes_at_once_is_kept_within_bounds_and_counted() -> None:
    desk = Desk()
    for number in range(10 * _MAX_WAITING):
        desk.inbox.receive(Incoming(f"{BASE}/command/capture", b"%d" % number, False))
    assert len(desk.inbox._waiting) == _MAX_WAITING
    desk.inbox.requests()
    assert desk.inbox.refused == 10 * _MAX_WAITING
    assert len(desk.replies) == PER_MINUTE + 1


@given(st.lists(st.floats(0.0, 100.0), max_size=100))
def test_never_more_are_allowed_than_those_of_one_minute_and_those_earned_since(
    pauses_s: list[float],
) -> None:
    now_s = 0.0
    allowance = Allowance(PER_MINUTE, lambda: now_s)
    allowed = 0
    for pause_s in pauses_s:
        now_s += pause_s
        allowed += allowance.take()
        assert allowed <= PER_MINUTE + now_s / 60.0 * PER_MINUTE + 1e-6


def test_what_became_of_a_command_is_one_line_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    desk = Desk()
    desk.inbox.count(Reply("capture", None))
    desk.inbox.count(Reply("capture", "line one\nline two\x1b[2J" + "x" * 5000))
    assert caplog.messages[0] == "command capture: done"
    assert caplog.messages[1].startswith("command capture refused: line one\\nline two\\x1b[2Jxxx")
    assert all(message.isprintable() and len(message) < 400 for message in caplog.messages)
    assert (desk.inbox.done, desk.inbox.refused) == (1, 1)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=10), inner, max_size=5),
)
payloads = (
    st.binary(max_size=2 * MAX_BYTES)
    | json_values.map(lambda value: json.dumps(value).encode())
    | json_values.map(lambda value: json.dumps({"transaction": value}).encode())
    | st.integers(1, 3000).map(lambda levels: b"[" * levels + b"]" * levels)
)
topics = st.text(max_size=100).map(lambda name: f"{BASE}/command/{name}")


@given(topics, payloads, st.booleans(), st.none() | st.text(), st.none() | st.binary())
def test_whatever_is_sent_is_either_a_request_or_answered(
    topic: str, payload: bytes, retain: bool, response_topic: str | None, correlation: bytes | None
) -> None:
    desk = Desk()
    desk.inbox.receive(Incoming(topic, payload, retain, response_topic, correlation))
    asked = desk.inbox.requests()
    clears = retain and not payload
    assert len(asked) + len(desk.replies) == (0 if clears else 1)
    assert desk.inbox.refused == len(desk.replies)
    for request in asked:
        found = json.loads(payload)
        assert request.transaction == found.pop("transaction", None)
        assert request.data == found
        encode({"transaction": request.transaction})
