"""Refusals of samples: lost, unreadable, of no running motor, badly clocked, wired or scaled."""

from edge_agent.limits import CLOCK, MAGNITUDES, SAMPLES, SOURCE, STATE, STEADY, WIRING
from edge_agent.refusals.rule import Rule
from edge_agent.verdict import Reason

# Samples: whole, moving, within range?
LOST_FRACTION = Rule(
    Reason.LOST_SAMPLES,
    "lost_fraction",
    "{value:.1%} of the samples are lost; the limit is {limit:.1%}",
    SAMPLES.max_lost_fraction,
)
DEVICE_OVERRUNS = Rule(
    Reason.LOST_SAMPLES,
    "device_overruns",
    "the DAQ reports {value:.0f} overruns, in which it dropped samples without counting them; the limit is "
    "{limit:.0f}",
    0,
    "The DAQ cannot keep up: lower its sampling rate, or use fewer channels.",
)
SILENCE = Rule(
    Reason.LOST_SAMPLES,
    "silent_s",
    "no samples arrived for {value:.0f} s; the limit is {limit:.0f} s",
    SOURCE.silent_s,
)
NO_CURRENT_CHANNEL = Rule(
    Reason.MISSING_PHASE,
    "current_channels",
    "{value:.0f} current channels are there; at least {limit:.0f} is needed",
    1,
)
MOTOR_OFF = Rule(
    Reason.MOTOR_OFF,
    "current_a",
    "the current is {value:.3g} A rms; a running motor draws at least {limit:.3g} A",
)
MISSING_PHASE = Rule(
    Reason.MISSING_PHASE,
    "current_a",
    "the current is {value:.3g} A rms; at least {limit:.3g} A is expected, judging by the other phases",
)
STUCK_PHASE = Rule(
    Reason.STUCK_CHANNEL,
    "current_a",
    "the signal never moves and shows {value:.3g} A rms; at least {limit:.3g} A is expected, judging by the "
    "other phases",
)
HELD_VALUE = Rule(
    Reason.STUCK_CHANNEL,
    "longest_constant_s",
    "the signal keeps one value for {value:.3g} s; the limit is {limit:.3g} s",
)
MARKED_CLIPPED = Rule(
    Reason.CLIPPED,
    "clipped_fraction",
    "the DAQ marks {value:.1%} of the samples as clipped; the limit is {limit:.1%}",
    SAMPLES.max_at_extreme,
)
FLAT_TOPS = Rule(
    Reason.CLIPPED,
    "flat_top_ratio",
    "the peaks of the current are cut off: values lie {value:.2g} times as densely there as just below; the "
    "limit is {limit:.2g}",
    SAMPLES.max_flat_top_ratio,
)
DEAD_CURRENT = Rule(
    Reason.MISSING_PHASE,
    "dead_channels",
    "no values arrive from this current ({value:.0f} channels of the DAQ give none; the limit is "
    "{limit:.0f})",
    0,
)
BRIDGED = Rule(
    Reason.LOST_SAMPLES,
    "bridged_fraction",
    "lost samples are scattered over {value:.0%} of the window; the limit is {limit:.0%}",
    SAMPLES.max_bridged_fraction,
)
TOO_SLOW = Rule(
    Reason.OUT_OF_DOMAIN,
    "current_rate_hz",
    "the DAQ sends {value:.3g} values per second of each current; showing the line frequency takes at least "
    "{limit:.3g}",
    advice="Sample the waveform at 1 kHz or more: the rms values of a meter say nothing about the rotor.",
)
TOO_FEW_SCANS = Rule(
    Reason.OUT_OF_DOMAIN,
    "current_scans",
    "a window holds {value:.0f} values of each current; at least {limit:.0f} are needed",
    SAMPLES.min_scans,
    "Use a longer window (window.length_s) or a higher sampling rate.",
)
REFUSED_LINES = Rule(
    Reason.SAMPLES_NOT_UNDERSTOOD,
    "refused_lines",
    "{value:.0f} lines arrived that are not samples; the limit is {limit:.0f}",
    0,
)
REFUSED_FRAMES = Rule(
    Reason.SAMPLES_NOT_UNDERSTOOD,
    "refused_frames",
    "{value:.0f} frames arrived that no description of the DAQ covers; the limit is {limit:.0f}",
    0,
)
REFUSED_BYTES = Rule(
    Reason.SAMPLES_NOT_UNDERSTOOD,
    "refused_bytes",
    "{value:.0f} bytes arrived that are not samples; the limit is {limit:.0f}",
    0,
)
REFUSED_DESCRIPTIONS = Rule(
    Reason.SAMPLES_NOT_UNDERSTOOD,
    "refused_descriptions",
    "the DAQ described itself {value:.0f} times in a way that cannot be right; the limit is {limit:.0f}",
    0,
)
NOT_UNDERSTOOD = {
    rule.quantity: rule for rule in (REFUSED_LINES, REFUSED_FRAMES, REFUSED_BYTES, REFUSED_DESCRIPTIONS)
}
"""What came instead of samples, by what was counted."""
ANALYSIS_FAILED = Rule(
    Reason.ANALYSIS_FAILED,
    "windows_failed_in_a_row",
    "{value:.0f} windows in a row could not be analysed; after {limit:.0f} the agent stops",
)
# The motor: starting, steady?
STARTED = Rule(
    Reason.STARTING,
    "windows",
    "{value:.0f} windows have given an answer; {limit:.0f} are needed",
    STATE.min_windows,
)
AMPLITUDE_FALLS = Rule(
    Reason.STARTING,
    "least_over_median_amplitude",
    "the current falls to {value:.2f} times its median; down to {limit:.2f} times is steady",
    SAMPLES.min_amplitude_over_median,
)
AMPLITUDE_RISES = Rule(
    Reason.STARTING,
    "largest_over_median_amplitude",
    "the current rises to {value:.2f} times its median; up to {limit:.2f} times is steady",
    SAMPLES.max_amplitude_over_median,
)
LOAD_FALLS = Rule(
    Reason.UNSTEADY, "least_over_median_amplitude", AMPLITUDE_FALLS.words, SAMPLES.min_amplitude_over_median
)
LOAD_RISES = Rule(
    Reason.UNSTEADY,
    "largest_over_median_amplitude",
    AMPLITUDE_RISES.words,
    SAMPLES.max_amplitude_over_median,
)
RUN_UP = Rule(
    Reason.STARTING,
    "change_of_large_current",
    "the current is far above the rated current and changes by {value:.0%} within the window; up to "
    "{limit:.0%} is steady",
    SAMPLES.max_change_of_large_current,
)
PHASE_MOVES = Rule(
    Reason.UNSTEADY,
    "largest_phase_change_rad",
    "the phase angle of the current shifts by {value:.2f} rad; up to {limit:.2f} rad is steady",
)
PHASE_STRAYS_ON_A_DRIVE = Rule(
    Reason.UNSTEADY,
    "phase_stray_rad",
    "the phase angle of the line shifts by {value:.2f} rad while the current's amplitude stays constant; "
    "the limit is {limit:.2f} rad",
)
PHASE_STRAYS = Rule(Reason.UNRELIABLE_CLOCK, "phase_stray_rad", PHASE_STRAYS_ON_A_DRIVE.words)
TRANSIENT = Rule(
    Reason.UNSTEADY,
    "largest_current_change",
    "the current deviates by {value:.1%} from its median; up to {limit:.1%} is steady",
)
SLIP_CHANGES = Rule(
    Reason.UNSTEADY,
    "slip_change",
    "the slip changes by {value:.0%} within the window, judging by the current; up to {limit:.0%} is steady",
    STEADY.max_slip_change,
)
GAIN_DRIFTS = Rule(
    Reason.UNSTEADY,
    "gain_drift",
    "the gain of a current sensor drifts by {value:.2%} within the window; the limit is {limit:.2%}",
    advice="Check that no clamp is loose or still warming up.",
)
DRIVE_WANDERS = Rule(
    Reason.UNSTEADY,
    "line_wander_hz",
    "the drive changes its frequency by {value:.2g} Hz within the window; the limit is {limit:.2g} Hz",
    CLOCK.max_wander_hz,
)
# The clock of the DAQ
PHASE_JUMP = Rule(
    Reason.UNRELIABLE_CLOCK,
    "phase_jump_rad",
    "samples are missing without notice: the phase angle of the line jumps by {value:.2f} rad; the limit is "
    "{limit:.2f} rad",
    CLOCK.min_jump_rad,
)
JITTER = Rule(
    Reason.UNRELIABLE_CLOCK,
    "jitter_s",
    "the times of the samples scatter by {value:.2g} s; the limit is {limit:.2g} s",
    CLOCK.max_jitter_s,
)
LINE_WANDERS = Rule(
    Reason.UNRELIABLE_CLOCK,
    "line_wander_hz",
    "the line frequency moves by {value:.2g} Hz within the window; that of a grid moves by at most "
    "{limit:.2g} Hz",
    CLOCK.max_wander_hz,
)
# Magnitudes
ABOVE_PULL_OUT = Rule(
    Reason.WRONG_SCALE,
    "current_above_pull_out_a",
    "the current is {value:.5g} A rms; this motor draws at most {limit:.3g} A while it turns",
)
BELOW_IDLE = Rule(
    Reason.WRONG_SCALE,
    "current_below_idle_a",
    "the current is {value:.3g} A rms; this motor draws more than {limit:.3g} A even when it idles",
)
GAIN_OFF = Rule(
    Reason.WRONG_SCALE,
    "gain_over_others",
    "the current reads {value:.3g} times what the other phases require, since all three sum to zero; the "
    "limit is {limit:.3g} times",
)
RATIO_OFF = Rule(
    Reason.WRONG_SCALE,
    "ratio_of_currents",
    "one current reads {value:.3g} times as much as the other; the limit is {limit:.3g} times",
    MAGNITUDES.max_ratio_of_two,
)
CURRENT_OFF_SLIP = Rule(
    Reason.WRONG_SCALE,
    "current_over_that_of_slip",
    "the current is {value:.2f} times what this motor draws at its slip; the limit is {limit:.2f} times",
)
OVERLOADED = Rule(
    Reason.OVERLOAD,
    "current_over_rated",
    "the current is {value:.2f} times the rated one; from {limit:.2f} times on it no longer shows the slip",
    MAGNITUDES.overload,
)
# Wiring and plate
PHASES_TOO_CLOSE = Rule(
    Reason.OUT_OF_DOMAIN,
    "angle_between_phases_deg",
    "the two currents are {value:.0f}° apart; 120° is right, and {limit:.0f}° is the least that is possible",
    WIRING.min_phase_angle_deg,
    "One of the two current sensors is reversed: turn it round.",
)
PHASES_OPPOSED = Rule(
    Reason.MISSING_PHASE,
    "angle_between_phases_deg",
    "the two currents are {value:.0f}° apart; 120° is right, and {limit:.0f}° is the most that is possible. "
    "The third phase carries no current",
    WIRING.max_phase_angle_deg,
)
ZERO_SEQUENCE = Rule(
    Reason.OUT_OF_DOMAIN,
    "zero_sequence",
    "the three currents do not sum to zero: {value:.0%} remains; the limit is {limit:.0%}. A sensor is "
    "reversed, has a wrong scale, or sits on another conductor",
    WIRING.max_zero_sequence,
)
LINE_FREQUENCY = Rule(
    Reason.WRONG_LINE_FREQUENCY,
    "line_frequency_hz",
    "the line frequency is {value:.3f} Hz; the range of a grid ends at {limit:.2f} Hz",
)
SECOND_HARMONIC = Rule(
    Reason.OUT_OF_DOMAIN,
    "second_harmonic_dbc",
    "strong even harmonics: the second harmonic of the current is at {value:.0f} dBc; a motor has at most "
    "{limit:.0f} dBc. The causes are a saturated or half-wave load, a saturated transformer, or no motor at "
    "all",
    advice="Clamp the motor's conductors alone, and check that no direct current saturates the sensors.",
)
OF_THE_LOAD = {
    (rule.reason, rule.quantity) for rule in (LOAD_FALLS, LOAD_RISES, PHASE_MOVES, TRANSIENT, SLIP_CHANGES)
}
"""Refusals of windows within which the load changed: a part of such a window may be steady."""
# The plate, by many windows: see `audit`
PLATE_POLES = Rule(
    Reason.SPEED_CONTRADICTED,
    "poles_by_shaft",
    "the shaft turns like that of a motor with {value:.0f} poles; the plate says {limit:.0f}",
    advice="Correct motor.poles and motor.rated_speed_rpm: see `plate_findings` in the topic `info`.",
)
PLATE_SPEED = Rule(
    Reason.SPEED_CONTRADICTED,
    "current_over_that_of_speed",
    "the current is {value:.2f} times what the motor of this plate draws at the speed that shows, in window "
    "after window; expected {limit:.1f} times",
    advice="Correct motor.rated_speed_rpm or motor.rated_current_a.",
)
PLATE_RATED_SPEED = Rule(
    Reason.SPEED_CONTRADICTED,
    "speed_at_rated_current_rpm",
    "at the plate's current the motor turns at {value:.0f} rpm, as many windows show; the plate says "
    "{limit:.0f} rpm",
    advice="Correct motor.rated_speed_rpm: see `plate_findings` in the topic `info`.",
)
PLATE_BARS = Rule(
    Reason.SPEED_CONTRADICTED,
    "rotor_bars_by_slots",
    "the slot lines are those of {value:.0f} rotor bars, in window after window; motor.rotor_bars says "
    "{limit:.0f}",
    advice="Correct motor.rotor_bars, or leave it out: it is learned.",
)
PLATE_SCALE = Rule(
    Reason.WRONG_SCALE,
    "current_over_that_of_plate",
    "the currents are {value:.2g} times those of this plate, in window after window; expected {limit:.1f} "
    "times",
    advice="`plate_findings` in the topic `info` has the line to write.",
)
