"""The speed of the shaft and the number of poles, by vibration or air gap alone: no plate is believed."""

from dataclasses import dataclass

import numpy as np

from edge_agent.circuit import Circuit
from edge_agent.signals.prepared import Current, Vibration
from edge_agent.signals.sidebands.fit import SidebandPair
from edge_agent.signals.slip.eccentricity import EccentricityLine, EccentricityLines
from edge_agent.signals.slip.range import MAX_RUNNING_SLIP
from edge_agent.signals.slip.shaft import comb_levels, prominence_of

POLE_PAIRS = (1, 2, 3, 4, 5, 6)
"""Pole pairs that are looked for: more are rare (judgement)."""
_MIN_ONE_DB = 12.0
"""Level of the first harmonic that shows a shaft, dB: as of a shaft at a known number of poles."""
_MIN_MORE_DB = 6.0
"""Level of a further harmonic that counts, dB: as of a shaft at a known number of poles."""
_MIN_ALONE_DB = 20.0
"""Level of a first harmonic that shows a shaft without any other, dB. Judgement: other lines of a machine
were at most 2 dB there in simulated motors."""


_ORDERS_OF_BARS = (1, 2, 3)
"""Sidebands of broken bars at (1 ± 2ks)f, up to which k. Judgement: those beyond are far below the line's."""


@dataclass(frozen=True, slots=True)
class Shaft:
    """A shaft that turns as fast as that of a motor of so many pole pairs."""

    pole_pairs: int
    """The number at which its slip is that of a motor."""
    slip: float
    """Its slip then, per unit."""
    levels_db: tuple[float, ...]
    """Of its first six harmonics over the floor."""
    lead_db: float
    """Sum of these levels over that of the best shaft at another speed in the same range."""

    @property
    def stands_out(self) -> bool:
        """True if its first harmonic does."""
        return self.levels_db[0] >= _MIN_ONE_DB

    @property
    def leads(self) -> bool:
        """True if no other speed of a motor with as many poles shows as much."""
        return self.lead_db >= _MIN_MORE_DB

    @property
    def is_clear(self) -> bool:
        """True if it leads, and its first harmonic stands out with another one or far by itself."""
        has_more = self.stands_out and max(self.levels_db[1:]) >= _MIN_MORE_DB
        return self.leads and (has_more or self.levels_db[0] >= _MIN_ALONE_DB)


def shafts_by_air_gap(current: Current, circuit: Circuit) -> dict[int, EccentricityLine]:
    """Return the shafts that the air gap shows in the current, by the pole pairs that each means."""
    found = {}
    for pole_pairs in POLE_PAIRS:
        line = EccentricityLines(current, circuit, pole_pairs).strongest(0.0, MAX_RUNNING_SLIP)
        if line is not None and line.shows_shaft:
            found[pole_pairs] = line
    return found


def without_bars(
    found: dict[int, EccentricityLine], pair: SidebandPair | None, line_hz: float
) -> dict[int, EccentricityLine]:
    """Return the shafts of the air gap without those whose lines are sidebands of a `pair` that stands out.

    Broken bars make lines at 2sf, 4sf and 6sf on both sides of the supply's, and a slow shaft may turn as
    often a second.
    """
    if pair is None or not pair.is_clear:
        return found
    kept = {}
    for pole_pairs, shaft in found.items():
        synchronous_hz = line_hz / pole_pairs
        off_hz = [abs(synchronous_hz * (1 - shaft.slip) - k * pair.pole_pass_hz) for k in _ORDERS_OF_BARS]
        if min(off_hz) > synchronous_hz * shaft.uncertainty:
            kept[pole_pairs] = shaft
    return kept


def shafts(vibration: Vibration, line_hz: float) -> dict[int, Shaft]:
    """Return the best shaft of each number of pole pairs, whether or not it stands out."""
    prominence, bin_hz = prominence_of(vibration.samples, vibration.rate_hz)
    length_s = vibration.samples.shape[1] / vibration.rate_hz
    found = {}
    for pole_pairs in POLE_PAIRS:
        synchronous_hz = line_hz / pole_pairs
        lowest_hz, highest_hz = synchronous_hz * (1 - MAX_RUNNING_SLIP), synchronous_hz - 0.5 / length_s
        candidates_hz = np.arange(lowest_hz, highest_hz, 0.1 / length_s)
        if candidates_hz.size == 0:
            continue
        levels = comb_levels(prominence, bin_hz, candidates_hz, length_s, line_hz)
        score = levels.sum(axis=1)
        best = int(np.argmax(score))
        elsewhere = np.abs(candidates_hz - candidates_hz[best]) > 1.0 / length_s
        lead_db = float(score[best] - score[elsewhere].max(initial=0.0))
        slip = 1.0 - float(candidates_hz[best]) / synchronous_hz
        levels_db = tuple(float(level) for level in levels[best])
        found[pole_pairs] = Shaft(pole_pairs, slip, levels_db, lead_db)
    return found
