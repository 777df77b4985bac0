"""Squared envelopes against closed forms: their depth, their level, and what whitening leaves."""

import numpy as np
import pytest
from scipy import fft

from edge_agent.signals.dsp.envelope import NO_LINE, Envelope, envelope, octaves

RATE_HZ, SECONDS = 10_000.0, 4.0
COUNT = int(RATE_HZ * SECONDS)
TIMES_S = np.arange(COUNT) / RATE_HZ
BAND = (2000.0, 4000.0)


def of_samples(samples: np.ndarray, band: tuple[float, float] = BAND) -> Envelope:
    return envelope(fft.rfft(samples - samples.mean()), samples.size, RATE_HZ, band, 600.0)


def noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(COUNT)


def blows(every_hz: float, ring_hz: float = 3000.0, decay_s: float = 0.001) -> np.ndarray:
    """Return blows at a rhythm that loses its count by one per cent, each with its ringing."""
    rng = np.random.default_rng(7)
    gaps = (1 + 0.01 * rng.standard_normal(int(every_hz * SECONDS) + 50)) / every_hz
    at = np.cumsum(gaps)
    hits = np.zeros(COUNT)
    hits[(at[at < SECONDS] * RATE_HZ).astype(int)] = 1.0
    ringing_s = np.arange(200) / RATE_HZ
    ringing = np.exp(-ringing_s / decay_s) * np.sin(2 * np.pi * ring_hz * ringing_s)
    return np.convolve(hits, ringing)[:COUNT]


def test_noise_that_comes_and_goes_as_a_sine_is_as_deep_as_its_power_swings():
    swings = noise(1) * np.sqrt(1 + 0.8 * np.sin(2 * np.pi * 97.0 * TIMES_S))
    found = of_samples(swings).line(97.0, 0.01)
    assert found.frequency_hz == pytest.approx(97.0, abs=0.3)
    # Whitening gives each bin the same amplitude, which takes a part of the swing.
    assert 0.3 < found.depth < 0.8
    assert found.over_floor_db > 20


def test_noise_alone_has_no_rhythm():
    found = of_samples(noise(2)).line(97.0, 0.02)
    assert found.depth < 0.1
    assert found.over_floor_db < 15


def test_the_level_is_that_of_the_signal_in_the_band():
    samples = 3.0 * np.sin(2 * np.pi * 2750.0 * TIMES_S) + 5.0 * np.sin(2 * np.pi * 500.0 * TIMES_S)
    assert of_samples(samples).mean_square == pytest.approx(4.5, rel=1e-3)


def test_the_kurtosis_is_that_of_noise_of_a_sine_and_of_blows():
    assert of_samples(noise(3)).kurtosis == pytest.approx(3.0, abs=0.15)
    assert of_samples(np.sin(2 * np.pi * 2750.0 * TIMES_S)).kurtosis == pytest.approx(1.5, abs=0.01)
    assert of_samples(blows(37.0)).kurtosis > 6


def test_blows_show_their_rhythm_and_twice_of_it_below_steady_lines_a_hundred_times_as_strong():
    lines = sum(np.sin(2 * np.pi * hz * TIMES_S) for hz in (2300.0, 2400.0, 3517.0))
    samples = blows(81.0) + 0.05 * noise(4) + 10.0 * lines
    shown = of_samples(samples)
    assert shown.line(81.0, 0.02).over_floor_db > 15
    assert shown.line(162.0, 0.02).over_floor_db > 10
    assert shown.line(100.0, 0.01).over_floor_db < 15


def test_beyond_the_reach_nothing_is_found():
    assert of_samples(noise(5)).line(599.9, 0.02) is NO_LINE


def test_a_signal_too_short_for_the_band_is_refused_in_words():
    with pytest.raises(ValueError, match="has 10 bins of 10 Hz, expected 16 or more"):
        envelope(np.ones(501, complex), 1000, RATE_HZ, (2000.0, 2100.0), 50.0)


@pytest.mark.parametrize(
    ("rate_hz", "expected"),
    [
        (20_000.0, ((4500.0, 9000.0), (2250.0, 4500.0), (1125.0, 2250.0))),
        (7680.0, ((1728.0, 3456.0), (1000.0, 1728.0))),
        (2000.0, ()),
    ],
)
def test_octaves_go_down_from_the_top_to_the_lowest_frequency(rate_hz, expected):
    assert octaves(rate_hz, 1000.0, 0.45) == tuple(pytest.approx(band) for band in expected)
