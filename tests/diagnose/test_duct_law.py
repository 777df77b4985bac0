"""The laws of bars and iron over the slip: made-up motors of known bars and iron."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.diagnose.duct_law import Law, Point, read_laws

SLIPS = np.geomspace(0.01, 0.03, 6)


def points(law: Law, bend: float = 0.05, error: float = 0.005) -> list[Point]:
    noise = 1 + error * np.random.default_rng(1).standard_normal(SLIPS.size)
    bars = [law.at(slip, bend) * factor for slip, factor in zip(SLIPS, noise, strict=True)]
    return [Point(slip, n, 0.005, bend) for slip, n in zip(SLIPS, bars, strict=True)]


def yoke(bars: float, iron: float, cosine: float) -> Law:
    """Iron in bars at the lowest slip; it falls with 1/s."""
    return Law(bars, iron, cosine, -1.0, 0.0, SLIPS[0])


def leakage(bars: float, iron: float, cosine: float) -> Law:
    """Iron in bars at the highest slip; it grows with s."""
    return Law(bars, iron, cosine, 1.0, 0.0, SLIPS[-1])


def test_bars_alone_are_level_over_the_slip():
    laws = read_laws(points(yoke(0.9, 0.0, 0.0)))
    low, high = laws.slope_interval
    assert low < 0 < high
    assert high - low < 0.4
    assert laws.against_constant < 16
    assert laws.bars_interval[0] > 0.5


@pytest.mark.parametrize(("make", "slope"), [(yoke, -1.0), (leakage, 1.0)])
def test_iron_alone_falls_or_grows_and_leaves_no_room_for_a_bar(make, slope):
    laws = read_laws(points(make(0.0, 1.5, 0.0)))
    assert laws.slope == pytest.approx(slope, abs=0.08)
    assert laws.against_constant > 100
    assert laws.bars < 0.2
    assert laws.bars_interval[1] < 0.6


@settings(max_examples=60, deadline=None)
@given(
    make=st.sampled_from([yoke, leakage]),
    bars=st.floats(0.4, 2.0),
    iron=st.floats(0.3, 2.0),
    cosine=st.floats(-1.0, 1.0),
)
def test_the_bars_beside_iron_lie_within_their_interval(make, bars, iron, cosine):
    laws = read_laws(points(make(bars, iron, cosine)))
    least, most = laws.bars_interval
    assert least - 0.1 <= bars <= most + 0.1


@given(st.floats(0.005, 0.05), st.floats(0.0, 0.12))
def test_the_best_law_gives_back_what_was_measured(slip, bend):
    law = yoke(0.5, 1.0, 0.3)
    shown = (n := law.at(slip, bend)) * (1 + bend * n)
    bars = 0.5 * (1 + bend * 0.5)
    q = SLIPS[0] / slip
    assert shown**2 == pytest.approx(bars**2 + 2 * bars * 0.3 * q + q * q)
