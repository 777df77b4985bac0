"""Medians and percentiles by one partition are those of numpy."""

import numpy as np
import pytest

from edge_agent.signals.dsp.medians import median, medians, percentile


@pytest.mark.parametrize("count", [1, 2, 3, 8, 144, 1001])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_median_is_that_of_numpy(count, dtype):
    values = np.random.default_rng(count).normal(size=count).astype(dtype)
    assert median(values) == float(np.median(values))


def test_medians_are_those_of_each_row():
    values = np.random.default_rng(0).normal(size=(3, 5, 16))
    np.testing.assert_array_equal(medians(values), np.median(values, axis=-1))


def test_the_values_keep_their_order():
    values = np.array([3.0, 1.0, 2.0])
    median(values)
    assert values.tolist() == [3.0, 1.0, 2.0]


@pytest.mark.parametrize("count", [1, 2, 7, 1000])
@pytest.mark.parametrize("percent", [0, 5, 75, 90, 100])
def test_a_percentile_is_that_of_numpy(count, percent):
    values = np.random.default_rng(count).normal(size=count)
    assert percentile(values, percent) == pytest.approx(float(np.percentile(values, percent)), rel=1e-12)
