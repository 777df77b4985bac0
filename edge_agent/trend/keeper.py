"""Cuts time into hours, whatever the clock does, and has them written.

Hours are cut and dated by the clock as it is when they end: what lies before a leap of the clock is dated
back by the time that has really gone by. While the clock is not set (before 2024), hours wait undated.
"""

import logging
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from edge_agent.outlook import Outlook
from edge_agent.trend.forecast import BASIS_DAYS, look_ahead
from edge_agent.trend.hour_rows import HOURS_PER_DAY, hour_of, is_set
from edge_agent.trend.tally import HourTally
from edge_agent.trend.trend_file import Bounds
from edge_agent.trend.trend_store import TrendStore
from edge_agent.verdict import Verdict

FILE_NAME = "trend.sqlite3"
"""Name of the file in the state folder."""
_LOG = logging.getLogger(__name__)
_MAX_WAITING = 168
"""Hours that wait in memory while the disk takes none or the clock is not set: a week. Judgement."""
_SLACK_S = 60.0
"""An hour may begin this much early, s: a clock that is nudged makes no hour of seconds. Judgement."""


class TrendKeeper:
    """Collects what windows show into hours. An hour is written when it is over, and when the agent stops.

    That makes 24 commits a day and one for each stop. No method raises because of the disk or the clock.
    """

    def __init__(
        self,
        path: Path,
        clock: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
        bounds: Bounds | None = None,
    ) -> None:
        """Go on with what was kept in a file before a restart; it is opened when it is used.

        `clock` tells the time, s since 1970; `ticks` is never set, and tells how much time goes by.
        """
        self._store = TrendStore(path, bounds)
        self._clock = clock
        self._ticks = ticks
        self._running = HourTally()
        self._began_s = self._ended_s = ticks()
        self._waiting: deque[tuple[float, HourTally]] = deque()
        self._dropped = 0
        self._has_news = True

    @property
    def problem(self) -> str | None:
        """Why the file cannot be used now; None if it can, or was not used yet."""
        return self._store.problem

    @property
    def loss(self) -> str | None:
        """What of the trend is lost since the start, and why; None if nothing is."""
        return self._store.loss

    def take(self, verdict: Verdict, looked: bool) -> None:
        """Count a window; `looked` tells that it was a look. Writes the hour before it if that is over."""
        self._end_hour()
        self._ended_s = self._ticks()
        if not self._running:
            self._began_s = self._ended_s
        self._running.take(verdict, looked)

    def news(self) -> Outlook | None:
        """Return what the hours say, once after each hour and after the start; None if it was said."""
        self._end_hour()
        now_unix_s = self._clock()
        if not self._has_news or not is_set(now_unix_s):
            return None
        rows = self._store.read(hour_of(now_unix_s) - BASIS_DAYS * HOURS_PER_DAY)
        if rows is None:
            return None
        self._has_news = False
        return look_ahead(rows, now_unix_s)

    def save(self) -> None:
        """Write what was counted; the running hour goes on, here or after a restart."""
        if self._running:
            self._waiting.append((self._ended_s, self._running))
            self._running = HourTally()
        while len(self._waiting) > _MAX_WAITING:
            self._waiting.popleft()
            self._dropped += 1
        self._write()

    def close(self) -> None:
        """Write what was counted, and close the file; at every orderly stop."""
        self.save()
        if self._waiting:
            _LOG.warning("%d hours of the trend are lost: %s", len(self._waiting), self._why_waiting())
        self._store.close()

    def _end_hour(self) -> None:
        """Write the running hour if it is over by the clock as it is now."""
        if not self._running:
            return
        now_unix_s = self._clock()
        began_unix_s = now_unix_s - (self._ticks() - self._began_s)
        if hour_of(now_unix_s) != hour_of(min(now_unix_s, began_unix_s + _SLACK_S)):
            self.save()
            self._has_news = True

    def _write(self) -> None:
        now_unix_s, now_s = self._clock(), self._ticks()
        if not self._waiting or not is_set(now_unix_s):
            return
        hours: dict[int, HourTally] = {}
        for ended_s, tally in self._waiting:
            hour = max(0, hour_of(now_unix_s - (now_s - ended_s)))
            hours.setdefault(hour, HourTally()).merge(tally)
        if self._store.add(hours, running_hour=hour_of(now_unix_s)):
            self._waiting.clear()
            if self._dropped:
                _LOG.warning(
                    "%d hours of the trend were dropped while they could not be written", self._dropped
                )
                self._dropped = 0

    def _why_waiting(self) -> str:
        return "the disk took none" if is_set(self._clock()) else "the clock was never set"
