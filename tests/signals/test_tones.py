import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.signals.dsp.tones import (
    BLACKMAN_MAIN_LOBE_BINS,
    HANN_MAIN_LOBE_BINS,
    blackman,
    decibels,
    hann,
    rotation,
)


@pytest.mark.parametrize(("ratio", "level_db"), [(1.0, 0.0), (10.0, 20.0), (0.1, -20.0), (2.0, 6.0206)])
def test_the_level_of_an_amplitude_ratio(ratio, level_db):
    assert decibels(ratio) == pytest.approx(level_db, abs=1e-4)


@pytest.mark.parametrize("ratio", [0.0, 1e-9, -1.0])
def test_no_level_lies_below_160_decibels(ratio):
    assert decibels(ratio) == pytest.approx(-160.0)


@pytest.mark.parametrize("taper", [hann, blackman])
@pytest.mark.parametrize("count", [1, 2, 7, 1500])
def test_every_sample_has_some_weight(taper, count):
    weights = taper(count)
    assert weights.shape == (count,)
    assert weights.min() > 0
    np.testing.assert_allclose(weights, weights[::-1])


@pytest.mark.parametrize(
    ("taper", "bins"), [(hann, HANN_MAIN_LOBE_BINS), (blackman, BLACKMAN_MAIN_LOBE_BINS)]
)
def test_the_first_zero_of_a_taper_lies_where_its_main_lobe_ends(taper, bins):
    count = 4096
    tone = np.exp(2j * np.pi * bins * np.arange(count) / count)
    assert decibels(abs(taper(count) @ tone) / taper(count).sum()) < -60
    nearer = np.exp(2j * np.pi * 0.8 * bins * np.arange(count) / count)
    assert decibels(abs(taper(count) @ nearer) / taper(count).sum()) > -45


@given(turns=st.floats(-0.5, 0.5), count=st.integers(1, 3000))
def test_a_rotation_is_the_exponential(turns, count):
    expected = np.exp(-2j * np.pi * turns * np.arange(count))
    assert rotation(turns, count) == pytest.approx(expected, abs=1e-11)


def test_a_rotation_of_many_turns_has_each_at_its_own_rate():
    turns = np.array([[0.0, 0.01], [0.2, -0.3]])
    rotations = rotation(turns, 101)
    assert rotations.shape == (2, 2, 101)
    assert rotations[1, 0] == pytest.approx(rotation(0.2, 101))
    assert rotations[1, 1] == pytest.approx(rotation(0.3, 101).conj())


def test_a_rotation_of_nothing_is_nothing():
    assert rotation(0.1, 0).shape == (0,)
