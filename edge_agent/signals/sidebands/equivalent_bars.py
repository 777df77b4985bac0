"""How many bars the sidebands mean, with the interval that holds the truth in nine of ten windows.

Two things make a pair at 2sf: broken bars, and a load that happens to oscillate at that frequency. They
differ in the direction of the pair. Written as the vector (U, L*), upper and conjugate lower sideband:

- An oscillation of the speed makes A (u, l*) with any complex A. The direction (u, l*) is that of the motor's
  circuit at this slip (`Circuit.speed_swing`), whatever drives the oscillation.
- The asymmetry of the rotor makes the lower sideband alone, (0, B*). It also makes torque ripple, which moves
  the speed as far as the inertia lets it, and so adds something along (u, l*) again.

So two unknowns are solved for from two equations, U = A u and L* = A l* + B*: B is what no oscillating load
can make, and at any inertia it is the sideband that infinite inertia would leave. Bars are counted by B.
"""

import cmath
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from edge_agent.circuit import Circuit, Complexes, Floats, typical_rotor_bars
from edge_agent.limits import BARS, SIDEBANDS
from edge_agent.motor import Nameplate
from edge_agent.signals.sidebands.fit import SidebandPair

_SHOWN_OF_A_BAR = (0.90, 0.79, 0.11)
"""Share of an asymmetry 1 / N_b that one broken bar shows: 0.90 (0.79 + 0.11 load). Inter-bar currents and
the temperature of the rotor take the rest; measured on simulated machines."""
_BEND_PER_LOAD = 0.095
"""b of n (1 + b n) per unit of load: adjacent broken bars load their neighbours and so show more than their
number; measured on simulated machines."""
_MAX_LOAD = 1.3
"""Loads beyond are judged as this one: the circuit is fitted up to there. Judgement."""
_NORMAL_90 = 1.645
"""Half width of the middle 90 % of a normal distribution, in standard deviations."""
_SPREAD = 0.1
"""Standard deviation of the estimate about the truth, relative: temperature, the plate's fit."""
_SPREAD_UNKNOWN_BARS = 0.2
"""The same of the number of rotor bars, where the plate does not state it."""
_MOST_UNKNOWN_BARS = 44 / 28
"""Largest number of rotor bars over the typical one, where the plate does not state it. Judgement: of four
poles, common cages have up to 44 bars, and 28 are assumed."""
_AMPLITUDE_SHARE = ((0.125, 0.93), (0.25, 0.83), (0.5, 0.62))
"""By load, the AM index over the sum of both sidebands that broken bars make; from simulated machines."""
_AMPLITUDE_SPREAD = ((0.125, 0.19), (0.25, 0.19), (0.5, 0.3))
"""By load, the relative standard deviation of an estimate by AM alone, whose share depends on the inertia."""
_SCALE_STEPS = 12
"""Slips of a spectrum, evenly over the logarithm, at which its scale is computed; in between it is linear.
Judgement: it tells where a fit is worth its time, and counts nothing."""


def bend(load: float) -> float:
    """Return b of n (1 + b n), what n adjacent broken bars show together over what each shows alone."""
    return _BEND_PER_LOAD * min(max(load, 0.0), _MAX_LOAD)


def least_cycles(load: float) -> float:
    """Return the pole-pass cycles that a window must hold at a load for bars to be counted."""
    return SIDEBANDS.min_cycles_light if load <= SIDEBANDS.amplitude_up_to_load else SIDEBANDS.min_cycles


def least_load(circuit: Circuit, length_s: float, line_hz: float) -> float:
    """Return the load, per unit of the rated torque, from which a window of `length_s` can be judged."""
    light, usual = (
        circuit.load_at_slip(cycles / length_s / 2 / line_hz)
        for cycles in (SIDEBANDS.min_cycles_light, SIDEBANDS.min_cycles)
    )
    return max(light if light <= SIDEBANDS.amplitude_up_to_load else usual, SIDEBANDS.min_load)


CountedBy = Literal["sidebands", "amplitude"]
"""What bars are counted by: what of both sidebands no oscillating load can make, or the AM alone."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to count the bars, with its errors, all in bars."""

    by: CountedBy
    """What is read."""
    linear: float
    """Bars if several together showed just as much as they do alone."""
    floor: float
    """Standard deviation by noise."""
    spread: float
    """Relative standard deviation about the truth, without noise."""
    leak: float = 0.0
    """Standard deviation by an oscillation of the speed that the circuit's error lets through."""

    def margin(self, bars: float) -> float:
        """Return half the width of the interval around `bars`; its errors are independent."""
        return _NORMAL_90 * math.hypot(self.spread * bars, self.floor, self.leak)


@dataclass(frozen=True, slots=True)
class EquivalentBars:
    """Adjacent broken bars that would make the same sidebands."""

    value: float
    """Best estimate."""
    interval: tuple[float, float]
    """Holds the truth in nine of ten windows."""
    limit: float
    """The smallest number that this window would have shown."""
    by: CountedBy
    """What they were counted by; published as `equivalent_bars_by`."""
    oscillation: float
    """Bars that the rest of the pair, which an oscillation of the speed can make, would pass for."""
    oscillation_angle_deg: float
    """Ellipse angle of the pair that an oscillation of the speed makes, 0..180."""
    across: float
    """|B|, the part of the pair that no oscillation of the speed can make, as a ratio to the carrier."""
    at_most: float
    """Upper end of the interval, or the limit, in a cage of as many rotor bars as are possible."""


@dataclass(frozen=True, slots=True)
class _Parts:
    """A pair split into what an oscillation of the speed can make and what it cannot, as ratios."""

    across: float
    """|B|: the lower sideband that infinite inertia would leave."""
    along: float
    """Sum of both sidebands of the oscillation of the speed that is nearest to the pair."""
    angle_deg: float
    """Ellipse angle of an oscillation of the speed."""
    floor: float
    """Rms noise of `across`."""


def at_load(table: Sequence[tuple[float, float]], load: float) -> float:
    """Return the value of a table (load, value) at a load, linear in between and level beyond its ends."""
    loads, values = zip(*table, strict=True)
    return float(np.interp(load, loads, values))


class BarScale:
    """Turns sidebands into bars, by the motor's circuit."""

    def __init__(self, nameplate: Nameplate, circuit: Circuit, path_error: float = BARS.path_error) -> None:
        """Prepare; `path_error` is how well the circuit tells what an oscillating load can make."""
        self._path_error = path_error
        self.nameplate = nameplate
        self.circuit = circuit
        self._bars = nameplate.rotor_bars or typical_rotor_bars(nameplate.poles)
        self._bars_spread = 0.0 if nameplate.rotor_bars else _SPREAD_UNKNOWN_BARS
        self._most_bars = 1.0 if nameplate.rotor_bars else _MOST_UNKNOWN_BARS

    def per_ratio(self, slip: float) -> float:
        """Return the bars per relative sideband of a small asymmetry, at infinite inertia.

        One broken bar is an asymmetry of 1 / N_b, of which a share shows, and an asymmetry makes a sideband
        of G times itself (`Circuit.sideband_gain`): so N_b / (share G).
        """
        common, idle, per_load = _SHOWN_OF_A_BAR
        share = common * (idle + per_load * self._load(slip))
        return self._bars / (share * self.circuit.sideband_gain(slip))

    def ratio_of(self, bars: float, slip: float) -> float:
        """Return |B|, as a ratio to the carrier, that so many equivalent bars make: `measure` backwards."""
        return bars * (1 + _BEND_PER_LOAD * self._load(slip) * bars) / self.per_ratio(slip)

    def across(self, pair: SidebandPair, slip: float) -> complex:
        """Return B*, the part of a pair that no oscillation of the speed at a motor with `slip` can make.

        The solution of the two equations of the module: B* = L* - U l* / u.
        """
        upper, lower = self._speed_swing(pair, slip)
        return pair.lower.conjugate() - pair.upper * lower.conjugate() / upper

    def measure(self, pair: SidebandPair) -> EquivalentBars:
        """Count the equivalent bars of a measured pair, by the reading with the narrower interval.

        Close to the line the supply's wander is the floor, and it is PM. At light load broken bars modulate
        the amplitude, where hardly anything hides them, so the AM alone may count them. Under load they
        modulate the phase as well, but far from the line, where both sidebands together count them better.
        """
        parts = self._split(pair, pair.slip)
        readings = self._readings(pair, parts)
        # Margins grow with the number. They are compared at one number, or the reading that shows fewer bars
        # would always look the surer one.
        usual = self._count(readings[0].linear, pair.slip)
        surest = min(readings, key=lambda reading: self._margin(usual, reading))
        value = self._count(surest.linear, pair.slip)
        margin = self._margin(value, surest)
        limit = self._count(10 ** (SIDEBANDS.detection_margin_db / 20) * surest.floor, pair.slip)
        return EquivalentBars(
            value=value,
            interval=(max(0.0, value - margin), value + margin),
            limit=limit,
            by=surest.by,
            oscillation=self.per_ratio(pair.slip) * parts.along,
            oscillation_angle_deg=parts.angle_deg,
            across=parts.across,
            at_most=self._most_bars * max(value + surest.margin(value), limit),
        )

    def least_by_amplitude(self, pair: SidebandPair) -> float:
        """Return the lower bound of the bars by the AM alone, which the supply's wander does not reach."""
        reading = self._by_amplitude(pair)
        bars = self._count(reading.linear, pair.slip)
        return max(0.0, bars - self._margin(bars, reading))

    def of_spectrum(self, pole_pass_hz: Floats, upper: Complexes, lower: Complexes, line_hz: float) -> Floats:
        """Return roughly the bars that lines at several 2sf, (n,), mean, by the reading that shows more.

        Args:
            pole_pass_hz: 2sf, rising.
            upper: lines at +2sf, as ratios to the carrier.
            lower: those at -2sf.
            line_hz: frequency of the supply.
        """
        per_hz = 1 / 2 / line_hz
        slips = per_hz * np.geomspace(pole_pass_hz[0], pole_pass_hz[-1], _SCALE_STEPS)
        scales = np.array([self._scales(slip, line_hz) for slip in slips.tolist()])
        per_across, turn, per_amplitude = (np.interp(per_hz * pole_pass_hz, slips, s) for s in scales.T)
        across = per_across.real * np.abs(lower.conj() - turn * upper)
        return np.asarray(np.maximum(across, per_amplitude.real * np.abs(upper + lower.conj())))

    def _scales(self, slip: float, line_hz: float) -> tuple[complex, complex, complex]:
        """Return the bars per |B|, l* / u of an oscillation of the speed, and the bars per AM index."""
        upper, lower = self.circuit.speed_swing(slip, np.array([2 * slip * line_hz]), line_hz)
        load, scale = self._load(slip), self.per_ratio(slip)
        light = load <= SIDEBANDS.amplitude_up_to_load
        per_amplitude = scale / at_load(_AMPLITUDE_SHARE, load) if light else 0.0
        return scale, complex(lower[0].conj() / upper[0]), per_amplitude

    def over_oscillation(self, pair: SidebandPair, slip: float) -> float:
        """Return the bars beyond a sound casting's, per bar that the oscillating part would pass for.

        Of a load that oscillates at a motor with `slip`, which may be another one than that of the pair.
        """
        parts, scale = self._split(pair, slip), self.per_ratio(pair.slip)
        return (self._count(scale * parts.across, pair.slip) - BARS.sound) / max(scale * parts.along, 1e-9)

    def _split(self, pair: SidebandPair, slip: float) -> _Parts:
        """Split a pair by the direction (u, l*) that an oscillation of the speed has at `slip`.

        `across` solves the two equations of the module exactly. `along` is another question, how much of an
        oscillation there can be at most: the orthogonal projection of (U, L*) on (u, l*).
        """
        upper, lower = self._speed_swing(pair, slip)
        turn = lower.conjugate() / upper
        along = abs(pair.upper + pair.lower.conjugate() * turn.conjugate()) / (1 + abs(turn) ** 2)
        # With U = (AM + j PM) / 2 and L* = (AM - j PM) / 2, B* = ((1 - turn) AM - j (1 + turn) PM) / 2. Only
        # the noise in phase with B changes its magnitude, half of its power.
        amplitude, phase = abs(1 - turn) * pair.amplitude_floor, abs(1 + turn) * pair.phase_floor
        return _Parts(
            across=abs(self.across(pair, slip)),
            along=along * (1 + abs(turn)),
            angle_deg=math.degrees(cmath.phase(upper * lower)) / 2 % 180,
            floor=math.hypot(amplitude, phase) / 2 / math.sqrt(2),
        )

    def _speed_swing(self, pair: SidebandPair, slip: float) -> tuple[complex, complex]:
        """Return u and l, the sidebands of an oscillation of the speed at the pair's 2sf."""
        line_hz = pair.pole_pass_hz / 2 / pair.slip
        swing = self.circuit.speed_swing(slip, np.array([pair.pole_pass_hz]), line_hz)
        upper, lower = (complex(side[0]) for side in swing)
        return upper, lower

    def _readings(self, pair: SidebandPair, parts: _Parts) -> list[_Reading]:
        """Return the reading by both sidebands, and at light load that by the AM alone."""
        scale, load = self.per_ratio(pair.slip), self._load(pair.slip)
        leak = self._path_error * scale * parts.along
        readings = [_Reading("sidebands", scale * parts.across, scale * parts.floor, _SPREAD, leak)]
        if load <= SIDEBANDS.amplitude_up_to_load:
            readings.append(self._by_amplitude(pair))
        return readings

    def _by_amplitude(self, pair: SidebandPair) -> _Reading:
        load = self._load(pair.slip)
        scale = self.per_ratio(pair.slip) / at_load(_AMPLITUDE_SHARE, load)
        bars, floor = scale * pair.am_index, scale * pair.amplitude_floor
        return _Reading("amplitude", bars, floor, at_load(_AMPLITUDE_SPREAD, load))

    def _margin(self, bars: float, reading: _Reading) -> float:
        """Return half the width of the interval around `bars`, with that of unknown rotor bars."""
        return math.hypot(reading.margin(bars), _NORMAL_90 * self._bars_spread * bars)

    def _count(self, linear: float, slip: float) -> float:
        """Solve n (1 + b n) = linear for n: several bars show more than their number, more so under load."""
        b = bend(self._load(slip))
        return (math.sqrt(1 + 4 * b * linear) - 1) / (2 * b) if b > 0 else linear

    def _load(self, slip: float) -> float:
        return min(max(self.circuit.load_at_slip(slip), 0.0), _MAX_LOAD)
