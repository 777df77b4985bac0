"""Currents and vibration with known lines in them."""

from collections.abc import Sequence

import numpy as np
import plates
from numpy.typing import NDArray

from edge_agent.acquire.samples import Channel, ChannelKind, Stream
from edge_agent.motor import Nameplate
from edge_agent.signals.checks.vibration import VibrationCheck
from edge_agent.signals.prepared import Preparation
from edge_agent.signals.slip.slots import SlotLines, spectra_of
from edge_agent.windows.sliding import StreamWindow, Window

RATE_HZ = 10_000.0
CURRENT_SCALE = 0.001
VIBRATION_SCALE = 0.0005


def a_nameplate(**changes: object) -> Nameplate:
    """Return the plate of the 0.75 kW motor with its power factor."""
    return plates.a_nameplate(**({"power_factor": 0.8} | changes))


def a_space_vector(
    seconds: NDArray[np.float64],
    lower: complex = 0,
    upper: complex = 0,
    pole_pass_hz: float = 4.0,
    line_hz: float = 60.0,
    amplitude_a: float = 4.0,
    wander: float = 0.0,
) -> NDArray[np.complex128]:
    """A carrier with a pair of sidebands and a slow wander of its phase (rad), (n,)."""
    swing = 1 + upper * np.exp(2j * np.pi * pole_pass_hz * seconds)
    swing = swing + lower * np.exp(-2j * np.pi * pole_pass_hz * seconds)
    phase = 2 * np.pi * line_hz * seconds + wander * np.sin(2 * np.pi * 0.11 * seconds)
    return amplitude_a * np.exp(1j * phase) * swing


def line_phase(seconds: NDArray[np.float64], wander_hz: float = 0.0) -> NDArray[np.float64]:
    """Phase (n,) of a 60 Hz line whose frequency strays by `wander_hz` to both sides within 20 s, rad."""
    slow_hz = 0.05
    return 2 * np.pi * 60.0 * seconds + wander_hz / slow_hz * np.sin(2 * np.pi * slow_hz * seconds)


def rotor_angle(
    phase: NDArray[np.float64], slip: float, seconds: NDArray[np.float64], swing: float = 0.0
) -> NDArray[np.float64]:
    """Angle (n,) of a four-pole rotor that lags the line by `slip` and swings by `swing` rad at 2sf."""
    return np.asarray((1 - slip) * phase / 2 + swing * np.sin(2 * np.pi * 2 * slip * 60.0 * seconds))


def slot_harmonics(
    phase: NDArray[np.float64],
    angle: NDArray[np.float64],
    bars: int = 28,
    orders: tuple[int, ...] = (1, -1),
    backward: tuple[int, ...] = (-1,),
) -> NDArray[np.complex128]:
    """Space vector (n,) of slot harmonics N_b f_r + order f, of 1 A each; which turn backward is told."""
    turns = {order: np.exp(1j * (bars * angle + order * phase)) for order in orders}
    return np.asarray(sum(turn.conj() if order in backward else turn for order, turn in turns.items()))


def slot_forces(
    phase: NDArray[np.float64], angle: NDArray[np.float64], bars: int = 28
) -> NDArray[np.float64]:
    """Vibration (n,) by slots: a line at N_b f_r of 1 m/s2 and half of it 2f beside."""
    shares = {0: 1.0, -2: 0.5, 2: 0.5}
    return np.asarray(sum(a * np.cos(bars * angle + order * phase) for order, a in shares.items()))


def phase_currents(vector: NDArray[np.complex128], phases: str = "abc") -> NDArray[np.float64]:
    """Phase currents of a space vector, (phases, n)."""
    turn = np.exp(-2j * np.pi / 3)
    return np.stack([(vector * turn ** "abc".index(phase)).real for phase in phases])


def a_current_window(
    currents: NDArray[np.float64],
    phases: Sequence[str] = "abc",
    rate_hz: float = RATE_HZ,
    first_scan: int = 0,
    lost: slice | None = None,
    scale: float = CURRENT_SCALE,
) -> StreamWindow:
    """Currents (phases, n) in A as counts of `scale`, with scans lost where told."""
    channels = tuple(Channel(f"i{p}", ChannelKind.CURRENT, "A", scale, phase=p) for p in phases)
    counts = np.rint(currents / scale).astype(np.int16 if scale >= CURRENT_SCALE else np.int32)
    valid = np.ones(counts.shape[1], bool)
    if lost is not None:
        valid[lost] = False
        counts[:, lost] = 0
    return StreamWindow(Stream(0, rate_hz, channels), first_scan, counts, valid, clipped_scans=0)


def a_vibration_window(vibration: NDArray[np.float64], rate_hz: float = RATE_HZ) -> StreamWindow:
    """Vibration (channels, n) in m/s2 as counts."""
    channels = tuple(
        Channel(f"vib_{i}", ChannelKind.VIBRATION, "m/s2", VIBRATION_SCALE) for i in range(len(vibration))
    )
    counts = np.rint(vibration / VIBRATION_SCALE).astype(np.int16)
    return StreamWindow(Stream(1, rate_hz, channels), 0, counts, np.ones(counts.shape[1], bool), 0)


def a_speed_window(speed_rpm: float, scans: int = 120) -> StreamWindow:
    """A constant speed at ten scans per second, in counts of 0.1 rpm."""
    channel = Channel("speed", ChannelKind.SPEED, "rpm", 0.1)
    counts = np.full((1, scans), round(10 * speed_rpm), np.int16)
    return StreamWindow(Stream(2, 10.0, (channel,)), 0, counts, np.ones(scans, bool), clipped_scans=0)


def a_shaking(seconds: NDArray[np.float64], shaft_hz: float, seed: int = 1) -> NDArray[np.float64]:
    """Vibration with three harmonics of the shaft, twice the line and noise, (1, n)."""
    noise = np.random.default_rng(seed).normal(0, 0.05, seconds.size)
    lines = sum(
        a * np.cos(2 * np.pi * k * shaft_hz * seconds + k) for k, a in ((1, 0.1), (2, 0.05), (3, 0.02))
    )
    return np.asarray(lines + 0.2 * np.cos(2 * np.pi * 120 * seconds) + noise)[None]


def a_window(*streams: StreamWindow) -> Window:
    """The window of these streams."""
    length_s = streams[0].counts.shape[1] / streams[0].stream.rate_hz
    return Window(0.0, length_s, streams, received_unix_s=0.0)


def slot_lines(window: Window, bars: int = 28) -> SlotLines:
    """The slot lines of a four-pole motor."""
    current = Preparation().current(window.streams[0])
    assert current is not None
    line = current.line
    return SlotLines(spectra_of(VibrationCheck(window), line), bars, 2, line.frequency_hz, current.baseband)


def times(length_s: float, rate_hz: float = RATE_HZ) -> NDArray[np.float64]:
    """Sample times, (n,)."""
    return np.arange(round(length_s * rate_hz)) / rate_hz


def off_the_supply(slip: float, length_s: float) -> bool:
    """Whether the slot lines of 28 bars stand clear of the harmonics of a 60 Hz supply for four poles."""
    return abs(14 * slip - round(14 * slip)) * 60 * length_s > 5
