"""A picture of a scenario: start-up, current around the line, vibration, spectrogram."""

from dataclasses import replace
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy import signal

from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from edge_agent.acquire.recordings import Recording

Floats = NDArray[np.float64]

_START_UP_S = 0.1
"""Judgement: a short stretch at rest before the start."""
_START_UP_FULL_SCALE = 15.0
"""Over the rated amplitude: starting currents reach eight times that, with their DC part about twice."""


def plot_recording(scenario: Scenario, path: Path) -> None:
    """Simulate a scenario, and the same motor's start-up, and write the picture to `path`."""
    mpl.use("agg")
    recording = simulate(scenario)
    wide = replace(scenario.current_sensors, full_scale=_START_UP_FULL_SCALE)
    starting = replace(scenario, start_up_s=_START_UP_S, duration_s=2.0, current_sensors=wide)
    start = simulate(starting)
    figure = Figure(figsize=(12, 8), layout="constrained")
    axes = figure.subplots(2, 2)
    _start_up(axes[0, 0], start)
    _around_the_line(axes[0, 1], recording)
    _vibration(axes[1, 0], recording)
    _spectrogram(axes[1, 1], recording)
    meta = recording.meta
    figure.suptitle(
        f"{scenario.motor_id}: {scenario.broken_bars} broken bars "
        f"(equivalent {meta['equivalent_bars']:.1f}), load {meta['load']:.2f}, slip {meta['slip']:.4f}"
    )
    figure.savefig(path, dpi=110)


def channel_units(recording: Recording, stream: int, channel: int) -> Floats:
    """Return the samples of a channel in its unit, (scans,)."""
    of = recording.device.streams[stream].channels[channel]
    return of.units(recording.counts[stream][:, channel]).astype(np.float64)


def space_vector(recording: Recording) -> NDArray[np.complex128]:
    """Combine the three phase currents, amplitude-invariant, (scans,)."""
    turns = np.exp(2j * np.pi / 3 * np.arange(3))
    phases = np.stack([channel_units(recording, 0, k) for k in range(3)])
    return np.asarray(2 / 3 * (turns[:, np.newaxis] * phases).sum(axis=0), np.complex128)


def _start_up(axes: Axes, recording: Recording) -> None:
    current = channel_units(recording, 0, 0)
    at = np.arange(current.size) / recording.device.streams[0].rate_hz
    axes.plot(at, current, linewidth=0.5)
    axes.set(title="start-up", xlabel="s", ylabel="ia, A", xlim=(0.0, 1.2))


def _around_the_line(axes: Axes, recording: Recording) -> None:
    vector = space_vector(recording)
    rate_hz = recording.device.streams[0].rate_hz
    line_hz, slip = recording.meta["line_frequency_hz"], recording.meta["slip"]
    spectrum = np.fft.fft(vector * signal.windows.blackmanharris(vector.size))
    levels = 20 * np.log10(np.abs(spectrum) / np.abs(spectrum).max() + 1e-9)
    frequencies = np.fft.fftfreq(vector.size, 1 / rate_hz)
    order = np.argsort(frequencies)
    axes.plot(frequencies[order], levels[order], linewidth=0.7)
    for sign in (-1, 1):
        axes.axvline(line_hz * (1 + sign * 2 * slip), color="tab:red", linestyle=":", linewidth=1)
    reach = max(8 * slip * line_hz, 3.0)
    axes.set(title="current around the line (dotted: (1 ± 2s) f)", xlabel="Hz", ylabel="dB re line")
    axes.set(xlim=(line_hz - reach, line_hz + reach), ylim=(-110, 3))


def _vibration(axes: Axes, recording: Recording) -> None:
    stream = recording.device.streams[1]
    frequencies, density = signal.welch(
        channel_units(recording, 1, 0), stream.rate_hz, nperseg=min(2**14, len(recording.counts[1]))
    )
    axes.semilogy(frequencies, np.sqrt(density), linewidth=0.6)
    axes.set(title=stream.channels[0].name, xlabel="Hz", ylabel=f"{stream.channels[0].unit} / √Hz")


def _spectrogram(axes: Axes, recording: Recording) -> None:
    vector = space_vector(recording)
    rate_hz = recording.device.streams[0].rate_hz
    line_hz = recording.meta["line_frequency_hz"]
    keep = max(1, int(rate_hz / 500))
    slow = vector * np.exp(-2j * np.pi * line_hz * np.arange(vector.size) / rate_hz)
    slow = signal.decimate(slow, keep, ftype="fir") if keep > 1 else slow
    frames = min(1024, slow.size // 4)
    frequencies, times, image = signal.stft(
        slow,
        rate_hz / keep,
        "blackman",
        frames,
        noverlap=frames * 7 // 8,
        return_onesided=False,
        boundary=None,
    )
    order = np.argsort(frequencies)
    levels = 20 * np.log10(np.abs(image[order]) / np.abs(image).max() + 1e-6)
    axes.pcolormesh(times, frequencies[order] + line_hz, levels, vmin=-90, vmax=0, shading="auto")
    axes.set(title="spectrogram, dB re line", xlabel="s", ylabel="Hz", ylim=(line_hz - 15, line_hz + 15))
