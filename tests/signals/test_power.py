"""The power of sines is found where they lie, whatever lies beside them and whatever was lost."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.signals.dsp.power import power_spectrum

RATE_HZ = 1000.0
SECONDS = np.arange(4000) / RATE_HZ
ALL = np.ones(SECONDS.size, bool)


@given(st.floats(20.0, 480.0), st.floats(0.001, 1000.0), st.floats(-np.pi, np.pi))
def test_the_bins_of_a_sine_sum_up_to_its_mean_square(tone_hz: float, amplitude: float, angle: float) -> None:
    sine = amplitude * np.cos(2 * np.pi * tone_hz * SECONDS + angle)
    power = power_spectrum(sine[np.newaxis], ALL, 1000)
    assert power is not None
    assert power.shape == (1, 501)
    assert power.sum() == pytest.approx(amplitude**2 / 2, rel=1e-4)
    assert abs(int(np.argmax(power)) - tone_hz) <= 0.51


def test_white_noise_sums_up_to_its_variance() -> None:
    noise = np.random.default_rng(1).normal(0.0, 3.0, (2, 200_000))
    power = power_spectrum(noise, np.ones(200_000, bool), 1000)
    assert power is not None
    assert power.sum(axis=1) == pytest.approx([9.0, 9.0], rel=0.02)


@given(st.lists(st.integers(0, SECONDS.size - 1), max_size=3))
def test_parts_with_a_lost_scan_do_not_count(lost: list[int]) -> None:
    sine, valid = np.cos(2 * np.pi * 50.0 * SECONDS), ALL.copy()
    valid[lost] = False
    sine[lost] = 1e6
    power = power_spectrum(sine[np.newaxis], valid, 500)
    assert power is not None
    assert power.sum() == pytest.approx(0.5, rel=1e-4)


def test_without_a_whole_part_there_is_no_spectrum() -> None:
    valid = ALL.copy()
    valid[::400] = False
    assert power_spectrum(np.ones((1, SECONDS.size)), valid, 500) is None
    assert power_spectrum(np.ones((1, SECONDS.size)), ALL, SECONDS.size + 1) is None
