"""What a baseline keeps: kills, damaged files, other versions, and a disk that takes nothing."""

import json
from pathlib import Path

import pytest
from monitored import LOOKS, Site

from edge_agent.baseline.memory import FILE_VERSION
from edge_agent.baseline.status import BaselineState
from edge_agent.state_file import StateFile


def test_it_goes_on_after_a_kill_with_what_was_written(site: Site) -> None:
    site.run(100)
    site.restart()
    assert 0.4 <= site.baseline.status.progress < 0.7
    site.run(LOOKS)
    learned = site.baseline.status.reference_bars
    site.restart()
    assert site.state is BaselineState.LEARNED
    assert site.baseline.status.reference_bars == learned


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"version": 99}', b'{"version": 1, "hours": "many"}']
)
def test_a_file_that_cannot_be_used_is_put_aside_and_learning_starts_anew(site: Site, content: bytes) -> None:
    site.run(LOOKS + 1)
    site.path.write_bytes(content)
    site.restart()
    assert site.state is BaselineState.LEARNING
    assert site.baseline.status.hours == 0
    assert site.path.with_name("baseline.json.unusable").read_bytes() == content
    site.run(LOOKS + 1)
    assert site.state is BaselineState.LEARNED


def test_a_baseline_of_a_newer_version_is_kept_whole_for_the_program_that_reads_it(site: Site) -> None:
    site.run(LOOKS + 1)
    learned = site.baseline.status.reference_bars
    newer = site.path.read_text().replace(f'"version": {FILE_VERSION}', '"version": 99')
    site.path.write_text(newer)
    site.restart()
    assert site.state is BaselineState.LEARNING
    aside = site.path.with_name("baseline.json.unusable")
    assert aside.read_text() == newer
    aside.replace(site.path)
    site.path.write_text(newer.replace('"version": 99', f'"version": {FILE_VERSION}'))
    site.restart()
    assert site.baseline.status.reference_bars == learned


def test_a_baseline_with_more_or_fewer_fields_of_the_same_version_is_read(site: Site) -> None:
    site.run(LOOKS + 1)
    learned = site.baseline.status.reference_bars
    content = json.loads(site.path.read_text())
    del content["tally"], content["growing"], content["crc32"]
    site.path.write_text(json.dumps({**content, "of_tomorrow": [1, 2]}))
    site.restart()
    assert site.baseline.status.reference_bars == learned


def test_what_is_kept_is_of_the_version_that_is_read(site: Site) -> None:
    site.run(LOOKS + 1)
    assert json.loads(site.path.read_text())["version"] == FILE_VERSION


def test_a_disk_that_takes_nothing_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    site = Site(tmp_path / "taken")
    site.run(LOOKS + 1)
    assert site.state is BaselineState.LEARNED


def test_the_file_is_written_seldom(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[float] = []
    write = StateFile.write
    monkeypatch.setattr(StateFile, "write", lambda *given: written.append(site.now_s) or write(*given))
    site.run(LOOKS - 1)
    assert len(written) == 2
    site.run(901)
    assert len(written) == 6  # learned, and once in each of three hours
