"""What a person read beside the motor, and how it is written on the command line."""

import math
import re
from dataclasses import dataclass, field

from edge_agent.acquire.recordings import Recording
from edge_agent.acquire.units import standard_unit

ROTATIONS = ("abc", "acb")
"""The orders in which the phases can reach their maximum."""


class CalibrationError(ValueError):
    """What was given does not make a calibration; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Load:
    """A recording of the running motor, and the readings of the same minute."""

    recording: Recording
    """Its channels are named and assigned as the configuration says."""
    read_a: dict[str, float] = field(default_factory=dict)
    """A rms of the conductor on which each channel should be, by the channel's name."""


@dataclass(frozen=True, slots=True)
class Flip:
    """Two recordings of an accelerometer at rest, turned over between them."""

    channel: str
    """Name of its channel."""
    up: Recording
    """Its axis points up: it shows +1 g."""
    down: Recording
    """Its axis points down: it shows -1 g."""


@dataclass(frozen=True, slots=True)
class Readings:
    """What else is known of the motor while it was recorded."""

    rotation: str | None = None
    """Order of the conductors by a phase-sequence meter: abc or acb."""
    line_frequency_hz: float | None = None
    """Of the supply, by a meter."""
    speed_rpm: float | None = None
    """Of the shaft, by a tachometer."""
    without: dict[str, Recording] = field(default_factory=dict)
    """Recordings with one sensor taken off its conductor, by the phase of the conductor."""


def reading(text: str, unit: str) -> float:
    """Return a positive number in `unit` that may be followed by a unit: `4.21A`, `4210mA`, `1456rpm`.

    Raises CalibrationError for anything else.
    """
    written = re.fullmatch(r"\s*(\d+\.?\d*|\.\d+)\s*(\D*)", text)
    given = written[2].strip() if written else ""
    factor = 1.0 if given.lower() in ("", unit.lower()) else _factor(given, unit)
    value = float(written[1]) * factor if written else math.nan
    if not (math.isfinite(value) and value > 0):
        raise CalibrationError(f"{text!r} is not a number above 0 in {unit}, expected e.g. 4.21{unit}")
    return value


def named_reading(text: str, unit: str) -> tuple[str, float]:
    """Return name and value of `ia=4.21A`; raises CalibrationError for anything else."""
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise CalibrationError(f"{text!r} is not CHANNEL=READING, expected e.g. ia=4.21{unit}")
    return name, reading(value, unit)


def _factor(given: str, unit: str) -> float:
    known = standard_unit(given)
    return known[1] if known is not None and known[0] == unit else math.nan
