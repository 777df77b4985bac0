"""Readings over windows: when they accuse an entry, and when they clear it.

One window decides nothing. Seconds of windows that share no sample are summed, up where they accuse an
entry and down where they clear it (a CUSUM); windows that cannot tell count nothing. So the sag of a minute
accuses no right entry, and an entry that was corrected is cleared.
"""

import statistics
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field

from edge_agent.audit.findings import Suspect
from edge_agent.audit.reading import Reading

SUSPECTED_S = 20.0
"""Sum from which no answer rests on an entry, s. Judgement: two windows of 12 s, before the state takes
three."""
NAMED_S = 90.0
"""Sum from which it is called wrong, s. Judgement: eight windows of 12 s; longer than any start and sag."""
_MAX_S = 300.0
"""Largest sum, s, so that a corrected entry is cleared in minutes. Judgement."""
_MIN_LOOKS = 5
"""Windows that it takes at least, however long they are. Judgement."""
_KEPT = 40
"""Accusing values that are kept of each entry: eight minutes of windows of 12 s. Judgement."""
_AGREE = 0.8
"""Share of them that must name the same channel. Judgement."""


@dataclass(slots=True)
class Count:
    """What was counted on one entry."""

    sum_s: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    """Seconds that accuse, less those that clear."""
    values: list[Annotated[float, Field(allow_inf_nan=False)]] = field(default_factory=list)
    """The newest values that accuse, oldest first."""
    channels: list[str] = field(default_factory=list)
    """The channels that they name."""

    def take(self, reading: Reading, length_s: float) -> None:
        """Take what a window of `length_s` says."""
        if not reading.accuses:
            self.sum_s = max(0.0, self.sum_s - length_s)
            if self.sum_s == 0.0:
                self.values, self.channels = [], []
            return
        self.sum_s = min(_MAX_S, self.sum_s + length_s)
        self.values = [*self.values, reading.value][-_KEPT:]
        self.channels = [*self.channels, reading.channel][-_KEPT:]

    @property
    def value(self) -> float:
        """Median of the values that accuse."""
        return statistics.median(self.values)

    @property
    def channel(self) -> str | None:
        """The channel that nearly all name; None if they name different ones."""
        name, count = Counter(self.channels).most_common(1)[0]
        return name if count >= _AGREE * len(self.channels) else None

    @property
    def suspected(self) -> bool:
        """True if no answer may rest on the entry."""
        return bool(self.values) and self.sum_s >= SUSPECTED_S

    @property
    def named(self) -> bool:
        """True if the entry is called wrong."""
        enough = self.sum_s >= NAMED_S and len(self.values) >= _MIN_LOOKS
        return enough and self.channel is not None


Ledger = dict[Suspect, Count]
"""What was counted, by entry."""


def take_readings(ledger: Ledger, readings: Iterable[Reading], length_s: float) -> None:
    """Take what a window of `length_s` says, that shares no sample with the window before."""
    for reading in readings:
        ledger.setdefault(reading.suspect, Count()).take(reading, length_s)
