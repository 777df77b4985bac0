"""Ends the agent when its one loop hangs or does not stop: with words, and before systemd would."""

import contextlib
import logging
import os
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from edge_agent.supervision import Flag, watchdog_s

_LOG = logging.getLogger(__name__)
_LIMIT_S = 30.0
"""Time without a turn after which the loop hangs, s. Judgement: a turn takes parts of a second, and the
slowest card writes in some seconds."""
_TICK_S = 0.5
"""The lookout looks this often, s: judgement."""
_MAX_WORDS_S = 2.5
"""Time to tell log and broker, s. Judgement: both may hang on the same disk, and the end does not wait."""
_STOP_S = 2.0
"""Time that a loop which shall stop has for its present turn, s. Judgement: with what follows, the agent
stops in 5 s, as its users expect."""
_FRAMES = 4
"""Calls that the message names: judgement, enough to see what is waited for."""
_HANGS = (
    "the agent hangs: its loop has not turned for %.0f s and stands in %s; it ends, to be started anew; if "
    "that is a file, see dmesg for errors of the disk, otherwise report it"
)
_IS_LATE = (
    "the agent was to stop %.0f s ago and stands in %s; it ends without waiting for that: events are on disk"
)


class Lookout:
    """A thread that sees whether the loop turns. Entered by the thread that runs the loop.

    It counts its own looks, not the clock: a process that was stopped or a computer that slept has not hung.
    """

    def __init__(
        self,
        hang_up: Callable[[], None],
        limit_s: float | None = None,
        end: Callable[[int], object] = os._exit,
        tick_s: float = _TICK_S,
    ) -> None:
        """Prepare; `hang_up` tells the world that we are gone, `end` ends the process with a status.

        None for `limit_s` takes half a minute, or half the time of systemd's watchdog if that is less.
        """
        self._hang_up = hang_up
        self._limit_s = min(_LIMIT_S, watchdog_s() / 2 or _LIMIT_S) if limit_s is None else limit_s
        self._end = end
        self._tick_s = tick_s
        self._turns = 0
        self._stop: Flag | None = None
        self._of_loop = threading.get_ident()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._look, name="lookout", daemon=True)

    def __enter__(self) -> Self:
        self._of_loop = threading.get_ident()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()

    def until(self, stop: Flag) -> None:
        """Take what tells the loop to stop: one that does not soon, in a long turn, is not waited for."""
        self._stop = stop

    def left(self) -> None:
        """Note that the loop has ended."""
        self._stop = None

    def turned(self) -> None:
        """Note a turn of the loop."""
        self._turns += 1

    def _look(self) -> None:
        seen, silent_s, late_s = self._turns, 0.0, 0.0
        while not self._stopping.wait(self._tick_s):
            silent_s = silent_s + self._tick_s if self._turns == seen else 0.0
            seen = self._turns
            stop = self._stop
            late_s = late_s + self._tick_s if stop is not None and stop.is_set() else 0.0
            if silent_s >= self._limit_s:
                self._give_up(1, _HANGS, silent_s)
                return
            if late_s >= _STOP_S:
                self._give_up(0, _IS_LATE, late_s)
                return

    def _give_up(self, status: int, words: str, silent_s: float) -> None:
        sure = threading.Timer(_MAX_WORDS_S, self._end, (status,))
        sure.daemon = True
        sure.start()
        _LOG.critical(words, silent_s, _place_of(self._of_loop))
        with contextlib.suppress(Exception):  # what hangs may also be broken
            self._hang_up()
        self._end(status)
        sure.cancel()


def _place_of(thread: int) -> str:
    """Return where a thread is, the innermost call first."""
    frame = sys._current_frames().get(thread)
    calls = traceback.extract_stack(frame)[-_FRAMES:] if frame is not None else []
    return " in ".join(f"{call.name} ({Path(call.filename).name}:{call.lineno})" for call in reversed(calls))
