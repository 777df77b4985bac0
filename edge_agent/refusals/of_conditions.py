"""Refusals of the conditions beside broken bars: no sensor, no own normal, no single cause."""

from edge_agent.refusals.rule import Rule
from edge_agent.verdict import Reason

NO_CURRENT = Rule(
    Reason.NO_SENSOR,
    "current_channels",
    "there are {value:.0f} usable current channels; this condition takes {limit:.0f}",
)
NO_NORMAL = Rule(
    Reason.NO_BASELINE,
    "normal_looks",
    "the own normal of this motor at this load rests on {value:.0f} windows; {limit:.0f} are needed",
)
ANOTHER_WIRING = Rule(
    Reason.NO_BASELINE,
    "phase_order",
    "the phases come in another order ({value:.0f}) than when the normal was learned ({limit:.0f})",
    advice="The sensors or the motor's leads were swapped: send the command learn.",
)
NOT_SEEN_AT_REST = Rule(
    Reason.STARTING,
    "starts_seen_whole",
    "{value:.0f} starts were seen from rest to the running motor; {limit:.0f} is needed",
    1,
)
STALL_TOO_LONG = Rule(
    Reason.WRONG_SCALE,
    "stall_s",
    "a current far above the rated one has flowed for {value:.0f} s; no motor stands that for {limit:.0f} s, "
    "so that its scale is wrong",
)
ASYMMETRY_EXPLAINS = Rule(
    Reason.AMBIGUOUS,
    "negative_over_positive",
    "the negative sequence is {value:.3f} of the positive one, from {limit:.3f} on it is named; it has grown "
    "against the own normal, so that stator_asymmetry tells it",
)
DROP_NOT_SUPPLY = Rule(
    Reason.AMBIGUOUS,
    "current_dips",
    "the current dips {value:.0f} times within the window; from {limit:.0f} times on it is the load that "
    "does so as well",
)
