"""Lines of text: one scan a line, its numbers separated by comma, semicolon, tab or spaces.

A number n, with a decimal point or without, means (n - offset) * scale in the unit of its column, as
counts do everywhere; a DAQ that prints amperes has scale 1. A line that begins with `#` may hold the
same JSON as a description frame, with "index": true where the first column is the index of the scan.
Text has no checksum: a digit that was changed on the way cannot be seen.
"""

import math
import zlib
from dataclasses import replace

import numpy as np

from edge_agent.acquire import description
from edge_agent.acquire.counter import Counter
from edge_agent.acquire.counts import DecoderCounts
from edge_agent.acquire.overrides import ConfiguredChannel, undescribed_device, with_channels
from edge_agent.acquire.samples import Device, SampleBlock
from edge_agent.acquire.sequence import Arrival, SequenceTracker
from edge_agent.acquire.splitting import Splitter

DECIMAL_STEP = 1e-4
"""Resolution of numbers with a decimal point; without one they are taken as they are."""

_MOST_COUNTS = 2**31 - 1
_SEPARATORS = b",;\t"
_TO_COMMA = bytes.maketrans(_SEPARATORS, b",,,")


class CsvDecoder:
    """Reads scans from lines; a line that is not one whole scan is lost, and never shifts columns."""

    def __init__(self, channels: tuple[ConfiguredChannel, ...] = (), rate_hz: float | None = None) -> None:
        """Take the columns and the rate of a DAQ that does not describe itself."""
        self.description_problem: str | None = None
        """Why the last description cannot be right and was ignored; None once a right one came."""
        self._channels = channels
        self._rate_hz = rate_hz
        self._counter = Counter()
        self._splitter = Splitter(b"\n", description.MAX_DESCRIPTION_BYTES + 2)
        self._described: Device | None = None
        self._indexed = False
        self._decimal = False
        self._mid_line = True
        self._next_scan = 0
        self._lost_lines = 0
        self._tracker = SequenceTracker()
        self._rows: list[list[float]] = []

    @property
    def counts(self) -> DecoderCounts:
        """What was seen so far; without an index, lost lines are those that could not be read."""
        return self._counter.snapshot(self._lost_lines + self._tracker.lost, self._splitter)

    def push(self, data: bytes) -> list[Device | SampleBlock]:
        """Take bytes; give what their complete lines hold, consecutive scans in one block."""
        found: list[Device | SampleBlock] = []
        for line in self._splitter.push(data):
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
            self._counter.bytes_discarded += len(line)
        elif line:
            self._take_scan(line, found)

    def _take_comment(self, text: bytes, found: list[Device | SampleBlock]) -> None:
        if not text.startswith(b"{"):
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
        """Begin with a device, or with another way to number or to write its scans."""
        self._flush(found)
        if indexed != self._indexed:
            self._lost_lines += self._tracker.lost
            self._tracker = SequenceTracker()
        self._described, self._indexed = device, indexed
        shown = with_channels(device, self._channels)
        found.append(_in_decimal_steps(shown) if self._decimal else shown)

    def _take_scan(self, line: bytes, found: list[Device | SampleBlock]) -> None:
        if self._described is None:
            device = undescribed_device(self._channels, self._rate_hz) if self._rate_hz else None
            if device is None or not self._channels:
                self._counter.undescribed += 1
                return
            self._describe(device, False, found)
        row = self._read(line, found)
        if row is None:
            self._counter.bytes_discarded += len(line)
            self._lose(found)
        elif self._indexed:
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

    def _read(self, line: bytes, found: list[Device | SampleBlock]) -> list[float] | None:
        """Give the numbers of a line; None, counted by what is wrong, where it is not a scan."""
        assert self._described is not None
        fields = [part for field in line.translate(_TO_COMMA).split(b",") for part in field.split() or [b""]]
        if len(fields) != len(self._described.streams[0].channels) + self._indexed:
            self._counter.wrong_columns += 1
            return None
        try:
            row = [_number(field) for field in fields]
        except ValueError:
            self._counter.malformed += 1
            return None
        largest = _MOST_COUNTS * (DECIMAL_STEP if self._decimal else 1.0)
        values = row[1:] if self._indexed else row
        if not all(abs(value) <= largest for value in values) or not _is_index(row[0], self._indexed):
            self._counter.not_finite += 1
            return None
        if not self._decimal and not all(value.is_integer() for value in values):
            self._flush(found)
            self._decimal = True
            found.append(_in_decimal_steps(with_channels(self._described, self._channels)))
        return row

    def _lose(self, found: list[Device | SampleBlock]) -> None:
        """Leave a hole of one scan, unless the index of the next line tells."""
        if not self._indexed:
            self._flush(found)
            self._next_scan += 1
            self._lost_lines += 1

    def _flush(self, found: list[Device | SampleBlock]) -> None:
        if not self._rows:
            return
        steps = 1 / DECIMAL_STEP if self._decimal else 1.0
        counts = np.rint(np.array(self._rows) * steps).astype(np.int32)
        found.append(SampleBlock(self._number(), self._next_scan, counts))
        self._next_scan += len(self._rows)
        self._rows = []

    def _number(self) -> int:
        assert self._described is not None
        return self._described.streams[0].number


def _number(field: bytes) -> float:
    """Give a number; Python's underscores within numbers are none."""
    if b"_" in field:
        raise ValueError("an underscore")
    return float(field)


def _is_index(value: float, indexed: bool) -> bool:
    return not indexed or (math.isfinite(value) and value.is_integer() and 0 <= value < 2**53)


def _in_decimal_steps(device: Device) -> Device:
    """Give the device with its counts in steps of DECIMAL_STEP."""
    streams = [
        replace(
            stream,
            channels=tuple(
                replace(c, scale=c.scale * DECIMAL_STEP, offset=c.offset / DECIMAL_STEP)
                for c in stream.channels
            ),
        )
        for stream in device.streams
    ]
    return replace(device, streams=tuple(streams))
