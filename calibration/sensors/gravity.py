"""Gain and offset of an accelerometer that passes direct signals, from +1 g and -1 g."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.sensors.findings import Finding, Problem
from calibration.sensors.readings import CalibrationError, Flip
from calibration.sensors.scales import DECADE_WITHIN, USUAL
from edge_agent.acquire.recordings import Recording
from edge_agent.acquire.samples import Channel
from edge_agent.acquire.units import STANDARD_GRAVITY_M_PER_S2

_MIN_OVER_SCATTER = 10.0
"""Difference of the two means over the scatter of seconds. Judgement: an error of a few percent of it would
be a coarse scale."""
_PARTS = 10
"""Parts of a recording whose means are compared. Judgement."""


@dataclass(frozen=True, slots=True)
class Gravity:
    """What an accelerometer shows of 1 g."""

    before: Channel
    """As it is."""
    scale: float
    """m/s2 per count, negative if it counts down."""
    offset: float
    """Counts at rest, without gravity."""

    @property
    def gain(self) -> float:
        """What the present scale must be multiplied with, but for its sign."""
        return abs(self.scale / self.before.scale)


def gravity_of(flip: Flip) -> Gravity:
    """Return scale and offset: 2 g lie between the means of both recordings, and zero in their middle.

    Raises CalibrationError for a channel that does not measure acceleration, or does not show gravity.
    """
    channel, up = _mean_of_parts(flip.channel, flip.up)
    _, down = _mean_of_parts(flip.channel, flip.down)
    difference = float(up.mean() - down.mean())
    scatter = float(max(up.std(), down.std()))
    if abs(difference) <= max(1.0, _MIN_OVER_SCATTER * scatter):
        raise CalibrationError(
            f"{flip.channel}: its mean is {up.mean():.1f} counts in {flip.up.name} and {down.mean():.1f} in "
            f"{flip.down.name}, so gravity does not show; an accelerometer with AC coupling (IEPE) cannot be "
            "calibrated by turning it over, and others must rest, once each way up"
        )
    scale = 2.0 * STANDARD_GRAVITY_M_PER_S2 / difference
    return Gravity(channel, scale, float(up.mean() + down.mean()) / 2.0)


def gravity_finding(gravity: Gravity) -> Finding | None:
    """Return what is wrong with the scale as it was; None if it is about right."""
    name, gain = gravity.before.name, gravity.gain
    if abs(gain - 1.0) < USUAL:
        return None
    decade = 10.0 ** round(math.log10(gain))
    in_g = abs(gain / STANDARD_GRAVITY_M_PER_S2 - 1.0) < USUAL
    is_decade = decade != 1.0 and abs(gain / decade - 1.0) < DECADE_WITHIN and not in_g
    hint = "; its unit is g in place of m/s2" if in_g else ""
    return Finding(
        Problem.DECADE if is_decade else Problem.SCALE,
        (name,),
        f"it shows {1 / gain:.4g} times the gravity of the earth",
        f"write the scale {gravity.scale:.6g} m/s2 per count{hint}",
    )


def _mean_of_parts(name: str, recording: Recording) -> tuple[Channel, NDArray[np.float64]]:
    for stream, counts in zip(recording.device.streams, recording.counts, strict=True):
        for position, channel in enumerate(stream.channels):
            if channel.name == name:
                if channel.unit != "m/s2":
                    raise CalibrationError(
                        f"{name} is in {channel.unit}, expected an accelerometer in m/s2, g or mg"
                    )
                if len(counts) < _PARTS:
                    raise CalibrationError(f"{recording.name} is too short; record ten seconds")
                parts = np.array_split(counts[:, position].astype(np.float64), _PARTS)
                return channel, np.array([part.mean() for part in parts])
    known = ", ".join(c.name for s in recording.device.streams for c in s.channels)
    raise CalibrationError(f"{recording.name} has no channel {name}; it has {known}")
