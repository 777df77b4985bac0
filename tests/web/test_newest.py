"""Of each kind the newest document counts; samples are new only if their number has grown."""

from dataclasses import replace

from said import DOCUMENTS, MOTOR_OFF, ORIGIN, a_pulse

from edge_agent.baseline.status import BaselineState, BaselineStatus
from edge_agent.outlook import Outlook
from edge_agent.publish.documents import Baseline, Diagnosis, Event, State, Trend
from edge_agent.web.newest import Newest


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_nothing_is_known_at_first() -> None:
    newest = Newest(Clock())
    assert (newest.state, newest.diagnosis, newest.alarm, newest.info) == (None, None, None, None)
    assert (newest.measurements, newest.health, newest.pulse) == (None, None, None)
    assert (newest.pulse_s, newest.samples_s, newest.verdict_s) == (None, None, None)
    assert newest.started_s == 100.0


def test_each_kind_has_its_place() -> None:
    newest = Newest()
    for document in DOCUMENTS:
        newest.take(document)
    kept = (
        newest.state,
        newest.alarm,
        newest.diagnosis,
        newest.info,
        newest.measurements,
        newest.baseline,
        newest.trend,
        newest.health,
    )
    assert kept == DOCUMENTS


def test_a_newer_document_takes_the_place_of_the_one_before_and_an_event_of_none() -> None:
    newest = Newest()
    for document in DOCUMENTS:
        newest.take(document)
    state = State(ORIGIN, MOTOR_OFF, 2000.0)
    newest.take(state)
    newest.take(Event(ORIGIN, MOTOR_OFF, MOTOR_OFF, 2001.0))
    assert newest.state is state
    assert newest.diagnosis is DOCUMENTS[2]


def test_trend_and_baseline_have_their_places_too() -> None:
    newest = Newest()
    documents = Trend(ORIGIN, Outlook(), 1.0), Baseline(ORIGIN, BaselineStatus(BaselineState.LEARNING), 1.0)
    for document in documents:
        newest.take(document)
    assert (newest.trend, newest.baseline) == documents


def test_a_verdict_is_as_old_as_its_diagnosis() -> None:
    newest = Newest(clock := Clock())
    clock.now_s = 107.0
    newest.take(Diagnosis(ORIGIN, MOTOR_OFF, 1.0))
    clock.now_s = 110.0
    newest.take(State(ORIGIN, MOTOR_OFF, 1.0))
    assert newest.verdict_s == 107.0


def test_samples_are_as_old_as_the_last_pulse_with_more_of_them() -> None:
    newest = Newest(clock := Clock())
    newest.feel(a_pulse(samples=0))
    assert newest.samples_s is None
    clock.now_s = 101.0
    newest.feel(a_pulse(samples=500))
    clock.now_s = 102.0
    newest.feel(replace(a_pulse(samples=500), waiting_blocks=9))
    assert (newest.samples_s, newest.pulse_s) == (101.0, 102.0)
    assert newest.pulse is not None
    assert newest.pulse.waiting_blocks == 9
