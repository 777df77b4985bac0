"""The current seen from its own carrier: what is left is what the machine modulates."""

from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from edge_agent.limits import SAMPLES
from edge_agent.refusals import of_samples
from edge_agent.signals.dsp.decimation import decimate_whole, unbroken
from edge_agent.signals.dsp.filters import convolve_inside, kaiser_design, low_pass_taps
from edge_agent.signals.dsp.tones import rotation
from edge_agent.verdict import Refusal

BASEBAND_RATE_HZ = 125.0
"""Rate of the demodulated current: room for 2sf, 4sf and 6sf on both sides of the line."""

PASSED_SHARE = 0.75
"""Share of the line's frequency up to which modulation passes whole: ±6sf are looked at up to 0.4 of it, and
images show at most 3.2 times 2sf; judgement."""
STOPPED_SHARE = 0.95
"""Share from which nothing passes: the second harmonic and an offset of the sensors lie at 1; judgement."""
STOPPED_BY_DB = 100.0
"""Attenuation from there on: a line of -6 dBc leaves less than any converter's own noise; judgement."""
_SCALED_BETWEEN_HZ = (20.0, 70.0)
"""Line frequencies that the band scales with: below, it would be as long as a window, above, wider than the
baseband has room for; judgement."""
_TAPS_PER_STEP = 12
"""Length of the filter per step of the decimation: it is flat to 30 Hz at the usual rate. Judgement."""
_MAX_PERIODS = 5
"""Periods among which a whole number of samples is sought: at 1 kHz one of them comes within a sixth of a
sample, and hardly a sideband turns meanwhile; judgement."""


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
    start_s: float = 0.0
    """Time of the first sample after the first one of the vector, where the removed phase is zero."""

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
    return Baseband(
        log=_low_pass(log, factor),
        valid=unbroken(valid, _taps(factor).size, factor),
        rate_hz=rate_hz / factor,
        carrier_hz=carrier_hz,
        start_s=_taps(factor).size // 2 / rate_hz,
    )


def check_bridged(baseband: Baseband) -> Refusal | None:
    """Refuse too many lost samples: few of them, one here and one there, can touch all of a window."""
    bridged = 1.0 - float(np.mean(baseband.valid))
    if bridged > SAMPLES.max_bridged_fraction:
        return of_samples.BRIDGED.refuse(bridged)
    return None


def shift(
    samples: NDArray[np.float32] | NDArray[np.complex128], rate_hz: float, frequency_hz: float
) -> tuple[NDArray[np.complex128], float]:
    """Shift signals (channels, n) so that a frequency lies at zero; also return the new rate."""
    factor = max(1, int(rate_hz / BASEBAND_RATE_HZ))
    shifted = samples * rotation(frequency_hz / rate_hz, samples.shape[1])
    return _low_pass(shifted, factor), rate_hz / factor


def _low_pass(samples: NDArray[np.complex128], factor: int) -> NDArray[np.complex128]:
    """Filter and decimate along the last axis; output k rests on as many samples from k factor on as taps."""
    if samples.ndim > 1:
        return np.stack([_low_pass(row, factor) for row in samples])
    return decimate_whole(samples, _taps(factor), factor)


@cache
def _taps(factor: int) -> NDArray[np.float64]:
    """Return taps flat to 30 Hz; what would fold there, from 95 Hz on at the usual rate, is 100 dB down."""
    return low_pass_taps(_TAPS_PER_STEP * factor + 1, 0.9 / factor, beta=10.0)


def _cut_out(samples: NDArray[np.complex128], rate_hz: float, carrier_hz: float) -> NDArray[np.complex128]:
    """Keep what lies nearer to zero than the line's second harmonic and its offset, at the same rate, (n,).

    At its ends the signal goes on as its own mirror image: what that leaves there weighs next to nothing in
    whatever tapers, and transients are not looked for there.
    """
    taps = _band_taps(rate_hz, int(np.clip(carrier_hz, *_SCALED_BETWEEN_HZ)))
    padded = np.pad(samples, taps.size // 2, mode="reflect")
    return convolve_inside(padded, taps)


@lru_cache(maxsize=16)
def _band_taps(rate_hz: float, carrier_hz: int) -> NDArray[np.float64]:
    """Return the band's taps, an odd number; in whole hertz, as a line that wanders needs no new ones."""
    nyquist_hz = rate_hz / 2
    stopped_hz = min(STOPPED_SHARE * carrier_hz, nyquist_hz)
    passed_hz = stopped_hz * PASSED_SHARE / STOPPED_SHARE
    count, beta = kaiser_design(STOPPED_BY_DB, (stopped_hz - passed_hz) / nyquist_hz)
    return low_pass_taps(count, (passed_hz + stopped_hz) / 2 / nyquist_hz, beta)


def _bridge(
    samples: NDArray[np.complex128], valid: NDArray[np.bool_], rate_hz: float, carrier_hz: float
) -> NDArray[np.complex128]:
    """Fill lost samples with those whole periods of the line before and after them.

    So harmonics go on across a gap as if nothing had been lost; a straight line would cut them.
    """
    lost = np.flatnonzero(~valid)
    if not 0 < lost.size < valid.size:
        return samples
    step = _whole_periods(min(rate_hz / max(carrier_hz, 1e-9), samples.size))
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
    """Return the samples, at least one, that come nearest to a whole number of up to five periods."""
    periods = period * np.arange(1, _MAX_PERIODS + 1)
    return max(1, round(float(periods[np.argmin(np.abs(periods - np.round(periods)))])))


def _nearest_valid(lost: NDArray[np.int64], valid: NDArray[np.bool_], step: int) -> NDArray[np.int64]:
    """Return the index of the first valid sample so many steps from each lost one, (n,); -1 if none."""
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
