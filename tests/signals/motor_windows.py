"""Windows of motors with a pair of sidebands, synthetic and simulated, and what is measured in them."""

from dataclasses import replace

import numpy as np
from signal_factories import (
    a_current_window,
    a_nameplate,
    a_shaking,
    a_space_vector,
    a_vibration_window,
    a_window,
    line_phase,
    phase_currents,
    rotor_angle,
    slot_harmonics,
    times,
)

from calibration.simulator.recording import simulate
from calibration.simulator.sets import draw_scenario
from edge_agent.acquire.recordings import replay_blocks
from edge_agent.signals.analysis import Analyser
from edge_agent.signals.images import ImageSpec
from edge_agent.windows.sliding import Windows

SLIP = 0.035
POLE_PASS_HZ = 2 * SLIP * 60
SHAFT_HZ = 30 * (1 - SLIP)


def a_motor_window(
    length_s=12.0, phases="abc", vibration=True, line_hz=60.0, lower=0.02, upper=0.01, second=0.0
):
    """`second` is what stands at the second harmonic, turning backwards, over the fundamental."""
    seconds = times(length_s)
    vector = a_space_vector(
        seconds, lower=lower, upper=upper * 1j, pole_pass_hz=POLE_PASS_HZ, line_hz=line_hz
    )
    vector = vector + 4.0 * second * np.exp(-2j * np.pi * 2 * line_hz * seconds)
    noise = np.random.default_rng(2).normal(0, 0.004, (len(phases), seconds.size))
    streams = [a_current_window(phase_currents(vector, phases) + noise, phases)]
    if vibration:
        streams.append(a_vibration_window(a_shaking(seconds, SHAFT_HZ)))
    return a_window(*streams)


def analyse(window, **plate):
    return Analyser(a_nameplate(**plate), ImageSpec()).analyse(window)


def a_swinging_motor_window(swing, length_s=12.0):
    """A motor whose current is multiplied by `swing` of the time, with vibration that tells its speed."""
    seconds = times(length_s)
    vector = a_space_vector(seconds, lower=0.02, upper=0.01j, pole_pass_hz=POLE_PASS_HZ)
    noise = np.random.default_rng(2).normal(0, 0.004, (3, seconds.size))
    currents = phase_currents(vector * swing(seconds)) + noise
    return a_window(a_current_window(currents), a_vibration_window(a_shaking(seconds, SHAFT_HZ)))


def a_window_with_slots(vibration, lower=0.02, upper=0.01, bars=28):
    """A motor with slot harmonics in its current, of 10 mA for 4 A."""
    seconds = times(6.0)
    phase = line_phase(seconds)
    vector = a_space_vector(seconds, lower=lower, upper=upper * 1j, pole_pass_hz=POLE_PASS_HZ)
    vector = vector + 0.01 * slot_harmonics(phase, rotor_angle(phase, SLIP, seconds), bars)
    noise = np.random.default_rng(2).normal(0, 0.004, (3, seconds.size))
    streams = [a_current_window(phase_currents(vector) + noise)]
    if vibration:
        streams.append(a_vibration_window(a_shaking(seconds, SHAFT_HZ)))
    return a_window(*streams)


def analyse_simulated(seed, load, kind="validation", **plate):
    """Truth and analysis of a window of 12 s of a simulated motor, with some entries of its plate changed."""
    scenario = replace(draw_scenario(kind, seed), load=load, sensor_faults=())
    recording = simulate(scenario)
    windows = Windows(12.0, 12.0)
    windows.configure(recording.device)
    (window,) = (w for block in replay_blocks(recording, 0.1) for w in windows.push(block))
    nameplate = scenario.motor.nameplate.model_copy(update=plate)
    return recording.meta, Analyser(nameplate, ImageSpec()).analyse(window)
