"""What each reason means to whoever looks after the motor, and what to do about it."""

from edge_agent.refusals.rule import Meaning
from edge_agent.verdict import Reason

MEANINGS = {
    Reason.MOTOR_OFF: Meaning(
        "hardly any current flows",
        "No action is needed while the motor is at rest. If it runs, check the sensors, their scale and "
        "motor.rated_current_a.",
    ),
    Reason.STARTING: Meaning(
        "the agent or the motor has just started, or the motor starts or stops within the window",
        "Wait until the motor runs steadily. The next windows will be judged.",
    ),
    Reason.LOAD_TOO_LOW: Meaning(
        "the motor idles, or runs at so light a load that the sidebands lie too close to the line frequency",
        "Measure under more load, or with a longer window (window.length_s).",
    ),
    Reason.SPEED_UNKNOWN: Meaning(
        "the slip cannot be determined, so it is not known where the sidebands of this rotor would lie",
        "State motor.rotor_bars, or add a vibration sensor or a speed channel. If the speed is constant, "
        "state motor.speed_rpm. If the motor idles, measure under load.",
    ),
    Reason.SPEED_CONTRADICTED: Meaning(
        "the configured or measured speed does not fit the current",
        "Check the speed channel. motor.speed_rpm must be the speed at this very load, to a few rpm, and "
        "not the rated speed: correct it, or remove it.",
    ),
    Reason.INCONCLUSIVE: Meaning(
        "the evidence lies between a sound rotor and a broken bar, or the wandering frequency of the supply "
        "may hide a broken bar",
        "Measure under more load, or with a longer window (window.length_s).",
    ),
    Reason.UNSTEADY: Meaning(
        "speed or load changes too much within the window, or the supply voltage sags or flickers",
        "Measure while load and supply are steady. Check that no sensor is loose.",
    ),
    Reason.LOST_SAMPLES: Meaning(
        "samples are missing, or none arrive",
        "Check the cable, the USB port, the `health` topic and the load of the computer.",
    ),
    Reason.CLIPPED: Meaning(
        "a signal exceeds the range of its input, so its peaks are cut off",
        "Set a larger input range, or use a sensor with a higher full scale.",
    ),
    Reason.STUCK_CHANNEL: Meaning(
        "a current keeps one value; a vibration channel that does so is ignored, and the agent goes on",
        "Check the sensor and its wiring: the channel shows one and the same value.",
    ),
    Reason.MISSING_PHASE: Meaning(
        "a phase carries far less current than the others or gives no values, or there is no current channel",
        "Check fuse, contactor and CT. Check that every sensor is connected and clamped around its "
        "conductor.",
    ),
    Reason.WRONG_LINE_FREQUENCY: Meaning(
        "the measured line frequency is more than 1.5 % away from that of the plate; no public grid strays "
        "so far",
        "Check rate_hz (the stated sampling rate) first, then motor.line_frequency_hz. Behind a drive or on "
        "a generator, set motor.supply to vfd.",
    ),
    Reason.LOAD_OSCILLATION: Meaning(
        "the load oscillates at the frequency where broken bars would show, so strongly that it may hide one",
        "Measure at another load: sidebands of broken bars move with the slip, those of the driven machine "
        "with its speed. Check belt, gearbox and pump.",
    ),
    Reason.MODALITIES_DISAGREE: Meaning(
        "the neural network and the measured sidebands contradict each other",
        "Measure again, preferably under more load. If they still disagree, have the rotor examined by "
        "other means.",
    ),
    Reason.OUT_OF_DOMAIN: Meaning(
        "the signals cannot be those of a motor (a reversed sensor, strong even harmonics, rms values "
        "instead of waveforms), or are unlike all that the network was trained on",
        "Check wiring, direction, scale and sampling rate of the sensors, and the nameplate.",
    ),
    Reason.ROTOR_DUCTS: Meaning(
        "over the loads that were seen, the sidebands change with the slip as axial ducts or another "
        "magnetic anisotropy of the rotor make them, and broken bars do not",
        "No action is needed. Broken bars that add to this are still reported. If the rotor was exchanged, "
        "delete `load_sweep.json` in state_dir.",
    ),
    Reason.UNRELIABLE_CLOCK: Meaning(
        "the sampling clock of the DAQ cannot be trusted",
        "Check clock and buffers of the DAQ: its samples are not evenly spaced.",
    ),
    Reason.SAMPLES_NOT_UNDERSTOOD: Meaning(
        "the DAQ sends bytes that cannot be read as samples, or describes more samples than a window can "
        "hold",
        "Check acquisition.driver, acquisition.baud_rate and channels. The log and the `health` topic show "
        "the first line that was refused.",
    ),
    Reason.WRONG_SCALE: Meaning(
        "the currents are too large or too small for this motor, judging by its plate, its slip or each "
        "other; `trigger.channel` names them",
        "Check unit and scale of the channels, the ratio of the CT, and motor.rated_current_a.",
    ),
    Reason.OVERLOAD: Meaning(
        "the current is well above the rated current, and only the current shows the slip",
        "Check the motor and its protection: it is overloaded, or takes long to start. If not, check unit "
        "and scale of the channels and motor.rated_current_a.",
    ),
    Reason.ANALYSIS_FAILED: Meaning(
        "an unexpected error of the program cost this window; after five minutes of nothing else the agent "
        "stops",
        "Report it with the log and the samples in `failed_windows` below state_dir.",
    ),
}
"""What each reason means, and what to do about it, in the order of the README's table."""
