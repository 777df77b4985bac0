"""Commands that reach an agent over a sink: what it then publishes, and in which order."""

from collections.abc import Callable
from pathlib import Path

import pytest
from agents import Heard, agent_of
from latched import a_latch
from plates import plate_yaml

from edge_agent.diagnose.model import Model
from edge_agent.publish.documents import Alarm, Reply
from edge_agent.publish.payloads import payload_of
from edge_agent.publish.sink import Request

MODEL = Model.load("builtin")


class Asks(Heard):
    """A sink over which somebody asks."""

    def __init__(self, *requests: Request) -> None:
        super().__init__()
        self.waiting = list(requests)

    def requests(self) -> list[Request]:
        waiting, self.waiting = self.waiting, []
        return waiting


@pytest.fixture
def ask_agent(tmp_path: Path) -> Callable[..., Asks]:
    """Have an agent with an alarm do what it is asked; return the sink that heard it."""
    config = tmp_path / "agent.yaml"
    config.write_text(
        f"motor: {plate_yaml(id='motor-1')}\nacquisition: {{port: {tmp_path / 'port'}}}\n"
        f"mqtt: {{host: localhost}}\nstate_dir: {tmp_path}\n"
    )
    a_latch(tmp_path)

    def ask(*requests: Request) -> Asks:
        agent = agent_of(config, MODEL, sink := Asks(*requests))
        for _ in range(3):
            agent._look_after()
        return sink

    return ask


def test_the_alarm_is_told_as_it_is_now_before_the_reply(ask_agent: Callable[..., Asks]) -> None:
    sink = ask_agent(Request("acknowledge", {"id": 12, "by": "Ana"}, transaction="t-1"))
    alarm, reply = (document for document in sink.documents if isinstance(document, Alarm | Reply))
    assert isinstance(alarm, Alarm)
    assert payload_of(alarm)["condition"] == "acknowledged"
    assert isinstance(reply, Reply)
    assert payload_of(reply) == {
        "status": "ok",
        "data": {"event_id": 12, "condition": "acknowledged"},
        "error": None,
        "transaction": "t-1",
    }


def test_what_changes_nothing_is_answered_alone(ask_agent: Callable[..., Asks]) -> None:
    sink = ask_agent(Request("acknowledge", {"id": 13, "by": "Ana"}), Request("self_test", {}))
    replies = [document for document in sink.documents if isinstance(document, Alarm | Reply)]
    assert [type(document) for document in replies] == [Reply, Reply]
    assert [payload_of(reply)["status"] for reply in replies] == ["error", "ok"]
    assert payload_of(replies[1])["data"]["golden_inputs"] == len(MODEL.spec.golden)
