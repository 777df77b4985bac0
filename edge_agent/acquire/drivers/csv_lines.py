"""Lines of text: one scan a line, its numbers separated by comma, semicolon, tab or spaces.

A number n, with a decimal point or without, means (n - offset) * scale in the unit of its column, as
counts do everywhere; a DAQ that prints amperes has scale 1. A line that begins with `#` may hold the
same JSON as a description frame, with "index": true where the first column is the index of the scan.
A line that names columns, before or between the scans, says which column is which channel.
Text has no checksum: a digit that was changed on the way cannot be seen.
"""

import logging
import math
import zlib
from dataclasses import replace
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from edge_agent.acquire import description
from edge_agent.acquire.counts import Counter, DecoderCounts
from edge_agent.acquire.drivers.decoder import Decoder, Unread
from edge_agent.acquire.drivers.line_styles import LineError, names_columns, show
from edge_agent.acquire.drivers.refused_lines import RefusedLines, recognise_lines
from edge_agent.acquire.drivers.sequence import Arrival, SequenceTracker
from edge_agent.acquire.drivers.splitting import Splitter
from edge_agent.acquire.drivers.steps import MAX_COUNT, Steps
from edge_agent.acquire.drivers.text_line import LineReader
from edge_agent.acquire.overrides import ConfiguredChannel, undescribed_device, with_channels
from edge_agent.acquire.samples import Device, SampleBlock, same_streams
from edge_agent.acquire.settings import SerialSettings
from edge_agent.acquire.source import Silence

_LOG = logging.getLogger(__name__)
_CR_TO_LF = bytes.maketrans(b"\r", b"\n")
"""Lines may end with CR, LF or both; an empty line is none."""
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
"""U+FEFF in UTF-8, with which some programs begin a text."""


class CsvDecoder(Decoder):
    """Reads scans from lines; a line that is not one whole scan is lost, and never shifts columns."""

    spoken: ClassVar = "lines"
    reads_lines: ClassVar = True
    tells_rate: ClassVar = False
    has_checksum: ClassVar = False

    def __init__(
        self,
        channels: tuple[ConfiguredChannel, ...] = (),
        rate_hz: float | None = None,
        columns: tuple[str, ...] = (),
    ) -> None:
        """Take channels and rate of a DAQ that does not describe itself, and the names of all its columns."""
        self.description_problem: str | None = None
        """Why the last description cannot be right and was ignored; None once a right one came."""
        self._channels = channels
        self._rate_hz = rate_hz
        self._columns = columns
        self._counter = Counter()
        self._splitter = Splitter(b"\n", description.MAX_DESCRIPTION_BYTES + 2)
        self._described: Device | None = None
        self._reader = LineReader(())
        self._steps = Steps(())
        self._header: bytes | None = None
        self._indexed = False
        self._undecided = False
        self._mid_line = True
        self._next_scan = 0
        self._lost_lines = 0
        self._tracker = SequenceTracker()
        self._rows: list[list[float]] = []
        self._last: NDArray[np.int32] = np.zeros(0, np.int32)
        self._refused = RefusedLines()

    @classmethod
    def from_settings(cls, settings: SerialSettings) -> Self:
        """Return a decoder with the configured channels, rate and columns."""
        return cls(settings.channels, settings.rate_hz, settings.columns)

    @property
    def refused_line(self) -> str | None:
        """Why most of the refused lines are not scans, and the first of these; None if none was refused."""
        return self._refused.text

    @property
    def advice(self) -> str:
        """What to do about them; empty if nothing is known."""
        return self._refused.advice

    def take_refused(self) -> str | None:
        """Return what is wrong with most of the lines that were refused among scans; then forget it."""
        text, advice = self._refused.text, self._refused.advice
        self._refused.forget()
        return (
            None if text is None else f"some lines are not scans: {text}" + (f"; {advice}" if advice else "")
        )

    def explain(self, unread: Unread) -> Silence | None:
        """Return why lines bring no samples; None if the bytes are not lines."""
        return self._refused.explain(
            unread,
            described=not self._counter.undescribed,
            channels=bool(self._channels),
            rate=bool(self._rate_hz),
            header=self._reader.header,
        )

    @classmethod
    def foreign(cls, sample: bytes) -> str:
        """Return in words that the bytes are not text."""
        return "bytes arrive that are not text"

    @classmethod
    def recognise(cls, unread: Unread, expected: str) -> str | None:
        """Return a hint that the bytes are lines of text, and what to set; None if they are not."""
        return recognise_lines(unread, expected)

    @property
    def counts(self) -> DecoderCounts:
        """What was seen so far; without an index, lost lines are those that could not be read."""
        return self._counter.snapshot(self._lost_lines + self._tracker.lost, self._splitter)

    def push(self, data: bytes) -> list[Device | SampleBlock]:
        """Take bytes; return what their complete lines hold, consecutive scans in one block."""
        found: list[Device | SampleBlock] = []
        for line in self._splitter.push(data.translate(_CR_TO_LF)):
            self._take(line.strip(), found)
        self._flush(found)
        return found

    def cut(self) -> None:
        """Forget the beginning of a line: the port was closed, and the next begins in the middle of one."""
        self._splitter.cut()
        self._mid_line = True
        if not self._indexed:
            self._next_scan = 0  # how long the port was away cannot be known: the time starts over

    def _take(self, line: bytes, found: list[Device | SampleBlock]) -> None:
        mid_line, self._mid_line = self._mid_line, False
        if line.startswith(b"#"):
            self._take_comment(line[1:].strip(), found)
        elif mid_line:
            if not self._take_header(line.removeprefix(_BYTE_ORDER_MARK)):
                self._counter.bytes_discarded += len(line)
        elif line:
            self._take_scan(line, found)

    def _take_comment(self, text: bytes, found: list[Device | SampleBlock]) -> None:
        if not text.startswith(b"{"):
            self._take_header(text)
            return
        try:
            device, indexed = description.decode_description(text)
            if len(device.streams) != 1:
                raise description.DescriptionError("lines hold one stream, but there are several")
        except description.DescriptionError as error:
            self._counter.bad_descriptions += 1
            self.description_problem = str(error)
            return
        self._counter.frames += 1
        self.description_problem = None
        self._describe(device, indexed, found)

    def _describe(self, device: Device, indexed: bool, found: list[Device | SampleBlock]) -> None:
        """Begin with a device, or with another way to number its scans."""
        self._flush(found)
        if indexed != self._indexed:
            self._lost_lines += self._tracker.lost
            self._tracker = SequenceTracker()
        begun = self._described is not None and same_streams(self._described.streams, device.streams)
        if not begun or indexed != self._indexed:
            self._described, self._indexed = device, indexed
            channels = with_channels(device, self._channels).streams[0].channels
            self._reader = LineReader(channels, indexed, self._columns)
            self._steps, self._undecided = Steps(channels), True
            if self._header is not None:
                self._take_header(self._header)
            self._begin_counts(found)
            return
        self._described = device
        found.append(self._shown())

    def _begin_counts(self, found: list[Device | SampleBlock]) -> None:
        """Begin counts with other steps: for whoever comes after us that is another device."""
        shown = self._shown()
        offsets = [channel.offset for channel in shown.streams[0].channels]
        self._last = np.clip(np.rint(offsets), -MAX_COUNT, MAX_COUNT).astype(np.int32)
        if found and isinstance(found[-1], Device):
            found.pop()  # nothing came of it
        found.append(shown)

    def _shown(self) -> Device:
        """Return the device with the channels of the YAML, and the steps of its counts."""
        assert self._described is not None
        device = with_channels(self._described, self._channels)
        (stream,) = device.streams
        return replace(device, streams=(replace(stream, channels=self._steps.shown(stream.channels)),))

    def _take_header(self, line: bytes) -> bool:
        """Read a line that names columns; False for any other."""
        news = self._reader.take_header(line)
        if news is None:
            if self._described is None and names_columns(line):
                self._header = line
            return False
        self._header = line
        if news and self._described is not None:
            _LOG.info("%s: %s", show(line), news)
        return True

    def _take_scan(self, line: bytes, found: list[Device | SampleBlock]) -> None:
        if self._described is None:
            device = undescribed_device(self._channels, self._rate_hz) if self._rate_hz else None
            if device is None or not self._channels:
                if not self._take_header(line):
                    self._refuse(line, LineError("undescribed", "nothing says what they are"))
                return
            self._describe(device, False, found)
        try:
            row = self._reader.read(line)
            if self._indexed and not _is_index(row[0]):
                raise LineError("malformed", f"the index {row[0]:g} is not a whole number from 0 on")
        except LineError as error:
            if not self._take_header(line.removeprefix(_BYTE_ORDER_MARK)):
                self._counter.bytes_discarded += len(line)
                self._refuse(line, error)
                self._lose(found)
            return
        if self._undecided:
            self._decide(line, row[self._indexed :], found)
        if self._indexed:
            self._take_indexed(line, int(row[0]), row[1:], found)
        else:
            self._counter.frames += 1
            self._rows.append(row)

    def _take_indexed(
        self, line: bytes, scan: int, row: list[float], found: list[Device | SampleBlock]
    ) -> None:
        arrival = self._tracker.judge(scan % 2**32, zlib.crc32(line), scan, 1)
        if arrival is not Arrival.NEXT:
            self._counter.note(arrival)
        if arrival is Arrival.REPEATED:
            return
        if scan != self._next_scan + len(self._rows):
            self._flush(found)
            self._next_scan = scan
        self._counter.frames += 1
        self._rows.append(row)

    def _decide(self, line: bytes, row: list[float], found: list[Device | SampleBlock]) -> None:
        """Take the first scan's word for it whether the numbers are whole or decimal."""
        self._undecided = False
        point = b"." in line and not self._reader.picks
        if point or any(math.isfinite(value) and not value.is_integer() for value in row):
            self._steps.begin_decimal(row)
            self._begin_counts(found)

    def _refuse(self, line: bytes, error: LineError) -> None:
        """Count a line that is no scan."""
        setattr(self._counter, error.counted, getattr(self._counter, error.counted) + 1)
        if not names_columns(line):  # words say less of what is wrong than the scans that follow
            self._refused.add(line, error, self._advise)

    def _advise(self, line: bytes, error: LineError) -> str:
        return "" if error.certain else self._reader.advice(line, error.columns)

    def _lose(self, found: list[Device | SampleBlock]) -> None:
        """Leave a hole of one scan, unless the index of the next line tells."""
        if not self._indexed:
            self._flush(found)
            self._next_scan += 1
            self._lost_lines += 1

    def _flush(self, found: list[Device | SampleBlock]) -> None:
        if not self._rows:
            return
        rows, self._rows = np.array(self._rows), []
        while len(rows):
            counts, invalid = self._steps.take(rows)
            if len(counts):
                self._give(counts, invalid, found)
            if len(counts) < len(rows):
                self._begin_counts(found)
            rows = rows[len(counts) :]

    def _give(
        self, counts: NDArray[np.int32], invalid: NDArray[np.bool_], found: list[Device | SampleBlock]
    ) -> None:
        assert self._described is not None
        number, gaps = self._described.streams[0].number, bool(invalid.any())
        if gaps:
            self._counter.not_finite += int(np.count_nonzero(invalid.any(axis=1)))
            counts = _held(counts, invalid, self._last)
        self._last = counts[-1]
        found.append(SampleBlock(number, self._next_scan, counts, invalid=invalid if gaps else None))
        self._next_scan += len(counts)


def _held(
    counts: NDArray[np.int32], invalid: NDArray[np.bool_], before: NDArray[np.int32]
) -> NDArray[np.int32]:
    """Return counts (scans, channels) with the last valid one wherever there is none."""
    with_before = np.concatenate((before[np.newaxis], counts))
    rows = np.where(invalid, 0, np.arange(1, len(counts) + 1)[:, np.newaxis])
    return np.take_along_axis(with_before, np.maximum.accumulate(rows, axis=0), axis=0)


def _is_index(value: float) -> bool:
    return math.isfinite(value) and value.is_integer() and 0 <= value < 2**53
