"""A capture says what had been learned of its motor, and its replay and report know it as the agent did."""

from dataclasses import replace
from pathlib import Path

import pytest
from agents import Heard, agent_of
from answers import NAMEPLATE, SLIP, SOUND, a_model, a_window
from plates import plate_yaml
from said import ORIGIN

from edge_agent.acquire.recordings import Recording, read_recording, write_recording
from edge_agent.acquire.samples import Device, SampleBlock
from edge_agent.captures.replaying import replayed
from edge_agent.captures.taught import KNOWN, known_in, known_to_json
from edge_agent.diagnose.decision import starting
from edge_agent.diagnose.model import Model
from edge_agent.pipeline import Answer, Pipeline
from edge_agent.publish.documents import Event
from edge_agent.publish.payloads import payload_of
from edge_agent.report.capture import decided
from edge_agent.signals.slip.known import CurrentLine, KnownMotor, SlotBars
from edge_agent.verdict import Reason, State

WINDOW = a_window(length_s=12.0, vibration=False, lower=2e-5, upper=-1e-5, noise_a=0.4)
"""A sound motor whose slip nothing shows."""
DEVICE = Device("daq", "", "", tuple(own.stream for own in WINDOW.streams))
RMS_A = 3.4 / 2**0.5
KNOWN_MOTOR = KnownMotor(
    None, CurrentLine(0.5 * RMS_A, 0.75**0.5 * RMS_A / SLIP, 0.02, 0.8 * RMS_A, 1.2 * RMS_A)
)


def answer_of(known: KnownMotor | None) -> Answer:
    """What the line says of the window when so much was learned."""
    pipeline = Pipeline(NAMEPLATE, a_model(SOUND), 12.0, 12.0)
    pipeline.configure(DEVICE)
    pipeline.know(known)
    (answer,) = pipeline.push(SampleBlock(0, 0, WINDOW.current.counts.T))
    return answer


def a_capture(folder: Path, known: object) -> Path:
    """The capture of an event that this window raised, with what it says was learned."""
    answer = answer_of(KNOWN_MOTOR)
    plate = NAMEPLATE.model_dump(mode="json", exclude_none=True)
    meta = {
        "events": [payload_of(Event(ORIGIN, starting(), answer.told, 1.0, 7, "a.npz"))],
        "configuration": {"motor": plate, "window": {"length_s": 12.0, "step_s": 12.0}},
        KNOWN: known,
    }
    path = folder / "a.npz"
    write_recording(path, Recording("a", DEVICE, (WINDOW.current.counts.T,), meta))
    return path


@pytest.mark.parametrize("known", [None, KNOWN_MOTOR, KnownMotor(SlotBars(28, (1, -1), True))])
def test_what_was_learned_comes_back_from_a_file(tmp_path: Path, known: KnownMotor | None) -> None:
    assert known_in(read_recording(a_capture(tmp_path, known_to_json(known)))) == known


@pytest.mark.parametrize("damaged", [7, [], {"line": {"no_load_a": "x"}}, {"line": {"no_load_a": -1.0}}])
def test_what_cannot_be_used_counts_as_nothing(tmp_path: Path, damaged: object) -> None:
    assert known_in(read_recording(a_capture(tmp_path, damaged))) is None


def test_a_replayed_capture_answers_at_the_slip_that_had_been_learned(tmp_path: Path) -> None:
    recording = read_recording(a_capture(tmp_path, known_to_json(KNOWN_MOTOR)))
    (answer,) = replayed(recording, NAMEPLATE, a_model(SOUND), 12.0, 12.0)
    live = answer_of(KNOWN_MOTOR)
    assert answer.verdict.refusal == live.verdict.refusal
    assert answer.verdict.refusal.reason is Reason.SPEED_UNKNOWN
    assert answer.told.state is State.HEALTHY
    assert answer.told.evidence == live.told.evidence
    (unaware,) = replayed(recording, NAMEPLATE, a_model(SOUND), 12.0, 12.0, known=lambda: None)
    assert unaware.told.refusal.reason is Reason.SPEED_UNKNOWN


def test_the_report_is_on_what_was_told_at_the_slip_that_had_been_learned(tmp_path: Path) -> None:
    found = decided(a_capture(tmp_path, known_to_json(KNOWN_MOTOR)), None, a_model(SOUND)).answer
    assert found.verdict.state is State.HEALTHY
    assert found.analysis.refusal is None
    assert found.analysis.pair.slip == pytest.approx(found.verdict.evidence.slip)


def test_health_and_capture_go_by_what_the_state_took_of_a_window(tmp_path: Path) -> None:
    """Health counted a window that was answered at the learned slip as `speed_unknown`."""
    config = tmp_path / "agent.yaml"
    config.write_text(
        f"motor: {plate_yaml(id='m', power_factor=0.8)}\nacquisition: {{port: {tmp_path / 'port'}}}\n"
        f"mqtt: {{host: localhost}}\nstate_dir: {tmp_path}\n"
    )
    agent = agent_of(config, Model.load("builtin"), Heard())
    (line,) = agent.lines
    line._is_first = False
    line._begin(DEVICE)
    line.pipeline.know(KNOWN_MOTOR)
    answer = answer_of(KNOWN_MOTOR)
    line.captures.add(SampleBlock(0, 0, WINDOW.current.counts.T))
    line._tell(replace(answer, before=starting(), state=answer.told, changed=True))
    with line.captures:
        pass
    assert agent._health._refusals == {}
    (path,) = (tmp_path / "captures").glob("*.npz")
    assert known_in(read_recording(path)) == KNOWN_MOTOR
    assert line.pipeline.known is None  # what this line itself has learned counts from the next window on
