"""What each reason means to whoever looks after the motor, and what to do about it."""

from edge_agent.refusals.rule import Meaning
from edge_agent.verdict import Reason

MEANINGS = {
    Reason.MOTOR_OFF: Meaning(
        "hardly any current",
        "Nothing while the motor rests. If it runs, check the sensors, their scale and rated_current_a.",
    ),
    Reason.STARTING: Meaning(
        "the agent or the motor has just started, or the current changed too much within the window",
        "Wait until the motor runs steadily; the next windows will be judged.",
    ),
    Reason.LOAD_TOO_LOW: Meaning(
        "the motor idles, or its torque is so small that the sidebands lie too close to the line",
        "Measure under more load or with longer windows.",
    ),
    Reason.SPEED_UNKNOWN: Meaning(
        "the slip cannot be told, so nobody knows where the sidebands of this rotor would lie",
        "State motor.rotor_bars, add a vibration sensor or a speed channel, or state motor.speed_rpm if "
        "it is constant.",
    ),
    Reason.SPEED_CONTRADICTED: Meaning(
        "the stated or measured speed does not fit the current",
        "Check the speed channel. motor.speed_rpm is the speed at this very load, to a few rpm, not the "
        "rated one: "
        "correct it, or leave it out.",
    ),
    Reason.INCONCLUSIVE: Meaning(
        "the evidence lies between a sound casting and a broken bar, or the supply's wander may hide a bar",
        "Measure under more load or with longer windows.",
    ),
    Reason.UNSTEADY: Meaning(
        "speed or load change too much within a window, or the supply sags",
        "Measure while load and supply are steady, and check that no sensor is loose.",
    ),
    Reason.LOST_SAMPLES: Meaning(
        "samples are missing, or nothing comes",
        "Check cable, USB port, `health` and the load of the computer.",
    ),
    Reason.CLIPPED: Meaning(
        "the converter is overdriven",
        "Take a larger range or a sensor of higher full scale: the peaks are cut off.",
    ),
    Reason.STUCK_CHANNEL: Meaning(
        "a current keeps one value; vibration that does is left out, and costs no answer",
        "Check the sensor and its wiring: a channel gives one and the same value.",
    ),
    Reason.MISSING_PHASE: Meaning(
        "a phase carries far less current than the others or gives no values, or there is no current channel",
        "Check CT, fuse and contactor, and that every sensor is wired and clamped around its conductor.",
    ),
    Reason.WRONG_LINE_FREQUENCY: Meaning(
        "the line lies more than 1.5 % beside the plate's frequency, and no public grid strays so far",
        "Check rate_hz, the stated sample rate, first, then motor.line_frequency_hz; behind a drive or on "
        "a generator "
        "set motor.supply to vfd.",
    ),
    Reason.LOAD_OSCILLATION: Meaning(
        "the load itself oscillates at the frequency where bars would show, so far that a broken bar may "
        "hide in it",
        "Measure at another load: sidebands of broken bars move with the slip, those of the driven "
        "machine with its "
        "speed. Look at belt, gearbox and pump.",
    ),
    Reason.MODALITIES_DISAGREE: Meaning(
        "network and sideband physics say different things",
        "Measure again, best under more load; if they keep disagreeing, have the rotor examined by other "
        "means.",
    ),
    Reason.OUT_OF_DOMAIN: Meaning(
        "the signals cannot be those of a motor: a reversed sensor, strong even harmonics, rms values "
        "instead of waves, "
        "or unlike all that the network learned from",
        "Check wiring, direction, scale and sampling rate of the sensors, and the nameplate.",
    ),
    Reason.UNRELIABLE_CLOCK: Meaning(
        "the sampling clock is not to be trusted",
        "Check clock and buffers of the DAQ: its samples are not evenly spaced.",
    ),
    Reason.SAMPLES_NOT_UNDERSTOOD: Meaning(
        "bytes arrive that are not samples, or the device describes more of them than a window can hold",
        "Check acquisition.driver, baud_rate and channels; the log and `health` show the first refused line.",
    ),
    Reason.WRONG_SCALE: Meaning(
        "the currents are of a magnitude that this motor cannot have, by its plate, its slip or each other; "
        "`trigger.channel` names them",
        "Check unit and scale of the channels, the ratio of the CT and motor.rated_current_a.",
    ),
    Reason.OVERLOAD: Meaning(
        "the current lies plainly above the rated one, and nothing but it tells the slip",
        "Look to the motor and its protection: it is overloaded, or starts for long. If it is not, check "
        "unit and scale "
        "of the channels and motor.rated_current_a.",
    ),
    Reason.ANALYSIS_FAILED: Meaning(
        "an unforeseen error cost this window; after five minutes of nothing else the agent ends",
        "Report the log, and the samples in `failed_windows` below state_dir.",
    ),
}
"""What each reason means, and what to do about it, in the order of the README's table."""
