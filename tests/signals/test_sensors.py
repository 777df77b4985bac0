"""Sensors that cannot be those of this motor are refused with the channel, those that can be are not.

Magnitudes and gains by whole windows; sum, angle and drift of phase currents in closed form.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from signal_factories import (
    CURRENT_SCALE,
    a_current_window,
    a_nameplate,
    a_space_vector,
    phase_currents,
    times,
)

from edge_agent.acquire.samples import Channel, ChannelKind, Stream
from edge_agent.circuit import fit_circuit
from edge_agent.limits import WIRING
from edge_agent.signals.checks.quality import check_currents
from edge_agent.signals.checks.sensors import (
    check_drift,
    current_limits_a,
    gain_drift,
    phase_angle_deg,
    zero_sequence,
)
from edge_agent.verdict import Reason
from edge_agent.windows.sliding import StreamWindow

RATED_A = a_nameplate().rated_current_a


def a_window_of(rms_over_rated=0.8, factors=(1.0, 1.0, 1.0), phases="abc", unbalance=0.0, seconds=6.0):
    """Currents of a steady motor, each read in a scale that is wrong by its factor."""
    time = times(seconds)
    amplitude_a = 2**0.5 * RATED_A * rms_over_rated
    vector = a_space_vector(time, lower=0.02, upper=0.01, amplitude_a=amplitude_a)
    vector = vector + unbalance * a_space_vector(time, line_hz=-60.0, amplitude_a=amplitude_a)
    rows = phase_currents(vector, phases)
    rows += np.random.default_rng(4).normal(0, 0.004, rows.shape)
    window = a_current_window(rows, phases)
    channels = tuple(
        Channel(f"i{p}", ChannelKind.CURRENT, "A", CURRENT_SCALE * factor, phase=p)
        for p, factor in zip(phases, factors, strict=False)
    )
    stream = Stream(0, window.stream.rate_hz, channels)
    return StreamWindow(stream, 0, window.counts, window.valid, 0)


def refusal_of(plate=None, **window):
    return check_currents(a_window_of(**window), plate or a_nameplate())


@pytest.mark.parametrize("factor", [1000.0, 30.0, 10.0, 100.0, 1e6])
@pytest.mark.parametrize("phases", ["abc", "bc", "a"])
def test_currents_that_are_too_large_for_the_plate_are_refused_by_name(factor, phases):
    refusal = refusal_of(factors=(factor,) * 3, phases=phases)
    assert (refusal.reason, refusal.quantity) == (Reason.WRONG_SCALE, "current_above_pull_out_a")
    assert refusal.channel == ", ".join(f"i{p}" for p in phases)
    assert refusal.value == pytest.approx(factor * 0.8 * RATED_A, rel=0.02)
    assert 3 * RATED_A < refusal.limit < 6 * RATED_A


@pytest.mark.parametrize("factor", [0.1, 0.15])
@pytest.mark.parametrize("phases", ["abc", "bc", "a"])
def test_currents_below_those_of_the_idling_motor_are_refused(factor, phases):
    refusal = refusal_of(factors=(factor,) * 3, phases=phases)
    assert (refusal.reason, refusal.quantity) == (Reason.WRONG_SCALE, "current_below_idle_a")
    assert refusal.value < refusal.limit < fit_circuit(a_nameplate()).no_load_current_rms_a


@pytest.mark.parametrize("factor", [1000.0, 30.0, 10.0, 3.0, 2.0, 0.33, 0.1, 0.03])
@pytest.mark.parametrize("wrong", [0, 1, 2])
def test_the_one_current_of_three_in_a_wrong_scale_is_named(factor, wrong):
    factors = [1.0, 1.0, 1.0]
    factors[wrong] = factor
    refusal = refusal_of(factors=factors)
    assert (refusal.reason, refusal.channel) == (Reason.WRONG_SCALE, f"i{'abc'[wrong]}")
    if refusal.quantity == "gain_over_others":
        assert refusal.value == pytest.approx(factor, rel=0.02)


def test_the_one_that_is_right_is_not_accused_where_the_plate_speaks_against_the_others():
    assert refusal_of(factors=(0.1, 1.0, 0.1)).channel == "ia, ic"
    assert refusal_of(factors=(10.0, 1.0, 10.0)).channel == "ia, ic"


@pytest.mark.parametrize(
    ("factor", "channel"), [(10.0, "ib"), (1000.0, "ib"), (3.0, "ib or ic"), (0.1, "ib or ic")]
)
def test_of_two_currents_the_one_is_named_or_both(factor, channel):
    refusal = refusal_of(factors=(factor, 1.0), phases="bc")
    assert (refusal.reason, refusal.channel) == (Reason.WRONG_SCALE, channel)


@pytest.mark.parametrize("rms_over_rated", [0.35, 0.6, 1.0, 1.5, 2.5])
@pytest.mark.parametrize("unbalance", [0.0, 0.1, 0.25])
@pytest.mark.parametrize("gain", [0.9, 1.1])
def test_motors_that_are_loaded_unbalanced_and_measured_by_unequal_sensors_are_not_accused(
    rms_over_rated, unbalance, gain
):
    refusal = refusal_of(rms_over_rated=rms_over_rated, unbalance=unbalance, factors=(1.0, gain, 1.0))
    assert refusal is None or refusal.reason is not Reason.WRONG_SCALE


def test_behind_a_drive_a_small_current_may_be_that_of_a_weak_flux():
    refusal = refusal_of(plate=a_nameplate(supply="vfd"), factors=(0.15,) * 3)
    assert refusal is None
    assert current_limits_a(a_nameplate(supply="vfd"))[0] < current_limits_a(a_nameplate())[0]


@pytest.mark.parametrize("shape", ["falls", "rises", "falls at its end"])
def test_a_large_current_that_changes_is_that_of_a_start(shape):
    window = a_window_of(rms_over_rated=6.5)
    course = {
        "falls": np.linspace(1.0, 0.85, window.valid.size),
        "rises": np.linspace(0.8, 1.0, window.valid.size),
        "falls at its end": np.where(np.arange(window.valid.size) < 0.7 * window.valid.size, 1.0, 0.8),
    }[shape]
    counts = np.rint(course * window.counts.astype(float)).astype(np.int32)
    refusal = check_currents(StreamWindow(window.stream, 0, counts, window.valid, 0), a_nameplate())
    assert (refusal.reason, refusal.quantity) == (Reason.STARTING, "change_of_large_current")


@pytest.mark.parametrize("share", [0.0, 0.003])
def test_a_phase_without_current_is_missing_and_named_rather_than_in_a_wrong_scale(share):
    window = a_window_of()
    counts = window.counts.copy()
    noise = np.random.default_rng(1).normal(0, 3.0, counts.shape[1])
    counts[1] = np.rint(share * counts[1] + noise).astype(np.int16)
    refusal = check_currents(StreamWindow(window.stream, 0, counts, window.valid, 0), a_nameplate())
    assert (refusal.reason, refusal.channel) == (Reason.MISSING_PHASE, "ib")


@pytest.mark.parametrize(
    ("zero", "dead", "reason"),
    [
        (2048, 2048, Reason.MISSING_PHASE),
        (0, 0, Reason.MISSING_PHASE),
        (-3000, -3000, Reason.MISSING_PHASE),
        (2048, 0, Reason.STUCK_CHANNEL),
        (0, 2048, Reason.STUCK_CHANNEL),
    ],
)
def test_a_dead_phase_is_missing_where_it_stands_at_its_own_zero_and_else_stuck(zero, dead, reason):
    window = a_window_of()
    channels = tuple(
        Channel(c.name, c.kind, c.unit, c.scale, offset=zero, phase=c.phase) for c in window.stream.channels
    )
    counts = window.counts + zero
    counts[2] = dead
    stream = Stream(0, window.stream.rate_hz, channels)
    refusal = check_currents(StreamWindow(stream, 0, counts, window.valid, 0), a_nameplate())
    assert (refusal.reason, refusal.channel) == (reason, "ic")


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


def drift_limit(smallest_steps):
    return check_drift(a_drifting(0.5), smallest_steps).limit


@given(st.floats(1, 1e5), st.floats(1, 1e5))
def test_a_finer_converter_never_allows_more_drift(one, other):
    coarse, fine = sorted([one, other])
    assert drift_limit(coarse) >= drift_limit(fine) >= WIRING.min_gain_drift


@pytest.mark.parametrize(("steps", "limit"), [(0.0, 0.021), (1.0, 0.021), (20.0, 0.002), (1e9, 0.001)])
def test_the_limit_of_the_drift_is_that_of_the_converter_and_bounded_at_both_ends(steps, limit):
    assert drift_limit(steps) == pytest.approx(limit)
