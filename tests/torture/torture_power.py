"""Kill -9 and power loss at any moment: what was decided is there afterwards, and every file opens.

A program (deciding.py) decides events, alarms, acknowledgements, baselines and captures, and says each once
the call for it has returned. For power loss, a library below SQLite (unsynced.c) records each step to the
disk; a cut after any of them leaves what was synced, and of the rest nothing, all, or any part in any order.
"""

import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import torturing
from deciding import decide

from edge_agent.acquire.archive import RecordingError
from edge_agent.acquire.recordings import read_recording
from edge_agent.publish.settings import OutboxSettings
from edge_agent.publish.store.outbox import Outbox
from edge_agent.state_file import StateFile


@dataclass
class Marks:
    """What the program has said so far."""

    events: set[str] = field(default_factory=set)
    going: set[str] = field(default_factory=set)
    last: dict[str, str] = field(default_factory=dict)
    captures: set[str] = field(default_factory=set)
    exact: bool = True

    def take(self, line: str) -> None:
        """Take a line that is whole."""
        kind, *words = line.split()
        match kind:
            case "event":
                self.events.add(words[0])
            case "going":
                self.going.update(words)
            case "capture":
                self.captures.add(words[0])
            case _:
                self.last[kind] = words[0]


def check(torture: torturing.Torture, folder: Path, marks: Marks, moment: str) -> int:
    """See whether everything that was said is there; return how many files were put aside."""
    outbox = Outbox(OutboxSettings(folder / "outbox.sqlite3"))
    waiting = {str(event.id) for event in outbox.pending((), 100_000)}
    counts = outbox.counts
    outbox.close()
    lost = marks.events - marks.going - waiting
    torture.expect(not lost, f"{moment}: {len(lost)} events are lost, of {len(marks.events)}")
    for name, key in (("alarm", "feedback"), ("baseline", "hours")):
        if name in marks.last:
            content = StateFile(folder / f"{name}.json", 1).read()
            torture.expect(content is not None, f"{moment}: {name} is lost")
            if content is not None and marks.exact:
                value = content[key]["found"] if name == "alarm" else content[key]  # type: ignore[index]
                torture.expect(
                    str(value) == marks.last[name], f"{moment}: {name} is {value}, not {marks.last[name]}"
                )
    for name in marks.captures:
        content = _content(folder / name)
        torture.expect(content and _is_recording(content), f"{moment}: capture {name} is lost or damaged")
    return counts.files_put_aside


def _content(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


@cache
def _is_recording(content: bytes) -> bool:
    """True if the bytes are a whole recording; after most cuts they are the same as before."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "c.npz"
        path.write_bytes(content)
        try:
            read_recording(path)
        except RecordingError:
            return False
    return True


def kills(torture: torturing.Torture, count: int, seed: int) -> None:
    """Kill the program so many times at a random moment, and start it again beside what is left."""
    chance, marks, done = random.Random(seed), Marks(), 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        said = folder / "marks"
        for number in range(count):
            if torture.is_over():
                break
            said.write_bytes(b"")
            process = _forked(folder, seed + number)
            if number % 4:  # each fourth one is killed while it opens its files
                _wait_for(said, b"ready")
            time.sleep(chance.uniform(0.0, 0.5 if number % 4 else 0.02))
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
            for line in said.read_text().splitlines():
                marks.take(line)
            marks.exact = False  # one more may have been written than was said
            check(torture, folder, marks, f"kill {number}")
            for path in folder.glob("c*.npz"):
                path.unlink()
            marks.captures.clear()
            done += 1
    torture.say("kills", f"{done} of {count}, {len(marks.events)} events decided")


def _forked(folder: Path, seed: int) -> int:
    """Start the program without the seconds that its imports take; return the number of its process."""
    process = os.fork()
    if process == 0:
        try:
            decide(folder, seed, 100_000)
        finally:
            os._exit(1)
    return process


def _wait_for(file: Path, words: bytes) -> None:
    until_s = time.monotonic() + 600
    while not file.exists() or words not in file.read_bytes():
        assert time.monotonic() < until_s
        time.sleep(0.01)


@dataclass
class Step:
    """One step to the disk."""

    kind: str
    path: str
    other: str
    offset: int
    data: bytes


def recorded(log: Path) -> Iterator[Step]:
    """Yield what unsynced.c has recorded."""
    content, at = log.read_bytes(), 0
    while at < len(content):
        kind, one, two, size, offset = struct.unpack_from("<cIIIq", content, at)
        at += struct.calcsize("<cIIIq")
        path, other = content[at : at + one].decode(), content[at + one : at + one + two].decode()
        data = content[at + one + two : at + one + two + size]
        at += one + two + size
        yield Step(kind.decode(), path, other, offset, data)


class Disk:
    """Files as a medium has them: what was synced for certain, the rest perhaps."""

    def __init__(self) -> None:
        self.inodes: dict[int, tuple[bytes, list[Step]]] = {}
        self.names: dict[str, int] = {}
        self.durable: dict[str, int] = {}
        self.changes: list[tuple[str, int | None]] = []

    def take(self, step: Step) -> None:
        """Take a step."""
        match step.kind:
            case "c":
                number = len(self.inodes)
                self.inodes[number] = (b"", [])
                self._name(step.path, number)
            case "w" | "t" if step.path in self.names:
                self.inodes[self.names[step.path]][1].append(step)
            case "s" if step.path in self.names:
                number = self.names[step.path]
                base, pending = self.inodes[number]
                self.inodes[number] = (applied(base, pending), [])
            case "s":
                self.durable, self.changes = dict(self.names), []
            case "r":
                number = self.names.pop(step.path)
                self.changes.append((step.path, None))
                self._name(step.other, number)
            case "u" if step.path in self.names:
                del self.names[step.path]
                self.changes.append((step.path, None))

    def _name(self, path: str, number: int) -> None:
        self.names[path] = number
        self.changes.append((path, number))

    def left(self, chance: random.Random, way: str) -> dict[str, bytes]:
        """Return the files after a power cut: of what was not synced `nothing`, `all` or `some` is there."""
        names = dict(self.durable)
        # A journalling file system keeps the order of names.
        done = {"nothing": 0, "all": len(self.changes)}.get(way, chance.randint(0, len(self.changes)))
        for path, number in self.changes[:done]:
            if number is None:
                names.pop(path, None)
            else:
                names[path] = number
        files = {}
        for path, number in names.items():
            base, pending = self.inodes[number]
            kept = [step for step in pending if way == "all" or (way == "some" and chance.random() < 0.5)]
            files[path] = applied(base, kept)
        return files


def applied(base: bytes, steps: list[Step]) -> bytes:
    """Return a content after writes and truncations."""
    content = bytearray(base)
    for step in steps:
        if step.kind == "t":
            content = content[: step.offset] + bytes(max(0, step.offset - len(content)))
        else:
            content += bytes(max(0, step.offset - len(content)))
            content[step.offset : step.offset + len(step.data)] = step.data
    return bytes(content)


def cuts(torture: torturing.Torture, count: int, seed: int) -> None:
    """Cut the power after so many random steps of one run, in three ways each."""
    chance, done, aside = random.Random(seed), 0, 0
    with tempfile.TemporaryDirectory() as name:
        library, log, folder = Path(name) / "unsynced.so", Path(name) / "log", Path(name) / "state"
        source = torturing.ROOT / "tests/torture/unsynced.c"
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
        folder.mkdir()
        more = {"LD_PRELOAD": str(library), "UNSYNCED_ROOT": str(folder), "UNSYNCED_LOG": str(log)}
        program = [sys.executable, torturing.ROOT / "tests/torture/deciding.py"]
        arguments = [folder, str(seed), str(min(400, 4 * count))]
        subprocess.run([*program, *arguments], env={**os.environ, **more}, check=True, timeout=1200)
        steps = list(recorded(log))
        cut_after = sorted(chance.sample(range(len(steps)), min(count, len(steps))))
        disk, marks, said = Disk(), Marks(), str(folder / "marks")
        for number, step in enumerate(steps):
            if step.path == said:
                if step.kind == "w":
                    marks.take(step.data.decode())
            else:
                disk.take(step)
            if number not in cut_after or torture.is_over():
                continue
            done += 1
            marks.exact = steps[number].path == said
            for way in ("nothing", "all", "some"):
                shutil.rmtree(folder)
                folder.mkdir()
                for path, content in disk.left(chance, way).items():
                    Path(path).write_bytes(content)
                aside += check(torture, folder, marks, f"cut after step {number} of {len(steps)}, {way}")
    torture.say(
        "cuts",
        f"{done} of {len(steps)} steps, in three ways each, {len(marks.events)} events decided; "
        f"the outbox was put aside {aside} times",
    )


if __name__ == "__main__":
    torturing.main("power", {"cuts": (cuts, 1000), "kills": (kills, 300)})
