"""The phase currents of a recording: the rms, phasor and mean of each."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from calibration.sensors.readings import CalibrationError
from edge_agent.acquire.recordings import Recording, replay_blocks
from edge_agent.acquire.samples import Channel
from edge_agent.motor import Nameplate
from edge_agent.signals.checks import quality
from edge_agent.signals.checks.coarse import coarse_currents
from edge_agent.signals.dsp.tones import rotation
from edge_agent.windows.sliding import StreamWindow, Windows

_WINDOW_S = 2.0
"""Length of the parts whose means are taken, s: a hundred periods, in which a wandering supply stays in
step. Judgement."""
_BLOCK_S = 0.1
"""Length of the blocks that a recording is played in, s; nothing depends on it."""
_MIN_CLEAN = 0.9
"""Share of its power that a current has in its line, of a sensor that sits on its conductor. The agent takes
the same in edge_agent/signals/checks/sensors.py."""
_FULL = 0.999
"""Share of the full scale that a current must stay below. Judgement: the last count of 12 bits is 0.9995."""


@dataclass(frozen=True, slots=True)
class Currents:
    """The phase currents of a recording, in the scales that it has now."""

    channels: tuple[Channel, ...]
    """One for each phase that is measured; each has its phase."""
    phasors_a: NDArray[np.complex128]
    """(channels,), A rms, of the line, against the strongest one."""
    rms_a: NDArray[np.float64]
    """(channels,), A rms, of all that a clamp meter shows: the line, its harmonics, and no mean."""
    mean_counts: NDArray[np.float64]
    """(channels,), mean of the counts. No motor draws a direct current, so it is the sensor's zero."""
    clean: NDArray[np.bool_]
    """(channels,), True where a line shows: the sensor sits on its conductor."""
    clipped: NDArray[np.bool_]
    """(channels,), True where the full scale is reached."""
    line_hz: float
    """Frequency of the line, by the rate that the DAQ states."""
    rate_hz: float
    """Scans per second, as stated."""
    change: float
    """Largest change of the current between parts of the recording, relative."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the channels."""
        return tuple(channel.name for channel in self.channels)

    @property
    def phases(self) -> tuple[str, ...]:
        """Phases of the channels, as configured."""
        return tuple(channel.phase or "" for channel in self.channels)


@dataclass(frozen=True, slots=True)
class _Part:
    """The same of one part of a recording."""

    phasors_a: NDArray[np.complex128]
    rms_a: NDArray[np.float64]
    mean_counts: NDArray[np.float64]
    peak_a: NDArray[np.float64]
    line_hz: float


def measure(recording: Recording, nameplate: Nameplate) -> Currents:
    """Return the phase currents of a recording of the running motor.

    Raises CalibrationError if there are none, or if no part of it came whole.
    """
    if not any(stream.phases for stream in recording.device.streams):
        raise CalibrationError(f"{recording.name} holds no phase current; expected a current for each sensor")
    windows = list(_current_windows(recording))
    if not windows:
        raise CalibrationError(
            f"{recording.name}: no {_WINDOW_S:g} s of it came without a lost sample; record again"
        )
    for window in windows:
        if refusal := quality.check_rate(window, nameplate):
            raise CalibrationError(
                f"{recording.name}: {refusal.quantity} is {refusal.value}, expected at least "
                f"{refusal.limit}; record waveforms, for a minute"
            )
    stream = windows[0].stream
    channels = [replace(stream.channels[i], phase=phase) for phase, i in stream.phases.items()]
    parts = [_part(window, nameplate.line_frequency_hz) for window in windows]
    return _over_parts(channels, parts, stream.rate_hz)


def _current_windows(recording: Recording) -> Iterator[StreamWindow]:
    """Yield the consecutive parts of the stream that holds the currents, of those that lost no sample."""
    streams = recording.device.streams
    whole_s = min(len(counts) / s.rate_hz for s, counts in zip(streams, recording.counts, strict=True))
    length_s = min(_WINDOW_S, whole_s)
    windows = Windows(length_s, length_s)
    windows.configure(recording.device)
    for block in replay_blocks(recording, _BLOCK_S):
        for window in windows.push(block):
            if window.current.valid.all():
                yield window.current


def _part(window: StreamWindow, line_frequency_hz: float) -> _Part:
    """Fit the line and the mean by least squares, since a part rarely holds whole periods."""
    rows = list(window.stream.phases.values())
    line_hz = coarse_currents(window, line_frequency_hz).frequency_hz
    samples = np.stack([window.units(i) for i in rows]).astype(np.float64)
    turns = rotation(line_hz / window.stream.rate_hz, samples.shape[1])
    basis = np.stack([turns.real, turns.imag, np.ones(turns.size)])
    fitted = np.linalg.lstsq(basis @ basis.T, basis @ samples.T, rcond=None)[0]
    phasors_a = (fitted[0] + 1j * fitted[1]) / np.sqrt(2.0)
    rest = samples - fitted.T @ basis
    channels = [window.stream.channels[i] for i in rows]
    means = [mean / channel.scale + channel.offset for mean, channel in zip(fitted[2], channels, strict=True)]
    return _Part(
        phasors_a=phasors_a,
        rms_a=np.sqrt(np.square(np.abs(phasors_a)) + np.square(rest).mean(axis=1)),
        mean_counts=np.array(means),
        peak_a=np.abs(samples).max(axis=1),
        line_hz=line_hz,
    )


def _over_parts(channels: list[Channel], parts: list[_Part], rate_hz: float) -> Currents:
    rms_a = np.stack([part.rms_a for part in parts])
    strongest = int(np.argmax(rms_a.sum(axis=0)))
    turned = [part.phasors_a * np.exp(-1j * np.angle(part.phasors_a[strongest])) for part in parts]
    phasors_a = np.mean(turned, axis=0)
    whole_a = np.sqrt(np.square(rms_a).mean(axis=0))
    peak_a = np.max([part.peak_a for part in parts], axis=0)
    full_a = np.array([channel.full_scale or np.inf for channel in channels])
    by_part = rms_a[:, strongest]
    return Currents(
        channels=tuple(channels),
        phasors_a=phasors_a,
        rms_a=whole_a,
        mean_counts=np.mean([part.mean_counts for part in parts], axis=0),
        clean=(whole_a > 0) & (np.square(np.abs(phasors_a)) >= _MIN_CLEAN * np.square(whole_a)),
        clipped=peak_a >= _FULL * full_a,
        line_hz=float(np.mean([part.line_hz for part in parts])),
        rate_hz=rate_hz,
        change=float(np.ptp(by_part) / max(by_part.mean(), 1e-30)),
    )
