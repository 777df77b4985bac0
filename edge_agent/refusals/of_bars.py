"""Refusals about the bars: not resolved, at an unknown slip, between sound and broken, contradicted."""

from edge_agent.limits import BARS, SCAN, SIDEBANDS, SLIP
from edge_agent.refusals.rule import Rule
from edge_agent.verdict import Reason

# Can this window tell bars at all?
TOO_FEW_CYCLES = Rule(
    Reason.LOAD_TOO_LOW,
    "pole_pass_cycles",
    "the window holds {value:.2g} pole-pass cycles (2sf); resolving the sidebands takes {limit:.2g}",
)
LOAD_IS_FRICTION = Rule(
    Reason.LOAD_TOO_LOW,
    "load",
    "the slip corresponds to {value:.1%} of the rated torque; below {limit:.0%} there is friction alone",
    SIDEBANDS.min_load,
)
# What is the slip?
NO_PAIR = Rule(
    Reason.SPEED_UNKNOWN,
    "pair_above_floor_db",
    "no sensor shows the speed. The sidebands that could show it lie {value:.1f} dB above the noise floor; "
    "{limit:.0f} dB are needed",
    SIDEBANDS.detection_margin_db,
)
BAR_AT_ANY_SLIP = Rule(
    Reason.SPEED_UNKNOWN,
    "bars_at_any_slip",
    "no sensor shows the speed, and no sidebands stand out that could. At one of the slips that this current "
    "allows, up to {value:.2f} equivalent bars may be hidden; a rotor is cleared if it is less than "
    "{limit:.2f} at all of them",
    SCAN.max_bars,
)
BARS_BELOW = Rule(
    Reason.SPEED_UNKNOWN,
    "bars_below_current",
    "no sensor shows the speed. Sidebands at a smaller slip than this current means stand for {value:.2f} "
    "equivalent bars or more; up to {limit:.2f} can be ignored",
    SCAN.max_bars_below,
)
NO_ROTOR = Rule(
    Reason.SPEED_UNKNOWN,
    "bars_of_a_rotor",
    "no sensor shows the speed. The sidebands that could show it are worth {value:.4f} equivalent bars; any "
    "rotor shows {limit:.3f} or more",
    SLIP.min_bars_of_rotor,
)
STRANGE_PAIR = Rule(
    Reason.SPEED_UNKNOWN,
    "slip_of_pair",
    "no sensor shows the speed. A pair of sidebands suggests a slip of {value:.4f}, but the current cannot "
    "confirm it; the current allows up to {limit:.4f}",
)
STRONGER_PAIR = Rule(
    Reason.SPEED_UNKNOWN,
    "stronger_pair_db",
    "no sensor shows the speed. Another pair of sidebands is {value:.0f} dB stronger and does not fit this "
    "load; the limit is {limit:.0f} dB",
    SLIP.far_stronger_db,
)
CURRENT_NEAR_IDLE = Rule(
    Reason.SPEED_UNKNOWN,
    "current_over_idle",
    "only the current shows the slip. It is {value:.2f} times the no-load current; an over-voltage alone "
    "can raise that up to {limit:.2f} times",
    SLIP.max_over_idle,
)
AIR_GAP_NEAR_IDLE = Rule(
    Reason.SPEED_UNKNOWN,
    "two_pole_current_over_idle",
    "the slip is that of lines beside offset and second harmonic, which may be wander in a two-pole motor. "
    "Its current is {value:.2f} times the no-load current; from {limit:.2f} times on it confirms them",
    SLIP.max_over_idle,
)
BARS_AT_ANOTHER_SLIP = Rule(
    Reason.SPEED_UNKNOWN,
    "bars_at_another_slip",
    "a pair of sidebands at another slip looks like {value:.2f} equivalent bars; only less than {limit:.2f} "
    "can be ignored",
    BARS.sound,
    "Check motor.rated_speed_rpm, too: with a wrong one the sidebands are looked for at wrong slips.",
)
WITHIN_LEARNED_SLIPS = Rule(
    Reason.SPEED_UNKNOWN,
    "bars_within_learned_slips",
    "no sensor shows the speed, and what was learned of this motor does not tell it closely enough: up to "
    "{value:.2f} equivalent bars may be hidden within it; a broken bar may show as little as {limit:.2f}",
    BARS.broken,
)
CONFIGURED_SPEED = Rule(
    Reason.SPEED_CONTRADICTED,
    "slip_of_configured_speed",
    "motor.speed_rpm means a slip of {value:.4f}; the nearest slip that fits this current is {limit:.4f}",
)
PAIR_OFF_SPEED = Rule(
    Reason.SPEED_CONTRADICTED,
    "pair_off_told_speed_db",
    "a pair of sidebands at another slip is {value:.0f} dB stronger than the pair at the stated speed; the "
    "limit is {limit:.0f} dB",
    SLIP.far_stronger_db,
)
# Sound casting or broken bar?
WEAK_LIMIT = Rule(
    Reason.INCONCLUSIVE,
    "detection_limit_bars",
    "this window would not show less than {value:.2f} equivalent bars; a broken bar may show as little as "
    "{limit:.2f}",
    BARS.broken,
)
WEAK_LIMIT_UNDER_LOAD = Rule(
    Reason.UNSTEADY,
    "detection_limit_bars",
    WEAK_LIMIT.words,
    BARS.broken,
)
MAY_HIDE_A_BAR = Rule(
    Reason.INCONCLUSIVE,
    "equivalent_bars_at_most",
    "up to {value:.2f} equivalent bars may be hidden; a broken bar may show as little as {limit:.2f}",
    BARS.broken,
)
MAY_LOOK_FEWER = Rule(
    Reason.INCONCLUSIVE,
    "bars_that_look_fewer",
    "bars look like fewer in a rotor of more bars than are assumed where motor.rotor_bars is not stated, and "
    "at a high voltage: up to {value:.2f} equivalent bars may be hidden; a broken bar may show as little as "
    "{limit:.2f}",
    BARS.broken,
)
OSCILLATION_MAY_HIDE_A_BAR = Rule(
    Reason.LOAD_OSCILLATION, "equivalent_bars_at_most", MAY_HIDE_A_BAR.words, BARS.broken
)
BETWEEN = Rule(
    Reason.INCONCLUSIVE,
    "equivalent_bars",
    "{value:.2f} equivalent bars are more than a sound casting shows and less than the {limit:.2f} of a "
    "broken bar",
    BARS.alarm,
    "Compare with a measurement from when the rotor was known to be sound: a casting does not change.",
)
LIKE_OSCILLATION = Rule(
    Reason.LOAD_OSCILLATION,
    "bars_over_load_swing",
    "an oscillating load or a wandering supply could make these sidebands. The part that only broken bars "
    "make, less a sound casting's share, is {value:.2f} times the rest; {limit:.2f} times is needed",
    BARS.min_across,
)
LIKE_OSCILLATION_BY_VOLTAGE = Rule(
    Reason.LOAD_OSCILLATION,
    "bars_over_load_swing_by_voltage",
    LIKE_OSCILLATION.words,
    BARS.min_across_by_voltage,
)
LIKE_WANDER = Rule(
    Reason.INCONCLUSIVE,
    "bars_over_load_swing",
    LIKE_OSCILLATION.words,
    BARS.min_across,
)
PHASE_ALONE = Rule(
    Reason.INCONCLUSIVE,
    "amplitude_share_of_swing",
    "{value:.0%} of the sidebands modulates the current's amplitude. At so light a load broken bars need "
    "{limit:.0%} or more; a wandering supply modulates the phase alone",
    BARS.min_amplitude_share,
)
WANDER_HIDES_LOAD = Rule(
    Reason.INCONCLUSIVE,
    "phase_over_amplitude_swing",
    "an oscillating load cannot be ruled out. The phase may move with the amplitude by up to {value:.2f} "
    "times as much; an oscillating load does so from {limit:.2f} times on. The supply's wander hides which "
    "it is",
)
FLICKER = Rule(
    Reason.UNSTEADY,
    "ellipse_angle_deg",
    "the sidebands modulate the current's amplitude alone, as a flickering voltage does. The ellipse angle "
    "of {value:.0f}° lies within {limit:.0f}° of 0° or 180°",
    BARS.flicker_deg,
)
# Bars, or iron that is not round?
MADE_BY_DUCTS = Rule(
    Reason.ROTOR_DUCTS,
    "equivalent_bars_of_ducts",
    "these sidebands change with the slip as axial ducts make them: not broken bars. They look like "
    "{value:.2f} equivalent bars; up to {limit:.2f} are the rotor's own at this slip",
)
HIDDEN_BY_DUCTS = Rule(
    Reason.INCONCLUSIVE,
    "bars_beside_ducts",
    "axial ducts hide at this load what other loads show: {value:.2f} equivalent bars beside the ducts; a "
    "sound rotor stays below {limit:.2f}",
    BARS.alarm,
    "Have the rotor examined if an alarm was raised at another load.",
)
# Does the network agree?
UNLIKE_TRAINING = Rule(
    Reason.OUT_OF_DOMAIN,
    "embedding_distance",
    "this window is unlike all that the network was trained on: the distance is {value:.0f}, the limit is "
    "{limit:.0f}",
)
NETWORK_CONTRADICTS = Rule(
    Reason.MODALITIES_DISAGREE,
    "probability_broken",
    "the network gives a broken bar a probability of {value:.1%} (threshold {limit:.1%}); the sidebands say "
    "the opposite",
)
NOT_ASKED = Rule(Reason.OUT_OF_DOMAIN, "model", "the network could not be asked")
