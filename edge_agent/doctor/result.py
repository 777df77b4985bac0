"""The outcome of one live check, as a line for people and as JSON."""

from dataclasses import dataclass
from enum import StrEnum

from edge_agent.plain import one_line


class Mark(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Result:
    """What one check found."""

    mark: Mark
    """How it ended; only `fail` makes the exit status 1."""
    name: str
    """What was checked, in one word."""
    what: str
    """What was found, without a full stop."""
    advice: str = ""
    """What to do; empty where nothing is to be done."""

    @property
    def line(self) -> str:
        """The result on one line."""
        advice = f" — {self.advice}" if self.advice else ""
        return one_line(f"{self.mark} {self.name}: {self.what}{advice}")

    def payload(self) -> dict[str, str]:
        """Return the result as JSON holds it."""
        return {"result": str(self.mark), "name": self.name, "what": self.what, "advice": self.advice}


def ok(name: str, what: str, advice: str = "") -> Result:
    """Return that all is well."""
    return Result(Mark.OK, name, what, advice)


def warn(name: str, what: str, advice: str = "") -> Result:
    """Return what should be looked at although the agent can work."""
    return Result(Mark.WARN, name, what, advice)


def fail(name: str, what: str, advice: str) -> Result:
    """Return what keeps the agent from its work."""
    return Result(Mark.FAIL, name, what, advice)
