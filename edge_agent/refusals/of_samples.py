"""Refusals of samples: lost, unreadable, of no running motor, badly clocked, wired or scaled."""

from edge_agent.limits import CLOCK, MAGNITUDES, SAMPLES, SOURCE, STATE, STEADY, WIRING
from edge_agent.refusals.rule import Rule
from edge_agent.verdict import Reason

# Samples: whole, moving, within range?
LOST_FRACTION = Rule(
    Reason.LOST_SAMPLES,
    "lost_fraction",
    "{value:.1%} of the samples are lost, the limit is {limit:.1%}",
    SAMPLES.max_lost_fraction,
)
DEVICE_OVERRUNS = Rule(
    Reason.LOST_SAMPLES,
    "device_overruns",
    "the DAQ reports {value:.0f} overruns, which its sample index does not show; the limit is {limit:.0f}",
    0,
    "Lower the sampling rate or the number of channels: the DAQ cannot keep up.",
)
SILENCE = Rule(
    Reason.LOST_SAMPLES,
    "silent_s",
    "no samples for {value:.0f} s, the limit is {limit:.0f} s",
    SOURCE.silent_s,
)
NO_CURRENT_CHANNEL = Rule(
    Reason.MISSING_PHASE,
    "current_channels",
    "{value:.0f} current channels, at least {limit:.0f} are needed",
    1,
)
MOTOR_OFF = Rule(
    Reason.MOTOR_OFF,
    "current_a",
    "{value:.3g} A rms in a phase, a running motor takes at least {limit:.3g} A",
)
MISSING_PHASE = Rule(
    Reason.MISSING_PHASE, "current_a", "{value:.3g} A rms in a phase, at least {limit:.3g} A are expected"
)
STUCK_PHASE = Rule(
    Reason.STUCK_CHANNEL,
    "current_a",
    "{value:.3g} A rms in a phase that never moves, {limit:.3g} A are expected",
)
HELD_VALUE = Rule(
    Reason.STUCK_CHANNEL,
    "longest_constant_s",
    "a channel keeps one value for {value:.3g} s, the limit is {limit:.3g} s",
)
MARKED_CLIPPED = Rule(
    Reason.CLIPPED,
    "clipped_fraction",
    "the DAQ marks {value:.1%} of the samples as clipped, the limit is {limit:.1%}",
    SAMPLES.max_at_extreme,
)
FLAT_TOPS = Rule(
    Reason.CLIPPED,
    "flat_top_ratio",
    "values lie {value:.2g} times as dense at the peaks of a current as beside them, the limit is "
    "{limit:.2g}",
    SAMPLES.max_flat_top_ratio,
)
DEAD_CURRENT = Rule(
    Reason.MISSING_PHASE, "dead_channels", "{value:.0f} channels give no values, {limit:.0f} may", 0
)
BRIDGED = Rule(
    Reason.LOST_SAMPLES,
    "bridged_fraction",
    "lost samples are scattered over {value:.0%} of the window, the limit is {limit:.0%}",
    SAMPLES.max_bridged_fraction,
)
TOO_SLOW = Rule(
    Reason.OUT_OF_DOMAIN,
    "current_rate_hz",
    "the currents come at {value:.3g} values a second, at least {limit:.3g} are needed to show the line",
    advice="Sample the waves at 1 kHz or more: rms values of a meter tell nothing of the rotor.",
)
TOO_FEW_SCANS = Rule(
    Reason.OUT_OF_DOMAIN,
    "current_scans",
    "a window holds {value:.0f} values of each current, at least {limit:.0f} are needed",
    SAMPLES.min_scans,
    "Make the window longer or sample faster.",
)
REFUSED_LINES = Rule(
    Reason.SAMPLES_NOT_UNDERSTOOD, "refused_lines", "{value:.0f} lines came that are no scans", 0
)
REFUSED_FRAMES = Rule(
    Reason.SAMPLES_NOT_UNDERSTOOD, "refused_frames", "{value:.0f} frames came that nothing describes", 0
)
REFUSED_BYTES = Rule(
    Reason.SAMPLES_NOT_UNDERSTOOD, "refused_bytes", "{value:.0f} bytes came that are no samples", 0
)
REFUSED_DESCRIPTIONS = Rule(
    Reason.SAMPLES_NOT_UNDERSTOOD,
    "refused_descriptions",
    "{value:.0f} descriptions came that cannot be right",
    0,
)
NOT_UNDERSTOOD = {
    rule.quantity: rule for rule in (REFUSED_LINES, REFUSED_FRAMES, REFUSED_BYTES, REFUSED_DESCRIPTIONS)
}
"""What came instead of samples, by what was counted."""
ANALYSIS_FAILED = Rule(
    Reason.ANALYSIS_FAILED,
    "windows_failed_in_a_row",
    "{value:.0f} windows in a row could not be analysed, at {limit:.0f} the agent gives up",
)
# The motor: starting, steady?
STARTED = Rule(
    Reason.STARTING, "windows", "{value:.0f} windows so far, {limit:.0f} are needed", STATE.min_windows
)
AMPLITUDE_FALLS = Rule(
    Reason.STARTING,
    "least_over_median_amplitude",
    "the current falls to {value:.2f} of its median, down to {limit:.2f} is steady",
    SAMPLES.min_amplitude_over_median,
)
AMPLITUDE_RISES = Rule(
    Reason.STARTING,
    "largest_over_median_amplitude",
    "the current rises to {value:.2f} of its median, up to {limit:.2f} is steady",
    SAMPLES.max_amplitude_over_median,
)
RUN_UP = Rule(
    Reason.STARTING,
    "change_of_large_current",
    "a current far above the rated one changes by {value:.0%} from quarter to quarter of the window, up to "
    "{limit:.0%} is steady",
    SAMPLES.max_change_of_large_current,
)
PHASE_MOVES = Rule(
    Reason.UNSTEADY,
    "largest_phase_change_rad",
    "the current's phase departs by {value:.2f} rad, up to {limit:.2f} rad is steady",
)
PHASE_STRAYS_ON_A_DRIVE = Rule(
    Reason.UNSTEADY,
    "phase_stray_rad",
    "the line's phase departs by {value:.2f} rad while the current's amplitude rests, the limit is "
    "{limit:.2f} rad",
)
PHASE_STRAYS = Rule(Reason.UNRELIABLE_CLOCK, "phase_stray_rad", PHASE_STRAYS_ON_A_DRIVE.words)
TRANSIENT = Rule(
    Reason.UNSTEADY,
    "largest_current_change",
    "the current departs by {value:.1%} from its median, up to {limit:.1%} is steady",
)
SLIP_CHANGES = Rule(
    Reason.UNSTEADY,
    "slip_change",
    "the slip, by the current, changes by {value:.0%} within the window, up to {limit:.0%} is steady",
    STEADY.max_slip_change,
)
GAIN_DRIFTS = Rule(
    Reason.UNSTEADY,
    "gain_drift",
    "a sensor changes its gain by {value:.2%} within the window, the limit is {limit:.2%}",
    advice="Check that no clamp is loose or warming up.",
)
DRIVE_WANDERS = Rule(
    Reason.UNSTEADY,
    "line_wander_hz",
    "the drive moves its frequency by {value:.2g} Hz within the window, the limit is {limit:.2g} Hz",
    CLOCK.max_wander_hz,
)
# The clock of the DAQ
PHASE_JUMP = Rule(
    Reason.UNRELIABLE_CLOCK,
    "phase_jump_rad",
    "the line jumps by {value:.2f} rad at once, the limit is {limit:.2f} rad: samples are missing unnoticed",
    CLOCK.min_jump_rad,
)
JITTER = Rule(
    Reason.UNRELIABLE_CLOCK,
    "jitter_s",
    "the sampling instants scatter by {value:.2g} s, the limit is {limit:.2g} s",
    CLOCK.max_jitter_s,
)
LINE_WANDERS = Rule(
    Reason.UNRELIABLE_CLOCK,
    "line_wander_hz",
    "the line moves by {value:.2g} Hz within the window, a grid by at most {limit:.2g} Hz",
    CLOCK.max_wander_hz,
)
# Magnitudes
ABOVE_PULL_OUT = Rule(
    Reason.WRONG_SCALE,
    "current_above_pull_out_a",
    "{value:.5g} A rms, and this motor draws at most {limit:.3g} A while it turns",
)
BELOW_IDLE = Rule(
    Reason.WRONG_SCALE,
    "current_below_idle_a",
    "{value:.3g} A rms, and this motor draws more than {limit:.3g} A even when it idles",
)
GAIN_OFF = Rule(
    Reason.WRONG_SCALE,
    "gain_over_others",
    "reads {value:.3g} times what the other phases make it, with which it sums to zero; the limit is "
    "{limit:.3g}",
)
RATIO_OFF = Rule(
    Reason.WRONG_SCALE,
    "ratio_of_currents",
    "one reads {value:.3g} times as much as the other, up to {limit:.3g} times is possible",
    MAGNITUDES.max_ratio_of_two,
)
CURRENT_OFF_SLIP = Rule(
    Reason.WRONG_SCALE,
    "current_over_that_of_slip",
    "the current is {value:.2f} times what this motor draws at its slip, the limit is {limit:.2f}",
)
OVERLOADED = Rule(
    Reason.OVERLOAD,
    "current_over_rated",
    "the current is {value:.2f} times the rated one, and from {limit:.2f} on it tells no slip",
    MAGNITUDES.overload,
)
# Wiring and plate
PHASES_TOO_CLOSE = Rule(
    Reason.OUT_OF_DOMAIN,
    "angle_between_phases_deg",
    "the two currents are {value:.0f}° apart, 120° is right, the limit is {limit:.0f}°",
    WIRING.min_phase_angle_deg,
    "Turn one of the two current sensors round: it is reversed.",
)
PHASES_OPPOSED = Rule(
    Reason.MISSING_PHASE,
    "angle_between_phases_deg",
    "the two currents are {value:.0f}° apart, 120° is right, the limit is {limit:.0f}°: the third phase "
    "carries none",
    WIRING.max_phase_angle_deg,
)
ZERO_SEQUENCE = Rule(
    Reason.OUT_OF_DOMAIN,
    "zero_sequence",
    "the three currents do not sum to zero, {value:.0%} remains, the limit is {limit:.0%}: a sensor is "
    "reversed, "
    "sits on another conductor or has a wrong scale",
    WIRING.max_zero_sequence,
)
LINE_FREQUENCY = Rule(
    Reason.WRONG_LINE_FREQUENCY,
    "line_frequency_hz",
    "the line is at {value:.3f} Hz, outside the range of a grid, which ends at {limit:.2f} Hz",
)
SECOND_HARMONIC = Rule(
    Reason.OUT_OF_DOMAIN,
    "second_harmonic_dbc",
    "strong even harmonics, the second at {value:.0f} dBc where a motor has at most {limit:.0f} dBc: a "
    "saturated or "
    "half-wave load, a saturated transformer, or no motor at all",
    advice="Clamp the motor's conductors alone, and see that no direct current saturates the sensors.",
)
