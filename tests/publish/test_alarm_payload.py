"""The alarm as JSON: the same keys with and without one, and what people said about it."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from schemas import check_payload

from edge_agent.alarm import Acknowledgement, Condition, Feedback, LatchedAlarm
from edge_agent.publish.alarm_payload import alarm_payload
from edge_agent.publish.documents import Alarm, Origin
from edge_agent.publish.json_values import encode
from edge_agent.publish.payloads import payload_of
from edge_agent.verdict import Fault, Severity

ORIGIN = Origin("pump-7", "motor-1", "brb-fusion", "ab" * 32)
NOW_UNIX_S = 1_795_410_662.125
NOW = "2026-11-23T05:11:02.125Z"

LATCHED = LatchedAlarm(
    fault=Fault.BROKEN_BARS,
    severity=Severity.ALARM,
    since_unix_s=NOW_UNIX_S - 3600,
    confirmed_unix_s=NOW_UNIX_S - 60,
    summary="2 broken bars, at 80 % load",
    advice="Have the rotor examined.",
    advice_code="examine_rotor",
    event_id=17,
    captured="captures/a.npz",
    equivalent_bars=2.0,
    load=0.8,
    looks=3,
)
ACKNOWLEDGED = Acknowledgement("ann", NOW_UNIX_S - 10, "on my way")
WRONG = Feedback(right=False, at_unix_s=NOW_UNIX_S - 5, found="a loose belt")


def payload_with(latched: LatchedAlarm | None) -> dict[str, object]:
    return alarm_payload(Alarm(ORIGIN, latched, NOW_UNIX_S))


def test_an_alarm_is_told_with_its_times_words_and_number() -> None:
    assert payload_with(LATCHED) == {
        "schema": 1,
        "agent": "pump-7",
        "motor": "motor-1",
        "time": NOW,
        "active": True,
        "condition": "unacknowledged",
        "fault": "broken_bars",
        "severity": "alarm",
        "since": "2026-11-23T04:11:02.125Z",
        "last_confirmed": "2026-11-23T05:10:02.125Z",
        "cleared": None,
        "summary": "2 broken bars, at 80 % load",
        "advice": "Have the rotor examined.",
        "advice_code": "examine_rotor",
        "equivalent_bars": 2.0,
        "event_id": 17,
        "captured": "captures/a.npz",
        "acknowledged": None,
        "feedback": None,
    }


def test_without_an_alarm_the_same_keys_stand_in_the_same_order_and_are_null() -> None:
    payload = payload_with(None)
    assert list(payload) == list(payload_with(LATCHED))
    assert (payload["active"], payload["condition"]) == (False, "normal")
    assert all(payload[key] is None for key in list(payload)[6:])


def test_who_has_seen_it_is_told() -> None:
    payload = payload_with(replace(LATCHED, acknowledged=ACKNOWLEDGED))
    assert payload["condition"] == "acknowledged"
    assert payload["acknowledged"] == {"by": "ann", "at": "2026-11-23T05:10:52.125Z", "note": "on my way"}


def test_what_was_found_is_told() -> None:
    payload = payload_with(replace(LATCHED, feedback=WRONG))
    assert payload["feedback"] == {"right": False, "found": "a loose belt", "at": "2026-11-23T05:10:57.125Z"}


@pytest.mark.parametrize(("seen", "condition"), [(None, "returned_unacknowledged"), (ACKNOWLEDGED, "normal")])
def test_a_cleared_alarm_is_no_longer_active_and_says_when(
    seen: Acknowledgement | None, condition: str
) -> None:
    payload = payload_with(replace(LATCHED, cleared_unix_s=NOW_UNIX_S, acknowledged=seen))
    assert (payload["active"], payload["condition"], payload["cleared"]) == (False, condition, NOW)
    assert payload["fault"] == "broken_bars"


TIMES_S = st.floats(0, 4e9)
ALARMS = st.builds(
    LatchedAlarm,
    fault=st.sampled_from(Fault),
    severity=st.sampled_from([Severity.ALARM, Severity.DANGER]),
    since_unix_s=TIMES_S,
    confirmed_unix_s=TIMES_S,
    summary=st.text(min_size=1),
    advice=st.text(min_size=1),
    advice_code=st.sampled_from(["examine_rotor", "stop_soon"]),
    event_id=st.none() | st.integers(1, 2**53),
    captured=st.none() | st.text(min_size=1),
    equivalent_bars=st.floats(0, 100),
    load=st.none() | st.floats(0, 2),
    looks=st.integers(1, 100),
    cleared_unix_s=st.none() | TIMES_S,
    acknowledged=st.none() | st.builds(Acknowledgement, st.text(min_size=1), TIMES_S, st.text()),
    feedback=st.none() | st.builds(Feedback, st.booleans(), TIMES_S, st.text()),
)


@given(ALARMS)
def test_every_alarm_is_as_the_schema_says(latched: LatchedAlarm) -> None:
    payload = json.loads(encode(payload_with(latched)))
    check_payload("alarm", payload)
    assert payload["active"] is (payload["cleared"] is None)
    assert payload["condition"] in set(Condition)


def test_the_document_becomes_this_payload() -> None:
    document = Alarm(ORIGIN, LATCHED, NOW_UNIX_S)
    assert payload_of(document) == alarm_payload(document)
