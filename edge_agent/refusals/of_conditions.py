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
    "baseline_h",
    "the own normal of this motor at this load rests on {value:.1f} running hours; {limit:.1f} are needed",
)
NO_PLATE_ENTRY = Rule(
    Reason.PLATE_INCOMPLETE,
    "plate_entries",
    "{value:.0f} of the {limit:.0f} entries of the configuration are there by which this condition is told",
)
OTHER_CAUSE = Rule(
    Reason.AMBIGUOUS,
    "other_cause",
    "the value of {value:.3g} is beyond its limit of {limit:.3g}, and another condition that was found "
    "explains it as well",
)
