"""What each band of a vibration shows of a bearing: its level, its blows, and the rhythms in it."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from edge_agent.bearings import Bearing
from edge_agent.limits import BEARING
from edge_agent.signals.dsp.envelope import Envelope
from edge_agent.signals.rhythms import NO_RHYTHM, Rhythm, depth_of_shaft, rhythm_at, strongest_rhythm
from edge_agent.signals.vibration_view import VibrationView

PARTS = ("outer", "inner", "ball")
"""Parts of a bearing whose damage has a rhythm of its own."""


def order_of(bearing: Bearing, part: str) -> float:
    """Return how many blows a turn a pit of a part strikes."""
    orders = (bearing.outer_order, bearing.inner_order, bearing.ball_order)
    return dict(zip(PARTS, orders, strict=True))[part]


@dataclass(frozen=True, slots=True)
class BearingBand:
    """What one band of one channel shows."""

    channel: str
    """Name of the channel."""
    name: str
    """Channel and band, e.g. `vib_radial 2250-4500 Hz`."""
    level_db: float
    """Mean square of the band, dB re (m/s2)² or (mm/s)²."""
    kurtosis: float
    """3 for noise, more for single blows."""
    shaft_depth: float
    """How deep the envelope is modulated once or twice a turn."""
    strongest: Rhythm
    """The strongest rhythm that is not the shaft's; NO_RHYTHM without one."""
    parts: dict[str, Rhythm]
    """The rhythm of each part of a bearing whose geometry is known, if it stands out."""


def bearing_bands(view: VibrationView, shaft_hz: float, bearing: Bearing | None) -> tuple[BearingBand, ...]:
    """Return what each band of each channel shows, the highest first; none if all rates are too low."""
    return tuple(
        _band(channel.name, envelope, shaft_hz, bearing)
        for channel in view.channels
        for envelope in channel.envelopes(shaft_hz)
    )


def _band(channel: str, envelope: Envelope, shaft_hz: float, bearing: Bearing | None) -> BearingBand:
    return BearingBand(
        channel=channel,
        name=f"{channel} {envelope.lowest_hz:.0f}-{envelope.highest_hz:.0f} Hz",
        level_db=10.0 * math.log10(max(envelope.mean_square, 1e-30)),
        kurtosis=envelope.kurtosis,
        shaft_depth=depth_of_shaft(envelope, shaft_hz),
        strongest=strongest_rhythm(envelope, shaft_hz),
        parts={} if bearing is None else dict(_parts(envelope, shaft_hz, bearing)),
    )


def _parts(envelope: Envelope, shaft_hz: float, bearing: Bearing) -> Iterator[tuple[str, Rhythm]]:
    for part in PARTS:
        order = order_of(bearing, part)
        rhythm = rhythm_at(envelope, order * shaft_hz, _tolerance(order))
        yield part, rhythm if rhythm.stands_out else NO_RHYTHM


def _tolerance(order: float) -> float:
    """Return the relative tolerance of an order: that of slip, but never up to a harmonic of the shaft."""
    to_harmonic = abs(order - round(order)) / order
    return min(BEARING.slip_tolerance, 0.8 * to_harmonic) if to_harmonic > 0.002 else 0.0


def depth_db(depth: float) -> float:
    """Return the share of a band's level that comes in a rhythm of such a depth, dB."""
    return 10.0 * math.log10(max(depth, 1e-6))
