"""A lost phase: two currents are equal and opposite, the third is gone.

A sensor that fell off looks the same at first sight. But then the other two currents still lie 120 degrees
apart, as their sum flows in the phase that nobody measures.
"""

import math

import numpy as np

from edge_agent.conditions.diagnoser import found, refused, sound
from edge_agent.conditions.normal import Normal, Quantities
from edge_agent.conditions.seen import Seen
from edge_agent.limits import CONDITIONS
from edge_agent.motor import Nameplate
from edge_agent.refusals import of_conditions, of_samples
from edge_agent.signals.checks import quality
from edge_agent.signals.checks.coarse import coarse_currents
from edge_agent.verdict import Fault, Finding, Measured, Refusal, Severity

_PHASES = 2
"""Current channels that it takes at least."""


class PhaseLoss:
    """The diagnoser of a lost phase."""

    fault = Fault.PHASE_LOSS

    def __init__(self, nameplate: Nameplate) -> None:
        """Judge a motor that draws at least the least current of this plate."""
        self._nameplate = nameplate

    def measure(self, seen: Seen) -> Quantities:
        """Return nothing: geometry is the limit."""
        return {}

    def judge(self, quantities: Quantities, seen: Seen, normal: Normal | None) -> Finding:
        """Return the finding, by the angle between the two strongest currents."""
        phasors = self._phasors(seen)
        if isinstance(phasors, Refusal):
            return refused(self.fault, seen, phasors)
        weakest = min(phasors, key=lambda phase: abs(phasors[phase]))
        # With two sensors the third current is minus their sum.
        (first, second) = (phasors[phase] for phase in "abc" if phase != weakest)
        angle_deg = abs(math.degrees(np.angle(first / second)))
        share = abs(phasors[weakest]) / max(abs(first), abs(second))
        measured = [
            Measured(
                "weakest_over_strongest", share, "1", CONDITIONS.lost_share, CONDITIONS.origin("lost_share")
            ),
            Measured(
                "angle_between_phases",
                angle_deg,
                "deg",
                CONDITIONS.lost_angle_deg,
                CONDITIONS.origin("lost_angle_deg"),
            ),
        ]
        if share > CONDITIONS.lost_share or angle_deg < CONDITIONS.lost_angle_deg:
            return sound(self.fault, seen, measured)
        return found(self.fault, seen, Severity.DANGER, measured, weakest)

    def _phasors(self, seen: Seen) -> dict[str, complex] | Refusal:
        """Return the fundamental of each phase, A peak, by its name, or why there is none."""
        if not seen.window.streams:
            return of_conditions.NO_CURRENT.refuse(0, _PHASES)
        stream = seen.window.current
        phases = {name: i for name, i in stream.stream.phases.items() if i not in stream.dead}
        if len(phases) < _PHASES or quality.check_rate(stream, self._nameplate) is not None:
            return of_conditions.NO_CURRENT.refuse(len(phases), _PHASES)
        if stream.lost_samples > CONDITIONS.max_lost_share * stream.valid.size:
            return of_samples.LOST_FRACTION.refuse(stream.lost_samples / stream.valid.size)
        coarse = coarse_currents(stream, self._nameplate.line_frequency_hz)
        rows = dict(zip(stream.stream.phases, np.median(coarse.phasors, axis=1), strict=True))
        known = {name: complex(rows[name]) for name in phases}
        off_a = quality.off_below_a(self._nameplate)
        strongest_a = max(map(abs, known.values())) / math.sqrt(2)
        if strongest_a < off_a:
            return of_samples.MOTOR_OFF.refuse(strongest_a, off_a)
        if len(known) == _PHASES:
            (missing,) = set("abc") - set(known)
            known[missing] = -sum(known.values())
        return known
