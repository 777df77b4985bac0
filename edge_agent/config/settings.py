"""The settings of an agent: the keys of its YAML file, and their defaults."""

import contextlib
import os
import re
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from edge_agent.acquire.drivers import DRIVERS, decoder_of
from edge_agent.acquire.overrides import ChannelOverride, with_channels, with_channels_of_recording
from edge_agent.acquire.samples import Device
from edge_agent.acquire.settings import SerialSettings
from edge_agent.config.addresses import check_host, check_port
from edge_agent.config.channels import Channels
from edge_agent.config.problems import ConfigError, Problem
from edge_agent.config.section import MAX_ID_LENGTH, Id, Section
from edge_agent.motor import Nameplate
from edge_agent.plain import quoted
from edge_agent.publish.only_one import only_one
from edge_agent.publish.settings import MqttSettings, OutboxSettings, SinkSettings, TlsSettings, read_password

_STEP_S = 2.0
"""Default time between windows, s. Judgement: a broken bar takes days to grow."""


def _from_folder(path: Path, info: ValidationInfo) -> Path:
    """Take a path from the folder of the YAML file."""
    folder: Path = (info.context or {}).get("folder", Path())
    try:
        if b"\0" in os.fsencode(path):
            raise ValueError(f"{quoted(str(path))} holds a character that no path may hold (code 0)")
        return folder / path.expanduser()
    except UnicodeEncodeError:
        raise ValueError(
            f"{quoted(str(path))} cannot be a path here, where file names are {sys.getfilesystemencoding()}; "
            "set LC_ALL=C.UTF-8"
        ) from None
    except RuntimeError:  # of expanduser
        raise ValueError(f"{quoted(str(path))}: there is no such home folder; write the whole path") from None


def _existing(path: Path, info: ValidationInfo) -> Path:
    """Take a path from the folder of the YAML file, and check that the file exists."""
    path = _from_folder(path, info)
    try:
        found = path.is_file()
    except OSError as error:
        raise ValueError(f"{quoted(str(path))} cannot be looked at: {error.strerror}") from error
    if not found:
        raise ValueError(f"there is no file {path}; a relative path counts from the folder of this YAML file")
    return path


def _printable(text: str) -> str:
    """Take text that a terminal shows as it is."""
    if not text.isprintable():
        raise ValueError(f"{quoted(text)} holds a character that cannot be printed; remove it")
    return text


Printable = Annotated[str, Field(max_length=256), AfterValidator(_printable)]
"""Text for people and brokers. MQTT allows 65,535 bytes; a terminal shows what is here on one line."""

ExistingFile = Annotated[Path, AfterValidator(_existing)]


def _host_id() -> str:
    return re.sub(r"[^A-Za-z0-9_.-]", "-", socket.gethostname().split(".")[0]) or "agent"


class AgentSection(Section):
    """The agent's own identity."""

    id: Id = Field(default_factory=_host_id)
    """Name of the agent in topics: letters, digits, `_`, `.` and `-`; default: host and motor.id."""
    site: Printable | None = None
    """Where the agent is installed, a note for people."""


def _as_tuple(given: object) -> object:
    """Take the list of the YAML as the tuple that is wanted: validators before it hand on a plain list."""
    return tuple(given) if isinstance(given, list) else given


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
    """Scans per second, for drivers such as csv_lines: lines do not say it."""
    columns: Annotated[
        Annotated[tuple[Id, ...], Field(min_length=1, max_length=64)] | None, BeforeValidator(_as_tuple)
    ] = None
    """Names of all columns of a line, in order, for csv_lines; those that are not channels are ignored. null:
    the columns are the channels, or a header of the DAQ names them."""

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
        return file if file == "builtin" else str(_existing(Path(file), info))


def _switch(value: object) -> object:
    """Take `tls: true` for TLS with all defaults, `tls: false` for none."""
    if isinstance(value, bool):
        return {} if value else None
    return value


class TlsSection(Section):
    """An encrypted connection: TLS 1.2 or later, the host name always checked."""

    ca_file: ExistingFile | None = None
    """Certificates of the authorities to trust, PEM; null trusts those of the operating system."""
    cert_file: ExistingFile | None = None
    """Our own certificate, PEM, for brokers that ask for one."""
    key_file: ExistingFile | None = Field(default=None, validate_default=True)
    """Private key of cert_file, PEM, unencrypted."""

    @field_validator("key_file")
    @classmethod
    def _both_or_none(cls, key_file: Path | None, info: ValidationInfo) -> Path | None:
        if "cert_file" in info.data and (key_file is None) != (info.data["cert_file"] is None):
            raise ValueError("a client certificate needs both cert_file and key_file; add the other one")
        return key_file


class MqttSection(Section):
    """The broker."""

    host: Annotated[str, Field(min_length=1), AfterValidator(check_host)]
    """Name or address of the broker, e.g. localhost."""
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    """TCP port; null takes 1883, or 8883 with TLS."""
    tls: Annotated[
        TlsSection | None, BeforeValidator(_switch, json_schema_input_type=TlsSection | bool | None)
    ] = None
    """true, or the files of a TLS connection; null or false does not encrypt."""
    username: Annotated[Printable, Field(min_length=1)] | None = None
    """Name to log in with."""
    password_file: ExistingFile | None = None
    """File with the password on its first line; the password itself is never written here."""
    prefix: Annotated[Printable, Field(pattern=r"^[^+#/\s\x00]+(/[^+#/\s\x00]+)*$")] = "edge-agent"
    """First levels of every topic, before the id of the agent; without spaces, + and #."""
    client_id: Annotated[Printable, Field(min_length=1, max_length=128)] | None = None
    """Name of the session on the broker, unique there; null takes edge-agent-<agent id>."""
    heartbeat_s: Annotated[float, Field(ge=1, le=86_400)] = 60.0
    """State and health are published at least this often, s."""
    diagnosis: bool = True
    """True to publish each window's own diagnosis, too."""
    keepalive_s: Annotated[int, Field(ge=5, le=65535)] = 30
    """A silent connection is probed this often, s."""

    @field_validator("password_file")
    @classmethod
    def _with_username(cls, password_file: Path | None, info: ValidationInfo) -> Path | None:
        if password_file is not None and info.data.get("username", "") is None:
            raise ValueError("a password without username; add username")
        if password_file is not None:
            with contextlib.suppress(
                OSError
            ):  # a file that only the service may read is checked by the service
                read_password(password_file)
        return password_file


class Settings(Section):
    """All settings of an agent."""

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
    mqtt: MqttSection
    """The broker."""
    state_dir: Annotated[Path, AfterValidator(_from_folder)] | None = None
    """Folder of the outbox; null: the agent's id in systemd's StateDirectory or ~/.local/state/edge-agent."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Least important messages that are logged."""

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
        if not re.fullmatch(r"[A-Za-z0-9_.-]+", motor_id):  # the motor's own check reports it
            return given
        return given | {"agent": agent | {"id": f"{_host_id()}-{motor_id}"[-MAX_ID_LENGTH:]}}

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

    def mqtt_settings(self) -> MqttSettings:
        """Return what the publisher must know."""
        mqtt = self.mqtt
        given = mqtt.model_dump(exclude={"port", "tls"})
        port = mqtt.port or (8883 if mqtt.tls else 1883)
        return MqttSettings(
            **given, port=port, tls=TlsSettings(**mqtt.tls.model_dump()) if mqtt.tls else None
        )

    def sink_settings(self) -> SinkSettings:
        """Return what sinks must know; an earlier version kept the outbox in a folder of several agents."""
        own = self.outbox_settings()
        before = (_common_folder() if self.state_dir is None else self.state_dir) / "outbox.sqlite3"
        former = None if before == own.path else before
        topics = tuple(f"{self.mqtt.prefix}/{a}/{self.motor.id}/event" for a in (self.agent.id, _host_id()))
        return SinkSettings(
            self.agent.id, self.motor.id, self.state_folder(), self.mqtt_settings(), own, former, topics
        )

    def outbox_settings(self) -> OutboxSettings:
        """Return where events wait for the broker."""
        return OutboxSettings(path=self.state_folder() / "outbox.sqlite3")

    def state_folder(self) -> Path:
        """Return the folder for what must outlive a restart; raises ConfigError if there is none."""
        if self.state_dir is not None:
            return self.state_dir
        host_alone = self.agent.id == _host_id()
        return _common_folder() if host_alone else _common_folder() / self.agent.id

    def only_one(self) -> contextlib.AbstractContextManager[None]:
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
