"""A window made ready: the vector turns forwards, and lost samples, orders and channels are told."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal
from signal_factories import (
    a_current_window,
    a_shaking,
    a_space_vector,
    a_vibration_window,
    a_window,
    phase_currents,
    times,
)

from edge_agent.signals.checks.vibration import VibrationCheck
from edge_agent.signals.dsp.decimation import Decimator
from edge_agent.signals.prepared import (
    Current,
    Line,
    Preparation,
    check_even_harmonics,
    current_vector,
    find_line,
    space_vector,
)
from edge_agent.verdict import Reason

RATE_HZ = 1000.0


def a_stream(phases="abc", length_s=4.0, **changes):
    lost = changes.pop("lost", None)
    return a_current_window(
        phase_currents(a_space_vector(times(length_s), **changes), phases), phases, lost=lost
    )


def a_current(line_hz, rate_hz=1000.0, unbalance=0.0):
    return Current(np.ones(200, complex), np.ones(200, bool), rate_hz, Line(line_hz, 1.0, unbalance, False))


@pytest.mark.parametrize("phases", ["abc", "ab", "ca", "a"])
def test_the_line_of_any_phases_has_the_frequency_and_amplitude_of_the_supply(phases):
    current = Preparation().current(a_stream(phases, line_hz=59.9, amplitude_a=3.0))
    assert current.rate_hz == 1000.0
    assert current.line.frequency_hz == pytest.approx(59.9, abs=1e-3)
    assert current.line.amplitude_a == pytest.approx(3.0, rel=1e-3)
    assert (current.line.unbalance is None) == (phases == "a")


def test_phases_in_the_other_order_make_the_same_forward_vector():
    currents = phase_currents(a_space_vector(times(4.0)))
    forwards = Preparation().current(a_current_window(currents))
    swapped = Preparation().current(a_current_window(currents[[0, 2, 1]]))
    assert (forwards.line.reversed_order, swapped.line.reversed_order) == (False, True)
    assert swapped.vector == pytest.approx(forwards.vector, abs=1e-9)
    turns = np.diff(np.unwrap(np.angle(swapped.vector)))
    assert turns.mean() == pytest.approx(2 * np.pi * 60 / 1000, rel=1e-3)


def test_currents_that_are_all_zero_make_none():
    assert Preparation().current(a_current_window(np.zeros((3, 20_000)))) is None


def test_the_vector_without_a_line_is_the_decimated_space_vector():
    vector = current_vector(a_stream(), Decimator(10_000.0))
    middle = vector[100:-100]
    assert np.abs(middle) == pytest.approx(np.full(middle.size, 4.0), rel=2e-3)


def test_lost_scans_are_told_around_the_place_where_they_were():
    current = Preparation().current(a_stream(lost=slice(20_000, 20_001)))
    lost = np.flatnonzero(~current.valid)
    assert current.valid.size == current.vector.size
    assert 0 < lost.size < 30
    assert lost.min() <= 2000 - 12 <= lost.max()


def test_a_pair_of_sidebands_is_seen_from_the_carrier():
    current = Preparation().current(a_stream(lower=0.02, upper=0.01, length_s=8.0))
    baseband = current.baseband
    assert baseband.carrier_hz == current.line.frequency_hz
    assert np.ptp(baseband.log.real) == pytest.approx(0.06, rel=0.05)


@given(line_hz=st.floats(2.0, 100.0))
def test_the_harmonics_are_those_that_the_rate_reaches(line_hz):
    reached = [order for order in (-5, 7) if abs(order) * line_hz <= 435.0]
    for unbalance in (0.0, None):
        assert list(a_current(line_hz, unbalance=unbalance).harmonics) == reached


@pytest.mark.parametrize("phases", [3, 1])
def test_a_harmonic_lies_at_zero_with_its_own_phase_however_many_phases_there_are(phases):
    seconds = times(12.0, 1000.0)
    slow = 0.3 * np.sin(2 * np.pi * 0.2 * seconds)
    vector = sum(a * np.exp(1j * n * (2 * np.pi * 60 * seconds + slow)) for n, a in ((1, 4), (-5, 0.1)))
    vector = signal.hilbert(vector.real) if phases == 1 else vector
    line = Line(60.0, 4.0, 0.0 if phases == 3 else None, False)
    fifth = Current(vector, np.ones(seconds.size, bool), 1000.0, line).harmonics[-5]
    assert np.abs(fifth)[100:-100] == pytest.approx(np.full(fifth.size - 200, 0.1), rel=0.05)
    assert np.ptp(np.unwrap(np.angle(fifth))[100:-100]) == pytest.approx(5 * 0.6, rel=0.02)


def test_the_next_window_of_a_kept_filter_is_the_same_as_a_fresh_one():
    currents = phase_currents(a_space_vector(times(6.0)))
    kept = Preparation()
    kept.current(a_current_window(currents[:, :40_000]))
    second = a_current_window(currents[:, 20_000:], first_scan=20_000)
    np.testing.assert_array_equal(kept.current(second).vector, Preparation().current(second).vector)


def test_vibration_is_what_the_channels_that_tell_something_gave():
    shaking = a_shaking(times(4.0), 29.0)
    window = a_window(a_vibration_window(np.concatenate([np.zeros_like(shaking), shaking])))
    vibration = Preparation().vibration(VibrationCheck(window), 60.0)
    assert vibration.rate_hz == 1000.0
    assert len(vibration.samples) == 1
    assert vibration.samples.any()


def test_there_is_no_vibration_without_a_channel_that_tells_something():
    assert Preparation().vibration(VibrationCheck(a_window(a_stream())), 60.0) is None
    at_rest = a_window(a_vibration_window(np.zeros((2, 40_000))))
    assert Preparation().vibration(VibrationCheck(at_rest), 60.0) is None


@pytest.mark.parametrize("phases", ["abc", "bc", "ac", "ab"])
def test_two_phases_of_a_balanced_motor_are_as_good_as_three(phases):
    vector = a_space_vector(times(1.0, RATE_HZ))
    found = space_vector(phase_currents(vector, phases).astype(np.float32), phases)
    np.testing.assert_allclose(found, vector, atol=1e-5)


def test_one_phase_gives_the_analytic_signal():
    seconds = times(2.0, RATE_HZ)
    vector = a_space_vector(seconds)
    found = space_vector(phase_currents(vector, "a").astype(np.float32), "a")
    np.testing.assert_allclose(found[200:-200], vector[200:-200], atol=0.05)


@pytest.mark.parametrize("line_hz", [17.3, 49.987, 60.021])
def test_the_line_is_found_to_a_millihertz(line_hz):
    line = find_line(a_space_vector(times(4.0, RATE_HZ), line_hz=line_hz), RATE_HZ, one_phase=False)
    assert line.frequency_hz == pytest.approx(line_hz, abs=1e-3)
    assert line.amplitude_a == pytest.approx(4.0, rel=1e-3)
    assert not line.reversed_order


def test_phases_in_the_order_a_c_b_are_noticed():
    swapped = a_space_vector(times(4.0, RATE_HZ)).conj()
    line = find_line(swapped, RATE_HZ, one_phase=False)
    assert line.reversed_order
    assert line.frequency_hz == pytest.approx(60.0, abs=1e-3)


def test_unbalance_is_negative_over_positive_sequence():
    vector = a_space_vector(times(4.0, RATE_HZ))
    line = find_line(vector + 0.08 * vector.conj(), RATE_HZ, one_phase=False)
    assert line.unbalance == pytest.approx(0.08, abs=1e-3)
    assert find_line(vector, RATE_HZ, one_phase=True).unbalance is None


@pytest.mark.parametrize("sides", [(1,), (-1,), (1, -1)])
@pytest.mark.parametrize("reversed_order", [False, True])
def test_the_second_harmonic_is_told_whichever_way_it_turns(sides, reversed_order):
    seconds = times(4.0, RATE_HZ)
    vector = a_space_vector(seconds, line_hz=59.96)
    vector = vector + sum(0.8 / len(sides) * np.exp(2j * np.pi * side * 119.92 * seconds) for side in sides)
    line = find_line(vector.conj() if reversed_order else vector, RATE_HZ, one_phase=False)
    assert line.second_harmonic == pytest.approx(0.2, rel=1e-3)
    assert check_even_harmonics(line, -13.0) is None
    refusal = check_even_harmonics(line, -15.0)
    assert (refusal.reason, refusal.quantity, refusal.limit) == (
        Reason.OUT_OF_DOMAIN,
        "second_harmonic_dbc",
        -15.0,
    )
    assert refusal.value == pytest.approx(-14.0, abs=0.1)


@pytest.mark.parametrize("rate_hz", [150.0, 180.0, 200.0, 239.0])
def test_a_rate_that_does_not_reach_the_second_harmonic_takes_nothing_for_it(rate_hz):
    """At 180 Hz the line itself would stand in its place."""
    vector = a_space_vector(times(12.0, rate_hz)) + 0.2 * a_space_vector(times(12.0, rate_hz)).conj()
    line = find_line(vector, rate_hz, one_phase=False)
    assert line.frequency_hz == pytest.approx(60.0, abs=1e-3)
    assert line.second_harmonic == 0.0


def test_silence_has_no_line():
    assert find_line(np.zeros(1000, complex), RATE_HZ, one_phase=False) is None
