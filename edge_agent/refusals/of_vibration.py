"""Refusals of the conditions that show in vibration: no sensor, no speed, no geometry, no own normal."""

from edge_agent.limits import BARS, SHAFT
from edge_agent.refusals.rule import Rule
from edge_agent.verdict import Reason

NO_VIBRATION = Rule(
    Reason.NO_SENSOR,
    "vibration_channels",
    "{value:.0f} vibration channels show the machine without a gap; {limit:.0f} is needed",
    1,
    "Connect an accelerometer at a bearing of the motor.",
)
RATE_TOO_LOW = Rule(
    Reason.NO_SENSOR,
    "bands_above_1_khz",
    "{value:.0f} bands above 1 kHz lie within the rate of the vibration; {limit:.0f} is needed",
    1,
    "Sample the accelerometer at 5000 Hz or more.",
)
NO_SHAFT = Rule(
    Reason.SPEED_UNKNOWN,
    "shaft_frequency_hz",
    "the frequency of the shaft is not known, so its lines are not, either",
)
NO_GEOMETRY = Rule(
    Reason.PLATE_INCOMPLETE,
    "bearing_geometry",
    "the geometry of the bearing is not known, so the rhythm of its parts is not, either",
    advice="State motor.bearing: its type, or balls, ball and pitch diameter as its maker states them.",
)
NO_NORMAL = Rule(
    Reason.NO_BASELINE,
    "hours_of_own_normal",
    "what is normal for this motor at this load is not known yet",
)
NO_SUPPORT = Rule(
    Reason.PLATE_INCOMPLETE,
    "support",
    "motor.support is not stated, and the zones of ISO 20816-3 differ by it",
    advice="State motor.support: rigid or flexible.",
)
TOO_SMALL = Rule(
    Reason.NO_STANDARD,
    "rated_power_kw",
    "ISO 20816-3 has zones for motors above {limit:g} kW, and this one has {value:g} kW; the figure alone is "
    "told",
    15.0,
)
NO_LINE = Rule(
    Reason.NO_SENSOR,
    "gap_line_dbc",
    "neither a current that shows the line at f + f_r, nor a vibration that shows the shaft is measured",
)
OTHERS_GREW_TOO = Rule(
    Reason.AMBIGUOUS,
    "1x_gain_over_others",
    "the first harmonic has gained {value:.2f} times what the others have; from {limit:.2f} times on it is "
    "unbalance, for misalignment and looseness lift them all",
    SHAFT.unbalance_alone,
    "Remedy misalignment or looseness first, then look again.",
)
GAP_GREW_TOO = Rule(
    Reason.AMBIGUOUS,
    "gap_line_beside_1x_dbc",
    "the current's line of the air gap has grown, too, to {value:.1f} dBc (limit {limit:.1f} dBc): an "
    "eccentric gap pulls once a turn as unbalance does",
    advice="Remedy the misalignment or the eccentric gap first, then look again.",
)
BARS_LIFT_IT = Rule(
    Reason.AMBIGUOUS,
    "equivalent_bars_beside_1x",
    "the sidebands look like {value:.2f} broken bars, from {limit:.2f} on these may have lifted the first "
    "harmonic",
    BARS.alarm,
    "Have the rotor examined first.",
)
