"""What the agent's state folder holds beside a capture: alarm, trend and running hours.

The files are only read: whatever is wrong with one is said on the page, and the agent sees to it.
"""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from edge_agent.alarm import LatchedAlarm, alarm_of
from edge_agent.captures.recorder import FOLDER
from edge_agent.figures import RunningTime
from edge_agent.outlook import Outlook
from edge_agent.trend.days import Day, days_of
from edge_agent.trend.forecast import BASIS_DAYS, look_ahead
from edge_agent.trend.hour_rows import HOURS_PER_DAY, hour_of
from edge_agent.trend.keeper import FILE_NAME
from edge_agent.trend.trend_file import Bounds, TrendFile

_MAX_BYTES = 1_000_000
"""Maximum bytes that are read of a file: a thousand times what any of them holds (judgement)."""
_ALARM, _RUNNING_TIME = "alarm.json", "running_time.json"
_RUNNING = TypeAdapter(RunningTime)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a motor."""

    alarm: LatchedAlarm | None = None
    """The latched alarm, or the last one; None if there was none or it cannot be read."""
    days: Sequence[Day] = ()
    """The last three months, day by day."""
    outlook: Outlook | None = None
    """What is to be expected; None without a trend."""
    running: RunningTime | None = None
    """Running hours and starts; None if they are not known."""
    problems: tuple[str, ...] = ()
    """Files that could not be read, and why."""


def folder_beside(capture: Path) -> Path | None:
    """Return the state folder that a capture lies in, as the agent puts it there; None if it does not."""
    captures = capture.absolute().parent
    folder = captures.parent
    holds_state = any((folder / name).is_file() for name in (_ALARM, _RUNNING_TIME, FILE_NAME))
    return folder if captures.name == FOLDER and holds_state else None


def kept_in(folder: Path | None, now_unix_s: float) -> Kept:
    """Return what a state folder holds, None for none. Raises nothing for a damaged file."""
    if folder is None:
        return Kept()
    problems: list[str] = []
    alarm = _read_alarm(folder / _ALARM, problems)
    running = _read_running(folder / _RUNNING_TIME, problems)
    first_hour = hour_of(now_unix_s) - BASIS_DAYS * HOURS_PER_DAY
    path = folder / FILE_NAME
    try:
        rows, left_out = _rows(path, first_hour) if path.exists() else ([], 0)
        if left_out:
            problems.append(f"{path.name}: {left_out} damaged rows are left out")
    except sqlite3.Error as error:
        problems.append(f"{path.name}: {error}")
        rows = []
    past = [row for row in rows if row.hour <= hour_of(now_unix_s)]
    outlook = look_ahead(past, now_unix_s) if past else None
    return Kept(alarm, days_of(past), outlook, running, tuple(problems))


def _rows(path: Path, first_hour: int) -> tuple[list[Any], int]:
    """Return the rows from an hour on, and how many damaged ones are left out."""
    file = TrendFile(path, Bounds(), read_only=True)
    try:
        return list(file.read(first_hour)), file.rows_left_out
    finally:
        file.close()


def _read_alarm(path: Path, problems: list[str]) -> LatchedAlarm | None:
    content = _content(path, problems)
    if content is None:
        return None
    try:
        return alarm_of(content)
    except ValueError:
        problems.append(f"{path.name}: it is damaged, or of another version")
        return None


def _read_running(path: Path, problems: list[str]) -> RunningTime | None:
    content = _content(path, problems)
    if content is None:
        return None
    try:
        return _RUNNING.validate_python(content)
    except ValueError:
        problems.append(f"{path.name}: it is damaged, or of another version")
        return None


def _content(path: Path, problems: list[str]) -> dict[str, Any] | None:
    """Return the object of a state file without its version; None, with a problem, if it has none."""
    try:
        with path.open("rb") as file:
            content = json.loads(file.read(_MAX_BYTES))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        problems.append(f"{path.name}: {getattr(error, 'strerror', None) or 'it is damaged'}")
        return None
    if not isinstance(content, dict):
        problems.append(f"{path.name}: it is damaged")
        return None
    return {key: value for key, value in content.items() if key != "version"}
