"""Refusals of the conditions beside broken bars: no sensor, no own normal, no single cause."""

from edge_agent.limits import CONDITIONS
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
BEHIND_A_DRIVE = Rule(
    Reason.NO_SENSOR,
    "supply",
    "a drive stands between the supply and the motor, so that no sensor at the motor shows the supply",
)
STEPS_IN_NOISE = Rule(
    Reason.NO_SENSOR,
    "usual_direct_current",
    "the direct current is as large as a step of the voltage by {value:.3f} makes it, without one; up to "
    "{limit:.3f} is needed to tell sags and swells",
    CONDITIONS.voltage_step / CONDITIONS.step_over_usual,
    "Voltage channels show sags and swells.",
)
ONE_STEP = Rule(
    Reason.AMBIGUOUS,
    "voltage_step",
    "the currents show a step of the voltage by {value:.2f} or more that is not taken back within the "
    "window; from {limit:.2f} on it may be a long sag or swell, or a switch in the motor's own circuit",
    CONDITIONS.voltage_step,
    "Voltage channels tell which.",
)
