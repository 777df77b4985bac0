"""Lines of a power spectrum against closed forms."""

import numpy as np
import pytest
from scipy import fft

from edge_agent.signals.dsp.spectral_lines import NO_LINE, PowerSpectrum, power_of

RATE_HZ, COUNT = 2000.0, 4000
TIMES_S = np.arange(COUNT) / RATE_HZ


def spectrum_of(samples: np.ndarray) -> PowerSpectrum:
    return power_of(fft.rfft(samples - samples.mean()), samples.size, RATE_HZ)


@pytest.mark.parametrize("tone_hz", [57.0, 57.1, 57.25, 57.4])
def test_a_tone_has_its_rms_and_its_place_wherever_it_lies_between_bins(tone_hz):
    found = spectrum_of(2.0 * np.sin(2 * np.pi * tone_hz * TIMES_S)).strongest(55.0, 59.0)
    assert found.rms == pytest.approx(np.sqrt(2.0), rel=0.01)
    assert found.frequency_hz == pytest.approx(tone_hz, abs=0.03)
    assert found.over_floor_db > 60


def test_the_power_of_noise_sums_up_to_its_mean_square():
    samples = np.random.default_rng(1).standard_normal(COUNT)
    assert spectrum_of(samples).power.sum() == pytest.approx(np.square(samples).mean(), rel=0.05)


def test_noise_stays_near_its_floor():
    samples = np.random.default_rng(2).standard_normal(COUNT)
    assert spectrum_of(samples).strongest(100.0, 110.0).over_floor_db < 15


def test_beyond_the_spectrum_nothing_is_found():
    assert spectrum_of(np.sin(TIMES_S)).strongest(999.0, 1001.0) is NO_LINE
