"""How many lines come in a second is told as people must write it, whatever waited at the beginning."""

import pytest

from edge_agent.acquire.pace import Pace


def a_pace(backlog: int, rate_hz: float, seconds: float, end: bytes = b"\r\n") -> Pace:
    """The pace of a port that holds lines already when it is opened, and is read every 50 ms from then on."""
    pace, told = Pace(100.0), 0
    pace.take(100.0, backlog * (b"1,2,3" + end))
    for turn in range(1, round(seconds / 0.05) + 1):
        due = round(turn * 0.05 * rate_hz)
        pace.take(100.0 + 0.05 * turn, (due - told) * (b"1,2,3" + end))
        told = due
    return pace


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("rate_hz", [100.0, 1000.0, 5000.0])
@pytest.mark.parametrize("backlog", [0, 1, 900])
def test_lines_that_waited_before_the_port_was_opened_do_not_count(backlog: int, rate_hz: float, end: bytes):
    assert a_pace(backlog, rate_hz, 3.0, end).lines_a_second == pytest.approx(rate_hz, rel=0.001)


def test_nothing_is_told_of_the_first_moments():
    assert a_pace(900, 1000.0, 1.4).lines_a_second is None


def test_a_device_that_fell_silent_at_once_has_no_pace():
    assert a_pace(900, 0.0, 0.0).lines_a_second is None
