"""What comes after learning: each look is held against the reference."""

from collections import deque
from dataclasses import replace
from statistics import median

from edge_agent.baseline.growth import Growth, limit_of
from edge_agent.baseline.judgement import judge
from edge_agent.baseline.look import Look
from edge_agent.baseline.proof import Tally, false_alarms_per_year
from edge_agent.baseline.recognition import Change, Recognition
from edge_agent.baseline.reference import Reference
from edge_agent.limits import BASELINE
from edge_agent.verdict import Verdict

_S_PER_HOUR = 3600.0
"""Seconds of an hour."""


class Watching:
    """Growth, recognition and proof of a motor whose reference is known."""

    def __init__(
        self,
        reference: Reference,
        allowed_per_year: float,
        growth: Growth,
        recognition: Recognition,
        tally: Tally,
    ) -> None:
        """Go on with what was seen before a restart; the budget sets the limit of growth."""
        self.reference = reference
        """What is normal."""
        self.growth = growth
        """The sum of what looks lie above it."""
        self.recognition = recognition
        """Another motor, or another sensor."""
        self.tally = tally
        """Looks that tell how rare false alarms are."""
        self.limit_bars = limit_of(reference, allowed_per_year)
        """Sum of the growth from which bars grow; `allow` sets it anew."""
        self._was_in_tail = False
        self._deviations_bars: deque[float] = deque(maxlen=BASELINE.run_looks)

    @property
    def change(self) -> Change:
        """What has changed; another motor or sensor goes before growth, which may come of it."""
        found = self.recognition.change
        return Change.GROWTH if found is Change.NONE and self.growth.growing else found

    @property
    def growth_bars(self) -> float | None:
        """Median of what the newest looks lie above the reference; None without any."""
        return median(self._deviations_bars) if self._deviations_bars else None

    @property
    def false_alarms_per_year(self) -> float | None:
        """Upper bound of their rate that the looks allow; None while there are too few."""
        return false_alarms_per_year(self.tally, self.reference.room_bars - self.reference.tail_bars)

    def allow(self, allowed_per_year: float) -> None:
        """Set the limit of growth by another budget; what was seen stays."""
        self.limit_bars = limit_of(self.reference, allowed_per_year)

    def take(self, look: Look | None, running_s: float) -> bool:
        """Take a window: its look, and its new seconds of running; return True if `change` is another now."""
        before = self.change, self.growth.growing
        if self.change is Change.NONE:
            self.tally = replace(self.tally, hours=self.tally.hours + running_s / _S_PER_HOUR)
        if look is not None:
            self.recognition.take(look, self.reference)
            deviation_bars = self.reference.deviation_bars(look)
            if deviation_bars is not None:
                self._compare(look, deviation_bars)
        return before != (self.change, self.growth.growing)

    def judge(self, state: Verdict) -> Verdict:
        """Return a state as the baseline reads it; as it is if the baseline is another motor's."""
        if self.recognition.change is Change.NOT_THIS_MOTOR:
            return state
        growth_bars = (self.growth_bars or 0.0) if self.growth.growing else None
        return judge(state, self.reference, growth_bars, self.recognition.change is Change.NONE)

    def _compare(self, look: Look, deviation_bars: float) -> None:
        self._deviations_bars.append(deviation_bars)
        if self.recognition.change is Change.NOT_THIS_MOTOR:
            self.growth.start_over()
        elif self.recognition.change is Change.NONE:
            self.growth.take(deviation_bars, self.limit_bars)
        if self.change is Change.NONE:
            self._count(look, deviation_bars)

    def _count(self, look: Look, deviation_bars: float) -> None:
        over_tail_bars = deviation_bars - self.reference.tail_bars
        beyond = look.bars >= self.reference.alarm_bars(look.load_bin)
        self.tally = self.tally.with_look(over_tail_bars, self._was_in_tail, beyond)
        self._was_in_tail = over_tail_bars > 0
