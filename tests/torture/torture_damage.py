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

from edge_agent import cli
from edge_agent.acquire.archive import RecordingError
from edge_agent.acquire.recordings import read_recording, write_recording
from edge_agent.agent import Agent
from edge_agent.audit.memory import Memory as AuditMemory
from edge_agent.conditions.memory import Memory as ConditionsMemory
from edge_agent.diagnose.model import Model
from edge_agent.learned.memory import Memory as LearnedMemory
from edge_agent.state_file import StateFile
from edge_agent.trend.trend_file import Bounds, TrendFile

CAPTURE = "captures/20261129T202117.368Z_m_broken_bars.npz"
TREND = "trend.sqlite3"
MODEL = Model.load("builtin")
MORE = "http: {listen: 127.0.0.1:8642}\nhomeassistant: {enabled: true}\n"
"""Sections that have files of their own."""
KILLED_EVENTS = 6
"""Events and hours of an agent that is killed, so that they are in the logs of SQLite alone."""
CONTENTS: dict[str, dict[str, object]] = {
    "running_time.json": {"running_hours": 7.0, "starts": 3, "last_start_s": None},
    "retained.json": {"topics": [f"edge-agent/pump-7/{number}" for number in range(9)]},
    "audit.json": asdict(AuditMemory()),
    "learned.json": asdict(LearnedMemory()),
    "conditions.json": asdict(ConditionsMemory(hours=3.5)),
    "judged_captures.json": {"captures": []},
    "load_sweep.json": {"plate": "x", "tells": "not_yet", "looks": []},
    "self_test.json": {"tested_unix_s": 1.7e9, "model_sha256": "", "proven_limit_bars": 0.2, "problem": None},
    "page_events.json": {"events": []},
}
"""What the small files hold that the site of the backups has not."""


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
    site.config.write_text(site.config.read_text() + MORE)
    site.fill()
    for name, content in CONTENTS.items():
        StateFile(site.state / name, 1).write(content)
    trend = TrendFile(site.state / TREND, Bounds())
    for hour in range(40):
        trend.add({hour: a_tally(0.1, 0.2, 0.3)}, 41)
    trend.close()
    write_recording(site.state / CAPTURE, a_motor(1, seconds=2.0))
    return site


def opened(site: Site) -> Agent:
    """Return the agent of a site, with all files read, and files written as in its steady state."""
    agent = agent_of(site.config, MODEL)
    (line,) = agent.lines
    line.folder.look_after()
    line.say_beside_health()
    agent._say_health()
    return agent


def close(agent: Agent) -> None:
    """Leave an agent that has not run, as at its end."""
    (line,) = agent.lines
    with line:
        pass
    agent._own_sinks[0]._outbox.close()  # type: ignore[attr-defined]


def knows(agent: Agent) -> dict[str, object]:
    """Return what an agent knows after its start."""
    (line,) = agent.lines
    counts = agent._own_sinks[0].counts
    return {
        "alarm.json": line._alarm.latched,
        "baseline.json": (line._baseline.status, LEARNED.hours),
        "running_time.json": line._running.time,
        "outbox.sqlite3": (counts.events_waiting, counts.events_dropped),
        "trend.sqlite3": line._trend._store.read(0),
    }


def flips(torture: torturing.Torture, count: int, seed: int) -> None:
    """Flip a byte at so many places of each file, one at a time; an agent that was killed has logs, too."""
    chance, said = random.Random(seed), Said()
    logging.getLogger().addHandler(said)
    with tempfile.TemporaryDirectory() as name:
        site = a_site(Path(name) / "site")
        sound = Path(name) / "sound"
        agent = opened(site)
        (line,) = agent.lines
        for number in range(KILLED_EVENTS):
            agent._own_sinks[0].publish_event("m", lambda event: {"id": event, "fill": "x" * 300})  # type: ignore[attr-defined]
            line._trend._store.add({41 + number: a_tally(0.4)}, 100)
        shutil.copytree(site.state, sound)
        healthy = knows(agent)
        close(agent)
        for path in sorted(path for path in sound.rglob("*") if path.is_file()):
            file = str(path.relative_to(sound))
            if not file.endswith((".lock", ".part", ".damaged", "password", "-shm")):
                _flip_all(torture, count, site, sound, file, healthy, chance, said)
    logging.getLogger().removeHandler(said)


def _flip_all(
    torture: torturing.Torture, count: int, site: Site, sound: Path, file: str, healthy: dict[str, object],
    chance: random.Random, said: Said,
) -> None:  # fmt: skip
    """Flip a byte of a file so many times."""
    done = told = 0
    while done < count and not torture.is_over():
        done += 1
        shutil.rmtree(site.state)
        shutil.copytree(sound, site.state)
        content = bytearray((site.state / file).read_bytes())
        place = chance.randrange(len(content))
        content[place] ^= 1 << chance.randrange(8)
        (site.state / file).write_bytes(content)
        said.lines.clear()
        try:
            told += _start(torture, site, sound, file, place, healthy, said)
        except Exception as error:
            torture.expect(False, f"{file} at {place}: {error!r}")
    torture.say(f"flips in {file}", f"{done}, {told} told, {done - told} without effect")


def _start(
    torture: torturing.Torture, site: Site, sound: Path, file: str, place: int, healthy: dict[str, object],
    said: Said,
) -> bool:  # fmt: skip
    """Start an agent beside one damaged byte; return True if it told of it."""
    if file == CAPTURE:
        return _recording_tells(torture, site.state / file, place)
    harmless = _content(site.state / file).items() >= _content(sound / file).items()
    agent = opened(site)
    found, (line,) = knows(agent), agent.lines
    counts = agent._own_sinks[0].counts
    problems = [line.folder.problem, *(own.counts.disk_problem for own in agent._own_sinks)]
    told = next(filter(None, problems), None)
    telling = bool(said.lines) and told is not None
    telling |= counts.files_put_aside + counts.events_dropped > 0  # which the courier logs
    torture.expect(telling or harmless or not file.endswith(".json"), f"{file} at {place}: not told")
    waiting, dropped = found["outbox.sqlite3"]  # type: ignore[misc]
    all_events = EVENTS + KILLED_EVENTS
    torture.expect(
        waiting + dropped >= all_events or _may_be_torn(file, waiting + dropped == all_events - 1),
        f"{file} at {place}: {waiting} wait, {dropped} are counted as lost",
    )
    for name, value in healthy.items():
        same = found[name] == value
        torture.expect(
            telling or same or _may_be_torn(file, True),
            f"{file} at {place}: {name} is {found[name]}, not {value}, and nothing told",
        )
        torture.expect(name == file.removesuffix("-wal") or same, f"{file} at {place} changed {name}")
    close(agent)
    return telling


def _may_be_torn(file: str, only_the_last: bool) -> bool:
    """True where a byte of the last transaction in a log looks like a power cut in it."""
    return file.endswith("-wal") and only_the_last


def _recording_tells(torture: torturing.Torture, path: Path, place: int) -> bool:
    """See that a damaged recording is refused, or has the same samples; return True if it is refused."""
    try:
        found = read_recording(path)
    except RecordingError:
        return True
    original = a_motor(1, seconds=2.0)
    same = all(np.array_equal(a, b) for a, b in zip(found.counts, original.counts, strict=True))
    torture.expect(same, f"{path.name} at {place}: other samples are believed")
    return False


def _content(path: Path) -> dict[str, str]:
    """Return the content of a file of JSON but for its checksum, each value as JSON; empty if it is none."""
    try:
        content = json.loads(path.read_bytes())
    except ValueError:
        return {}
    return {key: json.dumps(value) for key, value in content.items() if key != "crc32"}


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
    torture.expect(before == EVENTS, f"{kind}: {before} events wait")
    sent = agent._own_sinks[0]._outbox.pending((), EVENTS)  # type: ignore[attr-defined]
    torture.expect(len(sent) == EVENTS, f"{kind}: {len(sent)} events can be sent")
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
    torture.expect(counts.events_waiting == EVENTS + 20, f"{kind}: {counts.events_waiting} events wait")
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
