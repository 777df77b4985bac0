"""Starts: too many within an hour, or slower than they were. Starts break bars; a slow start is a symptom."""

from collections import deque

from edge_agent.conditions.diagnoser import found, refused, sound
from edge_agent.conditions.new_parts import NewParts, PartsReader
from edge_agent.conditions.normal import Normal, Quantities
from edge_agent.conditions.seen import Seen
from edge_agent.limits import CONDITIONS
from edge_agent.motor import Nameplate
from edge_agent.refusals import of_conditions
from edge_agent.signals.checks import quality
from edge_agent.starts import Starts
from edge_agent.verdict import Fault, Finding, Measured, Severity

_HOUR_S = 3600.0
"""An hour, s."""
_KW_PER_HP = 0.746
"""Kilowatts of a horsepower: definition."""
_STARTS_OF_ONE_HP, _FALLS_WITH = 30.0, 0.38
"""Starts per hour of 1 hp, and how they fall with the power: NEMA MG 10 allows four-pole motors 30 at 1 hp,
about 12 at 10 hp and about 5 at 100 hp, with a load of usual inertia."""


def starts_allowed(power_kw: float) -> float:
    """Return how many starts an hour a motor of this power stands."""
    return float(_STARTS_OF_ONE_HP * max(power_kw / _KW_PER_HP, 1.0) ** -_FALLS_WITH)


class StartStress:
    """The diagnoser of frequent and slow starts. It remembers the starts of the last hour."""

    fault = Fault.STARTS

    def __init__(self, nameplate: Nameplate) -> None:
        """Take rated power and current of the plate."""
        self._allowed = starts_allowed(nameplate.rated_power_kw)
        self._starts = Starts(nameplate.rated_current_a, quality.off_below_a(nameplate), 0, None)
        self._parts = PartsReader()
        self._time_s = 0.0
        self._times_s: deque[float] = deque()
        self._last_s: float | None = None

    def measure(self, seen: Seen) -> Quantities:
        """Return how long a start took, with the window in which it ended; else nothing."""
        parts = self._parts.read(seen)
        if parts is None:
            return {}
        before, was = self._starts.starts, self._starts.last_start_s
        self._take(parts)
        self._times_s.extend([self._time_s] * (self._starts.starts - before))
        while self._times_s and self._times_s[0] < self._time_s - _HOUR_S:
            self._times_s.popleft()
        start_s = self._starts.last_start_s
        if start_s is None or start_s == was:
            return {}
        self._last_s = start_s
        return {"start_s": start_s}

    def judge(self, quantities: Quantities, seen: Seen, normal: Normal | None) -> Finding:
        """Return the finding, by the starts of the last hour and by the time of the last one."""
        if not seen.window.streams or not seen.window.current.stream.phases:
            return refused(self.fault, seen, of_conditions.NO_CURRENT.refuse(0, 1))
        if not self._starts.starts:
            return refused(self.fault, seen, of_conditions.NOT_SEEN_AT_REST.refuse(0))
        many = Measured(
            "starts_within_an_hour",
            float(len(self._times_s)),
            "1",
            self._allowed,
            "NEMA MG 10, starts per hour by power, four poles and usual inertia",
        )
        usual = None if normal is None else normal.of("start_s", None)
        measured = [many]
        if usual is not None and self._last_s is not None:
            origin = "the baseline of this motor; " + CONDITIONS.origin("slow_start")
            limit_s = CONDITIONS.slow_start * usual.value + 3 * usual.spread
            measured.append(Measured("start", self._last_s, "s", limit_s, origin, usual.hours))
        over = [own for own in measured if own.limit is not None and own.value > own.limit]
        if over:
            return found(self.fault, seen, Severity.WATCH, [*over, *(m for m in measured if m not in over)])
        return sound(self.fault, seen, measured)

    def _take(self, parts: NewParts) -> None:
        if parts.gap_s > parts.part_s:
            self._starts.miss()
        if parts.gap_s < _HOUR_S:
            self._time_s += parts.gap_s
        else:
            self._times_s.clear()
        self._time_s += parts.rms_a.size * parts.part_s
        self._starts.take(parts.rms_a.tolist(), parts.part_s)
