"""What sequence numbers tell."""

from edge_agent.acquire.drivers.sequence import Arrival, SequenceTracker


def judged(tracker: SequenceTracker, *sequences: int, seed: int = 0) -> list[Arrival]:
    """Frames of ten scans; their checksum tells what they hold."""
    return [tracker.judge(n, hash((seed, n)), 10 * n, 10) for n in sequences]


def test_the_first_number_may_be_any() -> None:
    tracker = SequenceTracker()
    assert judged(tracker, 4711) == [Arrival.NEXT]
    assert tracker.lost == 0


def test_a_gap_is_counted() -> None:
    tracker = SequenceTracker()
    judged(tracker, 1, 2, 5, 6, 100)
    assert tracker.lost == 2 + 93


def test_what_comes_late_was_not_lost() -> None:
    tracker = SequenceTracker()
    assert judged(tracker, 1, 3, 4, 2) == [Arrival.NEXT, Arrival.NEXT, Arrival.NEXT, Arrival.LATE]
    assert tracker.lost == 0


def test_what_comes_late_twice_is_repeated() -> None:
    assert judged(SequenceTracker(), 1, 3, 2, 2, 3)[3:] == [Arrival.REPEATED, Arrival.REPEATED]


def test_the_same_number_with_other_samples_is_a_restart() -> None:
    tracker = SequenceTracker()
    judged(tracker, 0, 1, 2)
    assert judged(tracker, 0, 1, seed=1) == [Arrival.RESTARTED, Arrival.NEXT]


def test_a_number_far_back_is_a_restart() -> None:
    tracker = SequenceTracker()
    judged(tracker, 100_000)
    assert judged(tracker, 0, 1) == [Arrival.RESTARTED, Arrival.NEXT]
    assert tracker.lost == 0


def test_a_later_number_with_earlier_scans_is_a_restart() -> None:
    tracker = SequenceTracker()
    tracker.judge(5, 1, 9000, 10)
    assert tracker.judge(40, 2, 400, 10) is Arrival.RESTARTED
    assert tracker.lost == 0


def test_only_the_newest_of_a_great_gap_may_still_come() -> None:
    tracker = SequenceTracker()
    judged(tracker, 0, 1_000_000_000, 2_000_000_000)
    assert tracker.lost == 2_000_000_000 - 2
    assert judged(tracker, 1_999_999_999) == [Arrival.LATE]
