"""A window made ready: the vector turns forwards, and lost samples, orders and channels are told."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
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
from edge_agent.signals.prepared import Current, Preparation, current_vector
from edge_agent.signals.supply import Line


def a_stream(phases="abc", length_s=4.0, **changes):
    lost = changes.pop("lost", None)
    return a_current_window(
        phase_currents(a_space_vector(times(length_s), **changes), phases), phases, lost=lost
    )


def a_current(line_hz, rate_hz=1000.0, unbalance=0.0):
    return Current(np.ones(10, complex), np.ones(10, bool), rate_hz, Line(line_hz, 1.0, unbalance, False))


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
    baseband = current.demodulated()
    assert baseband.carrier_hz == current.line.frequency_hz
    assert np.ptp(baseband.log.real) == pytest.approx(0.06, rel=0.05)


@given(harmonic=st.integers(-25, 25).filter(bool), line_hz=st.floats(2.0, 100.0))
def test_an_order_is_signed_with_several_phases_and_forward_with_one_where_the_rate_reaches_it(
    harmonic, line_hz
):
    reached = abs(harmonic) * line_hz <= 435.0
    assert a_current(line_hz).order_of(harmonic) == (harmonic if reached else None)
    assert a_current(line_hz, unbalance=None).order_of(harmonic) == (abs(harmonic) if reached else None)


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
