"""What a decoder counts: while it grows, and as it is handed out."""

from dataclasses import dataclass

from edge_agent.acquire.drivers.sequence import Arrival
from edge_agent.acquire.drivers.splitting import Splitter


@dataclass(frozen=True, slots=True)
class DecoderCounts:
    """Everything that a decoder saw since its start."""

    frames: int = 0
    """Frames or lines handed on, descriptions included."""
    crc_errors: int = 0
    """Frames whose checksum says that they were damaged."""
    malformed: int = 0
    """Neither frame nor line: broken stuffing, wrong length, unknown version or type, text."""
    wrong_columns: int = 0
    """Lines with too few or too many columns."""
    not_finite: int = 0
    """Lines, handed on, in which a channel gave no value: NaN, an empty field, a number too large."""
    lost_frames: int = 0
    """Frames or lines that the sequence numbers or indices say are missing."""
    repeated: int = 0
    """Those that had been there already, and were dropped."""
    reordered: int = 0
    """Those that came after a later one."""
    restarts: int = 0
    """How often the device started counting over."""
    undescribed: int = 0
    """Those with samples that no description said anything of, and that were dropped."""
    contradicting: int = 0
    """Those with another stream, rate or number of channels than described, and that were dropped."""
    bad_descriptions: int = 0
    """Descriptions that cannot be right, and were ignored."""
    bytes_discarded: int = 0
    """Bytes outside of valid frames or lines."""

    @property
    def rejected(self) -> int:
        """Frames or lines that were whole, or nearly, and yet of no use."""
        return (
            self.malformed
            + self.wrong_columns
            + self.undescribed
            + self.contradicting
            + self.bad_descriptions
        )


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

    def snapshot(self, lost_frames: int, splitter: Splitter | None = None) -> DecoderCounts:
        """Return the counts as they are now, with those of the splitter where there is one."""
        overlong, discarded = (0, 0) if splitter is None else (splitter.overlong, splitter.discarded_bytes)
        return DecoderCounts(
            frames=self.frames,
            crc_errors=self.crc_errors,
            malformed=self.malformed + overlong,
            wrong_columns=self.wrong_columns,
            not_finite=self.not_finite,
            lost_frames=lost_frames,
            repeated=self.repeated,
            reordered=self.reordered,
            restarts=self.restarts,
            undescribed=self.undescribed,
            contradicting=self.contradicting,
            bad_descriptions=self.bad_descriptions,
            bytes_discarded=self.bytes_discarded + discarded,
        )
