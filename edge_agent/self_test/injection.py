"""A copy of a window whose currents carry more sidebands, as its converter would have counted them."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from edge_agent.acquire.samples import Channel, Counts
from edge_agent.signals.sidebands.rotor_pair import Lines
from edge_agent.windows.sliding import StreamWindow, Window

_CARRIER_SHARE = 0.5
"""What lies nearer to the line than this share of its frequency is modulated; judgement: it holds the line
with its wander, and no harmonic."""


def with_lines(window: Window, lines: Lines, line_hz: float) -> Window:
    """Return a copy of a window with lines beside its line of `line_hz`; the window stays as it is."""
    current = window.current
    counts = current.counts.copy()
    modulation = _modulation(lines, counts.shape[1], current.stream.rate_hz)
    for row in current.stream.phases.values():
        added = (modulation * _carrier(counts[row], current.stream.rate_hz, line_hz)).real
        counts[row] = _converted(counts[row], added, current, current.stream.channels[row])
    changed = replace(current, counts=counts)
    return replace(window, streams=tuple(changed if own is current else own for own in window.streams))


def _modulation(lines: Lines, scans: int, rate_hz: float) -> NDArray[np.complex128]:
    """Return U exp(jwt) + L exp(-jwt), (scans,): the real part is AM, the imaginary part PM."""
    turn = np.exp(2j * np.pi * lines.pole_pass_hz / rate_hz * (np.arange(scans) - (scans - 1) / 2))
    return np.asarray(lines.upper * turn + lines.lower * turn.conj())


def _carrier(counts: NDArray[np.integer], rate_hz: float, line_hz: float) -> NDArray[np.complex128]:
    """Return the line of one phase as an analytic signal, (scans,), counts.

    Of one phase alone it turns forwards whatever the order of the phases is, and with the sign that the
    sensor gives it.
    """
    spectrum = fft.fft(counts.astype(np.float64))
    frequencies_hz = fft.fftfreq(counts.size, 1 / rate_hz)
    spectrum[np.abs(frequencies_hz - line_hz) > _CARRIER_SHARE * line_hz] = 0
    return np.asarray(2 * fft.ifft(spectrum))


def _converted(
    counts: NDArray[np.integer], added: NDArray[np.float64], current: StreamWindow, channel: Channel
) -> Counts:
    """Return counts (scans,) with a signal added: whole ones, within the converter's range.

    Rounding to the nearest would drop whatever is smaller than half a count, for the counts are whole
    already. The converter had the current in all its fineness; so the sum is rounded up or down at random,
    as near as it lies to either, the same way each time. Scans that were lost stay lost.
    """
    limits = np.iinfo(current.counts.dtype)
    lowest, highest = float(limits.min), float(limits.max)
    if channel.full_scale is not None:
        reach = channel.full_scale / abs(channel.scale)
        lowest, highest = max(lowest, channel.offset - reach), min(highest, channel.offset + reach)
    # Counts that lie beyond the range already, by a wrong full scale, stay where they are.
    lowest, highest = min(lowest, float(counts.min())), max(highest, float(counts.max()))
    exact = np.clip(counts + np.where(current.valid, added, 0.0), lowest, highest)
    whole = np.floor(exact + np.random.default_rng(0).random(counts.size))
    return np.asarray(whole.astype(current.counts.dtype))
