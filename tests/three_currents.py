"""Recordings of three plain currents, for tests of what sensors show: no motor is simulated."""

from collections.abc import Sequence

import numpy as np
from plates import PLATE

from calibration.sensors.measured import Currents, measure
from edge_agent.acquire.recordings import Recording
from edge_agent.acquire.samples import Channel, ChannelKind, Device, Stream

TURNS_DEG = {"a": 0.0, "b": -120.0, "c": 120.0}
"""Phases of a supply that turns abc."""


def a_recording(
    *,
    on: str = "abc",
    amps: Sequence[float] = (2.5, 2.5, 2.5),
    signs: Sequence[float] = (1.0, 1.0, 1.0),
    scale: Sequence[float] = (0.002, 0.002, 0.002),
    offsets: Sequence[float] = (0.0, 0.0, 0.0),
    shift_deg: Sequence[float] = (0.0, 0.0, 0.0),
    line_hz: float = 60.0,
    rate_hz: float = 2000.0,
    seconds: float = 3.0,
    full_scale: float | None = None,
) -> Recording:
    """Return what channels show that are on the conductors `on`, in rms A; `scale` is what they state.

    A count is 2 mA in truth. A conductor called `-` carries nothing. There are as many channels as `on` has.
    """
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    rng = np.random.default_rng(1)
    rows = []
    for phase, rms, sign, offset, shift in zip(on, amps, signs, offsets, shift_deg, strict=False):
        turn = np.radians(TURNS_DEG.get(phase, 0.0) + shift)
        wave = 0.0 if phase == "-" else np.sqrt(2) * rms * sign * np.cos(2 * np.pi * line_hz * time_s + turn)
        rows.append(np.rint((wave + 0.002 * rng.standard_normal(time_s.size)) / 0.002 + offset))
    channels = tuple(
        Channel(f"i{p}", ChannelKind.CURRENT, "A", s, full_scale=full_scale, phase=p)
        for p, s in zip("abc", scale, strict=False)
    )
    device = Device("daq", "", "", (Stream(0, rate_hz, channels[: len(rows)]),))
    return Recording("plain", device, (np.stack(rows, axis=1).astype(np.int16),))


def currents(**given: object) -> Currents:
    """Return what is measured of such a recording."""
    return measure(a_recording(**given), PLATE)  # type: ignore[arg-type]
