"""Documents as JSON, as they are said over MQTT: keys in a fixed order, units in their names, never a NaN."""

import json
from dataclasses import fields

from edge_agent.conditions.words import advise_condition, say_beside, summarise_condition
from edge_agent.publish.alarm_payload import alarm_payload
from edge_agent.publish.baseline_payload import baseline_payload
from edge_agent.publish.documents import (
    Alarm,
    Baseline,
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
    Trend,
)
from edge_agent.publish.info_payload import info_payload
from edge_agent.publish.json_values import SCHEMA, Payload, encode, iso_time, rounded, significant
from edge_agent.publish.trend_payload import trend_payload
from edge_agent.summary import advise, summarise
from edge_agent.verdict import CLASSES, BarCount, Evidence, Finding, Measured, Refusal, Verdict, WindowSpan

__all__ = ["SCHEMA", "Payload", "encode", "iso_time", "payload_of", "told_in"]


def payload_of(document: Document) -> Payload:
    """Return a document as it is published."""
    match document:
        case State():
            state = _verdict(document.origin, document.verdict, document.unix_s, document.captured)
            return state | {"clock_set": document.clock_set}
        case Diagnosis():
            return _verdict(document.origin, document.verdict, document.unix_s)
        case Event():
            return _event(document)
        case Alarm():
            return alarm_payload(document)
        case Info():
            return info_payload(document)
        case Measurements():
            return _measurements(document)
        case Baseline():
            return baseline_payload(document)
        case Trend():
            return trend_payload(document)
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
            {
                fault: finding["severity"]
                for fault, finding in after.get("findings", {}).items()
                if finding["state"] == fault
            },
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _verdict(origin: Origin, verdict: Verdict, unix_s: float, captured: str | None = None) -> Payload:
    """Return the payload of a state, and of a window's own diagnosis: they have the same fields."""
    return {
        "schema": SCHEMA,
        "agent": origin.agent,
        "motor": origin.motor,
        "time": iso_time(unix_s),
        **_outcome(verdict),
        "broken_bars": _broken_bars(verdict.broken_bars),
        **({"findings": {str(o.fault): _finding(o) for o in verdict.others}} if verdict.others else {}),
        "confidence": rounded(verdict.confidence, 4),
        "probabilities": _probabilities(verdict.probabilities),
        "window": _window(verdict.window),
        "evidence": _evidence(verdict.evidence),
        "model": {"name": origin.model_name, "sha256": origin.model_sha256},
        "latency_ms": rounded(verdict.latency_ms, 0),
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
        "summary": summarise(event.after) + say_beside(event.after.others),
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
    return significant(value) if isinstance(value, float) else value


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
        **({"findings": {str(o.fault): _outcome(o) for o in verdict.others}} if verdict.others else {}),
    }


def _finding(finding: Finding) -> Payload:
    """Return what is said of a fault beside broken bars."""
    advice = advise_condition(finding)
    return {
        **_outcome(finding),
        "location": finding.location,
        "measured": [_measured(own) for own in finding.measured],
        "trigger": _trigger(finding.refusal),
        "summary": summarise_condition(finding),
        "advice": advice.text,
        "advice_code": advice.code,
    }


def _measured(measured: Measured) -> Payload:
    return {
        "quantity": measured.quantity,
        "value": significant(measured.value),
        "unit": measured.unit,
        "limit": significant(measured.limit),
        "origin": measured.origin,
        "baseline_h": rounded(measured.baseline_h, 1),
        "witness": measured.witness,
    }


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
        "equivalent": rounded(bars.equivalent, 3),
    }


def _probabilities(probabilities: tuple[float, ...] | None) -> Payload | None:
    if probabilities is None:
        return None
    return {name: rounded(value, 4) for name, value in zip(CLASSES, probabilities, strict=True)}


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
        return [rounded(part, decimals) for part in value]
    return value if isinstance(value, (str, bool)) else rounded(value, decimals)


def _trigger(refusal: Refusal | None) -> Payload | None:
    if refusal is None:
        return None
    return {
        "quantity": refusal.quantity,
        "value": significant(refusal.value),
        "limit": significant(refusal.limit),
        **({} if refusal.channel is None else {"channel": refusal.channel}),
    }


def _plain(value: object) -> object:
    if isinstance(value, float):
        return rounded(value, 3)
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    return value
