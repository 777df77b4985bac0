"""Named sets of scenarios: a kind and a seed always give the same scenario.

Seeds below `FIRST_TEST_SEED` belong to training, those from it on to testing: nothing that was trained on
the one may be judged by the other. Five consecutive seeds, from a multiple of five, share a motor and
have 0, 1, 2, 3 and 4 broken bars.
"""

from collections.abc import Callable
from dataclasses import replace

from calibration.simulator.conditions import (
    CageCondition,
    LoadCondition,
    Oscillation,
    Sag,
    SensorFault,
    SupplyCondition,
    VibrationCondition,
)
from calibration.simulator.draw import (
    DRAWN_FAULTS,
    Generator,
    chance,
    draw_bearing,
    draw_cage,
    draw_current_sensors,
    draw_daq,
    draw_defects,
    draw_driven,
    draw_eccentricity,
    draw_motor,
    draw_ripples,
    draw_sensor_fault,
    draw_stator_lines,
    draw_supply,
    draw_vibration,
    draw_vibration_sensors,
    log_uniform,
    pick,
)
from calibration.simulator.graded import mixture
from calibration.simulator.lab_rig import lab_rig_scenario
from calibration.simulator.load import GENERATOR
from calibration.simulator.noise import generator
from calibration.simulator.scenario import Scenario

FIRST_TEST_SEED = 1_000_000
"""Smallest seed of the test sets. Judgement: twenty times the seeds that training may use up at once."""
CLASSES = 5
"""Recordings of a motor: with 0 to 4 broken bars, the classes of the agent."""
VALIDATION_LOADS = (0.125, 0.25, 0.5, 0.75, 1.0)
"""Loads of the validation set, per unit. Judgement: quarters, and an eighth, where sidebands are hard to
see."""
DURATION_S = 12.0
"""Length of a recording, s. Judgement: the longest usual window of the agent."""


def draw_scenario(kind: str, seed: int) -> Scenario:
    """Draw the scenario number `seed` of a named set: one of `SETS`."""
    if kind not in SETS:
        raise ValueError(f"no set of scenarios is named {kind!r}; there are {', '.join(SETS)}")
    return SETS[kind](seed)


def _training(seed: int) -> Scenario:
    """Draw everything at once, as widely as in the field: 30 % oscillate, 15 % have a sensor fault."""
    rng = generator(seed, "training")
    scenario = _base(rng, "training", seed, seed % CLASSES)
    motor = scenario.motor
    faults: tuple[SensorFault, ...] = ()
    if chance(rng, 0.15):
        faults = (draw_sensor_fault(rng, pick(rng, DRAWN_FAULTS), DURATION_S),)
    return replace(
        scenario,
        load=float(rng.uniform(0.03, 1.15)),
        saturation=float(rng.uniform(0.0, 0.6)),
        driven=draw_driven(rng, DURATION_S),
        supply=draw_supply(rng, motor.circuit.frequency_hz, drive=chance(rng, 0.08)),
        vibration=draw_defects(rng, draw_vibration(rng)),
        daq=draw_daq(rng),
        sensor_faults=faults,
    )


def _validation(seed: int) -> Scenario:
    """Draw ordinary mains and loads, well measured, on motors of their own: the easy cases."""
    rng = generator(seed, "validation")
    scenario = _base(rng, "validation", seed, seed % CLASSES)
    cage = CageCondition(
        ring_share=float(rng.uniform(0.2, 0.4)),
        casting_sd=log_uniform(rng, 0.005, 0.02),
        interbar_ratio=log_uniform(rng, 0.1, 100.0),
        break_position=float(rng.uniform(0.0, 1.0)),
    )
    return replace(
        scenario,
        load=pick(rng, VALIDATION_LOADS),
        cage=cage,
        driven=_steady_load(rng),
        supply=_ordinary_mains(rng, scenario.motor.circuit.frequency_hz),
        vibration=draw_vibration(rng),
    )


def _confounders(seed: int) -> Scenario:
    """Draw one strong condition other than broken bars; every fourth recording has broken bars too."""
    rng = generator(seed, "confounders")
    broken = int(rng.integers(1, 5)) if seed % 4 == 3 else 0
    scenario = _ordinary(rng, "confounders", seed, broken)
    return _CONFOUNDERS[seed // 4 % len(_CONFOUNDERS)](scenario, rng)


def _sensor_faults(seed: int) -> Scenario:
    """Draw one fault of the measurement, in turn, on rotors of all classes."""
    rng = generator(seed, "sensor_faults")
    scenario = _ordinary(rng, "sensor_faults", seed, seed % CLASSES)
    kind = DRAWN_FAULTS[seed // CLASSES % len(DRAWN_FAULTS)]
    fault = draw_sensor_fault(rng, kind, DURATION_S)
    return replace(scenario, sensor_faults=(fault,))


def _version_2(drawn: Scenario) -> Scenario:
    """Return a scenario with the lines of its motor's current drawn anew, all else as it was."""
    number = drawn.seed // CLASSES
    vibration = draw_stator_lines(generator(number, f"{drawn.kind} lines, version 2"), drawn.vibration)
    return replace(drawn, kind=f"{drawn.kind}_2", vibration=vibration)


SETS: dict[str, Callable[[int], Scenario]] = {
    "training": _training,
    "validation": _validation,
    "lab_rig": lab_rig_scenario,
    "confounders": _confounders,
    "sensor_faults": _sensor_faults,
    "conditions": mixture,
    "training_2": lambda seed: _version_2(_training(seed)),
    "validation_2": lambda seed: _version_2(_validation(seed)),
    "confounders_2": lambda seed: _version_2(_confounders(seed)),
}
"""The function that draws the scenarios of each set.

Version 1 has both slot harmonics and both eccentricity lines in the current of each motor, which is kinder
than the field. Version 2 has the same motors and conditions, and in a quarter of the motors both lines of a
pair, in a half one of them, in a quarter none, each at a level of its own.
"""


def _base(rng: Generator, kind: str, seed: int, broken: int) -> Scenario:
    """Draw what every set draws: motor, temperature, cage and sensors."""
    number = seed // CLASSES
    motor = draw_motor(generator(number, f"{kind} motor"), f"{kind}-{number:06d}")
    return Scenario(
        seed=seed,
        kind=kind,
        broken_bars=broken,
        motor=motor,
        duration_s=DURATION_S,
        temperature_factor=float(rng.uniform(0.9, 1.35)),
        cage=draw_cage(rng, motor.bars, broken),
        current_sensors=draw_current_sensors(rng),
        vibration_sensors=draw_vibration_sensors(rng),
    )


def _ordinary(rng: Generator, kind: str, seed: int, broken: int) -> Scenario:
    """Draw an ordinary recording to which one thing is then added."""
    scenario = _base(rng, kind, seed, broken)
    cage = CageCondition(
        casting_sd=log_uniform(rng, 0.005, 0.02), interbar_ratio=log_uniform(rng, 1.0, 100.0)
    )
    return replace(
        scenario,
        load=float(rng.uniform(0.25, 1.0)),
        cage=cage,
        driven=_steady_load(rng),
        supply=_ordinary_mains(rng, scenario.motor.circuit.frequency_hz),
        vibration=draw_vibration(rng),
    )


def _steady_load(rng: Generator) -> LoadCondition:
    return LoadCondition(GENERATOR, log_uniform(rng, 0.5, 8.0), noise=log_uniform(rng, 0.001, 0.006))


def _ordinary_mains(rng: Generator, rated_hz: float) -> SupplyCondition:
    return replace(
        draw_supply(rng, rated_hz, drive=False),
        wander_hz=log_uniform(rng, 0.003, 0.02),
        flicker=log_uniform(rng, 5e-5, 6e-4),
        unbalance=float(min(abs(rng.normal(0.0, 0.005)), 0.01)),
        harmonics=(_half_normal(rng, 0.008), _half_normal(rng, 0.006), _half_normal(rng, 0.003), 0.002),
    )


def _half_normal(rng: Generator, sd: float) -> float:
    return float(abs(rng.normal(0.0, sd)))


def _with_driven(scenario: Scenario, rng: Generator, ratio: float) -> Scenario:
    """Return the scenario with a load that oscillates at about `ratio` times 2sf."""
    amplitude = log_uniform(rng, 0.02, 0.10)
    oscillation = Oscillation(amplitude, ratio * float(rng.uniform(0.98, 1.02)))
    return replace(scenario, driven=replace(scenario.driven, oscillation=oscillation))


def _with_vibration(scenario: Scenario, changed: VibrationCondition) -> Scenario:
    return replace(scenario, vibration=changed)


def _with_supply(scenario: Scenario, changed: SupplyCondition) -> Scenario:
    return replace(scenario, supply=changed)


_CONFOUNDERS: tuple[Callable[[Scenario, Generator], Scenario], ...] = (
    lambda s, rng: _with_driven(s, rng, 1.0),
    lambda s, rng: replace(s, driven=replace(s.driven, ripples=draw_ripples(rng))),
    lambda s, rng: _with_supply(s, replace(s.supply, unbalance=float(rng.uniform(0.02, 0.04)))),
    lambda s, rng: _with_supply(s, replace(s.supply, flicker=log_uniform(rng, 1e-3, 3e-3))),
    lambda s, rng: _with_driven(s, rng, float(rng.uniform(0.5, 2.0))),
    lambda s, rng: _with_supply(s, draw_supply(rng, s.motor.circuit.frequency_hz, drive=True)),
    lambda s, rng: _with_vibration(s, replace(s.vibration, bearing=draw_bearing(rng))),
    lambda s, rng: _with_vibration(s, replace(s.vibration, unbalance=float(rng.uniform(0.8, 3.0)))),
    lambda s, rng: _with_supply(s, replace(s.supply, wander_hz=log_uniform(rng, 0.02, 0.05))),
    lambda s, rng: _with_vibration(s, replace(s.vibration, misalignment=float(rng.uniform(0.3, 1.0)))),
    lambda s, rng: _with_supply(s, replace(s.supply, sag=Sag(float(rng.uniform(2.0, 9.0)), 0.2, 0.3))),
    lambda s, rng: _with_vibration(s, draw_eccentricity(rng, s.vibration)),
)
"""Load oscillation, belt or piston, unbalance, flicker, off-tune oscillation, drive, bearing, rotor
unbalance, frequency wander, misalignment, sag, eccentricity."""
