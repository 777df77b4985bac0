"""The latched alarm: it stays until the rotor is proven sound, or a person says otherwise."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.alarm import FILE_VERSION, AlarmLatch, Condition
from edge_agent.diagnose.decision import Decision
from edge_agent.limits import STATE
from edge_agent.refusals import of_samples
from edge_agent.state_file import StateFile
from edge_agent.verdict import BarCount, Evidence, Severity, State, Verdict

LIMIT_BARS = 0.2
RAISED_BY = STATE.looks_up


def healthy(load: float = 0.8, limit_bars: float | None = LIMIT_BARS) -> Verdict:
    evidence = Evidence(
        load=load, detection_limit_bars=limit_bars, equivalent_bars=0.05, modalities_agree=True
    )
    probabilities = (0.97, 0.03, 0.0, 0.0, 0.0)
    return Verdict(
        state=State.HEALTHY,
        severity=Severity.OK,
        probabilities=probabilities,
        confidence=0.97,
        evidence=evidence,
    )


def broken(bars: float = 2.0, load: float = 0.8) -> Verdict:
    evidence = Evidence(
        load=load, detection_limit_bars=LIMIT_BARS, equivalent_bars=bars, modalities_agree=True
    )
    return Verdict(
        state=State.BROKEN_BARS,
        severity=Severity.DANGER if bars >= 3 else Severity.ALARM,
        broken_bars=BarCount(round(bars), (round(bars), round(bars)), bars),
        probabilities=(0.0, 0.0, 1.0, 0.0, 0.0),
        confidence=1.0,
        evidence=evidence,
    )


REFUSED = Verdict(
    state=State.INDETERMINATE, refusal=of_samples.MOTOR_OFF.refuse(0.0, 0.3), evidence=Evidence()
)


class Motor:
    """Windows through decision and latch, as the agent takes them."""

    def __init__(self, folder: Path) -> None:
        self.now_s = 1.8e9
        self.folder = folder
        self.restart()

    def restart(self) -> None:
        self.decision = Decision()
        file = StateFile(self.folder / "alarm.json", FILE_VERSION)
        self.latch = AlarmLatch(file, clock=lambda: self.now_s)

    def see(self, *verdicts: Verdict) -> list[bool]:
        said = []
        for verdict in verdicts:
            self.now_s += 12.0
            self.decision.update(verdict, self.now_s - 12.0, self.now_s)
            looked = self.decision.looked
            said.append(self.latch.update(verdict, self.decision.state, looked, 17, "captures/a.npz"))
        return said

    @property
    def active(self) -> bool:
        return self.latch.latched is not None and self.latch.latched.active


@pytest.fixture
def motor(tmp_path: Path) -> Motor:
    return Motor(tmp_path)


def test_an_alarm_of_the_state_raises_it_with_words_number_and_capture(motor: Motor) -> None:
    assert motor.see(*[broken()] * 3) == [False, False, True]
    alarm = motor.latch.latched
    assert alarm is not None
    assert (alarm.severity, alarm.event_id, alarm.captured) == ("alarm", 17, "captures/a.npz")
    assert alarm.summary == "2 broken bars, at 80 % load"
    assert alarm.advice_code == "examine_rotor"
    assert alarm.condition is Condition.UNACKNOWLEDGED
    assert alarm.since_unix_s == motor.now_s


def test_windows_that_clear_the_rotor_without_a_slip_do_not_clear_the_alarm(motor: Motor) -> None:
    motor.see(*[broken()] * 3)
    scanned = replace(healthy().evidence, equivalent_bars=None, scanned_slips=(0.01, 0.1))
    motor.see(*[replace(healthy(), evidence=scanned)] * 20)
    assert motor.active
    motor.see(*[healthy()] * 10)
    assert not motor.active


def test_a_watch_raises_none(motor: Motor) -> None:
    motor.see(*[replace(healthy(), severity=Severity.WATCH)] * 10)
    assert motor.latch.latched is None


def test_it_outlives_refusals_stops_and_restarts(motor: Motor) -> None:
    motor.see(*[broken()] * 5)
    since_s = motor.latch.latched.since_unix_s  # type: ignore[union-attr]
    motor.see(*[REFUSED] * 1000)
    motor.restart()
    motor.see(*[REFUSED] * 10)
    assert motor.active
    assert motor.latch.latched.since_unix_s == since_s  # type: ignore[union-attr]


def test_a_state_that_is_only_held_confirms_nothing(motor: Motor) -> None:
    motor.see(*[broken()] * 5)
    confirmed_s = motor.now_s
    motor.see(*[REFUSED] * 10)
    assert motor.latch.latched.confirmed_unix_s == confirmed_s  # type: ignore[union-attr]


def test_as_many_healthy_windows_as_raised_it_clear_it(motor: Motor) -> None:
    motor.see(*[broken()] * 5)
    motor.restart()
    motor.see(*[healthy()] * (RAISED_BY - 1))
    assert motor.active
    assert motor.see(healthy()) == [True]
    assert not motor.active
    assert motor.latch.latched.condition is Condition.RETURNED_UNACKNOWLEDGED  # type: ignore[union-attr]
    assert motor.latch.acknowledge("ann") is None
    assert motor.latch.latched.condition is Condition.NORMAL  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "weak",
    [healthy(load=0.3), healthy(limit_bars=1.5), healthy(limit_bars=None)],
    ids=["load", "limit", "none"],
)
def test_windows_that_would_not_have_shown_it_do_not_clear_it(motor: Motor, weak: Verdict) -> None:
    motor.see(*[broken()] * 5)
    motor.restart()
    motor.see(*[weak] * 50)
    assert motor.active


def test_a_faulty_window_among_healthy_ones_begins_the_count_anew(motor: Motor) -> None:
    motor.see(*[broken()] * 5)
    motor.restart()
    motor.see(healthy(), healthy(), broken(), healthy(), healthy())
    assert motor.active


def test_an_acknowledgement_outlives_a_restart_and_is_taken_once(motor: Motor) -> None:
    assert motor.latch.acknowledge("ann") is not None
    motor.see(*[broken()] * 3)
    assert motor.latch.acknowledge("ann", "on my way") is None
    motor.restart()
    alarm = motor.latch.latched
    assert alarm is not None
    assert alarm.condition is Condition.ACKNOWLEDGED
    assert (alarm.acknowledged.by, alarm.acknowledged.note) == ("ann", "on my way")  # type: ignore[union-attr]
    assert motor.latch.acknowledge("bob") is not None


def test_a_worse_alarm_must_be_acknowledged_again_and_keeps_its_date(motor: Motor) -> None:
    motor.see(*[broken()] * 3)
    since_s = motor.latch.latched.since_unix_s  # type: ignore[union-attr]
    motor.latch.acknowledge("ann")
    motor.see(*[broken(4.0)] * 20)
    alarm = motor.latch.latched
    assert alarm is not None
    assert (alarm.severity, alarm.condition) == ("danger", Condition.UNACKNOWLEDGED)
    assert alarm.since_unix_s == since_s


def test_a_person_who_says_that_it_was_wrong_clears_it_until_the_rotor_was_seen_healthy(motor: Motor) -> None:
    motor.see(*[broken()] * 3)
    assert motor.latch.take_feedback(right=False, found="a loose belt") is None
    motor.see(*[broken()] * 100)
    assert not motor.active
    motor.restart()
    motor.see(*[broken()] * 100)
    assert not motor.active
    motor.see(*[healthy()] * 20)
    motor.see(*[broken()] * 20)
    assert motor.active


def test_danger_is_raised_though_the_alarm_before_was_called_wrong(motor: Motor) -> None:
    motor.see(*[broken()] * 3)
    motor.latch.take_feedback(right=False)
    motor.see(*[broken(4.0)] * 20)
    assert motor.active


def test_a_person_who_says_that_it_was_right_clears_nothing(motor: Motor) -> None:
    assert motor.latch.take_feedback(right=True) is not None
    motor.see(*[broken()] * 3)
    assert motor.latch.take_feedback(right=True, found="bar 7") is None
    assert motor.active
    assert motor.latch.latched.feedback.found == "bar 7"  # type: ignore[union-attr]


def test_an_alarm_of_before_a_restart_is_raised_where_its_file_is_lost(motor: Motor) -> None:
    motor.see(*[broken()] * 3)
    (motor.folder / "alarm.json").unlink()
    motor.restart()
    assert motor.see(*[broken()] * 3)[-1]
    assert motor.active


def test_confirmations_reach_the_disk_once_an_hour(motor: Motor) -> None:
    motor.see(*[broken()] * 3)
    path = motor.folder / "alarm.json"
    before = path.read_bytes()
    motor.see(*[broken()] * 10)
    motor.latch.save()
    assert path.read_bytes() == before
    motor.now_s += 3600.0
    motor.see(broken())
    motor.latch.save()
    assert json.loads(path.read_text())["confirmed_unix_s"] == motor.now_s


def test_a_disk_that_takes_nothing_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    motor = Motor(tmp_path / "file")
    motor.see(*[broken()] * 3)
    assert motor.active
    (tmp_path / "file").unlink()
    motor.latch.save()
    motor.restart()
    assert motor.active


@pytest.mark.parametrize("content", ["{}", '{"version": 1}', '{"version": 1, "fault": "x"}', "[]"])
def test_a_file_that_holds_no_alarm_is_put_aside(tmp_path: Path, content: str) -> None:
    (tmp_path / "alarm.json").write_text(content)
    assert Motor(tmp_path).latch.latched is None
    assert (tmp_path / "alarm.json.unusable").exists()


def test_keys_that_a_later_version_adds_are_ignored(motor: Motor) -> None:
    motor.see(*[broken()] * 3)
    path = motor.folder / "alarm.json"
    content = json.loads(path.read_text())
    del content["crc32"]
    path.write_text(json.dumps(content | {"later": 1}))
    motor.restart()
    assert motor.active


WINDOWS = st.sampled_from([REFUSED, healthy(), healthy(load=0.2), broken(), broken(4.0)])


@given(windows=st.lists(WINDOWS, max_size=40), restarts=st.sets(st.integers(0, 40), max_size=3))
def test_no_sequence_raises_from_refusals_or_clears_without_enough_healthy_windows(
    tmp_path_factory, windows: list[Verdict], restarts: set[int]
) -> None:
    motor = Motor(tmp_path_factory.mktemp("motor"))
    for number, window in enumerate(windows):
        if number in restarts:
            motor.restart()
        before = motor.active
        motor.see(window)
        if motor.active and not before:
            assert window.faulty
        if before and not motor.active:
            assert windows[: number + 1].count(healthy()) >= RAISED_BY
            assert window == healthy()
