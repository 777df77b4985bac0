"""Sags, swells and interruptions of the supply, from its voltage (IEC 61000-4-30)."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from edge_agent.signals.voltage.vector import channels_of_vector, voltage_vector
from edge_agent.windows.sliding import StreamWindow

Floats = NDArray[np.float64]

EVENT_FROM = 0.10
"""By how much the voltage, over the rated one, must fall for a sag and rise for a swell: EN 50160 and IEC
61000-4-30."""
INTERRUPTED_BELOW = 0.05
"""Voltage over the rated one below which a sag is an interruption: EN 50160."""
HYSTERESIS = 0.02
"""By how much the voltage must return beyond these to end it: IEC 61000-4-30."""


class EventKind(StrEnum):
    """What happened to the voltage."""

    SAG = "sag"
    """It fell below 90 % of the rated voltage."""
    SWELL = "swell"
    """It rose above 110 %."""
    INTERRUPTION = "interruption"
    """It fell below 5 %."""


@dataclass(frozen=True, slots=True)
class SupplyEvent:
    """One event within a window."""

    kind: EventKind
    """What happened."""
    start_s: float
    """From the start of the window."""
    duration_s: float
    """Until the voltage was back, or the window ended."""
    extreme: float
    """Lowest voltage, or highest of a swell, over the rated one."""


def supply_events(stream: StreamWindow, rated_phase_v: float, line_hz: float) -> list[SupplyEvent]:
    """Return the events of a window in their order; none without two voltages of one sort.

    `rated_phase_v` is the rated rms voltage from phase to neutral. The rms is that of all phases together
    over one period of the line, renewed each half period.
    """
    over_rated, half_s = _rms_of_halves(stream, line_hz)
    events: list[SupplyEvent] = []
    values = over_rated / rated_phase_v
    for falls, limit in ((True, 1.0 - EVENT_FROM), (False, 1.0 + EVENT_FROM)):
        beyond = values < limit if falls else values > limit
        back = values > limit + HYSTERESIS if falls else values < limit - HYSTERESIS
        for start, stop in _stretches(beyond, back):
            part = values[start:stop]
            extreme = float(part.min() if falls else part.max())
            events.append(
                SupplyEvent(_kind(falls, extreme), start * half_s, (stop - start) * half_s, extreme)
            )
    return sorted(events, key=lambda event: event.start_s)


def _kind(falls: bool, extreme: float) -> EventKind:
    if not falls:
        return EventKind.SWELL
    return EventKind.INTERRUPTION if extreme < INTERRUPTED_BELOW else EventKind.SAG


def _rms_of_halves(stream: StreamWindow, line_hz: float) -> tuple[Floats, float]:
    """Return the rms, V to neutral, over a period at each half period, and the time between them, s.

    A period with a lost scan repeats what was before it: no samples are no event.
    """
    channels = channels_of_vector(stream)
    half = max(1, round(stream.stream.rate_hz / line_hz / 2.0))
    halves = stream.valid.size // half
    if not channels or halves < 2 or not stream.valid.any():
        return np.zeros(0), half / stream.stream.rate_hz
    rows = np.stack([stream.units(i).astype(np.float64) for i in channels.values()])
    rows -= rows[:, stream.valid].mean(axis=1, keepdims=True)
    power = np.square(np.abs(voltage_vector(rows, tuple(channels)))) / 2.0
    parts = power[: halves * half].reshape(halves, half).mean(axis=1)
    known = np.all(stream.valid[: halves * half].reshape(halves, half), axis=1)
    whole = known[1:] & known[:-1]
    if not whole.any():
        return np.zeros(0), half / stream.stream.rate_hz
    rms = np.sqrt((parts[1:] + parts[:-1]) / 2.0)
    place = np.maximum.accumulate(np.where(whole, np.arange(whole.size), np.argmax(whole)))
    return np.asarray(rms[place]), half / stream.stream.rate_hz


def _stretches(beyond: NDArray[np.bool_], back: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return from where to where a value stays beyond a limit until it is back, as (start, stop)."""
    found: list[tuple[int, int]] = []
    k = 0
    while k < beyond.size:
        if not beyond[k]:
            k += 1
            continue
        ends = np.flatnonzero(back[k:])
        stop = k + int(ends[0]) if ends.size else beyond.size
        found.append((k, stop))
        k = stop
    return found
