"""What is in an archive, and what is not."""

import tarfile
from pathlib import Path

import pytest
from known_state import Site

from edge_agent.backup.databases import CopyError
from edge_agent.backup.manifest import MANIFEST, Manifest, is_part
from edge_agent.backup.writing import write_backup

STATE = ["alarm.json", "baseline.json", "outbox.sqlite3", "running_time.json"]


def parts_of(archive: Path) -> dict[str, bytes]:
    with tarfile.open(archive) as parts:
        return {info.name: parts.extractfile(info).read() for info in parts}  # type: ignore[union-attr]


def test_it_holds_the_configuration_the_state_and_whose_they_are(site: Site, tmp_path: Path) -> None:
    archive = tmp_path / "b.tar.gz"
    written = write_backup(site.settings, site.config, archive)
    assert (written.files, written.captures) == (STATE, 0)
    parts = parts_of(archive)
    assert list(parts) == [MANIFEST, "agent.yaml", *(f"state/{name}" for name in STATE)]
    assert all(is_part(name) for name in parts)
    assert parts["agent.yaml"] == site.config.read_bytes()
    assert parts["state/alarm.json"] == (site.state / "alarm.json").read_bytes()
    manifest = Manifest.model_validate_json(parts[MANIFEST])
    assert (manifest.format, manifest.agent, manifest.motor) == (1, "pump-7", "m")


def test_captures_come_along_if_they_are_wanted(site: Site, tmp_path: Path) -> None:
    archive = tmp_path / "b.tar.gz"
    assert write_backup(site.settings, site.config, archive, with_captures=True).captures == 1
    (name,) = (name for name in parts_of(archive) if "captures" in name)
    assert parts_of(archive)[name] == b"samples" * 1000


def test_no_secret_and_no_link_is_in_it(site: Site, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hunter2")
    site.config.write_text(
        site.config.read_text().replace("port: 1}", f"port: 1, username: u, password_file: {secret}}}")
    )
    (site.state / "link.json").symlink_to(secret)
    (site.state / "captures/link.npz").symlink_to(secret)
    archive = tmp_path / "b.tar.gz"
    write_backup(site.settings, site.config, archive, with_captures=True)
    parts = parts_of(archive)
    assert not [name for name in parts if "link" in name]
    assert not [name for name, content in parts.items() if b"hunter2" in content]


def test_nobody_else_may_read_it_and_nothing_half_is_left(site: Site, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    write_backup(site.settings, site.config, folder / "b.tar.gz")
    assert [path.name for path in folder.iterdir()] == ["b.tar.gz"]
    assert (folder / "b.tar.gz").stat().st_mode & 0o777 == 0o600
    (site.state / "trend.sqlite3").write_bytes(b"x" * 5000)
    with pytest.raises(CopyError):
        write_backup(site.settings, site.config, folder / "c.tar.gz")
    assert [path.name for path in folder.iterdir()] == ["b.tar.gz"]


def test_without_a_state_folder_there_is_nothing_to_back_up(tmp_path: Path) -> None:
    empty = Site(tmp_path / "new")
    with pytest.raises(CopyError, match="has not run"):
        write_backup(empty.settings, empty.config, tmp_path / "b.tar.gz")
