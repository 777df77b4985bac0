"""Events of the supply, as far as the current shows them."""

import numpy as np
import pytest
from current_windows import PLATE, RATED_A, a_current_window, balanced, finding

from edge_agent.conditions.supply_event import SupplyEvent, sags_in
from edge_agent.verdict import State

PART_S = 0.05


def parts(*values: tuple[float, int]) -> np.ndarray:
    return np.concatenate([np.full(count, value) for value, count in values])


def test_a_dip_with_a_leap_after_it_is_a_sag_with_its_depth():
    assert sags_in(parts((1, 40), (0.5, 4), (1.8, 6), (1, 40)), PART_S) == [0.5]


@pytest.mark.parametrize(
    "current",
    [
        parts((1, 80)),
        parts((1, 40), (0.5, 4), (1, 40)),
        parts((1, 30), (0.5, 30), (1.8, 6), (1, 60)),
        parts((1, 40), (1.8, 6), (1, 40)),
    ],
    ids=["steady", "dip of the load", "too long", "leap alone"],
)
def test_what_the_load_makes_as_well_is_no_sag(current):
    assert sags_in(current, PART_S) == []


def swing(seconds):
    return np.where(
        (seconds > 2.0) & (seconds < 2.2), 0.5, np.where((seconds >= 2.2) & (seconds < 2.5), 2.0, 1.0)
    )


def test_a_sag_is_told_for_minutes_and_counted_once():
    diagnoser = SupplyEvent(PLATE)
    found = finding(diagnoser, a_current_window(balanced(0.5 * RATED_A), 6.0, 0.0, swing))
    assert found.state is State.SUPPLY_EVENT
    again = finding(diagnoser, a_current_window(balanced(0.5 * RATED_A), 6.0, 6.0))
    assert again.state is State.SUPPLY_EVENT
    assert again.measured[0].value == 1.0
    later = finding(diagnoser, a_current_window(balanced(0.5 * RATED_A), 6.0, 700.0))
    assert later.state is State.HEALTHY


@pytest.mark.parametrize(("line_hz", "faulty"), [(60.0, False), (60.3, False), (60.8, True), (59.2, True)])
def test_a_frequency_beyond_one_percent_is_named(line_hz, faulty):
    found = finding(SupplyEvent(PLATE), a_current_window(balanced(RATED_A), line_hz=line_hz))
    assert found.faulty is faulty


def test_behind_a_drive_the_frequency_means_nothing():
    drive = PLATE.model_copy(update={"supply": "vfd"})
    found = finding(SupplyEvent(drive), a_current_window(balanced(RATED_A), line_hz=50.0))
    assert [own.quantity for own in found.measured] == ["sags_lately"]
