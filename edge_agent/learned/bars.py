"""The number of rotor bars, by the lines of many windows that move with the slip as slot lines do.

A slot line lies at the order (R / p) (1 - s) ± 1 of the supply. For each number of bars R and each of the two
signs, a line of a window means a slip. Only the right R gives slips that fit the current at every load: with
another one they are off by the same amount everywhere, and an idling motor would slip.

One line has two readings: R with the one sign, and R + 2p with the other, at slips that differ by a tenth.
So from one line the slip is known to a tenth, and the number of bars is not. Both are once a second line
lies two orders beside it, or once the shaft itself shows which reading is right.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from edge_agent.learned.look import Look
from edge_agent.learned.slope import fit_line, fits_plate, have_two_loads
from edge_agent.limits import LEARNED
from edge_agent.signals.slip.known import SlotBars

_BARS = np.arange(16, 81)
"""Numbers of rotor bars that are looked for. Judgement: cages of up to ten poles have 16 to 80."""
_SIGNS = (1, -1)
"""Slot lines lie one order above and one below that of the slots."""
_WIDER = 2.0
"""Factor by which a slip may lie beyond those that the current allows, so that the true number is not ruled
out. Measured: 1.5 times in one of ten simulated motors; from 1.4 to 2.5 nothing else changed."""
_TOLD_WITHIN = 2.0
"""How far a slip may lie from that which something else tells, in units of its uncertainty. Judgement."""
_SAME_ORDER = 0.004
"""Difference of orders of one line, read twice: two bins of a window of 12 s at 50 Hz. Judgement."""
_STRONG_HARMONICS = (1, 5)
"""Orders 6k ± 1, which rectifiers and saturated iron put into the current of three phases."""
_MODULATED = 0.05
"""How far from a strong harmonic of the supply lines may be its sidebands by a load that changes, orders.
Measured: 0.037 on a simulated fan, whose lines at 6.987 and 7.013 were taken for those of 17 bars."""
_IMAGE_DB = 20.0
"""How far below a line its images lie, dB: the ripple of an unbalanced current makes them two orders beside
it. Measured on simulated motors: 33 dB below at most. A second slot line that is as weak is not counted."""


@dataclass(frozen=True, slots=True)
class PlateFigures:
    """What the plate says that a number of bars must fit."""

    pole_pairs: int
    """p."""
    rated_a: float
    """Rated current, A rms."""
    rated_slip: float
    """Rated slip."""
    no_load_a: float
    """Current of the idling motor, by the circuit of the plate, A rms."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """One number of bars and one sign, with the slips that they give the lines of looks."""

    bars: int
    sign: int
    slips: NDArray[np.float64]
    """(looks,), not a number where no line fits."""
    lines: NDArray[np.int64]
    """(looks,), which line of each look it is."""
    told: int
    """Looks in which the shaft itself confirms the slip."""

    def slots(self, pole_pairs: int) -> int:
        """Return what both readings of one line have in common: R ± p."""
        return self.bars + self.sign * pole_pairs


def read_bars(looks: Sequence[Look], plate: PlateFigures) -> SlotBars | None:
    """Return how the slot lines of many looks are read; None if no number of bars fits, or several do."""
    looks = [look for look in map(_without_images, looks) if look.orders]
    if len(looks) < LEARNED.min_looks:
        return None
    readings = [reading for reading in _readings(looks, plate) if _fits(reading, looks, plate)]
    lines = {reading.slots(plate.pole_pairs) for reading in readings}
    partners = _partners(readings, looks, plate.pole_pairs)
    if len(partners) == 1 and lines <= {partners[0] - plate.pole_pairs, partners[0] + plate.pole_pairs}:
        return SlotBars(partners[0], _SIGNS, True)
    if len(lines) != 1 or partners:
        return None
    told = [reading for reading in readings if reading.told >= LEARNED.min_looks]
    if len(readings) == 1 and told:
        return SlotBars(told[0].bars, (told[0].sign,), True)
    (slots,) = lines
    return SlotBars(slots - plate.pole_pairs, (1,), False)


def _without_images(look: Look) -> Look:
    """Return a look without lines that lie two orders beside a far stronger one, or beside a harmonic.

    Those at 2s a rotor's asymmetry makes of the harmonics of the supply, such as (7 - 2s)f. Those close to a
    strong one a load makes that changes.
    """
    beside = math.inf if look.slip is None else 2 * look.slip
    kept = [
        (order, level_db)
        for order, level_db in zip(look.orders, look.levels_db, strict=True)
        if abs(abs(order - round(order)) - beside) > _SAME_ORDER
        and not (round(order) % 6 in _STRONG_HARMONICS and abs(order - round(order)) < _MODULATED)
        and not any(
            abs(abs(order - other) - 2.0) <= _SAME_ORDER and level_db < other_db - _IMAGE_DB
            for other, other_db in zip(look.orders, look.levels_db, strict=True)
        )
    ]
    return replace(
        look, orders=tuple(order for order, _ in kept), levels_db=tuple(level_db for _, level_db in kept)
    )


def _readings(looks: Sequence[Look], plate: PlateFigures) -> list[_Reading]:
    """Return all readings that explain enough looks by slips which their currents allow."""
    most = max(len(look.orders) for look in looks)
    orders = np.array([[*look.orders, *[np.nan] * (most - len(look.orders))] for look in looks])
    lowest = np.array([look.lowest / _WIDER for look in looks])[:, None]
    highest = np.array([look.highest * _WIDER for look in looks])[:, None]
    told = np.array([np.nan if look.slip is None else look.slip for look in looks])
    by_shaft = np.array([look.by_shaft for look in looks])
    within = np.array([_TOLD_WITHIN * look.uncertainty for look in looks])
    found = []
    for bars in _BARS:
        for sign in _SIGNS:
            slips = 1.0 - (orders - sign) * plate.pole_pairs / bars
            fits = (slips >= lowest) & (slips <= highest)
            fits &= np.isnan(told)[:, None] | (np.abs(slips - told[:, None]) <= within[:, None])
            lines = np.argmax(fits, axis=1)  # the strongest one comes first
            explained = fits.any(axis=1)
            if explained.sum() < max(LEARNED.min_share * len(looks), LEARNED.min_looks):
                continue
            chosen = np.where(explained, slips[np.arange(len(looks)), lines], np.nan)
            confirmed = int((explained & by_shaft).sum())
            found.append(_Reading(int(bars), sign, chosen, lines, confirmed))
    return found


def _fits(reading: _Reading, looks: Sequence[Look], plate: PlateFigures) -> bool:
    """True if the slips of a reading lie on a line with the currents, as those of this plate do.

    Slips that are all alike say nothing: a line that is none of the rotor's does not move with the load. Then
    the shaft itself must confirm them.
    """
    known = np.flatnonzero(~np.isnan(reading.slips))
    slips = [float(reading.slips[i]) for i in known]
    if min(slips) <= 0.0:
        return False
    if not have_two_loads(slips):
        return reading.told >= LEARNED.min_looks
    line = fit_line([looks[int(i)].current_a for i in known], slips)
    if line is None or line.error > LEARNED.max_misfit:
        return False
    return fits_plate(line, plate.no_load_a, plate.rated_a, plate.rated_slip)


def _partners(readings: Sequence[_Reading], looks: Sequence[Look], pole_pairs: int) -> list[int]:
    """Return the numbers of bars both of whose lines show, two orders apart, in enough looks."""
    by_place = {(reading.bars, reading.sign): reading for reading in readings}
    found = []
    for (bars, sign), above in by_place.items():
        below = by_place.get((bars, -1))
        if sign == 1 and below is not None and _show_together(above, below, looks):
            found.append(bars)
    return found


def _show_together(above: _Reading, below: _Reading, looks: Sequence[Look]) -> bool:
    together = 0
    for i, look in enumerate(looks):
        if np.isnan(above.slips[i]) or np.isnan(below.slips[i]):
            continue
        apart = look.orders[above.lines[i]] - look.orders[below.lines[i]]
        together += abs(apart - 2.0) <= _SAME_ORDER
    return together >= max(LEARNED.min_looks, LEARNED.min_share * len(looks))
