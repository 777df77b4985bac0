"""What crosses the boundary between acquisition and everything after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

MAX_RATE_CHANGE = 1e-3
"""Share by which a rate may differ and still be the same: judgement, a DAQ that measures its own rate in
milliseconds over a second is no more accurate."""
Counts = NDArray[np.int16] | NDArray[np.int32]
"""Raw counts of a converter."""


class ChannelKind(StrEnum):
    """What a channel measures."""

    CURRENT = "current"
    VIBRATION = "vibration"
    SPEED = "speed"
    VOLTAGE = "voltage"


@dataclass(frozen=True, slots=True)
class Channel:
    """One sensor: what it measures and how its counts become units."""

    name: str
    """Unique within the agent, e.g. `ia` or `vib_radial`."""
    kind: ChannelKind
    """What it measures."""
    unit: str
    """Unit of the scaled value: A, m/s2, mm/s, rpm or V."""
    scale: float
    """Units per count."""
    offset: float = 0.0
    """Counts that the sensor gives at zero: value = (count - offset) * scale."""
    full_scale: float | None = None
    """Largest magnitude the converter can give, in units; None if unknown."""
    phase: str | None = None
    """Phase of a current: a, b or c; of a voltage also ab, bc or ca, between two phases."""
    axis: str | None = None
    """Direction of a vibration: radial, tangential, axial."""

    def units(self, counts: NDArray[np.integer] | NDArray[np.floating]) -> NDArray[np.float32]:
        """Return counts, of any shape and also averaged ones, in the unit of this channel.

        The offset of 32-bit counts is taken off in double precision: otherwise a small signal far from zero
        would lose its last digits.
        """
        if counts.dtype.kind == "i" and counts.dtype.itemsize > 2:
            return ((counts - np.float64(self.offset)) * self.scale).astype(np.float32)
        values = counts.astype(np.float32) - np.float32(self.offset)
        return np.asarray(values * np.float32(self.scale))


@dataclass(frozen=True)
class Stream:
    """Channels that share one sampling clock."""

    number: int
    """Number of the stream on the wire, 0..255."""
    rate_hz: float
    """Scans per second."""
    channels: tuple[Channel, ...]
    """In the order of their columns."""

    @cached_property
    def phases(self) -> dict[str, int]:
        """Position of the current channel of each phase, a, b and c; in the order of the channels.

        Where some channels say their phase, one that does not is of another conductor: the neutral, the
        earth. Where none does, the first three are taken in the order of the alphabet. The first of a phase
        counts.
        """
        currents = [i for i, channel in enumerate(self.channels) if channel.kind is ChannelKind.CURRENT]
        if not any(self.channels[i].phase for i in currents):
            return dict(zip("abc", currents, strict=False))
        found: dict[str, int] = {}
        for i in currents:
            phase = self.channels[i].phase
            if phase is not None:
                found.setdefault(phase, i)
        return found

    @property
    def voltages(self) -> dict[str, int]:
        """Position of the voltage channel of each phase, or pair of phases; the first of each counts."""
        found: dict[str, int] = {}
        for i, channel in enumerate(self.channels):
            if channel.kind is ChannelKind.VOLTAGE and channel.phase is not None:
                found.setdefault(channel.phase, i)
        return found


def same_streams(known: Sequence[Stream], said: Sequence[Stream]) -> bool:
    """True if two descriptions mean the same streams, whatever their texts say."""
    return len(known) == len(said) and all(
        (old.number, old.channels) == (new.number, new.channels) and same_rate(old.rate_hz, new.rate_hz)
        for old, new in zip(known, said, strict=True)
    )


def same_rate(known_hz: float, said_hz: float) -> bool:
    """True if two rates are the same, within what a DAQ that measures its own rate may vary."""
    return abs(said_hz - known_hz) <= MAX_RATE_CHANGE * known_hz


@dataclass(frozen=True, slots=True)
class Device:
    """What a DAQ says of itself, or what a recording or the YAML says for it."""

    name: str
    """Model of the device, or the name of the recording."""
    serial_number: str
    """As on its label; empty if unknown."""
    firmware: str
    """Version text; empty if unknown."""
    streams: tuple[Stream, ...]
    """All its streams."""


@dataclass(frozen=True, slots=True)
class SampleBlock:
    """Consecutive scans of one stream, as they came from the device."""

    stream: int
    """Number of the stream."""
    first_scan: int
    """Index of the first scan on the device's own count, the time base of everything."""
    counts: Counts
    """Raw counts, (scans, channels)."""
    clipped: bool = False
    """The device says that the converter clipped somewhere in these scans."""
    overrun: bool = False
    """The device says that it lost scans just before these."""
    invalid: NDArray[np.bool_] | None = None
    """(scans, channels), True where a channel gave no value and its count means nothing; None for nowhere."""
