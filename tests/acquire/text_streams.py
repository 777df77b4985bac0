"""Lines of text as DAQs write them, and what a decoder makes of them."""

import numpy as np

from edge_agent.acquire.drivers.csv_lines import CsvDecoder
from edge_agent.acquire.samples import Channel, ChannelKind, Device, SampleBlock

RATE_HZ = 2000.0


def phases(scale: float = 1.0, offset: float = 0.0) -> tuple[Channel, ...]:
    """Three currents that the YAML names."""
    return tuple(Channel(f"i{p}", ChannelKind.CURRENT, "A", scale, offset, phase=p) for p in "abc")


def with_vibration(scale: float = 1.0, offset: float = 0.0) -> tuple[Channel, ...]:
    """The same and an accelerometer."""
    return (*phases(), Channel("vib_radial", ChannelKind.VIBRATION, "m/s2", scale, offset))


def a_decoder(
    channels: tuple[Channel, ...] | None = None, columns: tuple[str, ...] = (), first: bytes = b"cut off\n"
) -> CsvDecoder:
    """A decoder that has seen the rest of a line, as it does when a port is opened."""
    decoder = CsvDecoder(phases() if channels is None else channels, RATE_HZ, columns)
    decoder.push(first)
    return decoder


def values(
    found: list[Device | SampleBlock], channels: tuple[Channel, ...] | None = None
) -> list[list[float]]:
    """The scans in units, NaN where a channel gave no value; `channels` are those before the first device."""
    rows: list[list[float]] = []
    for part in found:
        if isinstance(part, Device):
            (stream,) = part.streams
            channels = stream.channels
            continue
        assert channels is not None
        scale = np.array([c.scale for c in channels])
        offset = np.array([c.offset for c in channels])
        units = (part.counts - offset) * scale
        if part.invalid is not None:
            units = np.where(part.invalid, np.nan, units)
        rows += units.tolist()
    return rows


def devices(found: list[Device | SampleBlock]) -> list[Device]:
    """The devices among what was found: each but the first begins everything anew."""
    return [part for part in found if isinstance(part, Device)]


def first_scans(found: list[Device | SampleBlock]) -> list[int]:
    """The indices of all scans."""
    return [b.first_scan + n for b in found if isinstance(b, SampleBlock) for n in range(len(b.counts))]
