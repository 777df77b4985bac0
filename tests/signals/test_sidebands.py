from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from signal_factories import a_space_vector, times

from edge_agent.signals.dsp.carrier import demodulate
from edge_agent.signals.dsp.tones import decibels
from edge_agent.signals.sidebands.fit import SidebandFit, SidebandPair

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


@settings(max_examples=40, deadline=None)
@given(
    ratio=st.sampled_from([-5.5, -4.5, -3.5, -2.5, -1.6, 1.6, 2.5, 3.5, 4.5]),
    phase=st.floats(0, 2 * np.pi),
    pole_pass_hz=st.floats(0.8, 8.0),
)
def test_a_foreign_line_beside_leaks_little_even_into_the_shortest_window(ratio, phase, pole_pass_hz):
    """A bare fit of 3.2 cycles would be 0.35 dB wrong: the window keeps the stranger out."""
    seconds = times(3.2 / pole_pass_hz + 0.1, RATE_HZ)
    vector = a_space_vector(seconds, lower=0.02, upper=0.01j, pole_pass_hz=pole_pass_hz)
    vector *= 1 + 0.01 * np.exp(1j * (2 * np.pi * ratio * pole_pass_hz * seconds + phase))
    baseband = demodulate(vector, np.ones(seconds.size, bool), RATE_HZ, 60.0)
    pair = SidebandFit(baseband, pole_pass_hz).pair(pole_pass_hz)
    assert pair.cycles < 3.4
    assert decibels(abs(pair.lower)) == pytest.approx(-33.98, abs=0.3)


def test_the_pairs_at_twice_and_three_times_the_distance_are_measured_too():
    seconds = times(6.0, RATE_HZ)
    swing = 2j * np.pi * 4.0 * seconds
    lines = sum(0.01 / k * (np.exp(k * swing) + np.exp(-k * swing)) for k in (1, 2, 3))
    vector = np.exp(2j * np.pi * 60 * seconds + lines)
    baseband = demodulate(vector, np.ones(seconds.size, bool), RATE_HZ, 60.0)
    pair = SidebandFit(baseband, 4.0).pair(4.0)
    assert pair.linear_sum == pytest.approx(0.02, rel=0.02)
    assert pair.higher_sums == pytest.approx((0.01, 0.0067), rel=0.02)


@pytest.mark.parametrize(
    ("lower", "upper", "ratio"), [(0.02, 0.0, 1.0), (0.02, 0.01, 1 / 3), (0.01, 0.01, 0.0)]
)
def test_one_sideband_draws_a_circle_and_two_equal_ones_a_line(lower, upper, ratio):
    assert a_fit(lower=lower, upper=upper).pair(4.0).ellipse_axis_ratio == pytest.approx(ratio, abs=0.02)


@pytest.mark.parametrize("angle_deg", [24, 69, 110, 163])
def test_the_ellipse_angle_is_half_the_angle_of_the_product(angle_deg):
    turn = np.exp(1j * np.radians(angle_deg))
    pair = a_fit(lower=0.01 * turn * 1j, upper=0.01 * turn * -1j).pair(4.0)
    assert pair.ellipse_angle_deg == pytest.approx(angle_deg, abs=1.0)


def test_scans_that_were_lost_change_the_levels_little():
    pair = a_fit(lower=0.02, upper=0.01, lost=slice(2000, 2100)).pair(4.0)
    assert decibels(abs(pair.lower)) == pytest.approx(-33.98, abs=0.3)
    assert decibels(pair.floor) < -60


def test_a_pure_carrier_shows_a_floor_far_below_any_fault():
    pair = a_fit().pair(4.0)
    assert decibels(pair.linear_sum) < -90
    assert decibels(pair.floor) < -90


def test_amplitude_and_phase_are_told_apart():
    """ln of (1 + 0.02 cos wt) exp(0.01 j cos wt) is, to first order, 0.02 cos wt + 0.01 j cos wt."""
    fit = a_fit(upper=0.01 + 0.005j, lower=0.01 + 0.005j)
    pair = fit.pair(4.0)
    assert pair.am_index == pytest.approx(0.02, rel=0.01)
    assert pair.pm_index == pytest.approx(0.01, rel=0.02)
    assert pair.pm_in_phase == pytest.approx(0.01, rel=0.02)
    against = a_fit(upper=0.01 - 0.005j, lower=0.01 - 0.005j).pair(4.0)
    assert against.pm_in_phase == pytest.approx(-0.01, rel=0.02)


def noisy_fits(exponent, count=40, length_s=8.0, amplitude=False):
    """Carriers whose phase, or amplitude, is noise with a spectrum that falls with the distance."""
    for seed in range(count):
        seconds = times(length_s, RATE_HZ)
        hz = np.fft.rfftfreq(4 * seconds.size, 1 / RATE_HZ)
        random = np.random.default_rng(seed)
        spectrum = random.normal(size=hz.size) + 1j * random.normal(size=hz.size)
        spectrum *= np.where((hz > 0.05) & (hz < 30), np.maximum(hz, 0.05) ** -exponent, 0.0)
        noise = np.fft.irfft(spectrum)[: seconds.size]
        noise *= 1e-3 / noise.std()
        turned = noise if amplitude else 1j * noise
        vector = np.exp(2j * np.pi * 60 * seconds + turned)
        baseband = demodulate(vector, np.ones(seconds.size, bool), RATE_HZ, 60.0)
        yield baseband


@pytest.mark.parametrize("exponent", [0.0, 1.0, 2.0], ids=["white", "pink", "wander"])
@pytest.mark.parametrize(("cycles", "most"), [(4.0, 2.3), (12.0, 1.4)])
def test_the_floor_is_what_noise_shows_where_the_pair_would_stand(exponent, cycles, most):
    """Of short windows it may be above: what the fit took of wander is not known of white noise."""
    pole_pass_hz = cycles / 8.0
    pairs = [SidebandFit(b, pole_pass_hz).pair(pole_pass_hz) for b in noisy_fits(exponent)]
    shown = np.sqrt(np.mean([np.abs(p.upper) ** 2 for p in pairs]))
    assert 0.65 < np.median([p.floor for p in pairs]) / shown < most


@pytest.mark.parametrize("ratio", [0.7, 1.35, -0.7, -1.35])
@pytest.mark.parametrize("cycles", [10.0, 15.0, 25.0])
def test_a_foreign_line_beside_hardly_lifts_the_floor(ratio, cycles):
    """A line at -40 dBc: a floor that followed it would hide sidebands of -60 dBc."""
    pole_pass_hz = cycles / 12.0
    seconds = times(12.0, RATE_HZ)
    vector = a_space_vector(seconds) * (1 + 0.01 * np.exp(2j * np.pi * ratio * pole_pass_hz * seconds))
    noise = np.random.default_rng(1).normal(0, 1e-4, (2, seconds.size))
    baseband = demodulate(vector + noise[0] + 1j * noise[1], np.ones(seconds.size, bool), RATE_HZ, 60.0)
    assert decibels(SidebandFit(baseband, pole_pass_hz).pair(pole_pass_hz).floor) < -90


def test_noise_of_the_phase_leaves_the_floor_of_the_amplitude_low():
    for pair in (SidebandFit(b, 1.0).pair(1.0) for b in noisy_fits(2.0, count=5)):
        assert pair.amplitude_floor < 0.05 * pair.phase_floor
    for pair in (SidebandFit(b, 1.0).pair(1.0) for b in noisy_fits(2.0, count=5, amplitude=True)):
        assert pair.phase_floor < 0.05 * pair.amplitude_floor


def test_modulation_keeps_the_lines_and_drops_the_wander():
    fit = a_fit(lower=0.02, upper=0.01, wander=0.3)
    modulation = fit.modulation(4.0)
    spectrum = np.abs(np.fft.fft(modulation * np.hanning(modulation.size))) / (modulation.size / 2)
    frequencies = np.fft.fftfreq(modulation.size, 1 / fit.rate_hz)
    assert spectrum[np.abs(frequencies + 4.0) < 0.2].max() == pytest.approx(0.02, rel=0.1)
    assert spectrum[np.abs(frequencies) < 0.5].max() < 0.002


@pytest.mark.parametrize(("cycles", "multiple"), [(13.6, True), (20.3, True), (6.8, False), (15.0, False)])
def test_the_pairs_at_4sf_and_6sf_are_known_by_their_first(cycles, multiple):
    first = SidebandPair(0.01, 0.01, 1e-4, 1e-4, 1e-4, 0.57, 0.0057, cycles=6.8)
    assert replace(first, cycles=cycles).is_multiple_of(first) is multiple
