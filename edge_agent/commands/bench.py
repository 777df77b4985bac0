"""`edge-agent bench`: what each stage costs on this machine, and how far ahead of the samples it runs."""

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edge_agent.acquire.drivers.block_frames import FrameDecoder, encode_data, encode_description
from edge_agent.acquire.merging import merged
from edge_agent.acquire.samples import Channel, ChannelKind, Device, SampleBlock, Stream
from edge_agent.diagnose.model import BUILTIN, Model, ModelError
from edge_agent.motor import Nameplate
from edge_agent.pipeline import Pipeline
from edge_agent.plain import one_line
from edge_agent.publish.documents import Event, Origin
from edge_agent.publish.payloads import Payload, encode, payload_of
from edge_agent.publish.settings import OutboxSettings
from edge_agent.publish.store.outbox import Outbox

RATE_HZ = 10_000.0
"""Rate of the simulated DAQ, Hz: that of the reference hardware."""
MAX_SECONDS = 86_400.0
"""Most signal that a bench works through; judgement: a day of it takes an hour on a small computer."""
_SCANS_PER_FRAME = 128
"""Scans of a frame as the reference DAQ sends them."""
_FRAMES_PER_MAKE = 80
"""Frames made at once, of about a second: judgement."""
_SCANS_PER_MAKE = _FRAMES_PER_MAKE * _SCANS_PER_FRAME
"""Scans made at once."""
_AT_ONCE = 16_384
"""Bytes that the agent decodes at once while its samples come (byte_queue)."""
_MAKING = "making the samples"
_LENGTH_S, _STEP_S = 12.0, 2.0
"""Window and step of the default configuration, s."""
_NAMEPLATE = Nameplate(
    rated_power_kw=0.75,
    rated_voltage_v=220,
    rated_current_a=2.98,
    rated_speed_rpm=1715,
    line_frequency_hz=60,
    poles=4,
)
"""The motor of the public data set (10.21227/fmnm-bn95)."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--seconds", type=_seconds, default=60.0, help="length of the signal to analyse (s)")
    parser.add_argument("--model", default=BUILTIN, help="model file (default: the shipped one)")


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds <= MAX_SECONDS:
        raise argparse.ArgumentTypeError(f"{text} is not above 0 and at most {MAX_SECONDS:g}")
    return seconds


def run(args: argparse.Namespace) -> int:
    """Work through synthetic samples stage by stage and print a table."""
    try:
        model = Model.load_for_agent(args.model)
    except ModelError as error:
        print(f"edge-agent: {one_line(str(error))}", file=sys.stderr)
        return 1
    timer = StageTimer()
    with tempfile.TemporaryDirectory() as folder:
        windows = work(args.seconds, model, Path(folder), timer)
    _report(timer, args.seconds, windows)
    return 0


class StageTimer:
    """Sums up the processor time of each stage."""

    def __init__(self) -> None:
        self.spent_s: dict[str, float] = {}
        self._since_s = time.process_time()

    def lap(self, stage: str) -> None:
        """Book the processor time since the last lap to a stage."""
        now_s = time.process_time()
        self.spent_s[stage] = self.spent_s.get(stage, 0.0) + now_s - self._since_s
        self._since_s = now_s


def work(seconds: float, model: Model, folder: Path, timer: StageTimer) -> int:
    """Take the bytes through all stages, as the agent does; return how many windows were judged."""
    decoder = FrameDecoder()
    pipeline = Pipeline(_NAMEPLATE, model, _LENGTH_S, _STEP_S, lap=timer.lap)
    outbox = Outbox(OutboxSettings(path=folder / "outbox.sqlite3"))
    origin = Origin("bench", "motor", model.spec.name, model.sha256)
    done = 0
    for read in _reads(seconds):
        timer.lap(_MAKING)
        found = merged(decoder.push(read))
        timer.lap("frames")
        for part in found:
            if isinstance(part, Device):
                pipeline.configure(part)
                continue
            for answer in pipeline.push(part):
                payload = payload_of(Event(origin, answer.verdict, answer.state, 0.0, done))
                outbox.put_event("bench/event", partial(_encoded, payload))
                timer.lap("outbox")
                done += 1
    outbox.close()
    return done


def _encoded(payload: Payload, _: int) -> bytes:
    return encode(payload)


@dataclass(frozen=True, slots=True)
class _Lines:
    slip: float = 0.035
    lower: float = 0.003
    upper: float = 0.002
    amplitude_a: float = 3.8


def _device() -> Device:
    currents = tuple(Channel(f"i{p}", ChannelKind.CURRENT, "A", 0.001, phase=p) for p in "abc")
    vibration = Channel("vib_radial", ChannelKind.VIBRATION, "m/s2", 0.001)
    return Device("bench", "", "", (Stream(0, RATE_HZ, (*currents, vibration)),))


def _reads(seconds: float) -> Iterator[bytes]:
    """Yield the frames as the agent decodes them, some at once."""
    wire = bytearray()
    for number, (frame, _) in enumerate(frames(seconds)):
        wire += frame
        if number % _FRAMES_PER_MAKE == 0:
            yield from (bytes(wire[k : k + _AT_ONCE]) for k in range(0, len(wire), _AT_ONCE))
            wire.clear()


def frames(seconds: float) -> Iterator[tuple[bytes, int]]:
    """Yield the frames of a sound motor's four channels, each with how many scans it holds."""
    rng = np.random.default_rng(0)
    yield encode_description(_device()), 0
    sequence = 0
    for first in range(0, int(seconds * RATE_HZ), _SCANS_PER_MAKE):
        counts = _signals((first + np.arange(_SCANS_PER_MAKE)) / RATE_HZ, _Lines(), rng)
        for start in range(0, _SCANS_PER_MAKE, _SCANS_PER_FRAME):
            block = SampleBlock(0, first + start, counts[start : start + _SCANS_PER_FRAME])
            yield encode_data(block, RATE_HZ, sequence), _SCANS_PER_FRAME
            sequence += 1


def _signals(t: NDArray[np.float64], lines: _Lines, rng: np.random.Generator) -> NDArray[np.int16]:
    pole_pass, shaft = 2 * np.pi * 2 * lines.slip * 60 * t, 2 * np.pi * 30 * (1 - lines.slip) * t
    swing = 1 + lines.upper * np.exp(1j * pole_pass) + lines.lower * np.exp(-1j * pole_pass)
    vector = lines.amplitude_a * np.exp(2j * np.pi * 60 * t) * swing
    columns = [(vector * np.exp(-2j * np.pi * k / 3)).real for k in range(3)]
    columns.append(0.3 * np.cos(shaft) + 0.2 * np.cos(2 * shaft) + 0.1 * np.cos(3 * shaft))
    samples = np.stack(columns, axis=1) + rng.normal(0, 0.01, (t.size, 4))
    return np.rint(samples / 0.001).astype(np.int16)


def _report(timer: StageTimer, seconds: float, windows: int) -> None:
    timer.spent_s.pop(_MAKING)
    total_s = sum(timer.spent_s.values())
    print(f"4 channels x {RATE_HZ:g} Hz, {seconds:g} s of signal, {windows} windows of {_LENGTH_S:g} s")
    print(f"{'stage':<10}{'ms per window':>15}{'share':>8}")
    for stage, spent_s in timer.spent_s.items():
        print(f"{stage:<10}{1000 * spent_s / max(windows, 1):>15.2f}{100 * spent_s / total_s:>7.0f}%")
    resident_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    print(f"end to end {seconds / total_s:.0f} times real time, at most {resident_mb:.0f} MB resident")
