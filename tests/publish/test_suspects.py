"""Which message waits how long, and which goes alone."""

import pytest

from edge_agent.publish.mqtt.suspects import Suspects


class Clock:
    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def suspects(clock: Clock) -> Suspects:
    return Suspects(clock)


def test_a_refused_message_waits_ever_longer_but_never_more_than_an_hour(
    suspects: Suspects, clock: Clock
) -> None:
    waits_s = []
    for _ in range(20):
        waits_s.append(suspects.refused(7))
        assert suspects.waits(7)
        clock.now_s += waits_s[-1]
        assert not suspects.waits(7)
    assert waits_s[:4] == [60.0, 120.0, 240.0, 480.0]
    assert waits_s[-1] == 3600.0


def test_one_that_is_taken_at_last_lets_the_other_refused_ones_go(suspects: Suspects, clock: Clock) -> None:
    for number in (1, 2, 3):
        suspects.refused(number)
    suspects.confirmed(1)
    assert not suspects.waits(2)
    assert not suspects.is_set_aside(1)
    assert suspects.is_set_aside(3)


@pytest.mark.parametrize("told", [True, False])
def test_of_several_that_were_under_way_each_goes_alone_and_none_is_set_aside(
    suspects: Suspects, clock: Clock, told: bool
) -> None:
    assert suspects.connection_ended([1, 2, "state"], told=told) is None
    assert all(suspects.goes_alone(key) for key in (1, 2, "state"))
    assert suspects.set_aside() == []
    assert suspects.waits(1)  # not at once
    assert not suspects.waits("state")  # what is retained must be true first
    clock.now_s += 3
    assert not suspects.waits(1)


def test_one_alone_is_set_aside_at_once_if_the_broker_blames_it(suspects: Suspects) -> None:
    assert suspects.connection_ended([1], told=True) == (1, 60.0)
    assert suspects.is_set_aside(1)


def test_one_alone_is_set_aside_the_third_time_if_the_broker_says_nothing(suspects: Suspects) -> None:
    for _ in range(2):
        assert suspects.connection_ended([1], told=False) is None
        assert suspects.goes_alone(1)
        assert suspects.set_aside() == []
    assert suspects.connection_ended([1], told=False) == (1, 60.0)


def test_nothing_under_way_is_nobodys_fault(suspects: Suspects) -> None:
    assert suspects.connection_ended([], told=True) is None
    assert suspects.set_aside() == []


def test_an_outage_clears_what_was_under_way_but_not_what_was_refused(suspects: Suspects) -> None:
    suspects.refused(9)
    suspects.connection_ended([1, 2], told=False)
    suspects.broker_was_away()
    assert not suspects.goes_alone(1)
    assert not suspects.waits(2)
    assert suspects.waits(9)


def test_one_that_is_too_large_is_looked_at_again_in_an_hour(suspects: Suspects, clock: Clock) -> None:
    suspects.too_large(1)
    clock.now_s += 3599
    assert suspects.waits(1)
    clock.now_s += 2
    assert not suspects.waits(1)


def test_memory_of_them_is_bounded(suspects: Suspects, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge_agent.publish.mqtt.suspects._MAX_SUSPECTS", 10)
    for number in range(50):
        suspects.refused(number)
    assert suspects.set_aside() == list(range(40, 50))
