"""The slip by the current alone: lines at f ± f_r, which an air gap that is nowhere quite even makes.

The permeance of the gap turns with the rotor, and so the field that it lets through has lines beside the
supply's, as far away as the shaft turns fast. (Thomson, "On-line current monitoring and application of a
finite element method to predict the level of static airgap eccentricity", IEE Proc. B, 1998.) An oscillating
load makes lines in pairs as well, also that of a driven shaft which turns nearly as fast. So only that part
of a pair counts which no oscillation of the speed can make.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from edge_agent.circuit import Circuit
from edge_agent.signals.dsp.carrier import shift
from edge_agent.signals.dsp.filters import smoothed, zoom
from edge_agent.signals.dsp.tones import blackman
from edge_agent.signals.prepared import Current
from edge_agent.signals.slip.range import SlipRange

MIN_LENGTH_S = 10.0
"""Shortest window that is asked, s. Measured: in windows of 2 s on a real rig such lines told a wrong slip in
3 of 98, in 12 s of simulated motors in none."""
_WANDER_S = 1.0
"""The supply's phase is smoothed over this time, s, before it is removed. Judgement, as for slot lines."""
_STEP_BINS = 0.1
"""Step of the search, bins of the window: a line loses less than 0.1 dB between two."""
_BESIDE_BINS = 24
"""How far the floor is read beyond the slips that are looked for, bins on either side. Judgement."""
_MIN_DB = 13.0
"""Level over the floor from which a line counts, dB. Judgement: of 50 bins of noise one passes in 10,000."""
_MIN_LEAD_DB = 6.0
"""Lead over every other line, dB, as of a shaft in the vibration. Judgement."""
_APART_BINS = 3.0
"""Lines this far apart are different ones: the half width of the Blackman taper's main lobe."""
_NOISE = 2.0
"""Noise in units of the median of its level that is exceeded in one of sixteen windows."""
_SLIPS = 6
"""Slips of the range at which the motor may run, where a pair is compared with an oscillation. Judgement."""
_MIN_ACROSS = 0.45
"""What no oscillation of the speed can make, over what it can, from which a pair is not that of a driven
shaft. Measured: driven shafts within 3 % of the speed had at most 0.26 in 60 simulated motors."""
_UNCERTAINTY_BINS = 0.25
"""Error of the place of a line, bins of the window, as of a shaft in the vibration. Judgement."""


@dataclass(frozen=True, slots=True)
class EccentricityLine:
    """The strongest pair of lines at f ± f_r of a range of slips."""

    slip: float
    """Its slip."""
    uncertainty: float
    """How far the true slip may lie from it."""
    level_db: float
    """Level of its stronger line over the floor."""
    lead_db: float
    """Lead over every other line in the range."""
    across: float
    """The part that no oscillation of the speed can make, over the part that it can."""

    @property
    def shows_shaft(self) -> bool:
        """True if it is the shaft of the motor."""
        stands_out = self.level_db >= _MIN_DB and self.lead_db >= _MIN_LEAD_DB
        return stands_out and self.across >= _MIN_ACROSS


class EccentricityLines:
    """Looks for the lines at f ± f_r in the current of one window, for a number of pole pairs."""

    def __init__(self, current: Current, circuit: Circuit, pole_pairs: int) -> None:
        """Prepare; `circuit` tells what an oscillation of the speed makes of the current."""
        self._current = current
        self._circuit = circuit
        self._pole_pairs = pole_pairs
        self._line_hz = current.line.frequency_hz

    def slip_within(self, slips: SlipRange) -> SlipRange | None:
        """Return the slip of the shaft within a range; None if none shows, or the window is too short."""
        line = self.strongest(slips.lowest, slips.highest)
        if line is None or not line.shows_shaft:
            return None
        lowest, highest = line.slip - line.uncertainty, line.slip + line.uncertainty
        return SlipRange(max(0.0, lowest), highest, "eccentricity")

    def strongest(self, lowest: float, highest: float) -> EccentricityLine | None:
        """Return the strongest pair between two slips; None where none can be looked for.

        That is so in a short window, where samples were lost, and where the pair lies at a bound.
        """
        current = self._current
        if self._length_s < MIN_LENGTH_S or not current.valid.all():
            return None
        cell = self._pole_pairs / self._line_hz / self._length_s
        if self._pole_pairs == 1:  # offset and second harmonic lie at no slip
            lowest = max(lowest, _APART_BINS * cell)
        slips = np.arange(lowest - _BESIDE_BINS * cell, highest + _BESIDE_BINS * cell, _STEP_BINS * cell)
        upper, lower = self._spectra(slips)
        floors = [float(np.median(np.abs(side))) + 1e-12 for side in (upper, lower)]
        levels = np.maximum(np.abs(upper) / floors[0], np.abs(lower) / floors[1])
        inside = (slips >= lowest) & (slips <= highest)
        levels[~inside] = 0.0
        best = int(np.argmax(levels))
        if not inside[best - 1 : best + 2].all():
            return None
        if levels[best] <= 0.0:
            return None
        elsewhere = levels[np.abs(slips - slips[best]) > _APART_BINS * cell].max(initial=1.0)
        return EccentricityLine(
            slip=float(slips[best]),
            uncertainty=_UNCERTAINTY_BINS * cell,
            level_db=20 * math.log10(levels[best]),
            lead_db=20 * math.log10(levels[best] / elsewhere),
            across=self._across(
                self._line_hz * (1 - float(slips[best])) / self._pole_pairs,
                np.linspace(lowest, highest, _SLIPS),
                (complex(upper[best]), complex(lower[best])),
                floors,
            ),
        )

    @property
    def _length_s(self) -> float:
        return self._current.vector.size / self._current.rate_hz

    @cached_property
    def _shifted(self) -> tuple[NDArray[np.complex128], float]:
        """The current from (1 ± 1/p) f, without the supply's wander, (2, n), and its rate.

        At no slip the upper line lies at zero, and so does the lower one; both fall with the slip.
        """
        current, line_hz = self._current, self._line_hz
        orders = np.array([1 + 1 / self._pole_pairs, 1 - 1 / self._pole_pairs])
        sides = []
        for order in orders:
            (side,), rate_hz = shift(current.vector[np.newaxis], current.rate_hz, float(order * line_hz))
            sides.append(side)
        baseband = current.baseband
        phase = smoothed(baseband.log.imag, round(_WANDER_S * baseband.rate_hz))
        count = min(phase.size, sides[0].size)
        still = np.stack(sides)[:, :count] * np.exp(-1j * np.outer(orders, phase[:count]))
        return np.stack([still[0], still[1].conj()]), rate_hz

    def _spectra(self, slips: NDArray[np.float64]) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
        """Return U and the conjugate of L at evenly spaced slips, each (slips,), up to a common factor."""
        sides, rate_hz = self._shifted
        per_slip = self._line_hz / self._pole_pairs / rate_hz
        tapered = sides * blackman(sides.shape[1])
        lowest, highest = float(-slips[0] * per_slip), float(-slips[-1] * per_slip)
        upper, lower = zoom(tapered, lowest, highest, slips.size)
        return upper, lower

    def _across(
        self, shaft_hz: float, slips: NDArray[np.float64], pair: tuple[complex, complex], floors: list[float]
    ) -> float:
        """Return the part of a pair (U, L*) that no oscillation of the speed can make, over the rest.

        The parts of the vector at right angles to (u, l*) and along it; see sidebands/equivalent_bars.py. The
        direction is that of the slip of the motor, which is not known yet: of several `slips` the least
        counts. Noise may pass for the first part, and is taken off.
        """
        upper, lower = pair
        found = []
        for slip in slips:
            swing = self._circuit.speed_swing(float(slip), np.array([shaft_hz]), self._line_hz)
            turn = complex(swing[1][0]).conjugate() / complex(swing[0][0])
            across = abs(lower - upper * turn) - _NOISE * math.hypot(floors[1], floors[0] * abs(turn))
            found.append(across / max(abs(upper + lower * turn.conjugate()), 1e-12))
        return min(found)
