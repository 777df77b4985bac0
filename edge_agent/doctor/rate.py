"""At which rate scans really come, by the clock of this computer."""

from dataclasses import dataclass

from edge_agent.acquire.samples import Device, SampleBlock

_BACKLOG_S = 0.5
"""Time over which bytes come that waited before the port was opened, s: judgement, some reads of the port."""
_MIN_S = 2.0
"""Time from which scans tell their rate, s: judgement, a late read of 20 ms is then a per cent."""


@dataclass(slots=True)
class _Span:
    """Scans of one stream between two moments."""

    begins_s: float
    """No block before this counts (monotonic clock, s)."""
    from_s: float | None = None
    """When the first block that counts came."""
    from_scan: int = 0
    """Index after its last scan."""
    to_s: float = 0.0
    """When the last block came."""
    to_scan: int = 0
    """Index after its last scan."""


class RateMeter:
    """Measures the rate of each stream from the device's own count and the times at which blocks came."""

    def __init__(self) -> None:
        self._stated_hz: dict[int, float] = {}
        self._spans: dict[int, _Span] = {}

    def begin(self, device: Device) -> None:
        """Start over with a device."""
        self._stated_hz = {stream.number: stream.rate_hz for stream in device.streams}
        self._spans.clear()

    def take(self, arrived_s: float, block: SampleBlock) -> None:
        """Take a block, and when its last byte was read (monotonic clock, s)."""
        end = block.first_scan + len(block.counts)
        span = self._spans.setdefault(block.stream, _Span(arrived_s + _BACKLOG_S))
        if end < span.to_scan:  # the device counts anew
            span = self._spans[block.stream] = _Span(arrived_s + _BACKLOG_S)
        if span.from_s is None and arrived_s >= span.begins_s:
            span.from_s, span.from_scan = arrived_s, end
        span.to_s, span.to_scan = arrived_s, end

    def rates_hz(self) -> dict[int, tuple[float, float]]:
        """Return, by stream, the stated and the measured rate, Hz; no entry before it can be told."""
        found = {}
        for number, span in self._spans.items():
            if span.from_s is None or span.to_s - span.from_s < _MIN_S:
                continue
            measured_hz = (span.to_scan - span.from_scan) / (span.to_s - span.from_s)
            found[number] = (self._stated_hz[number], measured_hz)
        return found
