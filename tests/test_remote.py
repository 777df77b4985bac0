"""What can be asked of the agent: done as asked, or refused with what was expected."""

import json
import logging
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from documents import document
from hypothesis import given
from hypothesis import strategies as st
from latched import a_latch

from edge_agent.alarm import AlarmLatch, Condition
from edge_agent.publish.documents import Reply
from edge_agent.publish.payloads import encode, payload_of
from edge_agent.publish.sink import Request
from edge_agent.reloading import ReloadError
from edge_agent.remote import Remote
from edge_agent.self_test.schedule import Outcome
from edge_agent.state_file import StateFile

COMMANDS = ("acknowledge", "capture", "feedback", "learn", "log_level", "reload", "self_test")


class Site:
    """What commands act on, and what was asked of it."""

    def __init__(self, folder: Path, latch: AlarmLatch | None = None) -> None:
        self.latch = latch or a_latch(folder)
        self.kept_s: list[float] = []
        self.begun = 0
        self.learned: list[bool] = []
        self.reloads = 0
        self.remote = Remote("motor-1", self.latch, self._begin, self._keep, self._learn, self._read_again)

    def _begin(self) -> None:
        self.begun += 1

    def _learn(self, sound: bool) -> str | None:
        self.learned.append(sound)
        return "nothing is learned" if len(self.learned) > 2 else None

    def _read_again(self) -> dict[str, object]:
        self.reloads += 1
        if self.reloads > 1:
            raise ReloadError("the configuration has errors")
        return {"changed": ["log_level"], "needs_restart": []}

    def _keep(self, seconds: float) -> str:
        self.kept_s.append(seconds)
        return "20261123T051102Z_motor-1_healthy.npz"

    def ask(self, name: str, **data: object) -> Reply:
        reply = self.remote.answer(Request(name, data))
        assert reply is not None
        return reply

    def refusal(self, name: str, **data: object) -> str:
        """Ask; return the error, and see that nothing has changed."""
        before = self.latch.latched, list(self.kept_s), logging.getLogger().level
        reply = self.ask(name, **data)
        assert (self.latch.latched, self.kept_s, logging.getLogger().level) == before
        assert reply.error is not None
        assert reply.error.isprintable()
        return reply.error


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


@pytest.mark.parametrize("alarm_id", [12, "motor-1"])
def test_an_alarm_is_acknowledged_by_its_number_or_its_motor(
    site: Site, alarm_id: object, tmp_path: Path
) -> None:
    reply = site.ask("acknowledge", id=alarm_id, by=" Ana ", note="stop is\nplanned")
    assert (reply.error, reply.data) == (None, {"event_id": 12, "condition": "acknowledged"})
    for latch in (site.latch, AlarmLatch(StateFile(tmp_path / "alarm.json", 1))):
        assert latch.latched is not None
        assert latch.latched.acknowledged is not None
        assert (latch.latched.acknowledged.by, latch.latched.acknowledged.note) == ("Ana", "stop is planned")


def test_an_alarm_is_acknowledged_once(site: Site) -> None:
    site.ask("acknowledge", id=12, by="Ana")
    assert "no alarm that is not acknowledged" in site.refusal("acknowledge", id=12, by="Ben")


@pytest.mark.parametrize("name", ["acknowledge", "feedback"])
@pytest.mark.parametrize("alarm_id", [11, "12", "motor-2", 0])
def test_words_on_another_alarm_are_refused_with_the_id_of_this_one(
    site: Site, name: str, alarm_id: object
) -> None:
    fields: dict[str, object] = {"by": "Ana"} if name == "acknowledge" else {"right": False}
    said = site.refusal(name, id=alarm_id, **fields)
    assert f"'{alarm_id}' is not that of the newest alarm" in said
    assert 'expected 12 (the number of its event) or "motor-1"' in said


def test_an_alarm_whose_event_is_not_known_goes_by_its_motor(tmp_path: Path) -> None:
    site = Site(tmp_path, a_latch(tmp_path, event_id=None))
    assert site.refusal("acknowledge", id=12, by="Ana").endswith('expected "motor-1" (the motor)')
    assert site.ask("acknowledge", id="motor-1", by="Ana").error is None


@pytest.mark.parametrize("name", ["acknowledge", "feedback"])
def test_without_an_alarm_there_is_nothing_to_say_of_it(tmp_path: Path, name: str) -> None:
    site = Site(tmp_path, AlarmLatch(StateFile(tmp_path / "alarm.json", 1)))
    fields: dict[str, object] = {"by": "Ana"} if name == "acknowledge" else {"right": True}
    assert site.refusal(name, id="motor-1", **fields) == "there was no alarm yet"


@pytest.mark.parametrize(("right", "active"), [(True, True), (False, False)])
def test_feedback_is_kept_and_a_wrong_alarm_is_cleared_by_it(site: Site, right: bool, active: bool) -> None:
    reply = site.ask("feedback", id=12, right=right, found="a loose belt")
    assert site.latch.latched is not None
    assert site.latch.latched.active is active
    assert site.latch.latched.feedback is not None
    assert (site.latch.latched.feedback.right, site.latch.latched.feedback.found) == (right, "a loose belt")
    condition = Condition.UNACKNOWLEDGED if active else Condition.RETURNED_UNACKNOWLEDGED
    assert reply.data == {"event_id": 12, "condition": condition}


def test_feedback_comes_even_after_the_alarm_was_cleared(site: Site) -> None:
    site.ask("feedback", id=12, right=False)
    assert site.ask("feedback", id=12, right=True, found="two bars after all").error is None
    assert site.latch.latched is not None
    assert site.latch.latched.feedback is not None
    assert site.latch.latched.feedback.right


@pytest.mark.parametrize(("asked", "kept_s"), [({"seconds": 12}, 12.0), ({"seconds": 0.5}, 0.5), ({}, 60.0)])
def test_a_capture_is_named_in_the_reply(site: Site, asked: dict[str, object], kept_s: float) -> None:
    assert site.ask("capture", **asked).data == {"captured": "20261123T051102Z_motor-1_healthy.npz"}
    assert site.kept_s == [kept_s]


def test_an_agent_that_keeps_no_samples_says_so(tmp_path: Path) -> None:
    remote = Remote("motor-1", a_latch(tmp_path), lambda: None)
    reply = remote.answer(Request("capture", {"seconds": 1}))
    assert reply is not None
    assert reply.error == "captures are not available in this agent"


@pytest.mark.parametrize("problem", [ValueError("no samples yet"), OSError(28, "No space left on device")])
def test_a_capture_that_fails_is_an_error_with_its_reason(tmp_path: Path, problem: Exception) -> None:
    def fail(seconds: float) -> str:
        raise problem

    reply = Remote("motor-1", a_latch(tmp_path), lambda: None, fail).answer(Request("capture", {}))
    assert reply is not None
    assert reply.error == f"no capture was made: {problem}"


@pytest.mark.parametrize("problem", [None, "the file is damaged"])
def test_a_self_test_is_answered_when_it_has_ended_to_all_who_asked(site: Site, problem: str | None) -> None:
    asked = [Request("self_test", {}, transaction, "desk", b"7") for transaction in ("one", "two")]
    assert [site.remote.answer(request) for request in asked] == [None, None]
    assert site.begun == 2
    replies = site.remote.self_tested(Outcome({"proven_limit_bars": 0.4}, problem))
    assert [(reply.name, reply.transaction) for reply in replies] == [
        ("self_test", "one"),
        ("self_test", "two"),
    ]
    assert {(reply.response_topic, reply.correlation) for reply in replies} == {("desk", b"7")}
    assert replies[0].data == {"proven_limit_bars": 0.4}
    assert replies[0].error == (None if problem is None else f"the self-test failed: {problem}")
    assert site.remote.self_tested(Outcome({}, None)) == []


def test_the_motor_is_learned_anew_with_a_rotor_that_was_examined_or_not(site: Site) -> None:
    assert site.ask("learn").data == site.ask("learn", sound=True).data == {"baseline": "learning"}
    assert site.learned == [False, True]
    assert site.refusal("learn") == "nothing is learned"
    assert "'sound'" in site.refusal("learn", sound="yes")


def test_without_a_baseline_nothing_is_learned(tmp_path: Path) -> None:
    reply = Remote("motor-1", a_latch(tmp_path), lambda: None).answer(Request("learn", {}))
    assert reply is not None
    assert reply.error == "no baseline is learned in this agent"


@pytest.mark.parametrize("level", ["debug", "info", "warning", "error"])
def test_the_log_tells_as_much_as_is_asked(site: Site, level: str) -> None:
    assert site.ask("log_level", level=level).data == {"level": level}
    assert logging.getLogger().level == getattr(logging, level.upper())


def test_a_reload_answers_what_has_changed_or_why_nothing_has(site: Site) -> None:
    assert site.ask("reload").data == {"changed": ["log_level"], "needs_restart": []}
    assert site.refusal("reload") == "the configuration has errors"
    bare = Remote("motor-1", site.latch, lambda: None).answer(Request("reload", {}))
    assert bare is not None
    assert "cannot be read again" in str(bare.error)


@pytest.mark.parametrize("name", ["teach", "restart", "", "__init__", "x" * 500])
def test_an_unknown_command_is_answered_with_those_that_are_known(site: Site, name: str) -> None:
    said = site.refusal(name)
    assert said.endswith(f"expected one of {', '.join(COMMANDS)}")
    assert len(said) < 200


@pytest.mark.parametrize(
    ("name", "data", "wrong"),
    [
        ("acknowledge", {}, "'id': Field required, 'by': Field required"),
        ("acknowledge", {"id": 12}, "'by': Field required"),
        ("acknowledge", {"id": 12, "by": "  "}, "'by': "),
        ("acknowledge", {"id": 12, "by": "x" * 101}, "'by': "),
        ("acknowledge", {"id": 12, "by": 7}, "'by': "),
        ("acknowledge", {"id": 12, "by": "Ana", "note": "x" * 501}, "'note': "),
        ("acknowledge", {"id": 12.0, "by": "Ana"}, "'id': "),
        ("acknowledge", {"id": True, "by": "Ana"}, "'id': "),
        ("acknowledge", {"id": None, "by": "Ana"}, "'id': "),
        ("acknowledge", {"id": -1, "by": "Ana"}, "'id': "),
        ("acknowledge", {"id": 12, "by": "Ana", "when": "now"}, "'when': Extra inputs are not permitted"),
        ("acknowledge", {"id": 12, "by": "Ana", "a\x1b[2J": 1}, r"'a\x1b[2J': Extra"),
        ("feedback", {"id": 12}, "'right': Field required"),
        ("feedback", {"id": 12, "right": 1}, "'right': "),
        ("feedback", {"id": 12, "right": "false"}, "'right': "),
        ("capture", {"seconds": 0}, "'seconds': "),
        ("capture", {"seconds": 601}, "'seconds': "),
        ("capture", {"seconds": True}, "'seconds': "),
        ("capture", {"seconds": "12"}, "'seconds': "),
        ("log_level", {"level": "DEBUG"}, "'level': "),
        ("log_level", {}, "'level': Field required"),
        ("self_test", {"deep": True}, "'deep': Extra"),
    ],
)
def test_wrong_fields_are_named_with_what_was_expected_and_change_nothing(
    site: Site, name: str, data: dict[str, object], wrong: str
) -> None:
    said = site.refusal(name, **data)
    assert said.startswith(wrong)
    expected = {
        "acknowledge": "the fields id, by, note (may be left out)",
        "feedback": "the fields id, right, found (may be left out)",
        "capture": "the fields seconds (may be left out)",
        "log_level": "the fields level",
        "self_test": "no fields",
    }
    assert said.endswith(f"; expected {expected[name]}")


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


fields = st.dictionaries(
    st.text() | st.sampled_from(["id", "by", "note", "right", "found", "seconds", "level"]),
    values | st.sampled_from([12, "motor-1", "debug", True, 60]),
    max_size=5,
)


@given(st.text() | st.sampled_from(COMMANDS), fields, values)
def test_whatever_is_asked_is_answered_and_done_whole_or_not_at_all(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: dict[str, Any], transaction: object
) -> None:
    site, level = Site(tmp_path_factory.mktemp("site")), logging.getLogger().level
    before = site.latch.latched
    request = Request(name, data, transaction, "desk", b"7")
    reply = site.remote.answer(request)
    changed = (site.latch.latched, site.kept_s, logging.getLogger().level) != (before, [], level)
    logging.getLogger().setLevel(level)
    if reply is None:
        assert (name, site.begun, changed) == ("self_test", 1, False)
        (reply,) = site.remote.self_tested(Outcome({}, None))
    assert (reply.name, reply.response_topic, reply.correlation) == (name, "desk", b"7")
    assert reply.transaction is transaction
    assert not (changed and reply.error)
    encode(payload_of(replace(reply, transaction=None)))


DOCUMENT = document("edge_agent/publish/README.md")


def test_the_document_names_every_command_and_all_its_fields(site: Site) -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]*) \|", DOCUMENT, re.MULTILINE))
    for name, command in site.remote._commands.items():
        assert all(f"`{field}`" in rows[name] for field in command.fields.model_fields)


def test_the_commands_that_the_document_shows_are_obeyed(tmp_path: Path) -> None:
    shown = re.findall(r"-t edge-agent/pump-7/command/(\w+)[^']*'([^']*)'", DOCUMENT)
    assert [name for name, _ in shown] == ["acknowledge", "feedback"]
    remote = Remote("pump-7-motor", a_latch(tmp_path), lambda: None)
    for name, message in shown:
        reply = remote.answer(Request(name, json.loads(message)))
        assert reply is not None
        assert reply.error is None
