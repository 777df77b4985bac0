"""A table of text without what stood before or beside it."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlainTable:
    """Lines of numbers, perhaps with names above them, and what is already known of them."""

    instrument: str
    """What wrote the preamble that was removed, for people; "" if there was none."""
    lines: list[str]
    """The lines; those of the preamble are empty."""
    columns: tuple[str, ...] = ()
    """Names of the columns with their units in brackets, `_` for one of no use; empty if lines say it."""
    rate_hz: float | None = None
    """Scans per second that the preamble states; None if it states none."""


def column_name(name: str, unit: str) -> str:
    """Return a name with its unit in brackets behind it."""
    unit = unit.strip().strip("\"'()[]")
    name = name.strip().strip('"')
    return f"{name} [{unit}]" if unit else name


def as_number(text: str) -> float | None:
    """Return a number with decimal point or decimal comma; None if it is not a finite one."""
    try:
        number = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return number if math.isfinite(number) else None
