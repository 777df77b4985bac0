"""What the sequence numbers of a stream's frames show: lost, repeated, reordered, restarted."""

from enum import Enum

_WRAP = 1 << 32
"""Sequence numbers have 32 bits (wire format)."""
_REMEMBERED = 64
"""Frames whose checksums are kept to tell repeated from reordered ones: a second of them. Judgement."""


class Arrival(Enum):
    """How a frame relates to those before it."""

    NEXT = "next"
    """It follows the newest one, perhaps with others lost between."""
    LATE = "late"
    """One that was missing."""
    REPEATED = "repeated"
    """One that was there already."""
    RESTARTED = "restarted"
    """The device started counting over."""


class SequenceTracker:
    """Follows 32-bit sequence numbers, which wrap; remembers the newest 64 frames.

    A frame is taken for repeated only if number and checksum are those of a remembered one: a device
    that restarts soon after its start uses its first numbers again, with other samples.
    """

    def __init__(self) -> None:
        self.lost = 0
        """Frames that are missing between the oldest and the newest."""
        self._expected: int | None = None
        self._next_scan = 0
        self._recent: list[tuple[int, int] | None] = [None] * _REMEMBERED
        self._missing: set[int] = set()

    def expects(self, sequence: int) -> bool:
        """True if this number follows the newest one, or is the first."""
        return self._expected in (None, sequence)

    def judge(self, sequence: int, checksum: int, first_scan: int, scans: int) -> Arrival:
        """Take note of a frame and say what it is."""
        arrival = Arrival.NEXT
        if sequence != self._expected:
            arrival = self._arrival(sequence, checksum, first_scan)
            if arrival is Arrival.REPEATED:
                return arrival
        if arrival is Arrival.RESTARTED:
            self._recent = [None] * _REMEMBERED
            self._missing.clear()
        if arrival is Arrival.LATE:
            self._missing.discard(sequence)
            self.lost -= 1
        else:
            self._expected = (sequence + 1) % _WRAP
            self._next_scan = first_scan + scans
        self._recent[sequence % _REMEMBERED] = sequence, checksum
        return arrival

    def _arrival(self, sequence: int, checksum: int, first_scan: int) -> Arrival:
        if self._expected is None:
            return Arrival.NEXT
        ahead = (sequence - self._expected) % _WRAP
        if ahead >= _WRAP // 2:
            if _WRAP - ahead <= _REMEMBERED and sequence in self._missing:
                return Arrival.LATE
            repeated = self._recent[sequence % _REMEMBERED] == (sequence, checksum)
            return Arrival.REPEATED if repeated else Arrival.RESTARTED
        if first_scan < self._next_scan:
            return Arrival.RESTARTED
        # Those between the expected frame and this one are missing; only the newest are worth remembering.
        self.lost += ahead
        newest = self._expected + ahead
        self._missing.update(n % _WRAP for n in range(max(self._expected, newest - _REMEMBERED), newest))
        self._missing = {n for n in self._missing if (newest - n) % _WRAP <= _REMEMBERED}
        return Arrival.NEXT
