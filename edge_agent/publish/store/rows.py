"""One event, and what must hold before a row that was read from a disk is believed."""

import json
import math
import re
import struct
import zlib
from dataclasses import dataclass

MAX_ID = 2**53 - 1
"""Largest whole number that every reader of JSON takes exactly (RFC 8259, section 6)."""
_MAX_TOPIC_BYTES = 65_535
"""Longest text that MQTT can carry: its length has two bytes (MQTT 5.0, section 1.5.4)."""
_NOT_IN_A_TOPIC = re.compile(r"[+#\x00]")


@dataclass(frozen=True, slots=True)
class Event:
    """One message that must arrive."""

    id: int
    """Rises from event to event, over restarts too; never used twice."""
    topic: str
    """Where it is published."""
    payload: bytes
    """What is published."""
    unix_s: float
    """Host clock when it was decided."""


def checksum(event: Event) -> int:
    """Return the CRC-32 of everything in the event."""
    head = struct.pack("<qd", event.id, event.unix_s)
    return zlib.crc32(event.payload, zlib.crc32(event.topic.encode(), zlib.crc32(head)))


def believed(row: tuple[object, ...], crc32: object) -> Event | None:
    """Return the row (id, topic, payload, Unix time) as an event; None if it cannot have been one.

    A topic with a wildcard or NUL, or an empty one, makes a broker end the connection, and a payload that
    is no longer JSON misleads its reader. `crc32` is None for rows of programs that wrote none.
    """
    number, topic, payload, unix_s = row
    if not (isinstance(number, int) and isinstance(topic, bytes) and isinstance(payload, bytes)):
        return None
    if not isinstance(unix_s, int | float) or not math.isfinite(unix_s) or not 0 < number <= MAX_ID:
        return None
    try:
        event = Event(number, topic.decode(), payload, float(unix_s))
    except (UnicodeDecodeError, OverflowError):
        return None
    if not 0 < len(topic) <= _MAX_TOPIC_BYTES or _NOT_IN_A_TOPIC.search(event.topic):
        return None
    whole = _may_be(event) if crc32 is None else crc32 == checksum(event)
    return event if whole else None


def _may_be(event: Event) -> bool:
    """True if the payload is not JSON at all, or an object that states this event's number, if any."""
    if not event.payload.startswith(b"{"):
        return True
    try:
        content = json.loads(event.payload)
    except (ValueError, RecursionError):
        return False
    return bool(content.get("id", event.id) == event.id)
