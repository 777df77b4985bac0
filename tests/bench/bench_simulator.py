"""How much faster than real time the simulator is, on one core: `python tests/bench/bench_simulator.py`."""

import sys
import time
from collections.abc import Callable
from dataclasses import replace

import _paths  # noqa: F401
import numpy as np
from ideal_motor import a_cage, a_clean_voltage, a_load, a_mesh_run, rotor_of

from calibration.simulator.cage import condense
from calibration.simulator.conditions import VibrationSensors
from calibration.simulator.live import LiveMotor
from calibration.simulator.load import GENERATOR
from calibration.simulator.machine import Machine, preset_speed, rotor_table
from calibration.simulator.motors import DEFAULT_MOTOR
from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from calibration.simulator.sets import draw_scenario

LENGTH_S = 12.0
KERNEL_AT_LEAST = 200.0
RECORDING_AT_LEAST = 30.0
LIVE_AT_LEAST = 10.0
LAB_RIG_AT_MOST_S = 40 * 60.0


def main() -> int:
    """Print one line a measure; gives 1 when one misses what it must reach."""
    results = [
        _line("kernel alone", LENGTH_S, kernel, KERNEL_AT_LEAST),
        _line("full mesh", LENGTH_S, lambda: a_mesh_run(1, 1.0, duration_s=LENGTH_S - 3.0), 0.0),
        _line("recording, 5 channels at 10 kHz", LENGTH_S, recording, RECORDING_AT_LEAST),
        _line("running motor, 5 channels, 20 ms pieces", LENGTH_S, live(), LIVE_AT_LEAST),
        lab_rig(),
    ]
    return 0 if all(results) else 1


def _line(name: str, length_s: float, work: Callable[[], object], at_least: float) -> bool:
    """Take the best of five after a first run that compiles."""
    work()
    taken_s = []
    for _ in range(5):
        started_s = time.process_time()
        work()
        taken_s.append(time.process_time() - started_s)
    ratio = length_s / min(taken_s)
    print(f"{name:42s} {1000 * min(taken_s):8.1f} ms {ratio:8.0f} x real time (at least {at_least:.0f})")
    return ratio >= at_least


def kernel() -> None:
    """Integrate the condensed machine."""
    motor = DEFAULT_MOTOR
    slip = motor.circuit.slip_at_load(1.0)
    machine = Machine(motor, 3.0, 50e-6)
    preset_speed(machine.state, motor.circuit.synchronous_rad_s * (1 - slip))
    table = rotor_table(np.array([slip]), [condense(a_cage(34, (0,)), rotor_of(motor), 60.0, slip)])
    machine.advance(VOLTAGE, 2 * np.pi * 60, FACTOR, table, a_load(motor, 1.0, GENERATOR))


def recording() -> None:
    """Make a whole recording, its pre-roll included."""
    simulate(Scenario(seed=1, broken_bars=1, duration_s=LENGTH_S))


def live() -> Callable[[], None]:
    """Run a motor on in small pieces."""
    motor = LiveMotor(Scenario(seed=1, broken_bars=1))

    def run_on() -> None:
        for _ in range(round(LENGTH_S / 0.02)):
            motor.advance(0.02)

    return run_on


def lab_rig() -> bool:
    """Time five recordings of the laboratory rig, and say what all 400 would take on two cores."""
    scenarios = [draw_scenario("lab_rig", seed) for seed in (0, 95, 190, 285, 399)]
    simulate(replace(scenarios[0], duration_s=1.0, vibration_sensors=VibrationSensors()))
    started_s = time.process_time()
    for scenario in scenarios:
        simulate(scenario)
    each_s = (time.process_time() - started_s) / len(scenarios)
    all_s = 400 * each_s / 2
    print(
        f"{'lab rig, 20 s at 50 / 7.6 kHz, 8 channels':42s} {1000 * each_s:8.1f} ms, "
        f"400 on two cores in {all_s / 60:.1f} min (at most {LAB_RIG_AT_MOST_S / 60:.0f}), extrapolated"
    )
    return all_s <= LAB_RIG_AT_MOST_S


VOLTAGE = a_clean_voltage(DEFAULT_MOTOR, round(LENGTH_S / 50e-6))
FACTOR = np.ones(VOLTAGE.size)

if __name__ == "__main__":
    sys.exit(main())
