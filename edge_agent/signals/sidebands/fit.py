"""The pair of sidebands at (1 ± 2s)f that broken rotor bars put beside the line, measured by least squares.

What is measured is the logarithm z of the current's space vector over its carrier: its real part is the
amplitude modulation (AM), its imaginary part the phase modulation (PM, rad). As ln(1 + m) = m for small m, a
sideband of the ratio U at +2sf and one of L at -2sf are two lines in z, and AM and PM simply add:

    z(t) = drift(t) + U exp(jwt) + L exp(-jwt) + higher pairs + noise,    w = 2 pi 2sf
"""

from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from edge_agent.limits import SIDEBANDS
from edge_agent.signals.dsp.carrier import Baseband
from edge_agent.signals.dsp.filters import zoom
from edge_agent.signals.dsp.tones import HANN_MAIN_LOBE_BINS, hann, rotation
from edge_agent.signals.sidebands.drift import Drift

_HARMONICS = (1, 2, 3)
"""Pairs at 2sf, 4sf and 6sf are fitted together, so that the higher ones do not leak into the first."""
_SAME_CYCLES = 0.4
"""Two lines nearer than this, in cycles of the window, cannot be told apart: under half a bin."""
_SLOW_SHARE = 0.4
"""The drift reaches up to this share of 2sf: it takes up the supply's wander and leaves the pair. Judgement,
held by the rotor sets of tests/bench/bench_evidence.py."""
_RIDGE = 1e-9
"""Relative addition to the diagonal of the normal equations: the drift's cosines and its linear term are
nearly dependent, and without it rounding would decide between them."""
_SEARCH_STEP = 0.1
"""Step of the search in bins of the window: a tenth loses less than 0.1 dB of a tapered line."""
_RMS_OVER_MEDIAN = 1.2
"""Rms over median of Rayleigh-distributed levels: 1/sqrt(ln 2) = 1.2."""
_NEAR = np.array([0.62, 0.7, 0.78])
"""Places between carrier and pair where the floor is read, units of 2sf: outside the main lobes of both.
Judgement."""
_FAR = np.array([1.25, 1.35, 1.45, 1.6])
"""Places between the 2sf pair and the 4sf pair, units of 2sf: outside the main lobes of both. Judgement."""
_FARTHER = np.array([1.75, 1.85, 2.2, 2.35, 2.5])
"""Places around the 4sf pair, units of 2sf: they show how the floor falls with the distance. Judgement."""
_FOREIGN = 3.0
"""A level this many times the one farther out is a foreign line, not the floor. Judgement, held by the
rotor sets of tests/bench/bench_evidence.py."""
_TAKEN_BY_FIT = 1.5
"""In a short window the fitted lines also take up a third of the noise at the places beyond them."""
_STEEPEST = 2.0
"""The phase of a wandering supply falls with the square of the distance: to half from 2sf to the places
beyond it."""
_BESIDE = np.concatenate([_NEAR, _FAR, _FARTHER])
_PARTS = (slice(_NEAR.size), slice(_NEAR.size, -_FARTHER.size), slice(-_FARTHER.size, None))
FLOOR_RATIOS = np.concatenate([_NEAR, _FAR])
"""Where the floor beside a line at 2sf is read, in units of 2sf."""


@dataclass(frozen=True, slots=True)
class SidebandPair:
    """The lines at ±2sf as complex ratios to the carrier, and the floor around them.

    Each pair of lines is AM and PM at 2sf, and the other way round. Of U exp(jwt) + L exp(-jwt) the real part
    is Re (U + L*) exp(jwt), the AM, and the imaginary part Re -j (U - L*) exp(jwt), the PM.
    """

    upper: complex
    """U, the line at (1 + 2s)f over the carrier."""
    lower: complex
    """L, the line at (1 - 2s)f over the carrier."""
    floor: float
    """Rms of the floor at ±2sf, as a ratio to the carrier; single foreign lines do not count."""
    amplitude_floor: float
    """The same of the AM alone, which a wandering supply hardly disturbs."""
    phase_floor: float
    """The same of the PM alone, rad."""
    pole_pass_hz: float
    """2sf at which they were measured."""
    slip: float
    """s of this 2sf."""
    cycles: float
    """K = T 2sf: how many pole-pass cycles the window holds."""
    higher_sums: tuple[float, ...] = ()
    """(I_L + I_U) / I of the pairs at ±4sf and ±6sf, as far as they lie within the band."""
    at_edge: bool = False
    """The search ended at a bound of its range: the true pair may lie beyond it."""

    @property
    def stands_out(self) -> bool:
        """True if the pair lies above its floor by the detection margin."""
        return self.linear_sum / 2 > 10 ** (SIDEBANDS.detection_margin_db / 20) * self.floor

    @property
    def is_clear(self) -> bool:
        """True if the pair stands out within the bounds of the range in which it was searched."""
        return self.stands_out and not self.at_edge

    def is_multiple_of(self, first: "SidebandPair") -> bool:
        """True if this may be the pair at 4sf or 6sf of the bars whose 2sf pair is `first`."""
        return min(abs(self.cycles - order * first.cycles) for order in _HARMONICS[1:]) < _SAME_CYCLES

    @property
    def linear_sum(self) -> float:
        """(I_L + I_U) / I, which hardly depends on the inertia."""
        return abs(self.upper) + abs(self.lower)

    @property
    def am_phasor(self) -> complex:
        """The amplitude modulation as a phasor at 2sf, relative: U + L*."""
        return self.upper + self.lower.conjugate()

    @property
    def pm_phasor(self) -> complex:
        """The phase modulation as a phasor at 2sf, rad: -j (U - L*)."""
        return -1j * (self.upper - self.lower.conjugate())

    @property
    def am_index(self) -> float:
        """Depth of the amplitude modulation at 2sf, relative."""
        return abs(self.am_phasor)

    @property
    def pm_index(self) -> float:
        """Depth of the phase modulation at 2sf, rad."""
        return abs(self.pm_phasor)

    @property
    def pm_in_phase(self) -> float:
        """The part of the PM in phase with the AM, rad; negative in antiphase."""
        return (self.pm_phasor * self.am_phasor.conjugate()).real / max(self.am_index, 1e-12)

    @property
    def ellipse_angle_deg(self) -> float:
        """Direction of the ellipse's long axis, 0..180: half the angle of U L.

        The tip of the current's phasor draws this ellipse at 2sf: at 0 it is AM alone, at 90 PM alone.
        """
        return float(np.degrees(np.angle(self.upper * self.lower)) / 2 % 180)

    @property
    def ellipse_axis_ratio(self) -> float:
        """Small over large axis of that ellipse: 1 with one sideband alone, 0 with two equal ones."""
        total = self.linear_sum
        return abs(abs(self.upper) - abs(self.lower)) / total if total > 0 else 0.0


class SidebandFit:
    """Weighted least squares of z(t) for the slow drift and the lines at ±2sf, ±4sf and ±6sf at once.

    The drift is a sum of cosines below 2sf and a linear term, the basis D (n, d) of real functions with
    complex coefficients c; the lines are the basis E (n, 2 orders) of exp(±jkwt) with the coefficients x,
    which are the sidebands. With the weights W, a Hann taper, the sum of W |z - D c - E x|² is least where

        | E^H W E   E^H W D |  | x |     | E^H W z |
        | D^T W E   D^T W D |  | c |  =  | D^T W z |

    At once, since in a window of few cycles D and E are not orthogonal: a drift that is fitted first takes
    part of the pair with it, and a pair that is fitted first takes part of the wander. Together, K >= 3
    cycles are enough, where a spectrum needs 4 to part the pair from the carrier. The taper keeps foreign
    lines that no basis function models from leaking into the pair.
    """

    def __init__(self, baseband: Baseband, lowest_pole_pass_hz: float) -> None:
        """Prepare what does not depend on 2sf: D and D^T W D.

        The drift reaches up to a share of `lowest_pole_pass_hz`, the lowest 2sf that will be asked for.
        """
        valid = baseband.valid
        self.rate_hz = baseband.rate_hz
        self._baseband = baseband
        self._length_s = baseband.log.size / baseband.rate_hz
        self._weights = np.zeros(valid.size)
        self._weights[valid] = hann(np.count_nonzero(valid))
        slow_hz = _SLOW_SHARE * lowest_pole_pass_hz
        self._drift = Drift(self._weights, 2 + int(2 * self._length_s * slow_hz))
        self._slow_wanted = self._drift.times(self._weights * baseband.log)

    def spectra(
        self, lowest_hz: float, highest_hz: float
    ) -> tuple[NDArray[np.float64], NDArray[np.complex128], NDArray[np.complex128]]:
        """Return (2sf, upper, lower) of the pairs between two bounds, each (n,), up to a common factor.

        A solution of the system for each 2sf would cost too much for a search. So the drift is taken out
        once, with the lines at the middle of the range, and the rest is a spectrum on a fine grid (chirp-z
        transform), whose taper tells the two sidebands from each other well enough to find the strongest.
        """
        steps = max(2, int((highest_hz - lowest_hz) * self._length_s / _SEARCH_STEP) + 1)
        candidates = np.linspace(lowest_hz, max(lowest_hz, highest_hz), steps)
        modulation = self.modulation(float(np.mean(candidates)))
        tapered = modulation * hann(modulation.size)
        lowest, highest = (float(bound / self.rate_hz) for bound in candidates[[0, -1]])
        upper, lower = zoom(np.stack([tapered, tapered.conj()]), lowest, highest, steps)
        return candidates, upper, lower.conj()

    def pair(self, pole_pass_hz: float) -> SidebandPair:
        """Measure the pair at a known pole-pass frequency 2sf, Hz."""
        orders = [k for k in _HARMONICS if k * pole_pass_hz < 0.4 * self._baseband.carrier_hz] or [1]
        lines, _, residual = self._fit(pole_pass_hz, len(orders))
        floor, am_line_floor, pm_line_floor = self._floors(residual, pole_pass_hz)
        return SidebandPair(
            upper=complex(lines[0]),
            lower=complex(lines[1]),
            floor=floor,
            # AM and PM are real signals: the depth of one is twice the level of its line at 2sf.
            amplitude_floor=2 * am_line_floor,
            phase_floor=2 * pm_line_floor,
            pole_pass_hz=pole_pass_hz,
            slip=pole_pass_hz / 2 / self._baseband.carrier_hz,
            cycles=self._length_s * pole_pass_hz,
            higher_sums=tuple(np.abs(lines[2:]).reshape(-1, 2).sum(axis=1).tolist()),
        )

    def modulation(self, pole_pass_hz: float) -> NDArray[np.complex128]:
        """Return z without the slow drift and with its lines, (n,); zero where samples were lost."""
        _, modulation, _ = self._fit(pole_pass_hz, 2)
        modulation[~self._baseband.valid] = 0.0
        return modulation

    def _fit(
        self, pole_pass_hz: float, orders: int
    ) -> tuple[NDArray[np.complex128], NDArray[np.complex128], NDArray[np.complex128]]:
        """Solve the system of the class; return x (2 orders,), z - D c (n,) and z - D c - E x (n,).

        x comes in the order 2sf, -2sf, 4sf ... Where samples were lost, the weights are zero.
        """
        tones = self._tones(pole_pass_hz, orders)
        weighted = self._weights * tones.conj()
        target, own = self._baseband.log, 2 * orders
        wanted = np.concatenate([weighted @ target, self._slow_wanted])
        gram = np.empty((wanted.size, wanted.size), np.complex128)
        gram[:own, :own] = weighted @ tones.T
        # D is real: its products with a tone and with the conjugate one are conjugate, too.
        gram[:own:2, own:] = self._drift.times(weighted[::2])
        gram[1:own:2, own:] = gram[:own:2, own:].conj()
        gram[own:, :own] = gram[:own, own:].conj().T
        gram[own:, own:] = self._drift.gram
        gram.ravel()[:: wanted.size + 1] *= 1 + _RIDGE  # the diagonal
        lines, slow = np.split(np.linalg.solve(gram, wanted), [own])
        modulation = target - self._drift.sum(slow)
        return lines, modulation, modulation - lines @ tones

    def _tones(self, pole_pass_hz: float, orders: int) -> NDArray[np.complex128]:
        """Return E: tones at 2sf, -2sf, 4sf and so on, (2 orders, n), as powers of the first."""
        baseband = self._baseband
        turns = pole_pass_hz / self.rate_hz
        middle = np.exp(2j * np.pi * pole_pass_hz * baseband.seconds[0])
        first = rotation(-turns, baseband.log.size) * middle
        tones = np.empty((orders, 2, first.size), np.complex128)
        tones[0, 0] = first
        for order in range(1, orders):
            np.multiply(tones[order - 1, 0], first, out=tones[order, 0])
        tones[:, 1] = tones[:, 0].conj()
        return tones.reshape(2 * orders, first.size)

    def _floors(self, residual: NDArray[np.complex128], pole_pass_hz: float) -> list[float]:
        """Return the floors at ±2sf of the residual, of its AM and of its PM, each as the level of a line."""
        tapered = residual * (self._weights / self._weights.sum())
        tones = rotation(_BESIDE * pole_pass_hz / self.rate_hz, tapered.size)
        real, imag = tones @ tapered.real, tones @ tapered.imag
        above, below = real + 1j * imag, real.conj() + 1j * imag.conj()
        cycles = pole_pass_hz * self._length_s
        return [_floor(np.abs(levels), cycles) for levels in ((above, below), (real,), (imag,))]


def _floor(beside: NDArray[np.float64], cycles: float) -> float:
    """Return the rms floor at a line from the levels (sides, places) beside it.

    `cycles` is how many periods of the line the window holds. Medians keep single foreign lines out. The
    floor falls with the distance from the carrier, steeply where it is the supply's wander; so the line's
    own is the geometric mean of a place nearer to the carrier and one farther away, which holds for any
    power law.

    In a short window the places nearer to the carrier lie within the reach of the drift, which has taken the
    wander away there. Then the near level is extrapolated from the slope between the two far ones, no steeper
    than wander falls.
    """
    near, far, farther = (median(beside[:, part].ravel().tolist()) + 1e-12 for part in _PARTS)
    if (_NEAR.mean() - _SLOW_SHARE) * cycles < HANN_MAIN_LOBE_BINS:
        far = _TAKEN_BY_FIT * min(far, _FOREIGN * farther)
        near = max(near, far * min(max(far / farther, 1.0), _STEEPEST) ** 2)
    # A level that rises with the distance, or falls faster than wander does, is that of a foreign line.
    near, far = min(near, _STEEPEST**2 * far), min(far, near)
    return _RMS_OVER_MEDIAN * float(np.sqrt(near * far)) + 1e-7
