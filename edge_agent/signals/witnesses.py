"""Where else a broken bar shows: around the line's 5th and 7th harmonic, and in the vibration.

None of it decides, since a load that swings shows there too; it lets a person see whether all agree.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from edge_agent.signals.dsp.carrier import Baseband, shift
from edge_agent.signals.dsp.rotation import rotation
from edge_agent.signals.prepared import Current, Vibration
from edge_agent.signals.sidebands.fit import FLOOR_RATIOS, SidebandPair, decibels
from edge_agent.signals.slip.slots import SlotLines
from edge_agent.signals.supply import HARMONICS
from edge_agent.verdict import Evidence

_SIDES = np.array([-6, -4, -2, 2, 4, 6]) / 2
"""Sidebands of the harmonics at 2ksf from them, in units of 2sf, k up to 3."""


def hear_witnesses(
    evidence: Evidence,
    pair: SidebandPair,
    shaft_hz: float,
    current: Current,
    baseband: Baseband,
    vibration: Vibration | None,
    slots: SlotLines | None,
) -> Evidence:
    """Add to the evidence of a pair where else the bars would show."""
    harmonics = harmonic_lines(current, baseband, pair.pole_pass_hz)
    shaft_db = None
    if vibration is not None:
        shaft_db = shaft_sidebands_db(vibration.samples, vibration.rate_hz, shaft_hz, pair.pole_pass_hz)
    return replace(
        evidence,
        harmonics_dbc=harmonics.levels_dbc,
        harmonic_sidebands_dbc=harmonics.sidebands_dbc,
        shaft_sidebands_db=shaft_db,
        slot_sidebands_db=None if slots is None else slots.vibration_sides_db(pair.slip),
    )


@dataclass(frozen=True, slots=True)
class HarmonicLines:
    """The 5th and 7th harmonic of the current, and what stands beside them."""

    levels_dbc: tuple[float, ...]
    """Level of each over the fundamental's; empty where the rate does not reach them."""
    sidebands_dbc: tuple[float, ...]
    """Strongest line at ±2sf, ±4sf and ±6sf from each, over the fundamental's.

    Broken bars put lines at (5 - 4s)f, (5 - 6s)f, (7 - 6s)f and (7 - 8s)f, and of what the supply feeds in at
    the one harmonic they make lines beside the other, at (5 + 2s)f and (7 - 2s)f.
    """


def harmonic_lines(current: Current, baseband: Baseband, pole_pass_hz: float) -> HarmonicLines:
    """Measure the harmonics of a current, its own wander taken out."""
    carrier_a = float(np.exp(np.median(baseband.log.real)))
    around_hz = np.concatenate(([0.0], _SIDES * pole_pass_hz))
    levels, sidebands = [], []
    for harmonic in HARMONICS:
        order = current.order_of(harmonic)
        if order is None:
            break
        # What is shifted by a multiple of the carrier stands at the samples of the baseband.
        shifted, _ = shift(current.vector[np.newaxis], current.rate_hz, order * baseband.carrier_hz)
        taper = np.hanning(baseband.log.size + 2)[1:-1]
        still = shifted * np.exp(-1j * order * baseband.log.imag) * taper / taper.sum()
        tones = _tones(still, around_hz / baseband.rate_hz)[0] / carrier_a
        levels.append(decibels(float(tones[0])))
        sidebands.append(decibels(float(tones[1:].max())))
    return HarmonicLines(tuple(levels), tuple(sidebands))


def shaft_sidebands_db(
    vibration: NDArray[np.float32], rate_hz: float, shaft_hz: float, pole_pass_hz: float
) -> float:
    """How far the lines at f_r ± 2sf stand above the floor beside them, in the channel that shows most, dB.

    Args:
        vibration: (channels, n), any unit.
        rate_hz: rate of the samples.
        shaft_hz: f_r.
        pole_pass_hz: 2sf.
    """
    still, rate_hz = shift(vibration, rate_hz, shaft_hz)
    tapered = still * np.hanning(still.shape[1] + 2)[1:-1]
    sides = _tones(tapered, np.array([-1.0, 1.0]) * pole_pass_hz / rate_hz).max(axis=1)
    beside = np.concatenate([FLOOR_RATIOS, -FLOOR_RATIOS]) * pole_pass_hz
    floors = np.median(_tones(tapered, beside / rate_hz), axis=1)
    return max(decibels(float(ratio)) for ratio in sides / np.maximum(floors, 1e-30))


def _tones(tapered: NDArray[np.complex128], turns: NDArray[np.float64]) -> NDArray[np.float64]:
    """Amplitudes (channels, lines) of lines that turn so often per sample, in one scale."""
    return np.asarray(np.abs(tapered @ rotation(turns, tapered.shape[1]).T))
