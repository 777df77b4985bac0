"""What a decoder counts reaches those who read it under the same name."""

from dataclasses import asdict, fields

import pytest

from edge_agent.acquire.counts import Counter, DecoderCounts
from edge_agent.acquire.drivers.sequence import Arrival
from edge_agent.acquire.drivers.splitting import Splitter


def a_splitter(pushed: bytes = b"") -> Splitter:
    splitter = Splitter(b"\n", 3)
    splitter.push(pushed)
    return splitter


def distinct_counts() -> dict[str, int]:
    """Powers of two, so that any sum tells its terms."""
    return {field.name: 2**k for k, field in enumerate(fields(DecoderCounts))}


def test_a_new_counter_has_seen_nothing() -> None:
    assert Counter().snapshot(0, a_splitter()) == DecoderCounts()
    assert set(asdict(DecoderCounts()).values()) == {0}


@pytest.mark.parametrize(
    ("arrival", "raised"),
    [
        (Arrival.NEXT, {}),
        (Arrival.LATE, {"reordered": 2}),
        (Arrival.REPEATED, {"repeated": 2}),
        (Arrival.RESTARTED, {"restarts": 2}),
    ],
)
def test_an_arrival_is_counted_under_its_own_name_alone(arrival: Arrival, raised: dict[str, int]) -> None:
    counter = Counter()
    counter.note(arrival)
    counter.note(arrival)
    assert counter == Counter(**raised)


def test_every_count_is_handed_out_under_its_name() -> None:
    counts = distinct_counts()
    lost_frames = counts.pop("lost_frames")
    assert asdict(Counter(**counts).snapshot(lost_frames, a_splitter())) == distinct_counts()


def test_what_was_too_long_to_be_a_frame_is_malformed_and_its_bytes_are_discarded() -> None:
    splitter = a_splitter(b"abcd\nabcde\nabc\n")
    counts = Counter(malformed=10, bytes_discarded=100).snapshot(0, splitter)
    assert (counts.malformed, counts.bytes_discarded) == (12, 109)


def test_a_snapshot_stays_as_it_is_and_the_counter_too() -> None:
    counter, splitter = Counter(malformed=1), a_splitter(b"abcd\n")
    before = counter.snapshot(7, splitter)
    assert counter == Counter(malformed=1)
    counter.frames += 1
    splitter.push(b"abcd\n")
    assert before == DecoderCounts(malformed=2, bytes_discarded=4, lost_frames=7)
    assert counter.snapshot(7, splitter) == DecoderCounts(
        frames=1, malformed=3, bytes_discarded=8, lost_frames=7
    )


def test_rejected_are_those_of_no_use_and_each_counts_once() -> None:
    counts = distinct_counts()
    of_no_use = ["malformed", "wrong_columns", "undescribed", "contradicting", "bad_descriptions"]
    assert DecoderCounts(**counts).rejected == sum(counts[name] for name in of_no_use)
