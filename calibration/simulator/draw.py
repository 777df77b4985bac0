"""Random motors and conditions, as widely as the field has them."""

from dataclasses import replace
from typing import TypeVar

import numpy as np

from calibration.simulator.conditions import (
    BearingCondition,
    BearingDefect,
    CageCondition,
    CurrentSensors,
    Daq,
    Drive,
    FaultKind,
    LinePair,
    LoadCondition,
    LoadStep,
    Mode,
    Oscillation,
    Ripple,
    SensorFault,
    SupplyCondition,
    VibrationCondition,
    VibrationSensors,
)
from calibration.simulator.load import CONSTANT, FAN, GENERATOR, MIXED
from calibration.simulator.motors import Motor, motor_named, relative_of

Generator = np.random.Generator
Choice = TypeVar("Choice")

DRAWN_MOTORS = (
    "lab-0.75kw",
    "0.75kw-4p-50hz",
    "1.1kw-2p-50hz",
    "1.5kw-4p-60hz",
    "2.2kw-4p-50hz",
    "3kw-6p-50hz",
    "5.5kw-4p-50hz",
    "7.5kw-2p-60hz",
    "11kw-4p-60hz",
    "15kw-6p-50hz",
)
"""Motor classes that the sets of version 1 draw from.

What a seed draws is an index into this tuple and the two below, and published figures name their seeds. So
they never change: a new class, defect or fault goes into tuples of a next version, beside these.
"""
DRAWN_DEFECTS = (BearingDefect.OUTER, BearingDefect.INNER, BearingDefect.BALL)
"""Bearing defects that the sets of version 1 draw from."""
DRAWN_FAULTS = (
    FaultKind.STUCK,
    FaultKind.DROPOUT_ZERO,
    FaultKind.DROPOUT_LOST,
    FaultKind.CLIPPING,
    FaultKind.DRIFT,
    FaultKind.SWAPPED,
    FaultKind.REVERSED,
    FaultKind.MISSING,
)
"""Faults of the measurement that the sets of version 1 draw from, or go through in turn."""

_MODE_BANDS_HZ = ((60, 170), (300, 700), (850, 1500), (1900, 3400))
"""Judgement: four resonances of a housing on its foundation, none of them measured on a motor of ours."""
_RATES_HZ = (10_000.0, 10_000.0, 10_000.0, 5_000.0, 8_000.0, 12_800.0, 20_000.0, 2_000.0)
"""Judgement: rates of common converters, the usual one three times; the last is for currents only."""
_LINES_DB = (-85.0, -40.0)
"""Levels of slot harmonics and eccentricity lines that are there, over the rated amplitude, dB. Judgement: on
a real rig no slot harmonic stood out at all, and text books show lines of -40 dB."""

_UNEVEN_DB = (-50.0, -38.0)
"""Judgement: eccentricity lines of an uneven air gap, over the rated amplitude, dB; others lie below."""


def log_uniform(rng: Generator, low: float, high: float) -> float:
    """Draw between two positive bounds, evenly over the logarithm."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def pick(rng: Generator, choices: tuple[Choice, ...]) -> Choice:
    """Draw one of several, all equally likely."""
    return choices[int(rng.integers(len(choices)))]


def chance(rng: Generator, probability: float) -> bool:
    """Return True with this probability."""
    return bool(rng.random() < probability)


def draw_motor(rng: Generator, name: str) -> Motor:
    """Draw a relative of one of the ten classes; its name ends with that of its class."""
    base = motor_named(pick(rng, DRAWN_MOTORS))
    return relative_of(base, f"{name}-{base.name}", rng)


def draw_cage(rng: Generator, bars: int, broken: int) -> CageCondition:
    """Draw casting, ring share, inter-bar resistance and where the breaks are.

    Some castings are worse than most in the field: they, too, must not be taken for broken.
    A fifth of several broken bars do not lie side by side, and one of twelve faults is a crack.
    """
    positions = None
    if broken >= 2 and chance(rng, 0.2):
        positions = tuple(sorted(int(k) for k in rng.choice(bars // 2, broken, replace=False)))
    crack = broken > 0 and chance(rng, 1 / 12)
    return CageCondition(
        positions=positions,
        crack_factor=float(rng.uniform(3.0, 20.0)) if crack else None,
        ring_share=float(rng.uniform(0.15, 0.5)),
        casting_sd=log_uniform(rng, 0.005, 0.06),
        interbar_ratio=log_uniform(rng, 0.03, 100.0),
        break_position=float(rng.uniform(0.0, 1.0)),
    )


def draw_oscillation(rng: Generator) -> Oscillation:
    """Draw an oscillating load; a third oscillate within 2 % of 2sf."""
    ratio = rng.uniform(0.98, 1.02) if chance(rng, 1 / 3) else rng.uniform(0.5, 2.0)
    return Oscillation(amplitude=log_uniform(rng, 0.005, 0.10), ratio=float(ratio))


def draw_ripples(rng: Generator) -> tuple[Ripple, ...]:
    """Draw a belt with its second harmonic, or a piston."""
    amplitude = log_uniform(rng, 0.005, 0.08)
    order = float(rng.uniform(0.1, 0.5)) if chance(rng, 0.6) else 1.0
    return (Ripple(order, amplitude), Ripple(2 * order, amplitude * float(rng.uniform(0.2, 0.7))))


def draw_driven(rng: Generator, duration_s: float) -> LoadCondition:
    """Draw the driven machine: one of four laws; few ramps and steps; 30 % oscillate.

    Heavy fans are frequent in the field; with their inertia there is hardly an upper sideband.
    """
    steps: tuple[LoadStep, ...] = ()
    if chance(rng, 0.08):
        steps = (LoadStep(float(rng.uniform(0.2, 0.8) * duration_s), float(rng.uniform(0.7, 1.3))),)
    return LoadCondition(
        law=pick(rng, (CONSTANT, GENERATOR, FAN, MIXED)),
        inertia_ratio=log_uniform(rng, 0.3, 300.0),
        noise=log_uniform(rng, 0.001, 0.02),
        ramp=float(rng.uniform(-0.15, 0.15)) if chance(rng, 0.1) else 0.0,
        steps=steps,
        oscillation=draw_oscillation(rng) if chance(rng, 0.3) else None,
        ripples=draw_ripples(rng) if chance(rng, 0.15) else (),
    )


def draw_supply(rng: Generator, rated_hz: float, *, drive: bool) -> SupplyCondition:
    """Draw the mains, or a drive at 60 to 100 % of the rated frequency."""
    frequency = rated_hz * rng.uniform(0.6, 1.0) if drive else rated_hz + rng.uniform(-0.2, 0.2)
    fifth, seventh = (0.02, 0.012) if drive else rng.uniform(0.0, 0.04, 2)
    return SupplyCondition(
        frequency_hz=float(frequency),
        voltage_factor=float(rng.uniform(0.92, 1.08)),
        wander_hz=log_uniform(rng, 0.002, 0.03),
        flicker=log_uniform(rng, 5e-5, 2e-3),
        unbalance=float(min(abs(rng.normal(0.0, 0.012)), 0.04)),
        harmonics=(float(fifth), float(seventh), abs(rng.normal(0, 0.003)), abs(rng.normal(0, 0.002))),
        drive=Drive(float(rng.uniform(2000.0, 16_000.0))) if drive else None,
    )


def draw_bearing(rng: Generator) -> BearingCondition:
    """Draw a pitted bearing."""
    return BearingCondition(
        defect=pick(rng, DRAWN_DEFECTS),
        amplitude=log_uniform(rng, 1.0, 20.0),
        balls=int(rng.integers(7, 10)),
    )


def draw_vibration(rng: Generator) -> VibrationCondition:
    """Draw sources from a fifth to five times the usual, and the structure's resonances."""
    usual = VibrationCondition()

    def around(value: float) -> float:
        return value * log_uniform(rng, 0.2, 5.0)

    modes = tuple(
        Mode(
            frequency_hz=float(rng.uniform(*band)),
            damping=log_uniform(rng, 0.01, 0.05),
            gain=float(rng.uniform(0.05, 0.25)) * (0.6 if number == 0 else 1.0),
        )
        for number, band in enumerate(_MODE_BANDS_HZ)
    )
    return VibrationCondition(
        unbalance=around(usual.unbalance),
        misalignment=around(usual.misalignment),
        eccentricity=around(usual.eccentricity),
        magnetic=around(usual.magnetic),
        broken_bar=around(usual.broken_bar),
        slot=around(usual.slot),
        broadband=around(usual.broadband),
        torque=around(usual.torque),
        slot_current_db=float(rng.uniform(-70.0, -50.0)),
        eccentricity_current_db=float(rng.uniform(-75.0, -58.0)),
        modes=modes,
    )


def draw_line_pair(rng: Generator) -> LinePair:
    """Draw two lines of the current as the field has them: both in a quarter of the motors, one in a half."""
    first_db, second_db = (float(level_db) for level_db in rng.uniform(*_LINES_DB, 2))
    pairs: tuple[LinePair, ...] = (
        (first_db, second_db),
        (first_db, None),
        (None, second_db),
        (None, None),
    )
    return pick(rng, pairs)


def draw_stator_lines(rng: Generator, kind: VibrationCondition) -> VibrationCondition:
    """Draw slot harmonics and eccentricity lines of the current anew; an uneven air gap keeps its lines."""
    slots, eccentric = draw_line_pair(rng), draw_line_pair(rng)
    if kind.eccentricity_current_db >= _UNEVEN_DB[0]:
        return replace(kind, slot_lines_db=slots)
    return replace(kind, slot_lines_db=slots, eccentricity_lines_db=eccentric)


def draw_eccentricity(rng: Generator, sound: VibrationCondition) -> VibrationCondition:
    """Make the air gap uneven, in the vibration and in the current."""
    current_db = float(rng.uniform(*_UNEVEN_DB))
    return replace(sound, eccentricity=log_uniform(rng, 0.1, 0.6), eccentricity_current_db=current_db)


def draw_defects(rng: Generator, sound: VibrationCondition) -> VibrationCondition:
    """Make a tenth each badly balanced, badly aligned, eccentric, or give it a pitted bearing."""
    changed = sound
    if chance(rng, 0.1):
        changed = replace(changed, unbalance=log_uniform(rng, 0.5, 3.0))
    if chance(rng, 0.1):
        changed = replace(changed, misalignment=log_uniform(rng, 0.2, 1.0))
    if chance(rng, 0.1):
        changed = draw_eccentricity(rng, changed)
    if chance(rng, 0.1):
        changed = replace(changed, bearing=draw_bearing(rng))
    return changed


def draw_current_sensors(rng: Generator) -> CurrentSensors:
    """Draw gains within 3 %, phases within 4 degrees, noise of -75 to -50 dB."""
    a, b, c = (float(gain) for gain in np.clip(rng.normal(1.0, 0.01, 3), 0.97, 1.03))
    pa, pb, pc = (float(phase) for phase in rng.uniform(-2.0, 4.0, 3))
    oa, ob, oc = (float(offset) for offset in rng.normal(0.0, 0.004, 3))
    return CurrentSensors(
        gains=(a, b, c),
        phases_deg=(pa, pb, pc),
        offsets=(oa, ob, oc),
        noise=10 ** (float(rng.uniform(-75.0, -50.0)) / 20.0),
        bandwidth_hz=log_uniform(rng, 1000.0, 50_000.0),
        full_scale=log_uniform(rng, 2.0, 20.0),
        saturation=float(rng.uniform(2.0, 10.0)) if chance(rng, 0.2) else None,
    )


def draw_vibration_sensors(rng: Generator) -> VibrationSensors:
    """Draw accelerometers from cheap to good; a sixth are sensors of velocity."""
    return VibrationSensors(
        noise_ug=log_uniform(rng, 25.0, 700.0),
        range_g=pick(rng, (2.0, 4.0, 8.0, 16.0)),
        velocity=chance(rng, 1 / 6),
    )


def draw_daq(rng: Generator) -> Daq:
    """Draw a converter of 2 to 20 kHz and 10 to 24 bits; a tenth have no filter before it."""
    return Daq(
        current_rate_hz=pick(rng, _RATES_HZ),
        vibration_rate_hz=pick(rng, _RATES_HZ[:-1]),
        bits=pick(rng, (10, 12, 12, 14, 16, 24)),
        skew_s=float(rng.uniform(0.0, 50e-6)),
        clock_error_ppm=float(rng.uniform(-100.0, 100.0)),
        jitter_s=log_uniform(rng, 1e-8, 1e-6),
        anti_alias=not chance(rng, 0.1),
    )


def draw_sensor_fault(rng: Generator, kind: FaultKind, duration_s: float) -> SensorFault:
    """Draw where, when and how strongly a fault of a kind shows."""
    channel = pick(rng, ("ia", "ib", "ic", "vib_radial"))
    if kind in (FaultKind.SWAPPED, FaultKind.REVERSED, FaultKind.MISSING):
        return SensorFault(kind, pick(rng, ("ia", "ib", "ic")))
    if kind is FaultKind.CLIPPING:
        return SensorFault(kind, channel, magnitude=float(rng.uniform(0.8, 0.95)))
    if kind is FaultKind.DRIFT:
        return SensorFault(kind, channel, magnitude=float(rng.uniform(-0.04, 0.04)))
    start = float(rng.uniform(0.05, 0.8) * duration_s)
    if kind is FaultKind.STUCK:
        return SensorFault(kind, channel, start)
    return SensorFault(kind, channel, start, log_uniform(rng, 0.002, 0.08))
