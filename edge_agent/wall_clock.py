"""Tells whether the clock of this computer can be believed. Only dates depend on it, and no window does."""

import ctypes
import time
from collections.abc import Callable
from pathlib import Path

RELEASE_YEAR = 2026
"""Year in which this version was written: a clock that shows an earlier year is not set."""
_LAST_YEAR = 2199
"""Last year that is believed; judgement: no agent runs that long, but a broken clock shows any year."""
_LAST_UNIX_S = 253_402_300_799.0
"""9999-12-31T23:59:59Z: years after it have five digits, which ISO 8601 does not know (4.1.2.4)."""
TIME_ERROR = 5
"""`TIME_ERROR` of adjtimex(2): the clock is not synchronised."""
_TIMEX_BYTES = 512
"""Room for `struct timex`: its size is 208 bytes on 64-bit Linux (adjtimex(2)), and the rest is spare."""
_SYNCHRONISED = Path("/run/systemd/timesync/synchronized")
"""Exists once systemd-timesyncd has set the clock since the start of the computer (its manual page)."""


def on_calendar(unix_s: float) -> float:
    """Return a Unix time, s; instead of one that a calendar of four digits does not have, its first or last.

    That is 1970-01-01 for all before it, and the end of 9999 for all behind it: no clock is too wrong to be
    written as a date.
    """
    return min(_LAST_UNIX_S, unix_s) if unix_s >= 0 else 0.0


def is_plausible(unix_s: float) -> bool:
    """True if a clock that shows this may be right."""
    try:
        return RELEASE_YEAR <= time.gmtime(unix_s).tm_year <= _LAST_YEAR
    except (OverflowError, ValueError, OSError):
        return False


def clock_is_set(
    unix_s: float, kernel_state: Callable[[], int] | None = None, synchronised: Path = _SYNCHRONISED
) -> bool:
    """True if a clock that shows this may be right and has been set by a time server.

    A kernel that does not say whether it was is believed.
    """
    if not is_plausible(unix_s):
        return False
    return synchronised.exists() or (kernel_state or kernel_clock_state)() != TIME_ERROR


def kernel_clock_state() -> int:
    """Return what the kernel says of its clock (adjtimex(2)); -1 if it does not say."""
    try:
        return int(ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES)))
    except (OSError, AttributeError):
        return -1
