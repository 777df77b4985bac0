"""Where samples come from and where messages go: what is no such address is told what it should be."""

import contextlib
import ipaddress
import re
import stat
from pathlib import Path

from edge_agent.plain import quoted

_MAX_HOST = 253
"""Most characters of a host name, from the limit of the domain name system (RFC 1035, 2.3.4)."""
_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<rest>.*)", re.DOTALL)
_USER = re.compile(r"[^/]*@(?P<rest>[^/]*)", re.DOTALL)
_WITH_PORT = re.compile(r"(?P<host>[^:/\[\]]+|\[[^\]/]*\]):(?P<port>[0-9]{1,5})")
_BRACKETS = re.compile(r"\[(?P<host>[^\]/]*)\]")
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?"
_LABELS = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?")
_DIGITS_AND_DOTS = re.compile(r"[0-9.]+")
_WINDOWS = re.compile(r"(?:\\\\\.\\)?COM[0-9]+:?", re.IGNORECASE)
_DEVICE = re.compile(r"(?:dev/)?(?P<name>(?:tty[A-Za-z]|serial/|rfcomm)\S*)")
_LISTED = "`edge-agent ports` lists those there are"
_ENCRYPTED = ("mqtts", "ssl", "tls", "wss", "https")
_WEB = ("ws", "wss", "http", "https")


def check_host(host: str) -> str:
    """Return the name or address of a broker; raises ValueError that says what to write instead."""
    _check_blanks(host)
    if found := _URL.fullmatch(host):
        raise ValueError(_about_url(found["scheme"].lower(), found["rest"]))
    if found := _USER.fullmatch(host):  # whatever stands before the @ may be a password: it is not repeated
        raise ValueError(
            f"holds a user name; write host: {found['rest'] or 'localhost'}, the name in mqtt.username and "
            "the password in the file of mqtt.password_file"
        )
    if _is_address(host):
        return host
    if found := _WITH_PORT.fullmatch(host):
        name = found["host"].strip("[]")
        raise ValueError(
            f"{quoted(host)} holds a port; write host: {_as_yaml(name)} and port: {found['port']}"
        )
    if found := _BRACKETS.fullmatch(host):
        raise ValueError(f"{quoted(host)} stands in brackets; write host: {_as_yaml(found['host'])}")
    if "/" in host:
        raise ValueError(
            f"{quoted(host)} holds a path; write the name alone, e.g. {quoted(host.strip('/').split('/')[0])}"
        )
    if not _is_name(host):
        raise ValueError(
            f"{quoted(host)} is neither the name of a host nor an IP address; expected e.g. localhost, "
            "broker.example or 192.168.1.10"
        )
    return host


def check_port(port: str) -> str:
    """Return the path of a serial port, which need not be there; raises ValueError that says what to do."""
    _check_blanks(port)
    if found := _URL.fullmatch(port):
        raise ValueError(
            f"{quoted(port)} is a port of the network ({found['scheme']}), which this agent does not read; "
            "expected a serial port of this computer. socat can make one of it: a pty with link=/dev/daq"
        )
    if _WINDOWS.fullmatch(port):
        raise ValueError(f"{quoted(port)} is a name of Windows; expected e.g. /dev/ttyACM0. {_LISTED}")
    if found := _DEVICE.fullmatch(port):
        raise ValueError(f"{quoted(port)} is not the whole path; write /dev/{found['name']}")
    if port.startswith("~") or any(c in port for c in "*?"):
        raise ValueError(f"{quoted(port)} is a pattern, expected the path of one port. {_LISTED}")
    kind = _kind(port)
    if port.endswith("/") or (kind is not None and stat.S_ISDIR(kind)):
        raise ValueError(f"{quoted(port)} is a folder, expected a port in it. {_LISTED}")
    if kind is not None and not stat.S_ISCHR(kind):
        raise ValueError(
            f"{quoted(port)} is not a serial port. {_LISTED}; a recording is read by edge-agent replay"
        )
    return port


def _check_blanks(text: str) -> None:
    if not text.strip():
        raise ValueError("found nothing but blanks; write the name")
    if text != text.strip():
        raise ValueError(f"{quoted(text)} begins or ends with a blank; write {quoted(text.strip())}")
    if not text.isprintable():
        raise ValueError(f"{quoted(text)} holds a character that cannot be printed; write the plain name")


def _about_url(scheme: str, rest: str) -> str:
    """Say how the parts of a URL are written here; what it holds of a user is not repeated."""
    place = rest.split("@")[-1].split("/")[0].split("?")[0]
    if found := _WITH_PORT.fullmatch(place):
        parts = [f"host: {_as_yaml(found['host'].strip('[]'))}", f"port: {found['port']}"]
    else:
        parts = [f"host: {_as_yaml(place.strip('[]') or 'localhost')}"]
    parts += ["tls: true"] if scheme in _ENCRYPTED else []
    parts += ["the user in username and password_file"] if "@" in rest else []
    spoken = "; WebSockets are not spoken, so take the port of MQTT itself" if scheme in _WEB else ""
    return f"a URL ({quoted(scheme + '://')}), expected the name alone; write {', '.join(parts)}{spoken}"


def _as_yaml(host: str) -> str:
    """Return a host as it is written in YAML, where a colon asks for quotes."""
    return f'"{host}"' if ":" in host else host


def _is_address(host: str) -> bool:
    with contextlib.suppress(ValueError):
        ipaddress.ip_address(host)
        return True
    return False


def _is_name(host: str) -> bool:
    """True if a name may stand in the domain name system; what looks like a wrong IP address may not."""
    try:
        encoded = host.encode("idna").decode("ascii")
    except UnicodeError:  # an empty label, or one of more than 63 characters
        return False
    if len(encoded) > _MAX_HOST or _DIGITS_AND_DOTS.fullmatch(encoded):
        return False
    return _LABELS.fullmatch(encoded) is not None


def _kind(path: str) -> int | None:
    """Return what a path leads to, as stat tells it; None where that cannot be seen."""
    with contextlib.suppress(OSError, ValueError):
        return Path(path).stat().st_mode
    return None
