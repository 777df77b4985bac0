"""Currents averaged over blocks keep amplitude, phase and frequency of the line, by closed forms."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from signal_factories import (
    RATE_HZ,
    a_current_window,
    a_space_vector,
    phase_currents,
    times,
)

from edge_agent.signals.checks.coarse import CoarseCurrents, coarse_currents


def coarse_of(line_hz=60.0, length_s=2.0, offset_a=0.0, lost=None, phases="abc", **vector):
    currents = phase_currents(a_space_vector(times(length_s), line_hz=line_hz, **vector), phases)
    return coarse_currents(a_current_window(currents + offset_a, phases, lost=lost), line_hz)


def share_left(line_hz, factor):
    """What the average over so many scans leaves of a sine's amplitude."""
    turn = math.pi * line_hz / RATE_HZ
    return math.sin(factor * turn) / (factor * math.sin(turn))


def bare(samples, rate_hz, frequency_hz):
    return CoarseCurrents(samples.astype(np.float32), np.ones(samples.shape[1], bool), rate_hz, frequency_hz)


@pytest.mark.parametrize(("line_hz", "factor"), [(50.0, 5), (60.0, 4), (400.0, 1), (3.0, 83)])
def test_a_period_has_about_forty_blocks_or_as_many_as_there_are_scans(line_hz, factor):
    coarse = coarse_of(line_hz, length_s=4.0)
    assert coarse.rate_hz == RATE_HZ / factor
    assert coarse.samples.shape == (3, 40_000 // factor)
    assert coarse.valid.all()


@pytest.mark.parametrize("line_hz", [50.0, 60.0, 400.0])
def test_the_amplitude_is_that_of_the_sine_times_what_the_average_leaves(line_hz):
    factor = max(1, int(RATE_HZ / 40 / line_hz))
    expected = 4.0 * share_left(line_hz, factor)
    assert coarse_of(line_hz).amplitudes_a == pytest.approx(np.full(3, expected), rel=1e-3)


def test_a_constant_current_is_taken_off():
    assert coarse_of(offset_a=7.0).samples == pytest.approx(coarse_of().samples, abs=1e-3)


@settings(max_examples=30)
@given(line_hz=st.floats(45.0, 66.0), amplitude_a=st.floats(0.5, 20.0))
def test_the_frequency_is_found_between_the_bins(line_hz, amplitude_a):
    coarse = coarse_of(line_hz, amplitude_a=amplitude_a)
    assert coarse.frequency_hz == pytest.approx(line_hz, abs=0.02)


def test_the_frequency_is_that_of_the_strongest_phase():
    seconds = times(2.0)
    currents = np.stack([np.cos(2 * np.pi * 45 * seconds), 3 * np.cos(2 * np.pi * 60 * seconds)])
    assert coarse_currents(a_current_window(currents, "ab"), 60.0).frequency_hz == pytest.approx(60, abs=0.01)


def test_a_drift_below_two_hertz_is_no_line():
    seconds = times(4.0)
    currents = np.cos(2 * np.pi * 60 * seconds) + 10 * np.cos(2 * np.pi * 0.5 * seconds)
    assert coarse_currents(a_current_window(currents[None], "a"), 60.0).frequency_hz == pytest.approx(
        60, abs=0.05
    )


def test_a_block_with_a_lost_scan_is_not_valid_and_zero():
    coarse = coarse_of(lost=slice(7, 9))
    assert np.flatnonzero(~coarse.valid).tolist() == [1, 2]
    assert not coarse.samples[:, ~coarse.valid].any()


@settings(max_examples=30)
@given(amplitude=st.floats(0.1, 100.0), angle=st.floats(-3.0, 3.0))
def test_the_phasors_are_amplitude_and_angle_of_the_sine_in_all_eight_parts(amplitude, angle):
    turn = 2 * np.pi * 50 * np.arange(8000) / 2000 + angle
    phasors = bare(amplitude * np.cos(turn)[None], 2000.0, 50.0).phasors
    expected = np.full((1, 8), amplitude * np.exp(1j * angle))
    assert np.abs(phasors - expected).max() < 1e-3 * amplitude


@pytest.mark.parametrize(("periods", "parts"), [(5, 1), (19, 1), (20, 2), (79, 7), (80, 8), (800, 8)])
def test_each_part_has_at_least_ten_periods(periods, parts):
    turn = 2 * np.pi * 50 * np.arange(40 * periods) / 2000
    assert bare(np.cos(turn)[None], 2000.0, 50.0).phasors.shape == (1, parts)


def test_a_sine_beside_the_frequency_turns_from_part_to_part():
    turn = 2 * np.pi * 50.1 * np.arange(8000) / 2000
    phasors = bare(np.cos(turn)[None], 2000.0, 50.0).phasors[0]
    assert np.angle(phasors[1:] / phasors[:-1]) == pytest.approx(np.full(7, 2 * np.pi * 0.1 * 0.5), abs=1e-2)


def test_the_currents_of_a_window_are_averaged_once_and_those_of_another_one_anew():
    currents = phase_currents(a_space_vector(times(2.0)))
    window, same = a_current_window(currents), a_current_window(currents)
    coarse = coarse_currents(window, 60.0)
    assert coarse_currents(window, 60.0) is coarse
    assert coarse_currents(same, 60.0) is not coarse
    np.testing.assert_array_equal(coarse_currents(same, 60.0).samples, coarse.samples)
    with pytest.raises(ValueError, match="read-only"):
        coarse.samples[0, 0] = 1.0
