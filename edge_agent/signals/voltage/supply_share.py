"""What the voltage's own sidebands do to the current, taken off it.

A drive in closed loop answers a broken bar with its voltage: the pair of sidebands stands there in place of
the current, and an oscillating load may leave a pair in the current that looks like bars. A supply that
wanders moves the current, too. Machines are linear in small changes: the current at an offset from the line
is what the voltage drives there through the motor's admittance, plus what rotor and load would do at a stiff
supply. The first is known where the voltage is measured; the second is what remains. How both divide depends
on the circuit, of which the line's own voltage and current show more than the plate does.
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
Floats = NDArray[np.float64]

_BAND_HZ = (20.0, 30.0)
"""Offsets from the line up to which the voltage's share is taken off, and from which nothing is: three times
the widest 2sf (slip 0.1 at 60 Hz is 12 Hz), and well below the second harmonic. Judgement."""
_PADDING_S = 0.5
"""Time behind the window, s, in which the voltage is led back to its beginning and the answer may ring out.
Physics: a rotor's time constant is below 0.2 s for the motors that are simulated; judgement for the rest."""
_FITTING = (0.5, 2.0)
"""Current over what voltage and circuit mean: outside, the voltages are not those of this motor, or wrongly
wired. Judgement: plates and temperature move it by a third."""
_FITTING_DEG = 45.0
"""The same of the angle between both, degrees. Judgement: voltages of other phases are off by 60 or more."""
_LINE_ERROR = 0.02
"""Error of current over voltage of the line, relative: gains and angles of sensors. Judgement."""
_CIRCUIT_ERROR = 0.2
"""Relative error of the plate's circuit in rotor resistance and magnetising reactance. Measured: up to 0.25,
on the simulated motors of tests/bench/bench_closed_loop.py, seeds from 7500000."""
_MOST_OFF = 2.0
"""Factor by which either may be off at most; beyond, the slip is not that of this motor. Judgement."""
_TURNS = 4
"""Steps of Gauss and Newton; the second one moves the parameters by less than a hundredth (measured)."""
_STEP = 1e-4
"""Distance over which slopes are taken, of the logarithms."""


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

    def fitted(self, circuit: Circuit, slip: float) -> Circuit | None:
        """Return the circuit as voltage and current of the line show it at a known slip.

        A plate leaves its rotor resistance and magnetising reactance uncertain, and temperature and broken
        bars change the first. Both follow from the complex admittance of the line, by least squares with the
        plate's circuit as prior. None if they would be no motor's.
        """
        line_hz = self.current.line.frequency_hz
        shown = self._at_line(self.current.vector).sum() / self._at_line(self.vector).sum()

        def misfit(logs: Floats) -> Floats:
            admittance_s = _scaled(circuit, logs).admittance_s(slip, line_hz, np.zeros(1))[0]
            error = np.log(admittance_s / shown)
            return np.array([error.real, error.imag])

        logs, prior = np.zeros(2), (_LINE_ERROR / _CIRCUIT_ERROR) ** 2
        for _ in range(_TURNS):
            errors = misfit(logs)
            slopes = np.stack([(misfit(logs + step) - errors) / _STEP for step in _STEP * np.eye(2)], axis=1)
            pull = slopes.T @ errors + prior * logs
            logs = logs - np.linalg.solve(slopes.T @ slopes + prior * np.eye(2), pull)
        return _scaled(circuit, logs) if np.abs(logs).max() < np.log(_MOST_OFF) else None

    def without_its_share(self, circuit: Circuit, slip: float) -> Current:
        """Return the current as a stiff supply would drive it, while the rotor turns at `slip`.

        A drive that follows its speed turns the voltage by a radian and more within a window, too far for
        what is linear. So the current is seen from the voltage's own phase, which leaves what comes too late
        for it: Y(w) - Y(0) for the phase, and Y(w) for the amplitude.
        """
        current = self.current
        seen = self._slow()
        phase, amplitude_v = np.unwrap(np.angle(seen)), np.abs(seen)
        mean_v = float(amplitude_v.mean())
        offsets_hz, moving = self._transformed(np.stack([amplitude_v - mean_v, mean_v * phase]))
        admittance_s = circuit.admittance_s(slip, current.line.frequency_hz, offsets_hz)
        share = np.stack([admittance_s, 1j * (admittance_s - admittance_s[0])])
        driven = fft.ifft((moving * share).sum(axis=0))[: phase.size]
        turns = self._turns()
        vector = (current.vector * turns * np.exp(-1j * phase) - driven) * turns.conj()
        return replace(current, vector=vector, measured=current)

    def _slow(self) -> Complexes:
        """Return the voltage (n,), V, with the line shifted to zero and nothing quick left in it."""
        valid, seen = self.current.valid, self.vector * self._turns()
        places = np.arange(seen.size)
        whole = np.interp(places, places[valid], seen[valid])
        offsets_hz, spectrum = self._transformed(whole)
        return np.asarray(
            fft.ifft(spectrum * np.interp(np.abs(offsets_hz), _BAND_HZ, (1.0, 0.0)))[: seen.size]
        )

    def _transformed(self, rows: NDArray[np.number]) -> tuple[Floats, Complexes]:
        """Return frequencies, Hz, and transforms of rows (..., n) that lead back to their beginning."""
        rate_hz, count = self.current.rate_hz, rows.shape[-1]
        padded = fft.next_fast_len(count + round(_PADDING_S * rate_hz))
        back = np.linspace(rows[..., -1], rows[..., 0], padded - count, axis=-1)
        return fft.fftfreq(padded, 1.0 / rate_hz), fft.fft(np.concatenate([rows, back], axis=-1))

    def _at_line(self, vector: Complexes) -> Complexes:
        """Return a vector (n,) with the line shifted to zero, and zero where samples were lost."""
        return np.where(self.current.valid, vector * self._turns(), 0.0)

    def _turns(self) -> Complexes:
        return rotation(self.current.line.frequency_hz / self.current.rate_hz, self.vector.size)


def _scaled(circuit: Circuit, logs: Floats) -> Circuit:
    """Return the circuit with rotor resistance and magnetising reactance changed by the logarithms (2,)."""
    resistance, reactance = np.exp(logs)
    return replace(
        circuit,
        rotor_resistance_ohm=circuit.rotor_resistance_ohm * float(resistance),
        magnetising_ohm=circuit.magnetising_ohm * float(reactance),
    )


def voltage_of(rows: NDArray[np.floating], phases: tuple[str, ...], current: Current) -> Voltage:
    """Return the voltage of rows (phases, n), V, at the samples of a current's vector."""
    vector = voltage_vector(rows, phases)
    return Voltage(vector.conj() if current.line.reversed_order else vector, current)
