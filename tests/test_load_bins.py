"""Loads in bins."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.load_bins import EDGES, NAMES, bin_of


@given(st.floats(EDGES[0], EDGES[-1], exclude_max=True))
def test_every_load_has_the_bin_that_holds_it(load: float) -> None:
    name = bin_of(load)
    assert name in NAMES
    low, high = (float(edge) for edge in name.split("-"))
    assert low <= load < high


@pytest.mark.parametrize("load", [-0.01, 1.2, 7.0, math.nan, math.inf])
def test_what_is_beyond_the_bins_has_none(load: float) -> None:
    assert bin_of(load) is None
