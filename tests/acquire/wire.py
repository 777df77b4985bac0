"""Small devices and the frames that they send."""

from collections.abc import Iterator

import numpy as np

from edge_agent.acquire.drivers.block_frames import encode_data
from edge_agent.acquire.samples import Channel, ChannelKind, Device, SampleBlock, Stream

RATE_HZ = 1000.0
SCANS = 4


def a_device(
    name: str = "daq", rate_hz: float = RATE_HZ, currents: int = 2, streams: int = 1, scale: float = 0.01
) -> Device:
    """A DAQ with `currents` currents in each stream."""
    return Device(
        name,
        "17",
        "1.0",
        tuple(
            Stream(
                number,
                rate_hz,
                tuple(
                    Channel(f"i{number}{phase}", ChannelKind.CURRENT, "A", scale, phase=phase)
                    for phase in "abc"[:currents]
                ),
            )
            for number in range(streams)
        ),
    )


def a_block(number: int, stream: int = 0, currents: int = 2, seed: int = 0) -> SampleBlock:
    """The scans of the frame with this sequence number; zeros among them, as the stuffing likes best."""
    rng = np.random.default_rng((seed, stream, number))
    counts = rng.integers(-300, 300, (SCANS, currents), dtype=np.int16)
    counts[rng.random(counts.shape) < 0.3] = 0
    return SampleBlock(stream, number * SCANS, counts)


def a_frame(
    number: int, stream: int = 0, rate_hz: float = RATE_HZ, currents: int = 2, seed: int = 0
) -> bytes:
    """That block on the wire."""
    return encode_data(a_block(number, stream, currents, seed), rate_hz, number % 2**32)


def first_scans(found: list[Device | SampleBlock]) -> Iterator[int]:
    """Which blocks came out."""
    return (part.first_scan for part in found if isinstance(part, SampleBlock))


def numbers(found: list[Device | SampleBlock]) -> list[int]:
    """The sequence numbers of the blocks that came out, in order."""
    return [first // SCANS for first in first_scans(found)]
