"""What a capture says of itself, and the window that decided: replayed, it gives the verdict of that time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from edge_agent.acquire.bounds import line_problem, window_problem
from edge_agent.acquire.recordings import Recording, RecordingError, read_recording
from edge_agent.acquire.samples import Device
from edge_agent.captures.replaying import replayed
from edge_agent.captures.taught import known_in
from edge_agent.config import Settings
from edge_agent.config.settings import WindowSection
from edge_agent.diagnose.model import Model
from edge_agent.motor import Nameplate
from edge_agent.pipeline import Answer, Pipeline
from edge_agent.signals.slip.known import KnownMotor
from edge_agent.verdict import Severity, WindowSpan
from edge_agent.windows.part import newest_part

_BY_SEVERITY = (None, *Severity)
"""Severities, the worst last; None is that of a refused window."""


@dataclass(frozen=True, slots=True)
class Told:
    """What was published of the capture's event, as its `meta` has it: text of somebody else."""

    agent: str
    """Agent that kept it; "" if it does not say so."""
    version: str
    """Version of that agent; "" if it does not say so."""
    model_sha256: str
    """Hash of the model that decided; "" if it does not say so."""
    events: tuple[dict[str, Any], ...]
    """Payloads of the events, the oldest first."""
    diagnosis: dict[str, Any] | None
    """Payload of the newest diagnosis when the capture began."""

    @property
    def event(self) -> dict[str, Any] | None:
        """The event that is reported: the newest alarm, or else the newest event; None without any."""
        alarms = [e for e in self.events if _text(e.get("after"), "severity") in ("alarm", "danger")]
        return next(reversed(alarms or self.events), None) if self.events else None


@dataclass(frozen=True, slots=True)
class Decided:
    """A capture, and the window that decided."""

    name: str
    """Name of the file."""
    told: Told
    """What was published."""
    device: Device
    """Channels and rates."""
    nameplate: Nameplate
    """Plate of the motor."""
    answer: Answer
    """The window, replayed; of one that only a stretch of it answers, the stretch."""
    same: bool | None
    """True if the replayed verdict is the published one; None if none was published of this window."""


def decided(path: Path, settings: Settings | None, model: Model) -> Decided:
    """Replay a capture and find the window that decided; raises RecordingError.

    Without settings, plate and window are those that the capture itself holds.
    """
    recording = read_recording(path)
    try:
        nameplate, length_s, step_s = _conditions(recording, settings)
        device = recording.device if settings is None else settings.apply_to_recording(recording.device)
        problem = line_problem(device.streams, nameplate.line_frequency_hz)
        if problem := problem or window_problem(device.streams, length_s):
            raise RecordingError(problem)
        told = _told(recording.meta)
        played = replace(recording, device=device)
        answer = _deciding(replayed(played, nameplate, model, length_s, step_s), told)
        if answer is None:
            raise RecordingError(
                f"it is shorter than one window of {length_s:g} s; give a configuration (-c) whose "
                "window.length_s is no longer than the recording"
            )
    except RecordingError as error:
        raise RecordingError(f"{path}: {error}") from error
    same = _is_same(answer, told)
    answer = _as_told(answer, nameplate, model, known_in(recording))
    return Decided(path.name, told, device, nameplate, answer, same)


def _conditions(recording: Recording, settings: Settings | None) -> tuple[Nameplate, float, float]:
    """Return plate, length and step of the windows, s."""
    if settings is not None:
        return settings.motor, settings.window.length_s, settings.window.step_s
    configuration = recording.meta.get("configuration")
    plate = configuration.get("motor") if isinstance(configuration, dict) else None
    if not isinstance(configuration, dict) or plate is None:
        raise RecordingError("it does not hold the nameplate of its motor; give the agent's YAML with -c")
    try:
        window = WindowSection.model_validate(configuration.get("window", {}))
        return Nameplate.model_validate(plate), window.length_s, window.step_s
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise RecordingError(
            f"its configuration cannot be used: {where}: {first['msg']}; give the agent's YAML with -c"
        ) from error


def _told(meta: dict[str, Any]) -> Told:
    events, diagnosis = meta.get("events"), meta.get("diagnosis")
    return Told(
        agent=_text(meta, "agent"),
        version=_text(meta, "version"),
        model_sha256=_text(meta.get("model"), "sha256"),
        events=tuple(e for e in events if isinstance(e, dict)) if isinstance(events, list) else (),
        diagnosis=diagnosis if isinstance(diagnosis, dict) else None,
    )


def _deciding(answers: Iterable[Answer], told: Told) -> Answer | None:
    """Return the answer to the window that the event names, or else the first one of the worst."""
    wanted = _places(told)
    worst: Answer | None = None
    for answer in answers:
        if wanted and wanted[0] in (_place(answer.verdict.window), _place(answer.told.window)):
            return answer
        if worst is None or _rank(answer) > _rank(worst):
            worst = answer
    return worst


def _places(told: Told) -> list[tuple[object, object]]:
    """Return first sample and number of samples of the window of the event, or of the diagnosis."""
    verdict = (told.event or {}).get("verdict")
    windows = [source.get("window") for source in (verdict, told.diagnosis) if isinstance(source, dict)]
    return [(w.get("first_sample"), w.get("samples")) for w in windows if isinstance(w, dict)]


def _as_told(answer: Answer, nameplate: Nameplate, model: Model, known: KnownMotor | None) -> Answer:
    """Return an answer of another stretch, or at the learned slip, as that of a window.

    One of minutes has its last window.
    """
    told, length_s = answer.told, answer.told.evidence.stretch_s
    if answer.by_stretch is None:
        return answer
    answer = replace(answer, verdict=told, by_stretch=None)
    if length_s is None:
        pipeline = Pipeline(nameplate, model, answer.window.length_s, answer.window.length_s)
        pipeline.know(known)
        again = pipeline.look_again(answer.window, answer.analysis)
        return answer if again is None else replace(answer, analysis=again)
    if length_s >= answer.window.length_s:
        return answer
    part = newest_part(answer.window, length_s)
    analysis, _ = Pipeline(nameplate, model, length_s, length_s).judge(part)
    return replace(answer, window=part, analysis=analysis)


def _place(span: WindowSpan | None) -> tuple[object, object] | None:
    return None if span is None else (span.first_sample, span.samples)


def _rank(answer: Answer) -> int:
    return _BY_SEVERITY.index(answer.told.severity)


def _is_same(answer: Answer, told: Told) -> bool | None:
    """True if a diagnosis of this very window was published with this state and these bars."""
    diagnosis = told.diagnosis
    if diagnosis is None or _place(answer.verdict.window) not in _places(Told("", "", "", (), diagnosis)):
        return None
    bars = diagnosis.get("broken_bars")
    published = bars.get("estimate") if isinstance(bars, dict) else None
    ours = answer.verdict.broken_bars
    return diagnosis.get("state") == str(answer.verdict.state) and published == (
        None if ours is None else ours.estimate
    )


def _text(source: object, key: str) -> str:
    """Return a text of a mapping; "" if it is no mapping, or has none."""
    value = source.get(key) if isinstance(source, dict) else None
    return value if isinstance(value, str) else ""


def sentences_of(events: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return the time of each event, and the state after it in a sentence, as published."""
    said = [(_text(event, "time"), _text(event, "summary")) for event in events]
    return [(time, summary) for time, summary in said if summary]
