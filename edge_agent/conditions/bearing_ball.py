"""Damage of the balls of a bearing (2 BSF); few damaged balls show."""

from edge_agent.conditions.bearing import RaceDiagnoser
from edge_agent.verdict import Fault


class BearingBall(RaceDiagnoser):
    """Blows in the rhythm of a pit there, in the envelope of the vibration.

    A ball turns in all directions, so its pit misses the races most of the time: on public recordings of
    seeded faults, none of four showed. A ball that is not named may be damaged all the same.
    """

    fault = Fault.BEARING_BALL
    part = "ball"
