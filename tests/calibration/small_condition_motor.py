"""Windows of one simulated motor, with or without a condition."""

from dataclasses import replace
from functools import cache

from calibration.simulator.conditions import Daq
from calibration.simulator.graded import CONDITIONS, bearing_geometry, sound_motor, with_condition
from calibration.simulator.noise import generator
from calibration.simulator.recording import simulate
from edge_agent.acquire.recordings import replay_blocks
from edge_agent.bearings import Bearing
from edge_agent.circuit import fit_circuit
from edge_agent.conditions.seen import Seen, see
from edge_agent.signals.analysis import Analyser
from edge_agent.signals.images import ImageSpec
from edge_agent.windows.sliding import Windows

NUMBER = 12
LENGTH_S = 3.0


@cache
def seen_with(condition: str | None = None) -> Seen:
    """One window of the motor, with the heavy case of a condition."""
    scenario = replace(sound_motor(NUMBER, 0, LENGTH_S + 0.3), daq=Daq(bits=16))
    if condition is not None:
        heavy = CONDITIONS[condition].sizes[2]
        scenario = with_condition(scenario, condition, heavy, generator(NUMBER, condition))
    geometry, plate = bearing_geometry(NUMBER), scenario.motor.nameplate
    ball_mm = 100.0 * geometry.ball_ratio
    bearing = Bearing(balls=geometry.balls, ball_diameter_mm=ball_mm, pitch_diameter_mm=100.0)
    plate = plate.model_copy(update={"bearing": bearing})
    recording, windows = simulate(scenario), Windows(LENGTH_S, LENGTH_S)
    windows.configure(recording.device)
    (window,) = (own for block in replay_blocks(recording, 0.5) for own in windows.push(block))
    return see(window, Analyser(plate, ImageSpec()).analyse(window), plate, fit_circuit(plate))
