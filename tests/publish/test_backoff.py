"""A broker that is away is asked ever more rarely, and never found much too late."""

import pytest

from edge_agent.publish.mqtt.backoff import Backoff


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def a_backoff(clock: Clock, chance: float = 1.0) -> Backoff:
    return Backoff(1.0, 120.0, clock, lambda: chance)


@pytest.mark.parametrize("outage_s", [5.0, 60.0, 300.0, 3600.0])
def test_an_outage_becomes_at_most_a_quarter_longer_or_two_minutes(outage_s: float) -> None:
    clock = Clock()
    backoff = a_backoff(clock)
    attempts = 0
    while clock.now_s < outage_s:
        clock.now_s += backoff.wait_s()
        attempts += 1
    assert clock.now_s <= outage_s * 1.25 + 1
    assert clock.now_s <= outage_s + 120
    assert attempts < 20 + outage_s / 60


def test_waits_are_spread_by_chance() -> None:
    clock = Clock()
    longest, shortest = a_backoff(clock, 1.0), a_backoff(clock, 0.0)
    clock.now_s = 400.0
    assert (longest.wait_s(), shortest.wait_s()) == (100.0, 50.0)


def test_a_connection_that_stood_begins_a_new_outage() -> None:
    clock = Clock()
    backoff = a_backoff(clock)
    clock.now_s = 1000.0
    backoff.connected()
    clock.now_s = 1060.0
    backoff.lost()
    assert backoff.wait_s() == 1.0


def test_one_that_ended_at_once_does_not() -> None:
    clock = Clock()
    backoff = a_backoff(clock)
    clock.now_s = 1000.0
    backoff.connected()
    clock.now_s = 1002.0
    backoff.lost()
    assert backoff.wait_s() == 120.0
