"""The fit of a pair of sidebands, on logarithms that are exactly what it models, and the pair's algebra."""

import cmath
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.limits import SIDEBANDS
from edge_agent.signals.dsp.carrier import Baseband
from edge_agent.signals.sidebands.fit import FLOOR_RATIOS, SidebandFit, SidebandPair

RATE_HZ = 125.0
RATIOS = st.complex_numbers(min_magnitude=1e-4, max_magnitude=0.1)


def a_pair(upper=0.01, lower=0.02, cycles=48.0, floor=1e-4):
    return SidebandPair(complex(upper), complex(lower), floor, floor, floor, 4.0, 0.033, cycles)


def a_baseband(lines, length_s=4.0, drift=0.0, lost=slice(0), carrier_hz=60.0):
    """`lines` are complex ratios by their distance from the carrier in Hz; `drift` is per window."""
    count = round(length_s * RATE_HZ)
    valid = np.ones(count, bool)
    valid[lost] = False
    baseband = Baseband(np.zeros(count, complex), valid, RATE_HZ, carrier_hz)
    seconds = baseband.seconds
    log = sum(ratio * np.exp(2j * np.pi * hz * seconds) for hz, ratio in lines.items())
    return replace(baseband, log=np.log(4.0) + 0.3j + drift * seconds / length_s + log)


@settings(max_examples=30, deadline=None)
@given(RATIOS, RATIOS, st.floats(1.0, 8.0), st.complex_numbers(max_magnitude=2))
def test_a_pair_in_an_offset_and_a_straight_drift_is_measured_exactly(upper, lower, hz, drift):
    pair = SidebandFit(a_baseband({hz: upper, -hz: lower}, drift=drift), hz).pair(hz)
    assert pair.upper == pytest.approx(upper, abs=1e-6)
    assert pair.lower == pytest.approx(lower, abs=1e-6)
    assert pair.floor < 1e-5


@pytest.mark.parametrize("lost", [slice(0, 40), slice(200, 260), slice(480, 500), slice(3, 500, 9)])
def test_samples_that_are_not_valid_count_for_nothing(lost):
    baseband = a_baseband({4.0: 0.01j, -4.0: 0.02}, lost=lost)
    baseband.log[lost] = 1e3
    pair = SidebandFit(baseband, 4.0).pair(4.0)
    assert (pair.upper, pair.lower) == (pytest.approx(0.01j, abs=1e-6), pytest.approx(0.02, abs=1e-6))


@pytest.mark.parametrize("carrier_hz", [25.0, 50.0, 60.0])
def test_slip_and_cycles_are_those_of_the_place_that_was_asked_for(carrier_hz):
    pair = SidebandFit(a_baseband({3.0: 0.01}, length_s=5.0, carrier_hz=carrier_hz), 3.0).pair(3.0)
    assert pair.pole_pass_hz == 3.0
    assert pair.slip == pytest.approx(3.0 / (2 * carrier_hz))
    assert pair.cycles == pytest.approx(15.0)


@pytest.mark.parametrize(("hz", "count"), [(3.9, 2), (4.1, 1), (5.9, 1), (6.1, 0), (20.0, 0)])
def test_higher_pairs_are_measured_only_within_the_band(hz, count):
    """At 30 Hz it ends 12 Hz beside the carrier."""
    lines = {order * way * hz: 0.02 / order for order in (1, 2, 3)[: 1 + count] for way in (-1, 1)}
    pair = SidebandFit(a_baseband(lines, carrier_hz=30.0), hz).pair(hz)
    assert pair.higher_sums == pytest.approx((0.02, 0.04 / 3)[:count], abs=1e-6)


def test_the_modulation_is_the_lines_alone_and_zero_where_samples_were_lost():
    lost = slice(100, 150)
    baseband = a_baseband({4.0: 0.01j, -4.0: 0.02}, drift=0.5 + 1j, lost=lost)
    modulation = SidebandFit(baseband, 4.0).modulation(4.0)
    turn = np.exp(2j * np.pi * 4.0 * baseband.seconds)
    wanted = np.where(baseband.valid, 0.01j * turn + 0.02 / turn, 0)
    assert modulation == pytest.approx(wanted, abs=3e-5)
    assert not modulation[lost].any()


@pytest.mark.parametrize("hz", [2.7, 4.0, 5.55])
def test_the_strongest_of_the_spectra_lies_where_the_pair_does(hz):
    fit = SidebandFit(a_baseband({hz: 0.01j, -hz: 0.02}, length_s=8.0), 2.0)
    candidates, upper, lower = fit.spectra(2.0, 7.0)
    assert candidates.shape == upper.shape == lower.shape
    assert (candidates[0], candidates[-1]) == (2.0, 7.0)
    for side in (upper, lower):
        assert candidates[np.argmax(np.abs(side))] == pytest.approx(hz, abs=0.1 / 8.0)


def test_the_spectra_tell_upper_from_lower_in_size_and_phase():
    fit = SidebandFit(a_baseband({4.0: 0.01j, -4.0: 0.02}, length_s=8.0), 2.0)
    candidates, upper, lower = fit.spectra(2.0, 6.0)
    there = np.argmin(np.abs(candidates - 4.0))
    assert abs(upper[there] / lower[there]) == pytest.approx(0.5, rel=0.02)


@pytest.mark.parametrize("highest_hz", [4.0, 3.0])
def test_a_range_without_width_is_searched_at_its_lower_bound(highest_hz):
    candidates, upper, _ = SidebandFit(a_baseband({4.0: 0.01}), 4.0).spectra(4.0, highest_hz)
    assert set(candidates) == {4.0}
    assert np.isfinite(upper).all()


@given(RATIOS, RATIOS, st.floats(0, 1))
def test_both_lines_are_the_am_and_the_pm_at_any_time(upper, lower, turns):
    """U exp(jwt) + L exp(-jwt) has the AM as its real part and the PM as its imaginary part."""
    pair, turn = a_pair(upper, lower), cmath.exp(2j * math.pi * turns)
    swing = upper * turn + lower / turn
    assert (pair.am_phasor * turn).real == pytest.approx(swing.real, abs=1e-12)
    assert (pair.pm_phasor * turn).real == pytest.approx(swing.imag, abs=1e-12)


@given(RATIOS, RATIOS)
def test_the_am_and_the_pm_hold_the_same_power_as_the_lines(upper, lower):
    pair = a_pair(upper, lower)
    assert pair.am_index**2 + pair.pm_index**2 == pytest.approx(2 * (abs(upper) ** 2 + abs(lower) ** 2))
    assert abs(pair.pm_in_phase) <= pair.pm_index * (1 + 1e-9) + 1e-12


@pytest.mark.parametrize("share", [-0.5, 0.0, 0.5])
def test_the_pm_in_phase_has_the_sign_of_its_share_of_the_am(share):
    """An AM of m and a PM of k m in phase: U = L* = (1 + jk) m / 2."""
    upper = 0.02 * (1 + 1j * share) / 2
    pair = a_pair(upper, 0.02 * (1 + 1j * share) / 2)
    assert pair.am_index == pytest.approx(0.02)
    assert pair.pm_in_phase == pytest.approx(0.02 * share, abs=1e-12)


def test_a_pm_a_quarter_period_beside_the_am_is_not_in_phase():
    pair = a_pair(upper=0.02, lower=0.0)
    assert (pair.am_index, pair.pm_index) == (pytest.approx(0.02), pytest.approx(0.02))
    assert pair.pm_in_phase == pytest.approx(0.0, abs=1e-12)


@given(RATIOS, RATIOS, st.floats(0, 2 * math.pi))
def test_sum_and_ellipse_do_not_depend_on_when_the_window_began(upper, lower, phase):
    turn = cmath.exp(1j * phase)
    pair, later = a_pair(upper, lower), a_pair(upper * turn, lower / turn)
    assert later.linear_sum == pytest.approx(pair.linear_sum)
    assert later.ellipse_axis_ratio == pytest.approx(pair.ellipse_axis_ratio, abs=1e-9)
    apart_deg = abs(later.ellipse_angle_deg - pair.ellipse_angle_deg)
    assert min(apart_deg, 180 - apart_deg) < 1e-6
    if pair.am_index > 1e-4:  # without any AM nothing is in phase with it
        assert later.pm_in_phase == pytest.approx(pair.pm_in_phase, abs=1e-9)


def test_am_alone_lies_along_the_real_axis_and_pm_alone_across_it():
    assert a_pair(0.01, 0.01).ellipse_angle_deg == pytest.approx(0.0)
    assert a_pair(0.01j, 0.01j).ellipse_angle_deg == pytest.approx(90.0)


def test_no_lines_at_all_have_an_ellipse_without_a_shape_and_no_phase():
    nothing = a_pair(0, 0)
    assert (nothing.linear_sum, nothing.ellipse_axis_ratio, nothing.pm_in_phase) == (0.0, 0.0, 0.0)
    assert not nothing.stands_out


@pytest.mark.parametrize(("over_limit_db", "stands_out"), [(-0.1, False), (0.1, True)])
def test_a_pair_stands_out_from_the_detection_margin_on(over_limit_db, stands_out):
    level = 1e-4 * 10 ** ((SIDEBANDS.detection_margin_db + over_limit_db) / 20)
    assert a_pair(1.5 * level, 0.5j * level).stands_out is stands_out


@pytest.mark.parametrize("at_edge", [False, True])
@pytest.mark.parametrize("lower", [1e-5, 0.02])
def test_a_pair_is_clear_that_stands_out_within_the_bounds_of_its_range(lower, at_edge):
    pair = replace(a_pair(0.0, lower), at_edge=at_edge)
    assert pair.is_clear is (pair.stands_out and not at_edge)
    assert pair.stands_out is (lower > 1e-3)


@pytest.mark.parametrize(
    ("cycles", "is_multiple"),
    [(10.0, False), (19.5, False), (19.7, True), (20.3, True), (20.5, False), (30.0, True), (40.0, False)],
)
def test_a_pair_at_twice_or_thrice_the_distance_may_be_a_multiple(cycles, is_multiple):
    assert a_pair(cycles=cycles).is_multiple_of(a_pair(cycles=10.0)) is is_multiple


def test_the_floor_is_read_off_the_pair_and_off_its_multiples():
    """A Hann taper's main lobe reaches two bins: half of the 2sf of a window of four cycles."""
    assert np.abs(FLOOR_RATIOS - 1).min() > 0.2
    assert np.abs(FLOOR_RATIOS[:, None] - np.array([0, 2, 3])).min() > 0.3


@settings(max_examples=30, deadline=None)
@given(st.floats(0.01, 100.0))
def test_the_floor_grows_in_proportion_with_the_noise(scale):
    random = np.random.default_rng(3)
    baseband = a_baseband({}, length_s=10.0)
    noise = random.normal(size=baseband.log.size) + 1j * random.normal(size=baseband.log.size)
    small, large = (
        SidebandFit(replace(baseband, log=factor * noise), 4.0).pair(4.0) for factor in (1e-2, 1e-2 * scale)
    )
    assert large.floor - 1e-7 == pytest.approx(scale * (small.floor - 1e-7), rel=1e-4)


def test_noise_of_the_amplitude_alone_leaves_no_floor_of_the_phase():
    baseband = a_baseband({}, length_s=10.0)
    noise = np.random.default_rng(4).normal(0, 1e-3, baseband.log.size)
    of_am, of_pm = (
        SidebandFit(replace(baseband, log=part), 4.0).pair(4.0) for part in (noise + 0j, 1j * noise)
    )
    assert of_am.phase_floor < 1e-2 * of_am.amplitude_floor
    assert of_pm.amplitude_floor < 1e-2 * of_pm.phase_floor
    assert of_pm.phase_floor == pytest.approx(of_am.amplitude_floor, rel=1e-3)
