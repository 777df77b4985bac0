"""The vibration of a window by orders of the shaft: its spectrum, and the envelopes of its bands."""

import numpy as np
from numpy.typing import NDArray

from edge_agent.bearings import Bearing
from edge_agent.conditions.seen import Seen
from edge_agent.signals.bearing_bands import PARTS, BearingBand, order_of
from edge_agent.signals.vibration_view import ChannelView

Floats = NDArray[np.float64]

BINS_PER_ORDER = 16
"""Bins of an order. Judgement: a window of 2 s of a shaft of 25 Hz resolves 1/25 order, half a bin."""
ORDERS = 12
"""Orders from a quarter on, so that 0.5x and 1x lie within the first one: what the design asks for."""
EDGES = 0.25 + (np.arange(ORDERS * BINS_PER_ORDER + 1) - 0.5) / BINS_PER_ORDER
"""Edges of the bins, orders; whole and half orders lie in the middle of theirs."""
BANDS = 3
"""Octaves above 1 kHz whose envelope is looked at, the highest first: as many as the agent takes."""
_COMB_WIDTH = 0.02
"""Half width of a tooth of the comb of a bearing, relative: the slip of its balls. Judgement."""
_SILENT_DB = -300.0
"""Level of what a rate does not reach, dB: below all that is measured."""


def vibration_images(seen: Seen) -> dict[str, Floats]:
    """Return the images of a window by name; none without a shaft or a vibration, or what needs a band.

    `orders` (192,): power of the velocity in each bin, dB re 1 (mm/s)², all channels together.
    `floor` (3, 192): largest depth of the envelope over its median, dB, by band.
    `struck` (3, 192): power that comes in this rhythm, dB re the unit squared, by band.
    `level`, `kurtosis`, `shaft` (3,): of the bands; dB, logarithm, modulation by the shaft.
    """
    vibration = seen.vibration
    shaft_hz, channels = vibration.shaft_hz, vibration.view.channels
    if shaft_hz is None or not channels:
        return {}
    power = sum((_power_by_order(channel, shaft_hz) for channel in channels), np.zeros(EDGES.size - 1))
    envelopes = _envelopes(channels, vibration.bands, shaft_hz) if vibration.bands else {}
    return {"orders": _decibels(power), **envelopes}


def comb(bearing: Bearing | None) -> Floats:
    """Return (3, 192), near 1 where a pit of the outer race, inner race or ball strikes; 0 if unknown."""
    teeth = np.zeros((len(PARTS), EDGES.size - 1))
    if bearing is None:
        return teeth
    orders = (EDGES[:-1] + EDGES[1:]) / 2
    for row, part in enumerate(PARTS):
        for multiple in (1, 2):
            order = multiple * order_of(bearing, part)
            half = max(_COMB_WIDTH * order, 1 / BINS_PER_ORDER)
            teeth[row] = np.maximum(teeth[row], np.clip(1.5 - np.abs(orders - order) / half, 0.0, 1.0))
    return teeth


def share_out(power: Floats, first_hz: float, bin_hz: float, edges_hz: Floats) -> Floats:
    """Return the power between edges (n + 1,) of a spectrum whose bins are `bin_hz` wide, (n,).

    A bin that an edge cuts is divided by its parts, so that the sum is kept whatever the resolution.
    """
    total = np.concatenate(([0.0], np.cumsum(power)))
    return np.diff(np.interp((edges_hz - first_hz) / bin_hz + 0.5, np.arange(total.size), total))


def _power_by_order(channel: ChannelView, shaft_hz: float) -> Floats:
    power, bin_hz = channel.power.power.copy(), channel.power.bin_hz
    if channel.unit != "mm/s":
        power[1:] *= np.square(1000.0 / (2 * np.pi * bin_hz * np.arange(1, power.size)))
    return share_out(power, 0.0, bin_hz, EDGES * shaft_hz)


def _envelopes(
    channels: tuple[ChannelView, ...], bands: tuple[BearingBand, ...], shaft_hz: float
) -> dict[str, Floats]:
    """Return what the bands show, each the largest over the channels; zero where a band is not reached."""
    images: dict[str, Floats] = {}
    for name in ("floor", "struck"):
        images[name] = np.full((BANDS, EDGES.size - 1), _SILENT_DB)
    for name in ("level", "kurtosis", "shaft"):
        images[name] = np.full(BANDS, _SILENT_DB)
    for channel in channels:
        own = [band for band in bands if band.channel == channel.name]
        for row, (envelope, band) in enumerate(zip(channel.envelopes(shaft_hz), own, strict=True)):
            first = np.clip(EDGES[:-1] * shaft_hz / envelope.bin_hz, 0, envelope.depth.size - 1)
            depth = np.maximum.reduceat(envelope.depth, first.astype(int))[: EDGES.size - 1]
            found = {
                "floor": _decibels(np.square(depth / max(float(np.median(depth)), 1e-9))),
                "struck": band.level_db + _decibels(depth),
                "level": np.array(band.level_db),
                "kurtosis": np.array(np.log(max(band.kurtosis, 1.0) / 3.0)),
                "shaft": np.array(band.shaft_depth),
            }
            for name, image in found.items():
                images[name][row] = np.maximum(images[name][row], image)
    return images


def _decibels(power: Floats) -> Floats:
    return np.asarray(10.0 * np.log10(np.maximum(power, 1e-30)))
