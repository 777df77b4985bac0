"""A range of slips: its middle, what overlaps it, and what any motor of a plate can run at."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from signal_factories import a_nameplate

from edge_agent.signals.slip.range import MAX_SLIP, SlipRange, possible_slips

BOUNDS = st.tuples(st.floats(0, 0.4), st.floats(0, 0.4)).map(sorted)
RANGES = BOUNDS.map(lambda bounds: SlipRange(*bounds, "current"))


@given(RANGES)
def test_the_middle_lies_as_far_from_both_bounds(slips):
    assert slips.middle - slips.lowest == pytest.approx(slips.highest - slips.middle, abs=1e-15)


@given(RANGES, RANGES, st.floats(0, 0.4))
def test_ranges_that_share_a_slip_overlap(one, other, slip):
    if one.lowest <= slip <= one.highest and other.lowest <= slip <= other.highest:
        assert one.overlaps(other)


@given(RANGES, RANGES)
def test_an_overlap_is_mutual_and_is_the_absence_of_a_gap(one, other):
    gap = max(one.lowest, other.lowest) - min(one.highest, other.highest)
    assert one.overlaps(other) == other.overlaps(one) == (gap <= 0)


@given(RANGES)
def test_a_range_overlaps_with_itself_and_with_each_of_its_bounds(slips):
    for bound in (slips.lowest, slips.highest):
        assert slips.overlaps(SlipRange(bound, bound, "slots"))
    assert slips.overlaps(slips)


@pytest.mark.parametrize(
    ("source", "stated"),
    [("measured", True), ("configured", True), ("slots", False), ("vibration", False), ("current", False)],
)
def test_only_a_channel_or_the_configuration_states_a_speed(source, stated):
    assert SlipRange(0.02, 0.03, source).stated is stated


def test_a_motor_can_run_between_no_slip_and_breakdown():
    slips = possible_slips(a_nameplate())
    assert (slips.lowest, slips.source) == (0.0, "current")
    assert slips.highest == pytest.approx(2.8 * 85 / 1800)


@pytest.mark.parametrize("rated_speed_rpm", [1798, 1715, 1600, 1400])
def test_every_motor_can_run_at_twice_its_rated_slip_unless_that_leaves_no_lower_sideband(rated_speed_rpm):
    plate = a_nameplate(rated_speed_rpm=rated_speed_rpm)
    highest = possible_slips(plate).highest
    assert min(2 * plate.rated_slip, MAX_SLIP) < highest or highest == MAX_SLIP
    assert (1 - 2 * highest) * plate.line_frequency_hz > 0


def test_the_largest_slip_bounds_a_motor_made_for_much_slip():
    assert possible_slips(a_nameplate(rated_speed_rpm=1500)).highest == MAX_SLIP
    assert possible_slips(a_nameplate(rated_speed_rpm=1550)).highest == pytest.approx(2.8 * 250 / 1800)
