"""All conditions of a motor: judged each by itself, learned while they are not found, kept over restarts."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from answers import TWO_BARS, a_model, a_window
from current_windows import PLATE, RATED_A, a_current_window, balanced
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.acquire.samples import Device
from edge_agent.conditions.diagnoser import found, refused, sound
from edge_agent.conditions.memory import FILE_VERSION
from edge_agent.conditions.monitor import Conditions
from edge_agent.conditions.registry import DIAGNOSERS
from edge_agent.motor import Nameplate
from edge_agent.pipeline import Pipeline
from edge_agent.refusals import of_conditions, of_samples
from edge_agent.signals.analysis import Analyser
from edge_agent.signals.images import ImageSpec
from edge_agent.state_file import StateFile
from edge_agent.verdict import Fault, Measured, Severity, State, WindowSpan
from edge_agent.windows.sliding import Window

SPAN = WindowSpan(0.0, 4.0, 0, 8000, 0)
WINDOW_H = 4.0 / 3600


def failed(window: Window, error: Exception):
    raise error


def judge(conditions: Conditions, window: Window):
    findings = conditions.judge(window, Analyser(PLATE, ImageSpec()).analyse(window), SPAN, failed)
    conditions.learn()
    return {finding.fault: finding for finding in findings}


def steady(number: int, share: complex = 0.02) -> Window:
    return a_current_window(balanced(RATED_A, share), start_s=4.0 * number)


def test_every_condition_has_one_diagnoser_and_a_finding_in_every_window():
    faults = [make(PLATE).fault for make in DIAGNOSERS]
    assert len(set(faults)) == len(faults)
    assert list(judge(Conditions(PLATE), steady(0))) == faults


def test_what_is_normal_is_learned_kept_and_learned_anew_on_command(tmp_path: Path):
    def file() -> StateFile:
        return StateFile(tmp_path / "conditions.json", FILE_VERSION)

    conditions = Conditions(PLATE, file=file(), hours=6 * WINDOW_H)
    for number in range(3):
        untold = judge(conditions, steady(number))[Fault.STATOR_ASYMMETRY]
    assert untold.refusal.quantity == of_conditions.NO_NORMAL.quantity
    conditions.save()
    again = Conditions(PLATE, file=file(), hours=6 * WINDOW_H)
    assert again.hours == pytest.approx(3 * WINDOW_H)
    for number in range(3, 6):
        judge(again, steady(number))
    again.save()
    third = Conditions(PLATE, file=file(), hours=6 * WINDOW_H)
    assert third.normal == again.normal
    told = judge(third, steady(0))[Fault.STATOR_ASYMMETRY]
    assert (told.state, told.measured[0].baseline_h) == (State.HEALTHY, pytest.approx(6 * WINDOW_H))
    assert judge(third, steady(1, share=0.15j))[Fault.STATOR_ASYMMETRY].state is State.STATOR_ASYMMETRY
    third.learn_anew()
    assert third.normal is None


def test_windows_that_overlap_and_those_at_rest_are_not_learned():
    conditions = Conditions(PLATE, hours=1.0)
    judge(conditions, steady(0))
    judge(conditions, a_current_window(balanced(RATED_A), start_s=2.0))
    judge(conditions, a_current_window(balanced(0.001 * RATED_A), start_s=8.0))
    assert conditions.hours == pytest.approx(WINDOW_H)


def test_without_hours_nothing_is_learned():
    conditions = Conditions(PLATE)
    judge(conditions, steady(0))
    assert conditions.hours == 0.0


class Saying:
    """A diagnoser that says what it was made to say of every window."""

    fault = Fault.PHASE_LOSS

    def __init__(self, says: State | Exception, severity: Severity) -> None:
        self._says, self._severity = says, severity

    def measure(self, seen):
        return {"number": 1.0}

    def judge(self, quantities, seen, normal):
        if isinstance(self._says, Exception):
            raise self._says
        measured = [Measured("number", 1.0, "1", 0.5, "judgement")]
        if self._says is State.INDETERMINATE:
            return refused(self.fault, seen, of_samples.LOST_FRACTION.refuse(0.5), measured)
        if self._says is State.HEALTHY:
            return sound(self.fault, seen, measured)
        return found(self.fault, seen, self._severity, measured, "a")


MOTORS = [a_window(), a_window(lower=0.0005, upper=0.0004), a_window(phases="ib ic"), a_window(slip=0.001)]
NOTHING_BESIDE = {"latency_ms": None, "window": None, "others": ()}


def answers_of(window: Window, says: Saying | None):
    plate: Nameplate = PLATE
    diagnosers = () if says is None else (lambda nameplate: says,)
    conditions = Conditions(plate, diagnosers=diagnosers, hours=24.0)
    pipeline = Pipeline(plate, a_model(TWO_BARS), window.length_s, window.length_s, conditions=conditions)
    pipeline.configure(Device("", "", "", tuple(own.stream for own in window.streams)))
    _, verdict = pipeline.judge(window)
    changed = [pipeline.decision.update(verdict, 6.0 * k, 6.0 * k + 6.0) for k in range(4)]
    assert len(changed) == 4
    return [replace(own, **NOTHING_BESIDE) for own in (verdict, pipeline.decision.state)]


@cache
def alone(motor: int):
    """What is said of a motor for whose conditions nobody looks."""
    return answers_of(MOTORS[motor], None)


@settings(max_examples=6, deadline=None)
@given(
    st.sampled_from(range(len(MOTORS))),
    st.sampled_from([State.HEALTHY, State.INDETERMINATE, State.PHASE_LOSS, ValueError("odd")]),
    st.sampled_from([Severity.WATCH, Severity.ALARM, Severity.DANGER]),
)
def test_no_condition_changes_what_is_said_of_the_bars(motor, says, severity):
    assert answers_of(MOTORS[motor], Saying(says, severity)) == alone(motor)
