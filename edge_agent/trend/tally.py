"""What the windows of a running hour showed, by load bin: every value is kept until the hour is over.

So an hour that a restart cuts in two is put together exactly.
"""

import math
from array import array
from collections import Counter
from dataclasses import dataclass, field
from typing import Annotated

import numpy as np
from pydantic import BaseModel, Field

from edge_agent.trend.hour_rows import HourRow, load_bin, with_shares
from edge_agent.verdict import Verdict

_Count = Annotated[int, Field(ge=0)]
_Bars = Annotated[float, Field(allow_inf_nan=False)]


@dataclass(slots=True)
class BinTally:
    """What the windows at one load showed."""

    windows: int = 0
    """All windows."""
    bars: "array[float]" = field(default_factory=lambda: array("d"))
    """Equivalent bars of each look."""
    limit_bars: float | None = None
    """Worst detection limit of the looks, equivalent bars."""
    refusals: Counter[str] = field(default_factory=Counter)
    """Windows without an answer, by reason."""

    def take(self, verdict: Verdict, looked: bool) -> None:
        """Count a window."""
        self.windows += 1
        if verdict.refusal is not None:
            self.refusals[str(verdict.refusal.reason)] += 1
        bars, limit_bars = verdict.evidence.equivalent_bars, verdict.evidence.detection_limit_bars
        if looked and bars is not None and math.isfinite(bars):
            self.bars.append(bars)
            if limit_bars is not None and math.isfinite(limit_bars):
                self.limit_bars = max(limit_bars, self.limit_bars or 0.0)

    def merge(self, other: "BinTally") -> None:
        """Count what another tally of the same load has counted, too."""
        self.windows += other.windows
        self.bars.extend(other.bars)
        limits = [limit for limit in (self.limit_bars, other.limit_bars) if limit is not None]
        self.limit_bars = max(limits, default=None)
        self.refusals.update(other.refusals)

    def row(self, hour: int, load: int) -> HourRow:
        """Return it as a row; the share of the hour is not known here."""
        low, middle, high = np.percentile(self.bars, [10, 50, 90]).tolist() if self.bars else [None] * 3
        return HourRow(
            hour, load, self.windows, len(self.bars), middle, low, high, self.limit_bars, 0.0, self.refusals
        )


class _BinContent(BaseModel):
    """A tally of one load bin as JSON."""

    windows: _Count
    bars: list[_Bars]
    limit_bars: _Bars | None
    refusals: dict[str, _Count]


class _Content(BaseModel):
    """A tally as JSON."""

    bins: dict[int, _BinContent]


class HourTally:
    """What the windows of an hour showed."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.bins: dict[int, BinTally] = {}
        """By load bin."""

    def __bool__(self) -> bool:
        """True if there was a window."""
        return bool(self.bins)

    def take(self, verdict: Verdict, looked: bool) -> None:
        """Count a window; `looked` tells that it was a look."""
        self.bins.setdefault(load_bin(verdict.evidence.load), BinTally()).take(verdict, looked)

    def merge(self, other: "HourTally") -> None:
        """Count what another tally of the same hour has counted, too."""
        for load, theirs in other.bins.items():
            self.bins.setdefault(load, BinTally()).merge(theirs)

    def rows(self, hour: int) -> list[HourRow]:
        """Return the rows of the hour, `hour` hours after 1970-01-01T00:00Z."""
        return with_shares([tally.row(hour, load) for load, tally in sorted(self.bins.items())])

    def to_json(self) -> str:
        """Return it as text, for an hour that goes on after a restart."""
        bins = {
            load: _BinContent(
                windows=tally.windows,
                bars=list(tally.bars),
                limit_bars=tally.limit_bars,
                refusals=tally.refusals,
            )
            for load, tally in self.bins.items()
        }
        return _Content(bins=bins).model_dump_json()

    @classmethod
    def from_json(cls, text: str) -> "HourTally":
        """Return what `to_json` wrote; raises ValueError if it did not."""
        tally = cls()
        for load, content in _Content.model_validate_json(text).bins.items():
            tally.bins[load] = BinTally(
                content.windows, array("d", content.bars), content.limit_bars, Counter(content.refusals)
            )
        return tally
