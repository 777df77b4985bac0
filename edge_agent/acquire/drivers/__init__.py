"""How bytes become samples, one driver for each wire format. Its parts, in reading order:

decoder        what a driver is: a decoder of bytes, and what it can say of bytes that it cannot use
block_frames   block frames: the wire format of a DAQ that sends samples in blocks (architecture: wire format)
cobs           consistent overhead byte stuffing: any bytes without a zero byte, so that zero can delimit
splitting      cuts a stream of bytes at its delimiters, in bounded memory
sequence       what the sequence numbers of a stream's frames show: lost, repeated, reordered, restarted
csv_lines      lines of text: one scan a line, its numbers separated by comma, semicolon, tab or spaces
text_line      what one line of text means: the channel of each column, and the number in it
line_styles    how numbers and names are written in a line of text: separators, decimal commas, quotes
refused_lines  lines that are not scans: counted by what is wrong, and reported with what to do
fixed_frame    frames of a fixed length that the YAML describes, with counter and sync
frame_shape    where things are in such a frame, its checksums, and how long unknown ones are
due_daq        the preset of an Arduino Due with DaqOpen: what it is told, and what it then sends
dataq          DAQs of DATAQ Instruments: commands, scans without frames, the digital word that ends each
scan_index     the index of the next scan, where the DAQ does not number its scans
steps          how numbers become counts: whole ones as they are, decimal ones in fine steps
"""

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edge_agent.acquire.drivers.decoder import Decoder


@dataclass(frozen=True, slots=True)
class Driver:
    """A wire format; its module is imported only when it is needed."""

    decoder: str
    """`module:class` of its `decoder.Decoder`."""
    help: str
    """What it reads, as the README and the schema say it."""


DRIVERS = {
    "block_frames": Driver(
        "edge_agent.acquire.drivers.block_frames:FrameDecoder",
        "binary frames of a DAQ that describes itself",
    ),
    "csv_lines": Driver(
        "edge_agent.acquire.drivers.csv_lines:CsvDecoder",
        "lines of comma-separated numbers",
    ),
    "fixed_frame": Driver(
        "edge_agent.acquire.drivers.fixed_frame:FixedFrameDecoder",
        "frames of a fixed length with a counter",
    ),
    "dataq": Driver(
        "edge_agent.acquire.drivers.dataq:DataqDecoder",
        "scans of a DATAQ DI-1110, DI-2108 or DI-4108",
    ),
}
"""By name, as `acquisition.driver` of the YAML has it."""


def decoder_of(driver: str) -> "type[Decoder]":
    """Return the decoder of a driver of this name."""
    module, _, name = DRIVERS[driver].decoder.partition(":")
    found: type[Decoder] = getattr(import_module(module), name)
    return found
