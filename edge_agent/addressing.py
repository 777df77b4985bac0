"""Commands to an agent: which of its motors each one is for."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from edge_agent.motor_line import MotorLine
from edge_agent.plain import quoted
from edge_agent.publish.documents import Reply
from edge_agent.publish.sink import Request

_OF_AGENT = ("log_level", "reload")
"""The commands that are about no motor."""
_OF_ALL = "capture"
"""The command that is done for all motors if it names none."""


class CommandsToMotors:
    """Hands each command to the motor that its field `motor` names; an only motor needs no name."""

    def __init__(self, lines: Callable[[], Sequence[MotorLine]]) -> None:
        """Take what returns the lines of all motors as they are now."""
        self._lines = lines

    def answer(self, request: Request) -> Reply | None:
        """Do what is asked; return the reply, None if it comes later."""
        lines = self._lines()
        if "motor" not in request.data and (len(lines) == 1 or request.name in _OF_AGENT):
            return lines[0].answer(request)
        if "motor" not in request.data and request.name == _OF_ALL:
            return _together(request, {line.motor: line.answer(request) for line in lines})
        name = request.data.get("motor")
        chosen = next((line for line in lines if line.motor == name), None)
        if chosen is None:
            return _refused(request, name, ", ".join(line.motor for line in lines))
        rest = {key: value for key, value in request.data.items() if key != "motor"}
        return chosen.answer(replace(request, data=rest))


def _refused(request: Request, name: object, known: str) -> Reply:
    """Return the reply to a command for a motor that is not there, or for none of several."""
    if name is None:
        error = f'the command names no motor, and there are several; add "motor", one of {known}'
    else:
        error = f"there is no motor {quoted(str(name))}; expected one of {known}"
    return _reply(request, {}, error)


def _together(request: Request, replies: dict[str, Reply | None]) -> Reply:
    """Return one reply for all motors: what each brings, and why some could not."""
    done = {
        motor: reply.data for motor, reply in replies.items() if reply is not None and reply.error is None
    }
    errors = [
        f"{motor}: {reply.error}" for motor, reply in replies.items() if reply is not None and reply.error
    ]
    return _reply(request, dict(done), "; ".join(errors) or None)


def _reply(request: Request, data: dict[str, object], error: str | None) -> Reply:
    return Reply(request.name, error, data, request.transaction, request.response_topic, request.correlation)
