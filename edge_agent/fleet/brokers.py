"""The files of a site's broker, and of the centre that all sites report to: Mosquitto reads them."""

from pathlib import Path

from edge_agent.fleet.access import (
    OF_AGENT,
    OF_MOTOR,
    access_for_emqx,
    access_of_centre,
    access_of_site,
    bridge_of,
)
from edge_agent.fleet.files import write_file
from edge_agent.fleet.names import Member, Names

_BROKER = """\
# Mosquitto for the agents of {where}: put this file into /etc/mosquitto/conf.d/, and the others of
# this folder where it says. `edge-agent fleet` writes it. Whoever connects must show a certificate of the
# fleet; the name in it is the user name, so passwords are not asked for.

listener 8883
certfile /etc/mosquitto/certs/server.crt
keyfile /etc/mosquitto/certs/server.key
tls_version tlsv1.2
cafile /etc/mosquitto/certs/ca.crt
crlfile /etc/mosquitto/certs/revoked.crl
require_certificate true
use_identity_as_username true

allow_anonymous false
password_file /etc/mosquitto/edge-agent.passwords
acl_file /etc/mosquitto/edge-agent.acl

max_packet_size 65536
persistent_client_expiration 14d
# What waits for the collector or the centre while it is away: the usual limit of 1000 messages is
# that of 17 motors for an hour.
max_queued_messages 0
max_queued_bytes 1073741824
# What is retained, and what waits, is written to disk this often, s; a broker that is killed or loses its
# power forgets what came since.
autosave_interval 60
"""
_BRIDGE = """\
# The broker of {site} reports to the centre: put this file into /etc/mosquitto/conf.d/, and bridge.crt and
# bridge.key into /etc/mosquitto/certs/. `edge-agent fleet` writes it. At the centre, all topics stand below
# {site}/.

connection {name}
address {centre}
bridge_cafile /etc/mosquitto/certs/ca.crt
bridge_certfile /etc/mosquitto/certs/bridge.crt
bridge_keyfile /etc/mosquitto/certs/bridge.key
remote_clientid {name}
local_clientid {name}
# The session outlives a link that is down: what the agents say meanwhile waits here, and goes on afterwards.
cleansession false
start_type automatic
restart_timeout 5 60
notifications false
try_private true
bridge_protocol_version mqttv311

{topics}
"""


def write_site(folder: Path, site: str, names: Names, authority: bytes, revocations: bytes) -> None:
    """Write what the broker of a site reads, but its own certificate. Raises OSError."""
    known = {name: own for name, own in names.agents.items() if own.site == site and not own.revoked}
    users = _let_in(names)
    write_file(folder / "edge-agent.conf", _BROKER.format(where=f"site {site}"), public=True)
    access = access_of_site(((name, own.prefix) for name, own in known.items()), users)
    write_file(folder / "edge-agent.acl", access)
    _write_shared(folder, known | users, authority, revocations)


def write_centre(folder: Path, names: Names, authority: bytes, revocations: bytes) -> None:
    """Write what the centre's broker reads, but its own certificate. Raises OSError."""
    sites = sorted({(own.site, own.prefix) for own in names.agents.values() if own.site is not None})
    users = _let_in(names)
    write_file(folder / "edge-agent.conf", _BROKER.format(where="the centre"), public=True)
    write_file(folder / "edge-agent.acl", access_of_centre(sites, users))
    write_file(folder / "emqx-acl.conf", access_for_emqx(sites, users))
    _write_shared(folder, users, authority, revocations)


def write_bridge(folder: Path, site: str, prefix: str, centre: str) -> None:
    """Write by what the broker of a site reports to the centre, `host` or `host:port`. Raises OSError."""
    below = [*(f"+/{topic}" for topic in OF_AGENT), *(f"+/+/{topic}" for topic in OF_MOTOR)]
    lines = [f"topic {topic} out 1 {prefix}/ {site}/{prefix}/" for topic in below]
    lines.append(f"topic +/command/# in 1 {prefix}/ {site}/{prefix}/")
    address = centre if ":" in centre else f"{centre}:8883"
    text = _BRIDGE.format(site=site, name=bridge_of(site), centre=address, topics="\n".join(lines))
    write_file(folder / "bridge.conf", text, public=True)


def _let_in(names: Names) -> dict[str, Member]:
    """Return users and bridges that were not revoked."""
    return {name: own for name, own in names.users.items() if not own.revoked}


def _write_shared(folder: Path, known: dict[str, Member], authority: bytes, revocations: bytes) -> None:
    logins = (f"{name}:{own.password}\n" for name, own in known.items() if own.password)
    write_file(folder / "edge-agent.passwords", "".join(logins))
    write_file(folder / "ca.crt", authority, public=True)
    write_file(folder / "revoked.crl", revocations, public=True)
