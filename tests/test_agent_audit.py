"""The agent tells which entry of its plate is wrong, and gives no answer that rests on it."""

from dataclasses import replace
from pathlib import Path

from agents import Heard, agent_of
from answers import SLIP, SOUND, a_window, an_answer
from plates import a_nameplate, plate_yaml

from edge_agent.acquire.samples import Device
from edge_agent.audit.monitor import PlateAudit
from edge_agent.diagnose.model import Model
from edge_agent.publish.documents import Diagnosis, Event, Info
from edge_agent.state_file import StateFile
from edge_agent.verdict import Reason, Severity, State

MODEL = Model.load("builtin")
RIGHT: dict[str, object] = {"power_factor": 0.8}
SIX_POLES: dict[str, object] = {**RIGHT, "poles": 6, "rated_speed_rpm": 1200 * (1 - SLIP)}
WINDOW = a_window(length_s=12.0, lower=0.0006, upper=-0.0004)
DEVICE = Device("made up", "", "", tuple(stream.stream for stream in WINDOW.streams))


def heard_of(folder: Path, plate: dict[str, object], windows: int = 10) -> tuple[Heard, Reason | None]:
    """Return what an agent says whose windows say `healthy`, and why its state is none in the end."""
    config, heard = folder / "agent.yaml", Heard()
    config.write_text(
        f"motor: {plate_yaml(id='m', **plate)}\nacquisition: {{port: {folder / 'port'}}}\n"
        f"mqtt: {{host: localhost}}\nstate_dir: {folder}\n"
    )
    agent = agent_of(config, MODEL, heard)
    agent.lines[0]._is_first = False
    agent.lines[0]._begin(DEVICE)
    answer = an_answer(WINDOW, SOUND, a_nameplate(**plate))
    healthy = replace(answer.verdict, state=State.HEALTHY, severity=Severity.OK, refusal=None)
    answer = replace(answer, verdict=healthy, before=healthy, state=healthy, looked=True)
    for number in range(windows):
        agent.lines[0]._tell(replace(answer, window=replace(WINDOW, start_s=12.0 * number)))
        agent._look_after()
    refusal = agent.lines[0]._audit.refusal
    return heard, None if refusal is None else refusal.reason


def test_wrong_poles_are_told_once_and_answers_are_withheld(tmp_path: Path) -> None:
    heard, reason = heard_of(tmp_path, SIX_POLES)
    before, after = heard.of(Info)
    assert isinstance(before, Info)
    assert isinstance(after, Info)
    assert before.plate_findings == ()
    (finding,) = after.plate_findings
    assert (finding.entry, "poles: 4" in finding.yaml) == ("motor.poles", True)
    assert reason is Reason.SPEED_CONTRADICTED
    states = [told.verdict.state for told in heard.of(Diagnosis) if isinstance(told, Diagnosis)]
    assert states == [State.HEALTHY] + 9 * [State.INDETERMINATE]
    assert (tmp_path / "audit.json").exists()


def test_a_right_plate_changes_nothing(tmp_path: Path) -> None:
    heard, reason = heard_of(tmp_path, RIGHT)
    assert len(heard.of(Info)) == 1
    assert reason is None
    assert heard.of(Event) == []
    states = [told.verdict.state for told in heard.of(Diagnosis) if isinstance(told, Diagnosis)]
    assert states == 10 * [State.HEALTHY]


def test_an_answer_at_the_learned_slip_is_withheld_as_well(tmp_path: Path) -> None:
    """Trend and health took it, although an entry of the plate was under accusation."""
    audit = PlateAudit(a_nameplate(**SIX_POLES), StateFile(tmp_path / "audit.json", 1))
    audit.begin(DEVICE)
    answer = an_answer(WINDOW, SOUND, a_nameplate(**SIX_POLES))
    healthy = replace(answer.verdict, state=State.HEALTHY, severity=Severity.OK, refusal=None)
    answer = replace(answer, by_stretch=healthy, before=healthy, state=healthy, looked=True)
    told = [
        audit.take(replace(answer, window=replace(WINDOW, start_s=12.0 * number))).told
        for number in range(10)
    ]
    assert told[0].state is State.HEALTHY
    assert told[-1].refusal is not None
    assert told[-1].refusal.reason is Reason.SPEED_CONTRADICTED
