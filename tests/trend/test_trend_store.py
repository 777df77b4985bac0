"""Nothing that happens to the file stops the agent: damage anywhere, a full disk, a newer version, a lock."""

import logging
import os
import random
import sqlite3
import subprocess
import sys
from pathlib import Path
from statistics import median

import pytest
from hours import NOW_HOUR, a_tally, rows_in

from edge_agent.trend.hour_rows import HourRow
from edge_agent.trend.trend_store import TrendStore

HOURS = 300
DAMAGES = 60
WRITER = """
import os, sys
from array import array
from pathlib import Path
from edge_agent.trend.tally import BinTally, HourTally
from edge_agent.trend.trend_file import Bounds, TrendFile

file = TrendFile(Path(sys.argv[1]), Bounds())
for hour in range(int(sys.argv[2])):
    tally = HourTally()
    tally.bins[hour % 3] = BinTally(2, array("d", [hour / 1000, hour / 500]), 0.01)
    file.add({hour: tally}, running_hour=hour + hour % 2)
if sys.argv[3] == "closed":
    file.close()
os._exit(0)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "trend.sqlite3"


def works(store: TrendStore) -> bool:
    """True where a new hour is kept and read again."""
    kept = store.add({NOW_HOUR: a_tally(0.1)}, NOW_HOUR + 1)
    return kept and [row.hour for row in store.read(NOW_HOUR) or []] == [NOW_HOUR]


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.parametrize("end", ["closed", "killed"])
def test_damage_at_any_place_of_file_or_log_costs_what_is_damaged_and_never_raises(
    tmp_path: Path, end: str, caplog: pytest.LogCaptureFixture
) -> None:
    original = tmp_path / "original.sqlite3"
    subprocess.run([sys.executable, "-c", WRITER, str(original), str(HOURS), end], check=True, timeout=120)
    parts = {p.name.removeprefix(original.name): p.read_bytes() for p in tmp_path.glob("original*")}
    assert ("-wal" in parts) is (end == "killed")
    true = {(row.hour, row.load_bin): row for row in rows_in(original)}
    assert len(true) == HOURS
    chance, kept = random.Random(5), []
    for number in range(DAMAGES):
        path = tmp_path / str(number) / "trend.sqlite3"
        path.parent.mkdir()
        hit = chance.choice([suffix for suffix in parts if suffix != "-shm"])
        for suffix, content in parts.items():
            path.with_name(path.name + suffix).write_bytes(content)
        hit_file = path.with_name(path.name + hit)
        hit_file.write_bytes(damaged(parts[hit], chance))
        cut_short = hit_file.stat().st_size < len(parts[hit])
        caplog.clear()
        store = TrendStore(path)
        rows = store.read(0)
        assert_true(rows, true)
        assert rows is not None
        assert works(store)
        assert_true(store.read(0), true)
        store.close()
        aside = [p for p in path.parent.iterdir() if ".damaged" in p.name or ".newer" in p.name]
        assert len(warnings(caplog)) == (store.loss is not None), warnings(caplog)
        assert not aside or "is kept as" in str(store.loss)
        assert len(rows) == HOURS or store.loss or (hit == "-wal" and cut_short), (number, hit, len(rows))
        if hit == "-wal" and not cut_short:
            kept.append(len(rows))
    assert not kept or median(kept) == HOURS, kept


def damaged(content: bytes, chance: random.Random) -> bytes:
    """Return bytes of which a stretch is overwritten, or the end is missing."""
    at, length = chance.randrange(len(content)), chance.choice([1, 16, 512, 5000])
    if chance.random() < 0.2:
        return content[:at]
    return content[:at] + chance.randbytes(min(length, len(content) - at)) + content[at + length :]


def assert_true(rows: list[HourRow] | None, true: dict[tuple[int, int], HourRow]) -> None:
    assert rows is not None
    for row in rows:
        assert row.hour == NOW_HOUR or row == true[row.hour, row.load_bin]


def test_a_damaged_file_is_kept_whole_and_told_once(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path.parent.mkdir()
    path.write_bytes(b"not a database!!" * 400)
    store = TrendStore(path)
    assert works(store)
    assert works(store) is False or len(store.read(0) or []) == 1
    assert path.with_name("trend.sqlite3.damaged").read_bytes() == b"not a database!!" * 400
    (told,) = warnings(caplog)
    assert "it is kept as trend.sqlite3.damaged, and a new trend is begun" in told


def test_a_newer_file_is_kept_whole_for_the_program_that_wrote_it(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    before = TrendStore(path)
    assert works(before)
    before.close()
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version = 7")
    database.close()
    content = path.read_bytes()
    assert works(TrendStore(path))
    assert path.with_name("trend.sqlite3.newer").read_bytes() == content
    (told,) = warnings(caplog)
    assert "it is of version 7, this program knows 1" in told


def test_a_full_disk_is_told_once_and_tried_again(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    limits = [4]
    connect = sqlite3.connect

    def limited(*args: object, **options: object) -> sqlite3.Connection:
        database = connect(*args, **options)  # type: ignore[call-overload]
        for pages in limits:
            database.execute(f"PRAGMA max_page_count = {pages}")
        return database  # type: ignore[no-any-return]

    monkeypatch.setattr(sqlite3, "connect", limited)
    store = TrendStore(path)
    large = {hour: a_tally(0.1, refusals={"x" * 90: hour}) for hour in range(200)}
    assert [store.add(large, 1000) for _ in range(3)] == [False] * 3
    (told,) = warnings(caplog)
    assert "full" in told
    limits.clear()
    assert store.add(large, 1000)
    assert [row.windows for row in store.read(0) or []] == [1 + hour for hour in range(200)]


@pytest.mark.parametrize("obstacle", ["file", "folder"])
def test_a_folder_that_cannot_be_used_is_told_once_and_tried_again(
    path: Path, caplog: pytest.LogCaptureFixture, obstacle: str
) -> None:
    """The state folder is a file, or a folder lies in the file's place."""
    if obstacle == "file":
        path.parent.write_text("")
    else:
        path.mkdir(parents=True)
    store = TrendStore(path)
    assert not store.add({1: a_tally(0.1)}, 2)
    assert store.read(0) is None
    assert len(warnings(caplog)) == 1
    if obstacle == "file":
        path.parent.unlink()
    else:
        path.rmdir()
    assert works(store)


def test_a_file_that_another_program_holds_is_tried_again(path: Path) -> None:
    store = TrendStore(path)
    assert works(store)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert not store.add({1: a_tally(0.1)}, 2)
    other.execute("ROLLBACK")
    other.close()
    assert store.add({1: a_tally(0.1)}, 2)
    assert [row.hour for row in store.read(0) or []] == [1, NOW_HOUR]


def test_files_put_aside_are_few(path: Path) -> None:
    path.parent.mkdir()
    for _ in range(9):
        path.write_bytes(os.urandom(5000))
        store = TrendStore(path)
        assert works(store)
        store.close()
    assert len([p for p in path.parent.iterdir() if ".damaged" in p.name]) == 5
