"""Damage of the inner race of a bearing (BPFI)."""

from edge_agent.conditions.bearing import RaceDiagnoser
from edge_agent.verdict import Fault


class BearingInner(RaceDiagnoser):
    """Blows in the rhythm of a pit there, in the envelope of the vibration."""

    fault = Fault.BEARING_INNER
    part = "inner"
