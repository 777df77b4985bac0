"""A source that falls silent is refused for its true reason, and named once in the log."""

import logging
import os
import signal
import subprocess
import sys
import time

import pytest

from edge_agent import source_watch
from edge_agent.acquire.source import PortLost, PortOpened, Silence
from edge_agent.limits import SOURCE
from edge_agent.source_watch import Pauses, SourceWatch
from edge_agent.verdict import Reason


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    CLOCK_BOOTTIME = time.CLOCK_BOOTTIME

    def monotonic(self) -> float:
        return self.now_s

    def clock_gettime(self, clock: int) -> float:
        assert clock == time.CLOCK_BOOTTIME
        return self.now_s


class SilentSource:
    """As much of a source as is asked while no samples come."""

    problem: str | None = None
    understands_nothing = False
    waiting_blocks = 0
    why = Silence("nothing", "no samples come")

    def silence(self) -> Silence:
        return self.why


class Health:
    problems: list[str | None]

    def __init__(self) -> None:
        self.problems = []

    def source_problem(self, problem: str | None) -> None:
        self.problems.append(problem)


class Watched:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.clock, self.source, self.health = Clock(), SilentSource(), Health()
        monkeypatch.setattr(source_watch, "time", self.clock)
        self.watch = SourceWatch(self.source, self.health.source_problem)  # type: ignore[arg-type]

    def after(self, seconds: float) -> Reason | None:
        self.clock.now_s += seconds
        refusal = self.watch.refusal()
        return None if refusal is None else refusal.reason


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Watched:
    return Watched(monkeypatch)


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]


@pytest.mark.parametrize("begins", ["samples_came", "device_came", "port_opened"])
def test_nothing_is_wrong_until_samples_are_overdue(watched: Watched, begins: str) -> None:
    if begins != "port_opened":
        watched.clock.now_s += 1000.0
        getattr(watched.watch, begins)()
    else:
        watched.watch.port_opened(PortOpened("port"))
    assert watched.after(SOURCE.silent_s) is None
    assert watched.after(0.1) is Reason.LOST_SAMPLES


def test_bytes_that_are_not_understood_are_refused_sooner_and_as_what_they_are(watched: Watched) -> None:
    watched.source.understands_nothing = True
    watched.source.why = Silence("x", "these are no scans", "refused_lines", 40)
    assert watched.after(SOURCE.not_understood_s) is None
    refusal = watched.after(0.1)
    assert refusal is Reason.SAMPLES_NOT_UNDERSTOOD
    assert watched.health.problems == ["these are no scans"]


def test_a_lost_port_is_refused_at_once_and_is_the_reason_until_it_opens(
    watched: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    assert watched.watch.port_lost(PortLost("port", "unplugged")).reason is Reason.LOST_SAMPLES
    assert watched.after(60.0) is Reason.LOST_SAMPLES
    watched.watch.port_opened(PortOpened("port"))
    assert watched.after(1.0) is Reason.LOST_SAMPLES
    assert watched.health.problems == ["port: unplugged", "port: unplugged", "no samples come"]
    assert warnings(caplog) == ["port: unplugged", "no samples come"]


def test_a_silence_is_logged_again_only_after_samples_came(
    watched: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        for _ in range(5):
            watched.after(60.0)
        watched.watch.samples_came()
    assert warnings(caplog) == ["no samples come"] * 3


def test_what_is_wrong_though_samples_come_is_logged_once_for_a_device(
    watched: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        watched.watch.device_came()
        for problem in ("ia is dead", None, "ia is dead"):
            watched.source.problem = problem
            watched.watch.samples_came()
    assert watched.health.problems == ["ia is dead", None, "ia is dead"] * 2
    assert warnings(caplog) == ["ia is dead"] * 2


def test_a_wait_that_took_far_too_long_is_a_pause_after_which_there_is_no_state(watched: Watched) -> None:
    pauses = Pauses()
    watched.clock.now_s += SOURCE.silent_s
    assert pauses.notice() is None
    watched.clock.now_s += 60.0
    refusal = pauses.notice()
    assert refusal is not None
    assert (refusal.reason, refusal.value) == (Reason.LOST_SAMPLES, 60.0)


_WAITS = """
import time
from edge_agent.source_watch import Pauses

pauses = Pauses()
print("waits", flush=True)
for _ in range(100):
    time.sleep(1.0)
    refusal = pauses.notice()
    if refusal is not None:
        print(refusal.reason, refusal.value, flush=True)
        break
"""


def test_a_process_that_was_stopped_notices_it() -> None:
    process = subprocess.Popen([sys.executable, "-c", _WAITS], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "waits\n"
        os.kill(process.pid, signal.SIGSTOP)
        time.sleep(SOURCE.silent_s + 1.0)
        os.kill(process.pid, signal.SIGCONT)
        out, _ = process.communicate(timeout=120)
    finally:
        process.kill()
        process.wait()
    reason, paused_s = out.split()
    assert reason == Reason.LOST_SAMPLES
    assert float(paused_s) > SOURCE.silent_s


def test_samples_that_wait_for_a_slow_agent_are_no_silence(watched: Watched) -> None:
    watched.source.waiting_blocks = 1
    assert watched.after(60.0) is None
    watched.source.waiting_blocks = 0
    assert watched.after(0.0) is Reason.LOST_SAMPLES


def test_a_port_that_comes_and_goes_twice_a_second_is_logged_a_few_times(
    watched: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for _ in range(240):
        watched.clock.now_s += 0.25
        watched.watch.port_opened(PortOpened("port"))
        watched.watch.samples_came()
        watched.clock.now_s += 0.25
        assert watched.watch.port_lost(PortLost("port", "unplugged")).reason is Reason.LOST_SAMPLES
    assert len(caplog.records) <= 8
    assert "comes and goes" in caplog.text
    caplog.clear()
    assert watched.after(61.0) is Reason.LOST_SAMPLES
    assert warnings(caplog) == ["port: unplugged"]
    watched.watch.port_opened(PortOpened("port"))
    assert caplog.messages[-1] == "port: open"
