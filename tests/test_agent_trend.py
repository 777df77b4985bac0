"""The agent keeps hours over a restart, and tells the trend after the start and after each hour."""

import time
from pathlib import Path

import pytest
from agents import Heard, a_quick_agent, play

from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from edge_agent.acquire.recordings import Recording
from edge_agent.agent import Agent
from edge_agent.publish.documents import Diagnosis, Trend
from edge_agent.supervision import Flag
from edge_agent.trend.trend_file import Bounds, TrendFile


@pytest.fixture(scope="module")
def motor() -> Recording:
    return simulate(Scenario(seed=1_000_007, load=0.7, duration_s=8.0))


def stop(agent: Agent) -> None:
    """Let the agent run and stop at once, in order."""
    flag = Flag()
    flag.set()
    agent.run(flag)


def windows_kept(tmp_path: Path) -> tuple[int, int]:
    file = TrendFile(tmp_path / "trend.sqlite3", Bounds(), read_only=True)
    rows = file.read()
    file.close()
    return sum(row.windows for row in rows), sum(row.looks for row in rows)


def test_windows_before_a_stop_and_after_a_restart_are_each_counted_once(
    tmp_path: Path, motor: Recording
) -> None:
    looks = 0
    for turn in (1, 2):
        agent = a_quick_agent(tmp_path, heard := Heard())
        play(agent, motor)
        assert len(heard.of(Diagnosis)) == 5
        looks += sum(len(tally.bars) for tally in agent.lines[0]._trend._running.bins.values())
        stop(agent)
        assert windows_kept(tmp_path) == (5 * turn, looks)
    assert looks > 0


def test_the_trend_is_told_at_the_first_heartbeat_and_when_an_hour_is_over(
    tmp_path: Path, motor: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent = a_quick_agent(tmp_path, heard := Heard())
    play(agent, motor)
    began_s, began_unix_s = time.monotonic(), 3600.0 * 498_700 + 600.0  # far from both ends of an hour
    for passed_s in (61.0, 122.0, 3800.0, 3861.0):
        monkeypatch.setattr(time, "monotonic", lambda now_s=began_s + passed_s: now_s)
        agent.lines[0]._trend._clock = lambda now_s=began_unix_s + passed_s: now_s
        agent.lines[0]._trend._ticks = time.monotonic
        agent.lines[0]._source_watch._samples_s = time.monotonic()
        agent._look_after()
    first, second = heard.of(Trend)
    assert isinstance(first, Trend)
    assert isinstance(second, Trend)
    assert first.outlook.reason == "no window gave an answer in the last 90 days"
    assert second.outlook.looks > 0
    assert second.outlook.reason == "too few days with looks at 50 to 75 % load: 1, and it takes 14"
