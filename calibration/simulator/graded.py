"""Every condition in graded sizes, alone or mixed, on motors of which there is more than one recording.

A number gives a motor with its bearing, structure, sensors and mains. Its recordings differ in load and
noise, so that what one shows can be held against what another showed of the same motor while it was sound.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from calibration.simulator.conditions import (
    BearingCondition,
    BearingDefect,
    CageCondition,
    FrequencyStep,
    LoadCondition,
    Mode,
    Sag,
    SupplyCondition,
    VibrationCondition,
)
from calibration.simulator.draw import (
    Generator,
    chance,
    draw_current_sensors,
    draw_motor,
    draw_vibration,
    draw_vibration_sensors,
    log_uniform,
    pick,
)
from calibration.simulator.load import CONSTANT, FAN, GENERATOR, MIXED
from calibration.simulator.noise import generator
from calibration.simulator.scenario import Grade, Scenario
from calibration.simulator.stator import PHASES, OpenPhase, StatorCondition, TurnShort

_EVENT_S = 4.0
"""When an event of the supply begins, s. Judgement: enough before it and after it to see both."""
_SAG_S = 0.5
"""Length of a sag or a swell, s. Judgement: most sags last less than a second (EN 50160)."""
_FULL_SCALE_LOCKED = 12.0
"""Smallest full scale of sensors that see a locked rotor, over the rated amplitude. Judgement: its current
with its offset, without clipping."""
_BAD_TURNS_CONTACT = (0.1, 3.0)
"""Resistance of the contact between turns over that of the shorted turns. Judgement: from welded to
carbonised."""

_FILLED = 2.8
"""Largest number of balls times the ratio of their diameter to that of their circle: at pi they would touch.
Judgement."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition and how it is put into a scenario."""

    unit: str
    """What its size is, in words."""
    sizes: tuple[float, float, float]
    """A light, a middle and a heavy case."""
    put: Callable[[Scenario, float, Generator], Scenario]
    """Return the scenario with the condition of a size."""


def sound_motor(number: int, recording: int = 0, duration_s: float = 12.0) -> Scenario:
    """Return a recording of motor `number`, which is sound; its own number draws load and noise."""
    rng = generator(number, "graded motor")
    motor = draw_motor(rng, f"graded-{number:06d}")
    mains = SupplyCondition(
        frequency_hz=motor.circuit.frequency_hz,
        unbalance=float(rng.uniform(0.0, 0.008)),
        unbalance_angle_deg=float(rng.uniform(0.0, 360.0)),
        voltage_factor=float(rng.uniform(0.96, 1.04)),
        harmonics=(float(rng.uniform(0.0, 0.02)), float(rng.uniform(0.0, 0.012)), 0.003, 0.002),
    )
    driven = LoadCondition(
        pick(rng, (CONSTANT, GENERATOR, FAN, MIXED)),
        log_uniform(rng, 0.5, 8.0),
        log_uniform(rng, 0.001, 0.006),
    )
    cage = CageCondition(
        casting_seed=number,
        casting_sd=log_uniform(rng, 0.005, 0.02),
        interbar_ratio=log_uniform(rng, 1.0, 100.0),
    )
    still = Scenario(
        kind="conditions",
        motor=motor,
        duration_s=duration_s,
        cage=cage,
        supply=mains,
        driven=driven,
        vibration=replace(draw_vibration(rng), angle_seed=number),
        current_sensors=draw_current_sensors(rng),
        vibration_sensors=draw_vibration_sensors(rng),
    )
    return _recorded(still, generator(recording, f"graded recording of {number}"))


def _recorded(motor: Scenario, rng: Generator) -> Scenario:
    """Draw what differs from one recording of a motor to the next."""
    mains = replace(
        motor.supply,
        frequency_hz=motor.frequency_hz + float(rng.uniform(-0.05, 0.05)),
        unbalance=max(0.0, motor.supply.unbalance + float(rng.normal(0.0, 5e-4))),
        wander_hz=log_uniform(rng, 0.003, 0.02),
        flicker=log_uniform(rng, 5e-5, 6e-4),
    )
    return replace(
        motor,
        seed=int(rng.integers(2**31)),
        load=float(rng.uniform(0.4, 1.0)),
        temperature_factor=float(rng.uniform(1.0, 1.25)),
        supply=mains,
    )


def with_condition(scenario: Scenario, name: str, size: float, rng: Generator) -> Scenario:
    """Return a scenario that also has a condition, one of `CONDITIONS`, in a size of its unit."""
    graded = CONDITIONS[name].put(scenario, size, rng)
    return replace(graded, conditions=(*scenario.conditions, Grade(name, size)))


def mixture(seed: int) -> Scenario:
    """Draw the scenario number `seed` of the set `conditions`: up to three at once, a third with broken bars.

    Five consecutive seeds, from a multiple of five, share a motor; it is sound in the first of them.
    """
    rng = generator(seed, "conditions")
    scenario = sound_motor(seed // 5, seed % 5)
    if seed % 5 == 0:
        return scenario
    if chance(rng, 1 / 3):
        scenario = replace(scenario, broken_bars=int(rng.integers(1, 5)))
    families = rng.permutation(len(_FAMILIES))[: int(rng.integers(1, 4))]
    for family in sorted(int(k) for k in families):
        name = pick(rng, _FAMILIES[family])
        light, _, heavy = CONDITIONS[name].sizes
        size = log_uniform(rng, min(light, heavy), max(light, heavy))
        scenario = with_condition(scenario, name, size, rng)
    return scenario


def _turn_short(scenario: Scenario, size: float, rng: Generator) -> Scenario:
    short = TurnShort(size, pick(rng, tuple(PHASES)), log_uniform(rng, *_BAD_TURNS_CONTACT))
    return replace(scenario, stator=StatorCondition(turn_short=short))


def _winding(scenario: Scenario, size: float, rng: Generator) -> Scenario:
    added = np.zeros(3)
    added[rng.integers(3)] = size
    a, b, c = (float(value) for value in added)
    return replace(scenario, stator=StatorCondition(added_resistance=(a, b, c)))


def _supply_unbalance(scenario: Scenario, size: float, rng: Generator) -> Scenario:
    angle_deg = float(rng.uniform(0.0, 360.0))
    return replace(scenario, supply=replace(scenario.supply, unbalance=size, unbalance_angle_deg=angle_deg))


def _phase_loss(scenario: Scenario, size: float, rng: Generator) -> Scenario:
    stator = StatorCondition(open_phase=OpenPhase(pick(rng, tuple(PHASES))))
    return replace(scenario, load=size, stator=stator)


def _load(scenario: Scenario, size: float, rng: Generator) -> Scenario:
    return replace(scenario, load=size)


def _locked_rotor(scenario: Scenario, size: float, rng: Generator) -> Scenario:
    """Brake by ten times the rated torque, and switch the motor on against it."""
    sensors = scenario.current_sensors
    sensors = replace(sensors, full_scale=max(sensors.full_scale, _FULL_SCALE_LOCKED), saturation=None)
    return replace(
        scenario,
        load=10.0,
        start_up_s=float(rng.uniform(0.3, 1.0)),
        driven=replace(scenario.driven, law=CONSTANT),
        supply=replace(scenario.supply, voltage_factor=size),
        current_sensors=sensors,
    )


def _sag(scenario: Scenario, size: float, rng: Generator) -> Scenario:
    sag = Sag(_EVENT_S + float(rng.uniform(0.0, 2.0)), _SAG_S, size)
    return replace(scenario, supply=replace(scenario.supply, sag=sag))


def _swell(scenario: Scenario, size: float, rng: Generator) -> Scenario:
    return _sag(scenario, -size, rng)


def _frequency(scenario: Scenario, size: float, rng: Generator) -> Scenario:
    step = FrequencyStep(_EVENT_S + float(rng.uniform(0.0, 2.0)), pick(rng, (-size, size)))
    return replace(scenario, supply=replace(scenario.supply, frequency_step=step))


def _bearing(defect: BearingDefect) -> Callable[[Scenario, float, Generator], Scenario]:
    def put(scenario: Scenario, size: float, rng: Generator) -> Scenario:
        return _with_vibration(scenario, bearing=_bearing_of(scenario, defect, size, rng))

    return put


def _bearing_of(scenario: Scenario, defect: BearingDefect, size: float, rng: Generator) -> BearingCondition:
    """Return the motor's bearing with a pit; what slides in it is the recording's."""
    own = bearing_geometry(scenario.vibration.angle_seed or 0)
    return replace(own, defect=defect, amplitude=size, sliding=float(rng.uniform(0.01, 0.02)))


def bearing_geometry(number: int) -> BearingCondition:
    """Return the bearing of motor `number`, whose impacts have no size yet."""
    own = generator(number, "graded bearing")
    balls = int(own.integers(7, 13))
    return BearingCondition(
        defect=BearingDefect.OUTER,
        amplitude=0.0,
        balls=balls,
        ball_ratio=min(float(own.uniform(0.17, 0.27)), _FILLED / balls),
        resonance=Mode(float(own.uniform(2000.0, 4500.0)), log_uniform(own, 0.02, 0.06), 0.3),
    )


def _unbalance(scenario: Scenario, size: float, rng: Generator) -> Scenario:
    return _with_vibration(scenario, unbalance=size * scenario.vibration.unbalance)


def _misalignment(scenario: Scenario, size: float, rng: Generator) -> Scenario:
    """Scale the coupling's pull at twice the shaft's frequency, and the air gap that it makes uneven."""
    level_db = scenario.vibration.eccentricity_current_db
    return _with_vibration(
        scenario,
        misalignment=size * scenario.vibration.misalignment,
        eccentricity=size * scenario.vibration.eccentricity,
        eccentricity_current_db=level_db + 20.0 * float(np.log10(size)),
    )


def _looseness(scenario: Scenario, size: float, rng: Generator) -> Scenario:
    return _with_vibration(scenario, looseness=size)


def _with_vibration(scenario: Scenario, **changed: object) -> Scenario:
    vibration: VibrationCondition = replace(scenario.vibration, **changed)  # type: ignore[arg-type]
    return replace(scenario, vibration=vibration)


CONDITIONS: dict[str, Condition] = {
    "turn_short": Condition("share of a phase's turns", (0.01, 0.03, 0.06), _turn_short),
    "winding": Condition("resistance added to a phase over R_s", (0.15, 0.5, 1.5), _winding),
    "supply_unbalance": Condition("negative over positive voltage", (0.015, 0.025, 0.05), _supply_unbalance),
    "phase_loss": Condition("load per unit", (0.2, 0.3, 0.4), _phase_loss),
    "overload": Condition("load per unit", (1.15, 1.3, 1.5), _load),
    "underload": Condition("load per unit", (0.25, 0.15, 0.05), _load),
    "locked_rotor": Condition("voltage per unit", (0.9, 1.0, 1.1), _locked_rotor),
    "sag": Condition("share of the voltage that is missing", (0.1, 0.2, 0.4), _sag),
    "swell": Condition("share of the voltage on top", (0.06, 0.12, 0.2), _swell),
    "frequency_step": Condition("change in Hz", (0.2, 0.5, 1.0), _frequency),
    "bearing_outer": Condition("size of an impact in m/s²", (2.0, 6.0, 20.0), _bearing(BearingDefect.OUTER)),
    "bearing_inner": Condition("size of an impact in m/s²", (2.0, 6.0, 20.0), _bearing(BearingDefect.INNER)),
    "bearing_ball": Condition("size of an impact in m/s²", (2.0, 6.0, 20.0), _bearing(BearingDefect.BALL)),
    "unbalance": Condition("force over the sound motor's", (2.0, 4.0, 10.0), _unbalance),
    "misalignment": Condition("force and lines over the sound motor's", (3.0, 6.0, 15.0), _misalignment),
    "looseness": Condition("force of the first multiple in m/s²", (0.1, 0.3, 1.0), _looseness),
}
"""Every condition by its name. Sizes are judgement: from hardly visible to what stops a plant."""

_FAMILIES = (
    ("turn_short", "winding"),
    ("supply_unbalance",),
    ("overload", "underload"),
    ("sag", "swell", "frequency_step"),
    ("bearing_outer", "bearing_inner", "bearing_ball"),
    ("unbalance",),
    ("misalignment",),
    ("looseness",),
)
"""What a mixture draws from, at most one of each family. A lost phase and a locked rotor hide all else.

A seed draws indexes into it, so it never changes: further conditions go into a tuple of a next version.
"""
