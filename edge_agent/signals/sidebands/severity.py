"""How many bars the sidebands stand for: compensated for load, with the range in which the truth lies."""

import cmath
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from edge_agent.circuit import Circuit, typical_rotor_bars
from edge_agent.limits import BARS, SIDEBANDS
from edge_agent.motor import Nameplate
from edge_agent.signals.sidebands.fit import SidebandPair

_NORMAL_90 = 1.645
"""Half width of the middle 90 % of a normal distribution, in standard deviations."""
_SPREAD = 0.1
"""Standard deviation of the estimate about the truth, relative: temperature, the plate's fit."""
_SPREAD_UNKNOWN_BARS = 0.2
"""The same of the number of rotor bars, where the plate does not state it."""
_MAX_LOAD = 1.3
"""Loads beyond are judged as this one: the circuit is fitted up to there. Judgement."""
_AMPLITUDE_SHARE = ((0.125, 0.93), (0.25, 0.83), (0.5, 0.62))
"""By load, the share of both sidebands' sum by which bars swing the amplitude; from simulated machines."""
_AMPLITUDE_SPREAD = ((0.125, 0.19), (0.25, 0.19), (0.5, 0.3))
"""By load, the relative standard deviation of an estimate by it, since the share depends on the inertia."""


def least_cycles(load: float) -> float:
    """Pole-pass cycles that a window must hold at a load for bars to be counted."""
    return SIDEBANDS.min_cycles_light if load <= SIDEBANDS.amplitude_up_to_load else SIDEBANDS.min_cycles


def least_load(circuit: Circuit, length_s: float, line_hz: float) -> float:
    """Return the load, per unit of the rated torque, from which a window of `length_s` can be judged."""
    light, usual = (
        circuit.load_at_slip(cycles / length_s / 2 / line_hz)
        for cycles in (SIDEBANDS.min_cycles_light, SIDEBANDS.min_cycles)
    )
    return max(light if light <= SIDEBANDS.amplitude_up_to_load else usual, SIDEBANDS.min_load)


@dataclass(frozen=True, slots=True)
class _Witness:
    """One way to count bars."""

    name: str
    """As `EquivalentBars.witness` calls it."""
    linear: float
    """Bars if each showed as much as one alone."""
    floor: float
    """Rms of noise in that number."""
    spread: float
    """Relative standard deviation about the truth, without noise."""
    leak: float = 0.0
    """Standard deviation by what a load swings, in the same number."""


@dataclass(frozen=True, slots=True)
class EquivalentBars:
    """Adjacent broken bars that would give the same sidebands."""

    value: float
    """Best estimate."""
    interval: tuple[float, float]
    """Holds the truth in nine of ten windows."""
    limit: float
    """The smallest number that this window would have shown."""
    witness: str
    """What told them: `sidebands`, what of both no load can swing, or `amplitude`, what they swing of it."""
    load_swing: float
    """Bars that the rest of the pair would pass for, which a swing of the speed can make."""
    load_swing_angle_deg: float
    """Ellipse angle at which a swing of the speed stands, 0..180."""
    across: float
    """What of the pair no swing of the speed can make, as a ratio to the carrier."""


@dataclass(frozen=True, slots=True)
class _Split:
    """A pair parted by what a swing of the speed can make and what it cannot, as ratios to the carrier.

    A load that oscillates moves the current along one path, of the circuit's `speed_swing`, and so does the
    ripple that broken bars themselves cause, whatever the inertia. The asymmetry of the rotor makes the lower
    sideband alone; what of it stands across that path is seen, and scaled to the whole.
    """

    across: float
    """The lower sideband that infinite inertia would leave."""
    along: float
    """Sum of both sidebands of the swing of the speed that fits best."""
    angle_deg: float
    """Ellipse angle of that swing."""
    floor: float
    """Rms of noise in `across`, as far as it goes with what is measured; as much turns it."""


def at_load(table: Sequence[tuple[float, float]], load: float) -> float:
    """Return the value of a table (load, value) at a load, linear in between and level beyond its ends."""
    loads, values = zip(*table, strict=True)
    return float(np.interp(load, loads, values))


class BarScale:
    """Turns sidebands into bars, by the motor's circuit."""

    def __init__(self, nameplate: Nameplate, circuit: Circuit) -> None:
        self._circuit = circuit
        self._bars = nameplate.rotor_bars or typical_rotor_bars(nameplate.poles)
        self._bars_spread = 0.0 if nameplate.rotor_bars else _SPREAD_UNKNOWN_BARS

    def per_ratio(self, slip: float) -> float:
        """Return bars per relative sideband of a small asymmetry: N_b / G over the share that shows of it.

        The share is that of common inter-bar currents and temperatures, from the simulation of whole
        machines.
        """
        load = self._load(slip)
        return self._bars / (0.90 * (0.79 + 0.11 * load) * self._circuit.sideband_gain(slip))

    def measure(self, pair: SidebandPair) -> EquivalentBars:
        """Count the equivalent bars of a measured pair, by the witness that leaves the narrower interval.

        Next to the line the supply's wander is the floor. It turns the phase of the current; broken bars at
        light load swing its amplitude, where next to nothing hides them. Under load they turn the phase,
        too, but far enough from the line, and what no swing of the speed can make is asked alone.
        """
        split = self._split(pair, pair.slip)
        witnesses = self._witnesses(pair, split)
        # Compared at the same number: else the one that shows less, and so looks surer, would be heard.
        usual = self._count(witnesses[0].linear, pair.slip)
        heard = min(witnesses, key=lambda witness: self._margin(usual, witness))
        value = self._count(heard.linear, pair.slip)
        margin = self._margin(value, heard)
        limit = self._count(10 ** (SIDEBANDS.detection_margin_db / 20) * heard.floor, pair.slip)
        return EquivalentBars(
            value=value,
            interval=(max(0.0, value - margin), value + margin),
            limit=limit,
            witness=heard.name,
            load_swing=self.per_ratio(pair.slip) * split.along,
            load_swing_angle_deg=split.angle_deg,
            across=split.across,
        )

    def over_load_swing(self, pair: SidebandPair, slip: float) -> float:
        """Bars beyond a casting's, per bar that the rest would pass for if a load swings it at `slip`."""
        split, scale = self._split(pair, slip), self.per_ratio(pair.slip)
        return (self._count(scale * split.across, pair.slip) - BARS.sound) / max(scale * split.along, 1e-9)

    def _split(self, pair: SidebandPair, slip: float) -> _Split:
        line_hz = pair.pole_pass_hz / 2 / pair.slip
        swing = self._circuit.speed_swing(slip, np.array([pair.pole_pass_hz]), line_hz)
        upper, lower = (complex(side[0]) for side in swing)
        turn = lower.conjugate() / upper
        along = abs(pair.upper + pair.lower.conjugate() * turn.conjugate()) / (1 + abs(turn) ** 2)
        amplitude, phase = abs(1 - turn) * pair.amplitude_floor, abs(1 + turn) * pair.phase_floor
        return _Split(
            across=abs(pair.lower.conjugate() - pair.upper * turn),
            along=along * (1 + abs(turn)),
            angle_deg=math.degrees(cmath.phase(upper * lower)) / 2 % 180,
            floor=math.hypot(amplitude, phase) / 2 / math.sqrt(2),
        )

    def _witnesses(self, pair: SidebandPair, split: _Split) -> list[_Witness]:
        scale, load = self.per_ratio(pair.slip), self._load(pair.slip)
        leak = BARS.path_error * scale * split.along
        witnesses = [_Witness("sidebands", scale * split.across, scale * split.floor, _SPREAD, leak)]
        if load <= SIDEBANDS.amplitude_up_to_load:
            scale /= at_load(_AMPLITUDE_SHARE, load)
            bars, floor = scale * pair.amplitude_swing, scale * pair.amplitude_floor
            witnesses.append(_Witness("amplitude", bars, floor, at_load(_AMPLITUDE_SPREAD, load)))
        return witnesses

    def _margin(self, bars: float, witness: _Witness) -> float:
        relative = math.hypot(witness.spread, self._bars_spread)
        return _NORMAL_90 * math.hypot(relative * bars, witness.floor, witness.leak)

    def _count(self, linear: float, slip: float) -> float:
        """Solve n (1 + b n) = linear: several bars show more than their number, the more so under load."""
        bend = 0.095 * self._load(slip)
        return (math.sqrt(1 + 4 * bend * linear) - 1) / (2 * bend) if bend > 0 else linear

    def _load(self, slip: float) -> float:
        return min(max(self._circuit.load_at_slip(slip), 0.0), _MAX_LOAD)
