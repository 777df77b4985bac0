"""The current of a window: its lines by orders of the shaft, and how it goes over time."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy import fft

from calibration.learning.conditions.vibration_images import BINS_PER_ORDER, share_out
from edge_agent.conditions.seen import Seen
from edge_agent.signals.dsp.tones import blackman, hann, rotation
from edge_agent.signals.prepared import Current, Preparation

Floats = NDArray[np.float64]

REACH = 3
"""Orders of the shaft on either side of the line: f ± f_r and the two above it. Judgement."""
EDGES = (np.arange(2 * REACH * BINS_PER_ORDER + 1) - 0.5) / BINS_PER_ORDER - REACH
"""Edges of the bins, orders from the line; whole orders lie in the middle of theirs."""
FRAMES = 16
"""Frames in time: each of a quarter of a second in the shortest window, 12 periods. Judgement."""
_POOLED = 4
"""Columns of the sidebands' image that are averaged. Judgement: eight moments of a window are enough."""


def current_images(seen: Seen) -> dict[str, Floats]:
    """Return the images of a window by name; none without a line.

    `spectrum` (96,): lines around the carrier by orders of the shaft, dBc; not without a shaft's speed.
    `course` (16, 4): amplitude of the positive sequence, dB re the rated one; departure from the line's
    frequency, Hz; real and imaginary part of the negative sequence over the positive one (0 of one phase).
    `sidebands` (64, 8, 4): the image that the network of the bars has, 0 to 1; not if the analysis stopped.
    `line` (4,): load and slip per unit of the rated ones (0 if unknown), 1 if there is one phase, 1 if the
    load is known.
    `order` (1,): 1 if the phases come as a, b, c, else -1.
    """
    stream = seen.window.current if seen.window.streams else None
    if stream is None or not stream.stream.phases:
        return {}
    current = seen.analysis.current or Preparation().current(stream)
    if current is None:
        return {}
    one_phase = current.line.unbalance is None
    slip = seen.analysis.evidence.slip
    images = {
        "order": np.array([-1.0 if current.line.reversed_order else 1.0]),
        "course": _course(current, seen.nameplate.rated_current_a, one_phase),
        "line": np.array(
            [seen.load or 0.0, (slip or 0.0) / seen.nameplate.rated_slip, one_phase, seen.load is not None],
            np.float64,
        ),
    }
    if seen.shaft_hz is not None:
        images["spectrum"] = _spectrum(current, seen.shaft_hz)
    if seen.analysis.inputs is not None:
        image = seen.analysis.inputs.images["current"] / 255.0
        rows, columns, channels = image.shape
        images["sidebands"] = image.reshape(rows, columns // _POOLED, _POOLED, channels).mean(axis=2)
    return images


def _spectrum(current: Current, shaft_hz: float) -> Floats:
    count = current.vector.size
    power = np.square(np.abs(fft.fftshift(fft.fft(current.vector * blackman(count)))))
    bin_hz = current.rate_hz / count
    first_hz = -(count // 2) * bin_hz
    lines = share_out(power, first_hz, bin_hz, current.line.frequency_hz + EDGES * shaft_hz)
    return np.asarray(10.0 * np.log10(np.maximum(lines / max(power.max(), 1e-30), 1e-12)))


def _course(current: Current, rated_a: float, one_phase: bool) -> Floats:
    vector, line = current.vector, current.line
    turning = rotation(line.frequency_hz / current.rate_hz, vector.size)
    length = 2 * (vector.size // (FRAMES + 1))
    starts = np.linspace(0, vector.size - length, FRAMES).astype(int)
    taper = hann(length) / hann(length).sum()
    forwards, backwards = (
        sliding_window_view(vector * turn, length)[starts] @ taper for turn in (turning, turning.conj())
    )
    amplitude = np.maximum(np.abs(forwards), 1e-9)
    turned = np.unwrap(np.angle(forwards))
    departure_hz = np.gradient(turned) / (2 * np.pi * (starts[1] - starts[0]) / current.rate_hz)
    share = np.zeros(FRAMES, complex) if one_phase else backwards.conj() / forwards
    level_db = 20.0 * np.log10(amplitude / (np.sqrt(2.0) * rated_a))
    return np.stack([level_db, departure_hz, share.real, share.imag], axis=1)
