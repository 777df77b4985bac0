"""The section `mqtt`: the broker, and how to connect to it."""

import contextlib
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator

from edge_agent.config.addresses import check_host
from edge_agent.config.section import Section
from edge_agent.config.values import ExistingFile, Printable
from edge_agent.publish.settings import MqttSettings, TlsSettings, read_password


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
    commands: bool = False
    """True to obey commands under <base>/command; the broker's access list must say who may send them."""
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

    def settings(self) -> MqttSettings:
        """Return what the publisher must know."""
        given = self.model_dump(exclude={"port", "tls"})
        port = self.port or (8883 if self.tls else 1883)
        return MqttSettings(
            **given, port=port, tls=TlsSettings(**self.tls.model_dump()) if self.tls else None
        )
