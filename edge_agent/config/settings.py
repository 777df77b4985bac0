"""The settings of an agent: the keys of its YAML file, and their defaults."""

import contextlib
import os
import re
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from edge_agent.acquire.drivers import DRIVERS, decoder_of
from edge_agent.acquire.overrides import ChannelOverride, with_channels, with_channels_of_recording
from edge_agent.acquire.samples import Device
from edge_agent.acquire.settings import SerialSettings
from edge_agent.baseline.settings import BaselineSettings
from edge_agent.config.addresses import check_port
from edge_agent.config.broker import MqttSection
from edge_agent.config.channels import Channels
from edge_agent.config.frames import OPEN_INPUTS, Closing, DigitalInputs, Frame, Inputs, Opening, Preset
from edge_agent.config.learning import AlertsSection, BaselineSection, baseline_settings
from edge_agent.config.outlets import CapturesSection, HomeAssistantSection, HttpSection, WebhookSection
from edge_agent.config.problems import ConfigError, Problem
from edge_agent.config.section import MAX_ID_LENGTH, Id, Name, Section
from edge_agent.config.values import Printable, as_tuple, existing, from_folder
from edge_agent.motor import Nameplate
from edge_agent.publish.only_one import Place, only_one
from edge_agent.publish.settings import (
    AGENT_DEVICE,
    HomeAssistantSettings,
    MqttSettings,
    OutboxSettings,
    SinkSettings,
)

VERSION = 1
"""Version of the YAML file that this program reads; a change that old files do not survive raises it."""
_STEP_S = 2.0
"""Default time between windows, s. Judgement: a broken bar takes days to grow."""


def host_id() -> str:
    """Return the name of this computer as an id."""
    return re.sub(r"[^A-Za-z0-9_-]", "-", socket.gethostname().split(".")[0]) or "agent"


class AgentSection(Section):
    """The agent's own identity."""

    id: Id = Field(default_factory=host_id)
    """Name of the agent in topics: letters, digits, `_` and `-`; default: host and motor.id."""
    site: Printable | None = None
    """Where the agent is installed, a note for people."""


if TYPE_CHECKING:
    DriverName = str
else:
    DriverName = Literal[tuple(DRIVERS)]
_DRIVERS_HELP = ", or ".join(driver.help for driver in DRIVERS.values())


class AcquisitionSection(Section):
    """Where the samples come from."""

    driver: DriverName = Field("block_frames", description=f"{_DRIVERS_HELP[0].upper()}{_DRIVERS_HELP[1:]}.")
    port: Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(check_port)]
    """Serial port, best one of /dev/serial/by-id (`edge-agent ports` lists them)."""
    baud_rate: Annotated[int, Field(ge=1200, le=12_000_000)] = 921_600
    """Bits per second of a UART; has no effect on USB CDC."""
    rate_hz: Annotated[float, Field(ge=10, le=1_000_000)] | None = None
    """Scans per second, for drivers such as csv_lines: lines do not say it. due_daq and dataq are told it,
    and take the nearest one; null: 10000 for these."""
    columns: Annotated[
        Annotated[tuple[Name, ...], Field(min_length=1, max_length=64)] | None, BeforeValidator(as_tuple)
    ] = None
    """Names of all columns of a line, in order, for csv_lines; those that are not channels are ignored. null:
    the columns are the channels, or a header of the DAQ names them."""
    preset: Preset = None
    """A DAQ that the driver fixed_frame knows; null: it is described by `frame`."""
    inputs: Inputs = None
    """Input that each channel is connected to, in their order: A0 to A11 of due_daq, 0 to 7 of dataq (there
    256 more for each step of gain); null: the first ones."""
    frame: Frame = None
    """Layout of the frames, for fixed_frame without a preset."""
    open: Opening = None
    """Commands that make the DAQ send, in order, for fixed_frame without a preset; null: it sends unasked."""
    close: Closing = None
    """Commands that stop the DAQ, likewise; null: none."""
    digital_inputs: DigitalInputs = None
    """What the seven digital inputs of a DATAQ read; null: 127, as where nothing is connected to them."""

    @field_validator("columns")
    @classmethod
    def _each_once_and_of_lines(
        cls, columns: tuple[str, ...] | None, info: ValidationInfo
    ) -> tuple[str, ...] | None:
        if columns is None:
            return None
        driver = info.data.get("driver")
        if driver is not None and not decoder_of(driver).reads_lines:
            raise ValueError("only lines have columns; leave it out, or set driver: csv_lines")
        if len({name.casefold() for name in columns}) < len(columns):
            raise ValueError("two columns have one name; give each its own, e.g. time, other1, other2")
        return columns


class WindowSection(Section):
    """Length of the windows, and how often there is one."""

    length_s: Annotated[float, Field(ge=0.5, le=60)] = 12.0
    """Length of a window, s; longer ones resolve lighter loads; memory grows with the square."""
    step_s: Annotated[float, Field(ge=0.1, le=60)] = Field(
        default_factory=lambda checked: min(_STEP_S, checked.get("length_s", _STEP_S))
    )
    """Time between two windows, s; by default 2, or length_s if that is shorter."""

    @field_validator("step_s")
    @classmethod
    def _step_within_length(cls, step_s: float, info: ValidationInfo) -> float:
        length_s = info.data.get("length_s")
        if length_s is not None and step_s > length_s:
            raise ValueError(
                f"{step_s:g} s is longer than the window of {length_s:g} s, so samples between windows would "
                f"never be analysed; expected at most {length_s:g}"
            )
        return step_s


class ModelSection(Section):
    """The model file."""

    file: str = "builtin"
    """The model that is shipped (builtin), or the path of a model file."""

    @field_validator("file")
    @classmethod
    def _builtin_or_existing(cls, file: str, info: ValidationInfo) -> str:
        return file if file == "builtin" else str(existing(Path(file), info))


class Settings(Section):
    """All settings of an agent."""

    version: Annotated[int, Field(ge=1, le=VERSION)] = VERSION
    """Version of this file; without it, the newest one that the program reads."""
    agent: AgentSection = Field(default_factory=AgentSection)
    """The agent's own identity."""
    motor: Nameplate
    """The nameplate of the motor."""
    acquisition: AcquisitionSection
    """Where the samples come from."""
    channels: Channels | None = None
    """The columns of the samples, in order; null for a DAQ that describes itself."""
    window: WindowSection = WindowSection()
    """Length of the windows, and how often there is one."""
    model: ModelSection = ModelSection()
    """The model file."""
    baseline: BaselineSection = BaselineSection()
    """What is normal for this motor, learned while it is sound."""
    alerts: AlertsSection = AlertsSection()
    """How often the agent may be wrong."""
    mqtt: MqttSection
    """The broker."""
    homeassistant: HomeAssistantSection | None = None
    """Entities of Home Assistant; null: none."""
    http: HttpSection | None = None
    """The HTTP server; null: nothing listens."""
    notify: Annotated[
        Annotated[tuple[WebhookSection, ...], Field(max_length=16)], BeforeValidator(as_tuple)
    ] = ()
    """Servers that get events by HTTP POST."""
    captures: CapturesSection = CapturesSection()
    """Samples that are kept when something happens."""
    state_dir: Annotated[Path, AfterValidator(from_folder)] | None = None
    """Folder of the outbox; null: the agent's id in systemd's StateDirectory or ~/.local/state/edge-agent."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Least important messages that are logged."""
    log_format: Literal["text", "json"] = "text"
    """json: each message of the log is a JSON object on a line of its own, for programs that collect logs."""

    @model_validator(mode="before")
    @classmethod
    def _agent_of_its_motor(cls, given: object) -> object:
        """Name an agent without id after host and motor, so that two motors on one host are two agents."""
        if not isinstance(given, dict):
            return given
        agent, motor = given.get("agent", {}), given.get("motor")
        motor_id = motor.get("id") if isinstance(motor, dict) else None
        if not isinstance(agent, dict) or "id" in agent or not isinstance(motor_id, str):
            return given
        if not re.fullmatch(r"[A-Za-z0-9_-]+", motor_id):  # the motor's own check reports it
            return given
        return given | {"agent": agent | {"id": f"{host_id()}-{motor_id}"[-MAX_ID_LENGTH:]}}

    @field_validator("homeassistant")
    @classmethod
    def _motor_beside_agent(
        cls, section: HomeAssistantSection | None, info: ValidationInfo
    ) -> HomeAssistantSection | None:
        motor = info.data.get("motor")
        if section is not None and section.enabled and motor is not None and motor.id == AGENT_DEVICE:
            raise ValueError(
                f"motor.id is {motor.id}, the name of the agent's own device in Home Assistant; give the "
                "motor another id"
            )
        return section

    @field_validator("channels")
    @classmethod
    def _among_the_columns(cls, channels: Channels | None, info: ValidationInfo) -> Channels | None:
        acquisition = info.data.get("acquisition")
        columns = acquisition.columns if acquisition is not None else None
        named = {name.casefold() for name in columns or ()}
        missing = [channel.name for channel in channels or () if channel.name.casefold() not in named]
        if columns and missing:
            names = ", ".join(missing)
            raise ValueError(
                f"acquisition.columns names no column for {names}; it must hold all columns of a line in "
                "order, with the names of the channels"
            )
        return channels

    def serial_settings(self) -> SerialSettings:
        """Return what the source of samples must know."""
        return SerialSettings(
            driver=self.acquisition.driver,
            port=self.acquisition.port,
            baud_rate=self.acquisition.baud_rate,
            channels=self.device_channels(),
            rate_hz=self.acquisition.rate_hz,
            columns=self.acquisition.columns or (),
            window_s=self.window.length_s,
            preset=self.acquisition.preset,
            inputs=self.acquisition.inputs or (),
            opening=tuple(command.encode() for command in self.acquisition.open or ()),
            closing=tuple(command.encode() for command in self.acquisition.close or ()),
            frame=None if self.acquisition.frame is None else self.acquisition.frame.layout(),
            digital_inputs=self.acquisition.digital_inputs or OPEN_INPUTS,
        )

    def device_channels(self) -> tuple[ChannelOverride, ...]:
        """Return the channels as acquisition knows them; none when the DAQ describes itself."""
        return tuple(section.channel() for section in self.channels or ())

    def apply_channels(self, device: Device) -> Device:
        """Return the device with what this file says of its channels in place of what it says itself."""
        return with_channels(device, self.device_channels())

    def apply_to_recording(self, device: Device) -> Device:
        """Return the device of a recording with what this file says of its channels, but for their scales."""
        return with_channels_of_recording(device, self.device_channels())

    def baseline_settings(self) -> BaselineSettings:
        """Return what the baseline must know."""
        return baseline_settings(self.baseline, self.alerts)

    def mqtt_settings(self) -> MqttSettings:
        """Return what the publisher must know."""
        return self.mqtt.settings()

    def sink_settings(self) -> SinkSettings:
        """Return what sinks must know; an earlier version kept the outbox in a folder of several agents."""
        own = self.outbox_settings()
        before = (_common_folder() if self.state_dir is None else self.state_dir) / "outbox.sqlite3"
        former = None if before == own.path else before
        topics = tuple(f"{self.mqtt.prefix}/{a}/{self.motor.id}/event" for a in (self.agent.id, host_id()))
        return SinkSettings(
            self.agent.id,
            (self.motor.id,),
            self.state_folder(),
            self.mqtt_settings(),
            own,
            former,
            topics,
            HomeAssistantSettings(enabled=False)
            if self.homeassistant is None
            else self.homeassistant.settings(),
            None if self.http is None else self.http.settings(),
            tuple(webhook.settings() for webhook in self.notify),
        )

    def of_verdicts(self) -> dict[str, object]:
        """Return what decides a verdict, as JSON: nothing of brokers and servers, and so no secret."""
        return self.model_dump(
            mode="json", include={"agent", "motor", "acquisition", "channels", "window", "model"}
        )

    def outbox_settings(self) -> OutboxSettings:
        """Return where events wait for the broker."""
        return OutboxSettings(path=self.state_folder() / "outbox.sqlite3")

    def state_folder(self) -> Path:
        """Return the folder for what must outlive a restart; raises ConfigError if there is none."""
        if self.state_dir is not None:
            return self.state_dir
        host_alone = self.agent.id == host_id()
        return _common_folder() if host_alone else _common_folder() / self.agent.id

    def only_one(self) -> contextlib.AbstractContextManager[Place]:
        """Return what holds folder and client id for one agent; entering it raises TakenError."""
        mqtt = self.mqtt_settings()
        return only_one(self.state_folder(), f"{mqtt.host}:{mqtt.port}", mqtt.session_name(self.agent.id))


def _common_folder() -> Path:
    """Return the folder below which this user's agents keep their own; raises ConfigError without any."""
    by_systemd = os.environ.get("STATE_DIRECTORY", "").split(":")[0]
    if by_systemd:
        return Path(by_systemd)
    try:
        return Path.home() / ".local/state/edge-agent"
    except RuntimeError:  # no HOME, and a user that the system does not know, as in containers
        message = (
            f"is not set, and the user {os.getuid()} has no home folder; set state_dir to a folder that "
            "outlives a restart"
        )
        raise ConfigError((Problem(None, None, ("state_dir",), message),)) from None
