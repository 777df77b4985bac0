from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from signal_factories import (
    a_current_window,
    a_nameplate,
    a_space_vector,
    a_vibration_window,
    phase_currents,
    times,
)

from edge_agent.signals.checks.flat import held_s
from edge_agent.signals.checks.quality import check_currents
from edge_agent.signals.checks.vibration import usable_vibration
from edge_agent.verdict import Reason, Refusal

LENGTH_S = 6.0


def currents(seed=0, noise=0.005, seconds=None, **lines):
    seconds = times(LENGTH_S) if seconds is None else seconds
    clean = phase_currents(a_space_vector(seconds, **({"lower": 0.03, "upper": 0.01} | lines)))
    return clean + np.random.default_rng(seed).normal(0, noise, clean.shape)


def refusal_of(samples, plate=None, **window):
    return check_currents(a_current_window(samples, **window), plate or a_nameplate())


def reason_of(samples, **window):
    refusal = refusal_of(samples, **window)
    return refusal and refusal.reason


def test_good_currents_pass_whether_of_three_two_or_one_phase():
    assert reason_of(currents()) is None
    assert reason_of(currents()[:2], phases="ab") is None
    assert reason_of(currents()[:1], phases="a") is None


def test_strong_sidebands_and_an_unbalance_are_no_fault_of_the_sensors():
    unbalanced = currents(lower=0.1, upper=0.05)
    unbalanced += 0.3 * phase_currents(a_space_vector(times(LENGTH_S), line_hz=-60.0))
    assert reason_of(unbalanced) is None


def test_coarse_eight_bit_currents_are_not_taken_for_clipped():
    assert reason_of(np.rint(currents() / 0.04) * 0.04) is None


def test_a_motor_that_is_off_is_off():
    assert reason_of(currents() * 0.01) is Reason.MOTOR_OFF


def test_a_motor_that_starts_within_the_window_is_starting_though_all_currents_stood_still():
    samples = currents()
    samples[:, :20000] = 0.0
    assert reason_of(samples) is Reason.STARTING


def test_a_phase_without_current_is_missing_with_or_without_noise():
    samples = currents()
    samples[1] *= 0.01
    assert reason_of(samples) is Reason.MISSING_PHASE
    samples[1] = 0.0
    assert reason_of(samples) is Reason.MISSING_PHASE


def test_two_opposite_currents_show_that_the_third_phase_is_missing():
    line = currents()[0]
    assert reason_of(np.stack([line, -line]), phases="bc") is Reason.MISSING_PHASE


def test_a_channel_that_stands_still_is_stuck():
    samples = currents()
    samples[2] = 1.0
    assert reason_of(samples) is Reason.STUCK_CHANNEL
    held = currents()
    held[0, 30000:] = held[0, 30000]
    assert reason_of(held) is Reason.STUCK_CHANNEL


@pytest.mark.parametrize("phases", ["abc", "ab", "a"])
@pytest.mark.parametrize("dropout_s", [0.002, 0.02, 0.08])
def test_zeros_in_the_middle_of_a_current_are_a_stuck_channel(phases, dropout_s):
    samples = currents()[: len(phases)]
    samples[0, 20011 : 20011 + round(dropout_s * 10_000)] = 0.0
    refusal = refusal_of(samples, phases=phases)
    assert refusal.reason is Reason.STUCK_CHANNEL
    assert refusal.value == pytest.approx(dropout_s, rel=0.2)
    assert refusal.value > refusal.limit


def test_a_hold_is_found_in_less_than_a_period_of_the_line_too():
    counts = np.arange(4000) % 1000
    counts[1000:1500] = 480
    assert held_s(counts, 500.0, rate_hz=10_000.0, line_frequency_hz=2.0) == pytest.approx(
        (0.05, 0.0017), rel=0.05
    )


@pytest.mark.parametrize("drop", [0.6, 0.7])
def test_the_peaks_of_a_current_that_stepped_down_are_not_taken_for_held(drop):
    """Coarse counts rest at each peak; those of the smaller current lie below three quarters of the usual."""
    samples = currents(noise=0.0)
    samples[:, 40000:] *= drop
    refusal = refusal_of(np.rint(samples / 0.1) * 0.1)
    assert refusal is None or refusal.reason is not Reason.STUCK_CHANNEL


@pytest.mark.parametrize("fifth", [0.025, 0.035])
def test_tops_that_the_fifth_harmonic_flattens_are_not_clipped(fifth):
    """It turns backwards, against the fundamental at its peaks; coarse counts make the tops flatter still."""
    seconds = times(LENGTH_S)
    fundamental = a_space_vector(seconds)
    harmonic = -fifth * fundamental.conj() ** 5 / np.abs(fundamental) ** 4
    assert reason_of(np.rint(phase_currents(fundamental + harmonic) / 0.035) * 0.035) is None


@pytest.mark.parametrize("share", [0.8, 0.9, 0.95])
@pytest.mark.parametrize("later_noise", [0.0, 0.02])
def test_flat_tops_are_clipped_even_under_the_noise_of_the_converter(share, later_noise):
    samples = currents(lower=0.05, upper=0.02)
    limit = share * np.abs(samples).max()
    samples[1] = np.clip(samples[1], -limit, limit)
    samples[1] += np.random.default_rng(1).normal(0, later_noise, samples[1].shape)
    assert reason_of(samples) is Reason.CLIPPED


@given(
    lost_s=st.floats(0.002, 0.08).filter(lambda s: abs((s * 60 + 0.5) % 1 - 0.5) > 0.03),
    start=st.integers(5000, 50000),
    phases=st.sampled_from(["abc", "bc", "a"]),
    lower=st.sampled_from([0.003, 0.03]),
)
def test_scans_lost_without_a_trace_make_the_clock_unreliable(lost_s, start, phases, lower):
    seconds = times(LENGTH_S) + lost_s * (np.arange(round(LENGTH_S * 10_000)) > start)
    samples = currents(seconds=seconds, lower=lower)[["abc".index(p) for p in phases]]
    refusal = refusal_of(samples, phases=phases)
    assert refusal.reason is Reason.UNRELIABLE_CLOCK
    expected = abs((2 * np.pi * 60 * lost_s + np.pi) % (2 * np.pi) - np.pi)
    assert refusal.value == pytest.approx(expected, abs=0.12)


@given(
    step_rad=st.floats(0.15, 0.25),
    swing_hz=st.floats(6.0, 8.0),
    break_s=st.floats(0.5, 5.5),
    phases=st.sampled_from(["abc", "bc", "a"]),
)
def test_bars_that_break_at_once_are_no_fault_of_the_clock(step_rad, swing_hz, break_s, phases):
    """The phase of the current steps with the rotor's circuit, and the shaft swings until it is calm."""
    seconds = times(LENGTH_S)
    since_s = np.maximum(seconds - break_s, 0.0)
    swing = np.exp(-since_s / 0.1) * np.cos(2 * np.pi * swing_hz * since_s)
    phase_rad = -step_rad * swing * (seconds > break_s)
    three = currents(seconds=seconds + phase_rad / (2 * np.pi * 60), lower=0.003, upper=0.001)
    samples = three[["abc".index(p) for p in phases]]
    assert reason_of(samples, phases=phases) is not Reason.UNRELIABLE_CLOCK


def test_jitter_makes_the_clock_unreliable_and_noise_of_that_size_does_not():
    jitter_s = np.random.default_rng(2).normal(0, 2e-4, round(LENGTH_S * 10_000))
    refusal = refusal_of(currents(seconds=times(LENGTH_S) + jitter_s))
    assert (refusal.reason, refusal.quantity) == (Reason.UNRELIABLE_CLOCK, "jitter_s")
    assert refusal.value == pytest.approx(2e-4, rel=0.1)
    assert reason_of(currents(noise=2e-4 * 2 * np.pi * 60 * 4.0)) is None


@pytest.mark.parametrize(("strays_hz", "reason"), [(0.07, None), (0.16, Reason.UNRELIABLE_CLOCK)])
def test_the_mains_may_stray_by_a_few_hundredths_of_a_hertz(strays_hz, reason):
    straying = times(LENGTH_S) * (1 + strays_hz / (60 * LENGTH_S) * times(LENGTH_S))
    assert reason_of(currents(seconds=straying)) is reason


def test_a_line_that_strays_is_the_clock_on_the_mains_and_unsteady_on_a_drive():
    straying = times(LENGTH_S) * (1 + 0.002 * times(LENGTH_S))
    assert reason_of(currents(seconds=straying)) is Reason.UNRELIABLE_CLOCK
    assert reason_of(currents(seconds=straying), plate=a_nameplate(supply="vfd")) is Reason.UNSTEADY


@pytest.mark.parametrize("phases", ["abc", "bc"])
def test_a_sensor_that_is_the_wrong_way_round_is_noticed(phases):
    samples = currents()[["abc".index(p) for p in phases]]
    samples[1] *= -1
    assert reason_of(samples, phases=phases) is Reason.OUT_OF_DOMAIN


def test_swapped_phases_are_legal():
    assert reason_of(currents()[[0, 2, 1]]) is None


@given(change=st.floats(0.002, 0.04), sign=st.sampled_from([-1, 1]), phase=st.integers(0, 2))
def test_a_sensor_whose_gain_drifts_is_unsteady(change, sign, phase):
    samples = currents()
    samples[phase] *= 1 + sign * change * np.linspace(0, 1, samples.shape[1])
    refusal = refusal_of(samples)
    assert (refusal.reason, refusal.quantity) == (Reason.UNSTEADY, "gain_drift")
    assert refusal.value == pytest.approx(change, rel=0.1, abs=2e-4)


def test_a_load_or_an_unbalance_that_changes_is_no_drift_of_unequal_sensors():
    ramp = np.linspace(1.0, 1.2, round(LENGTH_S * 10_000))
    unequal = np.array([[1.03], [0.98], [1.0]])
    assert reason_of(unequal * ramp * currents()) is None
    unbalance = (ramp - 1) * phase_currents(a_space_vector(times(LENGTH_S), line_hz=-60.0))
    assert reason_of(unequal * (currents() + unbalance)) is None


def test_lost_samples_are_named_with_their_share():
    refusal = refusal_of(currents(), lost=slice(0, 6000))
    assert (refusal.reason, refusal.quantity) == (Reason.LOST_SAMPLES, "lost_fraction")
    assert refusal.value == pytest.approx(0.1)


def test_a_few_lost_samples_do_no_harm():
    seconds = times(20.0)
    assert reason_of(currents(seconds=seconds), lost=slice(100_000, 103_900)) is None


def test_scans_that_the_device_lost_unseen_are_refused_and_not_used_for_vibration():
    refusal = check_currents(replace(a_current_window(currents()), overruns=1), a_nameplate())
    assert refusal == Refusal(Reason.LOST_SAMPLES, "device_overruns", 1, 0)
    noise = np.random.default_rng(1).normal(0, 0.1, (1, 20000))
    assert usable_vibration(replace(a_vibration_window(noise), overruns=1)) == []


@pytest.mark.parametrize(("share", "refused"), [(0.005, False), (0.02, True)])
def test_more_than_a_few_scans_that_the_device_marked_as_clipped_are_refused(share, refused):
    marked = replace(a_current_window(currents()), clipped_scans=round(share * LENGTH_S * 10_000))
    expected = Refusal(Reason.CLIPPED, "clipped_fraction", share, 0.01) if refused else None
    assert check_currents(marked, a_nameplate()) == expected


def test_vibration_that_stands_still_or_hits_its_rails_is_not_used():
    noise = np.random.default_rng(1).normal(0, 0.1, (3, 20000))
    noise[1, 5000:] = 0.3
    noise[2] = np.clip(noise[2], -0.1, 0.1)
    assert usable_vibration(a_vibration_window(noise)) == [0]


def test_coarse_vibration_of_a_few_counts_is_used():
    coarse = np.rint(np.random.default_rng(1).normal(0, 1, (1, 20000))) * 0.1
    assert usable_vibration(a_vibration_window(coarse)) == [0]


@pytest.mark.parametrize("dropout_s", [0.002, 0.02, 0.08])
def test_vibration_with_a_dropout_is_not_used(dropout_s):
    noise = np.random.default_rng(1).normal(0, 0.1, (2, 20000))
    noise[0, 7000 : 7000 + round(dropout_s * 10_000)] = 0.0
    assert usable_vibration(a_vibration_window(noise)) == [1]
