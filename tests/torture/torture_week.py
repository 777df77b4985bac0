"""A week of samples as fast as they go: three currents at 2 kHz, with stops, gaps and restarts of the device.

The clocks of the agent show the time of the samples, so that heartbeats, hours of the trend and all else that
comes with time comes as in a week. The motor runs for the first minutes of each hour and then rests: a window
at rest costs little. Memory, descriptors, threads and files are held against those after the first hour. The
scans are numbered from just below 2^32 on, so that they pass it within the first minutes.
"""

import queue  # noqa: F401  before the clocks are exchanged: it waits by the true ones
import sys
import tempfile
import threading  # noqa: F401
import time
from dataclasses import replace
from pathlib import Path
from statistics import median


class Clock:
    """What `time.time` and `time.monotonic` tell: the time of the samples."""

    def __init__(self) -> None:
        self.passed_s = 0.0

    def unix_s(self) -> float:
        return 1_796_000_000.0 + self.passed_s

    def monotonic_s(self) -> float:
        return 1_000.0 + self.passed_s


CLOCK = Clock()
time.time, time.monotonic = CLOCK.unix_s, CLOCK.monotonic_s  # before anything else takes them

import numpy as np  # noqa: E402
import torturing  # noqa: E402
from agents import agent_of  # noqa: E402
from live_line import a_motor, with_a_rest  # noqa: E402
from plates import plate_yaml  # noqa: E402

from edge_agent.acquire.samples import SampleBlock  # noqa: E402
from edge_agent.agent import Agent  # noqa: E402
from edge_agent.diagnose.model import Model  # noqa: E402

FIRST_SCAN = 2**32 - 600_000
HOUR_S = 3600.0
RATE_HZ = 2000.0
BLOCK_SCANS = 2000
TURN_S = 60.0
RUNNING_TURNS = 8
"""Turns of each hour in which the motor runs."""
LAST_HOURS = 10
"""Hours of which the median is the memory at the end."""
TURNS = round(HOUR_S / TURN_S)


class Stream:
    """A motor that runs, stops, loses scans, and whose device starts anew, for ever."""

    def __init__(self, agent: Agent, seed: int) -> None:
        motors = [
            a_motor(seed + n, bars, TURN_S, current_rate_hz=RATE_HZ) for n, bars in enumerate((0, 0, 2))
        ]
        self._agent = agent
        self._chance = np.random.default_rng(seed)
        self._device = replace(motors[0].device, streams=motors[0].device.streams[:1])
        self._runs = [motor.counts[0] for motor in motors]
        self._rest = with_a_rest(motors[0], TURN_S).counts[0][-round(RATE_HZ * TURN_S) :]
        self._next = FIRST_SCAN
        self.highest = 0
        """Highest number of a scan so far."""
        self.restarts = 0
        """How often the device started anew."""
        self.gaps = 0
        """How often scans were lost."""

    def hour(self, number: int) -> None:
        """Play an hour; in every third one the device starts anew, sometimes with its count."""
        if number % 3 == 0:
            self.restarts += 1
            self._agent.lines[0].take(self._device, time.monotonic())
            self._next = FIRST_SCAN if number == 0 else 0 if number % 2 else self._next
        for turn in range(TURNS):
            self._turn(self._runs[number % len(self._runs)] if turn < RUNNING_TURNS else self._rest)

    def _turn(self, counts: np.ndarray) -> None:
        for first in range(0, len(counts), BLOCK_SCANS):
            CLOCK.passed_s += BLOCK_SCANS / RATE_HZ
            if self._chance.random() < 0.002:
                self.gaps += 1
            else:
                block = SampleBlock(0, self._next + first, counts[first : first + BLOCK_SCANS])
                self.highest = max(self.highest, block.first_scan)
                self._agent.lines[0].take(block, time.monotonic())
            self._agent._look_after()
        self._next += len(counts)


def week(torture: torturing.Torture, count: int, seed: int) -> None:
    """Play so many hours, or for as long as there is time."""
    with tempfile.TemporaryDirectory() as name:
        config, state = Path(name) / "agent.yaml", Path(name) / "state"
        config.write_text(
            f"motor: {plate_yaml(id='m')}\nacquisition: {{port: {name}/port}}\n"
            "mqtt: {host: 127.0.0.1, port: 1}\n"
            f"state_dir: {state}\nwindow: {{length_s: 12, step_s: 12}}\ncaptures: {{keep: 5}}\n"
        )
        agent = agent_of(config, Model.load("builtin"))
        stream, held = Stream(agent, seed), []
        with agent.lines[0]:
            while len(held) < count and not torture.is_over():
                stream.hour(len(held))
                held.append(torturing.holdings())
                files = len(list(state.rglob("*")))
                torture.expect(files < 40, f"{files} files after hour {len(held)}")
                objects = f"{sys.getallocatedblocks():,} objects of Python"
                print(f"hour {len(held)}: {held[-1].memory_mb:.1f} MB, {objects}, {files} files", flush=True)
        counts = agent.lines[0].pipeline.windows.counts
    first, last, most_mb = held[0], held[-1], max(hour.memory_mb for hour in held)
    # The median of the last hours: at the end of a single one a capture may just be in memory.
    end_mb = median(hour.memory_mb for hour in held[-LAST_HOURS:])
    torture.expect(end_mb < first.memory_mb + 5, f"memory: {first.memory_mb:.1f} MB, then {end_mb:.1f} MB")
    torture.expect(last.descriptors <= first.descriptors + 2, f"{first} -> {last}")
    torture.expect(last.threads <= first.threads, f"{first} -> {last}")
    torture.expect(stream.highest > 2**32, f"the scans end at {stream.highest}")
    torture.expect(counts.samples_received > 0.9 * len(held) * HOUR_S * RATE_HZ, f"{counts}")
    torture.say(
        "week",
        f"{len(held)} of {count} hours, {counts.samples_received:,} scans, {agent._health._verdicts:,} "
        f"windows, {stream.restarts} restarts, {stream.gaps} gaps; {first.memory_mb:.1f} MB after an hour, "
        f"{end_mb - first.memory_mb:+.2f} MB in the last hours, at most {most_mb - first.memory_mb:+.2f} MB; "
        f"{last.descriptors} descriptors, {last.threads} threads, {files} files",
    )


if __name__ == "__main__":
    torturing.main("week", {"week": (week, 168)})
