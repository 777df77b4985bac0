"""Rhythms of bearings, against what their makers and test rigs publish."""

import pytest
from plates import a_nameplate
from pydantic import ValidationError

from edge_agent.bearings import CATALOGUE, Bearing


@pytest.mark.parametrize(
    ("name", "outer", "inner", "ball", "cage"),
    [("6203", 3.0530, 4.9469, 3.9874, 0.3817), ("6205", 3.5848, 5.4152, 4.7135, 0.3983)],
)
def test_the_rhythms_are_those_that_the_bearing_data_center_publishes(name, outer, inner, ball, cage):
    bearing = CATALOGUE[name]
    assert bearing.outer_order == pytest.approx(outer, abs=0.001)
    assert bearing.inner_order == pytest.approx(inner, abs=0.001)
    assert bearing.ball_order == pytest.approx(ball, abs=0.001)
    assert bearing.cage_order == pytest.approx(cage, abs=0.001)


@pytest.mark.parametrize("bearing", CATALOGUE.values(), ids=CATALOGUE)
def test_each_ball_meets_one_of_both_races_once_per_turn_of_the_shaft(bearing):
    assert bearing.outer_order + bearing.inner_order == pytest.approx(bearing.balls)
    assert bearing.outer_order == pytest.approx(bearing.balls * bearing.cage_order)


def test_a_contact_angle_makes_the_outer_race_faster():
    flat = Bearing(balls=9, ball_diameter_mm=8, pitch_diameter_mm=39)
    angular = flat.model_copy(update={"contact_angle_deg": 25.0})
    assert angular.outer_order > flat.outer_order


@pytest.mark.parametrize("given", ["6205", 6205, "er-12k"])
def test_a_plate_takes_a_name_with_and_without_quotes(given):
    assert a_nameplate(bearing=given).bearing == CATALOGUE[str(given).upper()]


def test_a_plate_takes_the_numbers():
    numbers = {"balls": 8, "ball_diameter_mm": 15.08, "pitch_diameter_mm": 65}
    assert a_nameplate(bearing=numbers).bearing == Bearing.model_validate(numbers)


def test_an_unknown_name_says_which_are_known_and_what_to_give_instead():
    with pytest.raises(ValidationError, match=r"6399 is not in the catalogue \(6203, 6205.*give its balls"):
        a_nameplate(bearing="6399")


def test_balls_that_do_not_fit_on_their_circle_are_refused():
    with pytest.raises(ValidationError, match="20 balls of 8 mm need 160 mm, and the pitch circle of 39 mm"):
        Bearing(balls=20, ball_diameter_mm=8, pitch_diameter_mm=39)
