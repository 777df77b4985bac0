"""The pair of lines at (1 ± 2s)f that a broken bar puts beside the line."""

from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from edge_agent.limits import SIDEBANDS
from edge_agent.signals.dsp.carrier import Baseband
from edge_agent.signals.dsp.rotation import rotation

_HARMONICS = (1, 2, 3)
"""Pairs at 2sf, 4sf and 6sf are fitted together, so that the higher ones do not leak into the first."""
_SAME_CYCLES = 0.4
"""Two lines nearer than this, in cycles of the window, cannot be told apart: under half a bin."""
_SLOW_SHARE = 0.4
"""Drift terms reach up to this share of 2sf: they take the wander and leave the pair. Judgement, held by
the rotor sets of tests/bench/bench_evidence.py."""
_SEARCH_STEP = 0.1
"""Step of the search in bins of the window: a tenth loses less than 0.1 dB of a tapered line."""
_RMS_OVER_MEDIAN = 1.2
"""Rms over median of Rayleigh-distributed levels: 1/sqrt(ln 2) = 1.2."""
_NEAR = np.array([0.62, 0.7, 0.78])
"""Places between carrier and pair where the floor is read, units of 2sf: outside the lobes of both.
Judgement."""
_FAR = np.array([1.25, 1.35, 1.45, 1.6])
"""Places beyond the pair and below the 4sf pair, units of 2sf: outside the lobes of both. Judgement."""
_FARTHER = np.array([1.75, 1.85, 2.2, 2.35, 2.5])
"""Places around the 4sf pair, units of 2sf: they show how the floor falls with the distance. Judgement."""
_MAIN_LOBE_BINS = 2.0
"""Half width of the Hann taper's main lobe, bins."""
_FOREIGN = 3.0
"""A level this many times the one farther out is a foreign line, not the floor. Judgement, held by the
rotor sets of tests/bench/bench_evidence.py."""
_TAKEN_BY_FIT = 1.5
"""In short windows the fitted lines take a third of what lies on their far side, too."""
_STEEPEST = 2.0
"""The phase of a wandering supply falls with the square of the distance: to half from 2sf to the far side."""
_BESIDE = np.concatenate([_NEAR, _FAR, _FARTHER])
_PARTS = (slice(_NEAR.size), slice(_NEAR.size, -_FARTHER.size), slice(-_FARTHER.size, None))
FLOOR_RATIOS = np.concatenate([_NEAR, _FAR])
"""Where the floor beside a line at 2sf shows, in units of 2sf."""


@dataclass(frozen=True, slots=True)
class SidebandPair:
    """The lines at ±2sf as complex ratios to the carrier, and the floor in which they stand."""

    upper: complex
    """Line at (1 + 2s)f over the carrier."""
    lower: complex
    """Line at (1 - 2s)f over the carrier."""
    floor: float
    """Rms of what stands beside the pair, as a ratio to the carrier; single foreign lines do not count."""
    amplitude_floor: float
    """The same of the amplitude's swing alone, which a supply that wanders hardly disturbs."""
    phase_floor: float
    """The same of the phase's swing alone, rad."""
    pole_pass_hz: float
    """2sf at which they were measured."""
    slip: float
    """s of this 2sf."""
    cycles: float
    """K = T 2sf: how many pole-pass cycles the window holds."""
    higher_sums: tuple[float, ...] = ()
    """(I_L + I_U) / I of the pairs at ±4sf and ±6sf, as far as they lie within the band."""
    at_edge: bool = False
    """The search ended at a bound: the true pair may lie beyond it."""

    @property
    def stands_out(self) -> bool:
        """True if it is told from the floor."""
        return self.linear_sum / 2 > 10 ** (SIDEBANDS.detection_margin_db / 20) * self.floor

    def is_multiple_of(self, first: "SidebandPair") -> bool:
        """True if this may be the pair at 4sf or 6sf of bars whose first one stands at 2sf."""
        return min(abs(self.cycles - order * first.cycles) for order in _HARMONICS[1:]) < _SAME_CYCLES

    @property
    def linear_sum(self) -> float:
        """(I_L + I_U) / I, which hardly depends on inertia."""
        return abs(self.upper) + abs(self.lower)

    @property
    def amplitude_swing(self) -> float:
        """By how much the amplitude of the current swings at 2sf, relative: |upper + lower*|.

        Two lines that only swing the amplitude add up to their sum.
        """
        return abs(self.amplitude)

    @property
    def phase_swing(self) -> float:
        """By how much the phase swings at 2sf, rad: |upper - lower*|."""
        return abs(self.phase)

    @property
    def phase_in_step(self) -> float:
        """The part of the phase's swing in step with the amplitude's, rad; negative if against it."""
        return (self.phase * self.amplitude.conjugate()).real / max(self.amplitude_swing, 1e-12)

    @property
    def amplitude(self) -> complex:
        """The swing of the amplitude as a phasor at 2sf, relative."""
        return self.upper + self.lower.conjugate()

    @property
    def phase(self) -> complex:
        """The swing of the phase as a phasor at 2sf, rad."""
        return -1j * (self.upper - self.lower.conjugate())

    @property
    def ellipse_angle_deg(self) -> float:
        """Half the angle of upper times lower, 0..180: the direction in which the phasor swings."""
        return float(np.degrees(np.angle(self.upper * self.lower)) / 2 % 180)

    @property
    def ellipse_axis_ratio(self) -> float:
        """Small over large axis of the ellipse that the phasor draws: 1 with one line, 0 with two equal."""
        total = self.linear_sum
        return abs(abs(self.upper) - abs(self.lower)) / total if total > 0 else 0.0


class SidebandFit:
    """Joint least squares of the slow drift and the lines ±2ksf in the logarithm of the carrier.

    The logarithm makes amplitude and phase modulation additive, so the drift of supply and load
    needs no tracking loop: it is a handful of cosines below the pair. Lines far above the floor
    do not leak, and K >= 3 cycles are enough (a window function needs 4).
    """

    def __init__(self, baseband: Baseband, lowest_pole_pass_hz: float) -> None:
        """Prepare the fit; drift below a part of the lowest 2sf in question is taken as slow."""
        self.rate_hz = baseband.rate_hz
        self._baseband = baseband
        self._seconds = baseband.seconds[baseband.valid]
        self._target = baseband.log[baseband.valid]
        self._length_s = baseband.log.size / baseband.rate_hz
        self._weights = np.hanning(self._seconds.size + 2)[1:-1]
        self._drift = self._drift_terms(_SLOW_SHARE * lowest_pole_pass_hz)
        self._weighted_drift = self._weights[:, None] * self._drift
        self._drift_gram = self._weighted_drift.T @ self._drift

    def spectra(
        self, lowest_hz: float, highest_hz: float
    ) -> tuple[NDArray[np.float64], NDArray[np.complex128], NDArray[np.complex128]]:
        """Return (2sf, upper, lower) of the pairs between two bounds, each (n,), up to a common factor.

        The second and third are the sidebands as far as a tapered window tells them from each other.
        """
        steps = max(2, int((highest_hz - lowest_hz) * self._length_s / _SEARCH_STEP) + 1)
        candidates = np.linspace(lowest_hz, max(lowest_hz, highest_hz), steps)
        modulation = self.modulation(float(np.mean(candidates)))
        tapered = modulation * np.hanning(modulation.size + 2)[1:-1]
        band = [float(candidates[0]), float(candidates[-1])]
        upper, lower = (
            np.asarray(signal.zoom_fft(side, band, steps, fs=self.rate_hz, endpoint=True), np.complex128)
            for side in (tapered, tapered.conj())
        )
        return candidates, upper, lower.conj()

    def pair(self, pole_pass_hz: float) -> SidebandPair:
        """Measure the pair at a known pole-pass frequency 2sf, Hz."""
        orders = [k for k in _HARMONICS if k * pole_pass_hz < 0.4 * self._baseband.carrier_hz] or [1]
        lines, _, residual = self._fit(pole_pass_hz, len(orders))
        floor, amplitude_floor, phase_floor = self._floors(residual, pole_pass_hz)
        return SidebandPair(
            upper=complex(lines[0]),
            lower=complex(lines[1]),
            floor=floor,
            amplitude_floor=2 * amplitude_floor,
            phase_floor=2 * phase_floor,
            pole_pass_hz=pole_pass_hz,
            slip=pole_pass_hz / 2 / self._baseband.carrier_hz,
            cycles=self._length_s * pole_pass_hz,
            higher_sums=tuple(np.abs(lines[2:]).reshape(-1, 2).sum(axis=1).tolist()),
        )

    def modulation(self, pole_pass_hz: float) -> NDArray[np.complex128]:
        """Log-modulation with the slow drift taken out and the lines left in, (n,); zero where lost."""
        _, modulation, _ = self._fit(pole_pass_hz, 2)
        full = np.zeros(self._baseband.log.size, np.complex128)
        full[self._baseband.valid] = modulation
        return full

    def _drift_terms(self, slow_hz: float) -> NDArray[np.float64]:
        terms = 2 + int(2 * self._length_s * slow_hz)
        phase = np.pi * (self._seconds / self._length_s + 0.5)
        linear = self._seconds[:, None] / self._length_s
        return np.hstack([np.cos(np.outer(phase, np.arange(terms))), linear])

    def _fit(
        self, pole_pass_hz: float, orders: int
    ) -> tuple[NDArray[np.complex128], NDArray[np.complex128], NDArray[np.complex128]]:
        """Return the lines (2 orders,) at 2sf, -2sf, 4sf ..., what is left without drift, and without all."""
        tones = self._tones(pole_pass_hz, orders)
        weighted = self._weights[:, None] * tones.conj()
        shared = weighted.real.T @ self._drift + 1j * (weighted.imag.T @ self._drift)
        gram = np.block([[weighted.T @ tones, shared], [shared.conj().T, self._drift_gram]])
        gram[np.diag_indices_from(gram)] *= 1 + 1e-9
        real, imag = (self._weighted_drift.T @ part for part in (self._target.real, self._target.imag))
        wanted = np.concatenate([weighted.T @ self._target, real + 1j * imag])
        lines, slow = np.split(np.linalg.solve(gram, wanted), [2 * orders])
        modulation = self._target - (self._drift @ slow.real + 1j * (self._drift @ slow.imag))
        return lines, modulation, modulation - tones @ lines

    def _tones(self, pole_pass_hz: float, orders: int) -> NDArray[np.complex128]:
        """Tones at 2sf, -2sf, 4sf and so on, (n, 2 orders)."""
        turn = np.exp(2j * np.pi * pole_pass_hz * self._seconds)
        tones = np.empty((turn.size, orders, 2), np.complex128)
        tones[:, :, 0] = np.cumprod(np.broadcast_to(turn[:, None], tones.shape[:2]), axis=1)
        tones[:, :, 1] = tones[:, :, 0].conj()
        return tones.reshape(turn.size, 2 * orders)

    def _floors(self, residual: NDArray[np.complex128], pole_pass_hz: float) -> list[float]:
        """Rms at ±2sf of what is left, of its real and its imaginary part, each as a line would show it."""
        taper = np.hanning(residual.size + 2)[1:-1]
        tapered = np.zeros(self._baseband.log.size, np.complex128)
        tapered[self._baseband.valid] = residual * (taper / taper.sum())
        tones = rotation(_BESIDE * pole_pass_hz / self.rate_hz, tapered.size)
        real, imag = tones @ tapered.real, tones @ tapered.imag
        above, below = real + 1j * imag, real.conj() + 1j * imag.conj()
        cycles = pole_pass_hz * self._length_s
        return [_floor(np.abs(levels), cycles) for levels in ((above, below), (real,), (imag,))]


def _floor(beside: NDArray[np.float64], cycles: float) -> float:
    """Rms at a line from the levels (sides, ratios) beside it, in a window of so many of its periods.

    What wanders falls steeply with the distance from the carrier, so both sides count alike on a log
    scale. Where the near side lies within the reach of the drift terms, which take the wander away, the
    slope farther out leads there, no steeper than the wander's.
    """
    near, far, farther = (median(beside[:, part].ravel().tolist()) + 1e-12 for part in _PARTS)
    if (_NEAR.mean() - _SLOW_SHARE) * cycles < _MAIN_LOBE_BINS:
        far = _TAKEN_BY_FIT * min(far, _FOREIGN * farther)
        near = max(near, far * min(max(far / farther, 1.0), _STEEPEST) ** 2)
    # A level that rises with the distance, or falls faster than wander does, is that of a foreign line.
    near, far = min(near, _STEEPEST**2 * far), min(far, near)
    return _RMS_OVER_MEDIAN * float(np.sqrt(near * far)) + 1e-7


def decibels(ratio: float) -> float:
    """Level of an amplitude ratio, dB; bounded at -160."""
    return float(20 * np.log10(max(ratio, 1e-8)))
