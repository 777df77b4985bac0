"""What the voltage's own sidebands do to the current, taken off it.

A drive in closed loop answers a broken bar with its voltage: the pair of sidebands stands there in place of
the current, and an oscillating load may leave a pair in the current that looks like bars. A supply that
wanders moves the current, too. Machines are linear in small changes: the current at an offset from the line
is what the voltage drives there through the motor's admittance, plus what rotor and load would do at a stiff
supply. The first is known where the voltage is measured; the second is what remains.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from edge_agent.circuit import Circuit
from edge_agent.signals.dsp.tones import rotation
from edge_agent.signals.prepared import Current
from edge_agent.signals.voltage.vector import voltage_vector

Complexes = NDArray[np.complex128]

_BAND_HZ = (20.0, 30.0)
"""Offsets from the line up to which the voltage's share is taken off, and from which nothing is: three times
the widest 2sf (slip 0.1 at 60 Hz is 12 Hz), and well below the second harmonic. Judgement."""
_PADDING_S = 0.5
"""Silence behind the window, s, into which the answer to its end may ring. Physics: a rotor's time constant
is below 0.2 s for the motors that are simulated; judgement for the rest."""
_FITTING = (0.5, 2.0)
"""Current over what voltage and circuit mean: outside, the voltages are not those of this motor, or wrongly
wired. Judgement: plates and temperature move it by a third."""
_FITTING_DEG = 45.0
"""The same of the angle between both, degrees. Judgement: voltages of other phases are off by 60 or more."""


@dataclass(frozen=True, slots=True)
class Voltage:
    """The voltages at the motor, sampled with a current."""

    vector: Complexes
    """(n,), V, at the samples of the current's vector, turning as it does."""
    current: Current
    """That current."""

    def fits(self, circuit: Circuit, slip: float) -> bool:
        """True if this could be the voltage of that current: its line drives about what flows."""
        line_hz = self.current.line.frequency_hz
        driven = self._at_line(self.vector).sum() * circuit.admittance_s(slip, line_hz, np.zeros(1))[0]
        if driven == 0.0:
            return False
        ratio = complex(self._at_line(self.current.vector).sum() / driven)
        return _FITTING[0] < abs(ratio) < _FITTING[1] and abs(np.degrees(np.angle(ratio))) < _FITTING_DEG

    def without_its_share(self, circuit: Circuit, slip: float) -> Current:
        """Return the current as a stiff supply would drive it, while the rotor turns at `slip`."""
        current = self.current
        seen = self._at_line(self.vector)
        moving = np.where(current.valid, seen - seen.sum() / np.count_nonzero(current.valid), 0.0)
        padded = fft.next_fast_len(moving.size + round(_PADDING_S * current.rate_hz))
        offsets_hz = fft.fftfreq(padded, 1.0 / current.rate_hz)
        passed = np.interp(np.abs(offsets_hz), _BAND_HZ, (1.0, 0.0))
        share = passed * circuit.admittance_s(slip, current.line.frequency_hz, offsets_hz)
        driven = fft.ifft(fft.fft(moving, padded) * share)[: moving.size]
        return replace(current, vector=current.vector - driven * self._turns().conj())

    def _at_line(self, vector: Complexes) -> Complexes:
        """Return a vector (n,) with the line shifted to zero, and zero where samples were lost."""
        return np.where(self.current.valid, vector * self._turns(), 0.0)

    def _turns(self) -> Complexes:
        return rotation(self.current.line.frequency_hz / self.current.rate_hz, self.vector.size)


def voltage_of(rows: NDArray[np.floating], phases: tuple[str, ...], current: Current) -> Voltage:
    """Return the voltage of rows (phases, n), V, at the samples of a current's vector."""
    vector = voltage_vector(rows, phases)
    return Voltage(vector.conj() if current.line.reversed_order else vector, current)
