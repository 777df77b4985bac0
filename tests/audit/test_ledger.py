"""One window decides nothing; a right entry is cleared, and so is a corrected one."""

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.audit.findings import Suspect
from edge_agent.audit.ledger import Count, Ledger, take_readings
from edge_agent.audit.reading import Reading


def counted(readings: str, channels: str = "") -> Count:
    """`+` accuses, `-` clears; windows of 12 s."""
    ledger: Ledger = {}
    for i, mark in enumerate(readings):
        channel = channels[i] if channels else ""
        take_readings(ledger, [Reading(Suspect.SCALE, mark == "+", 3.0, channel)], 12.0)
    return ledger.get(Suspect.SCALE, Count())


def test_a_window_suspects_nothing_two_do_and_eight_name_it() -> None:
    assert [counted(n * "+").suspected for n in (0, 1, 2)] == [False, False, True]
    assert [counted(n * "+").named for n in (7, 8)] == [False, True]


def test_an_entry_that_is_cleared_as_often_is_never_named() -> None:
    assert not counted(100 * "+-").suspected


def test_a_corrected_entry_is_cleared_and_its_values_are_forgotten() -> None:
    count = counted(100 * "+" + 25 * "-")
    assert not count.suspected
    assert count.values == []


def test_it_is_not_named_while_windows_name_different_channels() -> None:
    assert counted(10 * "+", 10 * "a").named
    assert not counted(10 * "+", 5 * "ab").named


@given(st.text("+-", max_size=400))
def test_what_is_kept_is_bounded(readings: str) -> None:
    count = counted(readings)
    assert 0.0 <= count.sum_s <= 300.0
    assert len(count.values) == len(count.channels) <= 40
