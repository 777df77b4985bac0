"""How many lines of text come in a second, whatever they hold: what people must write as `rate_hz`."""

_BACKLOG_S = 0.5
"""Time over which bytes come that waited before the port was opened, s: judgement, some reads of the port."""
_MIN_S = 1.0
"""Time from which the lines in it tell their rate, s: judgement, within some per cent by then."""


class Pace:
    """Counts ends of lines from a little after the first bytes on."""

    def __init__(self, began_s: float) -> None:
        self._begins_s = began_s + _BACKLOG_S
        self._from_s: float | None = None
        self._to_s = began_s
        self._lines = 0
        self._bytes = 0

    @property
    def lines_a_second(self) -> float | None:
        """Ends of lines in a second; None before that can be told."""
        if self._from_s is None or self._to_s - self._from_s < _MIN_S:
            return None
        return self._lines / (self._to_s - self._from_s)

    @property
    def bytes_a_second(self) -> float | None:
        """Bytes in a second; None before that can be told."""
        if self._from_s is None or self._to_s - self._from_s < _MIN_S:
            return None
        return self._bytes / (self._to_s - self._from_s)

    def take(self, arrived_s: float, data: bytes) -> None:
        """Take bytes and when they were read (monotonic clock, s)."""
        if self._from_s is not None:
            self._to_s = arrived_s
            self._bytes += len(data)
            self._lines += max(data.count(b"\n"), data.count(b"\r"))
        elif arrived_s >= self._begins_s:
            self._from_s = arrived_s  # what came up to here may have waited longer
