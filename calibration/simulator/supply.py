"""The supply: voltage with wander, flicker, unbalance, harmonics and sags, on a grid of half steps."""

import numpy as np
from numpy.typing import NDArray

from calibration.simulator.conditions import SupplyCondition
from calibration.simulator.kernel import kernel
from calibration.simulator.noise import NODE_S, BandNoise, Nodes, OrnsteinUhlenbeck, generator, node_times

Floats = NDArray[np.float64]
Complexes = NDArray[np.complex128]

HARMONICS = (-5, 7, -11, 13, -2, 4)
"""Orders, signed by their sequence, the even ones last. Physics: a star without neutral has no triplen."""


class Supply:
    """The space vector of the stator voltage, block by block.

    v = A [e^jp + u e^jg e^-jp + sum a_h e^jg_h e^(±jhp)], p the integral of a frequency that wanders.
    """

    def __init__(
        self, condition: SupplyCondition, amplitude_v: float, frequency_hz: float, step_s: float, seed: int
    ) -> None:
        """Draw its angles; `amplitude_v` is the mean phase amplitude, `step_s` the machine's step."""
        angles = generator(seed, "supply angles").uniform(0, 2 * np.pi, 8)
        self._condition = condition
        self._amplitude_v = amplitude_v
        self.frequency_hz = frequency_hz
        self._step_s = step_s
        self._phase = float(angles[5])
        own = condition.unbalance_angle_deg
        negative_rad = angles[4] if own is None else np.radians(own)
        self._negative = complex(condition.unbalance * np.exp(1j * negative_rad))
        levels = np.array((*condition.harmonics, *condition.even_harmonics))
        self._harmonics = levels * np.exp(1j * angles[[0, 1, 2, 3, 6, 7]])
        self._wander = OrnsteinUhlenbeck(condition.wander_hz, 3.0, generator(seed, "supply wander"))
        self._flicker = BandNoise(condition.flicker, 0.3, 12.0, generator(seed, "supply flicker"))
        self._frequencies = Nodes(frequency_hz)
        self._amplitudes = Nodes(amplitude_v)

    def advance(self, start_s: float, nodes: int, on_from_s: float | None) -> tuple[Complexes, Floats]:
        """Return the voltage (2 steps + 1,) on half steps and the phase (steps,) of the fundamental, rad.

        Before `on_from_s` there is no voltage.
        """
        at = node_times(start_s, nodes)
        frequencies = self._frequencies.joined(self._mean_hz(at) + self._wander.draw(nodes))
        relative = (1.0 + self._flicker.draw(nodes)) * self._remaining(at)
        amplitudes = self._amplitudes.joined(self._amplitude_v * relative)
        halves = round(NODE_S / self._step_s) * 2
        voltage = np.empty(nodes * halves + 1, np.complex128)
        phases = np.empty(nodes * halves // 2)
        self._phase = _synthesise(
            self._phase,
            frequencies,
            amplitudes,
            halves,
            self._step_s / 2.0,
            self._negative,
            self._harmonics,
            voltage,
            phases,
        )
        if on_from_s is not None and start_s < on_from_s:
            voltage[: max(0, round((on_from_s - start_s) / self._step_s * 2))] = 0.0
        return voltage, phases

    def _mean_hz(self, at_s: Floats) -> Floats:
        """Return the frequency without its wander, Hz."""
        step = self._condition.frequency_step
        if step is None:
            return np.full_like(at_s, self.frequency_hz)
        return np.where(at_s >= step.time_s, self.frequency_hz + step.change_hz, self.frequency_hz)

    def _remaining(self, at_s: Floats) -> Floats:
        """Return the share of the voltage that a sag leaves."""
        sag = self._condition.sag
        if sag is None:
            return np.ones_like(at_s)
        inside = (at_s >= sag.start_s) & (at_s < sag.start_s + sag.duration_s)
        return np.where(inside, 1.0 - sag.depth, 1.0)


@kernel
def _synthesise(
    phase: float,
    frequencies: Floats,
    amplitudes: Floats,
    halves: int,
    half_s: float,
    negative: complex,
    harmonics: Complexes,
    voltage: Complexes,
    phases: Floats,
) -> float:
    """Fill `voltage` and `phases` between nodes; return the phase at the end."""
    k = 0
    for node in range(frequencies.size - 1):
        slope = (frequencies[node + 1] - frequencies[node]) / halves
        growth = (amplitudes[node + 1] - amplitudes[node]) / halves
        for i in range(halves):
            if k % 2 == 0:
                phases[k // 2] = phase
            voltage[k] = _shape(phase, negative, harmonics) * (amplitudes[node] + growth * i)
            phase += 2 * np.pi * half_s * (frequencies[node] + slope * (i + 0.5))
            k += 1
    voltage[k] = _shape(phase, negative, harmonics) * amplitudes[-1]
    return phase


@kernel
def _shape(phase: float, negative: complex, harmonics: Complexes) -> complex:
    """Return the bracket of the class's equation; powers of e^jp by multiplication."""
    e1 = complex(np.cos(phase), np.sin(phase))
    e2 = e1 * e1
    e4 = e2 * e2
    e5 = e4 * e1
    e7 = e5 * e2
    e11 = e7 * e4
    e13 = e11 * e2
    shape: complex = (
        e1
        + negative * e1.conjugate()
        + harmonics[0] * e5.conjugate()
        + harmonics[1] * e7
        + harmonics[2] * e11.conjugate()
        + harmonics[3] * e13
        + harmonics[4] * e2.conjugate()
        + harmonics[5] * e4
    )
    return shape
