"""Whether the supply or the winding unbalances the current: the negative sequence of both.

A sound motor answers a voltage that turns backwards with the current V2 / Z2, and Z2 hardly depends on the
load: it is about the impedance at standstill. Current beyond that comes from the motor itself.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_agent.circuit import Circuit
from edge_agent.signals.dsp.tones import rotation
from edge_agent.signals.voltage.electrical import vectors_of
from edge_agent.signals.voltage.vector import channels_of_vector, voltage_vector
from edge_agent.windows.sliding import StreamWindow

_MIN_NEGATIVE = 1e-4
"""Smallest negative over positive current from which an impedance is told. Judgement: the noise of
sensors."""


@dataclass(frozen=True, slots=True)
class NegativeSequence:
    """The parts of voltage and current that turn backwards, seen from the positive voltage."""

    voltage_unbalance: float
    """Negative over positive sequence of the voltage."""
    current_unbalance: float
    """The same of the current."""
    impedance_ohm: complex | None
    """V2 / I2; None if hardly a current turns backwards."""
    expected_ohm: complex
    """Z2 of the motor's circuit at this slip."""
    own_current: complex
    """Current over the positive one that the voltage does not explain: (I2 - V2 / Z2) / I1."""
    driven_current: float
    """Current over the positive one that the voltage drives: V2 / Z2 over I1."""


def measure_negative_sequence(
    stream: StreamWindow, circuit: Circuit, line_hz: float, slip: float
) -> NegativeSequence | None:
    """Return the negative sequences of a window at its line; None without vectors, or without a line."""
    vectors = vectors_of(stream)
    if vectors is None:
        return None
    (v1, v2), (i1, i2) = (_sequences(vector, stream, line_hz) for vector in vectors)
    if abs(i2) > abs(i1):  # the phases come in the order a, c, b
        (v1, v2), (i1, i2) = (v2, v1), (i2, i1)
    if v1 == 0.0 or i1 == 0.0:
        return None
    expected = circuit.negative_sequence_ohm(slip)
    return NegativeSequence(
        voltage_unbalance=abs(v2 / v1),
        current_unbalance=abs(i2 / i1),
        impedance_ohm=v2 / i2 if abs(i2 / i1) >= _MIN_NEGATIVE else None,
        expected_ohm=expected,
        own_current=(i2 - v2 / expected) / i1,
        driven_current=abs(v2 / expected / i1),
    )


def voltage_unbalance(stream: StreamWindow, line_hz: float) -> float | None:
    """Return the voltage's smaller over its larger sequence; None without two voltages of one sort."""
    channels = channels_of_vector(stream)
    if not channels or not stream.valid.any():
        return None
    rows = np.stack([stream.units(i).astype(np.float64) for i in channels.values()])
    rows -= rows[:, stream.valid].mean(axis=1, keepdims=True)
    small, large = sorted(
        abs(part) for part in _sequences(voltage_vector(rows, tuple(channels)), stream, line_hz)
    )
    return small / large if large > 0.0 else None


def _sequences(
    vector: NDArray[np.complex128], stream: StreamWindow, line_hz: float
) -> tuple[complex, complex]:
    """Return the phasors of the parts that turn forwards and backwards at the line, the latter conjugate."""
    taper = np.blackman(vector.size) * stream.valid
    turns = rotation(line_hz / stream.stream.rate_hz, vector.size)
    forwards, backwards = (
        complex((vector * turns * taper).sum()),
        complex((vector * turns.conj() * taper).sum()),
    )
    return forwards / taper.sum(), backwards.conjugate() / taper.sum()
