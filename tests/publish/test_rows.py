"""A row is believed where it can have been an event, and only there."""

import math
import struct
import zlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.publish.store.rows import MAX_ID, Event, believed, checksum

EVENT = Event(7, "edge-agent/a/m/event", b'{"id": 7, "severity": "alarm"}', 1.7e9)


def a_row(event: Event = EVENT) -> tuple[object, ...]:
    return event.id, event.topic.encode(), event.payload, event.unix_s


TOPICS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="+#\x00"), min_size=1, max_size=40
)
EVENTS = st.builds(
    Event,
    st.integers(1, MAX_ID),
    TOPICS,
    st.binary(max_size=60),
    st.floats(allow_nan=False, allow_infinity=False),
)


@given(EVENTS)
def test_every_event_that_can_be_written_is_read_again(event: Event) -> None:
    assert believed(a_row(event), checksum(event)) == event


@given(EVENTS, st.integers(0, 2**32 - 1))
def test_a_row_with_another_checksum_is_never_believed(event: Event, crc32: int) -> None:
    if crc32 != checksum(event):
        assert believed(a_row(event), crc32) is None


def test_the_checksum_is_the_crc_32_of_number_time_topic_and_payload_in_this_order() -> None:
    """Rows of older versions hold it, so it must not change."""
    parts = struct.pack("<q", 7) + struct.pack("<d", 1.7e9) + EVENT.topic.encode() + EVENT.payload
    assert checksum(EVENT) == zlib.crc32(parts)


@pytest.mark.parametrize(
    "changed",
    [
        replace(EVENT, id=8),
        replace(EVENT, topic="edge-agent/b/m/event"),
        replace(EVENT, payload=b'{"id": 7, "severity": "alarl"}'),
        replace(EVENT, unix_s=1.7e9 + 1),
    ],
)
def test_a_change_of_any_column_changes_the_checksum(changed: Event) -> None:
    assert checksum(changed) != checksum(EVENT)
    assert believed(a_row(changed), checksum(EVENT)) is None


@pytest.mark.parametrize(
    ("number", "is_believed"), [(-1, False), (0, False), (1, True), (MAX_ID, True), (MAX_ID + 1, False)]
)
def test_a_number_is_one_that_json_carries_exactly(number: int, is_believed: bool) -> None:
    event = replace(EVENT, id=number)
    assert (believed(a_row(event), checksum(event)) is not None) == is_believed


def test_the_largest_number_is_the_largest_whose_successor_a_float_still_tells_from_it() -> None:
    assert float(MAX_ID) != float(MAX_ID + 1)
    assert float(MAX_ID + 1) == float(MAX_ID + 2)


@pytest.mark.parametrize("size", [1, 65_535, 65_536])
def test_a_topic_is_as_long_as_two_bytes_of_length_allow(size: int) -> None:
    event = replace(EVENT, topic="x" * size)
    assert (believed(a_row(event), checksum(event)) is not None) == (size < 2**16)


def test_the_length_of_a_topic_counts_in_bytes_and_not_in_characters() -> None:
    event = replace(EVENT, topic="é" * 40_000)
    assert believed(a_row(event), checksum(event)) is None


@pytest.mark.parametrize("topic", ["", "+", "a/+/b", "a/#", "a\x00b"])
@pytest.mark.parametrize("with_checksum", [True, False])
def test_a_topic_for_which_a_broker_ends_the_connection_is_not_believed(
    topic: str, with_checksum: bool
) -> None:
    event = replace(EVENT, topic=topic)
    assert believed(a_row(event), checksum(event) if with_checksum else None) is None


@pytest.mark.parametrize("unix_s", [math.nan, math.inf, -math.inf, None, "noon", b"noon"])
def test_a_time_that_is_none_is_not_believed(unix_s: object) -> None:
    assert believed((7, b"topic", b"payload", unix_s), None) is None


def test_a_time_in_whole_seconds_is_a_time() -> None:
    event = believed((7, b"topic", b"payload", 1_700_000_000), None)
    assert event == Event(7, "topic", b"payload", 1.7e9)
    assert isinstance(event.unix_s, float)


@pytest.mark.parametrize(
    "row",
    [
        (None, b"topic", b"payload", 1.0),
        (7.0, b"topic", b"payload", 1.0),
        (7, "topic", b"payload", 1.0),
        (7, None, b"payload", 1.0),
        (7, b"topic", "payload", 1.0),
        (7, b"topic", None, 1.0),
        (7, b"\xff", b"payload", 1.0),
        (7, b"\xed\xa0\x80", b"payload", 1.0),
    ],
)
def test_columns_of_other_kinds_are_not_believed(row: tuple[object, ...]) -> None:
    assert believed((7, b"topic", b"payload", 1.0), None) is not None
    assert believed(row, None) is None


@pytest.mark.parametrize(
    ("payload", "is_believed"),
    [
        (b"", True),
        (b"no JSON at all", True),
        (b"\xff\xfe", True),
        (b"[1, 2", True),
        (b"{}", True),
        (b'{"id": 7}', True),
        (b'{"id": 8}', False),
        (b'{"id": "7"}', False),
        (b'{"id": null}', False),
        (b'{"severity": "alarm"}', True),
        (b'{"id": 7', False),
        (b'{"id": 7} ', True),
        (b'{"id": 7}x', False),
        (b'{"text": "\xff"}', False),
        (b'{"a":' * 100_000, False),
    ],
)
def test_without_a_checksum_an_object_must_be_whole_and_state_its_own_number(
    payload: bytes, is_believed: bool
) -> None:
    row = (7, b"topic", payload, 1.0)
    assert (believed(row, None) is not None) == is_believed


def test_with_its_checksum_a_payload_may_be_anything() -> None:
    event = replace(EVENT, payload=b'{"id": 8')
    assert believed(a_row(event), checksum(event)) == event


@pytest.mark.parametrize("crc32", ["text", b"", 0.5, -1])
def test_a_checksum_of_another_kind_is_a_wrong_one(crc32: object) -> None:
    assert believed(a_row(), crc32) is None
