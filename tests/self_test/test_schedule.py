"""When the self-test runs, what it remembers over a restart, and what it tells when it fails."""

import json
import logging
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from agents import Heard, agent_of
from healthy_motor import LENGTH_S, MODEL, MOTOR, healthy_look
from plates import plate_yaml

from calibration.simulator.recording import simulate
from edge_agent.acquire.recordings import replay_blocks
from edge_agent.agent import Agent
from edge_agent.config import Settings, load_settings
from edge_agent.diagnose.decision import starting
from edge_agent.diagnose.model import Model
from edge_agent.diagnose.model_file import builtin_path, digest_path
from edge_agent.publish.documents import Alarm, Health, Reply
from edge_agent.publish.sink import Request
from edge_agent.self_test.schedule import AGAIN_AFTER_S, Outcome, SelfTest, tell_all
from edge_agent.self_test.search import LimitSearch, Proof
from edge_agent.state_folder import StateFolder

HEALTH = Health(
    **dict.fromkeys(Health.__dataclass_fields__, 0)  # type: ignore[arg-type]
    | {"agent": "a", "version": "0", "model_sha256": "0" * 64, "source": None, "refusal_share": {}}
)
UNIX_S = 1_800_000_000.0


def config_of(folder: Path, model: Path | None = None) -> Path:
    config = folder / "agent.yaml"
    rotor_bars = MOTOR.motor.nameplate.rotor_bars
    config.write_text(
        f"motor: {plate_yaml(id='m', rotor_bars=rotor_bars)}\nacquisition: {{port: {folder / 'port'}}}\n"
        f"mqtt: {{host: localhost, commands: true}}\nstate_dir: {folder}\n"
        f"window: {{length_s: {LENGTH_S:g}, step_s: 3}}\n"
        + ("" if model is None else f"model: {{file: {model}}}\n")
    )
    return config


class Bench:
    """A self-test with clocks that a test sets."""

    def __init__(self, folder: Path, unix_s: float = UNIX_S, model: Path | None = None) -> None:
        self.now_s, self.unix_s = 0.0, unix_s
        settings: Settings = load_settings(config_of(folder, model))
        loaded = MODEL if model is None else Model.load(model)
        folder = StateFolder(settings.state_folder())
        self.test = SelfTest(settings, loaded, folder, lambda: self.now_s, lambda: self.unix_s)

    def pass_time(self, seconds: float) -> None:
        self.now_s += seconds
        self.unix_s += seconds

    def outcome(self) -> Outcome | None:
        """Let a test run to its end; None if none runs."""
        for _ in range(30):
            outcome = self.test.step()
            if outcome is not None:
                return outcome
        return None

    @property
    def told(self) -> tuple[float | None, float | None, str | None]:
        health = self.test.tell(HEALTH)
        return health.proven_limit_bars, health.self_test_age_s, health.self_test_problem


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Callable[[Proof], None]:
    """Have searches end at their first step as given."""

    def end_with(proof: Proof) -> None:
        monkeypatch.setattr(LimitSearch, "step", lambda self: setattr(self, "proof", proof))

    end_with(Proof(0.4, 0.7, None))
    return end_with


def test_the_first_healthy_look_proves_what_would_be_found(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    assert bench.told == (None, None, None)
    assert bench.outcome() is None
    before = healthy_look().window.current.counts.copy()
    bench.test.take(healthy_look())
    outcome = bench.outcome()
    assert outcome is not None
    assert outcome.problem is None
    limit, age_s, problem = bench.told
    assert limit is not None
    assert 0.25 < limit < 0.6
    assert (age_s, problem) == (0.0, None)
    assert outcome.data == {
        "golden_inputs": len(MODEL.spec.golden),
        "proven_limit_bars": round(limit, 3),
        "load": pytest.approx(0.7, abs=0.1),
        "why_no_limit": None,
    }
    assert (healthy_look().window.current.counts == before).all()


def test_it_runs_again_after_a_week_of_running(tmp_path: Path, quick: object) -> None:
    bench = Bench(tmp_path)
    bench.test.take(healthy_look())
    assert bench.outcome() is not None
    for seconds, runs in ((AGAIN_AFTER_S - 1, False), (1, True), (1, False)):
        bench.pass_time(seconds)
        bench.test.take(healthy_look())
        assert (bench.outcome() is not None) is runs


@pytest.mark.parametrize(
    ("away_s", "runs"), [(3600.0, False), (AGAIN_AFTER_S, True), (-3600.0, True)], ids=str
)
def test_after_a_restart_it_goes_by_the_calendar(
    tmp_path: Path, quick: object, away_s: float, runs: bool
) -> None:
    before = Bench(tmp_path)
    before.test.take(healthy_look())
    before.outcome()
    after = Bench(tmp_path, UNIX_S + away_s)
    assert after.told == (0.4, away_s, None)
    after.test.take(healthy_look())
    assert (after.outcome() is not None) is runs


def test_what_was_proven_of_another_model_proves_nothing_of_this_one(tmp_path: Path, quick: object) -> None:
    bench = Bench(tmp_path)
    bench.test.take(healthy_look())
    bench.outcome()
    path = tmp_path / "self_test.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"model_sha256": "0" * 64}))
    assert Bench(tmp_path).told == (None, None, None)


@pytest.mark.parametrize(
    "content", ["{", '{"version": 1}', '{"version": 1, "tested_unix_s": "x", "model_sha256": 1}']
)
def test_a_file_that_cannot_be_used_is_put_aside(tmp_path: Path, quick: object, content: str) -> None:
    (tmp_path / "self_test.json").write_text(content)
    bench = Bench(tmp_path)
    assert bench.told == (None, None, None)
    assert (tmp_path / "self_test.json.unusable").exists()
    bench.test.take(healthy_look())
    assert bench.outcome() is not None


def test_only_healthy_looks_of_a_healthy_motor_at_a_known_slip_are_used(tmp_path: Path) -> None:
    bench, look = Bench(tmp_path), healthy_look()
    unusable = [
        replace(look, looked=False),
        replace(look, verdict=starting()),
        replace(look, state=starting()),
        replace(look, analysis=replace(look.analysis, pair=None)),
    ]
    for answer in unusable:
        bench.test.take(answer)
    assert bench.outcome() is None


def test_without_a_healthy_window_the_command_tests_the_model_and_says_what_is_missing(
    tmp_path: Path, quick: object
) -> None:
    bench = Bench(tmp_path)
    bench.test.begin()
    outcome = bench.outcome()
    assert outcome is not None
    assert outcome.problem is None
    assert outcome.data["golden_inputs"] == len(MODEL.spec.golden)
    assert outcome.data["proven_limit_bars"] is None
    assert "no healthy window" in str(outcome.data["why_no_limit"])
    assert bench.told == (None, None, None)


def test_another_device_takes_the_window_away(tmp_path: Path, quick: object) -> None:
    bench = Bench(tmp_path)
    bench.test.take(healthy_look())
    bench.outcome()
    bench.test.forget()
    bench.test.begin()
    outcome = bench.outcome()
    assert outcome is not None
    assert outcome.data["why_no_limit"] is not None
    assert bench.told == (0.4, 0.0, None)


def test_a_test_that_runs_is_not_begun_again(tmp_path: Path, quick: object) -> None:
    bench = Bench(tmp_path)
    bench.test.take(healthy_look())
    bench.test.step()
    bench.test.begin()
    assert [bench.test.step() is not None for _ in range(3)] == [True, False, False]


def test_nothing_found_is_told_until_a_test_passes_also_over_a_restart(
    tmp_path: Path, quick: Callable[[Proof], None], caplog: pytest.LogCaptureFixture
) -> None:
    quick(Proof(None, 0.7, "nothing was found"))
    bench = Bench(tmp_path)
    bench.test.take(healthy_look())
    assert bench.outcome() == Outcome({}, "nothing was found")
    warnings = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert [record.getMessage() for record in warnings] == ["self-test failed: nothing was found"]
    assert bench.told == (None, 0.0, "nothing was found")
    bench = Bench(tmp_path)
    assert bench.told == (None, 0.0, "nothing was found")
    bench.test.begin()
    bench.outcome()
    assert bench.told[2] == "nothing was found"
    quick(Proof(0.4, 0.7, None))
    bench.test.take(healthy_look())
    bench.test.begin()
    bench.outcome()
    assert bench.told == (0.4, 0.0, None)


def a_model_of_ones_own(folder: Path) -> Path:
    path = folder / "own.onnx"
    shutil.copy(builtin_path(), path)
    shutil.copy(digest_path(builtin_path()), digest_path(path))
    return path


def test_a_model_file_that_is_damaged_after_the_start_fails_it_until_it_is_whole_again(
    tmp_path: Path, quick: object, caplog: pytest.LogCaptureFixture
) -> None:
    path = a_model_of_ones_own(tmp_path)
    bench = Bench(tmp_path, model=path)
    whole = path.read_bytes()
    path.write_bytes(whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:])
    bench.test.take(healthy_look())
    outcome = bench.outcome()
    assert outcome is not None
    assert outcome.problem is not None
    assert "SHA-256" in outcome.problem
    assert bench.told == (None, None, outcome.problem)
    assert "self-test failed" in caplog.text
    path.write_bytes(whole)
    bench.test.begin()
    bench.outcome()
    assert bench.told == (0.4, 0.0, None)


def test_an_unforeseen_error_fails_the_test_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(search: LimitSearch) -> None:
        raise MemoryError("no room")

    monkeypatch.setattr(LimitSearch, "step", fail)
    bench = Bench(tmp_path)
    bench.test.take(healthy_look())
    assert bench.outcome() == Outcome({}, "unforeseen error: MemoryError('no room')")
    assert bench.test.step() is None


class Asks(Heard):
    """A sink over which a self-test is asked for, once."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Request] = []

    def requests(self) -> list[Request]:
        asked, self.asked = self.asked, []
        return asked


def an_agent_with_a_healthy_motor(folder: Path, sink: Heard) -> Agent:
    """Return an agent that has seen 18 s of its motor."""
    agent = agent_of(config_of(folder), MODEL, sink)
    recording = simulate(replace(MOTOR, duration_s=18.0))
    agent.lines[0].take(recording.device, time.monotonic())
    for block in replay_blocks(recording, 0.5):
        agent.lines[0].take(block, time.monotonic())
    return agent


def test_the_agent_answers_the_command_when_the_test_has_ended_and_tells_health_but_no_alarm(
    tmp_path: Path,
) -> None:
    agent = an_agent_with_a_healthy_motor(tmp_path, sink := Asks())
    sink.asked = [Request("self_test", {}, "t-1")]
    for _ in range(30):
        agent._look_after()
    (reply,) = sink.of(Reply)
    assert (reply.error, reply.transaction) == (None, "t-1")
    health = sink.of(Health)[-1]
    assert health.proven_limit_bars == pytest.approx(reply.data["proven_limit_bars"], abs=1e-3)
    assert health.self_test_problem is None
    assert health.self_test_age_s is not None
    assert sink.of(Alarm) == []


class Told:
    """As much of a self-test as is asked by health."""

    def __init__(self, limit_bars: float | None, age_s: float, problem: str | None = None) -> None:
        self._told = {
            "proven_limit_bars": limit_bars,
            "self_test_age_s": age_s,
            "self_test_problem": problem,
        }

    def tell(self, health: Health) -> Health:
        return replace(health, **self._told)  # type: ignore[arg-type]


def test_of_several_motors_health_tells_the_worst_self_test() -> None:
    told = tell_all(HEALTH, {"pump": Told(0.5, 9.0), "fan": Told(0.8, 7.0, "blunt")})  # type: ignore[dict-item]
    assert (told.proven_limit_bars, told.self_test_age_s) == (0.8, 9.0)
    assert told.self_test_problem == "fan: blunt"
    unknown = tell_all(HEALTH, {"pump": Told(0.5, 9.0), "fan": Told(None, 7.0)})  # type: ignore[dict-item]
    assert unknown.proven_limit_bars is None
