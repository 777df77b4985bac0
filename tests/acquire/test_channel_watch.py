"""A channel is dead while too many of its scans have no value, and only then."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.acquire.channel_watch import MAX_INVALID_SHARE, ChannelWatch
from edge_agent.acquire.samples import Channel, ChannelKind, SampleBlock, Stream

RATE = 100
MOST_INVALID = round(MAX_INVALID_SHARE * RATE)


def a_watch(rate_hz: float = RATE) -> ChannelWatch:
    return ChannelWatch(
        Stream(0, rate_hz, tuple(Channel(name, ChannelKind.CURRENT, "A", 0.01) for name in ("ia", "ib")))
    )


def a_block(scans: int, ia: int = 0, ib: int = 0) -> SampleBlock:
    """Scans of which the first few have no value of a channel."""
    invalid = np.zeros((scans, 2), bool)
    invalid[:ia, 0] = True
    invalid[:ib, 1] = True
    return SampleBlock(0, 0, np.zeros((scans, 2), np.int16), invalid=invalid if ia or ib else None)


@pytest.mark.parametrize(
    ("ia", "ib", "dead"),
    [
        (0, 0, ()),
        (MOST_INVALID, MOST_INVALID, ()),
        (MOST_INVALID + 1, 0, ("ia",)),
        (0, MOST_INVALID + 1, ("ib",)),
        (RATE, RATE, ("ia", "ib")),
    ],
)
def test_a_channel_without_a_value_in_more_than_the_allowed_share_is_dead(
    ia: int, ib: int, dead: tuple[str, ...]
) -> None:
    watch = a_watch()
    watch.take(a_block(RATE, ia, ib))
    assert watch.dead == dead


def test_nothing_is_said_before_a_second_has_passed() -> None:
    watch = a_watch()
    watch.take(a_block(RATE - 1, ia=RATE - 1))
    assert watch.dead == ()
    watch.take(a_block(0))
    assert watch.dead == ()
    watch.take(a_block(1))
    assert watch.dead == ("ia",)


def test_a_channel_that_is_back_stays_dead_until_a_whole_second_was_good() -> None:
    watch = a_watch()
    watch.take(a_block(RATE, ia=RATE))
    watch.take(a_block(RATE - 1))
    assert watch.dead == ("ia",)
    watch.take(a_block(1))
    assert watch.dead == ()


def test_what_one_second_lacked_does_not_count_in_the_next() -> None:
    watch = a_watch()
    for _ in range(5):
        watch.take(a_block(RATE, ia=MOST_INVALID))
        assert watch.dead == ()


def test_a_long_block_is_judged_by_its_own_share() -> None:
    watch = a_watch()
    watch.take(a_block(10 * RATE, ia=10 * MOST_INVALID, ib=10 * MOST_INVALID + 1))
    assert watch.dead == ("ib",)


def test_a_stream_slower_than_a_scan_a_second_is_judged_by_each_scan() -> None:
    watch = a_watch(rate_hz=0.1)
    watch.take(a_block(1, ib=1))
    assert watch.dead == ("ib",)
    watch.take(a_block(1))
    assert watch.dead == ()


@given(st.lists(st.booleans(), min_size=RATE, max_size=RATE), st.integers(1, RATE))
def test_how_a_second_is_cut_into_blocks_changes_nothing(missing: list[bool], size: int) -> None:
    invalid = np.column_stack((missing, np.zeros(RATE, bool)))
    watch = a_watch()
    for at in range(0, RATE, size):
        piece = invalid[at : at + size]
        watch.take(SampleBlock(0, at, np.zeros(piece.shape, np.int16), invalid=piece))
    assert watch.dead == (("ia",) if sum(missing) > MOST_INVALID else ())
