"""The rotor of a scenario: its cage in the form of the machine, and the truth about its damage."""

from dataclasses import dataclass

import numpy as np

from calibration.simulator.cage import (
    AxisMatrices,
    Cage,
    RotorCircuit,
    condense,
    condense_over_slip,
)
from calibration.simulator.conditions import CoreCondition
from calibration.simulator.equations import RotorTable
from calibration.simulator.interbar import interbar_shrink
from calibration.simulator.machine import rotor_table
from calibration.simulator.noise import generator
from calibration.simulator.scenario import Scenario

_MAX_EQUIVALENT_BARS = 6
"""Judgement: two more than any class; half a pole pitch of a common rotor has hardly more bars."""
_START_UP_SLIPS = np.geomspace(0.002, 1.0, 24)
"""Slips of the rotor table of a start-up. Judgement: the matrices change smoothly over the logarithm of the
slip."""


@dataclass(frozen=True, slots=True)
class Rotor:
    """A cage condensed for the machine, with its truth."""

    table: RotorTable
    """Matrices over slip."""
    damaged: tuple[int, ...]
    """Slots of the broken or cracked bars."""
    shrink: float
    """h, the share of the asymmetry that inter-bar current leaves."""
    asymmetry: float
    """Half the difference over the mean of the axes' resistances."""
    equivalent_bars: float
    """Number of adjacent bars, insulated from each other, that are as asymmetrical."""


def make_rotor(scenario: Scenario) -> Rotor:
    """Cast, damage and condense the cage at the slip where it will run (over all slips for a start-up)."""
    circuit = rotor_circuit(scenario)
    cage = make_cage(scenario)
    condition = scenario.cage
    shrink = interbar_shrink(
        len(cage.bars),
        circuit.pole_pairs,
        condition.ring_share,
        scenario.damaged,
        condition.interbar_ratio,
        condition.break_position,
    )
    slip = expected_slip(scenario)
    frequency = scenario.frequency_hz
    axes = _cast_in_iron(condense(cage, circuit, frequency, slip).shrunk(shrink), scenario.core)
    table = rotor_table(np.array([slip]), [axes])
    if scenario.start_up_s is not None:
        run_up = condense_over_slip(cage, circuit, frequency, _START_UP_SLIPS)
        salient = [_cast_in_iron(matrices.shrunk(shrink), scenario.core) for matrices in run_up]
        table = rotor_table(_START_UP_SLIPS, salient)
    equivalent = equivalent_bars(axes.asymmetry, len(cage.bars), circuit, frequency, slip)
    return Rotor(table, scenario.damaged, shrink, axes.asymmetry, equivalent)


def _cast_in_iron(axes: AxisMatrices, core: CoreCondition) -> AxisMatrices:
    return axes.with_salient_leakage(core.leakage_saliency, core.axis_deg)


def rotor_circuit(scenario: Scenario) -> RotorCircuit:
    """Return the sound cage's resistance, warm, and inductances."""
    circuit = scenario.motor.circuit
    rate = 2 * np.pi * circuit.frequency_hz
    return RotorCircuit(
        pole_pairs=circuit.pole_pairs,
        resistance_ohm=circuit.rotor_resistance_ohm * scenario.temperature_factor,
        leakage_h=circuit.rotor_leakage_ohm / rate,
        magnetising_h=circuit.magnetising_ohm / rate,
        ring_share=scenario.cage.ring_share,
    )


def make_cage(scenario: Scenario) -> Cage:
    """Return the cage: bars cast with their tolerance, some of them damaged."""
    condition = scenario.cage
    n = scenario.motor.bars
    seed = scenario.seed if condition.casting_seed is None else condition.casting_seed
    bars = 1.0 + condition.casting_sd * generator(seed, "casting").standard_normal(n)
    damaged = list(scenario.damaged)
    bars[damaged] = np.inf if condition.crack_factor is None else bars[damaged] * condition.crack_factor
    ring = np.ones(n)
    if condition.ring_factor is not None:
        ring[n // 3] = condition.ring_factor
    return Cage(tuple(bars.tolist()), tuple(ring.tolist()))


def expected_slip(scenario: Scenario) -> float:
    """Return the slip of the sound motor at this load, scaled with the rotor's temperature and the supply."""
    circuit = scenario.motor.circuit
    slip = circuit.slip_at_load(scenario.load) * scenario.temperature_factor
    relative_hz = scenario.frequency_hz / circuit.frequency_hz
    volts = scenario.supply.voltage_factor * (relative_hz if scenario.supply.drive is not None else 1.0)
    return float(np.clip(slip * relative_hz / volts**2, 0.0005, 0.3))


def equivalent_bars(
    asymmetry: float, bars: int, circuit: RotorCircuit, frequency_hz: float, slip: float
) -> float:
    """Return how many adjacent broken bars make an ideal, insulated cage as asymmetrical.

    Beyond half a pole pitch more broken bars make a cage less asymmetrical: the count ends there.
    """
    asymmetries: list[float] = []
    for count in range(_MAX_EQUIVALENT_BARS + 1):
        cage = Cage((np.inf,) * count + (1.0,) * (bars - count), (1.0,) * bars)
        asymmetries.append(condense(cage, circuit, frequency_hz, slip).asymmetry)
        if count > 0 and asymmetries[-1] <= asymmetries[-2]:
            asymmetries.pop()
            break
    return float(np.interp(asymmetry, asymmetries, np.arange(len(asymmetries))))
