"""Windows of one stream with currents and voltages, from space vectors; and of simulated motors."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from edge_agent.acquire.recordings import Recording, replay_blocks
from edge_agent.acquire.samples import Channel, ChannelKind, Stream
from edge_agent.windows.sliding import StreamWindow, Window, Windows

RATE_HZ = 10_000.0
LINE_HZ = 50.0
SCALE = 1e-4
"""Units per count: 32-bit counts then hold mains voltages."""


def seconds(length_s: float) -> NDArray[np.float64]:
    return np.arange(round(length_s * RATE_HZ)) / RATE_HZ


def turning(positive: complex, negative: complex = 0.0, length_s: float = 1.0) -> NDArray[np.complex128]:
    """Space vector of phasors, peak; the negative one is that of its phase a."""
    turns = np.exp(2j * np.pi * LINE_HZ * seconds(length_s))
    return np.asarray(positive * turns + np.conj(negative) * turns.conj())


def in_phases(vector: NDArray[np.complex128], phases: tuple[str, ...]) -> list[NDArray[np.float64]]:
    """Split a vector into phases to neutral, or into what lies between two."""
    of = {phase: (vector * np.exp(-2j * np.pi / 3 * k)).real for k, phase in enumerate("abc")}
    return [of[p[0]] - of[p[1]] if len(p) == 2 else of[p] for p in phases]


def a_stream(
    voltage: NDArray[np.complex128],
    current: NDArray[np.complex128],
    voltages: tuple[str, ...] = ("a", "b", "c"),
    currents: tuple[str, ...] = ("a", "b", "c"),
    valid: NDArray[np.bool_] | None = None,
) -> StreamWindow:
    channels = [Channel(f"i{p}", ChannelKind.CURRENT, "A", SCALE, phase=p) for p in currents]
    channels += [Channel(f"v{p}", ChannelKind.VOLTAGE, "V", SCALE, phase=p) for p in voltages]
    rows = np.stack(in_phases(current, currents) + in_phases(voltage, voltages))
    known = np.ones(voltage.size, bool) if valid is None else valid
    counts = np.rint(rows / SCALE).astype(np.int32) * known
    return StreamWindow(Stream(0, RATE_HZ, tuple(channels)), 0, counts, known, 0)


def simulated(scenario: Scenario) -> tuple[Recording, Window]:
    """The recording of a scenario, and all of it as one window."""
    recording = simulate(scenario)
    windows = Windows(scenario.duration_s, scenario.duration_s)
    windows.configure(recording.device)
    (window,) = (w for block in replay_blocks(recording, 0.1) for w in windows.push(block))
    return recording, window


def without_voltages(window: Window) -> Window:
    """The same window from a DAQ that measures no voltages."""
    stream = window.streams[0]
    kept = [i for i, c in enumerate(stream.stream.channels) if c.kind is not ChannelKind.VOLTAGE]
    fewer = replace(stream.stream, channels=tuple(stream.stream.channels[i] for i in kept))
    return replace(
        window, streams=(replace(stream, stream=fewer, counts=stream.counts[kept]), *window.streams[1:])
    )
