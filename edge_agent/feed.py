"""One DAQ with the lines of the motors that it serves; it can be started anew without the others."""

import contextlib
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from edge_agent.acquire.source import News, Source
from edge_agent.motor_line import MotorLine
from edge_agent.plain import one_line
from edge_agent.supervision import Supervisor, Watchdog
from edge_agent.verdict import Refusal

_LOG = logging.getLogger(__name__)
AGAIN_AFTER_S = 60.0
"""A feed that failed is started anew after this time, s. Judgement: one that stays must not fill the log."""

Make = Callable[[], tuple[Source, Sequence[MotorLine]]]
"""Makes a source and the lines that take its samples, as from a fresh start of the program."""


class Feed:
    """A source and its lines. Entered, it acquires samples; left, it stops, and its lines save theirs."""

    def __init__(self, make: Make) -> None:
        """Make source and lines; they are entered with the feed."""
        self._make = make
        self.source, self.lines = make()
        self._supervisor = Supervisor()
        self._entered = contextlib.ExitStack()
        self._failed_s: float | None = None
        self._news: deque[tuple[float, News]] = deque()

    def __enter__(self) -> Self:
        self._supervisor = Supervisor()
        with contextlib.ExitStack() as entered:
            for line in self.lines:
                entered.enter_context(line)
                if (watched := line.captures.watched) is not None:
                    self._supervisor.watch(watched)
            entered.enter_context(self.source)
            self._supervisor.watch(self.source.watched)
            self._entered = entered.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._entered.close()

    @property
    def is_down(self) -> bool:
        """True from its failure until it is started anew."""
        return self._failed_s is not None

    def gather(self, wait_s: float) -> None:
        """Wait up to `wait_s` for something, and keep what has come for `take_one`."""
        self._news.extend(self.source.poll(wait_s))

    @property
    def has_news(self) -> bool:
        """True if something came that the lines did not get yet."""
        return bool(self._news)

    def take_one(self) -> None:
        """Give the lines the next of what has come."""
        arrived_s, item = self._news.popleft()
        for line in self.lines:
            line.take(item, arrived_s)

    def refuse(self, refusal: Refusal) -> None:
        """Tell of each motor why it has no state."""
        for line in self.lines:
            line.refuse(refusal)

    def check(self) -> None:
        """Raise ThreadLostError if one of its threads died or stalled."""
        self._supervisor.check()

    def look_after(self) -> None:
        """Do what each line does between samples."""
        for line in self.lines:
            line.look_after()

    def say_beside_health(self) -> None:
        """Say what each line says as often as health is said."""
        for line in self.lines:
            line.say_beside_health()

    def fail(self, error: Exception) -> None:
        """Stop after an error that nobody foresaw, so that the other feeds go on; tell it for each motor."""
        self._failed_s = time.monotonic()
        self._news.clear()
        names = ", ".join(line.motor for line in self.lines)
        what = (
            f"failed, and starts anew in {AGAIN_AFTER_S:g} s: {type(error).__name__}: {one_line(str(error))}"
        )
        _LOG.error("%s: %s; report it", names, what, exc_info=error)
        for line in self.lines:
            line.give_up(what)
        self._close()

    def start_anew(self, watchdog: Watchdog) -> None:
        """Start a feed that is down once its time has come; until then its silence is known."""
        now_s = time.monotonic()
        for line in self.lines:
            watchdog.source_known_silent(now_s, line.motor)
        if self._failed_s is None or now_s - self._failed_s < AGAIN_AFTER_S:
            return
        self.source, self.lines = self._make()
        for line in self.lines:
            line.say_first()
        self.__enter__()
        self._failed_s = None

    def _close(self) -> None:
        """Leave source and lines; a part that cannot even be left is named in the log."""
        try:
            self._entered.close()
        except Exception as error:  # noqa: BLE001 - the other motors must go on
            _LOG.error("what had failed could not be stopped in order: %s", one_line(repr(error)))
