"""Answers of the line to windows that are made up: a motor with known sidebands, shaft and beliefs."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from plates import a_nameplate

from edge_agent import cli
from edge_agent.acquire.recordings import Recording, write_recording
from edge_agent.acquire.samples import Channel, ChannelKind, Device, Stream
from edge_agent.diagnose.model import Belief, Model
from edge_agent.motor import Nameplate
from edge_agent.pipeline import Answer, Pipeline
from edge_agent.signals.images import SIDE_INPUTS
from edge_agent.windows.sliding import StreamWindow, Window

RATE_HZ = 2000.0
SLIP = 0.035
POLE_PASS_HZ = 2 * SLIP * 60
SHAFT_HZ = 30 * (1 - SLIP)

SOUND = (0.97, 0.02, 0.01, 0.0, 0.0)
TWO_BARS = (0.01, 0.08, 0.88, 0.03, 0.0)

NAMEPLATE = a_nameplate(power_factor=0.8)


def a_stream(number: int, kind: ChannelKind, names: str, samples: np.ndarray, scale: float) -> StreamWindow:
    """Samples (channels, n) in units as counts."""
    unit = "A" if kind is ChannelKind.CURRENT else "m/s2"
    channels = tuple(
        Channel(name, kind, unit, scale, phase=name[-1] if kind is ChannelKind.CURRENT else None)
        for name in names.split()
    )
    counts = np.rint(samples / scale).astype(np.int16)
    return StreamWindow(Stream(number, RATE_HZ, channels), 0, counts, np.ones(counts.shape[1], bool), 0)


def a_window(
    phases: str = "ia ib ic",
    lower: complex = 0.02,
    upper: complex = -0.01,
    slip: float = SLIP,
    amplitude_a: float = 3.4,
    length_s: float = 6.0,
    vibration: bool = True,
    reversed_order: bool = False,
    noise_a: float = 0.003,
) -> Window:
    """A steady motor at 60 Hz whose phasor swings by `upper` and `lower` at 2sf."""
    random = np.random.default_rng(1)
    seconds = np.arange(round(length_s * RATE_HZ)) / RATE_HZ
    swing = 2j * np.pi * 2 * slip * 60 * seconds
    vector = amplitude_a * np.exp(2j * np.pi * 60 * seconds)
    vector *= 1 + upper * np.exp(swing) + lower * np.exp(-swing)
    turn = np.exp((2j if reversed_order else -2j) * np.pi / 3)
    currents = np.stack([(vector * turn ** "abc".index(name[-1])).real for name in phases.split()])
    currents += random.normal(0, noise_a, currents.shape)
    streams = [a_stream(0, ChannelKind.CURRENT, phases, currents, 0.001)]
    if vibration:
        shaking = random.normal(0, 0.05, seconds.size)
        for order, size in ((1, 0.1), (2, 0.05), (3, 0.03)):
            shaking += size * np.cos(2 * np.pi * order * 30 * (1 - slip) * seconds)
        streams.append(a_stream(1, ChannelKind.VIBRATION, "vib_radial", shaking[None], 0.0005))
    return Window(0.0, length_s, tuple(streams), 0.0)


def an_answer(
    window: Window, probabilities: tuple[float, ...] = TWO_BARS, nameplate: Nameplate = NAMEPLATE
) -> Answer:
    """What the line says of a window when the network believes this."""
    pipeline = Pipeline(nameplate, a_model(probabilities), window.length_s, window.length_s)
    analysis, verdict = pipeline.judge(window)
    return Answer(verdict, verdict, verdict, False, False, analysis, window)


def a_model(probabilities: tuple[float, ...] = TWO_BARS) -> SimpleNamespace:
    """A network that holds this of every window."""
    spec = SimpleNamespace(
        front_end={},
        modalities=(),
        side_inputs=SIDE_INPUTS,
        thresholds=SimpleNamespace(broken=0.5),
        golden_tolerance=0.1,
        name="believer",
    )
    belief = Belief(probabilities, probabilities)
    return SimpleNamespace(spec=spec, sha256="0" * 64, infer=lambda _: belief)


def replay(
    monkeypatch: pytest.MonkeyPatch, folder: Path, *options: str, windows: dict[str, Window] | None = None
) -> int:
    """Run `edge-agent replay` over recordings of these windows with a network that believes in two bars."""
    monkeypatch.setattr(Model, "load", lambda _: a_model())
    windows = windows or {"pump.npz": a_window()}
    length_s = next(iter(windows.values())).length_s
    config = folder / "agent.yaml"
    plate = NAMEPLATE.model_dump_json(exclude_none=True)
    config.write_text(
        f"motor: {plate}\nacquisition: {{port: none}}\nmqtt: {{host: localhost}}\n"
        f"window: {{length_s: {length_s}, step_s: {length_s}}}\n"
    )
    for name, window in windows.items():
        (folder / name).parent.mkdir(exist_ok=True)
        device = Device("made up", "", "", tuple(s.stream for s in window.streams))
        write_recording(folder / name, Recording(name, device, tuple(s.counts.T for s in window.streams)))
    return cli.main(["replay", *(str(folder / name) for name in windows), "-c", str(config), *options])
