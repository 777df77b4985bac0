"""The page on the wire format and its vectors say what the agent does."""

import json
import re
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest

from edge_agent.acquire import description
from edge_agent.acquire.bounds import MAX_VALUES_PER_S, MIN_SCANS_PER_LINE_CYCLE
from edge_agent.acquire.drivers import cobs
from edge_agent.acquire.drivers.block_frames import (
    MAX_FRAME_BYTES,
    FrameDecoder,
    encode_data,
    encode_description,
)
from edge_agent.acquire.drivers.csv_lines import CsvDecoder
from edge_agent.acquire.samples import Channel, ChannelKind, Device, SampleBlock, Stream

FIRMWARE = Path(__file__).parents[3] / "deploy" / "firmware"
VECTORS = FIRMWARE / "vectors"
PAGE = (FIRMWARE / "WIRE_FORMAT.md").read_text()
CASES = json.loads((VECTORS / "frames.json").read_text())
DATA_CASES = [name for name, case in CASES.items() if "scans" in case]


def test_the_script_writes_the_vectors_that_are_there(tmp_path: Path) -> None:
    copy = tmp_path / "make_vectors.py"
    copy.write_text((VECTORS / "make_vectors.py").read_text())
    subprocess.run([sys.executable, str(copy)], check=True, timeout=60)
    for name in ("frames.json", "stream.bin", "lines.csv"):
        assert (tmp_path / name).read_bytes() == (VECTORS / name).read_bytes(), name


@pytest.mark.parametrize("name", DATA_CASES)
def test_the_agent_encodes_every_case_to_the_same_bytes(name: str) -> None:
    header, scans = CASES[name]["header"], CASES[name]["scans"]
    block = SampleBlock(
        header["stream"],
        header["first_scan"],
        np.array(scans, np.int16),
        clipped=bool(header["flags"] & 1),
        overrun=bool(header["flags"] & 2),
    )
    assert encode_data(block, header["rate_mhz"] / 1000, header["sequence"]).hex() == CASES[name]["frame"]


@pytest.mark.parametrize("name", DATA_CASES)
def test_the_agent_reads_every_case(name: str) -> None:
    header, scans = CASES[name]["header"], CASES[name]["scans"]
    decoder = FrameDecoder()
    decoder.push(described(header["stream"], header["channels"]))
    (block,) = decoder.push(bytes.fromhex(CASES[name]["frame"]))
    assert isinstance(block, SampleBlock)
    assert block.counts.tolist() == scans
    assert (block.stream, block.first_scan) == (header["stream"], header["first_scan"])
    assert block.clipped | block.overrun << 1 == header["flags"]


def test_the_stream_is_taken_at_first_try_and_its_loss_is_counted() -> None:
    decoder = FrameDecoder()
    device, *blocks = decoder.push((VECTORS / "stream.bin").read_bytes())
    assert isinstance(device, Device)
    assert [channel.phase for channel in device.streams[0].channels] == ["a", "b", "c"]
    assert [b.first_scan for b in blocks if isinstance(b, SampleBlock)] == [0, 100, 200, 300, 400, 600, 700]
    counts = decoder.counts
    assert (counts.frames, counts.lost_frames, counts.rejected, counts.crc_errors) == (8, 1, 0, 0)
    assert counts.bytes_discarded == 0


def test_the_lines_are_taken_at_first_try_and_their_loss_is_counted() -> None:
    decoder = CsvDecoder()
    device, *blocks = decoder.push((VECTORS / "lines.csv").read_bytes())
    assert isinstance(device, Device)
    sizes = [(b.first_scan, len(b.counts)) for b in blocks if isinstance(b, SampleBlock)]
    assert sizes == [(0, 30), (31, 19)]
    assert (decoder.counts.lost_frames, decoder.counts.rejected) == (1, 0)


def test_the_page_shows_the_first_frame_of_the_vectors() -> None:
    (shown,) = re.findall(r"^```\n((?:[0-9a-f]{2}[ \n])+)```$", PAGE, re.MULTILINE)
    assert "".join(shown.split()) == CASES["first frame"]["frame"]
    (said,) = re.findall(r"four scans ([\d ,\nand]+) of three", PAGE)
    scans = [int(number) for number in re.findall(r"\d+", said)]
    assert scans == [count for scan in CASES["first frame"]["scans"] for count in scan]


def test_the_page_shows_the_description_of_the_vectors() -> None:
    (shown,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert json.loads(shown) == json.loads(CASES["description"]["text"])


@pytest.mark.parametrize(
    ("heading", "part"),
    [
        ("key", description._Description),
        ("key of a stream", description._Stream),
        ("key of a channel", description._Channel),
    ],
)
def test_the_page_lists_every_key_of_a_description(heading: str, part: type[description._Part]) -> None:
    (table,) = re.findall(rf"^\| {heading} \|.*\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    rows = dict(re.findall(r"^\| `(\w+)` \| (yes|no) \|", table, re.MULTILINE))
    assert rows == {name: "yes" if field.is_required() else "no" for name, field in part.model_fields.items()}


@pytest.mark.parametrize(
    ("plain", "stuffed"), re.findall(r"^\| `([0-9a-f ]+)` \| `([0-9a-f ]+)` \|$", PAGE, re.MULTILINE)
)
def test_the_page_stuffs_as_the_agent_does(plain: str, stuffed: str) -> None:
    assert cobs.encode(bytes.fromhex(plain)) + b"\0" == bytes.fromhex(stuffed)


def test_the_page_gives_the_checksum_of_nine_characters() -> None:
    assert f"`123456789` is 0x{zlib.crc32(b'123456789'):08X}" in PAGE


def test_a_last_part_of_254_bytes_may_end_with_an_empty_piece_or_without() -> None:
    plain = bytes([0xAA]) * 254
    assert cobs.decode(b"\xff" + plain) == cobs.decode(b"\xff" + plain + b"\x01") == plain


@pytest.mark.parametrize(
    "bound", ["16,384 bytes", "262,144\nbytes", "4,000,000 values per second", "2.5 per cycle"]
)
def test_the_page_states_the_bounds_of_the_agent(bound: str) -> None:
    assert bound in PAGE
    number = float(bound.split()[0].replace(",", ""))
    assert number in {
        description.MAX_DESCRIPTION_BYTES,
        MAX_FRAME_BYTES,
        MAX_VALUES_PER_S,
        MIN_SCANS_PER_LINE_CYCLE,
    }


def described(stream: int, channels: int) -> bytes:
    """Return the description frame of a device of one stream at 10 kHz."""
    made = tuple(Channel(f"i{n}", ChannelKind.CURRENT, "A", 0.004) for n in range(channels))
    return encode_description(Device("vectors", "", "", (Stream(stream, 10_000.0, made),)))
