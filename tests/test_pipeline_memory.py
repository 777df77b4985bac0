"""What minutes of memory and a learned motor add to a window that cannot be judged by itself."""

from dataclasses import replace
from pathlib import Path

import pytest
from answers import NAMEPLATE, RATE_HZ, SLIP, SOUND, TWO_BARS, a_model, a_window
from pipelines import BROKEN, a_pipeline, device_of, pushed

from edge_agent.pipeline import Pipeline
from edge_agent.signals.analysis import Analysis
from edge_agent.signals.long_memory.idling import LongMemory
from edge_agent.signals.sidebands.fit import SidebandPair
from edge_agent.signals.slip.known import CurrentLine, KnownMotor
from edge_agent.verdict import Evidence, Reason, Severity, State

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
