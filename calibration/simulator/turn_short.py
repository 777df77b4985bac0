"""Shorted turns: the current in their loop, and what of it the line shows."""

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from calibration.simulator.motors import Motor
from calibration.simulator.stator import PHASES, TurnShort

Floats = NDArray[np.float64]
Complexes = NDArray[np.complex128]


class ShortedTurns:
    """The line current that a loop of shorted turns draws beside the sound machine, block by block.

    With a share m of the turns of phase a shorted, the air gap sees i_a - m i_f of that phase, where i_f
    flows through the contact r_f (Tallam, Habetler and Harley, IEEE Trans. Industry Applications 38, 2002).
    In terms of that current the machine's equations are those of a sound one, whatever i_f is; and the loop
    sees the phase's voltage alone, a star's point having moved by a third of the drop in the shorted turns:
    r_f i_f + m (1 - 2m/3) (R_s i_f + L_ls di_f/dt) = m v_a. The line carries 2/3 m i_f more, along the
    axis of that phase.
    """

    def __init__(self, short: TurnShort, motor: Motor, resistance_factor: float, step_s: float) -> None:
        """Set the loop at rest; `resistance_factor` is R_s over its value in the motor's circuit."""
        circuit = motor.circuit
        own_ohm = circuit.stator_resistance_ohm * resistance_factor
        leakage_h = circuit.stator_leakage_ohm / (2 * np.pi * circuit.frequency_hz)
        coupled = short.turns * (1.0 - 2.0 * short.turns / 3.0)
        resistance_ohm = short.contact * short.turns * own_ohm + coupled * own_ohm
        b, a = signal.bilinear([short.turns], [coupled * leakage_h, resistance_ohm], fs=1.0 / step_s)
        self._taps = (np.asarray(b), np.asarray(a))
        self._state = np.zeros(1)
        self._axis = np.exp(2j * np.pi / 3 * PHASES.index(short.phase))
        self._turns = short.turns

    def line_current(self, voltage: Complexes) -> Complexes:
        """Return the space vector (steps,), A, that comes on top, of the supply's voltage (steps,)."""
        phase_v = (voltage * self._axis.conjugate()).real
        loop_a, self._state = signal.lfilter(*self._taps, phase_v, zi=self._state)
        return np.asarray(2.0 / 3.0 * self._turns * self._axis * loop_a)
