"""Asks one question after the other, and again where an answer is wrong."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from edge_agent.acquire.ports import PortInfo
from edge_agent.acquire.samples import Device
from edge_agent.acquire.settings import SerialSettings
from edge_agent.config.explain import meaning
from edge_agent.config.problems import KeyPath, Problem, spell
from edge_agent.setup.answers import answer_to, channels_of, meant, problems_in
from edge_agent.setup.questions import (
    BAUD_RATE,
    CHANNELS,
    DRIVER,
    PORT,
    QUESTIONS,
    Answers,
    Question,
    applies,
    usual_answer,
)

BACK = "<"
"""What is typed to answer the question before once more. Judgement: no key takes this as a value."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the interview needs of the computer and of the person before it."""

    ask: Callable[[str], str]
    """Shows a prompt, and returns what is typed; raises EOFError if nobody answers any more."""
    say: Callable[[str], None]
    """Shows a line."""
    ports: Callable[[], Sequence[PortInfo]]
    """Returns the serial ports."""
    listen: Callable[[SerialSettings], tuple[Device | None, str]]
    """Returns the device that describes itself at a port, else None and why there is none."""


class Interview:
    """One run through the questions."""

    def __init__(self, file: Path, around: Surroundings) -> None:
        """Prepare for a file that is not written yet; paths in answers count from its folder."""
        self._file = file
        self._around = around
        self._answers: Answers = {}
        self._typed: dict[KeyPath, str] = {}
        self._left_out: set[KeyPath] = set()
        self._history: list[KeyPath] = []
        self._ports: Sequence[PortInfo] = ()
        self._described = False

    def hold(self) -> Answers:
        """Ask until every answer is right; return them all. Raises EOFError if nobody answers any more."""
        self._around.say(f"{BACK} as an answer goes back to the question before; Ctrl-C writes nothing.")
        while (question := self._next()) is not None:
            typed = self._ask(question)
            if typed == BACK:
                self._go_back()
                continue
            self._history.append(question.key)
            if typed:
                self._take(question, typed)
            elif question.needed:
                self._around.say("  an answer is needed")
            else:
                self._left_out.add(question.key)
        return self._answers

    def _next(self) -> Question | None:
        for question in QUESTIONS:
            done = question.key in self._answers or question.key in self._left_out
            if not done and applies(question, self._answers, described=self._described):
                return question
        return None

    def _go_back(self) -> None:
        """Take back the newest answer that still stands; what was typed is offered once more."""
        while self._history:
            key = self._history.pop()
            if key in self._answers or key in self._left_out:
                self._answers.pop(key, None)
                self._left_out.discard(key)
                if key == PORT:
                    self._described = False
                    self._answers.pop(CHANNELS, None)
                return
        self._around.say("  this is the first question")

    def _ask(self, question: Question) -> str:
        say, usual = self._around.say, usual_answer(question, self._answers)
        say(f"{spell(question.key)}: {meaning(question.key)}")
        say(f"  {question.where}")
        if question.key == PORT:
            usual = self._show_ports()
        usual = self._typed.get(question.key, usual)
        hint = f" [{usual}]" if usual else "" if question.needed else " [leave out]"
        typed = self._around.ask(f"{hint}> ".lstrip()).strip()
        return typed or usual or ""

    def _show_ports(self) -> str | None:
        """Show the ports with numbers; return the only one that may be opened."""
        self._ports = self._around.ports()
        for number, port in enumerate(self._ports, 1):
            what = " ".join(part for part in (port.vendor, port.product) if part)
            hint = f"; {port.hint}" if port.hint else ""
            self._around.say(f"  {number}: {_name(port)} {what}{hint}")
        usable = [port for port in self._ports if port.accessible]
        return _name(usable[0]) if len(usable) == 1 else None

    def _take(self, question: Question, typed: str) -> None:
        """Keep an answer that the rules allow; else say what is wrong, and ask again what it is about."""
        if question.key == PORT and typed.isdigit() and 0 < int(typed) <= len(self._ports):
            typed = _name(self._ports[int(typed) - 1])
        self._answers[question.key] = answer_to(question, typed)
        problems = [
            problem for problem in problems_in(self._answers, self._file) if self._is_of_answers(problem)
        ]
        for problem in problems:
            self._around.say(f"  {problem}")
        if problems:
            self._ask_again(question, problems)
            return
        self._typed[question.key] = typed
        if question.key == PORT:
            self._look_for_channels()

    def _is_of_answers(self, problem: Problem) -> bool:
        """True if a problem is of what was answered, and not only of what is missing yet."""
        return any(problem.key[: len(key)] == key for key in self._answers) or not problem.key

    def _ask_again(self, question: Question, problems: Sequence[Problem]) -> None:
        """Take back this answer, and those before it that do not fit it: any of them may be the wrong one."""
        del self._answers[question.key]
        self._typed.pop(question.key, None)
        for key in list(self._answers):
            if any(problem.key[: len(key)] == key for problem in problems):
                del self._answers[key]

    def _serial_settings(self) -> SerialSettings:
        """Return how to listen at the port, by the answers."""
        driver, port = (str(meant(self._answers[key])) for key in (DRIVER, PORT))
        settings = SerialSettings(driver, port)
        baud_rate = meant(self._answers.get(BAUD_RATE, ""))
        return replace(settings, baud_rate=baud_rate) if isinstance(baud_rate, int) else settings

    def _look_for_channels(self) -> None:
        """See whether the DAQ describes itself, and offer its channels."""
        say = self._around.say
        say("  listening for a description ...")
        device, why = self._around.listen(self._serial_settings())
        if device is None:
            say(f"  none came: {why}")
            return
        self._described = True
        say(f"  {device.name} describes itself:")
        for stream in device.streams:
            for channel in stream.channels:
                place = channel.phase or channel.axis or ""
                say(f"    {channel.name}: {channel.kind} {place} in {channel.unit} at {stream.rate_hz:g} Hz")
        if self._around.ask("write them into the file, to correct them there? [no]> ").strip().lower() in (
            "y",
            "yes",
        ):
            self._answers[CHANNELS] = channels_of(device)


def _name(port: PortInfo) -> str:
    return port.by_id or port.path
