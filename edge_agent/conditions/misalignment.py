"""Misalignment or an eccentric air gap: one name for both, since both make the same lines."""

from edge_agent.conditions.diagnoser import found, refused, sound
from edge_agent.conditions.growth import grown
from edge_agent.conditions.normal import Normal, Quantities
from edge_agent.conditions.seen import Seen
from edge_agent.limits import SHAFT
from edge_agent.motor import Nameplate
from edge_agent.refusals import of_vibration
from edge_agent.verdict import Fault, Finding, Measured, Severity

_GAP = "gap_line_dbc"
"""Name of the current's line at f + f_r."""


class Misalignment:
    """The current's line at f + f_r has grown, or the second harmonic of the vibration has.

    A rotor that runs out of the middle of its bore moves the air gap once a turn; a crooked coupling pulls
    it there, and bends the shaft twice a turn. Each counts over the own normal only: every rotor runs out a
    little.
    """

    fault = Fault.MISALIGNMENT

    def __init__(self, nameplate: Nameplate) -> None:
        """Judge a motor; its plate comes with each window."""

    def measure(self, seen: Seen) -> Quantities:
        """Return the second harmonic of the vibration, and the line of the air gap in the current."""
        vibration = seen.vibration
        name, gap = vibration.velocity(2), vibration.gap_line
        second = {name: vibration.lines[name]} if vibration.lines else {}
        return second if gap is None else {**second, _GAP: gap[0]}

    def judge(self, quantities: Quantities, seen: Seen, normal: Normal | None) -> Finding:
        """Return whether either has grown; what both say is told."""
        if not quantities:
            return refused(self.fault, seen, seen.vibration.unsteady or of_vibration.NO_LINE.refuse(None))
        by_current = line_of_gap(seen, normal)
        by_vibration = _by_vibration(quantities, seen, normal)
        told = [measured for measured, _ in (by_current, by_vibration) if measured is not None]
        if not told:
            return refused(self.fault, seen, of_vibration.NO_NORMAL.refuse(None))
        if by_current[1] or by_vibration[1]:
            decisive_first = told if by_current[1] else told[::-1]
            return found(self.fault, seen, Severity.ALARM, decisive_first)
        return sound(self.fault, seen, told)


_Witness = tuple[Measured | None, bool]
"""What was measured, None if there is nothing to compare it with; and whether it has grown."""


def line_of_gap(seen: Seen, normal: Normal | None) -> _Witness:
    """Return the current's line of the air gap, and whether it has grown."""
    own = None if normal is None else normal.near(_GAP, seen.load)
    line = seen.vibration.gap_line
    if own is None or line is None:
        return None, False
    level_dbc, over_floor_db = line
    limit_dbc = own.value + max(SHAFT.current_growth_db, SHAFT.spreads * own.spread)
    grew = level_dbc >= limit_dbc and over_floor_db >= SHAFT.gap_over_floor_db
    origin = f"baseline of this motor + {limit_dbc - own.value:.1f} dB"
    witness = f"the line stands {over_floor_db:.0f} dB over the floor beside it" if grew else None
    return Measured("gap_line", level_dbc, "dBc", limit_dbc, origin, own.hours, witness), grew


def _by_vibration(quantities: Quantities, seen: Seen, normal: Normal | None) -> _Witness:
    vibration = seen.vibration
    second = grown(quantities, vibration.velocity(2), seen, normal)
    if second is None:
        return None, False
    share = second.value / max(vibration.velocity_mm_s(1), 1e-9)
    stands = vibration.over_floor_db(2) >= SHAFT.line_db
    grew = second.counts and stands and share >= SHAFT.second_share
    witness = f"it is {share:.2g} times the first harmonic" if grew else None
    return second.told("2x_velocity", "mm/s", witness), grew
