"""Watched threads, stop signals and systemd: nothing dies or stalls unnoticed."""

import logging
import os
import re
import signal
import socket
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from types import FrameType

_LOG = logging.getLogger(__name__)
_MICROSECONDS = re.compile("[0-9]{1,20}")
"""What systemd writes: a whole number of 64 bits has at most 20 digits."""
_MAX_STEP_S = 4.0
"""Most that counts as silence between two checks, s. Judgement: checks come every 0.5 s, more slowly only on
a busy computer, and the reader's limit, the shortest, is 10 s."""

Clock = Callable[[], float]


class ThreadLostError(Exception):
    """A thread died or stalled; the message can be the last one that is logged."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A thread as its supervisor sees it."""

    name: str
    """What it does, e.g. `reader`."""
    stall_limit_s: float
    """How long it may show no sign of life, s."""
    heartbeat: Callable[[], float]
    """Returns when it last did, on the monotonic clock, s."""
    failure: Callable[[], BaseException | None]
    """Returns the exception that ended it; None while it runs."""


class WatchedThread:
    """A daemon thread that runs until it must stop; to end by itself is a failure."""

    def __init__(
        self, name: str, stall_limit_s: float, work: Callable[[], None], clock: Clock = time.monotonic
    ) -> None:
        """Prepare; `work` calls `beat` at every turn and returns soon after `stopping` is set."""
        self.stopping = threading.Event()
        """Set when the thread shall end."""
        self.watched = Watched(name, stall_limit_s, lambda: self._beat_s, lambda: self._failure)
        """For the supervisor."""
        self._work = work
        self._clock = clock
        self._beat_s = clock()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Start it."""
        self.beat()
        self._thread.start()

    def beat(self) -> None:
        """Show a sign of life; called by the thread itself."""
        self._beat_s = self._clock()

    def stop(self, timeout_s: float) -> bool:
        """Ask it to stop, and wait; return whether it has."""
        self.stopping.set()
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            self._work()
            if not self.stopping.is_set():
                raise RuntimeError("the thread exited unexpectedly")
        except BaseException as error:  # noqa: BLE001 - whatever ended it, the supervisor must know
            self._failure = error


class Supervisor:
    """Checks that every thread still works.

    A process that stood still as a whole, checks and all, has lost no thread: of such a pause little counts.
    """

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._checked_s = clock()
        self._watched: list[Watched] = []
        self._silences: dict[str, tuple[float, float]] = {}

    def watch(self, watched: Watched) -> None:
        """Watch one more thread."""
        self._watched.append(watched)

    def check(self) -> None:
        """Raise ThreadLostError, from its own exception, for the first thread that died or stalled."""
        now_s = self._clock()
        step_s, self._checked_s = min(now_s - self._checked_s, _MAX_STEP_S), now_s
        for thread in self._watched:
            failure = thread.failure()
            if failure is not None:
                raise ThreadLostError(
                    f"thread {thread.name} died: {type(failure).__name__}: {failure}"
                ) from failure
            silent_s = self._silence_s(thread, step_s)
            if silent_s > thread.stall_limit_s:
                raise ThreadLostError(
                    f"thread {thread.name} has stalled: no sign of life for {silent_s:.0f} s "
                    f"(limit {thread.stall_limit_s:g} s)"
                )

    def _silence_s(self, thread: Watched, step_s: float) -> float:
        """Return how long a thread has been silent, as far as that counts, after one more step."""
        beat_s = thread.heartbeat()
        seen_s, silent_s = self._silences.get(thread.name, (beat_s, 0.0))
        silent_s = silent_s + step_s if beat_s == seen_s else min(step_s, self._checked_s - beat_s)
        self._silences[thread.name] = (beat_s, silent_s)
        return silent_s


class ServiceManager:
    """Sends messages to systemd over $NOTIFY_SOCKET, if there is one (sd_notify(3))."""

    def __init__(self, address: str | None = None) -> None:
        """Take the socket's address, by default that of the environment; `@` begins an abstract one."""
        address = os.environ.get("NOTIFY_SOCKET", "") if address is None else address
        self._address = "\0" + address[1:] if address.startswith("@") else address

    def ready(self, status: str) -> None:
        """Report that the start is complete."""
        self._say(f"READY=1\nSTATUS={status}")

    def alive(self) -> None:
        """Feed the watchdog."""
        self._say("WATCHDOG=1")

    def status(self, text: str) -> None:
        """Report the current state in one line, as `systemctl status` shows it."""
        self._say(f"STATUS={text}")

    def stopping(self) -> None:
        """Report that the agent is stopping."""
        self._say("STOPPING=1")

    def _say(self, message: str) -> None:
        if not self._address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
            channel.settimeout(1.0)
            try:
                channel.sendto(message.encode(), self._address)
            except OSError:
                return  # systemd does not listen; its watchdog will act


class Watchdog:
    """Feeds systemd's watchdog, but only for work that was really done, for every motor."""

    def __init__(
        self, manager: ServiceManager, interval_s: float | None = None, motors: Collection[str] = ("motor",)
    ) -> None:
        """Feed at most every `interval_s`, by default a quarter of what $WATCHDOG_USEC allows."""
        self._interval_s = watchdog_s() / 4 if interval_s is None else interval_s
        self._manager = manager
        self._samples: dict[str, int] = dict.fromkeys(motors, 0)
        self._awaited = set(motors)
        self._fed_s = -float("inf")

    def processed(self, samples: int, now_s: float, motor: str = "motor") -> None:
        """Note work if `samples`, the number of a motor's processed since the start, has grown."""
        if samples > self._samples[motor]:
            self._samples[motor] = samples
            self._worked(now_s, motor)

    def source_known_silent(self, now_s: float, motor: str = "motor") -> None:
        """Note a motor without samples: its source is away, and that has been published."""
        self._worked(now_s, motor)

    def _worked(self, now_s: float, motor: str) -> None:
        """Feed it once work was done for every motor since it was fed."""
        self._awaited.discard(motor)
        if not self._awaited and now_s - self._fed_s >= self._interval_s:
            self._fed_s = now_s
            self._awaited.update(self._samples)
            self._manager.alive()


def watchdog_s() -> float:
    """Return the time within which systemd expects a message, s; 0 if it states no valid time."""
    text = os.environ.get("WATCHDOG_USEC", "")
    if _MICROSECONDS.fullmatch(text):
        return int(text) / 1e6
    if text:
        _LOG.warning(
            "WATCHDOG_USEC is %r, not a number of microseconds; the watchdog is fed often", text[:40]
        )
    return 0.0


class Flag:
    """What a signal handler may set.

    It takes no lock, as `threading.Event` does: a signal that comes while the handler of the one before
    holds that lock waits for it in the same thread, which is for ever.
    """

    def __init__(self) -> None:
        self._set = False

    def set(self) -> None:
        """Set it."""
        self._set = True

    def clear(self) -> None:
        """Take it back."""
        self._set = False

    def is_set(self) -> bool:
        """Return whether it is set."""
        return self._set


def stop_on_signals() -> Flag:
    """Return a flag that SIGTERM and SIGINT set; a second signal ends the process at once."""
    stop = Flag()

    def on_signal(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    return stop


def note_hangups() -> Flag:
    """Return a flag that SIGHUP sets, which would end the process otherwise.

    The handler does no more: what it interrupts may be just writing a line of the log.
    """
    hung_up = Flag()
    signal.signal(signal.SIGHUP, lambda number, frame: hung_up.set())
    return hung_up
