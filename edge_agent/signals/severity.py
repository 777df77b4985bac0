"""How many bars the sidebands stand for: compensated for load, with the range in which the truth lies."""

import math
from dataclasses import dataclass

from edge_agent.motor import Nameplate
from edge_agent.signals.circuit import Circuit, typical_rotor_bars
from edge_agent.signals.sidebands import DETECTION_MARGIN_DB, SidebandPair

_NORMAL_90 = 1.645
_SPREAD = 0.13
"""Standard deviation of the estimate about the truth, relative: temperature, inertia, the plate's fit."""
_SPREAD_UNKNOWN_BARS = 0.2
"""The same of the number of rotor bars, where the plate does not state it."""
_MOST_LOAD = 1.3


@dataclass(frozen=True, slots=True)
class EquivalentBars:
    """Adjacent broken bars that would give the same sidebands."""

    value: float
    """Best estimate."""
    interval: tuple[float, float]
    """Holds the truth in nine of ten windows."""
    limit: float
    """The smallest number that this window would have shown."""


class BarScale:
    """Turns sidebands into bars, by the motor's circuit."""

    def __init__(self, nameplate: Nameplate, circuit: Circuit) -> None:
        self._circuit = circuit
        self._bars = nameplate.rotor_bars or typical_rotor_bars(nameplate.poles)
        spread = _SPREAD if nameplate.rotor_bars else math.hypot(_SPREAD, _SPREAD_UNKNOWN_BARS)
        self._relative_90 = _NORMAL_90 * spread

    def per_ratio(self, slip: float) -> float:
        """Give bars per (I_L + I_U) / I of a small asymmetry: N_b / G over the share that the sum shows.

        The share is that of common inertias, inter-bar currents and temperatures, from the simulation
        of whole machines.
        """
        load = self._load(slip)
        return self._bars / (0.90 * (0.79 + 0.11 * load) * self._circuit.sideband_gain(slip))

    def measure(self, pair: SidebandPair) -> EquivalentBars:
        """Count the equivalent bars of a measured pair."""
        scale = self.per_ratio(pair.slip)
        value = self._count(scale * pair.linear_sum, pair.slip)
        noise = _NORMAL_90 * scale * pair.floor
        margin = math.hypot(self._relative_90 * value, noise)
        limit = self._count(scale * 10 ** (DETECTION_MARGIN_DB / 20) * pair.floor, pair.slip)
        return EquivalentBars(value, (max(0.0, value - margin), value + margin), limit)

    def _count(self, linear: float, slip: float) -> float:
        """Solve n (1 + b n) = linear: several bars show more than their number, the more so under load."""
        bend = 0.095 * self._load(slip)
        return (math.sqrt(1 + 4 * bend * linear) - 1) / (2 * bend) if bend > 0 else linear

    def _load(self, slip: float) -> float:
        return min(max(self._circuit.load_at_slip(slip), 0.0), _MOST_LOAD)
