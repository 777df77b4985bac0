"""The network alone on recordings of real motors, through the agent's front end."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from calibration.learning.windowing import StreamSamples, cut
from edge_agent.acquire.recordings import Recording, read_recording
from edge_agent.diagnose.model import Model
from edge_agent.motor import Nameplate
from edge_agent.signals.analysis import Analyser
from edge_agent.signals.images import ImageSpec


@dataclass(frozen=True, slots=True)
class MeasuredVerdict:
    """What the network says of the first window of a recording."""

    recording: str
    """Its name."""
    condition: str
    """As its metadata states it; the name without its number where they do not."""
    broken: float | None
    """Probability that a bar is broken; None where the front end refused."""
    reason: str
    """Why it refused; empty where it did not."""


def judge_recordings(
    model: Model, folder: Path, nameplate: Nameplate, length_s: float
) -> list[MeasuredVerdict]:
    """Judge every .npz of a folder; `length_s` is the window's, cut short where the recording is shorter."""
    spec = ImageSpec(**model.spec.front_end)
    verdicts: list[MeasuredVerdict] = []
    for path in sorted(folder.glob("*.npz")):
        analyser = Analyser(nameplate, spec)
        verdicts.append(_judge(model, analyser, read_recording(path), length_s))
    return verdicts


def conditions_table(verdicts: list[MeasuredVerdict], threshold: float) -> str:
    """Verdicts counted by condition, as a Markdown table."""
    lines = ["| condition | recordings | called broken | refused | p(broken) |", "|---|---|---|---|---|"]
    for condition in sorted({v.condition for v in verdicts}):
        own = [v for v in verdicts if v.condition == condition]
        answered = [v.broken for v in own if v.broken is not None]
        reasons = Counter(v.reason for v in own if v.reason)
        refused = ", ".join(f"{count} {reason}" for reason, count in reasons.items()) or "0"
        span = f"{min(answered):.3f}-{max(answered):.3f}" if answered else "-"
        called = sum(p >= threshold for p in answered)
        lines.append(f"| {condition} | {len(own)} | {called} | {refused} | {span} |")
    return "\n".join(lines)


def _judge(model: Model, analyser: Analyser, recording: Recording, length_s: float) -> MeasuredVerdict:
    streams = [
        StreamSamples(stream, counts.T)
        for stream, counts in zip(recording.device.streams, recording.counts, strict=True)
    ]
    duration_s = min(s.counts.shape[1] / s.stream.rate_hz for s in streams)
    analysis = analyser.analyse(cut(streams, 0.0, min(length_s, duration_s)))
    condition = str(recording.meta.get("condition", recording.name.rstrip("0123456789_")))
    if analysis.inputs is None or analysis.refusal is not None:
        reason = str(analysis.refusal.reason) if analysis.refusal is not None else "no images"
        return MeasuredVerdict(recording.name, condition, None, reason)
    belief = model.infer(analysis.inputs)
    return MeasuredVerdict(recording.name, condition, sum(belief.probabilities[1:]), "")
