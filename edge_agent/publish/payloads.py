"""What is published, as JSON: keys in a fixed order, units in their names, never a NaN."""

import json
import math
from dataclasses import dataclass, fields
from datetime import UTC, datetime

from edge_agent.verdict import CLASSES, BarCount, Evidence, Finding, Refusal, Verdict, WindowSpan

SCHEMA = 1
"""Version of the payloads; it rises when a key changes its meaning or goes away."""

Payload = dict[str, object]
"""A JSON object, ready for `encode`."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where it comes from: the same in every payload of a motor."""

    agent: str
    """Id of the agent."""
    motor: str
    """Id of the motor."""
    model_name: str
    """Name of the model that was asked."""
    model_sha256: str
    """SHA-256 of its file, hexadecimal."""


@dataclass(frozen=True, slots=True)
class Health:
    """State of the agent itself; published with these names in this order."""

    samples_received: int
    """Scans since the start, of all streams."""
    frames_lost: int
    """Frames that the sequence numbers say are missing."""
    crc_errors: int
    """Frames dropped because they were damaged."""
    frames_rejected: int
    """Frames or lines that cannot be read, that no description fits, or whose description cannot be right."""
    bytes_dropped: int
    """Bytes dropped because they were not decoded in time."""
    windows_done: int
    """Windows diagnosed since the start."""
    windows_failed: int
    """Windows among them whose analysis failed with an unforeseen error."""
    windows_skipped: int
    """Windows left out because the pipeline was behind."""
    reader_queue_blocks: int
    """Byte blocks that wait between the reader and the pipeline."""
    outbox_events: int
    """Events that wait for the broker."""
    events_dropped: int
    """Events that the outbox had to give up, ever."""
    events_unsaved: int
    """Events that wait in memory because the disk does not accept them."""
    diagnoses_dropped: int
    """Diagnoses not sent because the broker was away or slow."""
    last_verdict_age_s: float | None
    """Time since the last verdict; None before the first."""
    latency_p50_ms: float | None
    """Median time from a window's last sample to its verdict."""
    latency_p99_ms: float | None
    """99th percentile of the same."""
    temperature_c: float | None
    """Of the processor; None if the system does not say."""
    memory_mb: float | None
    """Resident memory of the process, 10^6 bytes."""
    uptime_s: float
    """Time since the agent started."""
    version: str
    """Version of the agent."""
    model_sha256: str
    """SHA-256 of the model's file."""
    source: str | None
    """What is wrong with the source of samples, or a channel of it, in words; None while all is well."""
    refusal_share: dict[str, float]
    """Share of all windows that each refusal reason took, 0 to 1."""
    outbox_files_put_aside: int = 0
    """Outbox files that were damaged or of a newer version, ever; they lie beside the outbox."""
    messages_left_out: int = 0
    """Messages larger than the broker accepts, or for which it ended the connection."""


def encode(payload: Payload) -> bytes:
    """Return the payload as UTF-8 JSON. Raises ValueError when a NaN or an infinity got into it."""
    return json.dumps(payload, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode()


def iso_time(unix_s: float) -> str:
    """Return a Unix time as ISO 8601 in UTC with milliseconds, e.g. `2026-11-23T05:11:02.125Z`."""
    return datetime.fromtimestamp(unix_s, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def state_payload(origin: Origin, verdict: Verdict, unix_s: float) -> Payload:
    """Return the payload of the fault state, said at `unix_s`."""
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


def diagnosis_payload(origin: Origin, verdict: Verdict, unix_s: float) -> Payload:
    """Return the payload of one window's own verdict: the fields of the state."""
    return state_payload(origin, verdict, unix_s)


def event_payload(
    event_id: int, origin: Origin, before: Verdict | Payload | None, after: Verdict, unix_s: float
) -> Payload:
    """Return the payload of a change of state or severity.

    `event_id` is the same in repeated deliveries of one event. `before` is None if there was no event yet;
    after a restart it is the `after` of the last event.
    `verdict` is the whole state payload, with the window that decided.
    """
    return {
        "schema": SCHEMA,
        "id": event_id,
        "agent": origin.agent,
        "motor": origin.motor,
        "time": iso_time(unix_s),
        "before": _brief(before) if isinstance(before, Verdict) else before,
        "after": _brief(after),
        "verdict": state_payload(origin, after, unix_s),
    }


def health_payload(agent: str, health: Health, unix_s: float) -> Payload:
    """Return the payload of the agent's health."""
    numbers = {field.name: _plain(getattr(health, field.name)) for field in fields(health)}
    return {"schema": SCHEMA, "agent": agent, "time": iso_time(unix_s), **numbers}


def _brief(verdict: Verdict) -> Payload:
    return {
        "state": str(verdict.state),
        "severity": None if verdict.severity is None else str(verdict.severity),
        "reason": None if verdict.refusal is None else str(verdict.refusal.reason),
        "broken_bars": _broken_bars(verdict.broken_bars),
        **({"findings": {str(o.fault): _finding(o) for o in verdict.others}} if verdict.others else {}),
    }


def _finding(finding: Finding) -> Payload:
    """Return what is said of a fault beside broken bars."""
    return {
        "state": str(finding.state),
        "severity": None if finding.severity is None else str(finding.severity),
        "reason": None if finding.refusal is None else str(finding.refusal.reason),
        "trigger": _trigger(finding.refusal),
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
