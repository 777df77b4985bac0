"""The configuration is read again while the agent runs: by SIGHUP, or by the command `reload`.

What can change at once, changes. Whatever else is different in the file is named, and waits for a restart. A
file with an error changes nothing at all.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from edge_agent.baseline.monitor import Baseline
from edge_agent.captures.recorder import Captures
from edge_agent.conditions.monitor import Conditions
from edge_agent.config import ConfigError, Problem, Settings, load_agent
from edge_agent.config.problems import KeyPath, spell
from edge_agent.publish.sink import Sink
from edge_agent.supervision import Flag

_LOG = logging.getLogger(__name__)
AT_ONCE = frozenset(
    {
        ("alerts",),
        ("baseline", "hours"),
        ("captures",),
        ("log_level",),
        ("mqtt", "diagnosis"),
        ("mqtt", "heartbeat_s"),
        ("notify", "cooldown_s"),
        ("notify", "on"),
    }
)
"""Keys that change while the agent runs, whole sections among them; positions in lists are left out."""
_HEARTBEAT = ("mqtt", "heartbeat_s")
"""Home Assistant is told at the start how often values come, and calls them unavailable by that."""
_MAX_TOLD = 5
"""Problems that an answer repeats; judgement: the log has them all."""

Reread = Callable[[], tuple[Settings, tuple[Problem, ...]]]
"""Reads the file of the configuration; returns what is strange in it, too. Raises ConfigError."""


class ReloadError(Exception):
    """The configuration cannot be read, and nothing has changed; the message says why."""


def no_file() -> tuple[Settings, tuple[Problem, ...]]:
    """Read nothing: for an agent that was made without a file. Raises ReloadError."""
    raise ReloadError("the agent was started without a configuration file, so there is none to read")


def only_by_restart() -> tuple[Settings, tuple[Problem, ...]]:
    """Read nothing: for an agent of several motors. Raises ReloadError."""
    raise ReloadError(
        "with several motors (`motors`) the configuration is read at the start only, so nothing has changed; "
        "restart the agent"
    )


def read_again(file: Path) -> tuple[Settings, tuple[Problem, ...]]:
    """Read the file of the configuration again.

    Raises ConfigError for what is wrong in it, and ReloadError if it has several motors now, or if it came
    through a pipe: nobody may be there to write into that, and the agent would wait.
    """
    if file.exists() and not file.is_file():
        raise ReloadError(f"{file} is no file that could be read again; restart the agent")
    agent, doubts = load_agent(file)
    return only_by_restart() if agent.is_of_several else (agent.shared, doubts)


class Reloading:
    """Knows the settings with which the agent runs, and brings in those that may change."""

    def __init__(
        self,
        settings: Settings,
        read: Reread,
        baseline: Baseline,
        captures: Captures,
        sinks: Sequence[Sink],
        conditions: Conditions | None = None,
    ) -> None:
        """Take the settings of the start, how to read them again, and who gets those that change."""
        self._conditions = conditions
        self._running = settings
        self._reread = read
        self._baseline = baseline
        self._captures = captures
        self._sinks = sinks

    @property
    def heartbeat_s(self) -> float:
        """How often state and health are published at least, s."""
        return self._running.mqtt.heartbeat_s

    def look_at(self, hung_up: Flag | None) -> None:
        """Reload if SIGHUP came, and clear its flag; the log says what has become of it."""
        if hung_up is None or not hung_up.is_set():
            return
        hung_up.clear()
        try:
            self.reload()
        except ReloadError as error:
            _LOG.error("SIGHUP: %s", error)

    def reload(self) -> dict[str, object]:
        """Reload; return the keys that have changed, and those that need a restart.

        Raises ReloadError, all settings then as they were, if there is any error in the file.
        """
        wanted = self._read()
        different = list(_different(self._running, wanted))
        changed = [key for key in different if self._changes_at_once(key)]
        waiting = [spell(key) for key in different if key not in changed]
        if changed:
            self._apply(wanted, changed)
        told = [spell(key) for key in changed]
        _LOG.info("the configuration is reloaded; changed: %s", ", ".join(told) or "nothing")
        if waiting:
            _LOG.warning(
                "the configuration is different here, too; restart the agent: %s", ", ".join(waiting)
            )
        return {"changed": told, "needs_restart": waiting}

    def _read(self) -> Settings:
        try:
            wanted, doubts = self._reread()
        except ConfigError as error:
            for problem in error.problems:
                _LOG.error("%s", problem)
            told = "; ".join(str(problem) for problem in error.problems[:_MAX_TOLD])
            raise ReloadError(
                f"the configuration has errors, so the agent goes on with the old one: {told}"
            ) from error
        for doubt in doubts:
            _LOG.warning("%s", doubt)
        return wanted

    def _changes_at_once(self, key: KeyPath) -> bool:
        names = tuple(step for step in key if isinstance(step, str))
        shown = self._running.homeassistant
        if names == _HEARTBEAT and shown is not None and shown.enabled:
            return False
        return any(names[:length] in AT_ONCE for length in range(1, len(names) + 1))

    def _apply(self, wanted: Settings, changed: Sequence[KeyPath]) -> None:
        """Hand on what has changed, and nothing of what waits for a restart."""
        for key in changed:
            self._running = _with(self._running, wanted, key)
        running = self._running
        if ("log_level",) in changed:  # else it stays as the command `log_level` has set it
            logging.getLogger().setLevel(running.log_level.upper())
        baseline = running.baseline_settings()
        self._baseline.reload(baseline)
        if self._conditions is not None and baseline.enabled:
            self._conditions.hours_wanted = baseline.hours
        self._captures.change(running.captures.settings())
        for sink in self._sinks:
            sink.reload(running.sink_settings())


def _different(old: object, new: object, at: KeyPath = ()) -> Iterator[KeyPath]:
    """Return the keys at which two settings differ; a list of another length differs as a whole."""
    if isinstance(old, BaseModel) and isinstance(new, BaseModel):
        for name in type(old).model_fields:
            yield from _different(getattr(old, name), getattr(new, name), (*at, name))
    elif _are_lists_of_sections(old, new):
        for index, (one, other) in enumerate(zip(old, new, strict=True)):  # type: ignore[call-overload]
            yield from _different(one, other, (*at, index))
    elif old != new:
        yield at


def _are_lists_of_sections(old: object, new: object) -> bool:
    if not isinstance(old, tuple) or not isinstance(new, tuple) or len(old) != len(new):
        return False
    return all(isinstance(section, BaseModel) for section in (*old, *new))


def _with(old: Any, new: Any, key: KeyPath) -> Any:
    """Return old settings with the value at one key taken from new ones."""
    if not key:
        return new
    step, *rest = key
    if isinstance(step, int):
        return (*old[:step], _with(old[step], new[step], tuple(rest)), *old[step + 1 :])
    value = _with(getattr(old, step), getattr(new, step), tuple(rest))
    return old.model_copy(update={step: value})
