"""What a condition is judged by: one window, what was measured in it, and the motor that it shows."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from edge_agent.circuit import Circuit, fit_circuit
from edge_agent.conditions.vibration import Vibrating
from edge_agent.motor import Nameplate
from edge_agent.signals.analysis import Analysis
from edge_agent.signals.figures import known_slip
from edge_agent.signals.short_time import short_time_rms_a, since
from edge_agent.signals.slip.view import measured_speed_rpm
from edge_agent.signals.voltage.negative_sequence import NegativeSequence, measure_negative_sequence
from edge_agent.verdict import WindowSpan
from edge_agent.windows.sliding import Window

_S_PER_MINUTE = 60.0
"""Seconds of a minute."""


@dataclass(frozen=True)
class Seen:
    """One window of one motor."""

    window: Window
    """The samples."""
    analysis: Analysis
    """What was measured for the bars; it may have stopped early, and still has the line."""
    nameplate: Nameplate
    """The motor."""
    shaft_hz: float | None
    """Rotations per second; None if no source tells them."""
    load: float | None
    """Torque per unit of the rated one, by the slip, else by the current; None if neither tells it."""
    span: WindowSpan | None = None
    """Which samples these are, for the finding."""

    def short_time_rms_a(self, first: int = 0) -> NDArray[np.float64]:
        """Return the rms of the strongest phase in consecutive parts from scan `first` on, (parts,), A.

        Several conditions ask for the same parts; they are worked out once. The window must have currents.
        """
        if first not in self._rms_a:
            stream = since(self.window.current, first)
            self._rms_a[first] = short_time_rms_a(stream, self.nameplate.line_frequency_hz)
        return self._rms_a[first]

    @cached_property
    def _rms_a(self) -> dict[int, NDArray[np.float64]]:
        return {}

    @cached_property
    def negative_sequence(self) -> NegativeSequence | None:
        """The negative sequence of voltage and current; None without a line or voltages."""
        line = self.analysis.line
        if line is None or not self.window.streams:
            return None
        slip = self.analysis.evidence.slip
        slip = self.nameplate.rated_slip if slip is None else slip
        circuit = fit_circuit(self.nameplate)
        return measure_negative_sequence(self.window.current, circuit, line.frequency_hz, slip)

    @cached_property
    def vibration(self) -> Vibrating:
        """The vibration, worked out once for all conditions."""
        return Vibrating(self.window, self.analysis, self.nameplate, self.shaft_hz)


def see(
    window: Window, analysis: Analysis, nameplate: Nameplate, circuit: Circuit, span: WindowSpan | None = None
) -> Seen:
    """Return a window with the speed and the load that it shows; `circuit` is that of the nameplate."""
    slip = known_slip(analysis)
    load = analysis.evidence.load if slip is not None else _load_by_current(analysis, circuit)
    return Seen(window, analysis, nameplate, _shaft_hz(window, analysis, nameplate, slip), load, span)


def with_speed(seen: Seen, shaft_hz: float) -> Seen:
    """Return a window whose speed is known from elsewhere, rotations per second."""
    return replace(seen, shaft_hz=shaft_hz)


def _shaft_hz(window: Window, analysis: Analysis, nameplate: Nameplate, slip: float | None) -> float | None:
    line_hz = nameplate.line_frequency_hz if analysis.line is None else analysis.line.frequency_hz
    if slip is not None:
        return (1 - slip) * line_hz / nameplate.pole_pairs
    speed_rpm = measured_speed_rpm(window) if window.streams else None
    speed_rpm = nameplate.speed_rpm if speed_rpm is None else abs(speed_rpm)
    return None if not speed_rpm else speed_rpm / _S_PER_MINUTE


def _load_by_current(analysis: Analysis, circuit: Circuit) -> float | None:
    """Return the load that the current means, per unit; None without a line, or beyond the pull-out."""
    if analysis.line is None:
        return None
    slip = circuit.slip_at_current(analysis.line.rms_a)
    return None if slip is None else circuit.load_at_slip(slip)
