"""Payloads are a contract: names, order, rounding, and nothing that JSON cannot say."""

import json
import math
from dataclasses import Field, fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.publish.documents import Diagnosis, Event, Health, Origin, Told
from edge_agent.publish.documents import State as StateDocument
from edge_agent.publish.payloads import Payload, encode, payload_of, told_in
from edge_agent.verdict import (
    BarCount,
    Evidence,
    Reason,
    Refusal,
    Severity,
    State,
    Verdict,
    WindowSpan,
)

ORIGIN = Origin("pump-7", "pump-7-motor", "brb-fusion", "ab" * 32)
NOW_UNIX_S = 1_795_410_662.125
WINDOW = WindowSpan(NOW_UNIX_S - 12, NOW_UNIX_S, 1_200_000, 120_000, 3)


def broken(**evidence: object) -> Verdict:
    return Verdict(
        state=State.BROKEN_BARS,
        severity=Severity.ALARM,
        broken_bars=BarCount(2, (1, 3), 1.90004),
        confidence=0.971234,
        probabilities=(0.01, 0.08, 0.88, 0.03, 0.0),
        window=WINDOW,
        evidence=Evidence(**evidence),  # type: ignore[arg-type]
        latency_ms=41.3,
    )


def refused(value: float | None = 0.0312345678) -> Verdict:
    refusal = Refusal(Reason.LOST_SAMPLES, "lost_fraction", value, 0.01)
    return Verdict(state=State.INDETERMINATE, refusal=refusal, evidence=Evidence())


def a_state(verdict: Verdict) -> Payload:
    return payload_of(StateDocument(ORIGIN, verdict, NOW_UNIX_S))


def test_the_state_has_the_documented_keys_in_order() -> None:
    """Quantities of the evidence that came later stand behind these: subscribers may know their order."""
    payload = a_state(broken(line_frequency_hz=59.98, slip=0.0412, load=0.82))
    payload["evidence"] = dict(list(payload["evidence"].items())[:23])  # type: ignore[attr-defined]
    assert encode(payload).decode() == (
        '{"schema":1,"agent":"pump-7","motor":"pump-7-motor","time":"2026-11-23T05:11:02.125Z",'
        '"state":"broken_bars","severity":"alarm","reason":null,'
        '"broken_bars":{"estimate":2,"interval":[1,3],"equivalent":1.9},'
        '"confidence":0.9712,"probabilities":{"healthy":0.01,"1":0.08,"2":0.88,"3":0.03,"4":0.0},'
        '"window":{"start":"2026-11-23T05:10:50.125Z","end":"2026-11-23T05:11:02.125Z",'
        '"first_sample":1200000,"samples":120000,"lost_samples":3},'
        '"evidence":{"line_frequency_hz":59.98,"slip":0.0412,"load":0.82,"lower_sideband_dbc":null,'
        '"upper_sideband_dbc":null,"noise_floor_dbc":null,"detection_limit_dbc":null,'
        '"detection_limit_bars":null,"ellipse_angle_deg":null,"modalities_agree":null,'
        '"equivalent_bars":null,"equivalent_bars_interval":null,"equivalent_bars_by":null,"current_unbalance":null,'
        '"phase_order":null,"higher_sidebands_dbc":[],"ellipse_axis_ratio":null,"harmonics_dbc":[],'
        '"harmonic_sidebands_dbc":[],"shaft_sidebands_db":null,"slot_sidebands_db":null,"load_swing_bars":null,"load_swing_angle_deg":null},'
        f'"model":{{"name":"brb-fusion","sha256":"{"ab" * 32}"}},"latency_ms":41,"captured":null,'
        '"trigger":null,"summary":"2 broken bars (1 to 3), at 82 % load",'
        '"advice":"Have the rotor examined at the next stop. Until then avoid frequent and heavy starts.",'
        '"advice_code":"examine_rotor","clock_set":true}'
    )


def test_every_field_of_the_evidence_is_published_in_its_order() -> None:
    payload = a_state(broken())
    assert list(payload["evidence"]) == list(Evidence.__dataclass_fields__)  # type: ignore[call-overload]


@pytest.mark.parametrize("field", fields(Evidence), ids=lambda field: field.name)
def test_a_quantity_is_published_with_the_decimals_that_its_field_names(field: Field[object]) -> None:
    value: object = 1 / 3
    if "tuple" in str(field.type):
        value = (1 / 3, 2 / 3)
    elif "float" not in str(field.type):
        value = True if "bool" in str(field.type) else "abc"
    said = a_state(broken(**{field.name: value}))["evidence"][field.name]  # type: ignore[index]
    if "float" in str(field.type):
        decimals = field.metadata["decimals"]
        parts = value if isinstance(value, tuple) else (value,)
        rounded = [round(part, decimals) for part in parts]  # type: ignore[call-overload]
        assert said == (rounded if isinstance(value, tuple) else rounded[0])
    else:
        assert "decimals" not in field.metadata
        assert said is value


def test_the_interval_of_the_bars_is_a_list_rounded_like_its_neighbour() -> None:
    payload = a_state(broken(equivalent_bars_interval=(1.23456, 2.0)))
    assert payload["evidence"]["equivalent_bars_interval"] == [1.235, 2.0]  # type: ignore[index]


@pytest.mark.parametrize("end", [math.nan, math.inf])
def test_an_end_that_is_no_number_is_null(end: float) -> None:
    payload = a_state(broken(equivalent_bars_interval=(0.5, end)))
    assert payload["evidence"]["equivalent_bars_interval"] == [0.5, None]  # type: ignore[index]


def test_the_order_of_the_phases_is_published_as_it_is() -> None:
    payload = a_state(broken(phase_order="acb"))
    assert payload["evidence"]["phase_order"] == "acb"  # type: ignore[index]


def test_a_refusal_names_its_reason_and_the_number_behind_it() -> None:
    payload = a_state(refused())
    assert payload["state"] == "indeterminate"
    assert payload["severity"] is None
    assert payload["reason"] == "lost_samples"
    assert payload["trigger"] == {"quantity": "lost_fraction", "value": 0.031235, "limit": 0.01}
    assert (payload["window"], payload["probabilities"], payload["latency_ms"]) == (None, None, None)


def test_a_refusal_of_single_channels_names_them() -> None:
    scale = Refusal(Reason.WRONG_SCALE, "current_above_pull_out_a", 15500.4, 49.5, "ia, ib")
    payload = a_state(replace(refused(), refusal=scale))
    assert payload["reason"] == "wrong_scale"
    assert payload["trigger"] == {
        "quantity": "current_above_pull_out_a",
        "value": 15500.0,
        "limit": 49.5,
        "channel": "ia, ib",
    }


def test_a_diagnosis_has_the_fields_of_a_state_but_for_the_clock() -> None:
    diagnosis = payload_of(Diagnosis(ORIGIN, broken(), NOW_UNIX_S))
    assert diagnosis | {"clock_set": True} == a_state(broken())


def test_an_event_says_what_was_what_is_and_what_decided() -> None:
    payload = payload_of(Event(ORIGIN, refused(), broken(), NOW_UNIX_S, 17))
    assert list(payload) == [
        *("schema", "id", "agent", "motor", "time", "before", "after", "verdict"),
        *("captured", "summary", "advice", "advice_code"),
    ]
    assert payload["id"] == 17
    assert payload["before"] == {
        "state": "indeterminate", "severity": None, "reason": "lost_samples", "broken_bars": None,
    }  # fmt: skip
    assert payload["after"] == {
        "state": "broken_bars", "severity": "alarm", "reason": None,
        "broken_bars": {"estimate": 2, "interval": [1, 3], "equivalent": 1.9},
    }  # fmt: skip
    assert payload["verdict"] | {"clock_set": True} == a_state(broken())  # type: ignore[operator]


@pytest.mark.parametrize(
    "verdict", [broken(), refused(), replace(refused(), state=State.HEALTHY, refusal=None)]
)
def test_what_an_event_told_is_read_back_and_told_again_as_it_was(verdict: Verdict) -> None:
    first = payload_of(Event(ORIGIN, refused(), verdict, NOW_UNIX_S, 1))
    told = told_in(encode(first))
    assert told is not None
    again = payload_of(Event(ORIGIN, told, broken(), NOW_UNIX_S, 2))
    assert again["before"] == first["after"]
    assert list(again["before"]) == list(first["after"])  # type: ignore[call-overload]


def test_what_was_told_is_told_again_even_by_words_of_another_version() -> None:
    told = Told("worn_bearing", "odd", None, {"estimate": None})
    before = payload_of(Event(ORIGIN, told, broken(), NOW_UNIX_S, 2))["before"]
    assert before == {
        "state": "worn_bearing", "severity": "odd", "reason": None, "broken_bars": {"estimate": None},
    }  # fmt: skip


@pytest.mark.parametrize(
    "payload",
    [b"", b"\xff", b"[]", b"17", b'{"after": []}', b'{"after": {"state": "healthy", "severity": 1}}'],
)
def test_nothing_was_told_where_it_cannot_be_read(payload: bytes) -> None:
    assert told_in(payload) is None


def test_the_health_has_its_fields_in_order() -> None:
    health = Health(
        agent="pump-7", unix_s=NOW_UNIX_S,
        samples_received=1, frames_lost=2, crc_errors=3, frames_rejected=0, bytes_dropped=0, windows_done=4,
        windows_failed=1, windows_skipped=5,
        reader_queue_blocks=6, outbox_events=7, events_dropped=8, events_unsaved=9, diagnoses_dropped=10,
        last_verdict_age_s=1.23456, latency_p50_ms=None, latency_p99_ms=math.nan, temperature_c=51.2,
        memory_mb=180.0, uptime_s=3.0, version="0.1.0", model_sha256="ab", source=None,
        refusal_share={"motor_off": 0.123456},
    )  # fmt: skip
    payload = payload_of(health)
    assert list(payload) == ["schema", "agent", "time", *list(Health.__dataclass_fields__)[2:]]
    assert (payload["agent"], payload["time"]) == ("pump-7", "2026-11-23T05:11:02.125Z")
    assert payload["last_verdict_age_s"] == 1.235
    assert payload["latency_p99_ms"] is None
    assert payload["refusal_share"] == {"motor_off": 0.123}


@given(value=st.floats(), now_s=st.floats(0, 4e9))
def test_no_number_makes_a_payload_that_is_not_json(value: float, now_s: float) -> None:
    evidence: dict[str, object] = dict.fromkeys(Evidence.__dataclass_fields__, value)
    evidence |= {"modalities_agree": True, "equivalent_bars_interval": (0.0, value)}
    text = encode(payload_of(Event(ORIGIN, refused(value), broken(**evidence), now_s, 1))).decode()
    assert "NaN" not in text
    assert "Infinity" not in text
    assert json.loads(text)["id"] == 1
