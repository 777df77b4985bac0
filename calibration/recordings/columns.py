"""From columns of numbers that have names at best to a recording: what CSV and WAV have in common."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.recordings.quantising import as_counts, quantise
from edge_agent.acquire.naming import KIND_OF_UNIT, axis_of, phase_of, unit_of
from edge_agent.acquire.overrides import undescribed_device
from edge_agent.acquire.recordings import Recording, RecordingError
from edge_agent.acquire.samples import Channel, ChannelKind


@dataclass(frozen=True, slots=True)
class Description:
    """What is known of a file that does not say it itself."""

    channels: tuple[Channel, ...] = ()
    """Channels of the agent's YAML; empty where the names must tell."""
    rate_hz: float | None = None
    """Scans per second; None where the file must tell."""
    meta: dict[str, Any] = field(default_factory=dict)
    """What the recording shall carry, e.g. the nameplate."""


def described(names: Sequence[str], channels: Sequence[Channel]) -> list[Channel | None]:
    """Give the channel of each column; None where neither the YAML nor the name tells what it is.

    As for a DAQ, channels of the YAML win by name, or in order where no name fits and their number does.
    By name alone, `ia`, `ib` and `ic` are currents in A, `vib...` is vibration in m/s2 and `speed...` is
    in rpm.
    """
    by_name = {channel.name: channel for channel in channels}
    if len(channels) == len(names) and not any(name in by_name for name in names):
        return list(channels)
    return [by_name.get(name) or _by_name(name) for name in names]


def recording_of(
    name: str,
    values: NDArray[Any],
    channels: Sequence[Channel | None],
    names: Sequence[str],
    rate_hz: float,
    meta: dict[str, Any],
) -> Recording:
    """Make the recording of one clock that columns (scans, names) hold; those of no channel are left out.

    Whole numbers stay the counts that they are. Others are quantised to 32 bits, with the scale of their
    channel changed accordingly. Raises RecordingError when nothing is left, or a value is not finite.
    """
    kept = [number for number, channel in enumerate(channels) if channel is not None]
    if not kept:
        raise RecordingError(
            f"none of the columns {', '.join(names)} is of a known kind; call them ia, ib, ic, vib_..., "
            "or describe them in the channels of a configuration (-c)"
        )
    values = values[:, kept]
    if not np.isfinite(values).all():
        row, column = (int(i) for i in np.argwhere(~np.isfinite(values))[0])
        raise RecordingError(f"scan {row} of {names[kept[column]]} is not finite")
    told = tuple(channel for channel in channels if channel is not None)
    counts = as_counts(values)
    if counts is None:
        counts, steps = quantise(values, 32)
        told = tuple(
            replace(c, scale=c.scale * float(step), offset=c.offset / float(step))
            for c, step in zip(told, steps, strict=True)
        )
    device = replace(undescribed_device(told, rate_hz), name=name)
    left_out = tuple(n for n, channel in zip(names, channels, strict=True) if channel is None)
    return Recording(name, device, (counts,), meta, left_out=left_out)


def _by_name(name: str) -> Channel | None:
    unit = unit_of(name)
    kind = KIND_OF_UNIT.get(unit)
    if kind is None:
        return None
    phase = phase_of(kind, name)
    if kind is ChannelKind.CURRENT and (phase is None or name != f"i{phase}"):
        return None  # `index` begins with an i too
    return Channel(name, kind, unit, 1.0, phase=phase, axis=axis_of(kind, name))
