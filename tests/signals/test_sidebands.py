import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from signal_factories import a_space_vector, times

from edge_agent.signals.carrier import demodulate
from edge_agent.signals.sidebands import SidebandFit, decibels

RATE_HZ = 1000.0


def a_fit(length_s=6.0, lost=None, line_hz=60.0, **lines):
    seconds = times(length_s, RATE_HZ)
    vector = a_space_vector(seconds, line_hz=line_hz, **lines)
    valid = np.ones(seconds.size, bool)
    if lost is not None:
        valid[lost] = False
        vector[lost] = 0
    baseband = demodulate(vector, valid, RATE_HZ, line_hz)
    return SidebandFit(baseband, lines.get("pole_pass_hz", 4.0))


@settings(max_examples=40, deadline=None)
@given(
    lower_db=st.floats(-45, -20),
    upper_db=st.floats(-45, -20),
    pole_pass_hz=st.floats(0.8, 12.0),
    wander=st.floats(0, 0.15),
)
def test_both_levels_are_right_whatever_the_slip_and_the_wander(lower_db, upper_db, pole_pass_hz, wander):
    fit = a_fit(
        lower=10 ** (lower_db / 20),
        upper=1j * 10 ** (upper_db / 20),
        pole_pass_hz=pole_pass_hz,
        wander=wander,
    )
    pair = fit.pair(pole_pass_hz)
    assert decibels(abs(pair.lower)) == pytest.approx(lower_db, abs=0.6)
    assert decibels(abs(pair.upper)) == pytest.approx(upper_db, abs=0.6)


@pytest.mark.parametrize("angle_deg", [24, 69, 110, 163])
def test_the_ellipse_angle_is_half_the_angle_of_the_product(angle_deg):
    turn = np.exp(1j * np.radians(angle_deg))
    pair = a_fit(lower=0.01 * turn * 1j, upper=0.01 * turn * -1j).pair(4.0)
    assert pair.ellipse_angle_deg == pytest.approx(angle_deg, abs=1.0)


def test_the_search_finds_the_slip_to_a_tenth_of_a_bin():
    fit = a_fit(lower=0.01, upper=0.006, pole_pass_hz=4.07)
    assert fit.strongest_pair(3.8, 4.3).pole_pass_hz == pytest.approx(4.07, abs=0.1 / 6)


def test_scans_that_were_lost_change_the_levels_little():
    pair = a_fit(lower=0.02, upper=0.01, lost=slice(2000, 2100)).pair(4.0)
    assert decibels(abs(pair.lower)) == pytest.approx(-33.98, abs=0.3)
    assert decibels(pair.floor) < -60


def test_a_pure_carrier_shows_a_floor_far_below_any_fault():
    pair = a_fit().pair(4.0)
    assert decibels(pair.linear_sum) < -90
    assert decibels(pair.floor) < -90


def test_modulation_keeps_the_lines_and_drops_the_wander():
    fit = a_fit(lower=0.02, upper=0.01, wander=0.3)
    modulation = fit.modulation(4.0)
    spectrum = np.abs(np.fft.fft(modulation * np.hanning(modulation.size))) / (modulation.size / 2)
    frequencies = np.fft.fftfreq(modulation.size, 1 / fit.rate_hz)
    assert spectrum[np.abs(frequencies + 4.0) < 0.2].max() == pytest.approx(0.02, rel=0.1)
    assert spectrum[np.abs(frequencies) < 0.5].max() < 0.002
