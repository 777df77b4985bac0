"""What is published of a window: the pair of sidebands in figures, and where else a broken bar shows.

Broken bars show around the 5th and 7th harmonic of the line and in the vibration as well. None of that
decides, since an oscillating load shows there too; it lets a person see whether all agree.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from edge_agent.limits import SIDEBANDS
from edge_agent.signals.dsp.medians import median, medians
from edge_agent.signals.dsp.tones import decibels, hann, rotation
from edge_agent.signals.prepared import Current, Line, ShaftLines
from edge_agent.signals.sidebands.fit import FLOOR_RATIOS, SidebandFit, SidebandPair
from edge_agent.signals.sidebands.measure import Sidebands
from edge_agent.signals.slip.scan import Scan
from edge_agent.signals.slip.slots import SlotLines
from edge_agent.verdict import Evidence

_LEAST_CYCLES = 5.0
"""Pole-pass cycles that a window must hold for sidebands of the shaft's line: the main lobe of the Hann taper
reaches to two (Harris 1978), and the sidebands' own as far."""
_FIRST_OVER_FLOOR_DB = 25.0
"""Level of the first harmonic over the floor from which a sideband beside it is judged, dB. Judgement:
sidebands at -18 dB then lie 7 dB above that floor."""
_NEAR_BINS = np.linspace(-1.0, 1.0, 9)
"""Where a line of the shaft is looked for around its place, bins: the slip is known that well. Judgement."""
_SIDES = np.array([-6, -4, -2, 2, 4, 6]) / 2
"""Sidebands of the harmonics at 2ksf from them, in units of 2sf, k up to 3."""


def describe_line(line: Line) -> Evidence:
    """Return the evidence of a window of which the supply's line is known."""
    return Evidence(
        line_frequency_hz=line.frequency_hz,
        current_unbalance=line.unbalance,
        phase_order=None if line.unbalance is None else "acb" if line.reversed_order else "abc",
    )


def describe_sidebands(evidence: Evidence, sidebands: Sidebands) -> Evidence:
    """Add a pair of sidebands, its wander removed, and the bars that it means."""
    pair, bars = sidebands.pair, sidebands.bars
    return replace(
        evidence,
        lower_sideband_dbc=decibels(abs(pair.lower)),
        upper_sideband_dbc=decibels(abs(pair.upper)),
        higher_sidebands_dbc=tuple(decibels(total / 2) for total in pair.higher_sums),
        noise_floor_dbc=decibels(pair.floor),
        detection_limit_dbc=decibels(pair.floor) + SIDEBANDS.detection_margin_db,
        detection_limit_bars=bars.limit,
        equivalent_bars=bars.value,
        equivalent_bars_interval=bars.interval,
        equivalent_bars_by=bars.by,
        load_swing_bars=bars.oscillation,
        load_swing_angle_deg=bars.oscillation_angle_deg,
        ellipse_angle_deg=pair.ellipse_angle_deg,
        ellipse_axis_ratio=pair.ellipse_axis_ratio,
    )


def describe_supply_share(evidence: Evidence, pair: SidebandPair, current: Current) -> Evidence:
    """Add what the pair was before the voltage's share was taken off its current, if it was."""
    if current.measured is None:
        return evidence
    before = SidebandFit(current.measured.baseband, pair.pole_pass_hz).pair(pair.pole_pass_hz)
    sides_dbc = (decibels(abs(before.lower)), decibels(abs(before.upper)))
    return replace(evidence, sidebands_with_supply_dbc=sides_dbc)


def describe_scan(evidence: Evidence, scan: Scan) -> Evidence:
    """Add the slips at which no bar is hidden, the worst detection limit of all, and the most bars at any."""
    return replace(
        evidence,
        detection_limit_bars=scan.limit_bars,
        equivalent_bars_interval=(0.0, scan.most_bars),
        scanned_slips=(scan.lowest, scan.highest),
    )


def describe_elsewhere(
    evidence: Evidence,
    pair: SidebandPair,
    current: Current,
    shaft: ShaftLines | None,
    slot_lines: SlotLines | None,
) -> Evidence:
    """Add where else the bars of a pair would show: beside harmonics of line and shaft, and beside slots.

    Args:
        evidence: what is known so far.
        pair: the sidebands.
        current: in which they were measured.
        shaft: what the vibration has around the shaft's harmonics; None without any.
        slot_lines: of the rotor; None if they are not known.
    """
    levels_dbc, sidebands_dbc = harmonic_lines(current, pair.pole_pass_hz)
    return replace(
        evidence,
        harmonics_dbc=levels_dbc,
        harmonic_sidebands_dbc=sidebands_dbc,
        shaft_sidebands_db=None if shaft is None else shaft_sidebands_db(shaft, pair.pole_pass_hz),
        shaft_sideband_to_1x_db=None if shaft is None else shaft_sideband_to_1x_db(shaft, pair.pole_pass_hz),
        slot_sidebands_db=None if slot_lines is None else slot_lines.vibration_sides_db(pair.slip),
    )


def harmonic_lines(current: Current, pole_pass_hz: float) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Measure the 5th and 7th harmonic of a current, as far as the rate reaches, without the phase's wander.

    Broken bars put lines at (5 - 4s)f, (5 - 6s)f, (7 - 6s)f and (7 - 8s)f. They also turn what the supply
    feeds in at one of both harmonics into a line beside the other, at (5 + 2s)f and (7 - 2s)f.

    Returns:
        The level of each, and that of the strongest line at ±2sf, ±4sf and ±6sf from each, dBc.
    """
    baseband = current.baseband
    carrier_a = float(np.exp(median(baseband.log.real)))
    turns = np.concatenate(([0.0], _SIDES * pole_pass_hz)) / baseband.rate_hz
    taper = hann(baseband.log.size)
    levels, sidebands = [], []
    for order, line in current.harmonics.items():
        still = line * np.exp(-1j * order * baseband.log.imag) * taper / taper.sum()
        tones = _tones(still[np.newaxis], turns)[0] / carrier_a
        levels.append(decibels(float(tones[0])))
        sidebands.append(decibels(float(tones[1:].max())))
    return tuple(levels), tuple(sidebands)


def shaft_sidebands_db(shaft: ShaftLines, pole_pass_hz: float) -> float:
    """Return how far the lines at f_r ± 2sf lie above the floor, in the channel where they do most, dB."""
    (still, *_), rate_hz = shaft
    tapered = still * hann(still.shape[1])
    sides = _tones(tapered, np.array([-1.0, 1.0]) * pole_pass_hz / rate_hz).max(axis=1)
    beside = np.concatenate([FLOOR_RATIOS, -FLOOR_RATIOS]) * pole_pass_hz
    floors = medians(_tones(tapered, beside / rate_hz))
    return max(decibels(float(ratio)) for ratio in sides / np.maximum(floors, 1e-30))


def shaft_sideband_to_1x_db(shaft: ShaftLines, pole_pass_hz: float) -> float | None:
    """Return the line at f_r - 2sf relative to that at f_r, in the channel where it is strongest, dB.

    The other side is left out: with two poles, 2f - f_r lies there, which an eccentric gap makes. Only
    channels count whose first harmonic stands out. None without any, or if the window is too short.
    """
    (still, *_), rate_hz = shaft
    if pole_pass_hz * still.shape[1] / rate_hz < _LEAST_CYCLES:
        return None
    tapered = still * hann(still.shape[1])
    near = _NEAR_BINS / still.shape[1]
    first = _tones(tapered, near).max(axis=1)
    side = _tones(tapered, near - pole_pass_hz / rate_hz).max(axis=1)
    beside = np.concatenate([FLOOR_RATIOS, -FLOOR_RATIOS]) * pole_pass_hz
    floors = np.maximum(np.median(_tones(tapered, beside / rate_hz), axis=1), 1e-30)
    clear = [decibels(float(ratio)) >= _FIRST_OVER_FLOOR_DB for ratio in first / floors]
    ratios = side[clear] / first[clear]
    return decibels(float(ratios.max())) if ratios.size else None


def _tones(tapered: NDArray[np.complex128], turns: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the amplitudes (channels, lines) of lines of so many turns per sample, in one scale."""
    return np.asarray(np.abs(tapered @ rotation(turns, tapered.shape[1]).T))
