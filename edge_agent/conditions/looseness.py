"""Mechanical looseness: half orders of the shaft, or many harmonics, that the sound motor did not have."""

from edge_agent.conditions.diagnoser import found, refused, sound
from edge_agent.conditions.growth import grown
from edge_agent.conditions.normal import Normal, Quantities
from edge_agent.conditions.seen import Seen
from edge_agent.conditions.vibration import HALF_ORDERS, HIGHER_ORDERS
from edge_agent.limits import SHAFT
from edge_agent.motor import Nameplate
from edge_agent.refusals import of_vibration
from edge_agent.verdict import Fault, Finding, Severity

HALVES, ROW = "half_orders_velocity", "harmonics_velocity"
"""Names of what is compared with the own normal."""
ROW_ORDERS = HIGHER_ORDERS[1:]
"""Orders of the row: from the third on, since unbalance and misalignment make the first two."""


class Looseness:
    """A loose foot, bearing seat or rotor part strikes: every second turn, or with many harmonics.

    Sound motors may show both, as public recordings do. So the own normal is needed.
    """

    fault = Fault.LOOSENESS

    def __init__(self, nameplate: Nameplate) -> None:
        """Judge a motor; its plate comes with each window."""

    def measure(self, seen: Seen) -> Quantities:
        """Return the half orders together, and the row of harmonics together, mm/s rms."""
        vibration = seen.vibration
        if not vibration.lines:
            return {}
        return {
            HALVES: vibration.velocity_mm_s(*HALF_ORDERS),
            ROW: vibration.velocity_mm_s(*ROW_ORDERS),
        }

    def judge(self, quantities: Quantities, seen: Seen, normal: Normal | None) -> Finding:
        """Return whether half orders or the row have grown, stand out one by one, and weigh enough."""
        if not quantities:
            return refused(self.fault, seen, seen.vibration.missing)
        halves, row = (grown(quantities, name, seen, normal) for name in (HALVES, ROW))
        if halves is None or row is None:
            return refused(self.fault, seen, of_vibration.NO_NORMAL.refuse(None))
        first_mm_s = seen.vibration.velocity_mm_s(1)
        told = [halves.told(HALVES, "mm/s"), row.told(ROW, "mm/s")]
        count = _standing(seen, HALF_ORDERS)
        if halves.counts and count >= SHAFT.half_orders and halves.value >= SHAFT.half_share * first_mm_s:
            witness = f"{count} of {len(HALF_ORDERS)} half orders stand out"
            return found(self.fault, seen, Severity.ALARM, [halves.told(HALVES, "mm/s", witness), told[1]])
        count = _standing(seen, ROW_ORDERS)
        if row.counts and count >= SHAFT.row_orders and row.value >= first_mm_s:
            witness = f"{count} of {len(ROW_ORDERS)} harmonics stand out, together stronger than the first"
            return found(self.fault, seen, Severity.ALARM, [row.told(ROW, "mm/s", witness), told[0]])
        return sound(self.fault, seen, told)


def _standing(seen: Seen, orders: tuple[float, ...]) -> int:
    """Return how many orders stand out of the floor."""
    return sum(seen.vibration.over_floor_db(order) >= SHAFT.line_db for order in orders)
