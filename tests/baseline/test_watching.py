"""Growth is found, sound motors are left alone, and each change holds the others."""

import numpy as np
import pytest
from drawn_looks import WINDOW_S, DrawnMotor, a_watch, verdict_of

from edge_agent.baseline.recognition import Change
from edge_agent.baseline.watching import Watching
from edge_agent.limits import BASELINE
from edge_agent.verdict import Severity

DAY_LOOKS, HALF_HOUR_LOOKS = 2160, 45
"""Looks of a day and of half an hour if three windows in ten are looks."""


def take(watching: Watching, motor: DrawnMotor, looks: int) -> set[Change]:
    said = set()
    for look in motor.looks(looks):
        watching.take(look, WINDOW_S)
        said.add(watching.change)
    return said


@pytest.mark.parametrize(
    ("step_bars", "looks", "share"), [(0.15, DAY_LOOKS, 0.90), (0.5, HALF_HOUR_LOOKS, 0.95)]
)
def test_growth_is_found_in_time(step_bars: float, looks: int, share: float) -> None:
    random, found = np.random.default_rng(11), 0
    for _ in range(40):
        motor = DrawnMotor.draw(random)
        watching = a_watch(motor, 1000)
        motor.growth_bars = step_bars
        found += Change.GROWTH in take(watching, motor, looks)
    assert found >= share * 40


def test_sound_motors_are_left_alone() -> None:
    random = np.random.default_rng(12)
    for _ in range(10):
        motor = DrawnMotor.draw(random)
        assert take(a_watch(motor, 1000), motor, 2000) == {Change.NONE}


def test_a_load_without_a_baseline_says_nothing() -> None:
    motor = DrawnMotor(np.random.default_rng(1), load=0.8, load_spread=0.02)
    watching = a_watch(motor)
    motor.load, motor.growth_bars = 0.3, 1.0
    assert take(watching, motor, 100) == {Change.NONE}
    assert watching.tally.looks == 0


def test_growth_is_not_counted_while_a_sensor_drifts_and_stays_what_it_was() -> None:
    motor = DrawnMotor(np.random.default_rng(1))
    watching = a_watch(motor)
    motor.growth_bars = 0.2
    take(watching, motor, 12)
    motor.unbalance = 0.08
    take(watching, motor, 20)
    sum_bars, tally = watching.growth.sum_bars, watching.tally
    assert take(watching, motor, 50) == {Change.SENSOR_DRIFT}
    assert (watching.growth.sum_bars, watching.tally) == (sum_bars, tally)
    motor.growth_bars = 0.0
    assert watching.judge(verdict_of(motor.look())).severity is Severity.WATCH


def test_another_motor_has_no_baseline() -> None:
    motor = DrawnMotor(np.random.default_rng(1), bars=0.17)
    watching = a_watch(motor)
    motor.bars = 0.01
    take(watching, motor, BASELINE.run_looks)
    assert watching.change is Change.NOT_THIS_MOTOR
    assert watching.growth.sum_bars == 0
    state = verdict_of(motor.look())
    assert watching.judge(state) is state


def test_false_alarms_are_proven_rarer_the_longer_it_runs() -> None:
    motor = DrawnMotor(np.random.default_rng(2), bars=0.05, sigma_bars=0.006)
    watching = a_watch(motor)
    take(watching, motor, BASELINE.min_proof_looks - 20)
    assert watching.false_alarms_per_year is None
    take(watching, motor, 300)
    early = watching.false_alarms_per_year
    take(watching, motor, 8000)
    late = watching.false_alarms_per_year
    assert early is not None
    assert late is not None
    assert late < early
    assert watching.tally.hours == pytest.approx(watching.tally.looks * WINDOW_S / 3600, rel=0.02)


def test_another_budget_sets_the_limit_of_growth_and_keeps_what_was_seen() -> None:
    motor = DrawnMotor(np.random.default_rng(4), sigma_bars=0.06)
    watch = a_watch(motor)
    for look in motor.looks(20):
        watch.take(look, 12.0)
    before = watch.limit_bars, watch.growth_bars, watch.growth.sum_bars, watch.tally
    watch.allow(0.001)
    assert watch.limit_bars > before[0]
    assert (watch.growth_bars, watch.growth.sum_bars, watch.tally) == before[1:]
