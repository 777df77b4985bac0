"""What is wrong with the source of samples: once in the log, in health while it lasts, as a refusal."""

import logging
import time
from collections import deque
from collections.abc import Callable

from edge_agent.acquire.source import PortLost, PortOpened, Silence, Source
from edge_agent.limits import SOURCE
from edge_agent.refusals import of_samples
from edge_agent.verdict import Refusal

_LOG = logging.getLogger(__name__)
_FLAPPING_S = 60.0
"""Time over which openings of the port are counted, s; judgement: a loose plug, and not a reset."""
_MANY_OPENINGS = 4
"""Openings in that time after which single ones are not logged any more; judgement."""


class Pauses:
    """Notices that the process or the whole computer stood still; asked several times a turn of the loop."""

    def __init__(self) -> None:
        """Begin now."""
        self._asked_s = _boottime_s()

    def notice(self) -> Refusal | None:
        """Return why there is no answer any more, if all stood still since it was asked last.

        The last answer is as old as that.
        """
        before_s, self._asked_s = self._asked_s, _boottime_s()
        paused_s = self._asked_s - before_s
        if paused_s <= SOURCE.silent_s:
            return None
        _LOG.warning("the agent stood still for %.0f s", paused_s)
        return of_samples.SILENCE.refuse(paused_s)


def _boottime_s() -> float:
    """Return the time of a clock that goes on while the computer sleeps, s."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class SourceWatch:
    """Knows when samples came last, and why none come."""

    def __init__(self, source: Source, tell: Callable[[str | None], None], name: str = "") -> None:
        """Take the source, and a name for the log; `tell` gets what is wrong, None while all is well."""
        self._source = source
        self._tell = tell
        self._prefix = f"{name}: " if name else ""
        self._samples_s = time.monotonic()
        self._port_problem: str | None = None
        self._openings_s: deque[float] = deque(maxlen=_MANY_OPENINGS)
        self._flapping_said = False
        self._silences_said: set[str] = set()
        self._problems_said: set[str] = set()

    def device_came(self) -> None:
        """Begin with a device; its samples are yet to come."""
        self._samples_s = time.monotonic()
        self._problems_said.clear()

    def samples_came(self) -> None:
        """Note samples, and what is wrong though they come."""
        self._samples_s = time.monotonic()
        self._silences_said.clear()
        problem = self._source.problem
        self._tell(problem)
        if problem is not None and problem not in self._problems_said:
            self._problems_said.add(problem)
            _LOG.warning("%s%s", self._prefix, problem)

    def port_opened(self, port: PortOpened) -> None:
        """Note that the port is there again."""
        self._port_problem = None
        self._openings_s.append(time.monotonic())
        if not self._flaps:
            self._flapping_said = False
            _LOG.info("%s: open", port.port)
        elif not self._flapping_said:
            self._flapping_said = True
            _LOG.warning(
                "%s: comes and goes, %d times in %g s; that is not logged again until it holds for as long; "
                "check cable, hub and supply",
                port.port,
                _MANY_OPENINGS,
                _FLAPPING_S,
            )

    def port_lost(self, port: PortLost) -> Refusal:
        """Note that the port is away; return why there is no answer any more."""
        self._port_problem = f"{port.port}: {port.reason}"
        return self._refuse(Silence(self._port_problem, self._port_problem))

    def refusal(self) -> Refusal | None:
        """Return why there is no answer when samples have not come for too long; None while they come.

        Samples that wait have come: it is the agent that is slow.
        """
        if self._source.waiting_blocks and not self._source.understands_nothing:
            return None
        patience_s = SOURCE.not_understood_s if self._source.understands_nothing else SOURCE.silent_s
        if time.monotonic() - self._samples_s <= patience_s:
            return None
        lost = self._port_problem
        return self._refuse(self._source.silence() if lost is None else Silence(lost, lost))

    @property
    def _flaps(self) -> bool:
        """True if the port was opened many times of late."""
        openings_s = self._openings_s
        return len(openings_s) == _MANY_OPENINGS and time.monotonic() - openings_s[0] < _FLAPPING_S

    def _refuse(self, silence: Silence) -> Refusal:
        """Refuse a state without samples, at once, rather than let the last one stand."""
        silent_s = time.monotonic() - self._samples_s
        if silence.key not in self._silences_said and not self._flaps:
            self._silences_said.add(silence.key)
            _LOG.warning("%s%s", self._prefix, silence.text)
        self._tell(silence.text)
        if silence.refused:
            return of_samples.NOT_UNDERSTOOD[silence.quantity].refuse(silence.refused)
        return of_samples.SILENCE.refuse(silent_s)
