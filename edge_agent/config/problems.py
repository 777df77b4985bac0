"""What can be wrong with a configuration, and where."""

from dataclasses import dataclass
from pathlib import Path

from edge_agent.plain import MAX_QUOTED, printable

MAX_SHOWN = 100
"""Problems that a message names; judgement: nobody reads more, and a wrong file has thousands."""
KeyPath = tuple[str | int, ...]
"""Keys and list positions that lead to a value, e.g. `("channels", 0, "scale")`."""


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in the file, as editors count it."""

    line: int
    """From 1."""
    column: int
    """From 1."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong."""

    file: Path | None
    """The configuration file; None if the problem is in no file."""
    position: Position | None
    """Where; None if the file could not be read at all."""
    key: KeyPath
    """Which value; empty if it is about the whole file."""
    message: str
    """What was found, what is expected, and what to do."""

    def __str__(self) -> str:
        """Return it as one line: file, line, column, key and message, whatever a key or value holds."""
        place = [] if self.position is None else [str(self.position.line), str(self.position.column)]
        where = [] if self.file is None else [":".join([str(self.file), *place])]
        return printable(": ".join([*where, *([spell(self.key)] if self.key else []), self.message]))


class ConfigError(Exception):
    """The configuration cannot be used."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        """Take all problems; they are reported in the order of the file."""
        self.problems = tuple(sorted(problems, key=lambda problem: problem.position or Position(0, 0)))
        """What is wrong, never empty."""
        shown = [str(problem) for problem in self.problems[:MAX_SHOWN]]
        more = len(self.problems) - len(shown)
        if more:
            shown.append(f"and {more} more problems; correct these first")
        super().__init__("\n".join(shown))


def spell(key: KeyPath) -> str:
    """Write a path as people do: `channels[0].scale`."""
    text = ""
    for step in key:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            word = step if len(step) <= MAX_QUOTED else f"{step[:MAX_QUOTED]}..."
            text += f".{word}" if text else word
    return text
