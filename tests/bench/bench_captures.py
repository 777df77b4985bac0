"""Do captures replay to the verdicts that were published, and do they cost latency? `bench_captures.py [N]`.

Captures N events (50) of simulated motors on a bad line, and of real recordings where they are present; then
writes a capture of a minute of the reference DAQ beside the pipeline.
"""

import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "captures")]

from live import a_motor, an_agent, as_on_a_line, hear, live, place_of, replayed, with_a_rest

from edge_agent.acquire.recordings import Recording, read_recording
from edge_agent.commands.bench import RATE_HZ, _reads
from edge_agent.acquire.drivers.block_frames import FrameDecoder
from edge_agent.acquire.samples import Device, SampleBlock
from edge_agent.captures.assembly import recording_of
from edge_agent.captures.recent import RecentSamples
from edge_agent.captures.store import CaptureStore
from edge_agent.diagnose.model import Model
from edge_agent.pipeline import Pipeline
from edge_agent.commands.bench import _NAMEPLATE

REAL = ROOT.parent / "shared" / "data"
RIG = (
    "{id: motor, rated_power_kw: 0.75, rated_voltage_v: 220, rated_current_a: 2.98, rated_speed_rpm: 3430, "
    "line_frequency_hz: 60, poles: 2}"
)


def motors(count: int) -> Iterator[tuple[str, str, Recording]]:
    """Yield a name, a plate and a recording that has an event or two."""
    for path in sorted((REAL / "rig_currents_vibration").glob("*_03.npz")):
        once = read_recording(path)
        looped = replace(once, counts=tuple(np.concatenate([own] * 6) for own in once.counts))
        yield path.stem, RIG, with_a_rest(looped, 8.0)
    if not REAL.exists():
        print(f"no real recordings: {REAL} is not there")
    rng = np.random.default_rng(5)
    for seed in range(count):
        motor = a_motor(
            9_000_000 + seed,
            int(rng.integers(0, 4)),
            current_rate_hz=float(rng.choice([1000.0, 1953.125, 2000.3])),
            vibration_rate_hz=float(rng.choice([1000.0, 3333.3, 4096.0])),
        )
        plate = "{id: motor, " + ", ".join(
            f"{key}: {value}" for key, value in motor.meta["nameplate"].items() if key != "id"
        ) + "}"
        yield f"simulated {seed}", plate, with_a_rest(motor, 8.0)


def identity(wanted: int) -> None:
    """Replay so many captures and compare each window that both have."""
    model, done, windows, differ, lacking = Model.load("builtin"), 0, 0, 0, 0
    for number, (name, plate, recording) in enumerate(motors(wanted)):
        with tempfile.TemporaryDirectory() as folder:
            agent, heard, config = an_agent(Path(folder), model, plate)
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
    """Compare the time that windows take while a capture is written with the time without."""
    model, decoder = Model.load("builtin"), FrameDecoder()
    parts = [part for read in _reads(120.0) for part in decoder.push(read)]
    device = next(part for part in parts if isinstance(part, Device))
    blocks = [part for part in parts if isinstance(part, SampleBlock)]
    pipeline = Pipeline(_NAMEPLATE, model, 12.0, 2.0)
    pipeline.configure(device)
    recent = RecentSamples(pipeline.windows)
    recent.begin(device)
    stop, written = threading.Event(), []
    with tempfile.TemporaryDirectory() as folder:
        store = CaptureStore(Path(folder), 3, 1e9)

        def write() -> None:
            stretches = recent.since(0.0)
            while not stop.is_set():
                began_s = time.perf_counter()
                store.write(f"20260101T000000.{len(written):03d}Z_m_s.npz", recording_of("x", device, stretches, {}))
                written.append(time.perf_counter() - began_s)

        thread = threading.Thread(target=write)
        times: dict[str, list[float]] = {"alone": [], "while written": []}
        half = len(blocks) // 2
        for number, block in enumerate(blocks):
            if number == half:
                thread.start()
            recent.take(block)
            began_s = time.perf_counter()
            answers = list(pipeline.push(block))
            if answers:
                times["alone" if number < half else "while written"].append(time.perf_counter() - began_s)
        stop.set()
        thread.join()
    for name, took_s in times.items():
        p50, p99 = np.percentile(1000 * np.array(took_s), (50, 99))
        print(f"a window {name}: p50 {p50:.0f} ms, p99 {p99:.0f} ms of {len(took_s)}")
    size = sum(b.counts.nbytes for b in blocks[:half]) / 1e6
    print(f"{len(written)} captures of {size:.1f} MB written one after another, {1000 * np.median(written):.0f} ms each")
    _ = RATE_HZ


if __name__ == "__main__":
    identity(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
    latency()
