import numpy as np
import pytest
from signal_factories import a_current_window, a_space_vector, a_vibration_window, phase_currents, times

from edge_agent.diagnose.verdict import Reason
from edge_agent.signals.quality import check_currents, usable_vibration

RATED_A = 2.98


def currents(seed=0, noise=0.005):
    clean = phase_currents(a_space_vector(times(2.0), lower=0.03, upper=0.01))
    return clean + np.random.default_rng(seed).normal(0, noise, clean.shape)


def reason_of(samples, **window):
    refusal = check_currents(a_current_window(samples, **window), RATED_A, 60.0)
    return refusal and refusal.reason


def test_good_currents_pass():
    assert reason_of(currents()) is None
    assert reason_of(currents()[:1], phases="a") is None


def test_coarse_eight_bit_currents_are_not_taken_for_clipped():
    assert reason_of(np.rint(currents() / 0.04) * 0.04) is None


def test_a_motor_that_is_off_is_off():
    assert reason_of(currents() * 0.01) is Reason.MOTOR_OFF


def test_a_phase_without_current_is_missing():
    samples = currents()
    samples[1] *= 0.01
    assert reason_of(samples) is Reason.MISSING_PHASE


def test_a_channel_that_stands_still_is_stuck():
    samples = currents()
    samples[2] = 1.0
    assert reason_of(samples) is Reason.STUCK_CHANNEL
    held = currents()
    held[0, 5000:5500] = held[0, 5000]
    assert reason_of(held) is Reason.STUCK_CHANNEL


@pytest.mark.parametrize("share", [0.8, 0.9, 0.95])
def test_flat_tops_are_clipped(share):
    samples = currents()
    limit = share * np.abs(samples).max()
    assert reason_of(np.clip(samples, -limit, limit)) is Reason.CLIPPED


def test_lost_samples_are_named_with_their_share():
    refusal = check_currents(a_current_window(currents(), lost=slice(0, 2000)), RATED_A, 60.0)
    assert (refusal.reason, refusal.quantity) == (Reason.LOST_SAMPLES, "lost_fraction")
    assert refusal.value == pytest.approx(0.1)
    assert reason_of(currents(), lost=slice(100, 200)) is None


def test_vibration_that_stands_still_is_not_used():
    noise = np.random.default_rng(1).normal(0, 0.1, (2, 20000))
    noise[1] = 0.3
    assert usable_vibration(a_vibration_window(noise)) == [0]
