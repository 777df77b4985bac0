"""The current seen from its own carrier: what is left is what the machine modulates."""

from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from edge_agent.signals.polyphase import decimate
from edge_agent.signals.rotation import rotation

BASEBAND_RATE_HZ = 125.0
"""Rate of the demodulated current: room for 2sf, 4sf and 6sf on both sides of the line."""

_PASSED = 0.75
_STOPPED = 0.95
_STOPPED_BY_DB = 100.0
_BAND_SCALES_HZ = (20.0, 70.0)
_MAX_PERIODS = 5

@dataclass(frozen=True, slots=True)
class Baseband:
    """Logarithm of the current space vector over its carrier, slowly varying parts included."""

    log: NDArray[np.complex128]
    """(n,): real part ln of the amplitude in A, imaginary part the phase in rad, unwrapped."""
    valid: NDArray[np.bool_]
    """(n,), False where samples were lost."""
    rate_hz: float
    """Samples per second."""
    carrier_hz: float
    """Frequency that was removed."""

    @property
    def length_s(self) -> float:
        """Time that the samples span."""
        return self.log.size / self.rate_hz

    @property
    def seconds(self) -> NDArray[np.float64]:
        """Time of each sample from the middle of the window, (n,)."""
        return np.asarray((np.arange(self.log.size) - (self.log.size - 1) / 2) / self.rate_hz)


def demodulate(
    vector: NDArray[np.complex128], valid: NDArray[np.bool_], rate_hz: float, carrier_hz: float
) -> Baseband:
    """Shift the carrier to zero, keep what lies around it, take the logarithm, decimate.

    The logarithm multiplies all that it is given with itself. Hence the band is cut out sharply before it,
    at the full rate, where no product that it makes can fold, and only its result is decimated.

    Args:
        vector: space vector in positive sequence, (n,), A.
        valid: (n,), which samples rest on received data; the others are bridged linearly.
        rate_hz: rate of both.
        carrier_hz: frequency of the line.
    """
    shifted = vector * rotation(carrier_hz / rate_hz, vector.size)
    bridged = _bridge(shifted, valid, rate_hz, carrier_hz)
    band = _cut_out(bridged, rate_hz, carrier_hz)
    log = np.log(np.maximum(np.abs(band), 1e-12)) + 1j * np.unwrap(np.angle(band))
    factor = max(1, int(rate_hz / BASEBAND_RATE_HZ))
    kept = _low_pass(log, factor)
    lost = np.concatenate(([0], np.cumsum(~valid)))
    first = np.arange(kept.size) * factor
    return Baseband(
        log=kept,
        valid=lost[first + 2 * _half(factor) + 1] == lost[first],
        rate_hz=rate_hz / factor,
        carrier_hz=carrier_hz,
    )


def shift(
    samples: NDArray[np.float32] | NDArray[np.complex128], rate_hz: float, frequency_hz: float
) -> tuple[NDArray[np.complex128], float]:
    """Shift signals (channels, n) so that a frequency stands at zero; also gives the new rate."""
    factor = max(1, int(rate_hz / BASEBAND_RATE_HZ))
    shifted = samples * rotation(frequency_hz / rate_hz, samples.shape[1])
    return _low_pass(shifted, factor), rate_hz / factor


def _half(factor: int) -> int:
    return 6 * factor


def _low_pass(samples: NDArray[np.complex128], factor: int) -> NDArray[np.complex128]:
    """Filter and decimate along the last axis; output k rests on 2 half + 1 samples from k factor on."""
    return np.apply_along_axis(decimate, -1, samples, _taps(factor), factor)


@cache
def _taps(factor: int) -> NDArray[np.float64]:
    return np.asarray(signal.firwin(2 * _half(factor) + 1, 0.9 / factor, window=("kaiser", 10.0)))


def _cut_out(samples: NDArray[np.complex128], rate_hz: float, carrier_hz: float) -> NDArray[np.complex128]:
    """Keep what lies nearer to zero than the line's second harmonic and its offset, at the same rate (n,).

    At its ends the signal goes on as its own mirror image.
    """
    taps = _band_taps(rate_hz, int(np.clip(carrier_hz, *_BAND_SCALES_HZ)))
    padded = np.pad(samples, taps.size // 2, mode="reflect")
    return np.asarray(signal.oaconvolve(padded, taps, mode="valid"))


@lru_cache(maxsize=8)
def _band_taps(rate_hz: float, carrier_hz: int) -> NDArray[np.float64]:
    nyquist_hz = rate_hz / 2
    passed_hz, stopped_hz = (min(share * carrier_hz, 0.98 * nyquist_hz) for share in (_PASSED, _STOPPED))
    size, beta = signal.kaiserord(_STOPPED_BY_DB, (stopped_hz - passed_hz) / nyquist_hz)
    cutoff = (passed_hz + stopped_hz) / 2 / nyquist_hz
    return np.asarray(signal.firwin(size | 1, cutoff, window=("kaiser", beta)))


def _bridge(
    samples: NDArray[np.complex128], valid: NDArray[np.bool_], rate_hz: float, carrier_hz: float
) -> NDArray[np.complex128]:
    """Fill lost samples with what stood whole periods of the line before and after them.

    So harmonics go on across a gap as if nothing had been lost; a straight line would cut them.
    """
    lost = np.flatnonzero(~valid)
    if not 0 < lost.size < valid.size:
        return samples
    step = _whole_periods(rate_hz / carrier_hz)
    before, after = (_nearest_valid(lost, valid, way * step) for way in (-1, 1))
    # What lies beyond an end is that of the other side; where both do, the nearest valid sample must serve.
    known = np.flatnonzero(valid)
    nearest = known[np.clip(np.searchsorted(known, lost), 0, known.size - 1)]
    before, after = np.where(before < 0, after, before), np.where(after < 0, before, after)
    before, after = np.where(before < 0, nearest, before), np.where(after < 0, nearest, after)
    share = np.where(after > before, (lost - before) / np.maximum(after - before, 1), 0.0)
    bridged = samples.copy()
    bridged[lost] = (1 - share) * samples[before] + share * samples[after]
    return bridged


def _whole_periods(period: float) -> int:
    """Samples, at least one, that come nearest to a whole number of up to five periods of so many samples."""
    periods = period * np.arange(1, _MAX_PERIODS + 1)
    return max(1, round(periods[np.argmin(np.abs(periods - np.round(periods)))]))


def _nearest_valid(lost: NDArray[np.int64], valid: NDArray[np.bool_], step: int) -> NDArray[np.int64]:
    """Index of the first valid sample so many steps from each lost one, (n,); -1 where there is none."""
    found = np.full(lost.size, -1)
    at = lost.copy()
    while True:
        at = at + step
        inside = (at >= 0) & (at < valid.size)
        if not (inside & (found < 0)).any():
            return found
        hit = inside & (found < 0)
        hit[hit] = valid[at[hit]]
        found[hit] = at[hit]
