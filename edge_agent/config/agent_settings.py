"""What one agent is made of: one motor, or several that share broker, outbox and page."""

import contextlib
from dataclasses import dataclass, replace
from pathlib import Path

from edge_agent.acquire.settings import SerialSettings
from edge_agent.config.settings import Settings
from edge_agent.publish.only_one import Place
from edge_agent.publish.settings import SinkSettings


@dataclass(frozen=True, slots=True)
class AgentSettings:
    """The motors of an agent, each with settings as if it were alone."""

    shared: Settings
    """Settings of the first motor, of which only what all motors share counts."""
    motors: tuple[Settings, ...]
    """Of each motor; the folder of one among several lies below that of the agent."""

    @property
    def names(self) -> tuple[str, ...]:
        """Ids of the motors."""
        return tuple(settings.motor.id for settings in self.motors)

    def daqs(self) -> list[tuple[SerialSettings, tuple[str, ...]]]:
        """Return what each source of samples must know, and the motors that it serves.

        A DAQ that serves several motors has the channels of them all.
        """
        by_port: dict[str, list[Settings]] = {}
        for settings in self.motors:
            by_port.setdefault(settings.acquisition.port, []).append(settings)
        found = []
        for served in by_port.values():
            channels = tuple(channel for settings in served for channel in settings.device_channels())
            serial = replace(served[0].serial_settings(), channels=channels)
            found.append((serial, tuple(settings.motor.id for settings in served)))
        return found

    def sink_settings(self) -> SinkSettings:
        """Return what sinks must know."""
        own = self.shared.sink_settings()
        if not self.is_of_several:
            return own
        return replace(own, motors=self.names, former_outbox=None, former_event_topics=())

    def folders(self) -> dict[str, Path]:
        """Return the folders of what must outlive a restart, by their names below that of the agent.

        That of the agent comes first, with the name of nothing.
        """
        of_motors = {own.motor.id: own.state_folder() for own in self.motors} if self.is_of_several else {}
        return {"": self.shared.state_folder(), **of_motors}

    @property
    def is_of_several(self) -> bool:
        """True if the motors have folders of their own below that of the agent: the file has `motors`."""
        return self.motors[0].state_dir != self.shared.state_dir

    def only_one(self) -> contextlib.AbstractContextManager[Place]:
        """Return what holds folder and client id for one agent; entering it raises TakenError."""
        return self.shared.only_one()


def of_one(settings: Settings) -> AgentSettings:
    """Return the agent of one motor: everything lies in the agent's folder."""
    return AgentSettings(settings, (settings,))


def of_several(motors: tuple[Settings, ...]) -> AgentSettings:
    """Return the agent of a file with `motors`: each motor has a folder below the agent's.

    Raises ConfigError if there is no folder.
    """
    folder = motors[0].state_folder()
    return AgentSettings(
        motors[0],
        tuple(own.model_copy(update={"state_dir": folder / own.motor.id}) for own in motors),
    )
