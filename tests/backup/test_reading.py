"""An archive may be anything: what would do harm is refused, and takes no room."""

import contextlib
import gzip
import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from known_state import Site

from edge_agent.backup import reading
from edge_agent.backup.manifest import Manifest
from edge_agent.backup.reading import RefusedArchiveError, read_backup
from edge_agent.backup.writing import write_backup

MANIFEST = Manifest(format=1, version="1", created="now", agent="a", motor="m").model_dump_json().encode()


def an_archive(path: Path, *parts: tuple[tarfile.TarInfo, bytes], form: int = tarfile.GNU_FORMAT) -> Path:
    with tarfile.open(path, "w:gz", format=form) as archive:
        for info, content in [a_file("backup.json", MANIFEST), *parts]:
            archive.addfile(info, io.BytesIO(content))
    return path


def a_file(name: str, content: bytes = b"{}", kind: bytes = tarfile.REGTYPE, **fields: object):
    info = tarfile.TarInfo(name)
    info.size, info.type = len(content), kind
    for field, value in fields.items():
        setattr(info, field, value)
    return info, content


def refusal(archive: Path, folder: Path, **bounds: float) -> str:
    """Read an archive that must be refused; return why, and see that nothing lies outside the folder."""
    folder.mkdir()
    around = set(folder.parent.iterdir())
    with pytest.raises(RefusedArchiveError) as refused:
        read_backup(archive, folder, **bounds)
    assert set(folder.parent.iterdir()) == around
    assert not [path for path in folder.rglob("*") if path.is_symlink()]
    return str(refused.value)


def test_a_backup_is_read_as_it_was_written(site: Site, tmp_path: Path) -> None:
    archive, folder = tmp_path / "b.tar.gz", tmp_path / "read"
    write_backup(site.settings, site.config, archive, with_captures=True)
    folder.mkdir()
    assert read_backup(archive, folder).agent == "pump-7"
    assert (folder / "state/alarm.json").read_bytes() == (site.state / "alarm.json").read_bytes()
    assert len(list((folder / "state/captures").iterdir())) == 1


def test_a_capture_with_the_longest_name_survives(tmp_path: Path) -> None:
    name = f"state/captures/20261129T202117.368Z_{64 * 'm'}_indeterminate.npz"
    folder = tmp_path / "read"
    folder.mkdir()
    read_backup(an_archive(tmp_path / "b.tar.gz", a_file(name)), folder)
    assert (folder / name).exists()


@pytest.mark.parametrize(
    "name",
    ["../evil.json", "/tmp/evil.json", "state/../../evil.json", "state/evil.sh", "state/a/b/c.json", "evil"],
)
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    archive = an_archive(tmp_path / "b.tar.gz", a_file(name))
    assert "no name of a part" in refusal(archive, tmp_path / "read")


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        (tarfile.SYMTYPE, "link"),
        (tarfile.LNKTYPE, "link"),
        (tarfile.CHRTYPE, "device"),
        (tarfile.FIFOTYPE, "pipe"),
        (tarfile.DIRTYPE, "folder"),
        (tarfile.GNUTYPE_SPARSE, "holes"),
        (tarfile.CONTTYPE, "no plain file"),
        (tarfile.GNUTYPE_LONGLINK, "no plain file"),
    ],
)
def test_what_is_no_plain_file_is_refused(tmp_path: Path, kind: bytes, word: str) -> None:
    part = a_file("state/alarm.json", b"", kind, linkname="/etc/passwd")
    assert word in refusal(an_archive(tmp_path / "b.tar.gz", part), tmp_path / "read")


def test_extended_heads_are_refused_before_they_are_read(tmp_path: Path) -> None:
    part = a_file("state/alarm.json", pax_headers={"comment": "x" * 5_000_000})
    archive = an_archive(tmp_path / "b.tar.gz", part, form=tarfile.PAX_FORMAT)
    assert "no plain file" in refusal(archive, tmp_path / "read")


def test_a_long_name_beyond_any_of_ours_is_refused(tmp_path: Path) -> None:
    archive = an_archive(tmp_path / "b.tar.gz", a_file(f"state/{'x' * 5000}.json"))
    assert "no plain file" in refusal(archive, tmp_path / "read")


def test_a_bomb_is_refused_before_it_fills_the_disk(tmp_path: Path) -> None:
    archive = an_archive(tmp_path / "b.tar.gz", a_file("state/alarm.json", bytes(20_000_000)))
    assert archive.stat().st_size < 100_000
    folder = tmp_path / "read"
    assert "unpacks to more than 1 MB" in refusal(archive, folder, max_bytes=1e6)
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) <= 1e6


def test_a_bomb_behind_the_end_is_refused_too(tmp_path: Path) -> None:
    archive = an_archive(tmp_path / "b.tar.gz")
    with archive.open("ab") as file:
        file.write(gzip.compress(bytes(20_000_000)))
    assert "unpacks to more" in refusal(archive, tmp_path / "read", max_bytes=1e6)


def test_too_many_parts_and_two_of_one_name_are_refused(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(reading, "MAX_PARTS", 5)
    many = an_archive(tmp_path / "many.tar.gz", *[a_file(f"state/a{n}.json") for n in range(9)])
    assert "more than 5 parts" in refusal(many, tmp_path / "many")
    twice = an_archive(tmp_path / "twice.tar.gz", a_file("state/a.json"), a_file("state/a.json"))
    assert "twice" in refusal(twice, tmp_path / "twice")


@pytest.mark.parametrize(
    ("harm", "word"),
    [
        (lambda content: content[: len(content) // 2], "damaged"),
        (lambda content: content[:-4] + b"xxxx", "damaged"),
        (lambda content: b"", "no backup"),
        (lambda content: b"#!/bin/sh\n", "damaged"),
        (lambda content: gzip.compress(b"x" * 2000), "damaged"),
        (lambda content: gzip.compress(b""), "no backup"),
    ],
    ids=["cut", "another checksum", "empty", "a script", "no tar", "an empty tar"],
)
def test_what_is_damaged_or_no_archive_is_refused(
    site: Site, tmp_path: Path, harm: Callable[[bytes], bytes], word: str
) -> None:
    archive = tmp_path / "b.tar.gz"
    write_backup(site.settings, site.config, archive)
    archive.write_bytes(harm(archive.read_bytes()))
    assert word in refusal(archive, tmp_path / "read")


@pytest.mark.parametrize("content", [b"", b"[]", b'{"format": "1"}', b"\xff", b"{" * 20_000])
def test_without_a_word_on_whose_it_is_an_archive_is_no_backup(tmp_path: Path, content: bytes) -> None:
    archive = tmp_path / "b.tar.gz"
    with tarfile.open(archive, "w:gz") as parts:
        info, _ = a_file("backup.json", content)
        parts.addfile(info, io.BytesIO(content))
    assert "no backup" in refusal(archive, tmp_path / "read")


def test_a_backup_of_a_later_program_is_refused(tmp_path: Path) -> None:
    archive = tmp_path / "b.tar.gz"
    later = MANIFEST.replace(b'"format":1', b'"format":9').replace(b'"version":"1"', b'"version":"9.0"')
    with tarfile.open(archive, "w:gz") as parts:
        info, _ = a_file("backup.json", later)
        parts.addfile(info, io.BytesIO(later))
    assert "restore it with edge-agent 9.0 or later" in refusal(archive, tmp_path / "read")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 600), st.binary(min_size=1, max_size=40))
def test_bytes_that_are_overwritten_never_do_harm(
    tmp_path_factory: pytest.TempPathFactory, at: int, noise: bytes
) -> None:
    """The tar is changed and packed anew, so that gzip's checksum hides nothing."""
    folder = tmp_path_factory.mktemp("noise")
    plain = gzip.decompress(an_archive(folder / "a.tar.gz", a_file("state/a.json")).read_bytes())
    content = plain[: 3 * at] + noise + plain[3 * at + len(noise) :]
    (folder / "b.tar.gz").write_bytes(gzip.compress(content))
    into = folder / "into"
    into.mkdir()
    with contextlib.suppress(RefusedArchiveError):
        read_backup(folder / "b.tar.gz", into, 1e6)
    assert {path.name for path in folder.iterdir()} == {"a.tar.gz", "b.tar.gz", "into"}
    assert not [path for path in into.rglob("*") if path.is_symlink()]
