"""A locked rotor: the current of a motor that does not turn flows for longer than a warm motor stands.

This is no protection: it looks once a window. A relay must switch the motor off.
"""

import math

import numpy as np

from edge_agent.conditions.diagnoser import found, refused, sound
from edge_agent.conditions.new_parts import PartsReader
from edge_agent.conditions.normal import Normal, Quantities
from edge_agent.conditions.seen import Seen
from edge_agent.limits import CONDITIONS
from edge_agent.motor import Nameplate
from edge_agent.refusals import of_conditions, of_samples
from edge_agent.signals.checks import quality
from edge_agent.verdict import Fault, Finding, Measured, Severity


class LockedRotor:
    """The diagnoser of a locked rotor. It remembers how long the large current has flowed."""

    fault = Fault.LOCKED_ROTOR

    def __init__(self, nameplate: Nameplate) -> None:
        """Take the rated current of the plate."""
        self._rated_a = nameplate.rated_current_a
        self._off_a = quality.off_below_a(nameplate)
        self._parts = PartsReader()
        self._stall_s = 0.0

    def measure(self, seen: Seen) -> Quantities:
        """Return nothing: the plate is the limit."""
        return {}

    def judge(self, quantities: Quantities, seen: Seen, normal: Normal | None) -> Finding:
        """Return the finding, by how long the current has been far above the rated one."""
        parts = self._parts.read(seen)
        if parts is None:
            return refused(self.fault, seen, of_conditions.NO_CURRENT.refuse(0, 1))
        if not math.isfinite(parts.gap_s) or parts.gap_s > parts.part_s:
            self._stall_s = 0.0
        for part_a in parts.rms_a[~np.isnan(parts.rms_a)]:
            is_high = part_a >= CONDITIONS.locked_over * self._rated_a
            self._stall_s = self._stall_s + parts.part_s if is_high else 0.0
        newest_a = float(np.nanmedian(parts.rms_a)) if np.isfinite(parts.rms_a).any() else 0.0
        if newest_a < self._off_a:
            return refused(self.fault, seen, of_samples.MOTOR_OFF.refuse(newest_a, self._off_a))
        if self._stall_s > CONDITIONS.locked_at_most_s:
            long = of_conditions.STALL_TOO_LONG.refuse(self._stall_s, CONDITIONS.locked_at_most_s)
            return refused(self.fault, seen, long)
        witness = f"the current is {newest_a / self._rated_a:.1f} times the rated one"
        measured = Measured(
            "stall",
            self._stall_s,
            "s",
            CONDITIONS.locked_s,
            CONDITIONS.origin("locked_s"),
            witness=witness,
        )
        if self._stall_s >= CONDITIONS.locked_s:
            return found(self.fault, seen, Severity.DANGER, [measured])
        return sound(self.fault, seen, [measured])
