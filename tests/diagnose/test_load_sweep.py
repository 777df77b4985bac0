"""The load sweep: ducts are proven over loads and restarts, and bars beside them stay bars."""

import cmath
import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from plates import a_nameplate

from calibration.simulator.conditions import CoreCondition
from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from calibration.simulator.sets import draw_scenario
from edge_agent import alarm
from edge_agent.acquire.recordings import replay_blocks
from edge_agent.alarm import AlarmLatch
from edge_agent.diagnose.decision import Decision
from edge_agent.diagnose.load_sweep import FILE_VERSION, LoadSweep, Sweep
from edge_agent.diagnose.model import Model
from edge_agent.pipeline import Pipeline
from edge_agent.refusals import of_bars
from edge_agent.state_file import StateFile
from edge_agent.verdict import BarCount, Evidence, Reason, Severity, State, Verdict
from edge_agent.windows.sliding import Windows

LOADS = (0.3, 0.42, 0.54, 0.66, 0.78, 0.9)
WINDOW_S = 12.0


def a_verdict(load: float, bars: float, by: str = "sidebands") -> Verdict:
    """A window of a motor whose rated slip is 0.03."""
    state = State.BROKEN_BARS if bars >= 0.32 else State.HEALTHY
    return Verdict(
        state=state,
        severity=Severity.ALARM if bars >= 0.32 else Severity.OK,
        broken_bars=BarCount(1, (1, 1), bars) if bars >= 0.32 else None,
        confidence=0.9,
        evidence=Evidence(
            slip=0.03 * load,
            load=load,
            equivalent_bars=bars,
            equivalent_bars_by=by,
            detection_limit_bars=0.02,
        ),
    )


def ducts(load: float) -> float:
    """Equivalent bars of ducts in the yoke: 1.2 at 30 % load, 0.4 at 90 %."""
    return 0.36 / load


class Motor:
    """A motor's way through load sweep and state."""

    def __init__(self, sweep: LoadSweep) -> None:
        self.sweep, self.decision, self.end_s = sweep, Decision(), 0.0
        self.proofs = 0

    def show(self, verdict: Verdict, apart_s: float = WINDOW_S) -> Verdict:
        start_s = self.end_s + apart_s - WINDOW_S
        self.end_s = start_s + WINDOW_S
        explained = self.sweep.explain(verdict, start_s, self.end_s)
        if self.sweep.proof is not None:
            self.proofs += 1
            self.decision.take_back(self.sweep.proof)
        self.decision.update(explained, start_s, self.end_s)
        return explained

    def sweep_loads(self, bars, loads=LOADS, times: int = 1, looks: int = 3) -> None:
        for load in loads * times:
            for _ in range(looks):
                self.show(a_verdict(load, bars(load)))


def a_motor(file: StateFile | None = None) -> Motor:
    return Motor(LoadSweep(a_nameplate(), file))


def test_nothing_is_told_before_the_loads_differ_enough():
    motor = a_motor()
    motor.sweep_loads(ducts, loads=(0.66, 0.78, 0.9), times=4)
    assert motor.sweep.tells is Sweep.NOT_YET
    assert motor.sweep.in_words() == "the loads seen so far do not differ enough"
    assert motor.decision.state.state is State.BROKEN_BARS


def test_ducts_are_proven_once_and_the_alarm_of_the_state_is_taken_back():
    motor = a_motor()
    motor.sweep_loads(ducts, times=2)
    assert motor.sweep.tells is Sweep.DUCTS
    assert motor.proofs == 1
    assert motor.decision.state.state is State.INDETERMINATE
    refusal = motor.decision.state.refusal
    assert refusal is not None
    assert refusal.reason is Reason.ROTOR_DUCTS
    assert motor.decision.state.severity is None
    assert "ducts; equivalent bars go with the slip to the power of -1" in motor.sweep.in_words()


def test_a_window_within_the_law_is_refused_and_one_beyond_it_passes():
    motor = a_motor()
    motor.sweep_loads(ducts, times=2)
    within = motor.show(a_verdict(0.5, 1.1 * ducts(0.5)))
    assert within.refusal is not None
    assert within.refusal.reason is Reason.ROTOR_DUCTS
    assert within.broken_bars is within.severity is within.confidence is None
    beyond = a_verdict(0.5, 1.5 * ducts(0.5))
    assert motor.show(beyond) == beyond


@pytest.mark.parametrize("bars", [0.6, 1.0, 2.0])
def test_broken_bars_alone_stay_broken_bars(bars):
    motor = a_motor()
    motor.sweep_loads(lambda load: bars * (1 + 0.05 * load), times=2)
    assert motor.sweep.tells is Sweep.BARS
    assert motor.decision.state.state is State.BROKEN_BARS


@pytest.mark.parametrize("angle_deg", [0.0, 60.0, 90.0, 120.0])
def test_broken_bars_beside_ducts_stay_broken_bars(angle_deg):
    def both(load: float) -> float:
        return abs(0.9 + ducts(load) * cmath.exp(1j * math.radians(angle_deg)))

    motor = a_motor()
    motor.sweep_loads(both, times=2)
    assert motor.sweep.tells in (Sweep.BARS_BESIDE_DUCTS, Sweep.BARS)
    assert motor.decision.state.state is State.BROKEN_BARS


def test_where_ducts_cancel_a_bar_the_rotor_is_not_called_healthy():
    motor = a_motor()
    motor.sweep_loads(lambda load: abs(0.75 - ducts(load)), times=2)
    assert motor.sweep.tells is Sweep.BARS_BESIDE_DUCTS
    verdict = motor.show(a_verdict(0.54, 0.08))
    assert verdict.refusal is not None
    assert verdict.refusal.quantity == of_bars.HIDDEN_BY_DUCTS.quantity


def test_a_bar_that_breaks_after_the_proof_is_found():
    motor = a_motor()
    motor.sweep_loads(ducts, times=2)
    motor.sweep_loads(lambda load: 0.9 + ducts(load), times=1)
    assert motor.sweep.tells is not Sweep.DUCTS
    assert motor.decision.state.state is State.BROKEN_BARS


def test_a_sound_rotor_needs_no_explanation():
    motor = a_motor()
    motor.sweep_loads(lambda load: 0.05, times=2)
    assert motor.sweep.tells is Sweep.NOT_YET
    assert motor.decision.state.state is State.HEALTHY


def test_windows_that_share_samples_or_count_by_amplitude_are_no_looks():
    motor = a_motor()
    for load in LOADS * 2:
        motor.show(a_verdict(load, ducts(load), by="amplitude"))
        motor.show(replace(a_verdict(load, ducts(load)), refusal=of_bars.FLICKER.refuse(1.0)))
    assert motor.sweep.laws is None
    for load in LOADS:
        for _ in range(3):  # of the three only the first shares no sample
            motor.show(a_verdict(load, ducts(load)), apart_s=4.0)
    assert motor.sweep.laws is None


def test_what_was_proven_survives_a_restart_and_is_no_news(tmp_path: Path):
    file = StateFile(tmp_path / "load_sweep.json", FILE_VERSION)
    before = a_motor(file)
    before.sweep_loads(ducts, times=2)
    after = a_motor(file)
    assert after.sweep.tells is Sweep.DUCTS
    verdict = after.show(a_verdict(0.5, ducts(0.5)))
    assert verdict.refusal is not None
    assert verdict.refusal.reason is Reason.ROTOR_DUCTS
    assert after.proofs == 0


def test_another_plate_begins_anew(tmp_path: Path):
    file = StateFile(tmp_path / "load_sweep.json", FILE_VERSION)
    a_motor(file).sweep_loads(ducts, times=2)
    assert LoadSweep(a_nameplate(rated_current_a=2.9), file).tells is Sweep.NOT_YET


@pytest.mark.parametrize(
    "looks", [7, [[1.0]], [[0.0, 1.0, 0.1, 0.5]], [["nan", 1.0, 0.1, 0.5]], [[None] * 4]]
)
def test_a_damaged_file_is_put_aside(tmp_path: Path, looks):
    path = tmp_path / "load_sweep.json"
    content = {"plate": a_nameplate().model_dump(mode="json"), "tells": "ducts", "looks": looks}
    path.write_text(json.dumps({"version": FILE_VERSION, **content}))
    assert LoadSweep(a_nameplate(), StateFile(path, FILE_VERSION)).tells is Sweep.NOT_YET
    assert path.with_name("load_sweep.json.unusable").exists()


def test_the_latched_alarm_is_cleared_by_the_proof_unless_a_bar_was_found(tmp_path: Path):
    latch = AlarmLatch(StateFile(tmp_path / "alarm.json", alarm.FILE_VERSION))
    broken = a_verdict(0.9, 1.0)
    assert not latch.take_back()
    latch.update(broken, broken, True, 1, None)
    assert latch.take_back()
    assert latch.latched is not None
    assert not latch.latched.active
    latch.update(broken, broken, True, 2, None)
    latch.take_feedback(right=True)
    assert not latch.take_back()
    assert latch.latched.active


def swept(scenario: Scenario, model: Model) -> Motor:
    """Simulate a motor at each load, and judge its windows with the network."""
    motor = Motor(LoadSweep(scenario.motor.nameplate, None))
    pipeline = Pipeline(scenario.motor.nameplate, model, WINDOW_S, WINDOW_S)
    verdicts = []
    for number, load in enumerate((0.3, 0.45, 0.65, 0.9)):
        there = replace(scenario, load=load, seed=scenario.seed + number, duration_s=2 * WINDOW_S)
        recording = simulate(there)
        windows = Windows(WINDOW_S, WINDOW_S)
        windows.configure(recording.device)
        found = [window for block in replay_blocks(recording, 0.5) for window in windows.push(block)]
        verdicts += [pipeline.judge(window)[1] for window in found]
    for verdict in verdicts * 2:
        motor.show(verdict)
    return motor


@pytest.mark.parametrize(
    ("core", "bars", "tells"),
    [
        (CoreCondition(0.02, 0.005, 40.0), 0, Sweep.DUCTS),
        (CoreCondition(0.02, 0.005, 40.0), 1, Sweep.BARS_BESIDE_DUCTS),
    ],
)
def test_simulated_rotors_with_ducts_are_told_from_broken_ones(core, bars, tells):
    drawn = draw_scenario("validation", 6_590_005)
    cage = replace(drawn.cage, casting_seed=1, positions=None)
    motor = swept(replace(drawn, cage=cage, core=core, broken_bars=bars), Model.load("builtin"))
    assert motor.sweep.tells is tells
    assert motor.decision.state.faulty == (bars > 0)
