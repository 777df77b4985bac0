"""Documents as JSON, as they are said over MQTT: keys in a fixed order, units in their names, never a NaN."""

import json
import math
from dataclasses import fields
from datetime import UTC, datetime

from edge_agent.publish.sink import Diagnosis, Document, Event, Health, Origin, State, Told
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


def payload_of(document: Document, number: int | None = None) -> Payload:
    """Return a document as it is published.

    `number` is that of an event, by which repeated deliveries of one event are known.
    """
    match document:
        case State() | Diagnosis():
            return _verdict(document.origin, document.verdict, document.unix_s)
        case Event():
            return _event(document, number)
        case Health():
            return _health(document)


def told_in(payload: bytes) -> Told | None:
    """Return the state that an event told, from its payload; None if that cannot be read."""
    try:
        after = json.loads(payload)["after"]
        return Told(after["state"], after["severity"], after["reason"], after["broken_bars"])
    except (ValueError, KeyError, TypeError):
        return None


def _verdict(origin: Origin, verdict: Verdict, unix_s: float) -> Payload:
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
        "captured": None,
        "trigger": _trigger(verdict.refusal),
    }


def _event(event: Event, number: int | None) -> Payload:
    """Return the payload of an event; its `verdict` is the whole state, with the window that decided."""
    return {
        "schema": SCHEMA,
        "id": number,
        "agent": event.origin.agent,
        "motor": event.origin.motor,
        "time": iso_time(event.unix_s),
        "before": _brief(event.before) if isinstance(event.before, Verdict) else _again(event.before),
        "after": _brief(event.after),
        "verdict": _verdict(event.origin, event.after, event.unix_s),
    }


def _health(health: Health) -> Payload:
    names = [field.name for field in fields(health) if field.name not in ("agent", "unix_s")]
    numbers = {name: _plain(getattr(health, name)) for name in names}
    return {"schema": SCHEMA, "agent": health.agent, "time": iso_time(health.unix_s), **numbers}


def _again(told: Told) -> Payload:
    """Return what was told before a restart, with the keys that it had then."""
    return {field.name: getattr(told, field.name) for field in fields(told)}


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
