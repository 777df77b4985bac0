"""The settings of an agent: what may stand in its YAML file, and what holds when it does not."""

import contextlib
import os
import re
import socket
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator

from edge_agent.acquire.overrides import with_channels
from edge_agent.acquire.samples import Channel, Device
from edge_agent.acquire.settings import SerialSettings
from edge_agent.config.channels import Channels
from edge_agent.config.section import Id, Section
from edge_agent.motor import Nameplate
from edge_agent.publish.settings import MqttSettings, OutboxSettings, TlsSettings, read_password

_STEP_S = 2.0


def _from_folder(path: Path, info: ValidationInfo) -> Path:
    """Take a path from the folder of the YAML file."""
    folder: Path = (info.context or {}).get("folder", Path())
    return folder / path.expanduser()


def _existing(path: Path, info: ValidationInfo) -> Path:
    """Take a path from the folder of the YAML file, and see that the file is there."""
    path = _from_folder(path, info)
    try:
        found = path.is_file()
    except OSError as error:
        raise ValueError(f"{path} cannot be looked at: {error.strerror}") from error
    if not found:
        raise ValueError(f"there is no file {path}; a relative path counts from the folder of this YAML file")
    return path


ExistingFile = Annotated[Path, AfterValidator(_existing)]


def _host_id() -> str:
    return re.sub(r"[^A-Za-z0-9_.-]", "-", socket.gethostname().split(".")[0]) or "agent"


class AgentSection(Section):
    """Who speaks."""

    id: Id = Field(default_factory=_host_id)
    """Name of the agent in topics and payloads: letters, digits, `_`, `.` and `-`; else the host's name."""
    site: str | None = None
    """Where it stands, for people."""


class AcquisitionSection(Section):
    """Where the samples come from."""

    driver: Literal["block_frames", "csv_lines"] = "block_frames"
    """Binary frames of a DAQ that describes itself, or lines of comma-separated numbers."""
    port: Annotated[str, Field(min_length=1)]
    """Serial port, best one of /dev/serial/by-id (`edge-agent ports` lists them)."""
    baud_rate: Annotated[int, Field(ge=1200, le=12_000_000)] = 921_600
    """Bits per second of a UART; for USB CDC of no meaning."""
    rate_hz: Annotated[float, Field(ge=10, le=1_000_000)] | None = None
    """Scans per second, for csv_lines only: lines do not tell it."""
    columns: Annotated[tuple[Id, ...], Field(min_length=1, max_length=64)] | None = None
    """Names of all columns of a line, in order, for csv_lines; those that are no channels are ignored. null:
    the columns are the channels, or a header of the DAQ names them."""

    @field_validator("columns")
    @classmethod
    def _each_once_and_of_lines(
        cls, columns: tuple[str, ...] | None, info: ValidationInfo
    ) -> tuple[str, ...] | None:
        if columns is None:
            return None
        if info.data.get("driver") == "block_frames":
            raise ValueError("only lines have columns; leave it out, or set driver: csv_lines")
        if len({name.casefold() for name in columns}) < len(columns):
            raise ValueError("two columns have one name; give each its own, e.g. time, other1, other2")
        return columns


class WindowSection(Section):
    """How much is looked at, and how often."""

    length_s: Annotated[float, Field(ge=0.5, le=60)] = 12.0
    """Length of a window, s; longer ones resolve smaller loads, and take memory with their square."""
    step_s: Annotated[float, Field(ge=0.1, le=60)] = Field(
        default_factory=lambda checked: min(_STEP_S, checked.get("length_s", _STEP_S))
    )
    """Time between two windows, s; else 2, or length_s where that is shorter."""

    @field_validator("step_s")
    @classmethod
    def _step_within_length(cls, step_s: float, info: ValidationInfo) -> float:
        length_s = info.data.get("length_s")
        if length_s is not None and step_s > length_s:
            raise ValueError(
                f"{step_s:g} s is longer than the window of {length_s:g} s, so samples between windows would "
                f"never be looked at; expected at most {length_s:g}"
            )
        return step_s


class ModelSection(Section):
    """The network that judges."""

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

    host: Annotated[str, Field(min_length=1)]
    """Name or address of the broker, e.g. localhost."""
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    """TCP port; null takes 1883, or 8883 with TLS."""
    tls: Annotated[
        TlsSection | None, BeforeValidator(_switch, json_schema_input_type=TlsSection | bool | None)
    ] = None
    """true, or the files of a TLS connection; null or false speaks in the clear."""
    username: Annotated[str, Field(min_length=1)] | None = None
    """Name to log in with."""
    password_file: ExistingFile | None = None
    """File with the password on its first line; the password itself never stands here."""
    prefix: Annotated[str, Field(pattern=r"^[^+#/\s\x00]+(/[^+#/\s\x00]+)*$")] = "edge-agent"
    """First levels of every topic, before the id of the agent; without spaces, + and #."""
    client_id: Annotated[str, Field(min_length=1, max_length=128)] | None = None
    """Name of the session on the broker, unique there; null takes edge-agent-<agent id>."""
    heartbeat_s: Annotated[float, Field(ge=1, le=86_400)] = 60.0
    """State and health are published at least this often, s."""
    diagnosis: bool = True
    """Whether each window's own diagnosis is published too."""
    keepalive_s: Annotated[int, Field(ge=5, le=65535)] = 30
    """A silent connection is probed this often, s."""

    @field_validator("password_file")
    @classmethod
    def _with_username(cls, password_file: Path | None, info: ValidationInfo) -> Path | None:
        if password_file is not None and info.data.get("username", "") is None:
            raise ValueError("a password without username; add username")
        if password_file is not None:
            with contextlib.suppress(OSError):  # one that only the service may read is left to it
                read_password(password_file)
        return password_file


class Settings(Section):
    """All that an agent is told."""

    agent: AgentSection = Field(default_factory=AgentSection)
    """Who speaks."""
    motor: Nameplate
    """The nameplate of the motor."""
    acquisition: AcquisitionSection
    """Where the samples come from."""
    channels: Channels | None = None
    """The columns of the samples, in order; null for a DAQ that describes itself."""
    window: WindowSection = WindowSection()
    """How much is looked at, and how often."""
    model: ModelSection = ModelSection()
    """The network that judges."""
    mqtt: MqttSection
    """The broker."""
    state_dir: Annotated[Path, AfterValidator(_from_folder)] | None = None
    """Folder of the outbox; null takes systemd's StateDirectory, else ~/.local/state/edge-agent."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Least important messages that are logged."""

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
        """Give what the source of samples must know."""
        return SerialSettings(
            driver=self.acquisition.driver,
            port=self.acquisition.port,
            baud_rate=self.acquisition.baud_rate,
            channels=self.device_channels(),
            rate_hz=self.acquisition.rate_hz,
            columns=self.acquisition.columns or (),
            window_s=self.window.length_s,
        )

    def device_channels(self) -> tuple[Channel, ...]:
        """Give the channels as acquisition knows them; none when the DAQ describes itself."""
        return tuple(section.channel() for section in self.channels or ())

    def apply_channels(self, device: Device) -> Device:
        """Give the device with the channels of this file in place of its own."""
        return with_channels(device, self.device_channels())

    def mqtt_settings(self) -> MqttSettings:
        """Give what the publisher must know."""
        mqtt = self.mqtt
        given = mqtt.model_dump(exclude={"port", "tls"})
        port = mqtt.port or (8883 if mqtt.tls else 1883)
        return MqttSettings(
            **given, port=port, tls=TlsSettings(**mqtt.tls.model_dump()) if mqtt.tls else None
        )

    def outbox_settings(self) -> OutboxSettings:
        """Give where events wait for the broker."""
        return OutboxSettings(path=self.state_folder() / "outbox.sqlite3")

    def state_folder(self) -> Path:
        """Give the folder for what must outlive a restart."""
        if self.state_dir is not None:
            return self.state_dir
        by_systemd = os.environ.get("STATE_DIRECTORY", "").split(":")[0]
        return Path(by_systemd) if by_systemd else Path.home() / ".local/state/edge-agent"
