"""Lines of text: one scan a line, its numbers separated by comma, semicolon, tab or spaces.

A number n, with a decimal point or without, means (n - offset) * scale in the unit of its column, as
counts do everywhere; a DAQ that prints amperes has scale 1. A line that begins with `#` may hold the
same JSON as a description frame, with "index": true where the first column is the index of the scan.
A line that names columns, before or between the scans, tells which column is which channel.
Text has no checksum: a digit that was changed on the way cannot be seen.
"""

import logging
import math
import zlib
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from edge_agent.acquire import description
from edge_agent.acquire.counter import Counter
from edge_agent.acquire.counts import DecoderCounts
from edge_agent.acquire.drivers.line_styles import LineError, names_columns, show
from edge_agent.acquire.drivers.sequence import Arrival, SequenceTracker
from edge_agent.acquire.drivers.splitting import Splitter
from edge_agent.acquire.drivers.steps import MAX_COUNT, Steps
from edge_agent.acquire.drivers.text_line import LineReader
from edge_agent.acquire.overrides import ConfiguredChannel, undescribed_device, with_channels
from edge_agent.acquire.samples import Device, SampleBlock

_LOG = logging.getLogger(__name__)
_CR_TO_LF = bytes.maketrans(b"\r", b"\n")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_KINDS_KEPT = 16
"""Kinds of refused lines that are told apart: judgement, more than a device mixes."""


@dataclass(slots=True)
class _Refused:
    """Lines that are no scans for one reason."""

    text: str
    """The reason, and the first of them."""
    advice: str
    lines: int = 0


class CsvDecoder:
    """Reads scans from lines; a line that is not one whole scan is lost, and never shifts columns."""

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
        self._refused: dict[tuple[str, int], _Refused] = {}

    @property
    def refused_line(self) -> str | None:
        """Why most of the refused lines are no scans, and the first of these; None where none was refused."""
        return max(self._refused.values(), key=lambda refused: refused.lines).text if self._refused else None

    @property
    def advice(self) -> str:
        """What to do about them; empty where nothing is known."""
        return max(self._refused.values(), key=lambda refused: refused.lines).advice if self._refused else ""

    @property
    def header(self) -> list[str]:
        """The names of the columns by a header that came; empty without one."""
        return self._reader.header

    def forget_refused(self) -> None:
        """Forget which lines were refused; counts go on."""
        self._refused.clear()

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
            self._next_scan = 0  # how long the port was away cannot be known: the time begins anew

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
        begun = self._described is not None and description.same_streams(
            self._described.streams, device.streams
        )
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
        """From here on the counts have other steps: for those after us that is another device."""
        shown = self._shown()
        offsets = [channel.offset for channel in shown.streams[0].channels]
        self._last = np.clip(np.rint(offsets), -MAX_COUNT, MAX_COUNT).astype(np.int32)
        if found and isinstance(found[-1], Device):
            found.pop()  # nothing came of it
        found.append(shown)

    def _shown(self) -> Device:
        """The device with the channels of the YAML, and the steps of its counts."""
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
        """Count a line that is no scan by what is wrong with it, and remember the first of its kind."""
        setattr(self._counter, error.counted, getattr(self._counter, error.counted) + 1)
        kind = error.counted, error.columns
        if names_columns(line):
            return  # words say less of what is wrong than the scans that follow
        if kind not in self._refused:
            if len(self._refused) >= _KINDS_KEPT:
                return
            advice = "" if error.certain else self._reader.advice(line, error.columns)
            self._refused[kind] = _Refused(f"{error}: {show(line)}", advice)
        self._refused[kind].lines += 1

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
