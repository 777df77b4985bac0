"""Secrets that others could read or replace: files with too many rights, a password that is not encrypted."""

import ipaddress
import stat
from collections.abc import Iterator
from pathlib import Path

from edge_agent.config.problems import KeyPath
from edge_agent.config.settings import Settings


def doubts_of_secrets(settings: Settings) -> Iterator[tuple[KeyPath, str]]:
    """Find what lets others read or replace a secret."""
    for key, file in _secret_files(settings):
        problem = None if file is None else _rights_problem(file)
        if problem is not None:
            yield key, problem
    mqtt = settings.mqtt
    if mqtt.password_file is not None and mqtt.tls is None and not _is_loopback(mqtt.host):
        yield (
            ("mqtt", "password_file"),
            f"the password goes to {mqtt.host} unencrypted, so anyone on the way can read it; add mqtt.tls",
        )


def _secret_files(settings: Settings) -> Iterator[tuple[KeyPath, Path | None]]:
    mqtt = settings.mqtt
    yield ("mqtt", "password_file"), mqtt.password_file
    yield ("mqtt", "tls", "key_file"), None if mqtt.tls is None else mqtt.tls.key_file
    yield ("http", "token_file"), None if settings.http is None else settings.http.token_file
    for index, webhook in enumerate(settings.notify):
        yield ("notify", index, "token_file"), webhook.token_file


def _rights_problem(file: Path) -> str | None:
    """Return who may read or write a file and should not; None if nobody may, or that cannot be seen."""
    try:
        mode = file.stat().st_mode
    except OSError:
        return None
    rights = [word for bit, word in ((stat.S_IROTH, "read"), (stat.S_IWOTH, "write")) if mode & bit]
    if not rights:
        return None
    return f"every user of this computer may {' and '.join(rights)} {file}; run chmod o= on it"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.rstrip(".").lower() == "localhost"
