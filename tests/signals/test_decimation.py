from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal
from signal_factories import RATE_HZ, a_current_window, a_space_vector, phase_currents, times

from edge_agent.signals.dsp.decimation import Decimator, decimate, decimate_whole, unbroken


def long_current():
    noise = np.random.default_rng(3).normal(0, 0.2, (3, round(6 * RATE_HZ)))
    return phase_currents(a_space_vector(times(6.0))) + noise


@pytest.mark.parametrize("step", [2000, 20, 3333])
def test_a_later_window_is_the_same_whether_its_past_was_kept_or_not(step):
    currents = long_current()
    kept = Decimator(RATE_HZ)
    kept.process(a_current_window(currents[:, :40000]))
    later = a_current_window(currents[:, step : step + 40000], first_scan=step)
    np.testing.assert_array_equal(kept.process(later), Decimator(RATE_HZ).process(later))


def test_nothing_is_kept_of_a_window_with_a_hole():
    currents = long_current()
    decimator = Decimator(RATE_HZ)
    decimator.process(a_current_window(currents[:, :40000], lost=slice(30000, 30100)))
    later = a_current_window(currents[:, 2000:42000], first_scan=2000)
    np.testing.assert_array_equal(decimator.process(later), Decimator(RATE_HZ).process(later))


def test_nothing_is_kept_of_a_device_that_uses_its_indices_again():
    currents = long_current()
    decimator = Decimator(RATE_HZ)
    decimator.process(a_current_window(currents[:, :40000]))
    restarted = a_current_window(-currents[:, 3000:43000], first_scan=5000)
    np.testing.assert_array_equal(decimator.process(restarted), Decimator(RATE_HZ).process(restarted))


def test_nothing_is_kept_of_counts_of_another_width_for_their_units_differ_in_the_last_digit():
    currents = long_current()
    decimator = Decimator(RATE_HZ)
    decimator.process(a_current_window(currents[:, :40000]))
    later = a_current_window(currents[:, 2000:42000], first_scan=2000)
    wide = replace(later, counts=later.counts.astype(np.int32))
    np.testing.assert_array_equal(decimator.process(wide), Decimator(RATE_HZ).process(wide))


def test_the_same_window_again_gives_the_same():
    window = a_current_window(long_current()[:, :40000])
    decimator = Decimator(RATE_HZ)
    np.testing.assert_array_equal(decimator.process(window), decimator.process(window))


def test_the_line_passes_and_what_would_alias_does_not():
    seconds = times(2.0)
    line = phase_currents(a_space_vector(seconds, amplitude_a=4.0))
    high = phase_currents(a_space_vector(seconds, amplitude_a=4.0, line_hz=940.0))
    decimator = Decimator(RATE_HZ)
    assert np.abs(decimator.process(a_current_window(line))).max() == pytest.approx(4.0, rel=1e-3)
    assert np.abs(Decimator(RATE_HZ).process(a_current_window(high))).max() < 0.004


def test_outputs_that_rest_on_lost_samples_are_not_valid():
    window = a_current_window(long_current()[:, :20000], lost=slice(10000, 10001))
    decimator = Decimator(RATE_HZ)
    valid = decimator.valid(window)
    assert valid.size == decimator.process(window).shape[1]
    lost = np.flatnonzero(~valid)
    assert (lost.min(), lost.max()) == (976, 1000)


def test_a_slow_stream_stays_as_it_is():
    window = a_current_window(long_current()[:, :3000], rate_hz=1000.0)
    np.testing.assert_allclose(Decimator(1000.0).process(window)[0], window.units(0))


@pytest.mark.parametrize("rate_hz", [2000.0, 10_000.0, 12_800.0, 50_000.0])
def test_what_would_fold_beside_a_line_is_a_hundred_decibels_down(rate_hz):
    """Of 40 to 70 Hz, with all that is looked at around it."""
    decimator = Decimator(rate_hz)
    for beside_hz in (0.0, 17.0, 40.0, 55.0, 63.0, 82.0, 100.0):
        tone = np.cos(2 * np.pi * (decimator.rate_hz - beside_hz) * times(1.0, rate_hz))
        window = a_current_window(4.0 * tone[np.newaxis], "a", rate_hz, scale=1e-7)
        assert np.abs(decimator.process(window)).max() < 4e-5


@pytest.mark.parametrize("factor", [2, 8, 10, 13, 50])
def test_an_output_is_the_same_wherever_it_stands_on_any_machine(factor):
    random = np.random.default_rng(factor)
    taps = random.normal(size=24 * factor + 1).astype(np.float32)
    samples = random.normal(size=400 * factor).astype(np.float32)
    whole = decimate(samples, taps, factor)
    for first in (1, 5, 64, 100):
        np.testing.assert_array_equal(decimate(samples[first * factor :], taps, factor), whole[first:])


@settings(max_examples=60, deadline=None)
@given(
    factor=st.integers(1, 60), half=st.integers(0, 400), spare=st.integers(0, 3000), seed=st.integers(0, 99)
)
def test_it_is_the_filter_of_which_every_nth_output_is_kept(factor, half, spare, seed):
    random = np.random.default_rng(seed)
    taps = random.normal(size=half + 1)
    taps = np.concatenate([taps, taps[-2::-1]])
    samples = random.normal(size=taps.size + spare) + 1j * random.normal(size=taps.size + spare)
    usual = signal.fftconvolve(samples, taps, mode="valid")[::factor]
    np.testing.assert_allclose(decimate(samples, taps, factor), usual, atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(factor=st.sampled_from([2, 7, 10, 50]), skipped=st.integers(1, 900), length=st.integers(1300, 20000))
def test_an_output_is_the_same_wherever_its_samples_stand(factor, skipped, length):
    random = np.random.default_rng(length)
    taps = signal.firwin(24 * factor + 1, 0.86 / factor).astype(np.float32)
    samples = random.normal(size=skipped * factor + length).astype(np.float32)
    later = decimate(samples[skipped * factor :], taps, factor)
    np.testing.assert_array_equal(later, decimate(samples, taps, factor)[skipped:])


@given(factor=st.integers(1, 9), half=st.integers(0, 12), spare=st.integers(0, 40), lost=st.integers(0, 60))
def test_an_output_is_unbroken_where_none_of_its_samples_was_lost(factor, half, spare, lost):
    taps = 2 * half + 1
    valid = np.ones(taps + spare, bool)
    valid[lost % valid.size] = False
    rests_on = [valid[first : first + taps].all() for first in range(0, spare + 1, factor)]
    assert unbroken(valid, taps, factor).tolist() == rests_on
    assert decimate(np.ones(valid.size), np.ones(taps), factor).size == len(rests_on)


@pytest.mark.parametrize("factor", [1, 3, 8])
@pytest.mark.parametrize("count", [97, 104, 105, 1200])
def test_the_quick_decimation_of_a_whole_window_is_the_other_one_but_for_rounding(count, factor):
    rng = np.random.default_rng(count)
    samples, taps = rng.normal(size=count) + 1j * rng.normal(size=count), rng.normal(size=97)
    quick = decimate_whole(samples, taps, factor)
    np.testing.assert_allclose(quick, decimate(samples, taps, factor), rtol=0, atol=1e-12)
