"""The network, and the agent around it, on recordings of real motors."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pydantic import TypeAdapter

from calibration.learning.data.windowing import cut, streams_of
from edge_agent.acquire.recordings import Recording, read_recording
from edge_agent.diagnose.model import Model
from edge_agent.motor import Nameplate
from edge_agent.pipeline import Pipeline
from edge_agent.verdict import State


@dataclass(frozen=True, slots=True)
class MeasuredVerdict:
    """The answers to the first window of a recording."""

    recording: str
    """Its name."""
    condition: str
    """As its metadata states it, or the broken bars they name; else its name without the number."""
    probabilities: tuple[float, ...] | None
    """The network's, even where the agent discards them; None if the front end refused."""
    distance: float | None
    """Distance of the window from training; None if the front end refused or the model has no distance."""
    state: State
    """The agent's answer, from the network and the sidebands."""
    reason: str
    """Why the agent refused; empty if it answered."""

    @property
    def broken(self) -> float | None:
        """Probability that a bar is broken, by the network alone; None if the front end refused."""
        return None if self.probabilities is None else sum(self.probabilities[1:])


@dataclass(frozen=True, slots=True)
class MeasuredReport:
    """Answers to a folder of recordings."""

    model: str
    """Name of the model."""
    model_sha256: str
    """Hash of its file."""
    folder: str
    """Name of the folder."""
    threshold: float
    """Probability from which the network's answer is broken."""
    refusals: dict[str, int]
    """Recordings that the agent refused, by reason."""
    recordings: tuple[MeasuredVerdict, ...]
    """In the order of their names."""

    @classmethod
    def of(cls, model: Model, folder: str, verdicts: Sequence[MeasuredVerdict]) -> Self:
        """Make the report of the verdicts."""
        return cls(
            model=model.spec.name,
            model_sha256=model.sha256,
            folder=folder,
            threshold=model.spec.thresholds.broken,
            refusals=dict(Counter(v.reason for v in verdicts if v.reason).most_common()),
            recordings=tuple(verdicts),
        )

    def to_json(self) -> bytes:
        """Return everything, recording by recording."""
        return TypeAdapter(MeasuredReport).dump_json(self, indent=1)

    def to_markdown(self, pictures: Sequence[str]) -> str:
        """Return counts by condition, after the pictures, if any."""
        reasons = ", ".join(f"{count} {reason}" for reason, count in self.refusals.items()) or "none"
        lines = [
            f"# {self.model} on {self.folder}",
            *(f"![{name}]({name})" for name in pictures),
            f"{len(self.recordings)} recordings, of each the first window. Refused by the agent: {reasons}.",
            conditions_table(self.recordings, self.threshold),
        ]
        return "\n\n".join(lines) + "\n"


def judge_recordings(
    model: Model, folder: Path, nameplate: Nameplate, length_s: float
) -> list[MeasuredVerdict]:
    """Judge every .npz of a folder, with windows of `length_s` or as long as the recording."""
    return [
        _judge(Pipeline(nameplate, model, length_s, length_s), read_recording(path), length_s)
        for path in sorted(folder.glob("*.npz"))
    ]


def conditions_table(verdicts: Sequence[MeasuredVerdict], threshold: float) -> str:
    """Return verdicts counted by condition, as a Markdown table: the network's alone, then the agent's."""
    lines = [
        "| condition | recordings | network: broken | p(broken) | agent: healthy | broken | no answer |",
        "|---|---|---|---|---|---|---|",
    ]
    for condition in sorted({v.condition for v in verdicts}):
        own = [v for v in verdicts if v.condition == condition]
        answered = [v.broken for v in own if v.broken is not None]
        called = sum(p >= threshold for p in answered)
        span = f"{min(answered):.3f}-{max(answered):.3f}" if answered else "-"
        states = Counter(v.state for v in own)
        reasons = Counter(v.reason for v in own if v.reason).most_common()
        refused = ", ".join(f"{count} {reason}" for reason, count in reasons) or "0"
        lines.append(
            f"| {condition} | {len(own)} | {called} | {span} | {states[State.HEALTHY]} "
            f"| {states[State.BROKEN_BARS]} | {refused} |"
        )
    return "\n".join(lines)


def _judge(pipeline: Pipeline, recording: Recording, length_s: float) -> MeasuredVerdict:
    streams = streams_of(recording)
    duration_s = min(s.counts.shape[1] / s.stream.rate_hz for s in streams)
    window = cut(streams, 0.0, min(length_s, duration_s))
    analysis, verdict = pipeline.judge(window)
    belief = pipeline.broken_bars.believe(analysis)
    return MeasuredVerdict(
        recording=recording.name,
        condition=_condition(recording),
        probabilities=None if belief is None else belief.probabilities,
        distance=None if belief is None else belief.distance,
        state=verdict.state,
        reason="" if verdict.refusal is None else str(verdict.refusal.reason),
    )


def _condition(recording: Recording) -> str:
    meta = recording.meta
    if "condition" in meta:
        return str(meta["condition"])
    if "broken_bars" in meta:
        return f"{meta['broken_bars']} broken bar" + ("" if meta["broken_bars"] == 1 else "s")
    return recording.name.rstrip("0123456789_")
