"""What the virtual DAQ sends unasked: block frames or text lines."""

from typing import Protocol

import numpy as np

from calibration.virtual_daq.errors import DaqError
from edge_agent.acquire.description import encode_description as description_json
from edge_agent.acquire.drivers.block_frames import encode_data, encode_description
from edge_agent.acquire.samples import Device, SampleBlock, Stream

_WIDEST_COUNT = -(2**15)
"""The count of 16 bits with the longest text, a minus and five digits."""
_LATE_SCAN = 10**10
"""Judgement: the scan index after eleven days at 10 kHz; its text then grows no more for months."""
_WITHOUT_ZERO_BYTES = 0x0101
"""A count of 16 bits that has no zero byte: COBS makes frames without any longest."""


class Encoder(Protocol):
    """Encodes the samples of one device."""

    @property
    def sending(self) -> bool:
        """True unless the listener has yet to ask for samples."""
        return True

    def hear(self, data: bytes) -> bytes:
        """Take what the listener writes; return the answer. Most devices do not listen."""
        return b""

    def description(self) -> bytes:
        """Return the description of the device."""

    def data(self, block: SampleBlock) -> bytes:
        """Return a batch of scans as bytes; each call takes the next sequence number."""

    def bytes_per_s(self, scans_per_batch: int) -> float:
        """Return how many bytes a second of samples takes at most."""


class BlockFrames(Encoder):
    """Block frames, numbered per stream."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._rates_hz = {stream.number: stream.rate_hz for stream in device.streams}
        self._sequences = dict.fromkeys(self._rates_hz, 0)

    def description(self) -> bytes:
        """Return the frame that describes the device."""
        return encode_description(self._device)

    def data(self, block: SampleBlock) -> bytes:
        """Return the next frame of the block's stream."""
        sequence = self._sequences[block.stream]
        self._sequences[block.stream] = (sequence + 1) % 2**32
        return encode_data(block, self._rates_hz[block.stream], sequence)

    def bytes_per_s(self, scans_per_batch: int) -> float:
        """Return the size of frames without zero bytes, which COBS makes longest, and a description."""
        data = 0.0
        for stream in self._device.streams:
            block = _block_of(stream, scans_per_batch, 0, _WITHOUT_ZERO_BYTES)
            frame = encode_data(block, stream.rate_hz, 0)
            data += len(frame) * stream.rate_hz / scans_per_batch
        return data + len(self.description())


class CsvLines(Encoder):
    """Lines of scan index and counts; a line of `#` and JSON describes the device."""

    def __init__(self, device: Device) -> None:
        if len(device.streams) != 1:
            raise DaqError(f"lines hold one stream, but the device has {len(device.streams)}")
        self._device = device

    def description(self) -> bytes:
        """Return the line that describes the device."""
        return b"# " + description_json(self._device, index=True) + b"\n"

    def data(self, block: SampleBlock) -> bytes:
        """Return one line for each scan."""
        rows = enumerate(block.counts.tolist(), block.first_scan)
        return "".join(f"{scan},{','.join(map(str, row))}\n" for scan, row in rows).encode()

    def bytes_per_s(self, scans_per_batch: int) -> float:
        """Return the size of lines of the longest numbers, and a description."""
        stream = self._device.streams[0]
        line = self.data(_block_of(stream, 1, _LATE_SCAN, _WIDEST_COUNT))
        return len(line) * stream.rate_hz + len(self.description())


def _block_of(stream: Stream, scans: int, first_scan: int, count: int) -> SampleBlock:
    counts = np.full((scans, len(stream.channels)), count, np.int16)
    return SampleBlock(stream.number, first_scan, counts)
