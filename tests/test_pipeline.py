"""The pipeline: one way for all samples, from windows to states, for as many faults as there are."""

import re
from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
from pathlib import Path

import numpy as np
import pytest
from answers import NAMEPLATE, RATE_HZ, SLIP, SOUND, TWO_BARS, a_model, a_window

from edge_agent.acquire.samples import Device, SampleBlock
from edge_agent.conditions.monitor import Conditions
from edge_agent.pipeline import Answer, Pipeline
from edge_agent.publish.documents import Diagnosis, Origin
from edge_agent.publish.payloads import Payload, payload_of
from edge_agent.refusals import of_bars
from edge_agent.signals.analysis import Analyser, Analysis
from edge_agent.signals.long_memory.idling import LongMemory
from edge_agent.signals.sidebands.fit import SidebandPair
from edge_agent.signals.slip.known import CurrentLine, KnownMotor
from edge_agent.verdict import Evidence, Fault, Finding, Reason, Severity, State, Verdict
from edge_agent.windows.sliding import Window

ROOT = Path(__file__).parents[1]
ORIGIN = Origin("a", "m", "model", "0" * 64)
BROKEN = a_window()
OFF = a_window(amplitude_a=0.01)
BLOCK = 1000


def a_pipeline(**more: object) -> Pipeline:
    return Pipeline(NAMEPLATE, a_model(TWO_BARS), BROKEN.length_s, BROKEN.length_s, **more)


def device_of(window: Window, identity: str = "daq") -> Device:
    return Device(identity, "", "", tuple(s.stream for s in window.streams))


def blocks_of(*windows: Window) -> Iterator[SampleBlock]:
    """Samples of windows one after the other, their streams in turns."""
    for number, window in enumerate(windows):
        scans = window.streams[0].counts.shape[1]
        for start in range(0, scans, BLOCK):
            for stream in window.streams:
                counts = stream.counts[:, start : start + BLOCK].T
                yield SampleBlock(stream.stream.number, number * scans + start, counts)


def pushed(pipeline: Pipeline, *windows: Window) -> Iterator[Answer]:
    for block in blocks_of(*windows):
        yield from pipeline.push(block)


def test_a_window_judged_alone_has_the_verdict_that_it_has_in_the_line() -> None:
    pipeline = a_pipeline()
    pipeline.configure(device_of(BROKEN))
    (answer,) = pushed(pipeline, BROKEN)
    _, alone = a_pipeline().judge(answer.window)
    assert replace(answer.verdict, latency_ms=None) == alone
    assert alone.state is State.BROKEN_BARS


@pytest.mark.parametrize("window", [BROKEN, OFF, a_window(phases="ia"), a_window(vibration=False)])
def test_judging_single_windows_decides_nothing(window: Window) -> None:
    pipeline = a_pipeline()
    before = pipeline.decision.state
    for _ in range(5):
        pipeline.judge(window)
    assert pipeline.decision.state == before


class ProofAtTheFourth:
    """A load sweep that proves ducts with the fourth window, and refuses from then on."""

    def __init__(self) -> None:
        self.windows, self.proof = 0, None

    def explain(self, verdict: Verdict, start_s: float, end_s: float) -> Verdict:
        self.windows += 1
        by_ducts = of_bars.MADE_BY_DUCTS.refuse(1.0, 1.2)
        self.proof = by_ducts if self.windows == 4 else None
        if self.windows < 4:
            return verdict
        return replace(verdict, state=State.INDETERMINATE, severity=None, refusal=by_ducts, broken_bars=None)


def test_the_proof_of_ducts_takes_back_the_state_at_once() -> None:
    pipeline = a_pipeline(load_sweep=ProofAtTheFourth())
    pipeline.configure(device_of(BROKEN))
    answers = list(pushed(pipeline, *[BROKEN] * 5))
    assert [answer.ducts_proven for answer in answers] == [False, False, False, True, False]
    assert answers[2].state.state is State.BROKEN_BARS
    assert answers[3].state.refusal.reason is answers[4].state.refusal.reason is Reason.ROTOR_DUCTS
    assert answers[3].changed
    assert not answers[4].changed


@pytest.mark.parametrize("identity", ["daq", "another"])
def test_a_new_device_starts_over_decision_included(identity: str) -> None:
    pipeline = a_pipeline()
    assert not pipeline.configure(device_of(BROKEN))
    assert [a.state.state for a in pushed(pipeline, *[BROKEN] * 3)][-1] is State.BROKEN_BARS
    assert pipeline.configure(device_of(BROKEN, identity))
    assert pipeline.decision.state.refusal.reason is Reason.STARTING
    states = [a.state.state for a in pushed(pipeline, *[BROKEN] * 3)]
    assert states == [State.INDETERMINATE, State.INDETERMINATE, State.BROKEN_BARS]


def test_windows_of_the_device_before_do_not_count() -> None:
    pipeline = a_pipeline()
    pipeline.configure(device_of(BROKEN))
    list(pushed(pipeline, BROKEN, BROKEN))
    pipeline.configure(device_of(BROKEN))
    assert [a.state.state for a in pushed(pipeline, BROKEN)] == [State.INDETERMINATE]


@pytest.mark.parametrize(
    ("windows", "stages"),
    [
        ([BROKEN], ["signals", "model", "conditions", "decision"]),
        ([OFF], ["signals", "model", "conditions", "decision"]),
        ([BROKEN, OFF], 2 * ["signals", "model", "conditions", "decision"]),
    ],
)
def test_each_stage_is_told_when_it_ends(windows: list[Window], stages: list[str]) -> None:
    laps: list[str] = []
    pipeline = a_pipeline(lap=laps.append)
    pipeline.configure(device_of(BROKEN))
    list(pushed(pipeline, *windows))
    assert [lap for lap in laps if lap != "windows"] == stages
    assert laps.count("windows") == len(list(blocks_of(*windows)))


def test_a_window_that_fails_ends_with_its_decision_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Analyser, "analyse", lambda self, window: 1 / 0)
    laps: list[str] = []
    pipeline = a_pipeline(lap=laps.append)
    pipeline.configure(device_of(BROKEN))
    (answer,) = pushed(pipeline, BROKEN)
    assert answer.verdict.refusal.reason is Reason.ANALYSIS_FAILED
    assert laps[-1] == "decision"


LISTENER = "edge_agent/doctor/listener.py"
CONDITION_MOTORS = "calibration/learning/conditions/motors.py"


@pytest.mark.parametrize(
    ("call", "files"),
    [
        (
            r"\bAnalyser\(",
            {"edge_agent/pipeline.py", LISTENER, "calibration/learning/data/windowing.py", CONDITION_MOTORS},
        ),
        (r"\bDecision\(", {"edge_agent/pipeline.py", "edge_agent/self_test/search.py"}),
        (
            r"\bWindows\(",
            {
                "edge_agent/pipeline.py",
                LISTENER,
                "edge_agent/commands/record.py",
                "calibration/sensors/measured.py",
                CONDITION_MOTORS,
            },
        ),
        (r"\bdiagnose\((?!self)", {"edge_agent/pipeline.py", "edge_agent/diagnose/broken_bars.py"}),
    ],
)
def test_nothing_else_calls_the_stages(call: str, files: set[str]) -> None:
    """A data set is made with the measurement alone: no network is asked, and nothing is decided.

    A recording by hand follows the time of its samples, and looks at no window. Live checks show what was
    measured, and judge nothing.
    """
    calling = {
        str(path.relative_to(ROOT))
        for top in ("edge_agent", "calibration")
        for path in (ROOT / top).rglob("*.py")
        if re.search(call, re.sub(r"^\s*(class|def) .*$", "", path.read_text(), flags=re.MULTILINE))
    }
    assert calling == files


def payload(verdict: Verdict) -> Payload:
    return payload_of(Diagnosis(ORIGIN, verdict, 0.0))


class Strange(StrEnum):
    """A fault that nobody looks for, and its state."""

    WORN = "worn_bearing"


class Listener:
    """A diagnoser that says what it is told to say, window by window."""

    fault = Strange.WORN

    def __init__(self, *says: object) -> None:
        self._says = list(says)

    def measure(self, seen) -> dict[str, float]:
        return {}

    def judge(self, quantities, seen, normal) -> Finding:
        said = self._says.pop(0)
        if isinstance(said, Exception):
            raise said
        refusal = of_bars.LOAD_IS_FRICTION.refuse(0.01) if said is State.INDETERMINATE else None
        severity = {State.HEALTHY: Severity.OK, Strange.WORN: Severity.ALARM}.get(said)
        return Finding(
            fault=self.fault,
            state=said,
            severity=severity,
            refusal=refusal,
            evidence=Evidence(),
            window=seen.span,
        )


def answers_with(*says: object, window: Window = OFF) -> list[Answer]:
    """Return the answers to windows of a motor that is off, of whose bearing these things are said."""
    listeners = (lambda nameplate: Listener(*says),)
    pipeline = a_pipeline(conditions=Conditions(NAMEPLATE, diagnosers=listeners))
    pipeline.configure(device_of(window))
    return list(pushed(pipeline, *[window] * len(says)))


def test_without_another_fault_the_verdict_is_the_only_finding() -> None:
    pipeline = a_pipeline(conditions=Conditions(NAMEPLATE, diagnosers=()))
    pipeline.configure(device_of(BROKEN))
    (answer,) = pushed(pipeline, BROKEN)
    assert answer.findings == (answer.verdict,)
    assert answer.verdict.fault is Fault.BROKEN_BARS
    assert "findings" not in payload(answer.verdict)


def test_another_fault_has_a_finding_of_its_own_in_each_window_and_over_time() -> None:
    answers = answers_with(*[Strange.WORN] * 3)
    assert [[f.state for f in a.findings] for a in answers] == 3 * [[State.INDETERMINATE, Strange.WORN]]
    over_time = [a.state.others[0].state for a in answers]
    assert over_time == [State.INDETERMINATE, State.INDETERMINATE, Strange.WORN]
    assert [a.changed for a in answers] == [True, False, True]


def test_another_fault_changes_nothing_of_broken_bars() -> None:
    plain = a_pipeline(conditions=Conditions(NAMEPLATE, diagnosers=()))
    plain.configure(device_of(BROKEN))
    alone = [(a.verdict, a.state) for a in pushed(plain, *[BROKEN] * 4)]
    beside = answers_with(*[Strange.WORN] * 4, window=BROKEN)
    untimed = {"latency_ms": None, "window": None, "others": ()}
    assert [[replace(v, **untimed) for v in both] for both in alone] == [
        [replace(v, **untimed) for v in (a.verdict, a.state)] for a in beside
    ]


def test_another_fault_has_its_place_in_the_payload_behind_the_bars() -> None:
    answer = answers_with(Strange.WORN, State.INDETERMINATE)[0]
    said = payload(answer.verdict)
    keys = list(said)
    assert keys[keys.index("broken_bars") + 1] == "findings"
    worn = said["findings"]["worn_bearing"]
    assert (worn["state"], worn["severity"], worn["reason"]) == ("worn_bearing", "alarm", None)
    assert (worn["measured"], worn["trigger"], worn["summary"]) == ([], None, "worn bearing")


def test_a_refusal_of_another_fault_is_published_with_its_number() -> None:
    answer = answers_with(State.INDETERMINATE)[0]
    (said,) = payload(answer.verdict)["findings"].values()
    assert (said["state"], said["severity"], said["reason"]) == ("indeterminate", None, "load_too_low")
    assert said["trigger"] == {"quantity": "load", "value": 0.01, "limit": of_bars.LOAD_IS_FRICTION.limit}
    assert said["summary"].startswith("cannot tell: ")


def test_a_diagnoser_that_raises_costs_its_own_finding_and_no_more() -> None:
    answers = answers_with(State.HEALTHY, ValueError("x"), State.HEALTHY)
    assert [a.findings[1].refusal and a.findings[1].refusal.reason for a in answers] == [
        None,
        Reason.ANALYSIS_FAILED,
        None,
    ]
    assert answers[1].verdict.refusal.reason is answers[0].verdict.refusal.reason


def test_a_new_device_starts_over_with_every_fault() -> None:
    listeners = (lambda nameplate: Listener(*[Strange.WORN] * 9),)
    pipeline = a_pipeline(conditions=Conditions(NAMEPLATE, diagnosers=listeners))
    pipeline.configure(device_of(OFF))
    list(pushed(pipeline, *[OFF] * 3))
    assert pipeline.decision.state.others[0].faulty
    assert pipeline.configure(device_of(OFF))
    assert pipeline.decision.state.others[0].refusal.reason is Reason.STARTING
    assert not any(a.state.others[0].faulty for a in pushed(pipeline, OFF, OFF))


def test_the_windows_are_those_of_the_samples() -> None:
    pipeline = a_pipeline()
    pipeline.configure(device_of(BROKEN))
    (answer,) = pushed(pipeline, BROKEN)
    for given, kept in zip(BROKEN.streams, answer.window.streams, strict=True):
        assert np.array_equal(given.counts, kept.counts)


IDLING = a_window(slip=0.0005, amplitude_a=2.0)
"""Refused for its load: it is too short for its 2sf."""
IDLE_PLATE = NAMEPLATE.model_copy(update={"speed_rpm": 1800 * (1 - 0.0005)})
MINUTES = Analysis(
    Evidence(
        load=0.02,
        detection_limit_bars=0.1,
        equivalent_bars=2.0,
        equivalent_bars_interval=(1.7, 2.3),
        equivalent_bars_by="sidebands",
        load_swing_bars=0.1,
        stretch_s=250.0,
    ),
    None,
    SidebandPair(0.001, 0.004, 1e-5, 1e-5, 1e-5, 0.06, 0.0005, 15.0),
)
"""What a memory of minutes might say of it."""


def an_idling_pipeline(**more: object) -> Pipeline:
    pipeline = Pipeline(IDLE_PLATE, a_model(TWO_BARS), IDLING.length_s, IDLING.length_s, **more)
    pipeline.configure(device_of(IDLING))
    return pipeline


def test_what_minutes_say_stands_beside_the_verdict_and_leaves_it_as_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(LongMemory, "analyse", lambda self: MINUTES)
    (answer,) = pushed(an_idling_pipeline(), IDLING)
    _, alone = an_idling_pipeline().judge(answer.window)
    assert replace(answer.verdict, latency_ms=None) == alone
    assert alone.refusal.reason is Reason.LOAD_TOO_LOW
    assert answer.told is answer.by_stretch
    assert (answer.told.state, answer.told.severity) == (State.BROKEN_BARS, Severity.WATCH)
    span = answer.told.window
    assert span.samples == 250 * RATE_HZ
    assert span.first_sample + span.samples == IDLING.current.valid.size
    assert span.end_unix_s - span.start_unix_s == pytest.approx(250.0)


def test_a_window_that_answers_by_itself_asks_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LongMemory, "analyse", lambda self: 1 / 0)
    pipeline = a_pipeline()
    pipeline.configure(device_of(BROKEN))
    (answer,) = pushed(pipeline, BROKEN)
    assert answer.by_stretch is None
    assert answer.told is answer.verdict


def test_a_memory_that_fails_costs_its_own_answer_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(LongMemory, "analyse", lambda self: 1 / 0)
    (answer,) = pushed(an_idling_pipeline(failed_folder=tmp_path), IDLING)
    assert answer.by_stretch is None
    assert answer.verdict.refusal.reason is Reason.LOAD_TOO_LOW
    assert list(tmp_path.iterdir())


def test_a_window_whose_slip_nothing_shows_is_answered_at_the_slip_that_was_learned() -> None:
    """The verdict of the window stays what it says by itself, as a replay gives it."""
    window = a_window(length_s=12.0, vibration=False, lower=2e-5, upper=-1e-5, noise_a=0.4)
    pipeline = Pipeline(NAMEPLATE, a_model(SOUND), 12.0, 12.0)
    analysis, verdict = pipeline.judge(window)
    assert verdict.refusal is not None
    assert verdict.refusal.reason is Reason.SPEED_UNKNOWN
    assert pipeline._ask_known(window, analysis, verdict) is None
    rms_a = analysis.line.rms_a if analysis.line else 0.0
    line = CurrentLine(0.5 * rms_a, 0.75**0.5 * rms_a / SLIP, 0.02, 0.8 * rms_a, 1.2 * rms_a)
    pipeline.know(KnownMotor(None, line))
    found = pipeline._ask_known(window, analysis, verdict)
    assert found is not None
    assert (found.state, found.evidence.stretch_s) == (State.HEALTHY, None)
    assert found.evidence.slip == pytest.approx(SLIP, rel=0.15)
    pipeline.know(None)
    assert pipeline._ask_known(window, analysis, verdict) is None
