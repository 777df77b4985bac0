"""Check whether the current belongs to this motor at its slip, which its magnitude alone does not tell."""

import math
from collections.abc import Sequence

from edge_agent.circuit import Circuit
from edge_agent.limits import MAGNITUDES
from edge_agent.motor import Nameplate
from edge_agent.refusals import of_samples
from edge_agent.signals.prepared import Vibration
from edge_agent.signals.slip.range import SlipRange, possible_slips
from edge_agent.signals.slip.sources import ShaftVibration
from edge_agent.signals.supply import Line
from edge_agent.verdict import Refusal

_BOOSTED = (0.5, 3.0)
"""Share of the rated frequency below which a drive may raise the flux, and the factor there; judgement."""
_MAX_SLIP_RATIO = 1.5
"""Slip over the rated one up to which a small current means a wrong scale: a motor that slips farther runs at
a reduced voltage, which lowers the current and raises the slip."""
_MIN_OVER_RATED = 1.25
"""Current over the rated one from which it may be too large for a slip: below, the shaft that was detected
may be another one."""
_MAX_OVER_IDLE = 0.85
"""Current over that of the idling motor up to which it may be too small for a slip: 0.89 was the least of 330
simulated motors with voltages 10 % off."""


class CurrentCheck:
    """Compares the current of one motor with the slip that something else tells."""

    def __init__(self, nameplate: Nameplate, circuit: Circuit, shaft: ShaftVibration) -> None:
        self._nameplate = nameplate
        self._circuit = circuit
        self._shaft = shaft

    def check(
        self, line: Line, slips: SlipRange, vibration: Vibration | None, names: Sequence[str]
    ) -> Refusal | None:
        """Return why the current cannot be that of this motor at its slip; None if it can.

        A slip from the current itself proves nothing here, and a configured speed need not be the present
        one. Then the vibration is searched again, at all possible slips: a current in a wrong scale has
        pointed to the wrong ones. A current above the rated one is an overload, unless another source of the
        slip shows that its scale is wrong.
        """
        over_idle = line.rms_a / self._circuit.no_load_current_rms_a
        if over_idle > _MAX_OVER_IDLE and self._over_rated(line) < _MIN_OVER_RATED:
            return None
        independent: SlipRange | None = slips
        if slips.source in ("current", "configured"):
            possible = possible_slips(self._nameplate)
            independent = None if vibration is None else self._shaft.find(vibration, line, possible)
        refusal = None if independent is None else self._contradiction(line, independent, names)
        if refusal is None and (slips.source == "current" or self._contradiction(line, slips, names)):
            return self.overload(line, names)
        return refusal

    def overload(self, line: Line, names: Sequence[str]) -> Refusal | None:
        """Return the refusal of a current so far above the rated one that it tells no slip; None below.

        `names` are those of its channels.
        """
        over_rated = self._over_rated(line)
        if over_rated < MAGNITUDES.overload:
            return None
        return of_samples.OVERLOADED.refuse(over_rated, channel=", ".join(names))

    def _contradiction(self, line: Line, slips: SlipRange, names: Sequence[str]) -> Refusal | None:
        # The slip frequency and the flux determine the current, whatever the frequency of a drive.
        share = line.frequency_hz / self._nameplate.line_frequency_hz
        slip = slips.middle * share
        factor = line.rms_a / self._circuit.current_rms_a(slip)
        lowest, highest = MAGNITUDES.min_over_slip, MAGNITUDES.max_over_slip
        if self._nameplate.supply == "vfd":
            lowest *= min(share, 1.0)  # drives lower the flux of a fan's motor with its speed
            highest = highest if share > _BOOSTED[0] else _BOOSTED[1]
        may_be_small = line.rms_a < _MAX_OVER_IDLE * self._circuit.no_load_current_rms_a
        if slip > _MAX_SLIP_RATIO * self._nameplate.rated_slip or not may_be_small:
            lowest = 0.0
        if self._over_rated(line) < _MIN_OVER_RATED:
            highest = math.inf
        if lowest <= factor <= highest:
            return None
        limit = lowest if factor < lowest else highest
        return of_samples.CURRENT_OFF_SLIP.refuse(factor, limit, ", ".join(names))

    def _over_rated(self, line: Line) -> float:
        return line.rms_a / self._nameplate.rated_current_a
