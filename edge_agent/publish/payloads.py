"""Documents as JSON, as they are said over MQTT: keys in a fixed order, units in their names, never a NaN."""

import json
import math
from dataclasses import asdict, fields
from datetime import UTC, datetime

from edge_agent.acquire.samples import Device
from edge_agent.alarm import Acknowledgement, Condition, Feedback
from edge_agent.figures import Figures, RunningTime
from edge_agent.publish.documents import (
    Alarm,
    Diagnosis,
    Document,
    Event,
    Health,
    Info,
    Measurements,
    Origin,
    Reply,
    State,
    Told,
)
from edge_agent.summary import advise, summarise
from edge_agent.verdict import CLASSES, BarCount, Evidence, Finding, Refusal, Verdict, WindowSpan

SCHEMA = 1
"""Version of the payloads; it rises when a key changes its meaning or goes away."""

Payload = dict[str, object]
"""A JSON object, ready for `encode`."""


def encode(payload: Payload) -> bytes:
    """Return the payload as UTF-8 JSON. Raises ValueError if a NaN or an infinity got into it."""
    return json.dumps(payload, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode()


def iso_time(unix_s: float) -> str:
    """Return a Unix time as ISO 8601 in UTC with milliseconds, e.g. `2026-11-23T05:11:02.125Z`."""
    return datetime.fromtimestamp(unix_s, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def payload_of(document: Document) -> Payload:
    """Return a document as it is published."""
    match document:
        case State():
            return _verdict(document.origin, document.verdict, document.unix_s, document.captured)
        case Diagnosis():
            return _verdict(document.origin, document.verdict, document.unix_s)
        case Event():
            return _event(document)
        case Alarm():
            return _alarm(document)
        case Info():
            return _info(document)
        case Measurements():
            return _measurements(document)
        case Reply():
            return _reply(document)
        case Health():
            return _health(document)


def told_in(payload: bytes) -> Told | None:
    """Return the state that an event told, from its payload; None if that cannot be read."""
    try:
        event = json.loads(payload)
        after = event["after"]
        return Told(
            after["state"],
            after["severity"],
            after["reason"],
            after["broken_bars"],
            event["id"],
            event.get("captured"),
        )
    except (ValueError, KeyError, TypeError):
        return None


def _verdict(origin: Origin, verdict: Verdict, unix_s: float, captured: str | None = None) -> Payload:
    """Return the payload of a state, and of a window's own diagnosis: they have the same fields."""
    return {
        "schema": SCHEMA,
        "agent": origin.agent,
        "motor": origin.motor,
        "time": iso_time(unix_s),
        **_brief(verdict),
        "confidence": _rounded(verdict.confidence, 4),
        "probabilities": _probabilities(verdict.probabilities),
        "window": _window(verdict.window),
        "evidence": _evidence(verdict.evidence),
        "model": {"name": origin.model_name, "sha256": origin.model_sha256},
        "latency_ms": _rounded(verdict.latency_ms, 0),
        "captured": captured,
        "trigger": _trigger(verdict.refusal),
        **_words(verdict),
    }


def _words(verdict: Verdict) -> Payload:
    """Return what a person reads first."""
    advice = advise(verdict)
    return {"summary": summarise(verdict), "advice": advice.text, "advice_code": advice.code}


def _event(event: Event) -> Payload:
    """Return the payload of an event; its `verdict` is the whole state, with the window that decided."""
    return {
        "schema": SCHEMA,
        "id": event.number,
        "agent": event.origin.agent,
        "motor": event.origin.motor,
        "time": iso_time(event.unix_s),
        "before": _brief(event.before) if isinstance(event.before, Verdict) else _again(event.before),
        "after": _brief(event.after),
        "verdict": _verdict(event.origin, event.after, event.unix_s, event.captured),
        "captured": event.captured,
        **_words(event.after),
    }


def _alarm(alarm: Alarm) -> Payload:
    """Return the latched alarm; without one every key but `active` and `condition` is null."""
    latched = alarm.latched
    payload: Payload = {
        "schema": SCHEMA,
        "agent": alarm.origin.agent,
        "motor": alarm.origin.motor,
        "time": iso_time(alarm.unix_s),
        "active": latched is not None and latched.active,
        "condition": str(Condition.NORMAL if latched is None else latched.condition),
    }
    if latched is None:
        return payload | dict.fromkeys(_ALARM_KEYS)
    return {
        **payload,
        "fault": str(latched.fault),
        "severity": str(latched.severity),
        "since": iso_time(latched.since_unix_s),
        "last_confirmed": iso_time(latched.confirmed_unix_s),
        "cleared": None if latched.cleared_unix_s is None else iso_time(latched.cleared_unix_s),
        "summary": latched.summary,
        "advice": latched.advice,
        "advice_code": latched.advice_code,
        "event_id": latched.event_id,
        "captured": latched.captured,
        "acknowledged": _acknowledged(latched.acknowledged),
        "feedback": _feedback(latched.feedback),
        "equivalent_bars": _rounded(latched.equivalent_bars, 3),
    }


_ALARM_KEYS = (
    "fault",
    "severity",
    "since",
    "last_confirmed",
    "cleared",
    "summary",
    "advice",
    "advice_code",
    "event_id",
    "captured",
    "acknowledged",
    "feedback",
    "equivalent_bars",
)


def _acknowledged(by_whom: Acknowledgement | None) -> Payload | None:
    if by_whom is None:
        return None
    return {"by": by_whom.by, "at": iso_time(by_whom.at_unix_s), "note": by_whom.note}


def _feedback(feedback: Feedback | None) -> Payload | None:
    if feedback is None:
        return None
    return {"right": feedback.right, "found": feedback.found, "at": iso_time(feedback.at_unix_s)}


def _info(info: Info) -> Payload:
    return {
        "schema": SCHEMA,
        "agent": info.origin.agent,
        "motor": info.origin.motor,
        "time": iso_time(info.unix_s),
        "nameplate": info.nameplate.model_dump(mode="json"),
        "device": None if info.device is None else _device(info.device),
        "units": _units(),
        "model": {"name": info.origin.model_name, "sha256": info.origin.model_sha256},
        "accuracy": [asdict(figure) for figure in info.accuracy],
        "can_tell": list(info.can_tell),
    }


def _device(device: Device) -> Payload:
    return {
        "name": device.name,
        "serial_number": device.serial_number,
        "firmware": device.firmware,
        "streams": [
            {
                "number": stream.number,
                "rate_hz": stream.rate_hz,
                "channels": [asdict(channel) for channel in stream.channels],
            }
            for stream in device.streams
        ],
    }


def _units() -> Payload:
    """Return the unit of each number in states, diagnoses and measurements, by its key."""
    names = [field.name for kind in (Evidence, Figures, RunningTime) for field in fields(kind)]
    return {name: unit for name in names if (unit := unit_of_key(name)) is not None}


def unit_of_key(key: str) -> str | None:
    """Return the unit that the name of a key ends with; `1` for ratios, None for what is no number."""
    if key in _RATIOS:
        return "1"
    return next((unit for suffix, unit in _UNITS.items() if key.endswith(suffix)), None)


_RATIOS = frozenset({"slip", "load", "current_unbalance", "ellipse_axis_ratio", "thd"})
_UNITS = {
    "_m_s2_rms": "m/s2",
    "_mm_s": "mm/s",
    "_hz": "Hz",
    "_dbc": "dBc",
    "_db": "dB",
    "_deg": "deg",
    "_rpm": "rpm",
    "_hours": "h",
    "_a": "A",
    "_s": "s",
    "_bars": "bars",
    "_bars_interval": "bars",
}


def _measurements(measurements: Measurements) -> Payload:
    figures, running = measurements.figures, measurements.running
    return {
        "schema": SCHEMA,
        "agent": measurements.origin.agent,
        "motor": measurements.origin.motor,
        "time": iso_time(measurements.unix_s),
        **{field.name: _shortened(getattr(figures, field.name)) for field in fields(figures)},
        **{field.name: _shortened(getattr(running, field.name)) for field in fields(running)},
    }


def _shortened(value: object) -> object:
    """Return a figure with five digits, which is more than any sensor has."""
    if isinstance(value, dict):
        return {key: _shortened(part) for key, part in value.items()}
    return _significant(value) if isinstance(value, float) else value


def _reply(reply: Reply) -> Payload:
    return {
        "status": "ok" if reply.error is None else "error",
        "data": reply.data,
        "error": reply.error,
        "transaction": reply.transaction,
    }


def _health(health: Health) -> Payload:
    names = [field.name for field in fields(health) if field.name not in ("agent", "unix_s")]
    numbers = {name: _plain(getattr(health, name)) for name in names}
    return {"schema": SCHEMA, "agent": health.agent, "time": iso_time(health.unix_s), **numbers}


def _again(told: Told) -> Payload:
    """Return what was told before a restart, with the keys that it had then."""
    return {name: getattr(told, name) for name in ("state", "severity", "reason", "broken_bars")}


def _brief(verdict: Verdict) -> Payload:
    return {
        **_outcome(verdict),
        "broken_bars": _broken_bars(verdict.broken_bars),
        **({"findings": {str(o.fault): _finding(o) for o in verdict.others}} if verdict.others else {}),
    }


def _finding(finding: Finding) -> Payload:
    """Return what is said of a fault beside broken bars."""
    return {**_outcome(finding), "trigger": _trigger(finding.refusal)}


def _outcome(finding: Finding) -> Payload:
    """Return what is said of every fault."""
    return {
        "state": str(finding.state),
        "severity": None if finding.severity is None else str(finding.severity),
        "reason": None if finding.refusal is None else str(finding.refusal.reason),
    }


def _broken_bars(bars: BarCount | None) -> Payload | None:
    if bars is None:
        return None
    return {
        "estimate": bars.estimate,
        "interval": list(bars.interval),
        "equivalent": _rounded(bars.equivalent, 3),
    }


def _probabilities(probabilities: tuple[float, ...] | None) -> Payload | None:
    if probabilities is None:
        return None
    return {name: _rounded(value, 4) for name, value in zip(CLASSES, probabilities, strict=True)}


def _window(window: WindowSpan | None) -> Payload | None:
    if window is None:
        return None
    return {
        "start": iso_time(window.start_unix_s),
        "end": iso_time(window.end_unix_s),
        "first_sample": int(window.first_sample),
        "samples": int(window.samples),
        "lost_samples": int(window.lost_samples),
    }


def _evidence(evidence: Evidence) -> Payload:
    return {
        field.name: _measure(getattr(evidence, field.name), field.metadata.get("decimals", 0))
        for field in fields(evidence)
    }


def _measure(value: float | str | tuple[float, ...] | None, decimals: int) -> object:
    if isinstance(value, tuple):
        return [_rounded(part, decimals) for part in value]
    return value if isinstance(value, (str, bool)) else _rounded(value, decimals)


def _trigger(refusal: Refusal | None) -> Payload | None:
    if refusal is None:
        return None
    return {
        "quantity": refusal.quantity,
        "value": _significant(refusal.value),
        "limit": _significant(refusal.limit),
        **({} if refusal.channel is None else {"channel": refusal.channel}),
    }


def _plain(value: object) -> object:
    if isinstance(value, float):
        return _rounded(value, 3)
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    return value


def _rounded(value: float | None, decimals: int) -> float | int | None:
    """Round; None for what JSON cannot hold (NaN, infinities), an int for no decimals."""
    if value is None or not math.isfinite(value):
        return None
    return round(float(value), decimals) if decimals else round(float(value))


def _significant(value: float | None) -> float | None:
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.5g}")
