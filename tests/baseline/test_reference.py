"""What is learned of looks: robust, per load bin, and never less strict than the general limits."""

from dataclasses import replace

import numpy as np
import pytest
from drawn_looks import DrawnMotor, a_reference
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.baseline.look import Look
from edge_agent.baseline.reference import make_reference
from edge_agent.limits import BARS, BASELINE


def a_motor(**given: float) -> DrawnMotor:
    return DrawnMotor(np.random.default_rng(5), **given)


def test_each_bin_has_the_median_and_the_scatter_of_its_looks() -> None:
    reference = a_reference(a_motor(bars=0.08, sigma_bars=0.01))
    cell = reference.cells["0.70-0.85"]
    assert cell.bars == pytest.approx(0.08, abs=0.002)
    assert cell.bars_scatter == pytest.approx(0.01, rel=0.15)
    assert cell.unbalance == pytest.approx(0.015, abs=0.001)
    assert cell.lower_dbc == -50.0
    assert reference.tail_bars == pytest.approx(1.645 * 0.01, rel=0.15)


def test_a_fifth_of_false_looks_does_not_move_it() -> None:
    looks = list(a_motor(load_spread=0.0).looks(200))
    false = [replace(look, bars=2.0) for look in looks[:40]]
    (name,) = {look.load_bin for look in looks}
    reference = make_reference({name: false + looks[40:]}, {name: 200})
    assert reference is not None
    assert reference.cells[name].bars == pytest.approx(0.08, abs=0.005)


def test_a_bin_with_few_looks_has_no_baseline() -> None:
    looks = list(a_motor(load_spread=0.0).looks(BASELINE.min_looks))
    name = looks[0].load_bin
    assert make_reference({name: looks[1:]}, {name: 19}) is None
    reference = make_reference({name: looks, "0.00-0.25": looks[:3]}, {name: 20, "0.00-0.25": 3})
    assert reference is not None
    assert set(reference.cells) == {name}
    assert reference.deviation_bars(replace(looks[0], load_bin="0.00-0.25")) is None


def test_the_current_between_two_bins_lies_between_theirs() -> None:
    reference = a_reference(a_motor(load_spread=0.3))
    assert reference.expected_current_a(0.7) == pytest.approx(np.hypot(1.2, 2.5 * 0.7), rel=0.03)


@given(st.floats(0.0, BASELINE.own_casting))
def test_an_alarm_never_takes_less_than_in_general_and_more_only_for_a_rough_casting(bars: float) -> None:
    look = Look("0.70-0.85", bars, 0.75, 2.0)
    reference = make_reference({look.load_bin: [look] * 20}, {look.load_bin: 20})
    assert reference is not None
    for load_bin in (look.load_bin, "0.00-0.25", None):
        needed = reference.alarm_bars(load_bin)
        assert needed >= BARS.alarm
        assert needed == pytest.approx(max(BARS.alarm, bars + BARS.alarm - BARS.sound))
    assert reference.room_bars >= BARS.alarm - BARS.sound - 1e-9
