"""Damage of bearings: by the rhythm of their parts, and against the own normal."""

import pytest
from seen_windows import judged, seen
from shaken import a_window, blows, noise, scattered_blows, shaft

from edge_agent.bearings import CATALOGUE, Bearing
from edge_agent.conditions.bearing_ball import BearingBall
from edge_agent.conditions.bearing_inner import BearingInner
from edge_agent.conditions.bearing_outer import BearingOuter
from edge_agent.conditions.bearing_unknown import BearingUnknown
from edge_agent.verdict import Severity, State

BEARING = CATALOGUE["6205"]
DAMAGED = {
    BearingOuter: blows(BEARING.outer_order, 1.0),
    BearingInner: blows(BEARING.inner_order, 1.0, once_a_turn=0.8),
    BearingBall: blows(BEARING.ball_order, 1.0),
}
QUIET = noise(0.05) + shaft({1: 1.0, 2: 0.3})


@pytest.mark.parametrize("part", DAMAGED)
def test_of_three_parts_the_damaged_one_is_named_and_the_others_are_not(part):
    now = seen(a_window(DAMAGED[part] + QUIET), bearing="6205")
    for diagnoser in (BearingOuter, BearingInner, BearingBall):
        found = judged(diagnoser, now)
        assert found.faulty == (diagnoser is part)
        if found.faulty:
            assert found.state == State(diagnoser.fault)
            assert found.location.startswith("vib_1 ")
            (measured,) = found.measured
            assert measured.value > measured.limit
            assert "twice the rhythm stands" in measured.witness


@pytest.mark.parametrize("part", DAMAGED)
def test_a_sound_bearing_has_no_damage_and_the_detection_limit_is_told(part):
    found = judged(part, seen(a_window(QUIET), bearing="6205"))
    assert (found.state, found.severity) == (State.HEALTHY, Severity.OK)
    assert found.measured[0].limit == 0.2


def test_of_two_parts_whose_rhythms_touch_the_one_that_fits_is_named():
    touching = Bearing(balls=8, ball_diameter_mm=10.0, pitch_diameter_mm=50.2)
    assert touching.inner_order == pytest.approx(touching.ball_order, rel=0.02)
    now = seen(a_window(blows(touching.inner_order, 1.0) + QUIET), bearing=touching.model_dump())
    named = [make for make in (BearingOuter, BearingInner, BearingBall) if judged(make, now).faulty]
    assert named == [BearingInner]


def test_without_geometry_no_part_is_judged_and_the_answer_says_what_to_state():
    found = judged(BearingOuter, seen(a_window(DAMAGED[BearingOuter] + QUIET)))
    assert found.state is State.INDETERMINATE
    assert found.refusal.quantity == "bearing_geometry"


def test_a_race_that_had_its_rhythm_while_sound_is_only_watched():
    now = seen(a_window(DAMAGED[BearingOuter] + QUIET), bearing="6205")
    before = seen(a_window(0.7 * DAMAGED[BearingOuter] + QUIET), bearing="6205")
    found = judged(BearingOuter, now, before)
    assert (found.state, found.severity) == (State.HEALTHY, Severity.WATCH)
    assert found.measured[1].baseline_h == 12.0
    assert judged(BearingOuter, now, seen(a_window(QUIET), bearing="6205")).faulty


def test_without_geometry_a_new_rhythm_far_above_the_own_normal_is_damage():
    now, before = seen(a_window(DAMAGED[BearingOuter] + QUIET)), seen(a_window(QUIET))
    found = judged(BearingUnknown, now, before)
    assert found.state is State.BEARING_UNKNOWN
    assert found.measured[0].quantity == "rhythm_above_own_band"
    assert "blows a second" in found.measured[0].witness


def test_without_an_own_normal_an_unknown_rhythm_says_nothing():
    found = judged(BearingUnknown, seen(a_window(DAMAGED[BearingOuter] + QUIET)))
    assert found.refusal.quantity == "hours_of_own_normal"


def test_a_rhythm_that_was_always_there_is_no_damage():
    now = seen(a_window(DAMAGED[BearingOuter] + QUIET))
    before = seen(a_window(0.7 * DAMAGED[BearingOuter] + QUIET))
    assert judged(BearingUnknown, now, before).state is State.HEALTHY


def test_more_noise_is_no_damage():
    now, before = seen(a_window(20 * QUIET)), seen(a_window(QUIET))
    assert judged(BearingUnknown, now, before).state is State.HEALTHY


def test_single_blows_without_a_rhythm_are_damage_unless_they_come_once_a_turn():
    before = seen(a_window(QUIET))
    found = judged(BearingUnknown, seen(a_window(scattered_blows(150, 3.0) + QUIET)), before)
    assert found.state is State.BEARING_UNKNOWN
    assert found.measured[0].quantity == "growth_of_blows"
    knocking = judged(BearingUnknown, seen(a_window(blows(1.0, 3.0, sliding=0.0) + QUIET)), before)
    assert knocking.state is State.HEALTHY


def test_a_rhythm_of_a_known_part_is_told_by_that_part():
    now = seen(a_window(DAMAGED[BearingOuter] + QUIET), bearing="6205")
    found = judged(BearingUnknown, now, seen(a_window(QUIET), bearing="6205"))
    assert (found.state, found.severity) == (State.HEALTHY, Severity.WATCH)


@pytest.mark.parametrize("diagnoser", [BearingOuter, BearingUnknown])
@pytest.mark.parametrize(
    ("window", "shaft_hz", "quantity"),
    [
        (a_window(QUIET[:5000]), 29.3, "vibration_channels"),
        (a_window(QUIET), None, "shaft_frequency_hz"),
        (a_window(noise(1.0, rate_hz=1000.0), rate_hz=1000.0), 29.3, "bands_above_1_khz"),
    ],
)
def test_what_is_missing_is_said(diagnoser, window, shaft_hz, quantity):
    found = judged(diagnoser, seen(window, shaft_hz, bearing="6205"))
    assert found.refusal.quantity == quantity
