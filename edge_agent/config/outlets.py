"""The sections of what is beside the broker: Home Assistant, the HTTP server, webhooks and captures."""

import ipaddress
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator

from edge_agent.captures.settings import CaptureSettings
from edge_agent.config.section import Section
from edge_agent.config.values import ExistingFile, Printable, as_tuple
from edge_agent.plain import quoted
from edge_agent.publish.settings import HomeAssistantSettings, HttpSettings, WebhookSettings

_Topic = Annotated[Printable, Field(pattern=r"^[^+#/\s\x00]+(/[^+#/\s\x00]+)*$")]
Occasion = Literal["alarm", "danger", "clear", "blind"]
"""When a webhook is called: an alarm is raised, becomes danger, is cleared; or the agent sees nothing."""


class HomeAssistantSection(Section):
    """Entities of Home Assistant, by MQTT discovery (2024.12 or later)."""

    enabled: bool = True
    """False removes the entities that were there."""
    prefix: _Topic = "homeassistant"
    """First level of the topics of discovery, as set in Home Assistant."""
    status_topic: _Topic = "homeassistant/status"
    """Where Home Assistant says that it has started."""

    def settings(self) -> HomeAssistantSettings:
        """Return what the publisher must know."""
        return HomeAssistantSettings(**self.model_dump())


def _check_listen(listen: str) -> str:
    """Take an address and a port; raises ValueError that says what to write."""
    host, port = _host_and_port(listen)
    try:
        ipaddress.ip_address(host)
    except ValueError:
        raise ValueError(
            f"{quoted(listen)} does not begin with an IP address; write e.g. 127.0.0.1:8642 for this "
            "computer alone, or 0.0.0.0:8642 with token_file for others"
        ) from None
    if not port.isascii() or not port.isdigit() or not 1 <= int(port) <= 65535:
        raise ValueError(f"{quoted(listen)} does not end with a TCP port; write e.g. 127.0.0.1:8642")
    return listen


def _host_and_port(listen: str) -> tuple[str, str]:
    host, _, port = listen.rpartition(":")
    return host.removeprefix("[").removesuffix("]"), port


class HttpSection(Section):
    """The HTTP server: the page, `/metrics` for Prometheus, `/healthz` and `/readyz`."""

    listen: Annotated[str, AfterValidator(_check_listen)] = "127.0.0.1:8642"
    """IP address and port to listen on."""
    token_file: ExistingFile | None = Field(default=None, validate_default=True)
    """File with the token that requests must carry; needed for any address but loopback, and to write."""

    @field_validator("token_file")
    @classmethod
    def _token_beyond_loopback(cls, token_file: object, info: ValidationInfo) -> object:
        listen = info.data.get("listen")
        if listen is None or token_file is not None:
            return token_file
        if not ipaddress.ip_address(_host_and_port(listen)[0]).is_loopback:
            raise ValueError(
                f"{listen} can be reached from other computers, which takes a token; write one into a file "
                "and name it here, or listen on 127.0.0.1"
            )
        return token_file

    def settings(self) -> HttpSettings:
        """Return what the server must know."""
        host, port = _host_and_port(self.listen)
        return HttpSettings(host, int(port), self.token_file)


def _check_url(url: str) -> str:
    """Take the URL of a web server; no message repeats it, since it may hold a secret."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError("is not a URL; expected e.g. https://alarms.example/hook") from None
    if parts.scheme not in ("http", "https") or not host or not url.isprintable() or " " in url:
        raise ValueError("is not the URL of a web server; expected e.g. https://alarms.example/hook")
    if parts.username or parts.password:
        raise ValueError("holds a user name or password; write a token into a file and name it in token_file")
    return url


class WebhookSection(Section):
    """A server that gets events as JSON by HTTP POST."""

    url: Annotated[str, Field(max_length=2000), AfterValidator(_check_url)]
    """Where, e.g. https://alarms.example/hook; `${NAME}` keeps a secret part out of this file."""
    on: Annotated[Annotated[tuple[Occasion, ...], Field(min_length=1)], BeforeValidator(as_tuple)] = (
        "alarm",
        "danger",
        "clear",
        "blind",
    )
    """Occasions: an alarm is raised, becomes danger, is cleared; or there was no verdict for 15 minutes."""
    cooldown_s: Annotated[float, Field(ge=0, le=86_400)] = 900.0
    """The same occasion is not told again within this time, s."""
    token_file: ExistingFile | None = None
    """File with a token that is sent as `Authorization: Bearer <token>`."""

    def settings(self) -> WebhookSettings:
        """Return what the sink must know."""
        return WebhookSettings(**self.model_dump())


class CapturesSection(Section):
    """Samples that are kept as recordings when something happens."""

    when: Literal["never", "events", "indeterminate", "all"] = "events"
    """events: changes of state or severity; indeterminate: every ten minutes a window without an answer, too;
    all: any window."""
    seconds_before: Annotated[float, Field(ge=0, le=600)] = 60.0
    """Seconds kept before the event, in memory."""
    seconds_after: Annotated[float, Field(ge=0, le=600)] = 12.0
    """Seconds kept after it."""
    keep: Annotated[int, Field(ge=1, le=10_000)] = 50
    """Maximum number of captures; the oldest goes first."""
    max_mb: Annotated[float, Field(ge=1, le=1_000_000)] = 500.0
    """Maximum size of them all, 10^6 bytes."""

    def settings(self) -> CaptureSettings:
        """Return what the recorder of captures must know."""
        return CaptureSettings(**self.model_dump())
