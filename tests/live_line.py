"""A live stream with everything that goes wrong on a line, and an agent that captures what it finds."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import monotonic

import numpy as np
from agents import Heard, agent_of
from numpy.random import Generator

from calibration.simulator.conditions import Daq
from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from edge_agent.acquire.recordings import Recording, read_recording, replay_blocks
from edge_agent.acquire.samples import Device, SampleBlock
from edge_agent.agent import Agent
from edge_agent.captures import replaying
from edge_agent.captures.assembly import timeline_in
from edge_agent.config import load_settings
from edge_agent.diagnose.model import Model
from edge_agent.publish.documents import Diagnosis
from edge_agent.verdict import Verdict

PATIENCE_S = 120.0
WINDOW = "{length_s: 4, step_s: 0.7}"
CAPTURES = "{when: all, seconds_before: 6, seconds_after: 2}"


def a_motor(seed: int, bars: int = 2, seconds: float = 12.0, **daq: float) -> Recording:
    """Simulate a motor; the two streams have rates of which a step is no whole number of scans."""
    rates = {"current_rate_hz": 1953.125, "vibration_rate_hz": 3333.3} | daq
    return simulate(Scenario(seed=seed, broken_bars=bars, load=0.7, duration_s=seconds, daq=Daq(**rates)))


def a_motor_whose_bars_break(seed: int, bars: int = 2, **daq: float) -> Recording:
    """Return a sound motor, then one with broken bars, then rest: two events on a good line."""
    sound, broken = a_motor(seed, 0, 7.0, **daq), a_motor(seed + 1, bars, 20.0, **daq)
    counts = tuple(np.concatenate(both) for both in zip(sound.counts, broken.counts, strict=True))
    return with_a_rest(replace(broken, counts=counts), 4.0)


def with_a_rest(motor: Recording, seconds: float) -> Recording:
    """Append seconds in which the motor is off."""
    rng = np.random.default_rng(1)
    counts = [
        np.concatenate(
            (own, rng.integers(-1, 2, (round(seconds * stream.rate_hz), own.shape[1])).astype(own.dtype))
        )
        for stream, own in zip(motor.device.streams, motor.counts, strict=True)
    ]
    return replace(motor, counts=tuple(counts))


def as_on_a_line(recording: Recording, rng: Generator, first_scan: int = 0) -> Iterator[SampleBlock]:
    """Yield blocks of random lengths: some lost, late, repeated, marked, with gaps in single channels."""
    held: list[SampleBlock] = []
    for block in replay_blocks(recording, float(rng.choice([0.0128, 0.05, 0.21]))):
        block = replace(block, first_scan=block.first_scan + first_scan, **_marks(block, rng))
        fate = rng.random()
        if fate < 0.004:
            continue
        if fate < 0.02:
            held.append(block)
            continue
        yield block
        if fate > 0.99:
            yield block
        if held and rng.random() < 0.5:
            yield held.pop()


def _marks(block: SampleBlock, rng: Generator) -> dict[str, object]:
    marks: dict[str, object] = {}
    if rng.random() < 0.01:
        marks["clipped"] = True
    if rng.random() < 0.003:
        marks["overrun"] = True
    if rng.random() < 0.01:
        marks["invalid"] = rng.random(block.counts.shape) < 0.2
    if rng.random() < 0.003:
        marks["counts"] = block.counts.astype(np.int32)
    return marks


def an_agent(
    folder: Path, model: Model, plate: str, captures: str = CAPTURES, window: str = WINDOW
) -> tuple[Agent, Heard, Path]:
    """Return an agent, what it says, and its configuration."""
    config = folder / "agent.yaml"
    config.write_text(
        f"agent: {{id: a}}\nmotor: {plate}\nacquisition: {{port: {folder / 'port'}}}\n"
        f"mqtt: {{host: 127.0.0.1, port: 1}}\nstate_dir: {folder}\n"
        f"window: {window}\ncaptures: {captures}\n"
    )
    return agent_of(config, model, said := Heard()), said, config


def hear(agent: Agent, device: Device, blocks: Iterator[SampleBlock]) -> None:
    """Let an agent take samples as its source would give them, and write its captures."""
    with agent.lines[0].captures:
        agent.lines[0].take(device, monotonic())
        for block in blocks:
            agent.lines[0].take(block, monotonic())
            agent._look_after()
            agent.lines[0]._source_watch._samples_s = monotonic()
        wait_for_captures(agent)
    wait_for_captures(agent)


def wait_for_captures(agent: Agent) -> None:
    """Wait until what was to be written is written."""
    end_s = monotonic() + PATIENCE_S
    while not agent.lines[0].captures._writer._jobs.empty():
        assert monotonic() < end_s
        agent.lines[0].captures._writer.thread._thread.join(0.05)


def undated(verdict: Verdict) -> Verdict:
    """Return a verdict without what depends on when it was made; the window keeps its samples."""

    def same_window(finding):
        span = finding.window
        return replace(finding, window=span and replace(span, start_unix_s=0.0, end_unix_s=0.0))

    others = tuple(same_window(other) for other in verdict.others)
    return replace(same_window(verdict), latency_ms=None, others=others)


def replayed(path: Path, config: Path, model: Model) -> list[Verdict]:
    """Return the verdicts of a capture, as `edge-agent replay` finds them."""
    settings, recording = load_settings(config), read_recording(path)
    assert timeline_in(recording) is not None
    configured = replace(recording, device=settings.apply_to_recording(recording.device))
    window = settings.window
    answers = replaying.replayed(configured, settings.motor, model, window.length_s, window.step_s)
    return [undated(answer.verdict) for answer in answers]


def live(said: Heard) -> list[Verdict]:
    """Return the verdicts that were published."""
    return [undated(document.verdict) for document in said.of(Diagnosis)]


def place_of(verdict: Verdict) -> tuple[int, int]:
    """Return which samples a verdict rests on."""
    assert verdict.window is not None
    return verdict.window.first_sample, verdict.window.samples
