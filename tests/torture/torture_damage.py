"""Damaged and unusable disks: the agent goes on, says so, and loses only what was damaged.

Flipped bytes: every file of a state folder, one byte at a time, read by the agent as at its start.
"""

import json
import logging
import os
import random
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torturing
from agents import agent_of
from hours import a_tally
from known_state import EVENTS, LEARNED, Site
from live_line import a_motor

from edge_agent import cli, running_time
from edge_agent.acquire.archive import RecordingError
from edge_agent.acquire.recordings import read_recording, write_recording
from edge_agent.agent import Agent
from edge_agent.audit.memory import FILE_VERSION as AUDIT_VERSION
from edge_agent.audit.memory import Memory
from edge_agent.diagnose.model import Model
from edge_agent.state_file import StateFile
from edge_agent.trend.trend_file import Bounds, TrendFile

CAPTURE = "captures/20261129T202117.368Z_m_broken_bars.npz"
MODEL = Model.load("builtin")


class Said(logging.Handler):
    """The log since it was emptied."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def a_site(folder: Path) -> Site:
    """Return an agent that has run for weeks: all its files, and a capture."""
    site = Site(folder)
    site.fill()
    running = {"running_hours": 7.0, "starts": 3, "last_start_s": None}
    StateFile(site.state / "running_time.json", running_time.FILE_VERSION).write(running)
    trend = TrendFile(site.state / "trend.sqlite3", Bounds())
    for hour in range(40):
        trend.add({hour: a_tally(0.1, 0.2, 0.3)}, 41)
    trend.close()
    StateFile(site.state / "retained.json", 1).write({"topics": [f"edge-agent/pump-7/{n}" for n in range(9)]})
    StateFile(site.state / "audit.json", AUDIT_VERSION).write(asdict(Memory()))
    write_recording(site.state / CAPTURE, a_motor(1, seconds=2.0))
    return site


def opened(site: Site) -> Agent:
    """Return the agent of a site, with all files read, and files written as in its steady state."""
    agent = agent_of(site.config, MODEL)
    (line,) = agent.lines
    line.folder.look_after()
    agent._say_health()
    return agent


def close(agent: Agent) -> None:
    """Leave an agent that has not run, as at its end."""
    (line,) = agent.lines
    with line:
        pass
    for sink in agent._own_sinks:
        sink._outbox.close()  # type: ignore[attr-defined]


def knows(agent: Agent) -> dict[str, object]:
    """Return what an agent knows after its start."""
    (line,) = agent.lines
    counts = agent._own_sinks[0].counts
    return {
        "alarm.json": line._alarm.latched,
        "baseline.json": (line._baseline.status, LEARNED.hours),
        "running_time.json": line._running.time,
        "outbox.sqlite3": (counts.events_waiting, counts.events_dropped),
    }


def flips(torture: torturing.Torture, count: int, seed: int) -> None:
    """Flip a byte at so many places of each file, one at a time."""
    chance, said = random.Random(seed), Said()
    logging.getLogger().addHandler(said)
    with tempfile.TemporaryDirectory() as name:
        site = a_site(Path(name) / "site")
        sound = Path(name) / "sound"
        agent = opened(site)
        healthy, whole = knows(agent), sorted(path for path in site.state.rglob("*") if path.is_file())
        close(agent)
        shutil.copytree(site.state, sound)
        for path in whole:
            file = str(path.relative_to(site.state))
            if file.endswith((".lock", ".part", ".damaged", "password", "-shm", "-wal")):
                continue
            told = harmless = 0
            done = 0
            for _ in range(count):
                if torture.is_over():
                    break
                done += 1
                shutil.rmtree(site.state)
                shutil.copytree(sound, site.state)
                content = bytearray(path.read_bytes())
                place = chance.randrange(len(content))
                content[place] ^= 1 << chance.randrange(8)
                path.write_bytes(content)
                said.lines.clear()
                try:
                    telling = _start(torture, site, file, place, healthy, said)
                except Exception as error:
                    torture.expect(False, f"{file} at {place}: {error!r}")
                    continue
                told, harmless = told + telling, harmless + (not telling)
            torture.say(f"flips in {file}", f"{done}, {told} told, {harmless} without effect")
    logging.getLogger().removeHandler(said)


def _start(
    torture: torturing.Torture, site: Site, file: str, place: int, healthy: dict[str, object], said: Said
) -> bool:
    """Start an agent beside one damaged byte; return True if it told of it."""
    if file == CAPTURE:
        try:
            found = read_recording(site.state / file)
        except RecordingError:
            return True
        original = a_motor(1, seconds=2.0)
        same = all(np.array_equal(a, b) for a, b in zip(found.counts, original.counts, strict=True))
        torture.expect(same, f"{file} at {place}: other samples are believed")
        return False
    agent = opened(site)
    found, (line,) = knows(agent), agent.lines
    if file == "trend.sqlite3":
        rows = line._trend._store.read(0)
        torture.expect(rows is not None, f"{file} at {place}: nothing can be read")
    counts = agent._own_sinks[0].counts
    told = line.folder.problem or counts.disk_problem
    telling = bool(said.lines) and (told is not None or not file.endswith(".json"))
    telling |= counts.files_put_aside > 0 or counts.events_dropped > 0  # which the courier logs
    waiting, dropped = found["outbox.sqlite3"]  # type: ignore[misc]
    torture.expect(
        waiting + dropped >= EVENTS, f"{file} at {place}: {waiting} wait, {dropped} are counted as lost"
    )
    for name, value in healthy.items():
        same = found[name] == value
        torture.expect(
            telling or same, f"{file} at {place}: {name} is {found[name]}, not {value}, and nothing told"
        )
        torture.expect(name == file or same, f"{file} at {place} changed {name}")
    close(agent)
    return telling


@contextmanager
def a_disk(options: str) -> Iterator[Path | None]:
    """Give a small disk of its own; None where this user may mount none."""
    with tempfile.TemporaryDirectory() as name:
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", name], capture_output=True, check=False
        )
        if done.returncode:
            yield None
            return
        try:
            yield Path(name)
        finally:
            subprocess.run(["umount", "-l", name], check=False)


def disks(torture: torturing.Torture, count: int, seed: int) -> None:
    """Full, read-only, without rights, of a newer version: so many times each, and well again after it."""
    for kind in ("full", "read_only", "no_permission", "newer"):
        for number in range(count):
            with a_disk("size=3m") as disk:
                if disk is None:
                    print("NOT TORTURED: disks; mounting one needs root", flush=True)
                    return
                _use_up(torture, disk, kind, seed + number)
        torture.say(f"disk {kind}", f"{count} times")


def _use_up(torture: torturing.Torture, disk: Path, kind: str, seed: int) -> None:
    site = Site(disk / "site")
    site.fill()
    if kind == "newer":
        for path in site.state.glob("*.json"):
            path.write_text(json.dumps({**json.loads(path.read_text()), "version": 99}))
        subprocess.run(
            ["sqlite3", str(site.state / "outbox.sqlite3"), "PRAGMA user_version = 99"], check=False
        )
    if kind == "read_only":
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    agent = opened(site)
    (line,) = agent.lines
    before = agent._own_sinks[0].counts.events_waiting
    # On a disk that is read-only from the start those of before cannot be read: they come when it is well.
    there = 0 if kind == "read_only" else EVENTS
    torture.expect(before == there, f"{kind}: {before} events wait")
    if kind == "full":
        with suppress(OSError), (disk / "filler").open("wb") as filler:
            while True:
                filler.write(bytes(4096))
    elif kind == "no_permission":
        subprocess.run(["chattr", "+i", str(site.state)], check=False, capture_output=True)
    publisher = agent._own_sinks[0]
    fill = "x" * 4000
    for number in range(20):
        publisher.publish_event("m", lambda event, number=number: {"id": event, "n": number, "fill": fill})  # type: ignore[attr-defined]
    line._alarm.save()
    line.folder.look_after()
    counts = publisher.counts
    torture.expect(counts.events_waiting == there + 20, f"{kind}: {counts.events_waiting} events wait")
    told = line.folder.problem or counts.disk_problem
    torture.expect(told is not None or kind == "no_permission", f"{kind}: health tells nothing")
    if kind == "full":
        (disk / "filler").unlink()
    elif kind == "read_only":
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=False)
    elif kind == "no_permission":
        subprocess.run(["chattr", "-i", str(site.state)], check=False, capture_output=True)
    publisher.publish_event("m", lambda event: {"id": event})  # type: ignore[attr-defined]
    torture.expect(publisher.counts.events_unsaved == 0, f"{kind}: events stay in memory")
    close(agent)
    torture.expect(
        len(site.payloads()) == EVENTS + 21, f"{kind}: {len(site.payloads())} events after a restart"
    )


if __name__ == "__main__":
    cli.log_to_stderr()
    logging.getLogger().handlers[:] = []
    os.environ.pop("NOTIFY_SOCKET", None)
    torturing.main("damage", {"flips": (flips, 500), "disks": (disks, 5)})
