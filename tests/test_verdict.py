"""A verdict says what it says of a motor: words that subscribers know, and one line for the log."""

from dataclasses import FrozenInstanceError, fields

import pytest

from edge_agent.verdict import (
    CLASSES,
    WEAK_EVIDENCE,
    Evidence,
    Fault,
    Finding,
    Reason,
    Refusal,
    Severity,
    State,
    Verdict,
    in_short,
)


def a_verdict(state: State, severity: Severity | None = None, refusal: Refusal | None = None) -> Verdict:
    return Verdict(state=state, severity=severity, refusal=refusal, evidence=Evidence())


def refused(reason: Reason) -> Verdict:
    return a_verdict(State.INDETERMINATE, refusal=Refusal(reason, "some_quantity", 1.0, 2.0))


@pytest.mark.parametrize(
    ("state", "severity", "line"),
    [
        (State.HEALTHY, Severity.OK, "healthy: ok"),
        (State.HEALTHY, Severity.WATCH, "healthy: watch"),
        (State.BROKEN_BARS, Severity.ALARM, "broken_bars: alarm"),
        (State.BROKEN_BARS, Severity.DANGER, "broken_bars: danger"),
    ],
)
def test_an_answer_in_short_is_its_state_and_how_urgent_it_is(state: State, severity: Severity, line: str):
    assert in_short(a_verdict(state, severity)) == line


@pytest.mark.parametrize("reason", list(Reason))
def test_a_refusal_in_short_is_its_reason(reason: Reason):
    assert in_short(refused(reason)) == f"indeterminate: {reason.value}"


def test_a_verdict_is_about_broken_bars_unless_it_says_otherwise():
    assert a_verdict(State.HEALTHY, Severity.OK).fault is Fault.BROKEN_BARS


@pytest.mark.parametrize("state", list(State))
def test_a_finding_is_faulty_exactly_where_its_state_is_the_name_of_a_fault(state: State):
    finding = Finding(fault=Fault.BROKEN_BARS, state=state, evidence=Evidence())
    assert finding.faulty is (state.value in {fault.value for fault in Fault})


def test_a_fault_that_was_found_gives_the_state_its_name():
    assert {fault.value for fault in Fault} == {state.value for state in State} - {"healthy", "indeterminate"}


def test_a_verdict_starts_without_anything_that_nobody_measured():
    verdict = a_verdict(State.HEALTHY, Severity.OK)
    optional = {
        field.name
        for field in fields(Verdict)
        if field.name not in ("fault", "state", "severity", "evidence")
    }
    unset = {name for name in optional if getattr(verdict, name) in (None, ())}
    assert unset == optional


def test_evidence_starts_empty_and_lists_are_empty_instead_of_none():
    evidence = Evidence()
    empty = {field.name for field in fields(Evidence) if getattr(evidence, field.name) == ()}
    lists = {"higher_sidebands_dbc", "harmonics_dbc", "harmonic_sidebands_dbc", "sidebands_with_supply_dbc"}
    assert empty == lists
    others = {field.name for field in fields(Evidence)} - empty
    assert {getattr(evidence, name) for name in others} == {None}


@pytest.mark.parametrize("field", fields(Evidence), ids=lambda field: field.name)
def test_every_number_of_the_evidence_is_published_with_a_number_of_decimals(field):
    is_number = "float" in str(field.type)
    assert ("decimals" in field.metadata) is is_number
    if is_number:
        assert field.metadata["decimals"] >= 1


def test_a_level_in_decibels_is_published_with_one_decimal():
    levels = {field.name: field.metadata["decimals"] for field in fields(Evidence) if "_db" in field.name}
    assert levels
    assert set(levels.values()) == {1}


def test_the_first_class_is_a_sound_rotor_and_the_others_count_bars():
    assert CLASSES[0] == State.HEALTHY
    assert [int(name) for name in CLASSES[1:]] == list(range(1, len(CLASSES)))


def test_bad_samples_are_no_weak_evidence():
    assert {Reason.LOAD_TOO_LOW, Reason.INCONCLUSIVE} <= WEAK_EVIDENCE
    assert not WEAK_EVIDENCE & {Reason.LOST_SAMPLES, Reason.CLIPPED, Reason.WRONG_SCALE, Reason.MOTOR_OFF}


def test_a_verdict_cannot_be_changed_after_it_was_given():
    verdict = a_verdict(State.HEALTHY, Severity.OK)
    with pytest.raises(FrozenInstanceError):
        verdict.state = State.BROKEN_BARS  # type: ignore[misc]
    assert in_short(verdict) == "healthy: ok"


def test_fields_of_a_finding_are_given_by_name():
    with pytest.raises(TypeError):
        Finding(Fault.BROKEN_BARS, State.HEALTHY, Evidence())  # type: ignore[misc]
