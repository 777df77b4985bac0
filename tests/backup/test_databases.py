"""A copy of a database is whole, whoever has the original open."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from known_state import EVENTS, Site

from edge_agent.backup import databases
from edge_agent.backup.databases import CopyError, copy_database

HOLDER = """
import sys
from pathlib import Path
from edge_agent.publish.settings import OutboxSettings
from edge_agent.publish.store.outbox import Outbox

box = Outbox(OutboxSettings(Path(sys.argv[1])))
box.put_event("t/event", lambda number: b'{"n": "last"}')
print("held", flush=True)
sys.stdin.read()
box.close()
"""
"""An agent's outbox, held as a running agent holds it, with an event that is only in the log yet."""


def rows(file: Path) -> int:
    with closing(sqlite3.connect(file)) as database:
        return int(database.execute("SELECT count(*) FROM event").fetchone()[0])


def test_a_database_at_rest_is_copied_as_one_file(site: Site, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite3"
    copy_database(site.state / "outbox.sqlite3", copy)
    assert rows(copy) == EVENTS
    assert sorted(path.name for path in tmp_path.glob("copy*")) == ["copy.sqlite3"]


def test_one_that_a_running_agent_holds_is_copied_with_its_log(site: Site, tmp_path: Path) -> None:
    path, copy = site.state / "outbox.sqlite3", tmp_path / "copy.sqlite3"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(sqlite3.OperationalError), closing(sqlite3.connect(path, timeout=0.1)) as database:
            database.execute("SELECT count(*) FROM event").fetchone()
        copy_database(path, copy)
        holder.communicate(timeout=60)
    assert holder.returncode == 0
    assert rows(copy) == EVENTS + 1
    assert sorted(file.name for file in tmp_path.glob("copy*")) == ["copy.sqlite3"]


def test_one_that_others_read_and_write_is_copied_at_one_moment(tmp_path: Path) -> None:
    path, copy = tmp_path / "shared.sqlite3", tmp_path / "copy.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE event (n)")
        database.execute("INSERT INTO event VALUES (1)")
        database.execute("BEGIN")
        database.execute("INSERT INTO event VALUES (2)")
        copy_database(path, copy)
        database.execute("COMMIT")
    assert rows(copy) == 1


@pytest.mark.parametrize("harm", ["cut", "overwritten", "empty", "gone"])
def test_what_is_damaged_or_gone_is_refused(site: Site, tmp_path: Path, monkeypatch, harm: str) -> None:
    monkeypatch.setattr(databases, "_PAUSE_S", 0.0)
    path = site.state / "outbox.sqlite3"
    content = path.read_bytes()
    if harm == "gone":
        path.unlink()
    else:
        harmed = {"cut": content[: len(content) // 2], "overwritten": b"x" * len(content), "empty": b""}
        path.write_bytes(harmed[harm])
    if harm == "empty":  # SQLite takes an empty file for an empty database
        copy_database(path, tmp_path / "copy.sqlite3")
        return
    with pytest.raises(CopyError, match=r"outbox.sqlite3"):
        copy_database(path, tmp_path / "copy.sqlite3")


def test_one_that_never_stands_still_is_given_up(site: Site, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(databases, "_PAUSE_S", 0.0)
    path, reads = site.state / "outbox.sqlite3", iter(range(1000))

    def read(path: Path) -> databases.Images:
        return databases.Images(b"%d" % next(reads), b"")

    monkeypatch.setattr(databases.Images, "read", read)
    with pytest.raises(CopyError, match="changes all the time"):
        databases._copy_bytes(path, tmp_path / "copy.sqlite3")
