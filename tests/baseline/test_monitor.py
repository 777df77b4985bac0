"""The baseline of a motor from its first hour on: learning, growth, commands and changes."""

from dataclasses import replace
from pathlib import Path

import pytest
from drawn_looks import broken_state, verdict_of
from monitored import HOURS, LOOKS, Site

from edge_agent.baseline.recognition import Change
from edge_agent.baseline.settings import BaselineSettings
from edge_agent.baseline.status import BaselineState
from edge_agent.verdict import Severity, State


def test_it_learns_in_its_hours_and_then_nothing_changes_it(site: Site) -> None:
    assert site.state is BaselineState.LEARNING
    site.run(LOOKS // 2)
    assert site.baseline.status.progress == pytest.approx(0.5)
    assert site.baseline.status.hours == pytest.approx(HOURS / 2)
    assert site.baseline.status.reason.startswith("learning: 0.2 running hours and 75 looks")
    site.run(LOOKS // 2 + 1)
    learned = site.baseline.status
    assert (learned.state, learned.progress, learned.change) == (BaselineState.LEARNED, 1.0, Change.NONE)
    assert learned.reference_bars["0.55-0.70"] == pytest.approx(0.08, abs=0.01)
    site.run(500)
    assert site.baseline.status.reference_bars == learned.reference_bars
    assert site.baseline.status.looks == learned.looks
    assert site.baseline.status.looks_since_learned > 400


def test_growth_raises_the_severity_and_outlives_a_restart(site: Site) -> None:
    assert site.run(LOOKS + 50) == {Severity.OK}
    site.motor.growth_bars = 0.1
    assert site.run(30) == {Severity.OK, Severity.WATCH}
    assert site.baseline.status.change is Change.GROWTH
    assert site.baseline.status.growth_bars == pytest.approx(0.1, abs=0.02)
    site.restart()
    assert site.baseline.status.change is Change.GROWTH
    assert site.run(1) == {Severity.WATCH}
    site.motor.growth_bars = 0.0
    assert site.run(40) == {Severity.OK, Severity.WATCH}
    assert site.baseline.status.change is Change.NONE


def test_a_change_of_severity_by_the_baseline_is_a_change_of_the_answer(site: Site) -> None:
    site.run(LOOKS + 50)
    site.motor.growth_bars = 0.1
    changes = [
        (answer.before.severity, answer.state.severity)
        for look in site.motor.looks(30)
        if (answer := site.baseline.take(site.answers.showing(look))).changed
    ]
    assert changes == [(Severity.OK, Severity.WATCH)]


def test_the_state_stays_what_the_signals_show(site: Site) -> None:
    site.run(LOOKS + 1)
    state = broken_state(3.0)
    assert site.baseline.judge(state).state is State.BROKEN_BARS
    assert site.baseline.judge(verdict_of(site.motor.look())).evidence.baseline_bars is not None


def test_a_rotor_that_is_broken_is_not_learned(site: Site) -> None:
    site.run(50)
    site.baseline.take(site.answers.of(broken_state()))
    assert site.state is BaselineState.REFUSED
    assert "a broken bar was found" in site.baseline.status.reason
    site.restart()
    site.run(3 * LOOKS)
    assert site.state is BaselineState.REFUSED
    assert site.baseline.status.reference_bars == {}


def test_a_rough_casting_is_learned_only_if_a_person_has_examined_it(tmp_path: Path) -> None:
    site = Site(tmp_path, bars=0.41)
    assert site.run(LOOKS) == {Severity.ALARM}
    assert site.state is BaselineState.REFUSED
    assert site.baseline.learn() is None
    site.run(LOOKS)
    assert site.state is BaselineState.REFUSED
    assert site.baseline.learn(sound=True) is None
    site.restart()
    assert site.run(LOOKS - 1) == {Severity.ALARM}
    site.run(2)
    assert site.state is BaselineState.LEARNED
    assert site.run(300) == {Severity.WATCH}
    site.motor.growth_bars = 0.3
    assert Severity.ALARM in site.run(3)


def test_another_motor_is_named_and_forgotten_at_the_command_alone(tmp_path: Path) -> None:
    site = Site(tmp_path, bars=0.17)
    site.run(LOOKS + 50)
    site.baseline.take(site.answers.motor_off())
    site.motor.bars = 0.02
    site.run(20)
    assert site.state is BaselineState.STALE
    assert site.baseline.status.reason == "this is not the motor that was learned: fewer equivalent bars"
    site.restart()
    assert site.state is BaselineState.STALE
    site.baseline.learn()
    site.run(LOOKS + 1)
    assert site.state is BaselineState.LEARNED
    assert max(site.baseline.status.reference_bars.values()) < 0.05


def test_news_are_told_once(site: Site) -> None:
    assert [site.baseline.has_news() for _ in range(2)] == [True, False]
    site.run(LOOKS + 1)
    assert [site.baseline.has_news() for _ in range(2)] == [True, False]
    site.baseline.learn()
    assert site.baseline.has_news()


def test_switched_off_it_does_nothing_and_keeps_its_file(site: Site) -> None:
    site.run(LOOKS + 1)
    content = site.path.read_bytes()
    site.restart(enabled=False)
    answer = site.answers.showing(site.motor.look())
    assert site.baseline.take(answer) is answer
    assert site.state is BaselineState.OFF
    assert "baseline.enabled" in (site.baseline.learn() or "")
    site.baseline.save()
    assert site.path.read_bytes() == content


def test_a_motor_at_rest_is_not_learned(site: Site) -> None:
    for _ in range(LOOKS):
        site.baseline.take(site.answers.motor_off())
    assert site.baseline.status.hours == 0


def test_recordings_are_learned_from_to_their_end(site: Site) -> None:
    site.run(10)
    site.baseline.finish()
    assert site.state is BaselineState.LEARNING
    site.run(60)
    site.baseline.finish()
    assert site.state is BaselineState.LEARNED


def test_other_hours_count_at_once_and_what_was_learned_so_far_stays(site: Site) -> None:
    site.run(LOOKS // 2)
    hours = site.baseline.status.hours
    site.baseline.reload(BaselineSettings(10 * HOURS))
    assert site.baseline.status.hours == hours
    site.run(LOOKS)
    assert site.state is BaselineState.LEARNING
    site.baseline.reload(BaselineSettings(HOURS))
    site.run(10)
    assert site.state is BaselineState.LEARNED


def test_another_budget_counts_at_once_and_the_growth_so_far_stays(site: Site) -> None:
    site.run(2 * LOOKS)
    before = site.baseline.status
    site.baseline.reload(BaselineSettings(HOURS, false_alarms_per_year=0.001))
    assert site.baseline.status == replace(before, false_alarms_per_year_allowed=0.001)
    assert site.baseline._watching is not None
    assert before.growth_bars is not None
