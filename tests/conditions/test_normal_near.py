"""The own normal at a load, or at the load next to it."""

import pytest

from edge_agent.conditions.normal import ANY_LOAD, Normal, normal_value

AT_HALF, AT_FULL = normal_value([1.0] * 5, 9.0), normal_value([2.0] * 7, 9.0)
ANYWHERE = normal_value([3.0] * 5, 9.0)
NORMAL = Normal({"level": {"0.40-0.55": AT_HALF, "0.85-1.00": AT_FULL}}, 9.0)


@pytest.mark.parametrize(
    ("load", "expected"),
    [(0.5, AT_HALF), (0.6, AT_HALF), (0.3, AT_HALF), (0.9, AT_FULL), (1.1, AT_FULL), (0.8, AT_FULL)],
)
def test_the_bin_itself_and_the_bins_beside_it_have_a_normal(load, expected):
    assert NORMAL.near("level", load) is expected


def test_further_away_there_is_none():
    assert NORMAL.near("level", 0.1) is None
    assert NORMAL.near("other", 0.9) is None


@pytest.mark.parametrize("load", [None, 1.5])
def test_a_load_that_is_not_known_or_beyond_the_last_bin_takes_all_windows(load):
    everything = Normal({"level": {"0.85-1.00": AT_FULL, ANY_LOAD: ANYWHERE}}, 9.0)
    assert everything.near("level", load) is ANYWHERE
    assert NORMAL.near("level", load) is None
