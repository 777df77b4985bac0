"""After a restore nothing is lost: neither what was backed up, nor what it takes the place of."""

import contextlib
import errno
import os
import tarfile
from pathlib import Path

import pytest
from known_state import EVENTS, FAULTY, LEARNED, Site
from plates import plate_yaml

from edge_agent.alarm import Condition
from edge_agent.backup import placing
from edge_agent.backup.placing import restore
from edge_agent.backup.reading import RefusedArchiveError
from edge_agent.backup.writing import write_backup
from edge_agent.config import load_whole


@pytest.fixture
def archive(site: Site, tmp_path: Path) -> Path:
    path = tmp_path / "b.tar.gz"
    write_backup(site.settings, site.config, path, with_captures=True)
    return path


def test_baseline_alarm_and_waiting_events_are_there_on_another_machine(
    site: Site, archive: Path, tmp_path: Path
) -> None:
    other = Site(tmp_path / "other")
    done = restore(archive, other.settings, other.config)
    assert other.baseline() == LEARNED
    assert other.alarm() == site.alarm()
    assert other.alarm().active  # type: ignore[union-attr]
    assert other.payloads() == [b'{"n": %d}' % number for number in range(EVENTS)]
    assert done.files == ["alarm.json", "baseline.json", "outbox.sqlite3", "running_time.json"]
    assert (done.captures, done.kept, done.other_configuration) == (1, None, None)
    names = {path.name for path in other.state.iterdir()}
    assert names == {"captures", *done.files} | {name for name in names if name.endswith(("-wal", "-shm"))}


def test_what_was_there_is_kept_whole_in_a_folder_of_its_own(
    site: Site, archive: Path, tmp_path: Path
) -> None:
    other = Site(tmp_path / "other")
    other.state.mkdir()
    box = other.open_outbox()
    box.put_event("t/event", lambda _: b'{"n": "newer"}')
    box.close()
    (other.state / "alarm.json").write_text("older")
    (other.state / "home_assistant.json").write_text("not in the backup")
    done = restore(archive, other.settings, other.config)
    assert done.kept is not None
    assert (done.kept / "alarm.json").read_text() == "older"
    assert not (other.state / "home_assistant.json").exists()
    other.state, restored = done.kept, other.payloads()
    assert len(restored) == EVENTS
    assert other.payloads() == [b'{"n": "newer"}']


def test_captures_that_are_there_stay_and_missing_ones_are_added(site: Site, archive: Path) -> None:
    (there,) = (site.state / "captures").iterdir()
    there.write_bytes(b"ours")
    assert restore(archive, site.settings, site.config).captures == 0
    assert there.read_bytes() == b"ours"
    there.unlink()
    assert restore(archive, site.settings, site.config).captures == 1
    assert there.read_bytes() == b"samples" * 1000


def test_a_backup_of_another_motor_is_refused_and_nothing_has_changed(archive: Path, tmp_path: Path) -> None:
    other = Site(tmp_path / "other", agent="pump-8")
    other.fill()
    before = {path.name: path.read_bytes() for path in other.state.iterdir() if path.is_file()}
    with pytest.raises(RefusedArchiveError, match="the backup is of agent pump-7"):
        restore(archive, other.settings, other.config)
    assert {path.name: path.read_bytes() for path in other.state.iterdir() if path.is_file()} == before


def test_a_damaged_archive_changes_nothing_and_leaves_nothing(site: Site, archive: Path) -> None:
    archive.write_bytes(archive.read_bytes()[:-10])
    before = sorted(path.name for path in site.state.rglob("*"))
    with pytest.raises(RefusedArchiveError):
        restore(archive, site.settings, site.config)
    assert sorted(path.name for path in site.state.rglob("*")) == before


def test_the_configuration_here_stays_and_another_one_is_put_beside(site: Site, archive: Path) -> None:
    here = site.config.read_text() + "# a note of ours\n"
    site.config.write_text(here)
    done = restore(archive, site.settings, site.config)
    assert site.config.read_text() == here
    assert done.other_configuration is not None
    assert here.startswith(done.other_configuration.read_text())


def test_without_room_on_the_disk_nothing_is_unpacked(site: Site, archive: Path, monkeypatch) -> None:
    usage = placing.shutil.disk_usage(site.state)
    monkeypatch.setattr(placing.shutil, "disk_usage", lambda _: usage._replace(free=1000))
    with pytest.raises(RefusedArchiveError, match="no room"):
        restore(archive, site.settings, site.config)


def test_what_root_restores_belongs_to_whoever_has_the_folder(site: Site, archive: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("NOT TESTED: only root can give files away")
    os.chown(site.state, 12345, 12346)
    done = restore(archive, site.settings, site.config)
    for name in done.files:
        owner = (site.state / name).stat()
        assert (owner.st_uid, owner.st_gid) == (12345, 12346)


def test_a_restored_alarm_is_raised_no_second_time(archive: Path, tmp_path: Path) -> None:
    other = Site(tmp_path / "other")
    restore(archive, other.settings, other.config)
    before = other.alarm()
    assert before is not None
    assert before.condition is Condition.UNACKNOWLEDGED
    assert (before.event_id, before.severity) == (12, FAULTY.severity)


def test_the_archive_needs_no_program_of_ours_to_be_looked_at(archive: Path) -> None:
    with tarfile.open(archive) as parts:
        assert "state/outbox.sqlite3" in parts.getnames()


class CutError(BaseException):
    """A power cut: nothing handles it."""


@pytest.mark.parametrize("step", range(0, 14, 2))
def test_a_power_cut_leaves_each_file_old_or_new_and_restoring_again_completes_it(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    other = Site(tmp_path / "other")
    other.fill()
    old = {name: (other.state / name).read_bytes() for name in ("alarm.json", "baseline.json")}
    left = step

    def cut_at(name: str) -> None:
        done = getattr(Path, name)

        def counted(path: Path, *args: object, **kwargs: object) -> object:
            nonlocal left
            if other.state in path.parents and (left := left - 1) < 0:
                raise CutError
            return done(path, *args, **kwargs)

        monkeypatch.setattr(Path, name, counted)

    for name in ("rename", "replace", "unlink"):
        cut_at(name)
    with contextlib.suppress(CutError):
        restore(archive, other.settings, other.config)
    monkeypatch.undo()
    assert {name for name in old if not (other.state / name).exists()} == set()
    assert other.baseline() == LEARNED
    restore(archive, other.settings, other.config)
    assert other.payloads() == [b'{"n": %d}' % number for number in range(EVENTS)]


def test_what_a_killed_restore_unpacked_is_cleared_away(site: Site, archive: Path) -> None:
    remains = site.state / ".restore-killed"
    remains.mkdir()
    (remains / "outbox.sqlite3").write_bytes(b"large")
    restore(archive, site.settings, site.config)
    assert not remains.exists()


def test_without_room_to_keep_what_is_there_nothing_changes(
    site: Site, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(placing.shutil, "copy2", full)
    before = sorted(path.name for path in site.state.rglob("*"))
    with pytest.raises(OSError, match="No space"):
        restore(archive, site.settings, site.config)
    assert sorted(path.name for path in site.state.rglob("*")) == before


def of_two_motors(folder: Path) -> Path:
    folder.mkdir()
    config = folder / "agent.yaml"
    config.write_text(
        f"agent: {{id: hall}}\nmotors:\n"
        f"  - {{motor: {plate_yaml(id='pump')}, acquisition: {{port: /dev/a}}}}\n"
        f"  - {{motor: {plate_yaml(id='fan')}, acquisition: {{port: /dev/b}}}}\n"
        "mqtt: {host: 127.0.0.1, port: 1}\nstate_dir: state\n"
    )
    return config


def test_each_of_several_motors_gets_back_what_is_its_own(tmp_path: Path) -> None:
    config, archive = of_two_motors(tmp_path / "old"), tmp_path / "b.tar.gz"
    files = {"pump/alarm.json": "p", "fan/alarm.json": "f", "retained.json": "r", "fan/captures/c.npz": "c"}
    for name, content in files.items():
        path = tmp_path / "old/state" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    written = write_backup(load_whole(config), config, archive, with_captures=True)
    assert (sorted(written.files), written.captures) == (
        ["fan/alarm.json", "pump/alarm.json", "retained.json"],
        1,
    )
    new = of_two_motors(tmp_path / "new")
    (tmp_path / "new/state/pump").mkdir(parents=True)
    (tmp_path / "new/state/pump/alarm.json").write_text("before")
    done = restore(archive, load_whole(new), new)
    assert {name: (tmp_path / "new/state" / name).read_text() for name in files} == files
    assert done.kept is not None
    assert (done.kept / "pump/alarm.json").read_text() == "before"


def test_a_backup_of_one_motor_is_none_of_several(archive: Path, tmp_path: Path) -> None:
    config = of_two_motors(tmp_path / "two")
    with pytest.raises(RefusedArchiveError, match=r"agent pump-7 with motor m, .* with motors: pump, fan"):
        restore(archive, load_whole(config), config)
