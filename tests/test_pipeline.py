"""The pipeline: one way for all samples, from windows to states."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from answers import a_window
from pipelines import BROKEN, OFF, a_pipeline, blocks_of, device_of, pushed

from edge_agent.refusals import of_bars
from edge_agent.signals.analysis import Analyser
from edge_agent.verdict import Reason, State, Verdict
from edge_agent.windows.sliding import Window

ROOT = Path(__file__).parents[1]
LISTENER = "edge_agent/doctor/listener.py"
CONDITION_MOTORS = "calibration/learning/conditions/motors.py"


def test_the_windows_are_those_of_the_samples() -> None:
    pipeline = a_pipeline()
    pipeline.configure(device_of(BROKEN))
    (answer,) = pushed(pipeline, BROKEN)
    for given, kept in zip(BROKEN.streams, answer.window.streams, strict=True):
        assert np.array_equal(given.counts, kept.counts)


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
