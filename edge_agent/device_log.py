"""What the log says of a device, once: what its channels allow, and why there is no answer."""

import logging
from collections.abc import Callable, Iterable

from edge_agent.acquire.samples import Device
from edge_agent.capabilities import capabilities
from edge_agent.config import Settings
from edge_agent.explain_channels import say_dead
from edge_agent.signals.checks.vibration import DeadChannel
from edge_agent.verdict import Reason, Verdict, in_short

_LOG = logging.getLogger(__name__)


class DeviceLog:
    """Remembers what it has said."""

    def __init__(self, settings: Settings, name: str = "") -> None:
        """Take the settings of the motor, and a name of it for the log."""
        self._settings = settings
        self._prefix = f"{name}: " if name else ""
        self._capabilities: list[str] = []
        self._dead: set[str] = set()
        self._reasons: set[Reason] = set()

    def device_came(self, device: Device) -> None:
        """Say what can be said with a device, unless it is as before, and which channels it lacks."""
        self._dead.clear()
        said = list(capabilities(device.streams, self._settings.motor, self._settings.window.length_s))
        for sentence in said if said != self._capabilities else ():
            _LOG.info("%s%s", self._prefix, sentence)
        self._capabilities = said
        there = {channel.name for stream in device.streams for channel in stream.channels}
        for channel in self._settings.device_channels():
            if channel.name not in there:
                _LOG.warning(
                    "%schannels: the device has no channel %s; it has %s",
                    self._prefix,
                    channel.name,
                    sorted(there),
                )

    def dead(self, channels: Iterable[DeadChannel]) -> None:
        """Name the channels that tell nothing, each once for a device."""
        for dead in channels:
            if dead.name not in self._dead:
                self._dead.add(dead.name)
                _LOG.warning("%s%s", self._prefix, say_dead(dead))

    def refused(self, state: Verdict, why: Callable[[], str]) -> None:
        """Say why there is no answer, each reason once until there is one: reasons take turns."""
        if state.refusal is None:
            self._reasons.clear()
        elif state.refusal.reason not in self._reasons:
            self._reasons.add(state.refusal.reason)
            _LOG.info("%s%s", self._prefix, f"{in_short(state)} {why()}".rstrip())
