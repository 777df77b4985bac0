"""What a window shows, for the eye: each channel by itself, and the spectra with the lines that are expected.

The numbers are those of a chart, rounded to what a screen can show. Nothing is decided by them.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from edge_agent.acquire.samples import Channel
from edge_agent.limits import SIDEBANDS
from edge_agent.motor import Nameplate
from edge_agent.pipeline import Answer
from edge_agent.plot import spectrum
from edge_agent.publish.json_values import Payload, iso_time, rounded, significant
from edge_agent.signals.checks.vibration import usable_vibration
from edge_agent.signals.dsp.tones import hann, rotation
from edge_agent.signals.figures import known_slip
from edge_agent.signals.prepared import Current, space_vector
from edge_agent.signals.slip.view import measured_speed_rpm
from edge_agent.verdict import Evidence
from edge_agent.windows.sliding import StreamWindow, Window

_REACH = 3.6
"""The chart goes so many times 2sf to both sides of the line: beyond the third pair."""
_SHAFT_ORDERS = 6.6
"""The chart of the vibration goes up to so many rotations of the field: beyond the sixth harmonic."""
_POINTS = 700
"""Points of a chart: more than a screen has pixels across. Judgement."""
_LOWEST_DB = -140.0
"""Levels below this are noise of the arithmetic; judgement."""
_FEW_SCANS = 16
"""A channel with fewer valid scans has no figures; judgement."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Where lines are expected; None where that is not known."""

    line_hz: float
    """Frequency of the line, measured or else from the plate."""
    synchronous_hz: float
    """Rotations per second of the field."""
    pole_pass_hz: float | None
    """2sf."""
    shaft_hz: float | None
    """Rotations per second of the shaft."""
    reach_hz: float
    """How far from the line the chart goes."""


def expected_lines(evidence: Evidence, length_s: float, nameplate: Nameplate) -> Lines:
    """Return where lines are expected in a window of `length_s` with this evidence."""
    line_hz = evidence.line_frequency_hz or nameplate.line_frequency_hz
    synchronous_hz = line_hz / nameplate.pole_pairs
    resolved_hz = SIDEBANDS.min_cycles / length_s
    if evidence.slip is None:
        reach_hz = _REACH * max(nameplate.rated_pole_pass_hz, resolved_hz)
        return Lines(line_hz, synchronous_hz, None, None, reach_hz)
    pole_pass_hz = 2 * evidence.slip * line_hz
    reach_hz = _REACH * max(pole_pass_hz, resolved_hz)
    return Lines(line_hz, synchronous_hz, pole_pass_hz, synchronous_hz * (1 - evidence.slip), reach_hz)


def view_of_answer(answer: Answer, nameplate: Nameplate) -> Payload:
    """Return what the page draws of a window that has just been judged, with the figures of the motor."""
    analysis, evidence, span = answer.analysis, answer.verdict.evidence, answer.verdict.window
    end_unix_s = answer.window.received_unix_s if span is None else span.end_unix_s
    slip, speed_rpm = known_slip(analysis), measured_speed_rpm(answer.window)
    if speed_rpm is None and slip is not None and evidence.line_frequency_hz is not None:
        speed_rpm = (1 - slip) * 60 * evidence.line_frequency_hz / nameplate.pole_pairs
    figures = {
        "line_frequency_hz": rounded(evidence.line_frequency_hz, 3),
        "speed_rpm": rounded(None if speed_rpm is None else abs(speed_rpm), 1),
        "slip": rounded(slip, 5),
        "load": rounded(evidence.load, 3),
        "current_unbalance": rounded(evidence.current_unbalance, 4),
    }
    view = view_of(answer.window, evidence, nameplate, end_unix_s, analysis.current)
    return view | {"figures": figures}


def view_of(
    window: Window,
    evidence: Evidence,
    nameplate: Nameplate,
    end_unix_s: float,
    current: Current | None = None,
) -> Payload:
    """Return what the page draws of a window that ended at `end_unix_s`.

    `current` is its demodulated current, where the analysis has it already; it saves work.
    """
    lines = expected_lines(evidence, window.length_s, nameplate)
    return {
        "time": iso_time(end_unix_s),
        "length_s": rounded(window.length_s, 3),
        "channels": _channels(window, evidence),
        "lines": {
            "line_hz": rounded(lines.line_hz, 4),
            "synchronous_hz": rounded(lines.synchronous_hz, 4),
            "pole_pass_hz": rounded(lines.pole_pass_hz, 4),
            "shaft_hz": rounded(lines.shaft_hz, 4),
        },
        "current": _current(window, current, lines),
        "vibration": _vibration(window, lines),
    }


def _channels(window: Window, evidence: Evidence) -> list[Payload]:
    """Return the figures of every channel, and the phasors of the currents."""
    phasors = {} if evidence.line_frequency_hz is None else _phasors(window, evidence.line_frequency_hz)
    return [
        _channel(stream, i, channel) | phasors.get(channel.name, {})
        for stream in window.streams
        for i, channel in enumerate(stream.stream.channels)
    ]


def _channel(stream: StreamWindow, index: int, channel: Channel) -> Payload:
    """Return the figures of one channel: its level, and how much of its range it uses."""
    about: Payload = {
        "name": channel.name,
        "kind": str(channel.kind),
        "unit": channel.unit,
        "phase": channel.phase,
        "rate_hz": significant(stream.stream.rate_hz),
        "lost_samples": stream.lost_samples,
        "dead": index in stream.dead,
        "clipped": stream.clipped_scans > 0,
    }
    values = stream.units(index)[stream.valid]
    if values.size < _FEW_SCANS or index in stream.dead:
        return about | {"rms": None, "mean": None, "peak": None, "share_of_full_scale": None}
    mean = float(values.mean(dtype=np.float64))
    swing = values - np.float32(mean)
    peak = float(max(values.max(), -values.min()))
    return about | {
        "rms": significant(math.sqrt(float(np.dot(swing, swing)) / swing.size)),
        "mean": significant(mean),
        "peak": significant(peak),
        "share_of_full_scale": rounded(peak / channel.full_scale, 4) if channel.full_scale else None,
    }


def _phasors(window: Window, line_hz: float) -> dict[str, Payload]:
    """Return rms and angle of the line in each phase current, by channel; angles count from the first."""
    stream = window.current
    phases = [i for i in stream.stream.phases.values() if i not in stream.dead]
    if not phases or stream.valid.size < _FEW_SCANS:
        return {}
    taper = hann(stream.valid.size)
    turns = taper * rotation(line_hz / stream.stream.rate_hz, stream.valid.size)
    tones = [complex(np.dot(stream.units(i), turns)) * 2 / float(taper.sum()) for i in phases]
    first = tones[0] if abs(tones[0]) > 0 else 1.0
    return {
        stream.stream.channels[i].name: {
            "line_rms": significant(abs(tone) / math.sqrt(2)),
            "line_angle_deg": rounded(math.degrees(np.angle(tone / first)), 1),
        }
        for i, tone in zip(phases, tones, strict=True)
    }


def _current(window: Window, current: Current | None, lines: Lines) -> Payload | None:
    """Return the spectrum of the current around the line, dB against the strongest line; None without one."""
    if current is not None:
        vector, rate_hz = current.vector, current.rate_hz
    else:
        found = _raw_vector(window.current)
        if found is None:
            return None
        vector, rate_hz = found
    frequencies, amplitudes = spectrum(vector, rate_hz)
    if frequencies[np.argmax(amplitudes)] < 0:  # the phases come in the order a, c, b
        frequencies, amplitudes = -frequencies[::-1], amplitudes[::-1]
    shown = np.abs(frequencies - lines.line_hz) <= lines.reach_hz
    if not shown.any() or not amplitudes.max() > 0:
        return None
    levels = 20 * np.log10(amplitudes[shown] / amplitudes.max() + 1e-9)
    return _curve(frequencies[shown], np.maximum(levels, _LOWEST_DB), decimals=1)


def _raw_vector(stream: StreamWindow) -> tuple[NDArray[np.complex128], float] | None:
    """Return the space vector of a stream as it came, and its rate; None without currents."""
    phases = {phase: i for phase, i in stream.stream.phases.items() if i not in stream.dead}
    if not phases or np.count_nonzero(stream.valid) < _FEW_SCANS:
        return None
    samples = np.stack([_bridged(stream, i) for i in phases.values()])
    return space_vector(samples, list(phases)), stream.stream.rate_hz


def _vibration(window: Window, lines: Lines) -> Payload | None:
    """Return the spectrum of the first usable vibration channel, peak amplitudes; None without one."""
    found = ((stream, usable_vibration(stream)) for stream in window.streams)
    stream, channels = next(((s, c) for s, c in found if c), (None, []))
    if stream is None:
        return None
    taper = hann(stream.valid.size)
    amplitudes = np.abs(fft.rfft(_bridged(stream, channels[0]) * taper)) * 2 / taper.sum()
    frequencies = fft.rfftfreq(stream.valid.size, 1 / stream.stream.rate_hz)
    shown = (frequencies > 0.1 * lines.synchronous_hz) & (frequencies < _SHAFT_ORDERS * lines.synchronous_hz)
    if not shown.any():
        return None
    channel = stream.stream.channels[channels[0]]
    curve = _curve(frequencies[shown], 20 * np.log10(amplitudes[shown] + 1e-9), decimals=1)
    return curve | {"name": channel.name, "unit": channel.unit}


def _bridged(stream: StreamWindow, index: int) -> NDArray[np.float64]:
    """Return a channel in its unit without its mean, zero where a scan was lost."""
    samples = stream.units(index).astype(np.float64)
    if stream.valid.any():
        samples -= samples[stream.valid].mean()
    samples[~stream.valid] = 0.0
    return samples


def _curve(frequencies: NDArray[np.float64], levels: NDArray[np.float64], decimals: int) -> Payload:
    """Return first frequency, step and levels of a curve; each point is the highest of those it holds."""
    bins = math.ceil(levels.size / _POINTS)
    whole = levels[: levels.size // bins * bins].reshape(-1, bins)
    step_hz = float(frequencies[1] - frequencies[0]) if frequencies.size > 1 else 0.0
    return {
        "from_hz": rounded(float(frequencies[0]) + step_hz * (bins - 1) / 2, 5),
        "step_hz": rounded(step_hz * bins, 7),
        "levels_db": np.round(whole.max(axis=1), decimals).tolist(),
    }
