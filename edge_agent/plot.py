"""A picture of a window: the spectra with the expected lines, the sidebands over time, the verdict.

Needs matplotlib, which the runtime does not: `pip install '.[plot]'`.
"""

import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import fft, signal

from edge_agent.explain import say_confidence
from edge_agent.limits import SIDEBANDS
from edge_agent.motor import Nameplate
from edge_agent.pipeline import Answer
from edge_agent.refusals.catalogue import say_refusal
from edge_agent.signals.checks.vibration import usable_vibration
from edge_agent.signals.dsp.carrier import Baseband, demodulate
from edge_agent.signals.dsp.decimation import Decimator
from edge_agent.signals.prepared import current_vector
from edge_agent.signals.sidebands.fit import SidebandFit
from edge_agent.verdict import Evidence, State, Verdict
from edge_agent.windows.sliding import StreamWindow, Window

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.transforms import Transform

Floats = NDArray[np.float64]

_ORDERS = (1, 2, 3)
"""Pairs at 2sf, 4sf and 6sf are marked."""
_SHAFT_HARMONICS = range(1, 7)
"""Harmonics of the shaft that are marked: those that the search sums."""
_FRAME_CYCLES = 8.0
"""Length of a frame in pole-pass cycles: the pair and its neighbours stay apart."""
_FRAMES = 200
"""Frames drawn at most: a picture has few pixels."""
_PADDING = 4
"""Zero padding, for smooth curves."""
_TITLE_WIDTH = 110
"""Columns of the title."""
_COLOURS = {State.HEALTHY: "#2a7a3b", State.BROKEN_BARS: "#b3261e", State.INDETERMINATE: "#7a5c00"}
_SIGNAL, _EXPECTED, _SUPPLY, _FLOOR = "#1f3a5f", "#c2410c", "#7c3aed", "#6b7280"


class PlotError(Exception):
    """No picture can be drawn; the message says what to install."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Where lines are expected; what could not be measured is None."""

    line_hz: float
    """Frequency of the line, measured or else from the plate."""
    synchronous_hz: float
    """Rotations per second of the field."""
    pole_pass_hz: float | None
    """2sf."""
    shaft_hz: float | None
    """Rotations per second of the shaft."""
    scale_hz: float
    """2sf, or that of rated load where it is unknown, but no less than the window resolves."""

    @property
    def reach_hz(self) -> float:
        """How far from the line the picture goes: beyond the third pair."""
        return 3.6 * self.scale_hz

    @classmethod
    def of(cls, answer: Answer, nameplate: Nameplate) -> Self:
        """Take them from what was measured."""
        evidence = answer.verdict.evidence
        line_hz = evidence.line_frequency_hz or nameplate.line_frequency_hz
        synchronous_hz = line_hz / nameplate.pole_pairs
        resolved_hz = SIDEBANDS.min_cycles / answer.window.length_s
        if evidence.slip is None:
            scale_hz = max(nameplate.rated_pole_pass_hz, resolved_hz)
            return cls(line_hz, synchronous_hz, None, None, scale_hz)
        pole_pass_hz = 2 * evidence.slip * line_hz
        shaft_hz = synchronous_hz * (1 - evidence.slip)
        return cls(line_hz, synchronous_hz, pole_pass_hz, shaft_hz, max(pole_pass_hz, resolved_hz))


def check_matplotlib() -> None:
    """Raise PlotError where matplotlib is not installed."""
    try:
        import matplotlib  # noqa: F401
    except ModuleNotFoundError as error:
        raise PlotError(
            "pictures need matplotlib, which is not installed: pip install '.[plot]' in the project's folder"
        ) from error


def plot(answer: Answer, nameplate: Nameplate, path: Path) -> None:
    """Draw one window as a PNG; raises PlotError if matplotlib is not installed."""
    check_matplotlib()
    from matplotlib.figure import Figure

    marks = Marks.of(answer, nameplate)
    vibration = _vibration_stream(answer.window)
    rows = [["current", "spectrogram"], *([["vibration"] * 2] if vibration else [])]
    figure = Figure(figsize=(13, 1 + 3.75 * len(rows)), layout="constrained")
    axes: dict[str, Axes] = figure.subplot_mosaic(rows)
    _draw_current(axes["current"], answer, marks)
    _draw_spectrogram(axes["spectrogram"], answer, marks)
    if vibration:
        _draw_vibration(axes["vibration"], *vibration, marks)
    start_s, end_s = answer.window.start_s, answer.window.start_s + answer.window.length_s
    headline = textwrap.fill(_headline(answer.verdict), _TITLE_WIDTH)
    figure.suptitle(
        f"{headline}\n{path.stem}, {start_s:.4g} to {end_s:.4g} s",
        color=_COLOURS[answer.verdict.state],
        fontweight="bold",
    )
    figure.savefig(path, dpi=110)


def spectrum(samples: NDArray[Any], rate_hz: float) -> tuple[Floats, Floats]:
    """Return frequencies, rising, and amplitudes (n,) of a real or complex signal (..., n), padded fourfold.

    A line of amplitude A has the level A, whether the signal is real or complex. Several rows give their
    root mean square.
    """
    taper = signal.windows.blackmanharris(samples.shape[-1])
    tapered = (samples - samples.mean(axis=-1, keepdims=True)) * (taper / taper.sum())
    padded = fft.next_fast_len(_PADDING * samples.shape[-1])
    if np.iscomplexobj(samples):
        frequencies = fft.fftshift(fft.fftfreq(padded, 1 / rate_hz))
        amplitudes = np.abs(fft.fftshift(fft.fft(tapered, padded), axes=-1))
    else:
        frequencies = fft.rfftfreq(padded, 1 / rate_hz)
        amplitudes = 2 * np.abs(fft.rfft(tapered, padded))
    return frequencies, np.sqrt(np.mean(np.atleast_2d(amplitudes) ** 2, axis=0))


def spectrum_around_line(window: Window, marks: Marks) -> tuple[Floats, Floats] | None:
    """Return frequencies within reach of the line, rising, and levels (n,) in dBc; None without a current."""
    current = _current_vector(window)
    if current is None or not current[0].any():
        return None
    vector, _, rate_hz, _ = current
    frequencies, amplitudes = spectrum(_in_positive_order(vector, rate_hz), rate_hz)
    shown = np.abs(frequencies - marks.line_hz) <= marks.reach_hz
    return frequencies[shown], 20 * np.log10(amplitudes[shown] / amplitudes.max() + 1e-9)


def _headline(verdict: Verdict) -> str:
    if verdict.refusal is not None:
        return f"no answer ({verdict.refusal.reason}): {say_refusal(verdict.refusal)}"
    confidence = say_confidence(verdict.confidence)
    if verdict.broken_bars is None:
        return f"healthy ({verdict.severity}), {confidence}"
    bars = verdict.broken_bars
    low, high = bars.interval
    number = f"{bars.estimate}" if low == high else f"{bars.estimate} ({low} to {high})"
    return f"broken bars ({verdict.severity}): {number}, {bars.equivalent:.1f} equivalent, {confidence}"


def _draw_current(axes: "Axes", answer: Answer, marks: Marks) -> None:
    axes.set_title("Current, spectrum around the line", loc="left")
    around = spectrum_around_line(answer.window, marks)
    if around is None:
        _say_absent(axes, "no current")
        return
    frequencies, levels = around
    axes.plot(frequencies, levels, color=_SIGNAL, linewidth=0.9)
    axes.set(xlabel="Hz", ylabel="dBc (re the line)", ylim=(max(levels.min() - 5, -140), 32))
    axes.set_yticks(np.arange(-140, 1, 20)[np.arange(-140, 1, 20) > axes.get_ylim()[0]])
    axes.set_xlim(marks.line_hz - marks.reach_hz, marks.line_hz + marks.reach_hz)
    _mark_sidebands(axes, answer.verdict.evidence, marks)


def _mark_sidebands(axes: "Axes", evidence: Evidence, marks: Marks) -> None:
    """Mark (1 ± 2ks)f, the levels that were measured, the floor and the detection limit."""
    levels = {"floor": evidence.noise_floor_dbc, "detection limit": evidence.detection_limit_dbc}
    for name, level in levels.items():
        if level is not None:
            axes.axhline(level, color=_FLOOR, linestyle="--", linewidth=0.8)
            _note(axes, (0.005, level), name, _FLOOR, axes.get_yaxis_transform(), ha="left", va="center")
    if marks.pole_pass_hz is None:
        return
    for sign, level in ((-1, evidence.lower_sideband_dbc), (1, evidence.upper_sideband_dbc)):
        for order in _ORDERS:
            at_hz = marks.line_hz + sign * order * marks.pole_pass_hz
            axes.axvline(at_hz, color=_EXPECTED, linestyle=":", linewidth=1.0, zorder=1)
            text = f"(1{'+' if sign > 0 else '-'}{2 * order}s)f\n{at_hz:.2f} Hz"
            if order == 1 and level is not None:
                axes.plot(at_hz, level, "o", color=_EXPECTED, markersize=5)
                text += f"\n{level:.1f} dBc"
            _note(axes, (at_hz, 0.98), text, _EXPECTED, axes.get_xaxis_transform())


def _draw_spectrogram(axes: "Axes", answer: Answer, marks: Marks) -> None:
    axes.set_title("Current, spectrogram around the line (line removed)", loc="left")
    current = _current_vector(answer.window)
    if current is None or answer.verdict.evidence.line_frequency_hz is None:
        _say_absent(axes, "not analysed")
        return
    vector, valid, rate_hz, _ = current
    baseband = demodulate(_in_positive_order(vector, rate_hz), valid, rate_hz, marks.line_hz)
    seconds, offsets_hz, levels = _spectrogram(baseband, marks)
    lowest = float(np.percentile(levels, 30))
    drawn = axes.pcolormesh(
        answer.window.start_s + seconds,
        offsets_hz,
        levels,
        cmap="magma",
        vmin=lowest,
        vmax=max(float(levels.max()), lowest + 30),
    )
    axes.figure.colorbar(drawn, ax=axes, label="dBc", pad=0.01)
    axes.set(xlabel="s (middle of the frame)", ylabel="Hz from the line")
    if marks.pole_pass_hz is None:
        return
    for order in (-3, -2, -1, 1, 2, 3):
        at_hz = order * marks.pole_pass_hz
        axes.axhline(at_hz, color="white", linestyle=":", linewidth=0.7, alpha=0.6)
        place = axes.get_yaxis_transform()
        axes.text(0.01, at_hz, f"{2 * order:+d}sf", transform=place, color="white", fontsize=8, va="bottom")


def _spectrogram(baseband: Baseband, marks: Marks) -> tuple[Floats, Floats, Floats]:
    """Return times (frames,), offsets from the line (bins,) and levels (bins, frames) in dBc."""
    modulation = SidebandFit(baseband, marks.scale_hz).modulation(marks.scale_hz)
    frame = int(min(modulation.size / 2, _FRAME_CYCLES / marks.scale_hz * baseband.rate_hz))
    step = max(1, (modulation.size - frame) // _FRAMES)
    offsets_hz, seconds, image = signal.stft(
        modulation,
        baseband.rate_hz,
        nperseg=frame,
        noverlap=frame - step,
        nfft=_PADDING * frame,
        return_onesided=False,
        boundary=None,
        padded=False,
    )
    order = np.argsort(offsets_hz)
    order = order[np.abs(offsets_hz[order]) <= marks.reach_hz]
    return seconds, offsets_hz[order], 20 * np.log10(np.abs(image[order]) + 1e-8)


def _draw_vibration(axes: "Axes", stream: StreamWindow, channels: list[int], marks: Marks) -> None:
    axes.set_title("Vibration, spectrum", loc="left")
    decimator = Decimator(stream.stream.rate_hz)
    frequencies, amplitudes = spectrum(decimator.process(stream)[channels], decimator.rate_hz)
    shown = (frequencies > 0.1 * marks.synchronous_hz) & (frequencies < 6.6 * marks.synchronous_hz)
    axes.semilogy(frequencies[shown], amplitudes[shown], color=_SIGNAL, linewidth=0.7)
    names = ", ".join(stream.stream.channels[i].name for i in channels)
    unit = stream.stream.channels[channels[0]].unit or "unit unknown"
    axes.set(xlabel="Hz", ylabel=f"peak, {unit}\n{names}{' (rms)' if len(channels) > 1 else ''}")
    axes.set_ylim(np.percentile(amplitudes[shown], 2), amplitudes[shown].max() * 8)
    axes.set_xlim(0, 6.6 * marks.synchronous_hz)
    _mark_shaft(axes, marks)


def _mark_shaft(axes: "Axes", marks: Marks) -> None:
    """Mark the harmonics of the shaft with ±2sf beside them, and twice the line frequency."""
    place = axes.get_xaxis_transform()
    axes.axvline(2 * marks.line_hz, color=_SUPPLY, linestyle="--", linewidth=0.9, zorder=1)
    _note(axes, (2 * marks.line_hz, 0.86), "2f", _SUPPLY, place)
    if marks.shaft_hz is None or marks.pole_pass_hz is None:
        return
    for order in _SHAFT_HARMONICS:
        at_hz = order * marks.shaft_hz
        axes.axvline(at_hz, color=_EXPECTED, linewidth=1.0, alpha=0.5, zorder=1)
        for side_hz in (at_hz - marks.pole_pass_hz, at_hz + marks.pole_pass_hz):
            axes.axvline(side_hz, color=_EXPECTED, linestyle=":", linewidth=0.8, zorder=1)
        _note(axes, (at_hz, 0.98), f"{order}x\n{at_hz:.2f} Hz", _EXPECTED, place)


def _note(
    axes: "Axes",
    place: tuple[float, float],
    text: str,
    color: str,
    transform: "Transform",
    ha: str = "center",
    va: str = "top",
) -> None:
    """Write a small text on top of the curves."""
    box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.8}
    axes.text(*place, text, color=color, transform=transform, ha=ha, va=va, fontsize=8, bbox=box)


def _in_positive_order(vector: NDArray[np.complex128], rate_hz: float) -> NDArray[np.complex128]:
    """Reverse a vector whose phase order is a, c, b, so that its line has a positive frequency."""
    frequencies, amplitudes = spectrum(vector, rate_hz)
    return vector.conj() if frequencies[np.argmax(amplitudes)] < 0 else vector


def _say_absent(axes: "Axes", text: str) -> None:
    axes.set_axis_off()
    axes.text(0.5, 0.5, text, transform=axes.transAxes, color=_FLOOR, ha="center")


def _current_vector(window: Window) -> tuple[NDArray[np.complex128], NDArray[np.bool_], float, int] | None:
    """Return the decimated space vector (n,) of a window, which of it is valid, its rate and its phases.

    None if the window has no current.
    """
    current = window.current
    if not current.stream.phases:
        return None
    decimator = Decimator(current.stream.rate_hz)
    vector, valid = current_vector(current, decimator), decimator.valid(current)
    return vector, valid, decimator.rate_hz, len(current.stream.phases)


def _vibration_stream(window: Window) -> tuple[StreamWindow, list[int]] | None:
    """Return the first stream with usable vibration and the indices of those channels; None without any."""
    found = ((stream, usable_vibration(stream)) for stream in window.streams)
    return next(((stream, channels) for stream, channels in found if channels), None)
