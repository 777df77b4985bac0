"""What can be asked of a running agent: each command with its fields, what it does, and its reply."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from edge_agent.alarm import AlarmLatch
from edge_agent.plain import one_line, quoted
from edge_agent.publish.documents import Reply
from edge_agent.publish.sink import Request
from edge_agent.reloading import ReloadError
from edge_agent.self_test.schedule import Outcome

Data = dict[str, object]
"""What a reply brings beside its status."""
BeginSelfTest = Callable[[], None]
"""Begins a self-test, unless one runs; how it ended comes later, by `Remote.self_tested`."""
Learn = Callable[[bool], str | None]
"""Learns the motor anew, by a rotor that was examined or not; returns why it cannot, None if it can."""
CaptureNow = Callable[[float], str]
"""Keeps so many seconds of samples; returns the recording's name, raises ValueError or OSError."""
Reload = Callable[[], Data]
"""Reads the configuration again; returns what has changed, raises ReloadError."""

_Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(one_line)]
_AlarmId = Annotated[int, Field(ge=0, lt=2**63)] | Annotated[str, Field(max_length=64)]


class CommandError(Exception):
    """A command is not done; the message says to its sender why, and what was expected."""


class Wish(BaseModel):
    """The fields of a command; unknown ones and those of another type are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Capture(Wish):
    """Keep samples as a recording."""

    seconds: Annotated[float, Field(gt=0, le=600)] = 60.0
    """How many seconds of samples, up to now."""


class DoSelfTest(Wish):
    """Prove that a broken bar would be found."""


class Acknowledge(Wish):
    """Somebody has seen the alarm."""

    id: _AlarmId
    """`event_id` of the alarm, or the id of the motor."""
    by: Annotated[_Text, Field(min_length=1, max_length=100)]
    """Who."""
    note: _Text = ""
    """What they say about it."""


class TellFeedback(Wish):
    """What was found when the rotor was examined."""

    id: _AlarmId
    """`event_id` of the alarm, or the id of the motor."""
    right: bool
    """False clears the alarm."""
    found: _Text = ""
    """What was found."""


class LearnAnew(Wish):
    """Forget the baseline, and learn the motor anew."""

    sound: bool = False
    """True if somebody has examined the rotor: then a rough casting is learned, too."""


class ReadAgain(Wish):
    """Read the configuration again."""


class SetLogLevel(Wish):
    """Log more or less until the next start."""

    level: Literal["debug", "info", "warning", "error"]
    """Least important messages that are logged."""


@dataclass(frozen=True, slots=True)
class _Command:
    fields: type[Wish]
    do: Callable[[Any], Data | None]
    """Returns what the reply brings; None if the reply comes later."""


class Remote:
    """Does what requests ask, and answers each of them; none of them raises."""

    def __init__(
        self,
        motor: str,
        alarm: AlarmLatch,
        begin_self_test: BeginSelfTest,
        capture_now: CaptureNow | None = None,
        learn: Learn | None = None,
        reload: Reload | None = None,
    ) -> None:
        """Take the motor's id and what commands act on; those without what they act on are refused."""
        self._motor = motor
        self._alarm = alarm
        self._begin_self_test = begin_self_test
        self._waiting: list[Request] = []
        self._capture_now = capture_now
        self._learn_anew = learn
        self._read_again = reload
        self._commands: Mapping[str, _Command] = {
            "acknowledge": _Command(Acknowledge, self._acknowledge),
            "capture": _Command(Capture, self._capture),
            "feedback": _Command(TellFeedback, self._take_feedback),
            "learn": _Command(LearnAnew, self._learn),
            "log_level": _Command(SetLogLevel, self._set_log_level),
            "reload": _Command(ReadAgain, self._reload),
            "self_test": _Command(DoSelfTest, self._test_self),
        }

    def answer(self, request: Request) -> Reply | None:
        """Do what is asked, all of it or nothing; return the reply, None if it comes later."""
        try:
            data = self._obey(request)
        except CommandError as refusal:
            return _reply(request, {}, str(refusal))
        if data is None:
            self._waiting.append(request)
            return None
        return _reply(request, data, None)

    def self_tested(self, outcome: Outcome) -> list[Reply]:
        """Return the replies to those who asked for the self-test that has ended."""
        waiting, self._waiting = self._waiting, []
        error = None if outcome.problem is None else f"the self-test failed: {outcome.problem}"
        return [_reply(request, outcome.data, error) for request in waiting]

    def _obey(self, request: Request) -> Data | None:
        command = self._commands.get(request.name)
        if command is None:
            known = ", ".join(self._commands)
            raise CommandError(f"the command {quoted(request.name)} is not known; expected one of {known}")
        try:
            wish = command.fields.model_validate(request.data)
        except ValidationError as error:
            raise CommandError(f"{_problems(error)}; expected {_expected(command.fields)}") from None
        return command.do(wish)

    def _acknowledge(self, wish: Acknowledge) -> Data:
        self._check_id(wish.id)
        return self._alarm_after(self._alarm.acknowledge(wish.by, wish.note))

    def _take_feedback(self, wish: TellFeedback) -> Data:
        self._check_id(wish.id)
        return self._alarm_after(self._alarm.take_feedback(wish.right, wish.found))

    def _check_id(self, given: int | str) -> None:
        """Refuse words on an alarm that is not the current one: the sender has not seen this one."""
        latched = self._alarm.latched
        if latched is None:
            raise CommandError("there was no alarm yet")
        if given not in (latched.event_id, self._motor):
            number = "" if latched.event_id is None else f"{latched.event_id} (the number of its event) or "
            raise CommandError(
                f"the id {quoted(str(given))} is not that of the newest alarm; expected {number}"
                f'"{self._motor}" (the motor)'
            )

    def _alarm_after(self, refusal: str | None) -> Data:
        if refusal is not None or self._alarm.latched is None:
            raise CommandError(refusal or "there was no alarm yet")
        return {"event_id": self._alarm.latched.event_id, "condition": str(self._alarm.latched.condition)}

    def _capture(self, wish: Capture) -> Data:
        if self._capture_now is None:
            raise CommandError("captures are not available in this agent")
        try:
            return {"captured": self._capture_now(wish.seconds)}
        except (ValueError, OSError) as error:
            raise CommandError(f"no capture was made: {error}") from error

    def _learn(self, wish: LearnAnew) -> Data:
        if self._learn_anew is None:
            raise CommandError("no baseline is learned in this agent")
        refusal = self._learn_anew(wish.sound)
        if refusal is not None:
            raise CommandError(refusal)
        return {"baseline": "learning"}

    def _reload(self, wish: ReadAgain) -> Data:
        if self._read_again is None:
            raise CommandError("the configuration cannot be read again in this agent")
        try:
            return self._read_again()
        except ReloadError as error:
            raise CommandError(str(error)) from error

    def _test_self(self, wish: DoSelfTest) -> None:
        self._begin_self_test()

    def _set_log_level(self, wish: SetLogLevel) -> Data:
        logging.getLogger().setLevel(wish.level.upper())
        return {"level": wish.level}


def _reply(request: Request, data: Data, error: str | None) -> Reply:
    return Reply(request.name, error, data, request.transaction, request.response_topic, request.correlation)


def _problems(error: ValidationError) -> str:
    """Return what is wrong with the fields, in one line."""
    return ", ".join(
        f"{quoted(str(found['loc'][0]))}: {found['msg']}"
        for found in error.errors(include_url=False, include_input=False)[:_MAX_PROBLEMS]
    )


_MAX_PROBLEMS = 3
"""Problems of a command that its reply names; judgement: a reply is read by a person."""


def _expected(fields: type[Wish]) -> str:
    """Return the fields of a command in words."""
    if not fields.model_fields:
        return "no fields"
    return "the fields " + ", ".join(
        name if field.is_required() else f"{name} (may be left out)"
        for name, field in fields.model_fields.items()
    )
