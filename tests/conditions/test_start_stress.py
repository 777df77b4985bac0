"""Starts: how many within an hour, and how long they take."""

import numpy as np
import pytest
from current_windows import PLATE, RATED_A, a_current_window, balanced, finding, seen

from edge_agent.conditions.normal import make_normal
from edge_agent.conditions.start_stress import StartStress, starts_allowed
from edge_agent.verdict import Reason, State

PERIOD_S, REST_S = 20.0, 4.0


def starting(start_s: float):
    """Swing of a motor that starts every 20 s: rest, six times its current for `start_s`, then its own."""

    def swing(seconds):
        within = seconds % PERIOD_S - REST_S
        return np.where(within < 0, 0.0, np.where(within < start_s, 6.0, 1.0))

    return swing


def findings(diagnoser: StartStress, windows: int, start_s: float = 1.0, normal=None, from_s: float = 0.0):
    return [
        finding(
            diagnoser,
            a_current_window(
                balanced(0.5 * RATED_A), PERIOD_S, from_s + PERIOD_S * k, swing=starting(start_s)
            ),
            normal,
        )
        for k in range(windows)
    ]


@pytest.mark.parametrize(("power_hp", "starts"), [(1, 30.0), (10, 12.5), (100, 5.2)])
def test_larger_motors_stand_fewer_starts(power_hp, starts):
    assert starts_allowed(0.746 * power_hp) == pytest.approx(starts, abs=0.2)


def test_too_many_starts_within_an_hour_are_named():
    diagnoser = StartStress(PLATE)
    many = int(starts_allowed(PLATE.rated_power_kw)) + 2
    found = findings(diagnoser, many)
    assert found[0].state is State.HEALTHY
    assert found[-1].state is State.STARTS
    assert found[-1].measured[0].value == many
    later = findings(diagnoser, 1, from_s=2 * 3600.0)
    assert later[0].state is State.HEALTHY


def test_a_start_that_takes_twice_as_long_is_named():
    normal = make_normal([({"start_s": 1.0 + 0.01 * k}, None) for k in range(6)], 24.0)
    assert findings(StartStress(PLATE), 1, normal=normal)[0].state is State.HEALTHY
    (slow,) = findings(StartStress(PLATE), 1, start_s=2.0, normal=normal)
    assert slow.state is State.STARTS
    assert slow.measured[0].quantity == "start"
    assert slow.measured[0].value == pytest.approx(2.0, abs=0.15)


def test_a_start_is_learned_once():
    diagnoser = StartStress(PLATE)
    window = a_current_window(balanced(0.5 * RATED_A), PERIOD_S, 0.0, swing=starting(1.0))
    assert diagnoser.measure(seen(window))["start_s"] == pytest.approx(1.0, abs=0.15)
    running = a_current_window(balanced(0.5 * RATED_A), 10.0, PERIOD_S)
    assert diagnoser.measure(seen(running)) == {}


def test_a_motor_that_was_never_seen_at_rest_tells_nothing():
    found = finding(StartStress(PLATE), a_current_window(balanced(RATED_A)))
    assert found.refusal.reason is Reason.STARTING
