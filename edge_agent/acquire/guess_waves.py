"""What columns of numbers may be: time, nothing, currents of one line frequency, or something else."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

_RISING_SHARE = 0.98
"""Share of steps upwards of a time or an index, which may wrap or repeat: judgement."""
_TIME_UNITS = {"microseconds": 1e6, "milliseconds": 1e3, "seconds": 1.0}
"""Units of a time column, by how many make a second: what `micros`, `millis` and clocks count."""
_TIME_TOLERANCE = 0.2
"""Share by which pace and time column may differ and still show its unit: judgement, both are rough."""
_LOWEST_HZ, _HIGHEST_HZ = 5.0, 400.0
"""Line frequencies that are looked for, Hz: from a slow drive to an aircraft's supply. Judgement."""
_WAVE_SHARE = 0.6
"""Share of a column's power at the line frequency from which it is a current: judgement; vibration has its
power at many frequencies, and motor currents have a few per cent in harmonics."""
_REFINEMENT = np.linspace(-1.0, 1.0, 41)
"""Frequencies that are tried around a line of the spectrum, in its steps: judgement, a twentieth apart."""
_PHASE_TOLERANCE_DEG = 25.0
"""How far angles may be from 120 degrees: judgement, more than unbalance and channel skew make of it."""
_CYCLES = 10
"""Fewest cycles of the line from which anything is concluded: judgement."""


class Role(StrEnum):
    """What a column may be."""

    TIME = "time"
    CONSTANT = "constant"
    EMPTY = "empty"
    CURRENT = "current"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Column:
    """What a column shows."""

    role: Role
    """What it may be."""
    mean: float
    """Mean of its numbers: the offset, if it is a wave."""
    rms: float
    """Root mean square of what varies, in its numbers."""
    share: float = 0.0
    """Share of that at the common line frequency."""
    lag_deg: float = 0.0
    """Angle by which it lags behind the first current, 0 to 360 degrees."""
    phase: str | None = None
    """Phase that this lag makes likely."""


@dataclass(frozen=True, slots=True)
class Waves:
    """What all columns show together."""

    columns: tuple[Column, ...]
    """In their order."""
    line_hz: float | None
    """Common frequency of the currents, Hz; None if no column is one."""


def time_unit(values: NDArray[np.float64], pace_hz: float | None) -> tuple[str, float | None] | None:
    """Return what a column (scans,) that only rises counts, and how many scans a second that makes.

    `pace_hz` is how many lines come in a second. None if the column does not only rise.
    """
    steps = np.diff(values)
    if not len(steps) or not np.mean(steps > 0) >= _RISING_SHARE:
        return None
    step = float(steps[steps > 0].mean())
    for unit, per_second in _TIME_UNITS.items():
        if pace_hz and abs(step * pace_hz - per_second) <= _TIME_TOLERANCE * per_second:
            return unit, per_second / step
    return ("an index" if step == 1.0 else "something that only rises"), None


def look_at(values: NDArray[np.float64], times: Sequence[int], rate_hz: float | None) -> Waves:
    """Return what columns (scans, columns) show; those whose numbers are in `times` are the time."""
    plain = [_plain(column, number in times) for number, column in enumerate(values.T)]
    varying = [number for number, column in enumerate(plain) if column.role is Role.OTHER]
    if not varying or not rate_hz or len(values) * _LOWEST_HZ < rate_hz:
        return Waves(tuple(plain), None)
    parts = np.array([_filled(values[:, number]) - plain[number].mean for number in varying])
    line_hz = _common_frequency(parts, rate_hz)
    shares, angles = _at(parts, line_hz, rate_hz)
    are_waves = shares >= _WAVE_SHARE
    if not are_waves.any() or len(values) * line_hz < _CYCLES * rate_hz:
        return Waves(tuple(plain), None)
    first_deg = float(angles[int(np.argmax(are_waves))])
    taken: set[str] = set()
    for number, share, angle, is_wave in zip(varying, shares, angles, are_waves, strict=True):
        phase = None
        lag_deg = (first_deg - float(angle)) % 360
        if is_wave:
            phase = _phase(lag_deg)
            phase = None if phase in taken else phase
            taken |= {phase} if phase else set()
        seen = plain[number]
        role = Role.CURRENT if is_wave else Role.OTHER
        plain[number] = Column(role, seen.mean, seen.rms, float(share), lag_deg, phase)
    return Waves(tuple(plain), line_hz)


def _plain(values: NDArray[np.float64], is_time: bool) -> Column:
    finite = values[np.isfinite(values)]
    if len(finite) < len(values) / 2:
        return Column(Role.EMPTY, 0.0, 0.0)
    role = Role.TIME if is_time else Role.CONSTANT if np.ptp(finite) == 0 else Role.OTHER
    return Column(role, float(finite.mean()), float(finite.std()))


def _filled(values: NDArray[np.float64]) -> NDArray[np.float64]:
    finite = np.isfinite(values)
    places = np.arange(len(values))
    return np.interp(places, places[finite], values[finite])


def _common_frequency(parts: NDArray[np.float64], rate_hz: float) -> float:
    """Return the frequency (Hz) at which columns (columns, scans) have most of their power in common."""
    scans = parts.shape[1]
    spectra = np.abs(np.fft.rfft(parts * np.hanning(scans), axis=1)) ** 2
    shares = (spectra / spectra.sum(axis=1, keepdims=True)).sum(axis=0)
    frequencies = np.fft.rfftfreq(scans, 1 / rate_hz)
    shares[(frequencies < _LOWEST_HZ) | (frequencies > _HIGHEST_HZ)] = 0.0
    peak_hz, step_hz = frequencies[shares.argmax()], frequencies[1]
    tried = peak_hz + step_hz * _REFINEMENT
    found = [float(_at(parts, hertz, rate_hz)[0].sum()) for hertz in tried]
    return float(tried[int(np.argmax(found))])


def _at(
    parts: NDArray[np.float64], hertz: float, rate_hz: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the share of power of columns (columns, scans) at a frequency, and their angles in degrees."""
    turns = np.exp(-2j * np.pi * hertz / rate_hz * np.arange(parts.shape[1]))
    vectors = 2 * (parts @ turns) / parts.shape[1]
    shares = np.abs(vectors) ** 2 / 2 / parts.var(axis=1)
    return shares, np.degrees(np.angle(vectors))


def _phase(lag_deg: float) -> str | None:
    """Return the phase of a current that lags so much behind the first, which is called a."""
    for phase, expected_deg in (("a", 0.0), ("b", 120.0), ("c", 240.0)):
        if abs((lag_deg - expected_deg + 180) % 360 - 180) <= _PHASE_TOLERANCE_DEG:
            return phase
    return None
