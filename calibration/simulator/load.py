"""The driven machine: its torque over speed, time and angle."""

import numpy as np
from numpy.typing import NDArray

from calibration.simulator.conditions import LoadCondition
from calibration.simulator.equations import LoadCurve
from calibration.simulator.kernel import kernel
from calibration.simulator.motors import Motor
from calibration.simulator.noise import NODE_S, Nodes, OrnsteinUhlenbeck, generator, node_times

Floats = NDArray[np.float64]

CONSTANT = (1.0, 0.0, 0.0)
"""A hoist or a conveyor: constant torque."""
GENERATOR = (0.0, 1.0, 0.0)
"""A DC generator on a resistor: torque proportional to speed."""
FAN = (0.0, 0.0, 1.0)
"""A fan or a centrifugal pump: torque proportional to the square of speed."""
MIXED = (0.3, 0.3, 0.4)
"""Judgement: something of each, as most machines have."""


def load_curve(condition: LoadCondition, motor: Motor, load: float, seed: int) -> LoadCurve:
    """Return the torque law of a machine that takes `load` per unit of the rated torque at rated speed."""
    phases = generator(seed, "ripple phases").uniform(0, 2 * np.pi, len(condition.ripples))
    rated = motor.circuit.rated_torque_nm
    rows = [
        (ripple.order, ripple.amplitude * rated, phase)
        for ripple, phase in zip(condition.ripples, phases, strict=True)
    ]
    ripple = np.array(rows).reshape(-1, 3)
    return LoadCurve(load * rated, *condition.law, motor.speed_rpm * np.pi / 30.0, ripple)


class LoadFactor:
    """g(t), the factor of the torque law: noise, ramp, steps and oscillation."""

    def __init__(self, condition: LoadCondition, duration_s: float, step_s: float, seed: int) -> None:
        """Start at the mean load; `duration_s` is the length of the ramp, `step_s` the machine's step."""
        self._condition = condition
        self._duration_s = duration_s
        self._step_s = step_s
        self._noise = OrnsteinUhlenbeck(condition.noise, 0.5, generator(seed, "load noise"))
        self._nodes = Nodes(1.0)
        self._phase = float(generator(seed, "oscillation phase").uniform(0, 2 * np.pi))
        self.oscillation_hz = 0.0
        """Frequency of the oscillation, 0 while it is off."""

    def advance(self, start_s: float, nodes: int) -> Floats:
        """Return the factor (2 steps + 1,) on half steps."""
        at = node_times(start_s, nodes)
        values = self._nodes.joined((1.0 + self._noise.draw(nodes)) * self._course(at))
        halves = round(NODE_S / self._step_s) * 2
        factor = np.empty(nodes * halves + 1)
        oscillation = self._condition.oscillation
        amplitude = 0.0 if oscillation is None or self.oscillation_hz == 0.0 else oscillation.amplitude
        turn = np.pi * self.oscillation_hz * self._step_s
        _interpolate(values, halves, amplitude, self._phase, turn, factor)
        self._phase = (self._phase + turn * nodes * halves) % (2 * np.pi)
        return factor

    def _course(self, at_s: Floats) -> Floats:
        """Return ramp and steps at times (n,)."""
        passed = np.clip(at_s / self._duration_s, 0.0, 1.0)
        course = 1.0 + self._condition.ramp * passed
        for step in self._condition.steps:
            course = np.where(at_s >= step.time_s, course * step.factor, course)
        return course


@kernel
def _interpolate(
    nodes: Floats, halves: int, amplitude: float, phase: float, turn: float, factor: Floats
) -> None:
    """Fill `factor`: linear between nodes, plus amplitude x cos(phase + k turn)."""
    for k in range(factor.size):
        node = min(k // halves, nodes.size - 2)
        share = (k - node * halves) / halves
        factor[k] = nodes[node] + (nodes[node + 1] - nodes[node]) * share
    if amplitude != 0.0:
        for k in range(factor.size):
            factor[k] += amplitude * np.cos(phase + turn * k)
