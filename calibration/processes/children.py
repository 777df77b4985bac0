"""Child processes: stopped with the one that started them, their last lines kept."""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

_STOP_S = 8.0
"""Judgement: the agent publishes its last state within a few seconds; then it is killed."""
_LOOK_S = 0.05
"""Judgement: a twentieth of a second is no delay to a person, and costs no measurable time."""
_LAST_LINES = 15
"""Judgement: enough for the end of a traceback, few enough to read."""


class ChildError(Exception):
    """A process exited too early, or did not do something in time."""


class Child:
    """A process whose output goes to a file; stopped when the context is left."""

    def __init__(self, name: str, command: Sequence[str | Path], folder: Path) -> None:
        """Start it, in a session of its own: a Ctrl-C at the terminal does not reach it, `stop` does."""
        self.name = name
        self.log_file = folder / f"{name}.log"
        with self.log_file.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._process.pid

    def check(self) -> None:
        """Raise ChildError when it has exited."""
        status = self._process.poll()
        if status is not None:
            raise ChildError(f"{self.name} exited with status {status}")

    def wait_for(self, happened: Callable[[], bool], what: str, limit_s: float) -> None:
        """Wait until `happened` is true; raises ChildError after `limit_s`, or when the process exits."""
        deadline_s = time.monotonic() + limit_s
        while not happened():
            self.check()
            if time.monotonic() > deadline_s:
                raise ChildError(f"{self.name}: {what} did not happen in {limit_s:g} s")
            time.sleep(_LOOK_S)

    def stop(self) -> None:
        """Ask it to exit, and kill it if it does not."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def last_lines(self) -> list[str]:
        """Return the last lines that it wrote."""
        return self.log_file.read_text(errors="replace").splitlines()[-_LAST_LINES:]


def start_broker(folder: Path) -> tuple[Child, int]:
    """Start an MQTT broker on the loopback interface; return it and its port once it listens."""
    port = free_port()
    mosquitto = shutil.which("mosquitto") or shutil.which("/usr/sbin/mosquitto")
    config = folder / "broker.conf"
    command: list[str | Path]
    if mosquitto:
        config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
        command = [mosquitto, "-c", config]
    else:
        config.write_text(_AMQTT_CONFIG.format(port=port))
        command = [Path(sys.executable).with_name("amqtt"), "-c", config]
    broker = Child("broker", command, folder)
    try:
        broker.wait_for(lambda: _listens(port), "listening", 20.0)
    except BaseException:
        broker.stop()
        raise
    return broker, port


_AMQTT_CONFIG = """\
listeners:
  default: {{type: tcp, bind: "127.0.0.1:{port}"}}
plugins:
  amqtt.plugins.authentication.AnonymousAuthPlugin: {{allow_anonymous: true}}
"""


def free_port() -> int:
    """Return a TCP port of the loopback interface on which nothing listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
