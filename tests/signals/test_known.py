"""What is known of a motor: the slips at a current, and those of a slot line."""

import math

import pytest

from edge_agent.signals.slip.known import CurrentLine, SlotBars

LINE = CurrentLine(no_load_a=2.0, a_per_slip=60.0, error=0.02, lowest_a=2.3, highest_a=3.2)


def test_the_line_goes_through_the_no_load_point() -> None:
    assert LINE.slip(2.0) is None
    assert LINE.slip(math.hypot(2.0, 60.0 * 0.04)) == pytest.approx(0.04)


def test_a_range_of_slips_holds_the_scatter_of_the_current() -> None:
    lowest, highest = LINE.slips(3.0) or (0.0, 0.0)
    assert lowest < (LINE.slip(3.0) or 0.0) < highest
    assert highest / lowest == pytest.approx(1.16, abs=0.02)


def test_near_the_no_load_point_the_current_tells_no_slip() -> None:
    assert LINE.slips(2.03) is None
    assert CurrentLine(2.0, 60.0, 0.02, 2.05, 3.2).slips(2.1) is None


def test_a_current_that_was_never_seen_tells_no_slip() -> None:
    assert LINE.slips(3.9) is not None
    assert LINE.slips(4.1) is None


def test_a_line_of_one_sign_means_one_slip_and_of_both_signs_two() -> None:
    order = 28 / 2 * (1 - 0.03) + 1
    assert SlotBars(28, (1,), False).slips(order, 2) == [pytest.approx(0.03)]
    assert len(SlotBars(28, (1, -1), True).slips(order, 2)) == 2


def test_from_one_line_the_slip_is_known_to_a_tenth() -> None:
    assert SlotBars(28, (1,), False).least_share(2) == 28 / 32
    assert SlotBars(28, (1,), True).least_share(2) == 1.0
