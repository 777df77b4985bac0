"""Refusals about the bars: not resolved, at an unknown slip, between sound and broken, contradicted."""

from edge_agent.limits import BARS, SIDEBANDS, SLIP
from edge_agent.refusals.rule import Rule
from edge_agent.verdict import Reason

# Can this window tell bars at all?
TOO_FEW_CYCLES = Rule(
    Reason.LOAD_TOO_LOW,
    "pole_pass_cycles",
    "the window holds {value:.2g} cycles of 2sf, {limit:.2g} are needed to resolve the sidebands",
)
LOAD_IS_FRICTION = Rule(
    Reason.LOAD_TOO_LOW,
    "load",
    "the slip means {value:.1%} of the rated load, below {limit:.0%} it is friction alone",
    SIDEBANDS.min_load,
)
# What is the slip?
NO_PAIR = Rule(
    Reason.SPEED_UNKNOWN,
    "pair_above_floor_db",
    "nothing shows the speed, and the sidebands that could show it lie {value:.1f} dB above the floor, "
    "{limit:.0f} dB are needed",
    SIDEBANDS.detection_margin_db,
)
NO_ROTOR = Rule(
    Reason.SPEED_UNKNOWN,
    "bars_of_a_rotor",
    "nothing shows the speed, and the pair of sidebands that could show it is worth {value:.4f} of a broken "
    "bar, less than the {limit:.3f} that any rotor shows",
    SLIP.min_bars_of_rotor,
)
STRANGE_PAIR = Rule(
    Reason.SPEED_UNKNOWN,
    "slip_of_pair",
    "only a pair of sidebands shows a slip, of {value:.4f}, and this current does not confirm it; the "
    "limit is "
    "{limit:.4f}",
)
STRONGER_PAIR = Rule(
    Reason.SPEED_UNKNOWN,
    "stronger_pair_db",
    "nothing shows the speed, and a pair of sidebands {value:.0f} dB stronger lies where this load would "
    "not put it, "
    "the limit is {limit:.0f} dB",
    SLIP.far_stronger_db,
)
CURRENT_NEAR_IDLE = Rule(
    Reason.SPEED_UNKNOWN,
    "current_over_idle",
    "only the current shows the slip, and it is {value:.2f} times that of the idling motor, which "
    "over-voltage alone "
    "makes up to {limit:.2f} times as large",
    SLIP.max_over_idle,
)
BARS_AT_ANOTHER_SLIP = Rule(
    Reason.SPEED_UNKNOWN,
    "bars_at_another_slip",
    "a pair of sidebands of {value:.2f} equivalent bars lies at another slip, and only below {limit:.2f} "
    "could it be "
    "ruled out",
    BARS.sound,
)
CONFIGURED_SPEED = Rule(
    Reason.SPEED_CONTRADICTED,
    "slip_of_configured_speed",
    "motor.speed_rpm means a slip of {value:.4f}, and the nearest that this current allows is {limit:.4f}",
)
PAIR_OFF_SPEED = Rule(
    Reason.SPEED_CONTRADICTED,
    "pair_off_told_speed_db",
    "a pair of sidebands {value:.0f} dB stronger lies where the stated speed would not put it, the limit is "
    "{limit:.0f} dB",
    SLIP.far_stronger_db,
)
# Sound casting or broken bar?
WEAK_LIMIT = Rule(
    Reason.INCONCLUSIVE,
    "detection_limit_bars",
    "less than {value:.2f} equivalent bars would not have shown, and a broken bar may look like {limit:.2f}",
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
    "up to {value:.2f} equivalent bars may be broken unseen, and a broken bar may look like {limit:.2f}",
    BARS.broken,
)
OSCILLATION_MAY_HIDE_A_BAR = Rule(
    Reason.LOAD_OSCILLATION, "equivalent_bars_at_most", MAY_HIDE_A_BAR.words, BARS.broken
)
BETWEEN = Rule(
    Reason.INCONCLUSIVE,
    "equivalent_bars",
    "{value:.2f} equivalent bars are more than a sound casting shows, and less than the {limit:.2f} of a "
    "broken bar",
    BARS.alarm,
    "Compare with what was measured when the rotor was known to be sound: a casting stays as it is.",
)
LIKE_OSCILLATION = Rule(
    Reason.LOAD_OSCILLATION,
    "bars_over_load_swing",
    "what no oscillating load can make is, without a sound casting's share, {value:.2f} of what one can, "
    "and up to "
    "{limit:.2f} may be the error of the plate's circuit",
    BARS.min_across,
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
    "{value:.0%} of the pair modulates the amplitude; bars modulate it by {limit:.0%} or more at so light "
    "a load, and "
    "a wandering supply only the phase",
    BARS.min_amplitude_share,
)
WANDER_HIDES_LOAD = Rule(
    Reason.INCONCLUSIVE,
    "phase_over_amplitude_swing",
    "the phase may move with the amplitude, up to {value:.2f} times as far, as an oscillating load makes "
    "it from "
    "{limit:.2f} on: the supply's wander hides which it is",
)
FLICKER = Rule(
    Reason.UNSTEADY,
    "ellipse_angle_deg",
    "the ellipse angle of {value:.0f}° lies within {limit:.0f}° of 0 or 180°, where the amplitude alone "
    "is modulated: "
    "the voltage flickers",
    BARS.flicker_deg,
)
# Does the network agree?
UNLIKE_TRAINING = Rule(
    Reason.OUT_OF_DOMAIN,
    "embedding_distance",
    "the images are unlike all that the network was trained on: distance {value:.0f}, the limit is "
    "{limit:.0f}",
)
NETWORK_CONTRADICTS = Rule(
    Reason.MODALITIES_DISAGREE,
    "probability_broken",
    "the network gives a broken bar a probability of {value:.1%}, threshold {limit:.1%}, and the "
    "sidebands say the "
    "opposite",
)
NOT_ASKED = Rule(Reason.OUT_OF_DOMAIN, "model", "the network could not be asked")
