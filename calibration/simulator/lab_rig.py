"""Replica of a laboratory rig: five rotors, eight loads, ten repetitions of twenty seconds."""

from dataclasses import dataclass, replace

from calibration.simulator.conditions import (
    CageCondition,
    CurrentSensors,
    Daq,
    LoadCondition,
    SupplyCondition,
    VibrationSensors,
)
from calibration.simulator.draw import draw_vibration, log_uniform
from calibration.simulator.load import GENERATOR
from calibration.simulator.motors import DEFAULT_MOTOR
from calibration.simulator.noise import generator
from calibration.simulator.scenario import Scenario

ROTORS = 5
"""As in the original (IEEE DataPort, DOI 10.21227/fmnm-bn95), like all figures below: 0 to 4 drilled bars."""
LOADS_NM = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0)
"""Torques of the DC generator."""
REPETITIONS = 10
"""Recordings of each rotor at each load."""
RECORDINGS = ROTORS * len(LOADS_NM) * REPETITIONS
"""Recordings of one bench: 400."""
DURATION_S = 20.02
"""Length of a recording: 1,001,000 scans of the currents."""
CURRENT_RATE_HZ = 50_000.0
"""Of the converter of currents and voltages."""
VIBRATION_RATE_HZ = 7_600.0
"""Of the converter of vibration, from its scans over the duration."""
AXES = ("drive_end", "nondrive_end", "axial", "base", "radial")
"""Sensors at both ends, along the shaft, at the foot and on the frame."""


@dataclass(frozen=True, slots=True)
class BenchPosition:
    """Position of a recording in the experiment."""

    bench: int
    """Number of the bench: rotors, sensors and structure are the same for all its recordings."""
    rotor: int
    """Broken bars, 0 to 4."""
    load: int
    """Index in `LOADS_NM`."""
    repetition: int
    """0 to 9."""


def place_of(seed: int) -> BenchPosition:
    """Return the position of a seed: rotors, then loads, then repetitions, 400 to a bench."""
    bench, number = divmod(seed, RECORDINGS)
    rotor, number = divmod(number, len(LOADS_NM) * REPETITIONS)
    load, repetition = divmod(number, REPETITIONS)
    return BenchPosition(bench, rotor, load, repetition)


def lab_rig_scenario(seed: int) -> Scenario:
    """Return a recording of a bench: the motor is off for two seconds, started, and loaded.

    One rotor per class, as in the original: whatever is learned from a bench may be the rotor and not
    its fault.
    """
    place = place_of(seed)
    bench = generator(place.bench, "bench")
    motor = replace(DEFAULT_MOTOR, name=f"lab_rig-{place.bench}-{DEFAULT_MOTOR.name}")
    vibration = draw_vibration(bench)
    sensors = CurrentSensors(full_scale=12.0, bandwidth_hz=20_000.0)
    inertia_ratio = log_uniform(bench, 1.0, 4.0)
    interbar = [log_uniform(bench, 0.3, 5.0) for _ in range(ROTORS)]
    rng = generator(seed, "lab_rig")
    return Scenario(
        seed=seed,
        kind="lab_rig",
        broken_bars=place.rotor,
        load=LOADS_NM[place.load] / motor.circuit.rated_torque_nm,
        duration_s=DURATION_S,
        motor=motor,
        temperature_factor=float(rng.uniform(0.95, 1.15)),
        start_up_s=float(rng.uniform(2.0, 2.3)),
        cage=CageCondition(
            casting_sd=0.01,
            casting_seed=ROTORS * place.bench + place.rotor,
            interbar_ratio=interbar[place.rotor],
        ),
        driven=LoadCondition(law=GENERATOR, inertia_ratio=inertia_ratio, noise=0.002),
        supply=SupplyCondition(
            frequency_hz=60.0 + float(rng.normal(0.0, 0.02)),
            voltage_factor=float(rng.uniform(0.97, 1.03)),
            wander_hz=log_uniform(rng, 0.003, 0.015),
        ),
        vibration=vibration,
        current_sensors=sensors,
        vibration_sensors=VibrationSensors(axes=AXES, velocity=True),
        daq=Daq(CURRENT_RATE_HZ, VIBRATION_RATE_HZ, bits=16),
    )
