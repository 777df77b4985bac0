"""What is wrong with the source of samples: once in the log, in health while it lasts, as a refusal."""

import logging
import time
from collections.abc import Callable

from edge_agent.acquire.source import PortLost, PortOpened, Silence, Source
from edge_agent.limits import SOURCE
from edge_agent.refusals import of_samples
from edge_agent.verdict import Refusal

_LOG = logging.getLogger(__name__)


class SourceWatch:
    """Knows when samples came last, and why none come."""

    def __init__(self, source: Source, tell: Callable[[str | None], None], name: str = "") -> None:
        """Take the source, and a name for the log; `tell` gets what is wrong, None while all is well."""
        self._source = source
        self._tell = tell
        self._prefix = f"{name}: " if name else ""
        self._samples_s = time.monotonic()
        self._port_problem: str | None = None
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
        _LOG.info("%s: open", port.port)
        self._port_problem = None

    def port_lost(self, port: PortLost) -> Refusal:
        """Note that the port is away; return why there is no answer any more."""
        self._port_problem = f"{port.port}: {port.reason}"
        return self._refuse(Silence(self._port_problem, self._port_problem))

    def refusal(self) -> Refusal | None:
        """Return why there is no answer when samples have not come for too long; None while they come."""
        patience_s = SOURCE.not_understood_s if self._source.understands_nothing else SOURCE.silent_s
        if time.monotonic() - self._samples_s <= patience_s:
            return None
        lost = self._port_problem
        return self._refuse(self._source.silence() if lost is None else Silence(lost, lost))

    def _refuse(self, silence: Silence) -> Refusal:
        """Without samples there is no state: say so at once rather than let the last one stand."""
        silent_s = time.monotonic() - self._samples_s
        if silence.key not in self._silences_said:
            self._silences_said.add(silence.key)
            _LOG.warning("%s%s", self._prefix, silence.text)
        self._tell(silence.text)
        if silence.refused:
            return of_samples.NOT_UNDERSTOOD[silence.quantity].refuse(silence.refused)
        return of_samples.SILENCE.refuse(silent_s)
