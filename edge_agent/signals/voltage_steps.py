"""Sags and swells of the supply, as the currents alone show them.

The flux of a stator cannot jump. When the voltage does, the part of the flux that no longer fits stands still
and dies out within some periods. It drives a direct current: the step of the voltage over the leakage
reactance, as after a fault at the terminals (Krause, Analysis of Electric Machinery). A load makes none,
since the speed of the rotor cannot jump. The current at the line's frequency changes at the same moment,
against the voltage's fall, and so tells whether the voltage fell or rose.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_agent.circuit import Circuit
from edge_agent.signals.checks.coarse import block_averages, block_scans
from edge_agent.signals.dsp.tones import rotation
from edge_agent.signals.prepared import space_vector
from edge_agent.windows.sliding import StreamWindow

Complexes = NDArray[np.complex128]

_PARTS = 4
"""Means begin so often within a period of the line. Judgement: no mean misses the height of a transient that
lasts some periods."""
_ALIKE = 2.0
"""How many times as large one step of a pair may be as the other. Judgement: a sag ends about as high as it
began."""


@dataclass(frozen=True, slots=True)
class VoltageStep:
    """A step of the voltage."""

    at_s: float
    """From the start of the window, to a period of the line."""
    least: float
    """By how much the voltage changed at least, over the rated one: what is left of the direct current, as
    the mean of a period."""
    fell: bool
    """True if the voltage fell."""


@dataclass(frozen=True, slots=True)
class VoltageSteps:
    """What the currents of a window show of the voltage's steps."""

    steps: tuple[VoltageStep, ...]
    """In their order; all that exceed the limit."""
    usual: float
    """Median of the direct current where nothing happens, in the unit of `VoltageStep.least`."""
    largest: float
    """The largest direct current of the window, in the same unit."""

    @property
    def pairs(self) -> list[tuple[VoltageStep, VoltageStep]]:
        """Steps that the next one takes back: sags and swells."""
        found = []
        for first, second in zip(self.steps, self.steps[1:], strict=False):
            alike = max(first.least, second.least) <= _ALIKE * min(first.least, second.least)
            if first.fell != second.fell and alike:
                found.append((first, second))
        return found


def voltage_steps(
    stream: StreamWindow, circuit: Circuit, line_hz: float, limit: float
) -> VoltageSteps | None:
    """Return the steps of the voltage of at least `limit`, over the rated one; None if no period came whole.

    The stream must have two phase currents, and be longer than some periods of the line at `line_hz`.
    """
    direct, at_line, known = _means(stream, line_hz)
    if not known.any():
        return None
    direct = direct - complex(np.median(direct.real[known]), np.median(direct.imag[known]))
    leakage_ohm = circuit.stator_leakage_ohm + circuit.rotor_leakage_ohm
    per_a = leakage_ohm / (2**0.5 * circuit.phase_voltage_v)
    share = np.where(known, np.abs(direct) * per_a, 0.0)
    steps = []
    for first, end in _runs(share >= limit):
        before, after = first - _PARTS, first + _PARTS
        if before < 0 or after >= share.size:
            continue
        change = (at_line[after] - at_line[before]) * at_line[before].conjugate()
        at_s = (first + _PARTS) / _PARTS / line_hz
        steps.append(VoltageStep(at_s, float(share[first:end].max()), bool(change.real < 0.0)))
    return VoltageSteps(tuple(steps), float(np.median(share[known])), float(share.max()))


def _means(stream: StreamWindow, line_hz: float) -> tuple[Complexes, Complexes, NDArray[np.bool_]]:
    """Return means over a period that begin each quarter of one, (n,): of the space vector, A, and of what
    turns with the line, A; and where no sample was lost.
    """
    phases, block = stream.stream.phases, block_scans(stream, line_hz)
    samples, valid = block_averages(stream, tuple(phases.values()), block)
    vector, rate_hz = space_vector(samples, list(phases)), stream.stream.rate_hz / block
    per_part = rate_hz / line_hz / _PARTS
    edges = np.rint(np.arange(int(vector.size / per_part) + 1) * per_part).astype(int)
    turns = rotation(line_hz / rate_hz, vector.size)
    forwards, backwards = (_over_periods(vector * way, edges) for way in (turns, turns.conj()))
    is_forwards = np.median(np.abs(forwards)) >= np.median(np.abs(backwards))
    known = _over_periods(valid.astype(np.complex128), edges).real > 1.0 - 1e-9
    return _over_periods(vector, edges), forwards if is_forwards else backwards.conj(), known


def _over_periods(values: Complexes, edges: NDArray[np.int_]) -> Complexes:
    """Return means from each edge to the one a period later."""
    sums = np.concatenate([np.zeros(1), np.cumsum(values)])[edges]
    lengths = edges[_PARTS:] - edges[:-_PARTS]
    return np.asarray((sums[_PARTS:] - sums[:-_PARTS]) / lengths)


def _runs(over: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return where stretches begin and end; less than a period apart they are one."""
    places = np.flatnonzero(over)
    if not places.size:
        return []
    cuts = np.flatnonzero(np.diff(places) > _PARTS)
    firsts, lasts = places[np.concatenate([[0], cuts + 1])], places[np.concatenate([cuts, [-1]])]
    return [(int(first), int(last) + 1) for first, last in zip(firsts, lasts, strict=True)]
