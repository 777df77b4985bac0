"""What an unknown DAQ sends: a proposal for the YAML, what it rests on, and what it cannot know."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from edge_agent.acquire import description
from edge_agent.acquire.drivers import due_daq
from edge_agent.acquire.drivers.block_frames import FrameDecoder
from edge_agent.acquire.drivers.decoder import Unread
from edge_agent.acquire.drivers.frame_shape import period_of
from edge_agent.acquire.guess_table import Table, read_table
from edge_agent.acquire.guess_waves import Column, Role, Waves, look_at, time_unit
from edge_agent.acquire.likeness import looks_like_text
from edge_agent.acquire.naming import phase_of
from edge_agent.acquire.samples import ChannelKind
from edge_agent.acquire.settings import FrameLayout

_MAX_BYTES = 1_000_000
"""Bytes that are looked at: judgement, some seconds of any DAQ."""
_USUAL_STEPS = (1.0, 1.2, 1.25, 1.6, 2.0, 2.5, 4.0, 5.0, 6.0, 8.0)
"""Leading digits of the rates that people choose: judgement."""
_USUAL_WITHIN = 0.03
"""Share by which a measured pace may differ from such a rate: judgement, seconds tell it so well."""
_MID_SCALES = {10: 512, 12: 2048, 14: 8192, 16: 32_768}
"""Middle of the range of unsigned converters, by their bits."""
_MID_WITHIN = 0.06
"""Share of the middle by which a bias may be beside it: judgement, two resistors of 5 %."""
_FROM_DUE = FrameLayout(due_daq.SYNC, due_daq.COUNTER, 1)


@dataclass(frozen=True, slots=True)
class Heard:
    """What came from a port."""

    data: bytes
    """All bytes, from and to anywhere."""
    lines_a_second: float | None
    """Ends of lines in a second; None if there were none, or too few."""
    bytes_a_second: float | None
    """Bytes in a second, likewise."""


@dataclass(slots=True)
class Guess:
    """What was concluded."""

    acquisition: dict[str, str] = field(default_factory=dict)
    """Keys of `acquisition` and their values, as the YAML has them; empty if nothing was recognised."""
    channels: list[str] = field(default_factory=list)
    """Channels as the YAML has them."""
    grounds: list[str] = field(default_factory=list)
    """What was seen, and what was concluded of it."""
    unknown: list[str] = field(default_factory=list)
    """What cannot be seen, and how to find it out."""

    def text(self, port: str, baud_rate: int | None) -> str:
        """Return the proposal for the YAML, with the rest as comments."""
        keys = self.acquisition | {"port": port} if self.acquisition else {}
        if keys and baud_rate is not None:
            keys["baud_rate"] = str(baud_rate)
        lines = ["# What was seen:", *(f"# - {ground}" for ground in self.grounds)]
        lines += ["# What cannot be seen:"] * bool(self.unknown)
        lines += [f"# - {unknown}" for unknown in self.unknown]
        lines += ["acquisition:"] * bool(keys) + [f"  {key}: {value}" for key, value in keys.items()]
        lines += ["channels:"] * bool(self.channels) + [f"  - {channel}" for channel in self.channels]
        return "\n".join(lines)


def guess(heard: Heard) -> Guess:
    """Return what these bytes may be."""
    data = heard.data[-_MAX_BYTES:]
    if not data:
        return _nothing()
    if FrameDecoder.recognise(Unread(data, len(data), 0), "text"):
        ground = "whole block frames come, with right checksums: this DAQ describes itself"
        return Guess({"driver": "block_frames"}, grounds=[ground])
    if (period := period_of(data, _FROM_DUE)) is not None:
        return _due(data, period, heard.bytes_a_second)
    described = _description(data)
    if described is not None:
        return described
    table = read_table(data) if looks_like_text(data) else None
    return _lines(table, heard.lines_a_second) if table is not None else _unreadable(data)


def _nothing() -> Guess:
    return Guess(
        grounds=["nothing came"],
        unknown=[
            "whether the DAQ waits for a command: an Arduino Due with DaqOpen (driver: fixed_frame, preset: "
            "due_daq) and a DATAQ (driver: dataq) send only when they are told to",
            "whether it is powered and sends at all: see its manual",
        ],
    )


def _unreadable(data: bytes) -> Guess:
    what = "text that holds no table of numbers" if looks_like_text(data) else "neither text nor known frames"
    return Guess(
        grounds=[f"{len(data)} bytes came: {what}"],
        unknown=["whether the baud rate is right: try --baud with that of the DAQ's program, on a UART"],
    )


def _description(data: bytes) -> Guess | None:
    for line in re.findall(rb"[\r\n]#\s*(\{.*\})\s*[\r\n]", data):
        try:
            device, _ = description.decode_description(line)
        except description.DescriptionError:
            continue
        (stream, *_) = device.streams
        names = ", ".join(channel.name for channel in stream.channels)
        ground = f"lines of text come that describe themselves: {names} at {stream.rate_hz:g} scans a second"
        return Guess({"driver": "csv_lines"}, grounds=[ground])
    return None


def _lines(table: Table, pace_hz: float | None) -> Guess:
    found = Guess({"driver": "csv_lines"})
    columns = table.values.shape[1]
    found.grounds.append(f"{len(table.values)} lines of {columns} columns, {table.written}")
    if table.names is not None:
        found.grounds.append(
            f"the {table.named_by} name{'s' * (table.named_by == 'header')} them: {', '.join(table.names)}"
        )
    times, rate_hz = _rate(table.values, pace_hz, found)
    waves = look_at(table.values, times, rate_hz)
    names = _names(table, waves)
    _propose(names, waves, table.values, found)
    is_channel = [column.role in (Role.CURRENT, Role.OTHER) for column in waves.columns]
    if not all(is_channel) and table.named_by != "labels":
        found.acquisition["columns"] = f"[{', '.join(names)}]"
    return found


def _rate(values: NDArray[np.float64], pace_hz: float | None, found: Guess) -> tuple[list[int], float | None]:
    """Find the columns that count time, and the rate; write down what the rate rests on."""
    times, rate_hz = [], None
    for number, column in enumerate(values.T):
        told = time_unit(column, pace_hz)
        if told is None:
            continue
        times.append(number)
        unit, by_column_hz = told
        found.grounds.append(f"column {number + 1} only rises: {unit}; it is no channel")
        rate_hz = rate_hz or by_column_hz
    if rate_hz is not None:
        found.grounds.append(f"by that column {rate_hz:.4g} scans come in a second")
    elif pace_hz:
        rate_hz = pace_hz
        found.grounds.append(f"about {pace_hz:.4g} lines come in a second, by the clock of this computer")
    if rate_hz is None:
        found.unknown.append("the rate: too little came; give acquisition.rate_hz, the scans a second")
        return times, None
    usual_hz = _usual(rate_hz)
    found.acquisition["rate_hz"] = f"{usual_hz:g}"
    found.unknown.append(
        "the exact rate: take that of the DAQ's own clock from its program; the agent tells a line frequency "
        "that is off if it is wrong"
    )
    return times, rate_hz


def _usual(rate_hz: float) -> float:
    """Return the rate that somebody chose, if a measured one is near one; else that, rounded."""
    decade = 10.0 ** math.floor(math.log10(rate_hz))
    nearest = min((decade * step for step in (*_USUAL_STEPS, 10.0)), key=lambda usual: abs(usual - rate_hz))
    return nearest if abs(nearest - rate_hz) <= _USUAL_WITHIN * rate_hz else float(f"{rate_hz:.4g}")


def _names(table: Table, waves: Waves) -> list[str]:
    """Return names for the columns, of their own if they have some, as the YAML takes them."""
    spare = {
        Role.CURRENT: "i",
        Role.OTHER: "vib",
        Role.TIME: "time",
        Role.CONSTANT: "other",
        Role.EMPTY: "other",
    }
    names: list[str] = []
    for number, column in enumerate(waves.columns):
        own = re.sub(r"[^A-Za-z0-9_.-]+", "_", table.names[number]).strip("_") if table.names else ""
        phase = column.phase if column.role is Role.CURRENT else None
        name = own or (f"i{phase}" if phase else f"{spare[column.role]}{number + 1}")
        taken = name.casefold() in {other.casefold() for other in names}
        names.append(f"{name}_{number + 1}" if taken else name)
    return names


def _propose(names: Sequence[str], waves: Waves, values: NDArray[np.float64], found: Guess) -> None:
    """Write the channels, and on what ground each is one."""
    if waves.line_hz is None:
        found.unknown.append(
            "currents and vibration: no column shows a line frequency; let the motor run, and ask again"
        )
    else:
        found.grounds.append(f"the common line frequency is {waves.line_hz:.1f} Hz")
    by_name = _phases_by_name(names, waves)
    for name, column, numbers in zip(names, waves.columns, values.T, strict=True):
        if column.role in (Role.CONSTANT, Role.EMPTY):
            why = f"is always {column.mean:g}" if column.role is Role.CONSTANT else "holds no numbers"
            found.grounds.append(f"{name} {why}: taken for not connected")
        elif column.role is not Role.TIME:
            phase = by_name.get(name) or column.phase
            found.channels.append(_channel(name, column, phase, waves.line_hz))
            found.grounds.append(_ground(name, column, by_name.get(name), phase, waves.line_hz))
            found.grounds += _about_range(name, column, numbers)
    found.unknown += _unknown_of_channels(names, waves)


def _phases_by_name(names: Sequence[str], waves: Waves) -> dict[str, str]:
    """Return the phases that the names of the currents say, if they say those of all."""
    currents = [n for n, column in zip(names, waves.columns, strict=True) if column.role is Role.CURRENT]
    told = {name: phase_of(ChannelKind.CURRENT, name.lower()) for name in currents}
    said = {name: phase for name, phase in told.items() if phase is not None}
    return said if len(said) == len(currents) == len(set(said.values())) else {}


def _channel(name: str, column: Column, phase: str | None, line_hz: float | None) -> str:
    offset = f"offset: {column.mean:.6g}"
    if line_hz is None:
        return f"{{name: {name}, kind: <current or vibration>, scale: <unit per count>, {offset}}}"
    if column.role is Role.OTHER:
        return f"{{name: {name}, kind: vibration, unit: m/s2, scale: <m/s2 per count>, {offset}}}"
    told = phase or "<a, b or c>"
    return f"{{name: {name}, kind: current, phase: {told}, unit: A, scale: <A per count>, {offset}}}"


def _ground(name: str, column: Column, named: str | None, phase: str | None, line_hz: float | None) -> str:
    varies = f"{name} varies by {column.rms:.4g} (rms) around {column.mean:.6g}"
    if line_hz is None:
        return varies
    if column.role is Role.OTHER:
        return f"{varies}, {100 * column.share:.0f} % of it at {line_hz:.1f} Hz: taken for vibration"
    lag = f"{round(column.lag_deg) % 360} degrees behind the first one"
    why = "by its name" if named else f"as it is {lag}"
    likely = f"phase {phase} {why}" if phase else f"of no phase that is free, as it is {lag}"
    return f"{varies}, {100 * column.share:.0f} % of it at {line_hz:.1f} Hz: taken for a current, {likely}"


def _about_range(name: str, column: Column, numbers: NDArray[np.float64]) -> Iterator[str]:
    """Say what the numbers tell of the converter: its bits, and whether it clips."""
    finite = numbers[np.isfinite(numbers)]
    if (finite != np.rint(finite)).any():
        yield f"{name} has decimals: if it is in its unit already, scale is 1"
        return
    for bits, middle in _MID_SCALES.items():
        if abs(column.mean - middle) <= _MID_WITHIN * middle and finite.max() < 2 * middle:
            yield f"{name} lies around the middle of {bits} bits ({middle}): counts, with a bias before them"
            if finite.max() >= 2 * middle - 1 or finite.min() <= 0:
                yield f"{name} reaches the end of these {bits} bits: it is clipped, lower its gain"


def _unknown_of_channels(names: Sequence[str], waves: Waves) -> Iterator[str]:
    currents = [
        (name, column)
        for name, column in zip(names, waves.columns, strict=True)
        if column.role is Role.CURRENT
    ]
    for name, column in currents:
        yield (
            f"the scale of {name}: measure its current with a clamp meter while this runs; scale is the A of "
            f"the meter / {column.rms:.4g}"
        )
    if currents:
        yield "which phase is a: the first current is called a, what lags 120 degrees behind it b"
        yield "whether these are currents: a voltage looks the same; leave its line out of channels"
    if any(column.role is Role.OTHER for column in waves.columns):
        yield "the scale of vibration: take it from the data sheet of the sensor, m/s2 per count"


def _due(data: bytes, period: int, bytes_a_second: float | None) -> Guess:
    found = Guess({"driver": "fixed_frame", "preset": "due_daq"})
    values_per_frame = (period - len(due_daq.SYNC) - 4) // 2
    found.grounds.append(
        f"frames of {period} bytes come, each with FF FF and a counter: an Arduino Due with DaqOpen"
    )
    start = _first_frame(data, period)
    bodies = [data[at + 6 : at + period] for at in range(start, len(data) - period + 1, period)]
    values = np.frombuffer(b"".join(bodies), "<i2").astype(np.float64)
    channels = _channels_in(values[: 20 * values_per_frame], values_per_frame)
    found.grounds.append(f"neighbouring values fit together best as {channels} channels")
    rate_hz = bytes_a_second / period * values_per_frame / channels if bytes_a_second else None
    if rate_hz is not None:
        found.acquisition["rate_hz"] = f"{_usual(rate_hz):g}"
        found.grounds.append(f"about {rate_hz:.4g} scans come in a second, by the clock of this computer")
    table = Table(values[: len(values) // channels * channels].reshape(-1, channels), None, "")
    waves = look_at(table.values, (), rate_hz)
    _propose(_names(table, waves), waves, table.values, found)
    found.unknown.append(
        "the pins: columns come in the order of the converter; give inputs, one for each channel"
    )
    return found


def _first_frame(data: bytes, period: int) -> int:
    """Return where the first frame begins that two more follow."""
    start = data.find(due_daq.SYNC)
    while period_of(data[start : start + 2 * period + 6], _FROM_DUE) != period:
        start = data.find(due_daq.SYNC, start + 1)
    return start


def _channels_in(values: NDArray[np.float64], values_per_frame: int) -> int:
    """Return for how many channels the values of each one change least from scan to scan."""
    possible = [n for n in range(1, len(due_daq.INPUTS) + 1) if values_per_frame % n == 0]
    roughness = {n: float(np.mean(np.abs(values[n:] - values[:-n]))) for n in possible}
    return min(possible, key=lambda n: (roughness[n] > 1.2 * min(roughness.values()), n))
