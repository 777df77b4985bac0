"""The C core makes and reads the frames that the agent makes and reads."""

import ctypes
import json
import subprocess
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from core_library import (
    CORE,
    FLAGS,
    Header,
    Ring,
    Sender,
    decoded,
    frame_of_scans,
    frame_of_text,
    library,
    needs_gcc,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from edge_agent.acquire.drivers.block_frames import FrameDecoder, encode_data, is_frame
from edge_agent.acquire.samples import SampleBlock

pytestmark = needs_gcc

VECTORS = Path(__file__).parents[3] / "deploy" / "firmware" / "vectors"
CASES = json.loads((VECTORS / "frames.json").read_text())
ROOM = 40_000
BLOCKS = arrays(
    np.int16,
    st.tuples(st.integers(1, 300), st.integers(1, 8)),
    elements=st.sampled_from([0, 0, 1, -1, 256, 257, -32768, 32767]) | st.integers(-32768, 32767),
)


@pytest.mark.parametrize("name", CASES)
def test_the_core_makes_and_reads_every_vector(name: str) -> None:
    case = CASES[name]
    header = Header(*case["header"].values())
    if "text" in case:
        made, payload = frame_of_text(case["text"].encode()), case["text"].encode()
    else:
        counts = np.array(case["scans"], np.int16)
        made, payload = frame_of_scans(header, counts, ROOM), counts.tobytes()
    assert made.hex() == case["frame"]
    read = decoded(made[:-1])
    assert read is not None
    assert {field: getattr(read[0], field) for field in case["header"]} == case["header"]
    assert read[1] == payload


@settings(max_examples=100)
@given(
    BLOCKS,
    st.integers(0, 255),
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**63),
    st.integers(100_000, 10**9),
    st.integers(0, 3),
)
def test_the_core_encodes_as_the_agent_does(
    counts: NDArray[np.int16], stream: int, sequence: int, first_scan: int, rate_mhz: int, flags: int
) -> None:
    scans, channels = counts.shape
    header = Header(0, stream, channels, scans, flags, sequence, first_scan, rate_mhz)
    block = SampleBlock(stream, first_scan, counts, clipped=bool(flags & 1), overrun=bool(flags & 2))
    expected = encode_data(block, rate_mhz / 1000, sequence)
    assert frame_of_scans(header, counts, ROOM) == expected
    read = decoded(expected[:-1])
    assert read is not None
    assert read[1] == counts.tobytes()


@settings(max_examples=200)
@given(st.binary(max_size=600))
def test_the_core_takes_the_same_bytes_for_a_frame_as_the_agent(encoded: bytes) -> None:
    assert (decoded(encoded) is not None) <= is_frame(encoded)


@given(BLOCKS, st.integers(0, 2**31))
def test_a_flipped_bit_is_refused(counts: NDArray[np.int16], place: int) -> None:
    scans, channels = counts.shape
    made = bytearray(frame_of_scans(Header(0, 0, channels, scans), counts, ROOM)[:-1])
    made[place % len(made)] ^= 1 << place // len(made) % 8
    assert decoded(bytes(made)) is None


def test_only_the_first_channels_of_each_scan_are_sent() -> None:
    counts = np.arange(40, dtype=np.int16).reshape(10, 4)
    read = decoded(frame_of_scans(Header(0, 0, 3, 10), counts, ROOM)[:-1])
    assert read is not None
    assert read[1] == np.ascontiguousarray(counts[:, :3]).tobytes()


@pytest.mark.parametrize("room", [0, 1, 25, 60, 66])
def test_a_frame_that_does_not_fit_is_not_made(room: int) -> None:
    counts = np.ones((5, 4), np.int16)
    assert len(frame_of_scans(Header(0, 0, 4, 5), counts, ROOM)) == 70
    assert frame_of_scans(Header(0, 0, 4, 5), counts, room) == b""


def test_a_full_ring_loses_whole_blocks_and_the_next_frame_says_so() -> None:
    """The receiver stops for a while: the agent counts exactly the blocks that were lost."""
    core, decoder = library(), FrameDecoder()
    held, scratch = ctypes.create_string_buffer(512), ctypes.create_string_buffer(400)
    ring = Ring(ctypes.addressof(held), 512)
    sender = Sender(
        ctypes.pointer(ring), ctypes.addressof(scratch), 400, 10_000_000, 10, 3, 4, 0, 4095
    )  # fmt: skip
    text = CASES["description"]["text"].encode()
    assert core.sender_describe(ctypes.byref(sender), text, ctypes.c_size_t(len(text)))
    blocks: list[SampleBlock] = []
    for number in range(60):
        counts = np.full((10, 4), 1000 + number, np.int16)
        if number == 50:
            counts[3, 1] = 4095
        counts[:, 3] = 0  # at the end of the range, but not sent
        core.sender_send(ctypes.byref(sender), ctypes.c_void_p(counts.ctypes.data))
        if not 20 <= number < 40:
            blocks += [part for part in decoder.push(drained(ring)) if isinstance(part, SampleBlock)]
    assert decoder.counts.lost_frames == sender.lost > 0
    assert len(blocks) == 60 - sender.lost
    firsts = [block.first_scan for block in blocks]
    behind_gaps = [b for a, b in pairwise(firsts) if b != a + 10]
    assert [block.first_scan for block in blocks if block.overrun] == behind_gaps
    assert [block.first_scan for block in blocks if block.clipped] == [500]
    assert all((block.counts == 1000 + block.first_scan // 10).sum() >= 29 for block in blocks)


def drained(ring: Ring) -> bytes:
    """Return all that waits in a ring."""
    taken = bytearray()
    first = ctypes.c_void_p()
    while size := library().ring_piece(ctypes.byref(ring), ctypes.byref(first)):
        assert first.value is not None
        taken += ctypes.string_at(first.value, size)
        library().ring_drop(ctypes.byref(ring), ctypes.c_size_t(size))
    return bytes(taken)


def test_a_million_random_bytes_do_no_harm(tmp_path: Path) -> None:
    """Under the address and undefined-behaviour sanitizers; it ends at the first error."""
    program = tmp_path / "fuzz"
    sanitizers = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-g"]
    hosted = [flag for flag in FLAGS if flag not in ("-ffreestanding", "-Wconversion")]
    sources = [str(Path(__file__).with_name("fuzz_core.c")), *sorted(map(str, CORE.glob("*.c")))]
    subprocess.run(
        ["gcc", *hosted, *sanitizers, f"-I{CORE}", "-o", str(program), *sources], check=True, timeout=180
    )
    run = subprocess.run([str(program), "1000000", "7"], capture_output=True, text=True, timeout=180)
    assert run.returncode == 0, run.stderr
    assert int(run.stdout.split()[0]) >= 1_000_000
