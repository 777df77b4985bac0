"""What the virtual DAQ says on the wire: block frames or text lines."""

from typing import Protocol

import numpy as np

from calibration.virtual_daq.errors import DaqError
from edge_agent.acquire.description import encode_description as description_json
from edge_agent.acquire.frames import encode_data, encode_description
from edge_agent.acquire.samples import Device, SampleBlock, Stream

_WIDEST = -(2**15)
_LATE_SCAN = 10**10
_WITHOUT_ZERO_BYTES = 0x0101


class Encoder(Protocol):
    """Makes bytes of samples for one device."""

    def description(self) -> bytes:
        """Say what the device is."""

    def data(self, block: SampleBlock) -> bytes:
        """Give a batch of scans, ready to be sent; each call is the next in the sequence."""

    def bytes_per_s(self, scans_per_batch: int) -> float:
        """Most bytes that a second of samples takes."""


class BlockFrames:
    """Block frames, numbered per stream."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._rates_hz = {stream.number: stream.rate_hz for stream in device.streams}
        self._sequences = dict.fromkeys(self._rates_hz, 0)

    def description(self) -> bytes:
        """Give the frame that describes the device."""
        return encode_description(self._device)

    def data(self, block: SampleBlock) -> bytes:
        """Give the next frame of the block's stream."""
        sequence = self._sequences[block.stream]
        self._sequences[block.stream] = (sequence + 1) % 2**32
        return encode_data(block, self._rates_hz[block.stream], sequence)

    def bytes_per_s(self, scans_per_batch: int) -> float:
        """Count frames without zero bytes, which COBS makes longest."""
        data = 0.0
        for stream in self._device.streams:
            block = _block_of(stream, scans_per_batch, 0, _WITHOUT_ZERO_BYTES)
            frame = encode_data(block, stream.rate_hz, 0)
            data += len(frame) * stream.rate_hz / scans_per_batch
        return data + len(self.description())


class CsvLines:
    """Lines of counts behind the index of their scan; `#` and JSON describe the device."""

    def __init__(self, device: Device) -> None:
        if len(device.streams) != 1:
            raise DaqError(f"lines hold one stream, but the device has {len(device.streams)}")
        self._device = device

    def description(self) -> bytes:
        """Give the line that describes the device."""
        return b"# " + description_json(self._device, index=True) + b"\n"

    def data(self, block: SampleBlock) -> bytes:
        """Give one line for each scan."""
        rows = enumerate(block.counts.tolist(), block.first_scan)
        return "".join(f"{scan},{','.join(map(str, row))}\n" for scan, row in rows).encode()

    def bytes_per_s(self, scans_per_batch: int) -> float:
        """Count lines of the widest numbers."""
        stream = self._device.streams[0]
        line = self.data(_block_of(stream, 1, _LATE_SCAN, _WIDEST))
        return len(line) * stream.rate_hz + len(self.description())


def _block_of(stream: Stream, scans: int, first_scan: int, count: int) -> SampleBlock:
    counts = np.full((scans, len(stream.channels)), count, np.int16)
    return SampleBlock(stream.number, first_scan, counts)
