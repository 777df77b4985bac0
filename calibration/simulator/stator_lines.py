"""Lines of the current that the machine model lacks: slot, eccentricity and switching lines."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from calibration.simulator.conditions import LinePair, SupplyCondition, VibrationCondition
from calibration.simulator.kernel import kernel, magnitude
from calibration.simulator.motors import Motor
from calibration.simulator.noise import generator

Floats = NDArray[np.float64]
Complexes = NDArray[np.complex128]

_SWITCHING = ((1, 2, 0.18), (1, -2, 0.18), (2, 1, 0.30), (2, -1, 0.30))
"""Lines of pulse-width modulation: carriers, supply frequencies, voltage over the fundamental's. Judgement:
of the size that sine-triangle modulation near full depth gives (Holmes and Lipo, 2003)."""


class _Lines(NamedTuple):
    """The lines in the form of the kernel, A."""

    bars: float
    peak_a: float
    peak_vs: float
    slot: Complexes
    eccentric: Complexes
    switching: Floats
    switching_turn: Complexes


class StatorLines:
    """Adds the lines to the space vector and splits it into phase currents.

    Slot harmonics A_r (.5 + .5 |i_r| / I_n) [e^j(p + N t) + .6 e^j(p - N t)] and eccentricity
    A_e [e^j(p - t) + .7 e^j(p + t)] ride on the simulated angles p and t, so that they carry the true
    speed. A drive's switching ripple is its voltage over the leakage reactance. All need the main flux:
    a motor that is off has none.
    """

    def __init__(
        self,
        condition: VibrationCondition,
        supply: SupplyCondition,
        motor: Motor,
        rate_hz: float,
        highest_hz: float,
        seed: int,
    ) -> None:
        """Draw the phases of the lines; those above `highest_hz` are left out, as by an anti-alias filter."""
        turns = np.exp(2j * np.pi * generator(seed, "stator lines").uniform(0, 1, 8))
        peak = motor.peak_current_a
        switching = np.zeros((0, 3))
        if supply.drive is not None:
            switching = _switching_lines(supply, motor, rate_hz, highest_hz)
        self._lines = _Lines(
            bars=float(motor.bars),
            peak_a=peak,
            peak_vs=motor.peak_flux_vs,
            slot=peak * turns[:2] * _shares(condition.slot_lines_db, condition.slot_current_db, 0.6),
            eccentric=peak
            * turns[2:4]
            * _shares(condition.eccentricity_lines_db, condition.eccentricity_current_db, 0.7),
            switching=switching,
            switching_turn=turns[4:],
        )

    def phase_currents(self, fields: Complexes, angle: Floats, phase: Floats, start: int) -> Floats:
        """Return ia, ib, ic, A, (3, steps), of the machine's output that begins at step `start`."""
        currents = np.empty((3, angle.size))
        _phase_currents(fields, angle, phase, start, self._lines, currents)
        return currents


def _shares(levels_db: LinePair | None, level_db: float, second: float) -> Floats:
    """Return two lines over the rated amplitude: each by its level, or by one, the second a share of it."""
    if levels_db is None:
        return 10 ** (level_db / 20) * np.array([1.0, second])
    return np.array([0.0 if own_db is None else 10 ** (own_db / 20) for own_db in levels_db])


def _switching_lines(supply: SupplyCondition, motor: Motor, rate_hz: float, highest_hz: float) -> Floats:
    """Return rows of (carrier cycles per step, supply multiple, amplitude A) below `highest_hz`."""
    assert supply.drive is not None
    circuit = motor.circuit
    base_hz = circuit.frequency_hz
    supply_hz = supply.frequency_hz or base_hz
    leakage_h = (circuit.stator_leakage_ohm + circuit.rotor_leakage_ohm) / (2 * np.pi * base_hz)
    peak_v = np.sqrt(2.0) * circuit.phase_voltage_v * supply.voltage_factor * supply_hz / base_hz
    rows = []
    for carriers, multiple, share in _SWITCHING:
        line_hz = carriers * supply.drive.carrier_hz + multiple * supply_hz
        if line_hz < highest_hz:
            amplitude = share * peak_v / (2 * np.pi * line_hz * leakage_h)
            rows.append((carriers * supply.drive.carrier_hz / rate_hz, multiple, amplitude))
    return np.array(rows).reshape(-1, 3)


@kernel
def _phase_currents(
    fields: Complexes, angle: Floats, phase: Floats, start: int, lines: _Lines, currents: Floats
) -> None:
    """Sum the lines and split the space vector into phases."""
    half_root3 = np.sqrt(3.0) / 2.0
    for n in range(angle.size):
        carrier = complex(np.cos(phase[n]), np.sin(phase[n]))
        shaft = complex(np.cos(angle[n]), np.sin(angle[n]))
        slots = complex(np.cos(lines.bars * angle[n]), np.sin(lines.bars * angle[n]))
        depth = 0.5 + 0.5 * magnitude(fields[1, n]) / lines.peak_a
        vector = depth * carrier * (lines.slot[0] * slots + lines.slot[1] * slots.conjugate())
        vector += carrier * (lines.eccentric[0] * shaft.conjugate() + lines.eccentric[1] * shaft)
        for i in range(lines.switching.shape[0]):
            turns = lines.switching[i, 0] * (start + n) % 1.0
            at = 2 * np.pi * turns + lines.switching[i, 1] * phase[n]
            vector += lines.switching[i, 2] * lines.switching_turn[i] * complex(np.cos(at), np.sin(at))
        vector = fields[0, n] + min(magnitude(fields[2, n]) / lines.peak_vs, 1.0) * vector
        currents[0, n] = vector.real
        currents[1, n] = -0.5 * vector.real + half_root3 * vector.imag
        currents[2, n] = -0.5 * vector.real - half_root3 * vector.imag
