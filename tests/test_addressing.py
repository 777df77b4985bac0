"""A command goes to the motor that it names; an only motor needs no name."""

import pytest

from edge_agent.addressing import CommandsToMotors
from edge_agent.publish.documents import Reply
from edge_agent.publish.sink import Request


class Line:
    """As much of a motor's line as takes commands."""

    def __init__(self, motor: str, error: str | None = None) -> None:
        self.motor, self.error, self.asked = motor, error, []

    def answer(self, request: Request) -> Reply | None:
        self.asked.append(request.data)
        return Reply(request.name, self.error, {"by": self.motor} if self.error is None else {}, "t")


def ask(lines: list[Line], name: str, **data: object) -> Reply:
    reply = CommandsToMotors(lambda: lines).answer(Request(name, data, "t"))  # type: ignore[arg-type,return-value]
    assert reply is not None
    assert reply.transaction == "t"
    return reply


def test_the_named_motor_gets_the_command_without_its_name() -> None:
    pump, fan = Line("pump"), Line("fan")
    assert ask([pump, fan], "acknowledge", motor="fan", by="x").data == {"by": "fan"}
    assert (pump.asked, fan.asked) == ([], [{"by": "x"}])


@pytest.mark.parametrize("data", [{}, {"motor": "pump"}])
def test_an_only_motor_may_be_named(data: dict[str, object]) -> None:
    assert ask([Line("pump")], "learn", **data).data == {"by": "pump"}


@pytest.mark.parametrize(("data", "words"), [({}, 'add "motor"'), ({"motor": "crane"}, "no motor 'crane'")])
def test_a_command_for_no_motor_or_an_unknown_one_names_those_there_are(
    data: dict[str, object], words: str
) -> None:
    lines = [Line("pump"), Line("fan")]
    error = ask(lines, "learn", **data).error
    assert error is not None
    assert words in error
    assert "pump, fan" in error
    assert not any(line.asked for line in lines)


def test_a_capture_without_a_name_is_one_of_each_motor() -> None:
    reply = ask([Line("pump"), Line("fan", "no samples")], "capture")
    assert (reply.data, reply.error) == ({"pump": {"by": "pump"}}, "fan: no samples")


def test_the_level_of_the_log_is_of_no_motor() -> None:
    assert ask([Line("pump"), Line("fan")], "log_level", level="info").error is None
