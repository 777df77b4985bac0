"""What the log says of a device, once: what can be said with its channels, and which of them tell nothing."""

import logging
from collections.abc import Iterable

from edge_agent.acquire.samples import Device
from edge_agent.capabilities import capabilities
from edge_agent.config import Settings
from edge_agent.explain_channels import say_dead
from edge_agent.signals.checks.vibration import DeadChannel

_LOG = logging.getLogger(__name__)


class DeviceLog:
    """Remembers what it has said."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._capabilities: list[str] = []
        self._dead: set[str] = set()

    def device_came(self, device: Device) -> None:
        """Say what can be said with a device, unless it is as before, and which channels it lacks."""
        self._dead.clear()
        said = list(capabilities(device.streams, self._settings.motor, self._settings.window.length_s))
        for sentence in said if said != self._capabilities else ():
            _LOG.info("%s", sentence)
        self._capabilities = said
        there = {channel.name for stream in device.streams for channel in stream.channels}
        for channel in self._settings.device_channels():
            if channel.name not in there:
                _LOG.warning("channels: the device has no channel %s; it has %s", channel.name, sorted(there))

    def dead(self, channels: Iterable[DeadChannel]) -> None:
        """Name the channels that tell nothing, each once for a device."""
        for dead in channels:
            if dead.name not in self._dead:
                self._dead.add(dead.name)
                _LOG.warning("%s", say_dead(dead))
