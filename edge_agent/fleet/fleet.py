"""The folder of a fleet: `make` fills it from a table, `rotate` renews credentials, `revoke` takes them back.

authority/ca.key, ca.crt     signs everything; keep it offline between two calls
agents/<agent>/              what one device gets
sites/<site>/                what the broker of a site reads
users/                       certificates and passwords of those who watch and command
centre/                      what the broker of the centre reads, if there is one
names.json                   who has been given what
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from edge_agent.config import load_with_doubts
from edge_agent.config.problems import spell
from edge_agent.fleet.access import USERS, bridge_of
from edge_agent.fleet.authority import Authority, Issued
from edge_agent.fleet.brokers import write_bridge, write_centre, write_site
from edge_agent.fleet.files import make_folder, write_file
from edge_agent.fleet.names import Member, member, read_names
from edge_agent.fleet.parcels import CONFIGURATION, write_configuration, write_credentials
from edge_agent.fleet.passwords import new_password
from edge_agent.fleet.table import Row


class FleetError(ValueError):
    """What was asked cannot be done."""


class Fleet:
    """One folder with everything of a fleet. Nothing that it has issued is ever issued anew unasked."""

    def __init__(self, folder: Path) -> None:
        """Read the folder, or begin a new one. Raises AuthorityError, NamesError and OSError."""
        make_folder(folder)
        self.folder = folder
        """Where everything lies."""
        self.names = read_names(folder / "names.json")
        """Who has been given what."""
        self._authority = Authority.of(folder / "authority")

    def make(self, rows: Sequence[Row], centre: str | None = None) -> list[str]:
        """Write the agents of a table, and the files of their brokers; return the ids of the new ones.

        Agents that are known keep their credentials and get their new configuration. `centre` is `host` or
        `host:port` of a broker that all sites report to. Raises FleetError and OSError.
        """
        self._refuse_revoked(rows)
        new = [self._make_agent(row) for row in rows]
        for name in USERS:
            self._make_user(name, with_password=True)
        for site, host in {row.site: row.host for row in rows}.items():
            self._make_server(self.folder / "sites" / site, f"site {site}", host)
        if centre is not None:
            self._make_server(self.folder / "centre", "centre", centre.partition(":")[0])
            for site in {row.site for row in rows}:
                self._make_bridge(site, centre)
        self._write_brokers()
        return [agent for agent in new if agent is not None]

    def rotate(self, names: Sequence[str], *, at_once: bool = False) -> None:
        """Give agents, users or bridges new credentials, also those that were revoked.

        Their former certificates hold until `revoke_former`, or end now if `at_once`; a former password ends
        when the broker reads its new file. Raises FleetError and OSError.
        """
        for name, own in self._known(names):
            issued = self._authority.issue(name)
            password = new_password() if own.password else ""
            own.given(issued, password)
            own.revoked = False
            self._hand_over(name, own.site, issued, password)
        if at_once:
            self.revoke_former(names)
        else:
            self._write_brokers()

    def revoke(self, names: Sequence[str]) -> None:
        """Let agents, users or bridges in nowhere any more. Raises FleetError and OSError."""
        for _, own in self._known(names):
            own.revoked = True
            self.names.revoke(own.serial)
        self.revoke_former(names)

    def revoke_former(self, names: Sequence[str]) -> int:
        """Revoke the certificates that were replaced; return how many. Raises FleetError and OSError."""
        number = 0
        for _, own in self._known(names):
            number += len(own.former)
            for serial in own.former:
                self.names.revoke(serial)
            own.former.clear()
        self._write_brokers()
        return number

    def missing_in(self, rows: Iterable[Row]) -> list[str]:
        """Return the agents that are let in and are in no row."""
        there = {row.agent for row in rows}
        return [name for name, own in self.names.agents.items() if name not in there and not own.revoked]

    def warnings_of(self, agent: str) -> list[str]:
        """Return what is strange in the configuration of an agent, as it was written. Raises ConfigError."""
        _, doubts = load_with_doubts(self.folder / "agents" / agent / CONFIGURATION)
        return [f"{spell(doubt.key)}: {doubt.message}" for doubt in doubts]

    def _refuse_revoked(self, rows: Iterable[Row]) -> None:
        for row in rows:
            own = self.names.agents.get(row.agent)
            if own is not None and own.revoked:
                raise FleetError(
                    f"row {row.number}: {row.agent} was revoked; take it out of the table, or give it new "
                    f"credentials with fleet rotate {row.agent}"
                )

    def _known(self, names: Sequence[str]) -> list[tuple[str, Member]]:
        everybody = self.names.users | self.names.agents
        for name in names:
            if name not in everybody:
                raise FleetError(f"{name} is nobody whom {self.folder} knows; names.json there lists all")
        return [(name, everybody[name]) for name in names]

    def _make_agent(self, row: Row) -> str | None:
        """Write the files of an agent; return its id if it is new."""
        folder = self.folder / "agents" / row.agent
        own = self.names.agents.get(row.agent)
        if own is None:
            issued, password = self._authority.issue(row.agent), new_password()
            self.names.agents[row.agent] = member(row.site, issued, password, row.host, row.prefix)
            self._hand_over(row.agent, row.site, issued, password)
        else:
            own.site, own.host, own.prefix = row.site, row.host, row.prefix
        write_configuration(folder, row.answers)
        return row.agent if own is None else None

    def _make_user(self, name: str, *, with_password: bool, site: str | None = None) -> None:
        if name in self.names.users:
            return
        issued, password = self._authority.issue(name), new_password() if with_password else ""
        self.names.users[name] = member(site, issued, password)
        self._hand_over(name, site, issued, password)

    def _hand_over(self, name: str, site: str | None, issued: Issued, password: str) -> None:
        """Write the credentials of an agent, a user or the bridge of a site."""
        if name in self.names.agents:
            write_credentials(self.folder / "agents" / name, issued, password, self._authority.pem)
            return
        folder = self.folder / "users" if site is None else self.folder / "sites" / site
        file = name if site is None else "bridge"
        write_file(folder / f"{file}.crt", issued.certificate, public=True)
        write_file(folder / f"{file}.key", issued.key)
        if password:
            write_file(folder / f"{file}.password", f"{password}\n")

    def _make_server(self, folder: Path, name: str, host: str) -> None:
        """Give a broker its certificate, unless it has one for this host."""
        if f"{name} {host}" in self.names.servers:
            return
        issued = self._authority.issue(host, (host,))
        self.names.servers[f"{name} {host}"] = issued.serial
        write_file(folder / "server.crt", issued.certificate, public=True)
        write_file(folder / "server.key", issued.key)

    def _make_bridge(self, site: str, centre: str) -> None:
        self._make_user(bridge_of(site), with_password=False, site=site)
        write_bridge(self.folder / "sites" / site, site, self._prefix_of(site), centre)

    def _prefix_of(self, site: str) -> str:
        return next(own.prefix for own in self.names.agents.values() if own.site == site)

    def _write_brokers(self) -> None:
        """Write what brokers read of agents, and note what was done."""
        revocations, authority = self._authority.revocations(self.names.revoked), self._authority.pem
        self.names.save(self.folder / "names.json")
        for folder in (self.folder / "sites").iterdir():  # also those that all agents have left
            write_site(folder, folder.name, self.names, authority, revocations)
        centre = self.folder / "centre"
        if centre.exists():
            write_centre(centre, self.names, authority, revocations)
