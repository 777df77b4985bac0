"""A configuration is replaced as a whole, and nothing that somebody wrote is lost."""

from pathlib import Path

import pytest

from edge_agent.config.replacing import replace_text


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "etc").mkdir()
    path = tmp_path / "etc/agent.yaml"
    path.write_text("ours")
    return path


def test_every_text_that_was_replaced_is_kept_once(file: Path) -> None:
    kept = [replace_text(file, text) for text in ("wrong", "right", "wrong", "other")]
    assert file.read_text() == "other"
    assert [path.name for path in kept] == [
        "agent.yaml.before",
        "agent.yaml.before-2",
        "agent.yaml.before-3",
        "agent.yaml.before-2",
    ]
    assert [path.read_text() for path in kept] == ["ours", "wrong", "right", "wrong"]


def test_a_link_to_the_file_stays_a_link(file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.yaml"
    link.symlink_to(file)
    replace_text(link, "new")
    assert link.readlink() == file
    assert file.read_text() == "new"


def test_the_rights_stay_and_nothing_else_is_left(file: Path) -> None:
    file.chmod(0o640)
    kept = replace_text(file, "new")
    assert {path.stat().st_mode & 0o777 for path in (file, kept)} == {0o640}
    assert sorted(path.name for path in file.parent.iterdir()) == ["agent.yaml", "agent.yaml.before"]
