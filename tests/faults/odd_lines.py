"""Devices, plates and signals that nobody planned for, drawn by seed, and what the line makes of them."""

import warnings
from dataclasses import dataclass, replace
from typing import Any, NoReturn

import numpy as np
from pydantic import ValidationError

from edge_agent.acquire.recordings import Recording, replay_blocks
from edge_agent.acquire.samples import Channel, ChannelKind, Device, SampleBlock, Stream
from edge_agent.capabilities import capabilities
from edge_agent.diagnose.model import Model
from edge_agent.explain import explain
from edge_agent.failures import FailedWindows
from edge_agent.motor import Nameplate
from edge_agent.pipeline import Answer, Pipeline
from edge_agent.publish.documents import Diagnosis, Origin
from edge_agent.publish.payloads import encode, payload_of
from edge_agent.windows.sliding import Window

_MAX_VALUES = 120_000
"""Values of one odd line at most, so that hundreds of them are quick."""
_ORIGIN = Origin("agent", "motor", "model", "0" * 64)


@dataclass(frozen=True, slots=True)
class OddLine:
    """One device with its plate, its window and what it sends."""

    plate: Nameplate
    device: Device
    length_s: float
    step_s: float
    counts: tuple[np.ndarray, ...]
    """Per stream, (scans, channels)."""
    lost: float
    """Share of the blocks that never arrive."""
    marks: float
    """Share of the blocks that the device marks as clipped or overrun."""
    seed: int

    def __str__(self) -> str:
        streams = "; ".join(
            f"{s.rate_hz:.4g} Hz {[c.kind.value for c in s.channels]}" for s in self.device.streams
        )
        window = f"window {self.length_s:.3g} s, step {self.step_s:.3g} s"
        return f"seed {self.seed}: {window}, {streams}, {self.plate}"


class _NoMercy(FailedWindows):
    """Lets the exceptions of windows through."""

    def failed(self, window: Window, error: Exception) -> NoReturn:
        raise error


def an_odd_line(seed: int) -> OddLine:
    """Draw a line: rates of 1 Hz to 50 kHz, any mix of channels, plates from mill to pump, any signal."""
    random = np.random.default_rng(seed)
    plate = _plate(random)
    length_s = (
        float(random.choice([0.5, 1.0, 2.0, 12.0])) if random.random() < 0.6 else random.uniform(0.5, 20.0)
    )
    step_s = length_s * float(random.choice([0.2, 0.5, 1.0]))
    streams, counts = [], []
    for number in range(int(random.choice([1, 1, 2, 2, 3]))):
        stream = _stream(random, number, length_s)
        scans = min(int((length_s + 2 * step_s) * random.uniform(0.9, 1.1) * stream.rate_hz) + 1, _MAX_VALUES)
        samples = _samples(random, scans, stream, plate)
        streams.append(_in_scale(random, stream, samples, plate))
        counts.append(_as_counts(random, samples))
    harm = random.random() < 0.3
    return OddLine(
        plate,
        Device("odd", "", "", tuple(streams)),
        length_s,
        step_s,
        tuple(counts),
        lost=float(random.choice([0.01, 0.1, 0.6])) if harm else 0.0,
        marks=float(random.choice([0.0, 0.02, 1.0])) if harm else 0.0,
        seed=seed,
    )


def a_nearly_right_line(seed: int) -> OddLine:
    """Draw a line that gets past the first checks: a current with sidebands, at odd rates and lengths."""
    random = np.random.default_rng(seed)
    plate, slip_share = _plate(random), random.uniform(0.0, 1.5)
    usual_a = 1000 * plate.rated_power_kw / (3**0.5 * plate.rated_voltage_v * 0.75)
    plate = plate.model_copy(update={"rated_current_a": usual_a})
    slip, phases = plate.rated_slip * slip_share, int(random.integers(1, 4))
    length_s = float(10 ** random.uniform(np.log10(0.5), np.log10(20)))
    slowest_hz = 2.5 * plate.line_frequency_hz
    fastest_hz = max(1.01 * slowest_hz, min(50_000.0, _MAX_VALUES / length_s / phases))
    rate_hz = float(10 ** random.uniform(np.log10(slowest_hz), np.log10(fastest_hz)))
    samples = _with_sidebands(random, int(1.6 * length_s * rate_hz) + 1, rate_hz, plate, slip, phases)
    scale = plate.rated_current_a * 1.4 * random.uniform(0.3, 1.2) / 3000
    channels = tuple(Channel(f"i{p}", ChannelKind.CURRENT, "A", scale, phase=p) for p in "abc"[:phases])
    streams, counts = [Stream(0, rate_hz, channels)], [np.rint(3000 * samples).astype(np.int16)]
    if random.random() < 0.6:
        kind = ChannelKind.VIBRATION if random.random() < 0.8 else ChannelKind.SPEED
        streams.append(Stream(1, float(10 ** random.uniform(0, 3.5)), (Channel("v", kind, "m/s2", 1.0),)))
        shaft_hz = plate.line_frequency_hz / plate.pole_pairs * (1 - slip)
        counts.append(_of_the_shaft(random, streams[1], 1.6 * length_s, shaft_hz))
    device = Device("odd", "", "", tuple(streams))
    return OddLine(plate, device, length_s, 0.5 * length_s, tuple(counts), 0.0, 0.0, seed)


def _with_sidebands(
    random: np.random.Generator, scans: int, rate_hz: float, plate: Nameplate, slip: float, phases: int
) -> np.ndarray:
    """Currents (scans, phases) of amplitude 1 whose amplitude and phase swing at 2sf."""
    seconds = np.arange(scans)[:, None] / rate_hz
    swing = 2 * np.pi * 2 * slip * plate.line_frequency_hz * seconds
    size, noise = 10 ** random.uniform(-4, -0.5), 10 ** random.uniform(-5, -2)
    turn = 2 * np.pi * plate.line_frequency_hz * random.uniform(0.99, 1.01) * seconds
    turn = turn - 2 * np.pi / 3 * np.arange(phases) + size * random.uniform(0, 2) * np.sin(swing + 1)
    return np.sin(turn) * (1 + size * np.cos(swing)) + random.normal(0, noise, turn.shape)


def _of_the_shaft(
    random: np.random.Generator, stream: Stream, duration_s: float, shaft_hz: float
) -> np.ndarray:
    """Vibration with the shaft's line, or its speed: right, backwards, none or ten times as fast."""
    seconds = np.arange(int(duration_s * stream.rate_hz) + 1)[:, None] / stream.rate_hz
    if stream.channels[0].kind is ChannelKind.SPEED:
        said = np.full(seconds.shape, 60 * shaft_hz) * random.choice([1.0, -1.0, 0.0, 10.0])
    else:
        said = 1000 * np.sin(2 * np.pi * shaft_hz * seconds) + random.normal(0, 100, seconds.shape)
    return np.clip(np.rint(said), -32_768, 32_767).astype(np.int16)


def answers_of(odd: OddLine, model: Model) -> list[Answer]:
    """Run an odd line; every answer is explained and encoded too. Raises whatever goes wrong."""
    random = np.random.default_rng(odd.seed)
    line = Pipeline(odd.plate, model, odd.length_s, odd.step_s)
    line.failures = _NoMercy(odd.step_s)
    line.configure(odd.device)
    list(capabilities(odd.device.streams, odd.plate, odd.length_s))
    answers: list[Answer] = []
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        block_s = max(0.05, odd.length_s / 8)
        for block in replay_blocks(Recording("odd", odd.device, odd.counts), block_s):
            if random.random() < odd.lost:
                continue
            marked = random.random() < odd.marks
            answers += line.push(
                SampleBlock(block.stream, block.first_scan, block.counts, clipped=marked, overrun=marked)
            )
    for answer in answers:
        explain(answer, odd.plate)
        encode(payload_of(Diagnosis(_ORIGIN, answer.verdict, 0.0)))
    return answers


def _plate(random: np.random.Generator) -> Nameplate:
    while True:
        frequency_hz = float(random.choice([5.0, 16.7, 50.0, 50.0, 60.0, 60.0, 87.0, 400.0]))
        poles = int(random.choice([2, 4, 4, 6, 8, 12, 24]))
        synchronous_rpm = 120 * frequency_hz / poles
        drawn: dict[str, Any] = {
            "rated_power_kw": float(10 ** random.uniform(-2, 4)),
            "rated_voltage_v": float(random.choice([42, 230, 400, 690, 6000])),
            "rated_current_a": float(10 ** random.uniform(-1, 3.5)),
            "rated_speed_rpm": synchronous_rpm * (1 - float(10 ** random.uniform(-3, -0.61))),
            "line_frequency_hz": frequency_hz,
            "poles": poles,
            "supply": str(random.choice(["grid", "vfd"])),
        }
        if random.random() < 0.5:
            drawn["rotor_bars"] = int(random.integers(10, 201))
        if random.random() < 0.3:
            drawn["power_factor"] = float(random.uniform(0.31, 1.0))
        if random.random() < 0.3:
            drawn["speed_rpm"] = float(synchronous_rpm * random.choice([0.01, 0.5, 0.97, 0.999, 0.9999999]))
        try:
            return Nameplate(**drawn)
        except ValidationError:
            continue  # more power than current and voltage allow


def _stream(random: np.random.Generator, number: int, length_s: float) -> Stream:
    kinds = [ChannelKind.CURRENT, ChannelKind.VIBRATION, ChannelKind.SPEED]
    units = {ChannelKind.CURRENT: "A", ChannelKind.VIBRATION: "m/s2", ChannelKind.SPEED: "rpm"}
    kind = kinds[int(random.choice(3, p=[0.6, 0.3, 0.1]))] if number == 0 else kinds[int(random.integers(3))]
    channels = []
    for column in range(int(random.integers(1, 4))):
        own = kinds[int(random.integers(3))] if random.random() < 0.1 else kind
        phase = "abc"[column] if own is ChannelKind.CURRENT and random.random() < 0.9 else None
        scale = float(
            random.choice([1e-12, 1e-3, 1e-2, -0.01, 1.0, 1e6], p=[0.03, 0.2, 0.5, 0.1, 0.14, 0.03])
        )
        offset = float(random.choice([0.0, 2048.0, 2.0**31], p=[0.85, 0.12, 0.03]))
        name = f"c{number}{column}"
        channels.append(Channel(name, own, units[own], scale, offset, phase=phase))
    fastest_hz = min(50_000.0, _MAX_VALUES / length_s / len(channels))
    slow = random.random() < 0.35
    rate_hz = float(10 ** random.uniform(-1 if slow else 2, 2 if slow else np.log10(fastest_hz)))
    return Stream(number, round(rate_hz, 1) or 0.1, tuple(channels))


def _samples(random: np.random.Generator, scans: int, stream: Stream, plate: Nameplate) -> np.ndarray:
    """Samples (scans, channels): mostly one kind of signal in all phases, else each its own."""
    columns, shared = range(len(stream.channels)), int(random.integers(2**31))
    if random.random() < 0.7:
        drawn = [np.random.default_rng(shared) for _ in columns]
    else:
        drawn = [np.random.default_rng(int(random.integers(2**31))) for _ in columns]
    return np.stack([_signal(own, scans, stream.rate_hz, plate, k) for k, own in enumerate(drawn)], axis=1)


def _in_scale(random: np.random.Generator, stream: Stream, samples: np.ndarray, plate: Nameplate) -> Stream:
    """The stream with currents as large as those of the plate, in most cases."""
    peak = float(np.abs(samples).max())
    if peak == 0 or random.random() < 0.25:
        return stream
    scale = plate.rated_current_a * 1.4 * random.uniform(0.2, 2.0) / peak
    currents = (replace(c, scale=scale) if c.kind is ChannelKind.CURRENT else c for c in stream.channels)
    return replace(stream, channels=tuple(currents))


def _signal(
    random: np.random.Generator, scans: int, rate_hz: float, plate: Nameplate, column: int
) -> np.ndarray:
    seconds = np.arange(scans) / rate_hz
    peak = float(
        random.choice([0.4, 3.0, 100.0, 1000.0, 30_000.0, 2e9], p=[0.05, 0.1, 0.3, 0.35, 0.15, 0.05])
    )
    line_hz = plate.line_frequency_hz * float(random.choice([1.0, 1.0, 1.0, 0.98, 0.5, 1.2, 3.0]))
    turn = 2 * np.pi * line_hz * seconds - 2 * np.pi / 3 * column
    match int(random.integers(16)):
        case 0:
            return np.zeros(scans)
        case 1:
            return np.full(scans, peak)
        case 2:
            return random.normal(0, peak, scans)
        case 3:
            spikes = np.zeros(scans)
            spikes[random.integers(0, scans, max(1, scans // 500))] = peak
            return spikes
        case 4:
            return np.linspace(-peak, peak, scans)
        case 5:
            return peak * np.sign(np.sin(turn))
        case 6:
            return np.clip(2 * peak * np.sin(turn), -peak, peak)
        case 7:
            return peak * np.sin(turn) * (seconds > seconds[-1] * random.random())
        case 8:
            return np.cumsum(random.normal(0, peak / 100, scans))
        case 9:
            swing_hz = plate.rated_pole_pass_hz * random.uniform(0.2, 2.0)
            return peak * np.sin(turn) * (1 + 0.05 * np.sin(2 * np.pi * swing_hz * seconds))
        case _:
            noise = random.normal(0, peak * float(10 ** random.uniform(-5, -1)), scans)
            return peak * np.sin(turn) + noise


def _as_counts(random: np.random.Generator, samples: np.ndarray) -> np.ndarray:
    dtype = np.dtype(np.int32 if np.abs(samples).max() > 32_767 and random.random() < 0.7 else np.int16)
    limits = np.iinfo(dtype)
    return np.clip(np.rint(samples), limits.min, limits.max).astype(dtype)
