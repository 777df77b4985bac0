"""Do captures replay to the verdicts that were published, and do they cost latency? `bench_captures.py [N]`.

Captures N events (50) of simulated motors on a bad line, and of real recordings where they are present; then
writes a capture of a minute of the reference DAQ beside the pipeline.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import _paths  # noqa: F401
import numpy as np
from live_line import (
    WINDOW,
    a_motor_whose_bars_break,
    an_agent,
    as_on_a_line,
    hear,
    live,
    place_of,
    replayed,
)

from edge_agent.acquire.drivers.block_frames import FrameDecoder
from edge_agent.acquire.recordings import Recording, read_recording
from edge_agent.acquire.samples import SampleBlock
from edge_agent.captures.assembly import recording_of
from edge_agent.captures.recent import RecentSamples
from edge_agent.captures.store import CaptureStore
from edge_agent.captures.writer import CaptureWriter, Job
from edge_agent.commands.bench import _NAMEPLATE, RATE_HZ, _reads
from edge_agent.diagnose.model import Model
from edge_agent.pipeline import Pipeline

SECONDS, LENGTH_S, STEP_S, KEPT_S = 380.0, 12.0, 2.0, 72.0
REAL = Path(__file__).parents[3] / "shared" / "data"
RIG = (
    "{id: motor, rated_power_kw: 0.75, rated_voltage_v: 220, rated_current_a: 2.98, rated_speed_rpm: 3430, "
    "line_frequency_hz: 60, poles: 2}"
)


def motors(count: int) -> Iterator[tuple[str, str, Recording]]:
    """Yield a name, a plate and a recording that has an event or two."""
    for path in sorted((REAL / "rig_currents_vibration").glob("*_03.npz")):
        once = read_recording(path)
        looped = replace(once, counts=tuple(np.concatenate([own] * 12) for own in once.counts))
        yield path.stem, RIG, looped
    if not REAL.exists():
        print(f"no real recordings: {REAL} is not there")
    rng = np.random.default_rng(5)
    for seed in range(count):
        motor = a_motor_whose_bars_break(
            9_000_000 + 2 * seed,
            int(rng.integers(1, 5)),
            current_rate_hz=float(rng.choice([1000.0, 1953.125, 2000.3])),
            vibration_rate_hz=float(rng.choice([1000.0, 3333.3, 4096.0])),
        )
        plate = (
            "{id: motor, "
            + ", ".join(f"{key}: {value}" for key, value in motor.meta["nameplate"].items() if key != "id")
            + "}"
        )
        yield f"simulated {seed}", plate, motor


def identity(wanted: int) -> None:
    """Replay so many captures and compare each window that both have."""
    model, done, windows, differ, lacking = Model.load("builtin"), 0, 0, 0, 0
    for number, (name, plate, recording) in enumerate(motors(wanted)):
        with tempfile.TemporaryDirectory() as folder:
            real = not name.startswith("simulated")
            window = "{length_s: 2.133, step_s: 2.133}" if real else WINDOW
            captures = f"{{when: {'all' if real else 'events'}, seconds_before: 6, seconds_after: 2}}"
            agent, heard, config = an_agent(Path(folder), model, plate, captures, window)
            hear(agent, recording.device, as_on_a_line(recording, np.random.default_rng(number), 10**9))
            published = {place_of(verdict): verdict for verdict in live(heard)}
            for path in sorted((Path(folder) / "captures").glob("*.npz")):
                said = read_recording(path).meta["diagnosis"]["window"]
                found = {place_of(v): v for v in replayed(path, config, model)}
                both = found.keys() & published.keys()
                windows += len(both)
                differ += sum(found[place] != published[place] for place in both)
                lacking += (said["first_sample"], said["samples"]) not in both
                done += 1
                print(f"{name:24} {path.name.split('_')[-1]:20} {len(both):3} windows")
        if done >= wanted:
            break
    print(f"{done} captures, {windows} windows: {differ} differ, {lacking} lack the window that decided")


def latency() -> None:
    """Compare the time of windows beside which a capture is written with that of the windows between."""
    decoder = FrameDecoder()
    device, *blocks = (part for read in _reads(SECONDS) for part in decoder.push(read))
    pipeline = Pipeline(_NAMEPLATE, Model.load("builtin"), LENGTH_S, STEP_S)
    pipeline.configure(device)
    recent = RecentSamples(pipeline.windows)
    recent.begin(device)
    times: dict[bool, list[float]] = {False: [], True: []}
    with tempfile.TemporaryDirectory() as folder:
        writer = CaptureWriter(CaptureStore(Path(folder), 3, 1e9))
        writer.thread.start()
        for block in blocks:
            recent.take(block)
            recent.forget_before(recent.now_s - KEPT_S, 1e9)
            windows, began_s = pipeline.windows.counts.windows_made, time.perf_counter()
            beside = windows % 4 == 1 and recent.now_s > KEPT_S
            if beside and _completes(pipeline, block):
                name = f"20260101T000000.{windows:03d}Z_m_s.npz"
                writer.put(Job(name, partial(recording_of, name, device, recent.since(0.0), {})))
            if list(pipeline.push(block)) and recent.now_s > KEPT_S:
                times[beside].append(time.perf_counter() - began_s)
        writer.stop()
        sizes = [path.stat().st_size for path in Path(folder).iterdir()]
    for beside, took_s in times.items():
        p50, p95 = np.percentile(1000 * np.array(took_s), (50, 95))
        name = "beside which a capture is written" if beside else "between them"
        print(f"windows {name}: p50 {p50:.0f} ms, p95 {p95:.0f} ms of {len(took_s)}")
    print(f"{writer.counts.written} captures of {max(sizes) / 1e6:.1f} MB, {writer.counts.failed} failed")


def _completes(pipeline: Pipeline, block: SampleBlock) -> bool:
    """True if a block will complete the next window."""
    windows = pipeline.windows
    end_s = windows.timeline().next_window * STEP_S + LENGTH_S
    return windows.elapsed_s + (block.counts.shape[0] + 0.5) / RATE_HZ >= end_s


if __name__ == "__main__":
    identity(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
    latency()
