"""What the arrays of a recording say of each channel, checked."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_agent.acquire.archive import RecordingError
from edge_agent.acquire.bounds import MAX_OFFSET_COUNTS, MAX_SCALE, MIN_SCALE
from edge_agent.acquire.naming import UNIT_OF_KIND, axis_of, kind_of, phase_of, unit_of
from edge_agent.acquire.samples import Channel, ChannelKind
from edge_agent.acquire.units import standard_unit

_MAX_NAME_LENGTH = 64
"""Longest name of a channel, as in the description of a device."""
PHASE, AXIS = "channel_phase", "channel_axis"
"""Keys for what the names of the channels do not say, empty where there is none."""


@dataclass(frozen=True, slots=True)
class ChannelTable:
    """What the file says of each channel, in the order of the rows of x."""

    names: list[str]
    units: list[str]
    kinds: list[ChannelKind | None]
    scales: list[float]
    offsets: list[float]
    full_scales: list[float | None]
    rates_hz: list[float]
    lengths: list[int]
    numbers: list[int] | None
    phases: list[str] | None
    axes: list[str] | None

    @classmethod
    def of(cls, arrays: dict[str, NDArray[Any]], channels: int, samples: int) -> "ChannelTable":
        """Check what is said of so many rows; raises RecordingError for what cannot be right."""
        names = _names(arrays, channels)
        told = _units(arrays, names)
        phases = _one_of(arrays, PHASE, channels, ("", "a", "b", "c", "ab", "bc", "ca"))
        kinds = [_kind(*row) for row in zip(told, names, phases or [""] * channels, strict=True)]
        known = [standard_unit(unit) if kind else None for unit, kind in zip(told, kinds, strict=True)]
        units = [unit if to is None else to[0] for unit, to in zip(told, known, strict=True)]
        factors = [1.0 if to is None else to[1] for to in known]
        scales = [scale * factor for scale, factor in zip(_scales(arrays, channels), factors, strict=True)]
        return cls(
            names=names,
            units=units,
            kinds=kinds,
            scales=scales,
            offsets=_offsets(arrays, channels),
            full_scales=_full_scales(arrays, factors),
            rates_hz=_rates_hz(arrays, channels),
            lengths=_lengths(arrays, channels, samples),
            numbers=_stream_numbers(arrays, channels),
            phases=phases,
            axes=_one_of(arrays, AXIS, channels, ("", "radial", "tangential", "axial")),
        )

    def streams(self, rows: list[int]) -> dict[int, list[int]]:
        """Return the rows of each stream by its number, in the order in which the streams first appear."""
        if self.numbers is None:
            keys = [(_clock_of(self.kinds[row]), self.rates_hz[row], self.lengths[row]) for row in rows]
            order = {key: number for number, key in enumerate(dict.fromkeys(keys))}
            numbers = [order[key] for key in keys]
        else:
            numbers = [self.numbers[row] for row in rows]
        grouped: dict[int, list[int]] = {}
        for row, number in zip(rows, numbers, strict=True):
            first = grouped.setdefault(number, [row])[0]
            if row != first:
                grouped[number].append(row)
            if (self.rates_hz[row], self.lengths[row]) != (self.rates_hz[first], self.lengths[first]):
                raise RecordingError(f"the channels of stream {number} differ in rate or length")
        return grouped

    def channel(self, row: int) -> Channel:
        """Return the channel of a row, which must be of a known kind."""
        kind, name = self.kinds[row], self.names[row]
        assert kind is not None
        return Channel(
            name=name,
            kind=kind,
            unit=self.units[row],
            scale=self.scales[row],
            offset=self.offsets[row],
            full_scale=self.full_scales[row],
            phase=phase_of(kind, name) if self.phases is None else self.phases[row] or None,
            axis=axis_of(kind, name) if self.axes is None else self.axes[row] or None,
        )


def _kind(unit: str, name: str, phase: str) -> ChannelKind | None:
    """Return what a row measures; volts with a stated phase are a voltage, unless the name is a current's."""
    known = standard_unit(unit)
    if phase and known is not None and known[0] == UNIT_OF_KIND[ChannelKind.VOLTAGE] and unit_of(name) != "A":
        return ChannelKind.VOLTAGE
    return kind_of(unit, name)


def _clock_of(kind: ChannelKind | None) -> ChannelKind | None:
    """Return the kind whose clock a kind shares: a meter samples voltages and currents together."""
    return ChannelKind.CURRENT if kind is ChannelKind.VOLTAGE else kind


def required(arrays: dict[str, NDArray[Any]], key: str) -> NDArray[Any]:
    """Return what a file must hold; raises RecordingError if it is missing."""
    if key not in arrays:
        raise RecordingError(f"{key} is missing; there are only {', '.join(sorted(arrays)) or 'no keys'}")
    return arrays[key]


def _per_channel(arrays: dict[str, NDArray[Any]], key: str, channels: int, kinds: str) -> NDArray[Any]:
    value = np.atleast_1d(required(arrays, key))
    if value.shape != (channels,) or value.dtype.kind not in kinds:
        expected = "text" if kinds == "U" else "number" if "f" in kinds else "whole number"
        raise RecordingError(
            f"{key} is {value.dtype} {value.shape}, expected one {expected} for each of {channels} rows of x"
        )
    return value


def _names(arrays: dict[str, NDArray[Any]], channels: int) -> list[str]:
    names = [str(n) for n in _per_channel(arrays, "channels", channels, "U")]
    if len(set(names)) < channels or not all(names):
        raise RecordingError(f"channel names {names} are not all different and non-empty")
    for name in names:
        if len(name) > _MAX_NAME_LENGTH or not name.isprintable():
            raise RecordingError(
                f"channel name {name[:_MAX_NAME_LENGTH]!r} is not plain text of at most "
                f"{_MAX_NAME_LENGTH} characters"
            )
    return names


def _scales(arrays: dict[str, NDArray[Any]], channels: int) -> list[float]:
    scales = _checked(_numbers(arrays, "scale", channels), "scale", lambda v: v != 0, "not 0")
    return _checked(
        scales,
        "scale",
        lambda v: MIN_SCALE <= abs(v) <= MAX_SCALE,
        f"of a magnitude of {MIN_SCALE:g} to {MAX_SCALE:g} units per count",
    )


def _offsets(arrays: dict[str, NDArray[Any]], channels: int) -> list[float]:
    return _checked(
        _numbers(arrays, "offset", channels, default=0.0),
        "offset",
        lambda v: abs(v) <= MAX_OFFSET_COUNTS,
        "within the 32 bits that counts have",
    )


def _full_scales(arrays: dict[str, NDArray[Any]], factors: list[float]) -> list[float | None]:
    """Return full scales in the units of the channels; nan, 0 and negative ones stand for unknown."""
    values = _numbers(arrays, "full_scale", len(factors), default=np.nan, finite=False)
    _checked(values, "full_scale", lambda v: not math.isinf(v), "finite, or nan where it is unknown")
    return [v * factor if v > 0 else None for v, factor in zip(values, factors, strict=True)]


def _numbers(
    arrays: dict[str, NDArray[Any]],
    key: str,
    channels: int,
    *,
    default: float | None = None,
    finite: bool = True,
) -> list[float]:
    if default is not None and key not in arrays:
        return [default] * channels
    values = [float(v) for v in _per_channel(arrays, key, channels, "fiu")]
    return _checked(values, key, math.isfinite, "finite") if finite else values


def _checked(values: list[float], key: str, accept: Callable[[float], bool], expected: str) -> list[float]:
    for value in values:
        if not accept(value):
            raise RecordingError(f"{key} holds {value:g}, expected it to be {expected}")
    return values


def _rates_hz(arrays: dict[str, NDArray[Any]], channels: int) -> list[float]:
    if np.size(required(arrays, "fs")) == 1:
        arrays = {"fs": np.full(channels, arrays["fs"].item())}
    return _checked(_numbers(arrays, "fs", channels), "fs", lambda v: v > 0, "above 0")


def _lengths(arrays: dict[str, NDArray[Any]], channels: int, samples: int) -> list[int]:
    if "n" not in arrays:
        return [samples] * channels
    lengths = [int(n) for n in _per_channel(arrays, "n", channels, "iu")]
    if not all(0 < n <= samples for n in lengths):
        raise RecordingError(f"n is {lengths}, expected lengths of 1 to the {samples} samples of x")
    return lengths


def _stream_numbers(arrays: dict[str, NDArray[Any]], channels: int) -> list[int] | None:
    if "stream" not in arrays:
        return None
    numbers = [int(n) for n in _per_channel(arrays, "stream", channels, "iu")]
    if not all(0 <= n <= 255 for n in numbers):
        raise RecordingError(f"stream is {numbers}, expected numbers of 0 to 255")
    return numbers


def _one_of(
    arrays: dict[str, NDArray[Any]], key: str, channels: int, words: tuple[str, ...]
) -> list[str] | None:
    if key not in arrays:
        return None
    found = [str(word) for word in _per_channel(arrays, key, channels, "U")]
    if not set(found) <= set(words):
        raise RecordingError(f"{key} is {found}, expected only {', '.join(words[1:])} or nothing")
    return found


def _units(arrays: dict[str, NDArray[Any]], names: list[str]) -> list[str]:
    if "units" in arrays:
        return [str(u) for u in _per_channel(arrays, "units", len(names), "U")]
    return [unit_of(name) for name in names]
