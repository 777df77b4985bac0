"""A week of samples as fast as they go: three currents at 2 kHz, with stops, gaps and restarts of the device.

Memory, descriptors, threads and files are held against those after the first hour. The scans are numbered
from just below 2^32 on, so that they pass it within the first minutes.
"""

import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torturing
from agents import agent_of
from live_line import a_motor, with_a_rest
from plates import plate_yaml

from edge_agent.acquire.recordings import replay_blocks
from edge_agent.acquire.samples import SampleBlock
from edge_agent.agent import Agent
from edge_agent.diagnose.model import Model

FIRST_SCAN = 2**32 - 600_000
HOUR_S = 3600.0
RATE_HZ = 2000.0


class Stream:
    """A motor that runs, stops, loses scans, and whose device starts anew, for ever."""

    def __init__(self, agent: Agent, seed: int) -> None:
        motors = [a_motor(seed + n, bars, 60.0, current_rate_hz=RATE_HZ) for n, bars in enumerate((0, 0, 2))]
        self._agent = agent
        self._chance = np.random.default_rng(seed)
        self._turns = [with_a_rest(motor, 10.0) for motor in motors]
        self._next = FIRST_SCAN
        self.seconds = 0.0
        """Seconds of samples so far."""
        self.highest = 0
        """Highest number of a scan so far."""

    def turn(self, number: int) -> None:
        """Play a minute and a stop; now and then a gap, and a device that starts anew."""
        line = self._agent.lines[0]
        recording = self._turns[number % len(self._turns)]
        device = replace(recording.device, streams=recording.device.streams[:1])
        if number % 50 == 0:
            line.take(device, time.monotonic())
            self._next = FIRST_SCAN if number == 0 else 0 if number % 100 == 0 else self._next
        for block in replay_blocks(replace(recording, device=device, counts=recording.counts[:1]), 0.25):
            if self._chance.random() < 0.001:
                continue
            moved = SampleBlock(block.stream, self._next + block.first_scan, block.counts)
            self.highest = max(self.highest, moved.first_scan)
            line.take(moved, time.monotonic())
            self._agent._look_after()
        self._next += len(recording.counts[0])
        self.seconds += len(recording.counts[0]) / RATE_HZ


def week(torture: torturing.Torture, count: int, seed: int) -> None:
    """Play so many hours, or for as long as there is time."""
    with tempfile.TemporaryDirectory() as name:
        config = Path(name) / "agent.yaml"
        config.write_text(
            f"motor: {plate_yaml(id='m')}\nacquisition: {{port: {name}/port}}\n"
            "mqtt: {host: 127.0.0.1, port: 1}\n"
            f"state_dir: {name}/state\nwindow: {{length_s: 12, step_s: 6}}\ncaptures: {{keep: 5}}\n"
        )
        agent = agent_of(config, Model.load("builtin"))
        stream, before, turns = Stream(agent, seed), torturing.holdings(), 0
        files = most = 0
        with agent.lines[0]:
            while stream.seconds < count * HOUR_S and not torture.is_over():
                hour_before = stream.seconds < HOUR_S
                stream.turn(turns)
                turns += 1
                if hour_before:
                    before = torturing.holdings()
                most = max(most, len(list(Path(name, "state").rglob("*"))))
                files = len(list(Path(name, "state").rglob("*")))
        after, counts = torturing.holdings(), agent.lines[0].pipeline.windows.counts
    grown_mb = after.memory_mb - before.memory_mb
    torture.expect(grown_mb < 5, f"memory grew by {grown_mb:.1f} MB after the first hour")
    torture.expect(after.descriptors <= before.descriptors + 2, f"{before} -> {after}")
    torture.expect(after.threads <= before.threads, f"{before} -> {after}")
    torture.expect(most < 40, f"{most} files")
    torture.expect(stream.highest > 2**32, f"the scans end at {stream.highest}")
    torture.expect(counts.samples_received > 0.9 * stream.seconds * RATE_HZ, f"{counts}")
    told = stream.seconds >= 2 * HOUR_S
    growth = f"{grown_mb:+.2f} MB after the first hour" if told else "not judged: it takes two hours"
    torture.say(
        "week",
        f"{stream.seconds / HOUR_S:.1f} of {count} hours, {counts.samples_received:,} scans, memory "
        f"{growth}, {after.descriptors} descriptors, {after.threads} threads, "
        f"{files} files",
    )


if __name__ == "__main__":
    torturing.main("week", {"week": (week, 168)})
