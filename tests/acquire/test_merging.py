"""Blocks that go on from each other become one; nothing else changes."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.acquire.merging import merged
from edge_agent.acquire.samples import Device, SampleBlock

DEVICE = Device("daq", "1", "1.0", ())


def a_block(first_scan: int, scans: int = 4, stream: int = 0) -> SampleBlock:
    counts = np.arange(first_scan, first_scan + scans, dtype=np.int16)
    return SampleBlock(stream, first_scan, np.column_stack([counts, -counts]))


def test_blocks_that_go_on_become_one():
    (block,) = merged([a_block(8), a_block(12), a_block(16, 1)])
    np.testing.assert_array_equal(block.counts, a_block(8, 9).counts)
    assert (block.stream, block.first_scan, block.clipped, block.overrun) == (0, 8, False, False)


@pytest.mark.parametrize(
    "after",
    [
        a_block(5),
        a_block(3),
        a_block(4, stream=1),
        replace(a_block(4), clipped=True),
        replace(a_block(4), overrun=True),
        replace(a_block(4), invalid=np.zeros((4, 2), bool)),
        replace(a_block(4), counts=a_block(4).counts.astype(np.int32)),
    ],
)
def test_a_block_that_does_not_go_on_or_says_something_else_stays_apart(after: SampleBlock):
    first = a_block(0)
    found = merged([first, after])
    assert found[0] is first
    assert found[1] is after


def test_an_overrun_before_the_first_is_kept_and_clipping_of_both_too():
    first, second = (replace(a_block(first_scan), clipped=True) for first_scan in (0, 4))
    (block,) = merged([replace(first, overrun=True), second])
    assert (block.clipped, block.overrun, len(block.counts)) == (True, True, 8)


@given(st.lists(st.sampled_from(["device", "next", "gap"]), max_size=20))
def test_devices_and_scans_stay_in_order(steps):
    parts, first_scan = [], 0
    for step in steps:
        first_scan += 4 if step == "next" else 8
        parts.append(DEVICE if step == "device" else a_block(first_scan))

    def flat(found):
        for part in found:
            yield from part.counts[:, 0].tolist() if isinstance(part, SampleBlock) else [part]

    assert list(flat(merged(parts))) == list(flat(parts))
