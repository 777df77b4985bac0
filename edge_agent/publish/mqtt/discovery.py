"""Sees to it that the broker retains what Home Assistant must know, and nothing of what is gone."""

import logging
import random
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace

from pydantic import TypeAdapter

from edge_agent.acquire.samples import Device
from edge_agent.publish.home_assistant.messages import DeviceMessage, Place, discovery_messages
from edge_agent.publish.home_assistant.motor_entities import Sensors, sensors_of
from edge_agent.publish.json_values import encode
from edge_agent.publish.mqtt.connection import Incoming
from edge_agent.publish.mqtt.mailbox import Mailbox
from edge_agent.publish.settings import SinkSettings
from edge_agent.state_file import StateFile

_LOG = logging.getLogger(__name__)
FILE_VERSION = 1
"""Version of the file's content."""
_MAX_WAIT_S = 5.0
"""Longest wait after Home Assistant has started, s: not all agents speak at once then; judgement."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What Home Assistant has been told, as the file keeps it."""

    sensors: Sensors = field(default_factory=Sensors)
    """Of the last DAQ: its entities are told at the next start before it has described itself again."""
    sensors_of: dict[str, Sensors] = field(default_factory=dict)
    """The same of each of several motors, by its id."""
    entities: dict[str, dict[str, str]] = field(default_factory=dict)
    """Platforms of all entities that were ever told, by topic and name."""


_ADAPTER = TypeAdapter(_Told)


def told_topics(settings: SinkSettings) -> list[str]:
    """Return the topics under which Home Assistant was told of an agent's devices."""
    return list(_read(_file_of(settings)).entities)


class Discovery:
    """Keeps the discovery messages in the mailbox, ahead of the states, so that each connection says them.

    A device that is gone, or all of them if Home Assistant is switched off, gets an empty message. An entity
    that is gone gets one without options: leaving it out would leave it there. Both are known from a file.
    """

    def __init__(self, settings: SinkSettings, mailbox: Mailbox) -> None:
        """Put the messages into the mailbox; `settings.home_assistant` says whether there are any."""
        self._settings = settings.home_assistant
        self._places = [
            Place(
                settings.agent,
                motor,
                settings.mqtt.base_topic(settings.agent),
                settings.mqtt.heartbeat_s,
                settings.mqtt.commands,
                several=len(settings.motors) > 1,
            )
            for motor in settings.motors
        ]
        self._mailbox = mailbox
        self._file = _file_of(settings)
        self._told = _read(self._file)
        self._announce()

    @property
    def receivers(self) -> dict[str, Callable[[Incoming], None]]:
        """Who gets the messages of which subscription."""
        return {self._settings.status_topic: self._hear_status} if self._settings.enabled else {}

    def device_came(self, motor: str, device: Device) -> None:
        """Tell the entities of the channels of a motor's DAQ, if they are others than before."""
        sensors = sensors_of(device)
        if self._settings.enabled and sensors != self._sensors(motor):
            self._remember(self._with_sensors(motor, sensors))
            self._announce()

    def _sensors(self, motor: str) -> Sensors:
        """Return the sensors of a motor, as they were told."""
        return self._told.sensors if len(self._places) == 1 else self._told.sensors_of.get(motor, Sensors())

    def _with_sensors(self, motor: str, sensors: Sensors) -> _Told:
        if len(self._places) == 1:
            return replace(self._told, sensors=sensors)
        return replace(self._told, sensors_of=self._told.sensors_of | {motor: sensors})

    @property
    def problem(self) -> str | None:
        """What is wrong with the file, or was at the start; None while all is well."""
        return self._file.problem or self._file.loss

    def forget_the_gone(self) -> None:
        """Forget the devices that are gone, once the broker has confirmed that nothing is left of them."""
        gone = [topic for topic in self._told.entities if not self._mailbox.holds(topic)]
        if gone:
            left = {topic: told for topic, told in self._told.entities.items() if topic not in gone}
            self._remember(replace(self._told, entities=left))

    def _announce(self) -> None:
        """Put all messages into the mailbox; what is told is in the file before."""
        messages: dict[str, DeviceMessage] = {}
        for place in self._places if self._settings.enabled else ():
            messages |= discovery_messages(self._settings.prefix, place, self._sensors(place.motor))
        ever = self._told.entities
        now = {topic: ever.get(topic, {}) | message.platforms for topic, message in messages.items()}
        self._remember(replace(self._told, entities=ever | now))
        for topic, platforms in self._told.entities.items():
            message = messages.get(topic)
            self._mailbox.put_state(topic, b"" if message is None else encode(message.payload(platforms)))

    def _remember(self, told: _Told) -> None:
        """Have this in the file; it is not written for nothing, since memory cards wear."""
        if told != self._told:
            self._told = told
            self._file.write(asdict(told))

    def _hear_status(self, message: Incoming) -> None:
        """Say everything again soon after Home Assistant has started, entities first and then their values.

        A retained `online` may be of last week; and we say everything at each connection anyway.
        """
        if message.payload == b"online" and not message.retain:
            wait_s = random.uniform(0.0, _MAX_WAIT_S)
            _LOG.info("Home Assistant has started: its entities are told again in %.1f s", wait_s)
            self._mailbox.say_again(wait_s)


def _file_of(settings: SinkSettings) -> StateFile:
    return StateFile(settings.state_folder / "home_assistant.json", FILE_VERSION)


def _read(file: StateFile) -> _Told:
    return file.read_as(_ADAPTER.validate_python) or _Told()
