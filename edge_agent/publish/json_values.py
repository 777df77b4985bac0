"""Values as JSON holds them: never a NaN, times in UTC, numbers with the digits that mean something."""

import json
import math
from datetime import UTC, datetime

from edge_agent.wall_clock import on_calendar

SCHEMA = 1
"""Version of the payloads; it rises when a key changes its meaning or goes away."""

Payload = dict[str, object]
"""A JSON object, ready for `encode`."""


def encode(payload: Payload) -> bytes:
    """Return the payload as UTF-8 JSON. Raises ValueError if a NaN or an infinity got into it."""
    return json.dumps(payload, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode()


def iso_time(unix_s: float) -> str:
    """Return a Unix time as ISO 8601 in UTC with milliseconds, e.g. `2026-11-23T05:11:02.125Z`.

    A time that a calendar of four digits does not have becomes the first of 1970 or the last of 9999.
    """
    shown = datetime.fromtimestamp(on_calendar(unix_s), UTC)
    return shown.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def rounded(value: float | None, decimals: int) -> float | int | None:
    """Return the value rounded; None for what JSON cannot hold (NaN, infinities), an int for no decimals."""
    if value is None or not math.isfinite(value):
        return None
    return round(float(value), decimals) if decimals else round(float(value))


def significant(value: float | None) -> float | None:
    """Return the value with five digits, more than any sensor has; None for what JSON cannot hold."""
    if value is None or not math.isfinite(value):
        return None
    shown = float(f"{value:.5g}")
    return shown if math.isfinite(shown) else None  # the largest numbers round up to infinity
