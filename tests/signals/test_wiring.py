"""Sum, angle and drift of phase currents, in closed form."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.limits import WIRING
from edge_agent.signals.checks.wiring import drift_limit, gain_drift, phase_angle_deg, zero_sequence

A = np.exp(2j * np.pi / 3)
PARTS = 8
COMPLEX = st.complex_numbers(min_magnitude=0.1, max_magnitude=10)
CENTRED = (np.arange(PARTS) - (PARTS - 1) / 2) / PARTS
"""Middles of the parts, in windows."""


def balanced(parts=PARTS, amplitude_a=4.0):
    """Three currents a third of a turn apart, (3, parts)."""
    return amplitude_a * np.exp(-2j * np.pi / 3 * np.arange(3))[:, None] * np.ones(parts)


def a_drifting(change, phase=0, parts=PARTS):
    phasors = balanced(parts)
    phasors[phase] *= 1 + change * (np.arange(parts) - (parts - 1) / 2) / parts
    return phasors


def noise(scale, seed=1, parts=PARTS):
    random = np.random.default_rng(seed)
    return scale * (random.normal(size=(3, parts)) + 1j * random.normal(size=(3, parts)))


@given(COMPLEX, st.complex_numbers(max_magnitude=20))
def test_three_wires_have_no_zero_sequence_however_unbalanced(first, second):
    phasors = np.array([first, second, -first - second])[:, None] * np.ones(PARTS)
    assert zero_sequence(phasors) < 1e-12


@pytest.mark.parametrize("reversed_phase", [0, 1, 2])
def test_one_reversed_sensor_makes_a_zero_sequence_of_two_thirds(reversed_phase):
    phasors = balanced()
    phasors[reversed_phase] *= -1
    assert zero_sequence(phasors) == pytest.approx(2 / 3)
    assert zero_sequence(phasors) > WIRING.max_zero_sequence


def test_three_sensors_on_one_phase_have_nothing_but_a_zero_sequence():
    assert zero_sequence(np.full((3, PARTS), 2 - 1j)) == pytest.approx(1.0)


@pytest.mark.parametrize("gain", [0.5, 0.9, 1.1, 2.0])
def test_a_sensor_of_another_gain_makes_a_zero_sequence_of_its_error_over_all_gains(gain):
    phasors = balanced()
    phasors[1] *= gain
    assert zero_sequence(phasors) == pytest.approx(abs(gain - 1) / (gain + 2))


@given(COMPLEX)
def test_the_zero_sequence_depends_on_neither_scale_nor_common_phase(factor):
    phasors = balanced() * np.array([[1.0], [0.7], [1.3]])
    assert zero_sequence(factor * phasors) == pytest.approx(zero_sequence(phasors))


@given(st.floats(-180, 180), COMPLEX, st.floats(0.1, 10))
def test_the_angle_between_two_currents_has_no_sign_and_ignores_amplitudes(angle_deg, first, ratio):
    second = ratio * first * np.exp(1j * np.radians(angle_deg))
    phasors = np.array([first, second])[:, None] * np.ones(PARTS)
    assert phase_angle_deg(phasors) == pytest.approx(abs(angle_deg), abs=1e-5)
    assert phase_angle_deg(phasors[::-1]) == pytest.approx(abs(angle_deg), abs=1e-5)


def test_the_angle_is_120_as_wired_60_with_one_reversed_and_180_with_the_third_open():
    one, two = balanced()[:2]
    assert phase_angle_deg(np.array([one, two])) == pytest.approx(120)
    assert phase_angle_deg(np.array([one, -two])) == pytest.approx(60)
    assert phase_angle_deg(np.array([one, -one])) == pytest.approx(180)


def test_parts_whose_common_phase_wanders_leave_the_angle_as_it_is():
    turned = balanced()[:2] * np.exp(1j * np.linspace(0, 20, PARTS))
    assert phase_angle_deg(turned) == pytest.approx(120)


@given(
    st.floats(0.002, 0.05),
    st.sampled_from([-1, 1]),
    st.integers(0, 2),
    st.booleans(),
    st.integers(4, 12),
)
def test_a_gain_that_drifts_is_measured_whatever_its_sensor_and_the_order_of_phases(
    change, sign, phase, is_reversed, parts
):
    phasors = a_drifting(sign * change, phase, parts)
    measured = gain_drift(phasors.conj() if is_reversed else phasors)
    assert measured == pytest.approx(change, rel=0.05)


@given(st.complex_numbers(min_magnitude=0.1, max_magnitude=10))
def test_the_drift_depends_on_neither_scale_nor_common_phase(factor):
    assert gain_drift(factor * a_drifting(0.01)) == pytest.approx(gain_drift(a_drifting(0.01)))


def test_a_load_that_changes_all_currents_is_no_drift():
    unequal = balanced() * np.array([[1.0], [0.97], [1.02]])
    assert gain_drift(unequal * (1 + 0.3 * CENTRED)) < 1e-12


def test_an_unbalance_that_changes_is_no_drift():
    """Unequal sensors give a changing negative sequence a sum that changes less than it."""
    negative = balanced().conj() * (0.05 * CENTRED)
    sensors = np.array([[1.0], [0.97], [1.02]])
    assert gain_drift((balanced() + negative) * sensors) == 0.0


def test_the_sum_that_one_gain_moves_changes_three_times_as_much_as_the_negative_sequence():
    phasors = a_drifting(0.01)
    negative = (phasors[0] + A**2 * phasors[1] + A * phasors[2]) / 3
    other = (phasors[0] + A * phasors[1] + A**2 * phasors[2]) / 3
    smaller = min(negative, other, key=lambda sequence: np.abs(sequence).sum())
    assert np.ptp(phasors.sum(axis=0).real) == pytest.approx(3 * np.ptp(smaller.real))


@pytest.mark.parametrize(("parts", "shows"), [(1, False), (2, False), (3, False), (4, True)])
def test_few_parts_show_no_trend(parts, shows):
    assert (gain_drift(a_drifting(0.02, parts=parts)) > 0) == shows


@pytest.mark.parametrize("seed", range(20))
def test_noise_alone_is_no_drift(seed):
    assert gain_drift(balanced() + noise(0.01, seed)) == 0.0


def test_a_drift_must_stand_out_of_the_noise():
    drifting = a_drifting(0.02)
    assert gain_drift(drifting + noise(1e-4)) == pytest.approx(0.02, rel=0.05)
    assert gain_drift(drifting + noise(0.05)) == 0.0


def test_a_sum_that_bends_back_is_no_drift():
    phasors = balanced()
    phasors[0] *= 1 + 0.02 * CENTRED**2
    assert gain_drift(phasors) == 0.0


@given(st.floats(1, 1e5), st.floats(1, 1e5))
def test_a_finer_converter_never_allows_more_drift(one, other):
    coarse, fine = sorted([one, other])
    assert drift_limit(coarse) >= drift_limit(fine) >= WIRING.min_gain_drift


@pytest.mark.parametrize(("steps", "limit"), [(0.0, 0.021), (1.0, 0.021), (20.0, 0.002), (1e9, 0.001)])
def test_the_limit_of_the_drift_is_that_of_the_converter_and_bounded_at_both_ends(steps, limit):
    assert drift_limit(steps) == pytest.approx(limit)
