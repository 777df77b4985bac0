"""A site to test at: the programs as real processes, a configuration, the real recordings."""

import json
import queue
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from broker import free_port
from plates import plate_yaml

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
START_S = 120.0

PLATE = f"motor: {plate_yaml(id='motor')}\n"


def real_recordings(folder: str) -> list[Path]:
    """Give the recordings of a folder of real measurements, or skip loudly."""
    found = sorted((DATA / folder).glob("*.npz"))
    if not found:
        pytest.skip(f"NOT TESTED ON REAL MEASUREMENTS: there is no {DATA / folder}")
    return found


def write_config(
    folder: Path, *, port: str = "unused", broker_port: int | None = None, plate: str = PLATE, **sections: str
) -> Path:
    """Write a configuration; `sections` are further lines, by name.

    Without a broker its port is one of its own: two agents of one name at one broker do not start.
    """
    broker_port = free_port() if broker_port is None else broker_port
    path = folder / "agent.yaml"
    path.write_text(
        f"agent: {{id: agent}}\n{plate}"
        f'acquisition: {{port: "{port}"}}\n'
        f"window: {sections.get('window', '{length_s: 12, step_s: 2}')}\n"
        f"mqtt: {{host: 127.0.0.1, port: {broker_port}, heartbeat_s: {sections.get('heartbeat_s', '1')}, "
        f"{sections.get('mqtt', '')}}}\n"
        f'state_dir: "{folder}/state"\n'
    )
    return path


def replay(config: Path, *recordings: Path) -> list[dict[str, Any]]:
    """Run `edge-agent replay --json`; give its lines."""
    command = [sys.executable, "-m", "edge_agent.cli", "replay", *map(str, recordings)]
    done = subprocess.run(
        [*command, "-c", str(config), "--json"], capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


class Program:
    """One of our programs as a process; its lines can be waited for."""

    def __init__(self, *arguments: str) -> None:
        self.lines: list[str] = []
        self._new: queue.Queue[str | None] = queue.Queue()
        self.process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def wait_for(self, enough: Callable[[str], object], timeout_s: float = START_S) -> str:
        """Wait for a line; give it."""
        while True:
            try:
                line = self._new.get(timeout=timeout_s)
            except queue.Empty:
                raise AssertionError(f"no such line in {timeout_s:g} s; there were {self.lines}") from None
            if line is None:
                raise AssertionError(f"the program ended; it said {self.lines}")
            if enough(line):
                return line

    def stop(self, timeout_s: float = START_S) -> int:
        """End it in order; give its exit status."""
        self.process.terminate()
        return self.process.wait(timeout_s)

    def kill(self) -> None:
        """End it at once, as a power cut does."""
        self.process.kill()
        self.process.wait()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            self._new.put(line.rstrip())
        self._new.put(None)


class Daq(Program):
    """The virtual DAQ."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.link, self.control = folder / "daq", folder / "control"
        super().__init__(
            "calibration.cli",
            "simulate",
            "--serial",
            *("--link", str(self.link), "--control", str(self.control)),
            *options,
        )
        self.wait_for(lambda line: str(self.link) in line)

    def tell(self, instruction: str) -> None:
        """Give it an instruction over its control socket."""
        with socket.socket(socket.AF_UNIX) as channel:
            channel.settimeout(START_S)
            channel.connect(str(self.control))
            channel.sendall(f"{instruction}\n".encode())
            answer = channel.makefile().readline().strip()
        assert answer == "ok", answer


class Agent(Program):
    """The agent."""

    def __init__(self, config: Path) -> None:
        super().__init__("edge_agent.cli", "run", "-c", str(config))
