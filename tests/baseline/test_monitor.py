"""The baseline of a motor from its first hour on: restarts, kills, damaged files, commands and changes."""

import json
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from drawn_looks import DrawnAnswers, DrawnMotor, broken_state, verdict_of
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from edge_agent.baseline.memory import FILE_VERSION
from edge_agent.baseline.monitor import Baseline
from edge_agent.baseline.recognition import Change
from edge_agent.baseline.settings import BaselineSettings
from edge_agent.baseline.status import BaselineState
from edge_agent.limits import BASELINE
from edge_agent.state_file import StateFile
from edge_agent.verdict import Severity, State

HOURS = 0.5
LOOKS = 150
"""Windows of 12 s in so many hours."""


class Site:
    """An agent's baseline, its file, and a motor of which every window is a look."""

    def __init__(self, folder: Path, **given: float) -> None:
        self.path = folder / "baseline.json"
        self.now_s = 1000.0
        self.motor = DrawnMotor(np.random.default_rng(9), load_spread=0.05, **given)
        self.restart()

    def restart(self, enabled: bool = True) -> None:
        """Begin as after a kill: what was not written is lost."""
        self.answers = DrawnAnswers()
        file = StateFile(self.path, FILE_VERSION)
        self.baseline = Baseline(BaselineSettings(HOURS, enabled), file, clock=lambda: self.now_s)

    def run(self, looks: int) -> set[Severity | None]:
        """Let the motor run; return the severities of the states."""
        said = set()
        for look in self.motor.looks(looks):
            self.now_s += 12.0
            said.add(self.baseline.take(self.answers.showing(look)).state.severity)
        return said

    @property
    def state(self) -> BaselineState:
        return self.baseline.state


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


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


def test_it_goes_on_after_a_kill_with_what_was_written(site: Site) -> None:
    site.run(100)
    site.restart()
    assert 0.4 <= site.baseline.status.progress < 0.7
    site.run(LOOKS)
    learned = site.baseline.status.reference_bars
    site.restart()
    assert site.state is BaselineState.LEARNED
    assert site.baseline.status.reference_bars == learned


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


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"version": 99}', b'{"version": 1, "hours": "many"}']
)
def test_a_file_that_cannot_be_used_is_put_aside_and_learning_starts_anew(site: Site, content: bytes) -> None:
    site.run(LOOKS + 1)
    site.path.write_bytes(content)
    site.restart()
    assert site.state is BaselineState.LEARNING
    assert site.baseline.status.hours == 0
    assert site.path.with_name("baseline.json.unusable").read_bytes() == content
    site.run(LOOKS + 1)
    assert site.state is BaselineState.LEARNED


def test_a_baseline_of_a_newer_version_is_kept_whole_for_the_program_that_reads_it(site: Site) -> None:
    site.run(LOOKS + 1)
    learned = site.baseline.status.reference_bars
    newer = site.path.read_text().replace(f'"version": {FILE_VERSION}', '"version": 99')
    site.path.write_text(newer)
    site.restart()
    assert site.state is BaselineState.LEARNING
    aside = site.path.with_name("baseline.json.unusable")
    assert aside.read_text() == newer
    aside.replace(site.path)
    site.path.write_text(newer.replace('"version": 99', f'"version": {FILE_VERSION}'))
    site.restart()
    assert site.baseline.status.reference_bars == learned


def test_a_baseline_with_more_or_fewer_fields_of_the_same_version_is_read(site: Site) -> None:
    site.run(LOOKS + 1)
    learned = site.baseline.status.reference_bars
    content = json.loads(site.path.read_text())
    del content["tally"], content["growing"], content["crc32"]
    site.path.write_text(json.dumps({**content, "of_tomorrow": [1, 2]}))
    site.restart()
    assert site.baseline.status.reference_bars == learned


def test_a_disk_that_takes_nothing_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    site = Site(tmp_path / "taken")
    site.run(LOOKS + 1)
    assert site.state is BaselineState.LEARNED


def test_the_file_is_written_seldom(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[float] = []
    write = StateFile.write
    monkeypatch.setattr(StateFile, "write", lambda *given: written.append(site.now_s) or write(*given))
    site.run(LOOKS - 1)
    assert len(written) == 2
    site.run(901)
    assert len(written) == 6  # learned, and once in each of three hours


@settings(max_examples=30)
@given(st.lists(st.tuples(st.floats(0, 6), st.floats(0, 1.3), st.booleans()), max_size=60), st.booleans())
def test_no_sequence_of_looks_raises(looks: list[tuple[float, float, bool]], sound: bool) -> None:
    with TemporaryDirectory() as folder:
        site = Site(Path(folder))
        site.baseline.learn(sound)
        for bars, load, above in looks:
            look = replace(site.motor.look(), bars=bars, load=load, above_casting=above)
            site.baseline.take(site.answers.showing(look))
            assert site.baseline.status.reason


class Life(RuleBasedStateMachine):
    """Any sequence of running, stops, restarts, kills, faults and commands."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.site = Site(Path(self.folder.name))
        self.learned: dict[str, float] | None = None
        self.sound = False

    def teardown(self) -> None:
        self.folder.cleanup()

    @initialize(seed=st.integers(0, 1000), bars=st.floats(0.0, 0.6))
    def a_motor(self, seed: int, bars: float) -> None:
        self.site.motor = DrawnMotor(np.random.default_rng(seed), bars=bars, load_spread=0.05)

    @rule(looks=st.integers(1, 100))
    def run(self, looks: int) -> None:
        self.site.run(looks)

    @rule()
    def stop(self) -> None:
        self.site.baseline.take(self.site.answers.motor_off())

    @rule(in_order=st.booleans())
    def restart(self, in_order: bool) -> None:
        if in_order:
            self.site.baseline.save()
        self.site.restart()

    @rule(growth_bars=st.floats(0.0, 3.0))
    def grow(self, growth_bars: float) -> None:
        self.site.motor.growth_bars = growth_bars

    @rule(sound=st.booleans())
    def learn(self, sound: bool) -> None:
        self.site.baseline.learn(sound)
        self.learned, self.sound = None, sound

    @precondition(lambda self: self.site.path.exists())
    @rule(share=st.floats(0, 0.99))
    def lose_the_end_of_the_file(self, share: float) -> None:
        content = self.site.path.read_bytes()
        self.site.path.write_bytes(content[: int(share * len(content))])
        self.site.restart()
        self.learned, self.sound = None, False

    @invariant()
    def learned_stays_learned_and_is_never_that_of_a_broken_rotor(self) -> None:
        status = self.site.baseline.status
        if self.learned is not None:
            assert status.reference_bars == self.learned
        if status.state in (BaselineState.LEARNED, BaselineState.STALE):
            self.learned = status.reference_bars
            most = BASELINE.own_casting if self.sound else 0.32
            assert len(status.reference_bars) > 0
            assert max(status.reference_bars.values()) <= most


Life.TestCase.settings = settings(max_examples=25, stateful_step_count=12)
TestLife = Life.TestCase


def test_what_is_kept_is_of_the_version_that_is_read(site: Site) -> None:
    site.run(LOOKS + 1)
    assert json.loads(site.path.read_text())["version"] == FILE_VERSION


def test_the_state_stays_what_the_signals_show(site: Site) -> None:
    site.run(LOOKS + 1)
    state = broken_state(3.0)
    assert site.baseline.judge(state).state is State.BROKEN_BARS
    assert site.baseline.judge(verdict_of(site.motor.look())).evidence.baseline_bars is not None


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
