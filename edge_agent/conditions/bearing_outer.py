"""Damage of the outer race of a bearing (BPFO)."""

from edge_agent.conditions.bearing import RaceDiagnoser
from edge_agent.verdict import Fault


class BearingOuter(RaceDiagnoser):
    """Blows in the rhythm of a pit there, in the envelope of the vibration."""

    fault = Fault.BEARING_OUTER
    part = "outer"
