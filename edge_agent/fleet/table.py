"""The table of a fleet (CSV) as rows of answers; every error with its row and column.

Its columns are keys of the configuration, e.g. `motor.poles`, as `edge-agent init --set` takes them, and
`site`.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from edge_agent.config.problems import MAX_SHOWN, KeyPath, spell
from edge_agent.fleet.access import is_reserved
from edge_agent.fleet.parcels import PLACEHOLDERS, with_credentials
from edge_agent.plain import printable, quoted
from edge_agent.setup.answers import meant, problems_in, setting
from edge_agent.setup.questions import QUESTIONS, Answers, applies

SITE = "site"
"""The column that groups agents by their broker."""
_DEFAULT_SITE = "main"
_OWN: tuple[KeyPath, ...] = (("version",), ("mqtt", "username"), ("mqtt", "password_file"), ("mqtt", "tls"))
"""Keys that the fleet itself writes."""
_DELIMITERS = ",;\t"
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_ID: KeyPath = ("agent", "id")
_MOTOR: KeyPath = ("motor", "id")
_HOST: KeyPath = ("mqtt", "host")
_PREFIX: KeyPath = ("mqtt", "prefix")
_OF_BROKER = ((_ID, '""'), (_HOST, '""'), (_PREFIX, "edge-agent"))
"""What the broker must know, and the YAML text that stands for nothing."""
_ASKED = [question for question in QUESTIONS if question.key not in _OWN]
_QUESTIONS = {question.key: question for question in QUESTIONS}


@dataclass(frozen=True, slots=True)
class CellProblem:
    """What is wrong in one cell."""

    row: int
    """As a spreadsheet counts: the header is row 1."""
    column: str | None
    """Name of the column; None if it is about the whole row."""
    message: str
    """What was found, what is expected, and what to do."""


class TableError(ValueError):
    """The table cannot be used."""

    def __init__(self, file: Path, problems: Sequence[CellProblem]) -> None:
        """Take all problems; what is wrong in many rows in the same way is said once."""
        self.problems = tuple(problems)
        """All of them, in the order of the table."""
        rows: dict[tuple[str | None, str], list[int]] = {}
        for problem in problems:
            rows.setdefault((problem.column, problem.message), []).append(problem.row)
        lines = [_line(file, where, *key) for key, where in list(rows.items())[:MAX_SHOWN]]
        if len(rows) > MAX_SHOWN:
            lines.append(f"and {len(rows) - MAX_SHOWN} more problems; correct these first")
        super().__init__("\n".join(lines))


@dataclass(frozen=True, slots=True)
class Row:
    """One agent with its motor."""

    number: int
    """Of the row, as a spreadsheet counts."""
    agent: str
    """Id of the agent, and its user name on the broker."""
    site: str
    """Which broker it reports to."""
    host: str
    """Name or address of that broker."""
    prefix: str
    """First levels of its topics."""
    answers: Answers
    """Its whole configuration."""


def read_table(file: Path, shared: Mapping[KeyPath, str]) -> list[Row]:
    """Return the agents of a table. Raises TableError with everything that is wrong in it, and OSError.

    `shared` are answers for all rows, which a cell of the same key replaces.
    """
    cells = _cells(file)
    if len(cells) < 2:
        raise TableError(file, [CellProblem(1, None, "holds no agent; give each one a row below the header")])
    header = [cell.strip() for cell in cells[0]]
    problems = list(_problems_of_header(header))
    if problems:
        raise TableError(file, problems)
    rows = []
    with TemporaryDirectory() as folder:
        for name in PLACEHOLDERS:
            (Path(folder) / name).write_text("placeholder")
        for number, row in enumerate(cells[1:], 2):
            if any(cell.strip() for cell in row):
                read = _row(number, header, row, shared, Path(folder) / "edge-agent.yaml", problems)
                rows.append(read)
    whole = [row for row in rows if row is not None]
    problems += _clashes(whole)
    if problems:
        raise TableError(file, sorted(problems, key=lambda problem: problem.row))
    return whole


def _cells(file: Path) -> list[list[str]]:
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"is not UTF-8 text (byte {error.start}); save it as CSV in UTF-8"
        raise TableError(file, [CellProblem(1, None, message)]) from None
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        return list(csv.reader(io.StringIO(text), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise TableError(file, [CellProblem(1, None, f"is no CSV: {error}; save it as CSV again")]) from None


def _problems_of_header(header: Sequence[str]) -> Iterator[CellProblem]:
    for name in header:
        try:
            key, _ = setting(f"{name}=0", _QUESTIONS) if name != SITE else ((SITE,), "")
        except ValueError:
            message = "is no key of the configuration; expected names such as motor.rated_power_kw, or site"
            yield CellProblem(1, name, message)
            continue
        if header.count(name) > 1:
            yield CellProblem(1, name, "stands in the header more than once; leave one of both out")
        if any(key[: len(own)] == own for own in _OWN):
            yield CellProblem(1, name, "is written by fleet make for each agent; leave the column out")


def _row(
    number: int,
    header: Sequence[str],
    cells: Sequence[str],
    shared: Mapping[KeyPath, str],
    file: Path,
    problems: list[CellProblem],
) -> Row | None:
    """Return a row; None, with its problems added, if something is wrong in it."""
    if len(cells) > len(header):
        message = f"has {len(cells)} cells, and the header has {len(header)}; put text with commas in quotes"
        problems.append(CellProblem(number, None, message))
        return None
    given = {name: cell.strip() for name, cell in zip(header, cells, strict=False) if cell.strip()}
    site = given.pop(SITE, _DEFAULT_SITE)
    answers: Answers = dict(shared) | {("agent", "site"): site}
    answers |= dict(setting(f"{name}={cell}", _QUESTIONS) for name, cell in given.items())
    if _MOTOR in answers:
        answers.setdefault(_ID, answers[_MOTOR])
    for question in _ASKED:
        if question.usual is not None and question.key != _MOTOR:
            answers.setdefault(question.key, question.usual)
    agent, host, prefix = (str(meant(answers.get(*key))) for key in _OF_BROKER)
    answers = with_credentials(answers, agent)
    found = list(_problems_of_row(number, site, agent, answers, file))
    problems += found
    return None if found else Row(number, agent, site, host, prefix, answers)


def _problems_of_row(
    number: int, site: str, agent: str, answers: Answers, file: Path
) -> Iterator[CellProblem]:
    if not _NAME.fullmatch(site):
        message = f"{quoted(site)} is no name of a site; expected up to 64 letters, digits, _ and -"
        yield CellProblem(number, SITE, message)
    if is_reserved(agent):
        message = f"{quoted(agent)} is a user of the broker with rights of its own; choose another name"
        yield CellProblem(number, spell(_ID), message)
    wanted = (q for q in _ASKED if (q.needed or q.key == _MOTOR) and applies(q, answers, described=True))
    missing = [question for question in wanted if question.key not in answers]
    for question in missing:
        message = (
            f"is empty or not in the header, and is needed; {question.where[0].lower()}{question.where[1:]}"
        )
        yield CellProblem(number, spell(question.key), message)
    absent = {question.key for question in missing} | {(str(question.key[0]),) for question in missing}
    for problem in problems_in(answers, file):
        if problem.key not in absent:
            yield CellProblem(number, spell(problem.key) or None, problem.message)


def _clashes(rows: Sequence[Row]) -> Iterator[CellProblem]:
    """Yield what rows say against each other."""
    first: dict[str, Row] = {}
    site: dict[str, Row] = {}
    for row in rows:
        before = first.setdefault(row.agent, row)
        if before is not row:
            message = f"{row.agent} is the agent of row {before.number} already; give each agent its own id"
            yield CellProblem(row.number, spell(_ID), message)
        other = site.setdefault(row.site, row)
        for key, own, theirs in (
            (_HOST, row.host, other.host),
            (_PREFIX, row.prefix, other.prefix),
        ):
            if own != theirs:
                message = (
                    f"{own} differs from {theirs} in row {other.number}; expected one for all of site "
                    f"{row.site}"
                )
                yield CellProblem(row.number, spell(key), message)


def _line(file: Path, rows: Sequence[int], column: str | None, message: str) -> str:
    more = f" and {len(rows) - 1} more" if len(rows) > 1 else ""
    where = f"row {rows[0]}{more}" + (f", column {column}" if column else "")
    return printable(f"{file}: {where}: {message}")
