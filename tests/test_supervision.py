"""A dead or stalled thread is named, and systemd is told the truth."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_agent.supervision import (
    ServiceManager,
    Supervisor,
    ThreadLostError,
    Watchdog,
    WatchedThread,
    note_hangups,
    stop_on_signals,
)


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


class Ear:
    """What systemd would hear."""

    def __init__(self, address: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(address)
        self.socket.setblocking(False)

    def heard(self) -> list[str]:
        messages = []
        while True:
            try:
                messages.append(self.socket.recv(4096).decode())
            except BlockingIOError:
                return messages


@pytest.fixture
def ear(tmp_path: Path) -> Iterator[Ear]:
    made = Ear(str(tmp_path / "notify"))
    yield made
    made.socket.close()


def test_a_thread_that_works_is_left_alone() -> None:
    thread = WatchedThread("reader", 5.0, lambda: thread.stopping.wait(600) and None)
    supervisor = Supervisor()
    supervisor.watch(thread.watched)
    thread.start()
    supervisor.check()
    assert thread.stop(60.0)
    supervisor.check()


def test_a_thread_that_dies_is_named_with_its_exception() -> None:
    def work() -> None:
        raise OSError("the cable is gone")

    thread = WatchedThread("reader", 5.0, work)
    supervisor = Supervisor()
    supervisor.watch(thread.watched)
    thread.start()
    thread._thread.join(60)
    with pytest.raises(ThreadLostError, match="thread reader died: OSError: the cable is gone") as caught:
        supervisor.check()
    assert isinstance(caught.value.__cause__, OSError)


def test_a_thread_that_ends_by_itself_counts_as_dead() -> None:
    thread = WatchedThread("reader", 5.0, lambda: None)
    supervisor = Supervisor()
    supervisor.watch(thread.watched)
    thread.start()
    thread._thread.join(60)
    with pytest.raises(ThreadLostError, match="exited unexpectedly"):
        supervisor.check()


def test_a_thread_that_stalls_is_named_with_how_long() -> None:
    clock = Clock()
    thread = WatchedThread("pipeline", 5.0, lambda: None, clock)
    supervisor = Supervisor(clock)
    supervisor.watch(thread.watched)
    clock.now_s += 4.0
    supervisor.check()
    clock.now_s += 3.0
    with pytest.raises(ThreadLostError, match=r"pipeline has stalled: no sign of life for 7 s \(limit 5 s\)"):
        supervisor.check()
    thread.beat()
    supervisor.check()


def test_of_a_pause_of_the_whole_process_little_counts_as_silence() -> None:
    clock = Clock()
    thread = WatchedThread("reader", 5.0, lambda: None, clock)
    supervisor = Supervisor(clock)
    supervisor.watch(thread.watched)
    clock.now_s += 60.0
    supervisor.check()
    clock.now_s += 0.5
    supervisor.check()
    clock.now_s += 3.0
    with pytest.raises(ThreadLostError, match="reader has stalled"):
        supervisor.check()


def test_a_thread_that_stalls_while_the_checks_are_slow_is_named() -> None:
    clock = Clock()
    thread = WatchedThread("publisher", 45.0, lambda: None, clock)
    supervisor = Supervisor(clock)
    supervisor.watch(thread.watched)
    for _ in range(11):
        clock.now_s += 6.0
        supervisor.check()
    clock.now_s += 6.0
    with pytest.raises(ThreadLostError, match="publisher has stalled"):
        supervisor.check()


def test_a_thread_that_was_never_started_can_be_stopped() -> None:
    assert WatchedThread("reader", 5.0, lambda: None).stop(0.1)


def test_systemd_hears_each_notification(ear: Ear) -> None:
    manager = ServiceManager(ear.socket.getsockname())
    manager.ready("listening to pump-7")
    manager.status("healthy")
    manager.alive()
    manager.stopping()
    assert ear.heard() == [
        "READY=1\nSTATUS=listening to pump-7", "STATUS=healthy", "WATCHDOG=1", "STOPPING=1",
    ]  # fmt: skip


def test_an_abstract_socket_is_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"edge-agent-test-{os.getpid()}"
    ear = Ear("\0" + name)
    monkeypatch.setenv("NOTIFY_SOCKET", "@" + name)
    ServiceManager().alive()
    assert ear.heard() == ["WATCHDOG=1"]
    ear.socket.close()


def test_without_systemd_nothing_is_said_and_nothing_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    ServiceManager().alive()
    ServiceManager(str(tmp_path / "nobody")).alive()


def test_the_watchdog_is_fed_only_for_new_samples(ear: Ear) -> None:
    watchdog = Watchdog(ServiceManager(ear.socket.getsockname()), interval_s=0.0)
    watchdog.processed(0, now_s=0.0)
    assert ear.heard() == []
    watchdog.processed(100, now_s=1.0)
    watchdog.processed(100, now_s=2.0)
    assert ear.heard() == ["WATCHDOG=1"]
    watchdog.source_known_silent(now_s=3.0)
    assert ear.heard() == ["WATCHDOG=1"]


def test_of_several_motors_the_watchdog_is_fed_once_each_has_done_something(ear: Ear) -> None:
    watchdog = Watchdog(ServiceManager(ear.socket.getsockname()), interval_s=0.0, motors=("pump", "fan"))
    for second in range(1, 4):
        watchdog.processed(100 * second, float(second), "pump")
    assert ear.heard() == []
    watchdog.source_known_silent(4.0, "fan")
    assert ear.heard() == ["WATCHDOG=1"]
    watchdog.source_known_silent(5.0, "fan")
    assert ear.heard() == []
    watchdog.processed(400, 6.0, "pump")
    assert ear.heard() == ["WATCHDOG=1"]


def test_the_watchdog_is_fed_a_few_times_in_each_allowed_span(
    ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", "20000000")
    watchdog = Watchdog(ServiceManager(ear.socket.getsockname()))
    for second in range(21):
        watchdog.processed(second + 1, now_s=float(second))
    assert len(ear.heard()) == 5


@pytest.mark.parametrize(
    "value", ["", " ", "abc", "-5", "1e6", "20 s", "\u0662\u0660", "1_000", "9" * 400, "0x10", "20000000\n"]
)
def test_a_watchdog_time_that_is_none_is_told_and_the_watchdog_fed(
    ear: Ear, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, value: str
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", value)
    watchdog = Watchdog(ServiceManager(ear.socket.getsockname()))
    for second in range(3):
        watchdog.processed(second + 1, now_s=float(second))
    assert ear.heard() == ["WATCHDOG=1"] * 3
    assert [record.message.isprintable() for record in caplog.records] == ([True] if value else [])


@pytest.fixture
def signals_as_before() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("signals_as_before")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_sets_the_flag(number: signal.Signals) -> None:
    stop = stop_on_signals()
    assert not stop.is_set()
    os.kill(os.getpid(), number)
    assert stop.is_set()


def test_a_second_signal_ends_a_process_that_does_not_stop() -> None:
    program = (
        "import os, signal; from edge_agent.supervision import stop_on_signals; stop_on_signals()\n"
        "os.kill(os.getpid(), signal.SIGTERM); print('still here', flush=True)\n"
        "os.kill(os.getpid(), signal.SIGTERM); print('not reached', flush=True)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (-signal.SIGTERM, "still here\n")


@pytest.mark.usefixtures("signals_as_before")
def test_a_hangup_is_noted_each_time_and_neither_stops_nor_ends_anything() -> None:
    hung_up, stop = note_hangups(), stop_on_signals()
    for _ in range(3):
        os.kill(os.getpid(), signal.SIGHUP)
        assert hung_up.is_set()
        hung_up.clear()
    assert not stop.is_set()


def test_signals_that_come_faster_than_their_handler_ends_do_not_stop_the_process() -> None:
    program = (
        "import os, signal, threading; from edge_agent.supervision import note_hangups\n"
        "hung_up = note_hangups()\n"
        "def pound():\n"
        "    for _ in range(20_000):\n"
        "        os.kill(os.getpid(), signal.SIGHUP)\n"
        "pounding = threading.Thread(target=pound, daemon=True)\n"
        "pounding.start()\n"
        "while pounding.is_alive():\n"
        "    hung_up.is_set() and hung_up.clear()\n"
        "print('still here')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (0, "still here\n")
