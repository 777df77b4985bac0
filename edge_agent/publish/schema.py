"""JSON Schemas of all payloads, for those who read them: one file for each document, in `schemas/`.

`make schema` writes them. Names of evidence and health are open, for new ones may come; all else is exact.
"""

import json
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path

from edge_agent.acquire.samples import ChannelKind
from edge_agent.alarm import Condition
from edge_agent.audit.findings import PlateFinding, Sureness, Suspect
from edge_agent.baseline.recognition import Change
from edge_agent.baseline.status import BaselineState
from edge_agent.diagnose.manifest import Figure
from edge_agent.figures import Figures, RunningTime
from edge_agent.publish.json_values import SCHEMA
from edge_agent.verdict import BAR_STATES, CLASSES, Fault, Reason, Severity, State

FOLDER = Path(__file__).parent / "schemas"
"""Where the schemas are shipped, `<document>.json`."""

Schema = dict[str, object]
"""A JSON Schema."""

_TEXT: Schema = {"type": "string"}
_FLAG: Schema = {"type": "boolean"}
_NUMBER: Schema = {"type": "number"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
"""What is counted is never below zero."""
_RATIO: Schema = {"type": "number", "minimum": 0, "maximum": 1}
"""Shares and probabilities, per unit."""
_TIME: Schema = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$"}
_SHA256: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _one_of(values: Iterable[str]) -> Schema:
    return {"enum": [str(value) for value in values]}


def _object(required: dict[str, Schema], optional: dict[str, Schema] | None = None) -> Schema:
    """Return the schema of an object with just these keys."""
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }


def _map(values: Schema) -> Schema:
    """Return the schema of an object with any keys."""
    return {"type": "object", "additionalProperties": values}


_WHO: dict[str, Schema] = {"schema": {"const": SCHEMA}, "agent": _TEXT, "motor": _TEXT, "time": _TIME}
_WORDS: dict[str, Schema] = {"summary": _TEXT, "advice": _TEXT, "advice_code": _TEXT}
_OUTCOME: dict[str, Schema] = {
    "state": _one_of(BAR_STATES),
    "severity": _or_null(_one_of(Severity)),
    "reason": _or_null(_one_of(Reason)),
}
_TRIGGER = _or_null(
    _object({"quantity": _TEXT, "value": _or_null(_NUMBER), "limit": _or_null(_NUMBER)}, {"channel": _TEXT})
)
_BARS = _object(
    {
        "estimate": {"type": "integer", "minimum": 1, "maximum": len(CLASSES) - 1},
        "interval": {"type": "array", "items": _COUNT, "minItems": 2, "maxItems": 2},
        "equivalent": _or_null(_NUMBER),
    }
)
_BRIEF: dict[str, Schema] = {**_OUTCOME, "broken_bars": _or_null(_BARS)}
_CLOCK: dict[str, Schema] = {"clock_set": {"type": "boolean"}}
_NUMBER_BEHIND = _object(
    {
        **dict.fromkeys(("quantity", "unit", "origin"), _TEXT),
        **dict.fromkeys(("value", "limit", "baseline_h"), _or_null(_NUMBER)),
        "witness": _or_null(_TEXT),
    }
)
_OF_CONDITION: dict[str, Schema] = {**_OUTCOME, "state": _one_of(State)}
_FINDING = _object(
    {
        **_OF_CONDITION,
        "location": _or_null(_TEXT),
        "measured": {"type": "array", "items": _NUMBER_BEHIND},
        "trigger": _TRIGGER,
        **_WORDS,
    }
)
_FINDINGS: dict[str, Schema] = {"findings": _map(_FINDING)}
_WINDOW = _object(
    {
        "start": _TIME,
        "end": _TIME,
        "first_sample": {"type": "integer"},
        "samples": _COUNT,
        "lost_samples": _COUNT,
    }
)
_MEASURED: Schema = {
    "anyOf": [
        {"type": ["number", "string", "boolean", "null"]},
        {"type": "array", "items": {"type": ["number", "null"]}},
    ]
}
_MODEL = _object({"name": _TEXT, "sha256": _SHA256})


def _state() -> Schema:
    return _verdict(_CLOCK)


def _verdict(more: dict[str, Schema] | None = None) -> Schema:
    return _object(
        {
            **_WHO,
            **_BRIEF,
            "confidence": _or_null(_RATIO),
            "probabilities": _or_null(_object(dict.fromkeys(CLASSES, _or_null(_RATIO)))),
            "window": _or_null(_WINDOW),
            "evidence": _map(_MEASURED),
            "model": _MODEL,
            "latency_ms": _or_null({"type": "integer"}),
            "captured": _or_null(_TEXT),
            "trigger": _TRIGGER,
            **_WORDS,
            **(more or {}),
        },
        _FINDINGS,
    )


def _event() -> Schema:
    brief = _object(_BRIEF, {"findings": _map(_object(_OF_CONDITION))})
    return _object(
        {
            "schema": {"const": SCHEMA},
            "id": _COUNT,
            **{key: _WHO[key] for key in ("agent", "motor", "time")},
            "before": brief,
            "after": brief,
            "verdict": _verdict(),
            "captured": _or_null(_TEXT),
            **_WORDS,
        }
    )


def _alarm() -> Schema:
    return _object(
        {
            **_WHO,
            "active": _FLAG,
            "condition": _one_of(Condition),
            "fault": _or_null(_one_of(Fault)),
            "severity": _or_null(_one_of((Severity.ALARM, Severity.DANGER))),
            **dict.fromkeys(("since", "last_confirmed", "cleared"), _or_null(_TIME)),
            **dict.fromkeys(_WORDS, _or_null(_TEXT)),
            "equivalent_bars": _or_null(_NUMBER),
            "event_id": _or_null(_COUNT),
            "captured": _or_null(_TEXT),
            "acknowledged": _or_null(_object({"by": _TEXT, "at": _TIME, "note": _TEXT})),
            "feedback": _or_null(_object({"right": _FLAG, "found": _TEXT, "at": _TIME})),
        }
    )


def _info() -> Schema:
    channel = {
        "name": _TEXT,
        "kind": _one_of(ChannelKind),
        "unit": _TEXT,
        "scale": _NUMBER,
        "offset": _NUMBER,
        "full_scale": _or_null(_NUMBER),
        "phase": _or_null(_TEXT),
        "axis": _or_null(_TEXT),
    }
    stream = {"number": _COUNT, "rate_hz": _NUMBER, "channels": _list_of(_object(channel))}
    device = {
        "name": _TEXT,
        "serial_number": _TEXT,
        "firmware": _TEXT,
        "streams": _list_of(_object(stream)),
    }
    figure: dict[str, Schema] = {field.name: _TEXT for field in fields(Figure)}
    figure |= {
        "value": _NUMBER,
        "interval": {"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2},
        "recordings": _COUNT,
        "motors": _COUNT,
    }
    finding: dict[str, Schema] = {field.name: _TEXT for field in fields(PlateFinding)}
    finding |= {"suspect": _one_of(Suspect), "sure": _one_of(Sureness), "looks": _COUNT}
    return _object(
        {
            **_WHO,
            "nameplate": _map({"type": ["number", "string", "null"]}),
            "device": _or_null(_object(device)),
            "units": _map(_TEXT),
            "model": _MODEL,
            "accuracy": _list_of(_object(figure)),
            "can_tell": _list_of(_TEXT),
            "plate_findings": _list_of(_object(finding)),
        }
    )


def _list_of(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _measurements() -> Schema:
    figures: dict[str, Schema] = {field.name: _or_null(_NUMBER) for field in fields(Figures)}
    figures |= {"running": _FLAG}
    figures |= dict.fromkeys(
        ("current_a", "vibration_mm_s", "vibration_m_s2_rms", "voltage_v"), _map(_NUMBER)
    )
    running: dict[str, Schema] = {field.name: _or_null(_NUMBER) for field in fields(RunningTime)}
    return _object({**_WHO, **figures, **running, "starts": _COUNT})


def _trend() -> Schema:
    number = _or_null(_NUMBER)
    pair: Schema = {"type": "array", "items": number, "minItems": 2, "maxItems": 2}
    forecast: dict[str, Schema] = {"severity": _one_of((Severity.ALARM, Severity.DANGER))}
    forecast |= {"expected": _TIME, "earliest": _TIME, "latest": _or_null(_TIME)}
    return _object(
        {
            **_WHO,
            "day": _or_null({"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}),
            "load": _or_null(pair),
            "looks": _COUNT,
            "median_bars": number,
            "limit_bars": number,
            "days": _COUNT,
            "bars_per_month": number,
            "bars_per_month_interval": _or_null(pair),
            "forecast": _or_null(_object(forecast)),
            "forecast_reason": _or_null(_TEXT),
            "summary": _TEXT,
        }
    )


def _baseline() -> Schema:
    return _object(
        {
            **_WHO,
            "state": _one_of(BaselineState),
            "change": _one_of(Change),
            "progress": _RATIO,
            **dict.fromkeys(("hours", "growth", "false_alarms_per_year_allowed"), _NUMBER),
            "looks": _map(_COUNT),
            "reference_bars": _map(_NUMBER),
            **dict.fromkeys(("growth_bars", "growth_limit"), _or_null(_NUMBER)),
            "looks_since_learned": _COUNT,
            "false_alarms_per_year_proven": _or_null(_NUMBER),
            "reason": _TEXT,
        }
    )


def _learned() -> Schema:
    pair: Schema = {"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2}
    numbers = ("no_load_current_a", "speed_at_rated_current_rpm", "speed_error_rpm")
    return _object(
        {
            **_WHO,
            **dict.fromkeys(("looks", "looks_with_slip"), _COUNT),
            "rotor_bars": _or_null(_COUNT),
            "rotor_bars_possible": _list_of(_COUNT),
            "rotor_bars_confidence": _or_null(_RATIO),
            **dict.fromkeys(numbers, _or_null(_NUMBER)),
            "currents_a": _or_null(pair),
            "used": _list_of(_one_of(("slots", "line"))),
            "reason": _TEXT,
        }
    )


def _health() -> Schema:
    known: dict[str, Schema] = {key: _WHO[key] for key in ("schema", "agent", "time")}
    known |= {"version": _TEXT, "model_sha256": _SHA256, "source": _or_null(_TEXT)}
    known |= {"refusal_share": _map(_RATIO)}
    schema = _object(known, {"self_test_problem": _or_null(_TEXT), "state_folder": _or_null(_TEXT)} | _CLOCK)
    schema["additionalProperties"] = {"type": ["number", "null"]}
    return schema


def _reply() -> Schema:
    answer: Schema = {"description": "What the command carried as its transaction; any JSON."}
    return _object(
        {
            "status": {"enum": ["ok", "error"]},
            "data": {"type": "object"},
            "error": _or_null(_TEXT),
            "transaction": answer,
        }
    )


SCHEMAS = {
    "state": _state,
    "diagnosis": _verdict,
    "event": _event,
    "alarm": _alarm,
    "info": _info,
    "measurements": _measurements,
    "baseline": _baseline,
    "learned": _learned,
    "trend": _trend,
    "health": _health,
    "reply": _reply,
}
"""By the last level of the topic that carries the document; replies have one more, the command's name."""


def schema_text(document: str) -> str:
    """Return the schema of a document as its file should hold it."""
    head: Schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"edge-agent: {document}",
    }
    return json.dumps(head | SCHEMAS[document](), indent=1) + "\n"


if __name__ == "__main__":
    for name in SCHEMAS:
        (FOLDER / f"{name}.json").write_text(schema_text(name), encoding="utf-8")
