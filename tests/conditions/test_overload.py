"""The thermal replica, against its closed form."""

import math

import pytest
from current_windows import PLATE, RATED_A, a_current_window, balanced, finding
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.conditions.overload import Overload, time_constant_s, time_to_trip_s
from edge_agent.verdict import Severity, State

TRIP_HEAT = 1.05**2


@pytest.mark.parametrize("trip_class_s", [10, 20])
def test_a_class_is_the_time_to_trip_from_cold_at_7_2_times_the_setting(trip_class_s):
    tau_s = time_constant_s(trip_class_s)
    assert time_to_trip_s(0.0, 7.2, tau_s) == pytest.approx(trip_class_s)


@given(st.floats(1.06, 8.0), st.floats(0.0, 1.0))
def test_the_heat_after_the_time_to_trip_is_that_of_the_trip(current, heat):
    tau_s = time_constant_s(10)
    after_s = time_to_trip_s(heat, current, tau_s)
    warm = current**2 + (heat - current**2) * math.exp(-after_s / tau_s)
    assert warm == pytest.approx(TRIP_HEAT)


@given(st.floats(0.0, 1.05))
def test_a_current_that_the_motor_stands_never_trips(current):
    assert time_to_trip_s(0.5, current, time_constant_s(10)) == math.inf


def hours_at(diagnoser: Overload, times_rated: float, windows: int, from_s: float = 0.0):
    """Findings of windows of 30 s at so many times the rated current."""
    return [
        finding(
            diagnoser,
            a_current_window(balanced(times_rated * RATED_A), length_s=30.0, start_s=from_s + 30.0 * k),
        )
        for k in range(windows)
    ]


def test_a_warm_motor_at_one_and_a_half_times_its_current_trips_as_the_replica_says():
    diagnoser = Overload(PLATE)
    assert hours_at(diagnoser, 1.0, 1)[0].severity is Severity.OK
    found = hours_at(diagnoser, 1.5, 3, from_s=30.0)
    expected_s = time_to_trip_s(1.0, 1.5, time_constant_s(10))
    tripped = [f.state is State.OVERLOAD for f in found]
    assert tripped == [30.0 * (k + 1) >= expected_s for k in range(3)]
    assert found[0].severity is Severity.WATCH
    assert found[0].measured[-1].quantity == "time_to_trip"
    assert found[0].measured[-1].value == pytest.approx(expected_s - 30.0, rel=0.1)


def test_class_20_trips_later_and_the_heat_leaves_again():
    slow = Overload(PLATE.model_copy(update={"trip_class": 20}))
    assert all(not f.faulty for f in hours_at(slow, 1.5, 2))
    hot = slow.heat
    hours_at(slow, 0.5, 1, from_s=3600.0)
    assert slow.heat < hot


def test_a_heat_of_windows_that_overlap_is_counted_once():
    whole, twice = Overload(PLATE), Overload(PLATE)
    hours_at(whole, 1.5, 2)
    for start_s in (0.0, 10.0, 20.0, 30.0):
        finding(twice, a_current_window(balanced(1.5 * RATED_A), length_s=30.0, start_s=start_s))
    assert twice.heat == pytest.approx(whole.heat, rel=0.01)


def test_the_negative_sequence_heats_more():
    equal, unequal = Overload(PLATE), Overload(PLATE)
    for diagnoser, share in ((equal, 0.0), (unequal, 0.3)):
        phasors = balanced(0.9 * RATED_A, share)
        finding(diagnoser, a_current_window(phasors, length_s=30.0))
    assert unequal.heat > equal.heat
