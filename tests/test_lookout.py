"""A loop that hangs is named with its place, and ends the process; one that turns or rests is left alone."""

import subprocess
import sys
import threading

import pytest
from broker import wait_until

from edge_agent.lookout import Lookout
from edge_agent.supervision import Flag

HANGS = """
import logging, threading
from edge_agent.lookout import Lookout

logging.basicConfig()
def hang_up():
    {hang_up}
def deadlocked():
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()
with Lookout(hang_up, limit_s=0.3, tick_s=0.1) as lookout:
    lookout.turned()
    deadlocked()
"""


@pytest.mark.parametrize("hang_up", ["print('told')", "raise OSError", "threading.Event().wait()"])
def test_a_process_whose_loop_hangs_says_where_and_ends_whatever_else_hangs(hang_up: str) -> None:
    program = HANGS.format(hang_up=hang_up)
    done = subprocess.run([sys.executable, "-u", "-c", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "the agent hangs: its loop has not turned for" in done.stderr
    assert "deadlocked (<string>:" in done.stderr
    assert done.stdout == ("told\n" if "print" in hang_up else "")


def test_a_loop_that_turns_is_left_alone_and_one_that_has_ended_too() -> None:
    ended: list[int] = []
    ticks = threading.Event()
    with Lookout(lambda: None, limit_s=1.0, end=ended.append, tick_s=0.05) as lookout:
        for _ in range(40):
            lookout.turned()
            ticks.wait(0.05)
    lookout._thread.join(60)
    assert not lookout._thread.is_alive()
    assert ended == []


@pytest.mark.parametrize(("watchdog_us", "limit_s"), [("", 30.0), ("60000000", 30.0), ("20000000", 10.0)])
def test_it_acts_before_the_watchdog_of_systemd(
    monkeypatch: pytest.MonkeyPatch, watchdog_us: str, limit_s: float
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", watchdog_us)
    assert Lookout(lambda: None)._limit_s == limit_s


def test_the_world_is_told_before_the_end() -> None:
    done: list[object] = []
    with Lookout(lambda: done.append("told"), limit_s=0.1, end=done.append, tick_s=0.05):
        wait_until(lambda: len(done) == 2)
    assert done == ["told", 1]


def test_a_loop_in_a_long_turn_is_not_waited_for_when_it_shall_stop() -> None:
    ended: list[int] = []
    stop = Flag()
    with Lookout(lambda: None, limit_s=600.0, end=ended.append, tick_s=0.5) as lookout:
        lookout.until(stop)
        stop.set()
        wait_until(lambda: ended)
    assert ended == [0]


def test_what_follows_the_loop_is_waited_for() -> None:
    ended: list[int] = []
    stop = Flag()
    with Lookout(lambda: None, limit_s=600.0, end=ended.append, tick_s=0.05) as lookout:
        lookout.until(stop)
        stop.set()
        lookout.left()
        lookout._thread.join(3.0)
    assert ended == []
