"""What the windows of a recording show, and the least broken bar that they would have shown."""

from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import median

from edge_agent.acquire.overrides import ConfiguredChannel
from edge_agent.acquire.recordings import Recording, replay_blocks
from edge_agent.capabilities import least_load_by_current, tells_slip
from edge_agent.circuit import fit_circuit
from edge_agent.config import Settings
from edge_agent.diagnose.model import Model
from edge_agent.pipeline import Pipeline
from edge_agent.signals.sidebands.equivalent_bars import least_load
from edge_agent.verdict import Verdict

_BLOCK_S = 0.1
"""Length of the blocks that a recording is played in, s; verdicts do not depend on it."""


def detection(settings: Settings, recording: Recording | None) -> Iterator[str]:
    """Return from which load on a rotor can be judged, and what the windows of the recording say."""
    window_s = settings.window.length_s
    yield from _least_loads(settings, recording)
    if recording is None:
        return
    verdicts = _verdicts(settings, recording)
    if not verdicts:
        yield f"The recording is shorter than a window of {window_s:g} s, so nothing was judged."
        return
    yield _answers(verdicts)
    yield _least_bars(verdicts)


def _least_loads(settings: Settings, recording: Recording | None) -> Iterator[str]:
    motor, window_s = settings.motor, settings.window.length_s
    least = least_load(fit_circuit(motor), window_s, motor.line_frequency_hz)
    yield (
        f"With windows of {window_s:g} s, broken bars show from about {100 * least:.0f} % of the rated "
        "torque on."
    )
    channels: Sequence[ConfiguredChannel] = settings.device_channels()
    if recording is not None:
        channels = [channel for stream in recording.device.streams for channel in stream.channels]
    if not tells_slip(channels, motor):
        healthy = max(least, least_load_by_current(motor))
        yield (
            "Only sidebands show the slip, so a rotor can be called healthy from about "
            f"{100 * healthy:.0f} % of the rated torque on."
        )


def _verdicts(settings: Settings, recording: Recording) -> list[Verdict]:
    pipeline = Pipeline(
        settings.motor,
        Model.load_for_agent(settings.model.file),
        settings.window.length_s,
        settings.window.step_s,
    )
    pipeline.configure(recording.device)
    return [answer.verdict for block in replay_blocks(recording, _BLOCK_S) for answer in pipeline.push(block)]


def _answers(verdicts: list[Verdict]) -> str:
    said = Counter(
        str(verdict.state) if verdict.refusal is None else f"{verdict.state} ({verdict.refusal.reason})"
        for verdict in verdicts
    )
    counted = ", ".join(f"{count} {answer}" for answer, count in said.most_common())
    return f"Of {len(verdicts)} windows of the recording: {counted}."


def _least_bars(verdicts: list[Verdict]) -> str:
    measured = [verdict.evidence for verdict in verdicts]
    limits = [own.detection_limit_bars for own in measured if own.detection_limit_bars is not None]
    if not limits:
        return "No window reached the sidebands, so it is not known how small a broken bar would have shown."
    loads = [own.load for own in measured if own.load is not None]
    at_load = f" at {100 * median(loads):.0f} % load" if loads else ""
    return (
        f"The smallest sidebands that would have shown{at_load} are those of {median(limits):.2g} equivalent "
        "bars."
    )
