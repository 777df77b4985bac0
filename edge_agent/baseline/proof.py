"""How many false alarms a year the motor's own looks allow at most, with 95 % confidence.

A false alarm takes several looks beyond the limit, less those below it. So its rate is that of single looks
beyond the limit, times the chance that a run which has begun goes on. The first comes from the tail of the
looks (peaks over a threshold, Pickands 1975), since the limit itself is hardly ever reached; the second from
looks in the tail that follow each other, so that it holds for looks that are not independent. It is taken to
be no greater at the limit than in the tail. The looks counted are those after the baseline was learned: what
tests a limit is not what set it.
"""

import math
from dataclasses import dataclass, replace

from edge_agent.limits import BASELINE, STATE

_TAIL_SHAPE = 0.32
"""Shape of the generalised Pareto tail of sound motors' looks (measured: pooled over simulated motors)."""
_Z = 2.13
"""Normal quantile of 98.3 %: three bounds, each by itself, hold together in 95 % (Bonferroni)."""
_MIN_TAIL_LOOKS = 10
"""Looks in the tail from which their mean excess is used. Judgement."""
_HOURS_PER_YEAR = 8766.0
"""Hours of a year: a motor that never stops."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Looks of a sound motor, counted since its baseline was learned."""

    hours: float = 0.0
    """Hours that the motor ran."""
    looks: int = 0
    """Looks at loads whose baseline is known."""
    in_tail: int = 0
    """Looks among them above where the tail begins."""
    excess_bars: float = 0.0
    """Sum of what these lie above it."""
    followed: int = 0
    """Looks in the tail that came right after another one."""
    beyond_limit: int = 0
    """Looks from which an alarm would follow if they came in a row."""

    def with_look(self, over_tail_bars: float, was_in_tail: bool, beyond_limit: bool) -> "Tally":
        """Return this with one look more, which lies so far above where the tail begins."""
        in_tail = over_tail_bars > 0
        return replace(
            self,
            looks=self.looks + 1,
            in_tail=self.in_tail + in_tail,
            excess_bars=self.excess_bars + max(over_tail_bars, 0.0),
            followed=self.followed + (in_tail and was_in_tail),
            beyond_limit=self.beyond_limit + beyond_limit,
        )


def false_alarms_per_year(tally: Tally, room_bars: float) -> float | None:
    """Return the upper bound of the rate; None while the looks are too few to say.

    `room_bars` is how far the limit of an alarm lies above where the tail begins.
    """
    if tally.looks < BASELINE.min_proof_looks or tally.hours <= 0:
        return None
    goes_on = min(upper_count(tally.followed) / max(tally.in_tail, 1), 1.0)
    looks_per_year = tally.looks / tally.hours * _HOURS_PER_YEAR
    return looks_per_year * _share_beyond(tally, room_bars) * reaches(STATE.looks_up, goes_on)


def reaches(height: int, up: float) -> float:
    """Return the chance that a run at one reaches `height` before zero, a step up with chance `up` each time.

    The gambler's ruin (Feller 1968, XIV.2), in the form that holds for a fair game, too.
    """
    if up <= 0:
        return 0.0 if height > 1 else 1.0
    return 1.0 / sum(((1 - up) / up) ** step for step in range(height))


def upper_count(count: int) -> float:
    """Return the bound that the mean of a Poisson count exceeds in 1.7 % of cases (Wilson and Hilferty)."""
    above = count + 1
    return float(above * (1 - 1 / (9 * above) + _Z / (3 * math.sqrt(above))) ** 3)


def _share_beyond(tally: Tally, room_bars: float) -> float:
    """Return the upper bound of the share of looks beyond the limit: by the tail, or by counting them."""
    counted = min(upper_count(tally.beyond_limit) / tally.looks, 1.0)
    if tally.in_tail < _MIN_TAIL_LOOKS or tally.excess_bars <= 0:
        return counted
    in_tail = min(upper_count(tally.in_tail) / tally.looks, 1.0)
    spread = _Z / math.sqrt(tally.in_tail * (1 - 2 * _TAIL_SHAPE))
    scale_bars = (1 - _TAIL_SHAPE) * tally.excess_bars / tally.in_tail * (1 + spread)
    by_tail = in_tail * (1 + _TAIL_SHAPE * max(room_bars, 0.0) / scale_bars) ** (-1 / _TAIL_SHAPE)
    return float(max(by_tail, counted) if tally.beyond_limit else by_tail)
