"""A range of slips: its middle, what overlaps it, what any motor can run at, and the pair found in it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from signal_factories import a_nameplate, a_space_vector, times

from edge_agent.circuit import fit_circuit
from edge_agent.signals.dsp.carrier import demodulate
from edge_agent.signals.slip.range import MAX_SLIP, SlipRange, find_clear_pair, find_pair, possible_slips

RATE_HZ = 1000.0
LINE_HZ = 60.0
CIRCUIT = fit_circuit(a_nameplate())
BARS_HZ = 4.07
SLIP = BARS_HZ / 2 / LINE_HZ
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


def a_swinging(swing_hz=3.2, swing=0.0, **lines):
    """The baseband of a motor whose load swings, too, by lines of `swing` in sum."""
    (upper,), (lower,) = CIRCUIT.speed_swing(SLIP, np.array([swing_hz]), LINE_HZ)
    scale = swing / (abs(upper) + abs(lower))
    seconds = times(12.0, RATE_HZ)
    vector = a_space_vector(seconds, **lines)
    vector *= a_space_vector(seconds, scale * lower, scale * upper, swing_hz, 0.0, 1.0)
    return demodulate(vector, np.ones(seconds.size, bool), RATE_HZ, LINE_HZ)


def found(swing_hz=3.2, swing=0.0, lowest=0.02, highest=0.06, source="current", **lines):
    """The pair in the current of such a motor."""
    baseband = a_swinging(swing_hz, swing, **lines)
    pair_found = find_pair(baseband, SlipRange(lowest, highest, source), CIRCUIT)
    return None if pair_found is None else pair_found[1]


def test_the_search_finds_the_slip_to_a_tenth_of_a_bin():
    pair = found(lower=0.01, upper=0.006, pole_pass_hz=BARS_HZ)
    assert pair.pole_pass_hz == pytest.approx(BARS_HZ, abs=0.1 / 12)


@settings(max_examples=20, deadline=None)
@given(swing_hz=st.floats(2.9, 6.9).filter(lambda hz: abs(hz - BARS_HZ) > 0.4), swing=st.floats(0.0, 0.08))
def test_the_lines_of_a_swinging_load_are_not_taken_for_the_bars_however_strong(swing_hz, swing):
    pair = found(swing_hz, swing, lower=0.015, pole_pass_hz=BARS_HZ)
    assert pair.pole_pass_hz == pytest.approx(BARS_HZ, abs=0.02)
    assert not pair.at_edge


def test_a_pair_beside_the_range_is_at_its_edge_and_moves_no_slip_that_was_heard():
    assert found(lower=0.02, pole_pass_hz=BARS_HZ, highest=0.033).at_edge
    heard = found(lower=0.02, pole_pass_hz=BARS_HZ, lowest=0.03, highest=0.033, source="vibration")
    assert heard.slip == pytest.approx(0.0315)


def test_too_few_cycles_of_2sf_give_no_pair():
    assert found(lower=0.02, pole_pass_hz=BARS_HZ, lowest=0.0, highest=0.0015) is None


@pytest.mark.parametrize(
    ("lower", "lowest", "highest", "cycles", "clear"),
    [
        (0.02, 0.02, 0.06, 3.0, True),
        (0.02, 0.02, 0.033, 3.0, False),
        (0.02, 0.02, 0.06, 60.0, False),
        (0.0, 0.02, 0.06, 3.0, False),
    ],
    ids=["within", "beyond the bounds", "too few cycles", "no pair"],
)
def test_a_clear_pair_stands_out_within_the_bounds_of_a_range_that_the_window_resolves(
    lower, lowest, highest, cycles, clear
):
    baseband = a_swinging(lower=lower, pole_pass_hz=BARS_HZ)
    slips = SlipRange(lowest, highest, "current")
    assert (find_clear_pair(baseband, slips, CIRCUIT, cycles) is not None) is clear
