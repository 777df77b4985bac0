"""Who has been given what: one JSON file, without any secret but what Mosquitto keeps of passwords."""

import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from edge_agent.fleet.authority import Issued, Revoked
from edge_agent.fleet.files import write_file
from edge_agent.fleet.passwords import kept_of

_VERSION = 1
"""Of the file; a change that this program cannot read raises it."""


class NamesError(ValueError):
    """The file cannot be used."""


@dataclass(slots=True)
class Member:
    """An agent, a user or the broker of a site."""

    site: str | None
    """Site of an agent or a bridge; None for a user of all brokers."""
    serial: int
    """Of the certificate that it has now."""
    until: str
    """When that expires, ISO 8601."""
    password: str
    """What Mosquitto keeps of its password; empty for a bridge, which has none."""
    former: list[int] = field(default_factory=list)
    """Serials of certificates that were replaced and still hold."""
    revoked: bool = False
    """True if it is let in nowhere any more."""
    host: str = ""
    """Broker that an agent reports to."""
    prefix: str = ""
    """First levels of an agent's topics."""

    def given(self, issued: Issued, password: str) -> None:
        """Note a new certificate and a new password; the certificate before holds until it is revoked."""
        self.former.append(self.serial)
        self.serial, self.until = issued.serial, issued.until.isoformat()
        self.password = kept_of(password) if password else ""


def member(site: str | None, issued: Issued, password: str, host: str = "", prefix: str = "") -> Member:
    """Return what is noted of somebody new."""
    kept = kept_of(password) if password else ""
    return Member(site, issued.serial, issued.until.isoformat(), kept, host=host, prefix=prefix)


@dataclass(slots=True)
class Names:
    """Everybody, and what was revoked."""

    agents: dict[str, Member] = field(default_factory=dict)
    """By id."""
    users: dict[str, Member] = field(default_factory=dict)
    """By name: who watches, who commands, and the bridges."""
    servers: dict[str, int] = field(default_factory=dict)
    """Serial of the certificate of each broker, by its site (or `centre`) and host name."""
    revoked: list[Revoked] = field(default_factory=list)
    """Certificates that are not to be believed."""

    def revoke(self, serial: int) -> None:
        """Note that a certificate is not to be believed any more."""
        if serial not in {one.serial for one in self.revoked}:
            self.revoked.append(Revoked(serial, datetime.now(UTC).replace(microsecond=0)))

    def save(self, file: Path) -> None:
        """Write the file. Raises OSError."""
        content = {
            "version": _VERSION,
            "agents": {name: asdict(own) for name, own in sorted(self.agents.items())},
            "users": {name: asdict(own) for name, own in sorted(self.users.items())},
            "servers": dict(sorted(self.servers.items())),
            "revoked": [{"serial": one.serial, "at": one.at.isoformat()} for one in self.revoked],
        }
        write_file(file, json.dumps(content, indent=1) + "\n")


def read_names(file: Path) -> Names:
    """Return what a file says; nobody if there is none. Raises NamesError and OSError."""
    if not file.exists():
        return Names()
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        if content["version"] != _VERSION:
            raise ValueError(f"found version {content['version']}, this program reads {_VERSION}")
        revoked = [Revoked(one["serial"], datetime.fromisoformat(one["at"])) for one in content["revoked"]]
        agents, users = (
            {name: Member(**own) for name, own in content[kind].items()} for kind in ("agents", "users")
        )
        return Names(agents, users, content["servers"], revoked)
    except (ValueError, KeyError, TypeError) as error:
        raise NamesError(
            f"{file} cannot be read: {error}; put it back from a copy: it knows all certificates"
        ) from error
