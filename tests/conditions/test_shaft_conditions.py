"""Unbalance, misalignment and looseness: growth of the shaft's lines over the own normal."""

from dataclasses import replace

import numpy as np
import pytest
from seen_windows import judged, normal_of, seen
from shaken import SHAFT_HZ, a_window, noise, shaft

from edge_agent.conditions.looseness import Looseness
from edge_agent.conditions.misalignment import Misalignment
from edge_agent.conditions.normal import Normal
from edge_agent.conditions.unbalance import Unbalance
from edge_agent.signals.prepared import Current, find_line
from edge_agent.verdict import State

SOUND = {1: 1.0, 2: 0.3, 3: 0.1}
HALVES = {0.5: 0.3, 1.5: 0.3, 2.5: 0.2, 3.5: 0.2}


def shaking(*lines: dict[float, float], seed: int = 1, **plate):
    """Return a window with one channel for each set of lines, mm/s by order."""
    return seen(a_window(*(shaft(of) + noise(0.02, seed=seed + i) for i, of in enumerate(lines))), **plate)


def current(level: float) -> Current:
    """Return a current with a line of so much at f + f_r."""
    times = np.arange(4000) / 1000.0
    vector = np.exp(2j * np.pi * 60.0 * times) + level * np.exp(2j * np.pi * (60.0 + SHAFT_HZ) * times)
    vector = vector + 3e-5 * np.random.default_rng(1).standard_normal(times.size)
    line = find_line(vector, 1000.0, one_phase=False)
    assert line is not None
    return Current(vector, np.ones(times.size, bool), 1000.0, line)


@pytest.mark.parametrize(("times", "faulty"), [(1.0, False), (1.8, False), (2.5, True), (6.0, True)])
def test_a_first_harmonic_that_doubles_is_unbalance_and_names_its_axis(times, faulty):
    now = shaking(SOUND | {1: times}, SOUND | {1: 0.2})
    found = judged(Unbalance, now, shaking(SOUND, SOUND | {1: 0.2}, seed=5))
    assert found.faulty == faulty
    assert found.measured[0].limit == pytest.approx(2 * np.hypot(1.0, 0.2), rel=0.05)
    assert found.measured[0].value == pytest.approx(np.hypot(times, 0.2), rel=0.05)
    assert found.location == ("vib_1" if faulty else None)


def test_a_scattered_normal_asks_for_more():
    normal = [shaking(SOUND | {1: size}) for size in (0.6, 1.0, 1.4)]
    assert not judged(Unbalance, shaking(SOUND | {1: 2.5}), *normal).faulty
    assert judged(Unbalance, shaking(SOUND | {1: 4.0}), *normal).faulty


def test_where_all_harmonics_grow_it_is_no_unbalance():
    now = shaking({1: 3.0, 2: 3.0, 3: 3.0})
    assert not judged(Unbalance, now, shaking(SOUND)).faulty


@pytest.mark.parametrize("others", [HALVES | {0.5: 1.5}, {2: 2.0}], ids=["halves", "second harmonic"])
def test_a_first_harmonic_that_others_grow_with_is_not_called_unbalance(others):
    found = judged(Unbalance, shaking(SOUND | {1: 2.5} | others), shaking(SOUND))
    assert found.refusal.quantity == "1x_gain_over_others"
    assert found.measured[0].quantity == "1x_velocity"


def test_an_eccentric_gap_and_broken_bars_pull_once_a_turn_and_are_not_called_unbalance():
    heavy = SOUND | {1: 2.5}
    eccentric, sound = (
        seen(a_window(shaft(lines) + noise(0.02)), current=current(gap))
        for lines, gap in ((heavy, 0.002), (SOUND, 0.001))
    )
    plate = eccentric.nameplate
    normals = (normal_of(make(plate), sound).values for make in (Unbalance, Misalignment))
    normal = Normal({name: own for values in normals for name, own in values.items()})
    found = Unbalance(plate).judge(Unbalance(plate).measure(eccentric), eccentric, normal)
    assert found.refusal.quantity == "gap_line_beside_1x_dbc"
    broken = shaking(heavy)
    evidence = replace(broken.analysis.evidence, equivalent_bars=2.0)
    broken = replace(broken, analysis=replace(broken.analysis, evidence=evidence))
    assert judged(Unbalance, broken, shaking(SOUND)).refusal.quantity == "equivalent_bars_beside_1x"


def test_much_unbalance_is_named_beside_a_little_looseness():
    assert judged(Unbalance, shaking(SOUND | {1: 6.0} | HALVES), shaking(SOUND)).state is State.UNBALANCE


def test_without_an_own_normal_the_figure_alone_is_told():
    found = judged(Unbalance, shaking(SOUND))
    assert found.refusal.quantity == "hours_of_own_normal"
    assert found.measured[0].value == pytest.approx(1.0, rel=0.05)
    assert found.measured[0].limit is None


def test_another_number_of_channels_has_no_normal_yet():
    found = judged(Unbalance, shaking(SOUND, SOUND), shaking(SOUND))
    assert found.refusal.quantity == "hours_of_own_normal"


def test_a_second_harmonic_that_doubles_and_weighs_half_the_first_is_misalignment():
    found = judged(Misalignment, shaking(SOUND | {2: 0.8}), shaking(SOUND))
    assert found.state is State.MISALIGNMENT
    assert found.measured[0].witness == "it is 0.8 times the first harmonic"


def test_unbalance_with_some_second_harmonic_is_no_misalignment():
    now = shaking({1: 5.0, 2: 1.0, 3: 0.2})
    assert judged(Misalignment, now, shaking(SOUND)).state is State.HEALTHY
    assert judged(Unbalance, now, shaking(SOUND)).state is State.UNBALANCE


@pytest.mark.parametrize(("level", "faulty"), [(0.001, False), (0.0014, False), (0.002, True)])
def test_the_line_of_the_air_gap_is_compared_with_the_own_normal_without_any_vibration(level, faulty):
    nothing = a_window(noise(1.0)[:100])
    found = judged(Misalignment, seen(nothing, current=current(level)), seen(nothing, current=current(0.001)))
    assert found.faulty == faulty
    measured = found.measured[0]
    assert measured.value == pytest.approx(20 * np.log10(level), abs=0.3)
    assert measured.limit == pytest.approx(-56.0, abs=0.3)


def test_without_current_and_vibration_nothing_can_be_said():
    found = judged(Misalignment, seen(a_window(noise(1.0)[:100])))
    assert found.refusal.quantity == "gap_line_dbc"


def test_half_orders_that_the_sound_motor_did_not_have_are_looseness():
    found = judged(Looseness, shaking(SOUND | HALVES), shaking(SOUND))
    assert found.state is State.LOOSENESS
    assert found.measured[0].witness == "4 of 4 half orders stand out"


def test_half_orders_that_were_always_there_are_none():
    assert judged(Looseness, shaking(SOUND | HALVES), shaking(SOUND | HALVES)).state is State.HEALTHY


def test_one_half_order_as_a_belt_makes_it_is_none():
    assert judged(Looseness, shaking(SOUND | {0.5: 0.6}), shaking(SOUND)).state is State.HEALTHY


def test_a_long_row_of_strong_harmonics_is_looseness():
    row = dict.fromkeys(range(3, 11), 0.6)
    found = judged(Looseness, shaking(SOUND | row), shaking(SOUND))
    assert found.state is State.LOOSENESS
    assert "8 of 8 harmonics stand out" in found.measured[0].witness


@pytest.mark.parametrize("diagnoser", [Unbalance, Looseness])
def test_what_is_missing_is_said(diagnoser):
    no_speed = judged(diagnoser, shaking(SOUND, shaft_hz=None))
    assert no_speed.refusal.quantity == "shaft_frequency_hz"
    no_vibration = judged(diagnoser, seen(a_window(noise(1.0)[:100])))
    assert no_vibration.refusal.quantity == "vibration_channels"
