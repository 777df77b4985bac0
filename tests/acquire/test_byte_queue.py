"""Bytes wait in bounded memory, and what happened to the port is told at its place among them."""

import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.acquire import byte_queue
from edge_agent.acquire.byte_queue import ByteQueue, Item, PortLost, PortOpened, joined

OPENED = PortOpened("/dev/ttyACM0")
LOST = PortLost("/dev/ttyACM0", "it is unplugged")
A_LOT = 2**30


def items(queue: ByteQueue, most_bytes: int = A_LOT) -> list[Item]:
    return [item for _, item in queue.take(0.0, most_bytes)]


def a_queue(*put: Item, most_bytes: int = A_LOT) -> ByteQueue:
    queue = ByteQueue(most_bytes)
    for item in put:
        queue.put(item)
    return queue


def test_what_is_put_is_taken_once_and_in_order() -> None:
    queue = a_queue(OPENED, b"ab", LOST, b"c")
    assert len(queue) == 4
    assert items(queue) == [OPENED, b"ab", LOST, b"c"]
    assert len(queue) == 0
    assert items(queue) == []


def test_a_queue_that_is_exactly_full_drops_nothing() -> None:
    queue = a_queue(b"abc", b"de", most_bytes=5)
    assert queue.dropped_bytes == 0
    assert items(queue) == [b"abc", b"de"]


def test_a_queue_that_is_full_drops_the_oldest_whole() -> None:
    queue = a_queue(b"abc", b"de", b"f", most_bytes=5)
    assert queue.dropped_bytes == 3
    assert items(queue) == [b"de", b"f"]


def test_a_block_larger_than_the_queue_is_dropped_with_all_before_it() -> None:
    queue = a_queue(b"ab", OPENED, b"abcdef", most_bytes=5)
    assert queue.dropped_bytes == 8
    assert items(queue) == [OPENED]


def test_what_happened_to_the_port_outlives_the_bytes_around_it_in_order() -> None:
    queue = a_queue(b"abc", LOST, b"d", OPENED, b"efgh", most_bytes=4)
    assert queue.dropped_bytes == 4
    assert items(queue) == [LOST, OPENED, b"efgh"]


def test_room_that_was_taken_can_be_used_again() -> None:
    queue = a_queue(b"abcd", most_bytes=4)
    assert items(queue) == [b"abcd"]
    queue.put(b"efgh")
    assert queue.dropped_bytes == 0
    assert items(queue) == [b"efgh"]


@pytest.mark.parametrize(
    ("most_bytes", "taken"),
    [(1, [b"abc"]), (3, [b"abc"]), (4, [b"abc", OPENED, b"de"]), (5, [b"abc", OPENED, b"de"])],
)
def test_no_more_is_taken_once_the_asked_number_of_bytes_is_reached(
    most_bytes: int, taken: list[Item]
) -> None:
    queue = a_queue(b"abc", OPENED, b"de", b"f")
    assert items(queue, most_bytes) == taken
    assert len(queue) == 4 - len(taken)


def test_items_bear_the_time_when_they_were_put_also_after_older_ones_were_dropped() -> None:
    queue = ByteQueue(3)
    before_s = time.monotonic()
    queue.put(OPENED)
    queue.put(b"ab")
    between_s = time.monotonic()
    queue.put(b"cd")
    after_s = time.monotonic()
    (opened_s, opened), (block_s, block) = queue.take(0.0, A_LOT)
    assert (opened, block) == (OPENED, b"cd")
    assert before_s <= opened_s <= between_s <= block_s <= after_s


def test_a_thread_that_waits_gets_what_another_one_puts() -> None:
    queue, taken = ByteQueue(), []
    taker = threading.Thread(target=lambda: taken.extend(queue.take(30.0, A_LOT)), daemon=True)
    taker.start()
    queue.put(b"abc")
    taker.join(30.0)
    assert [item for _, item in taken] == [b"abc"]


@given(
    st.lists(st.binary(max_size=6) | st.sampled_from([OPENED, LOST]) | st.integers(1, 8), max_size=40),
    st.integers(1, 15),
)
def test_every_byte_is_taken_or_counted_and_every_event_is_taken(
    steps: list[Item | int], most_bytes: int
) -> None:
    queue, put, taken = ByteQueue(most_bytes), [], []
    for step in steps:
        if isinstance(step, int):
            taken += items(queue, step)
        else:
            put.append(step)
            queue.put(step)
    rest = items(queue)
    assert sum(len(item) for item in rest if isinstance(item, bytes)) <= most_bytes
    taken += rest
    assert [i for i in taken if not isinstance(i, bytes)] == [i for i in put if not isinstance(i, bytes)]
    came = sum(len(item) for item in put if isinstance(item, bytes))
    assert came == queue.dropped_bytes + sum(len(item) for item in taken if isinstance(item, bytes))


@pytest.mark.parametrize("last", [bytes(65_536), LOST])
def test_a_few_bytes_wait_until_many_came_or_something_happened(
    last: Item, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(byte_queue, "_GATHERING_S", 60.0)
    queue = ByteQueue()

    def put() -> None:
        queue.put(b"first")
        queue.put(b"second")
        queue.put(last)

    threading.Thread(target=put, daemon=True).start()
    assert [item for _, item in queue.take(60.0, 2**20)] == [b"first", b"second", last]
    assert queue.take(0.0, 2**20) == []


def test_bytes_that_came_soon_after_each_other_are_joined_and_came_with_the_last_of_them() -> None:
    came = [(1.0, b"ab"), (1.1, b"c"), (1.15, LOST), (1.16, b"d"), (1.3, b"e"), (1.7, b"f")]
    assert joined(came) == [(1.1, b"abc"), (1.15, LOST), (1.3, b"de"), (1.7, b"f")]
