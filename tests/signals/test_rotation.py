import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.signals.dsp.rotation import rotation


@given(turns=st.floats(-0.5, 0.5), count=st.integers(1, 3000))
def test_it_is_the_exponential(turns, count):
    expected = np.exp(-2j * np.pi * turns * np.arange(count))
    assert rotation(turns, count) == pytest.approx(expected, abs=1e-11)


def test_each_of_many_turns_at_its_own_rate():
    turns = np.array([[0.0, 0.01], [0.2, -0.3]])
    rotations = rotation(turns, 101)
    assert rotations.shape == (2, 2, 101)
    assert rotations[1, 0] == pytest.approx(rotation(0.2, 101))
    assert rotations[1, 1] == pytest.approx(rotation(0.3, 101).conj())


def test_of_nothing_there_is_nothing():
    assert rotation(0.1, 0).shape == (0,)
