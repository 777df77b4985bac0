"""Counts that grow while decoding."""

from dataclasses import asdict, dataclass

from edge_agent.acquire.counts import DecoderCounts
from edge_agent.acquire.drivers.sequence import Arrival
from edge_agent.acquire.drivers.splitting import Splitter


@dataclass(slots=True)
class Counter:
    """The changing side of DecoderCounts, same names and meanings; what is lost is known elsewhere."""

    frames: int = 0
    crc_errors: int = 0
    malformed: int = 0
    wrong_columns: int = 0
    not_finite: int = 0
    repeated: int = 0
    reordered: int = 0
    restarts: int = 0
    undescribed: int = 0
    contradicting: int = 0
    bad_descriptions: int = 0
    bytes_discarded: int = 0

    def note(self, arrival: Arrival) -> None:
        """Count what is special about a frame."""
        self.repeated += arrival is Arrival.REPEATED
        self.reordered += arrival is Arrival.LATE
        self.restarts += arrival is Arrival.RESTARTED

    def snapshot(self, lost_frames: int, splitter: Splitter) -> DecoderCounts:
        """Return the counts as they are now."""
        counts = asdict(self)
        counts["malformed"] += splitter.overlong
        counts["bytes_discarded"] += splitter.discarded_bytes
        return DecoderCounts(**counts, lost_frames=lost_frames)
