"""What decoding costs, against the usual loop over bytes: `python tests/bench/bench_acquire.py`.

Both take turns on the same bytes; trust the ratios.
"""

import struct
import time
import zlib
from collections.abc import Callable

import numpy as np

from edge_agent.acquire.description import encode_description as describe_in_text
from edge_agent.acquire.drivers.block_frames import FrameDecoder, encode_data, encode_description
from edge_agent.acquire.drivers.csv_lines import CsvDecoder
from edge_agent.acquire.samples import Channel, ChannelKind, Device, SampleBlock, Stream

RATE_HZ = 10_000.0
FRAMES = 1_000
READ_BYTES = 4_095
ROUNDS = 5
DEVICE = Device(
    "bench",
    "",
    "",
    (Stream(0, RATE_HZ, tuple(Channel(f"i{n}", ChannelKind.CURRENT, "A", 0.01) for n in range(4))),),
)


def main() -> None:
    """Print one line a measure."""
    print(f"{'':34}{'us/frame':>9}{'% of a core at 1 MB/s':>23}{'usual/ours':>12}")
    for scans in (32, 128):
        for name, amplitude in (("currents of 4000 counts", 4000.0), ("vibration of 100 counts", 100.0)):
            counts = samples(amplitude, FRAMES * scans)
            wire = encode_description(DEVICE) + frames_of(counts, scans)
            ours_s, usual_s = fastest(wire, [lambda: FrameDecoder().push, lambda: UsualDecoder().push])
            report(f"{scans} scans, {name}", ours_s, usual_s, FRAMES, len(wire))
    counts = samples(4000.0, 20_000)
    text = b"# " + describe_in_text(DEVICE) + b"\n"
    text += b"".join(b"%d,%d,%d,%d\n" % tuple(row) for row in counts.tolist())
    (ours_s,) = fastest(text, [lambda: CsvDecoder().push])
    report("lines of text, each", ours_s, None, len(counts), len(text))


def samples(amplitude: float, scans: int) -> np.ndarray:
    """Give (scans, 4) counts of a line frequency with noise."""
    rng = np.random.default_rng(0)
    phase = 2 * np.pi * (60 / RATE_HZ * np.arange(scans)[:, None] + np.arange(4) / 3)
    return np.rint(amplitude * np.sin(phase) + rng.normal(0, 5, (scans, 4))).astype(np.int16)


def frames_of(counts: np.ndarray, scans: int) -> bytes:
    """Cut the samples into frames."""
    starts = range(0, len(counts), scans)
    blocks = (SampleBlock(0, start, counts[start : start + scans]) for start in starts)
    return b"".join(encode_data(block, RATE_HZ, sequence) for sequence, block in enumerate(blocks))


def fastest(data: bytes, makers: list[Callable[[], Callable[[bytes], object]]]) -> list[float]:
    """Give the shortest processor time of each, s."""
    best = [float("inf")] * len(makers)
    for _ in range(ROUNDS):
        for n, make in enumerate(makers):
            push, started_s = make(), time.process_time()
            for start in range(0, len(data), READ_BYTES):
                push(data[start : start + READ_BYTES])
            best[n] = min(best[n], time.process_time() - started_s)
    return best


def report(name: str, ours_s: float, usual_s: float | None, frames: int, size: int) -> None:
    """Print a line of the table."""
    ratio = f"{usual_s / ours_s:12.1f}" if usual_s else ""
    print(f"{name:34}{1e6 * ours_s / frames:9.1f}{100 * ours_s / size * 1e6:23.2f}{ratio}")


class UsualDecoder:
    """As it is mostly written: byte by byte, one struct.unpack a scan."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def push(self, data: bytes) -> list[list[tuple[int, ...]]]:
        """Take bytes; give the scans of complete frames."""
        found = []
        for byte in data:
            if byte:
                self._buffer.append(byte)
                continue
            frame = unstuffed(self._buffer)
            self._buffer.clear()
            if len(frame) < 28 or zlib.crc32(frame[:-4]) != int.from_bytes(frame[-4:], "little"):
                continue
            _, kind, _, channels, scans, *_ = struct.unpack("<BBBBHHIQI", frame[:24])
            if kind == 0:
                width = 2 * channels
                starts = range(24, 24 + scans * width, width)
                found.append([struct.unpack(f"<{channels}h", frame[at : at + width]) for at in starts])
        return found


def unstuffed(encoded: bytearray) -> bytes:
    """Undo the byte stuffing, byte by byte."""
    out, at = bytearray(), 0
    while at < len(encoded):
        run = encoded[at]
        for n in range(at + 1, min(at + run, len(encoded))):
            out.append(encoded[n])
        at += run
        if run < 255 and at < len(encoded):
            out.append(0)
    return bytes(out)


if __name__ == "__main__":
    main()
