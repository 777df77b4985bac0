"""Pieces are the same however the bytes come, and what is too long is not kept."""

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.acquire.drivers.splitting import Splitter

LONGEST = 4


def a_splitter() -> Splitter:
    return Splitter(b"\n", LONGEST)


@pytest.mark.parametrize(
    ("pushes", "pieces"),
    [
        ([b"ab\ncd\n"], [[b"ab", b"cd"]]),
        ([b"ab", b"c\n"], [[], [b"abc"]]),
        ([b"ab", b"\n", b"cd\n"], [[], [b"ab"], [b"cd"]]),
        ([b"\n\n\n"], [[]]),
        ([b"", b"a", b"", b"\n"], [[], [], [], [b"a"]]),
    ],
)
def test_a_piece_is_given_when_its_end_comes(pushes: list[bytes], pieces: list[list[bytes]]) -> None:
    splitter = a_splitter()
    assert [splitter.push(data) for data in pushes] == pieces
    assert (splitter.overlong, splitter.discarded_bytes) == (0, 0)


@pytest.mark.parametrize("pushes", [[b"abcd\n"], [b"abc", b"d\n"], [b"abcd", b"\n"]])
def test_the_longest_piece_that_may_be_is_given(pushes: list[bytes]) -> None:
    splitter = a_splitter()
    assert [piece for data in pushes for piece in splitter.push(data)] == [b"abcd"]
    assert splitter.overlong == 0


@pytest.mark.parametrize(
    "pushes",
    [
        [b"abcde\nok\n"],
        [b"abcde", b"\nok\n"],
        [b"abc", b"de\nok\n"],
        [b"\nabcde\nok\n"],
        [b"a", b"bcd", b"e\nok\n"],
    ],
)
def test_a_piece_one_byte_too_long_is_counted_once_and_the_next_one_is_whole(pushes: list[bytes]) -> None:
    splitter = a_splitter()
    assert [piece for data in pushes for piece in splitter.push(data)] == [b"ok"]
    assert (splitter.overlong, splitter.discarded_bytes) == (1, 5)


def test_the_end_of_a_piece_that_was_too_long_is_not_taken_for_a_piece() -> None:
    splitter = a_splitter()
    pieces = [piece for data in (b"abcdefgh", b"ij", b"k\nlm\n") for piece in splitter.push(data)]
    assert pieces == [b"lm"]
    assert (splitter.overlong, splitter.discarded_bytes) == (1, 11)


def test_a_piece_that_is_cut_off_is_forgotten_and_its_bytes_are_counted() -> None:
    splitter = a_splitter()
    splitter.push(b"ok\nabc")
    splitter.cut()
    assert (splitter.overlong, splitter.discarded_bytes) == (0, 3)
    assert splitter.push(b"de\n") == [b"de"]
    assert splitter.discarded_bytes == 3


def test_after_a_cut_in_a_piece_that_is_too_long_the_next_one_is_taken() -> None:
    splitter = a_splitter()
    splitter.push(b"abcdefg")
    splitter.cut()
    assert splitter.push(b"ok\n") == [b"ok"]
    assert (splitter.overlong, splitter.discarded_bytes) == (0, 7)


def test_a_cut_between_pieces_costs_nothing() -> None:
    splitter = a_splitter()
    splitter.push(b"ab\n")
    splitter.cut()
    splitter.cut()
    assert (splitter.overlong, splitter.discarded_bytes) == (0, 0)


def test_bytes_that_never_end_take_no_memory() -> None:
    splitter, block, times = Splitter(b"\0", 1000), b"x" * 100_000, 100
    tracemalloc.start()
    try:
        for _ in range(times):
            assert splitter.push(block) == []
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 10 * len(block)
    splitter.cut()
    assert splitter.discarded_bytes == times * len(block)


@given(st.lists(st.text("ab\n", max_size=9).map(str.encode), max_size=12))
def test_the_cuts_between_pushes_change_nothing(pushes: list[bytes]) -> None:
    splitter = a_splitter()
    pieces = [piece for data in pushes for piece in splitter.push(data)]
    *complete, rest = b"".join(pushes).split(b"\n")
    too_long = [piece for piece in complete if len(piece) > LONGEST]
    assert pieces == [piece for piece in complete if 0 < len(piece) <= LONGEST]
    assert splitter.overlong == len(too_long)
    assert splitter.discarded_bytes == sum(map(len, too_long))
    splitter.cut()
    assert splitter.discarded_bytes == sum(map(len, too_long)) + len(rest)
