"""`edge-agent trend`: how the motor has developed, day by day, and what is to be expected."""

import argparse
import sqlite3
import sys
import time
from pathlib import Path

from edge_agent.cli import add_motor_option
from edge_agent.config import Settings, load_settings
from edge_agent.outlook import say_outlook
from edge_agent.plain import one_line
from edge_agent.publish.store.event_file import NewerFileError
from edge_agent.trend.days import days_of
from edge_agent.trend.forecast import BASIS_DAYS, look_ahead
from edge_agent.trend.hour_rows import HOURS_PER_DAY, HourRow, hour_of
from edge_agent.trend.keeper import FILE_NAME
from edge_agent.trend.table import table, write_csv
from edge_agent.trend.trend_file import Bounds, TrendFile

_DAYS = 90
"""Days that the table shows unless told otherwise: those that a forecast rests on."""
_MAX_DAYS = 36_500
"""Largest number of days that may be asked for: a century is more than is kept. Judgement."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("-c", "--config", type=Path, required=True, help="the YAML file of the agent")
    add_motor_option(parser)
    parser.add_argument(
        "--days", type=_days, help=f"how many days back (default: {_DAYS}; with --csv all that is kept)"
    )
    parser.add_argument("--csv", action="store_true", help="print every hour and load as CSV")


def run(args: argparse.Namespace) -> int:
    """Print what is kept; 1 if it cannot be read. The agent may run meanwhile."""
    settings = load_settings(args.config, motor=args.motor)
    path = settings.state_folder() / FILE_NAME
    days = None if args.csv and args.days is None else max(args.days or _DAYS, BASIS_DAYS)
    try:
        rows, left_out = _read(path, 0 if days is None else hour_of(time.time()) - days * HOURS_PER_DAY)
    except sqlite3.Error as error:
        print(f"edge-agent trend: {one_line(f'{path} cannot be read: {_words(error)}')}", file=sys.stderr)
        return 1
    if left_out:
        print(f"edge-agent trend: {path}: {left_out} damaged rows are left out", file=sys.stderr)
    if args.csv:
        write_csv(_last(rows, args.days), sys.stdout)
    else:
        _show(settings, rows, args.days or _DAYS)
    return 0


def _read(path: Path, first_hour: int) -> tuple[list[HourRow], int]:
    """Return the rows from an hour on, none if nothing was written yet, and how many are left out."""
    if not path.exists():
        return [], 0
    file = TrendFile(path, Bounds(), read_only=True)
    try:
        return file.read(first_hour), file.rows_left_out
    finally:
        file.close()


def _last(rows: list[HourRow], days: int | None) -> list[HourRow]:
    """Return the rows of the last so many days; all of them if that is None."""
    if days is None:
        return rows
    now_hour = hour_of(time.time())
    return [row for row in rows if now_hour - days * HOURS_PER_DAY < row.hour <= now_hour]


def _show(settings: Settings, rows: list[HourRow], days: int) -> None:
    """Print table and forecast."""
    shown = _last(rows, days)
    if not shown:
        print(
            f"{settings.motor.id}: nothing in the last {days} days; the agent writes an hour when it is "
            "over, and when it is stopped"
        )
    else:
        print(f"{settings.motor.id}: the last {days} days, in UTC; | marks an alarm")
        for line in table(days_of(shown)):
            print(line)
        print(say_outlook(look_ahead(rows, time.time())))
    ahead = sum(row.hour > hour_of(time.time()) for row in rows)
    if ahead:
        print(f"rows ahead of this computer's clock, which only --csv prints: {ahead}")


def _words(error: sqlite3.Error) -> str:
    """Return what is wrong and what to do about it."""
    if isinstance(error, NewerFileError):
        return f"{error}; use the version of the agent that wrote it"
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF  # the upper bits only say where
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
        return f"{error}; run this as root or as the user of the agent"
    return f"{error}; the agent puts a damaged file aside when it uses it next"


def _days(text: str) -> int:
    """Read a number of days; raises argparse.ArgumentTypeError."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= _MAX_DAYS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of days; expected 1 to {_MAX_DAYS}")
    return int(text)
