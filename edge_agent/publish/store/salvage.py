"""Rescue what is whole in an outbox that SQLite cannot read, or that a newer program wrote."""

from dataclasses import dataclass, field

from edge_agent.publish.store.pages import Images, Record, records
from edge_agent.publish.store.rows import MAX_ID, Event, believed


@dataclass(slots=True)
class Salvaged:
    """What was found."""

    events: dict[int, Event] = field(default_factory=dict)
    """Whole events by their number."""
    broken: set[int] = field(default_factory=set)
    """Numbers of events of which only a part or the checksum is left."""
    numbers: dict[str, int] = field(default_factory=dict)
    """The counters by their name."""
    newest: Event | None = None
    """What the file calls the event that was decided last."""

    @property
    def decided_last(self) -> Event | None:
        """The event that was decided last, delivered or not; None if another one was decided since."""
        last_id = max(self.numbers.get("last_id", 0), *self.events, 0)
        return self.newest if self.newest is not None and self.newest.id == last_id else None


def salvage(images: Images) -> Salvaged:
    """Return the whole rows; never raises, whatever the bytes are."""
    return max(
        (_sorted([*records(images, size)]) for size in images.page_sizes()),
        key=lambda found: len(found.events) + len(found.numbers),
    )


def _sorted(rows: list[Record]) -> Salvaged:
    """Tell events, checksums and counters apart by the kinds of their columns."""
    found = Salvaged()
    checksums = {row.rowid: row.values[1] for row in rows if row.kinds == "ni"}
    for row in rows:
        match row.kinds, row.values:
            case "ti", (bytes(name), int(value)) if 0 <= value <= MAX_ID:
                found.numbers[name.decode(errors="replace")] = value
            case (("ntbr" | "ntbi"), (None, topic, payload, unix_s)):
                crc32 = checksums.get(row.rowid)
                _take(found, believed((row.rowid, topic, payload, unix_s), crc32), row.rowid)
            case (("ntbri" | "ntbii"), (None, topic, payload, unix_s, crc32)):
                event = believed((row.rowid, topic, payload, unix_s), crc32)
                found.newest = event or found.newest
    if checksums:  # they say more reliably than damaged rows which events there were
        found.broken = {number for number in checksums if 0 < number <= MAX_ID}
    found.broken -= found.events.keys()
    return found


def _take(found: Salvaged, event: Event | None, rowid: int) -> None:
    if event is not None:
        found.events[event.id] = event
    elif 0 < rowid <= MAX_ID:
        found.broken.add(rowid)
