"""Small files that outlive restarts: whole, or put aside."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.state_file import StateFile

VERSION = 1


def test_what_was_written_is_read(tmp_path: Path) -> None:
    file = StateFile(tmp_path / "new" / "folder" / "a.json", VERSION)
    assert file.read() is None
    assert file.write({"hours": 1.5, "names": ["ä"]})
    assert StateFile(tmp_path / "new" / "folder" / "a.json", VERSION).read() == {"hours": 1.5, "names": ["ä"]}
    assert [path.name for path in (tmp_path / "new" / "folder").iterdir()] == ["a.json"]


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[1]", b"\xff\xfe", b'{"version": 2}', b"{}", b"[" * 100_000, b'{"version": "1"}']
)
def test_what_cannot_be_used_is_put_aside_and_said(tmp_path: Path, caplog, content: bytes) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content)
    file = StateFile(path, VERSION)
    assert file.read() is None
    assert not path.exists()
    assert (tmp_path / "a.json.unusable").read_bytes() == content
    assert "a.json cannot be used" in caplog.text
    assert file.write({"hours": 2})
    assert file.read() == {"hours": 2}


def test_content_of_which_nothing_can_be_made_is_put_aside_with_the_reason(tmp_path: Path, caplog) -> None:
    def hours_of(content: dict[str, object]) -> float:
        if "hours" not in content:
            raise ValueError("no hours,\non two lines")
        return float(str(content["hours"]))

    file = StateFile(tmp_path / "a.json", VERSION)
    assert file.read_as(hours_of) is None
    file.write({"hours": 2.5})
    assert file.read_as(hours_of) == 2.5
    file.write({"days": 1})
    assert file.read_as(hours_of) is None
    assert json.loads((tmp_path / "a.json.unusable").read_text())["days"] == 1
    assert "no hours, on two lines" in caplog.text
    assert file.read() is None


@given(content=st.binary(max_size=60))
def test_no_content_raises(tmp_path_factory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("files") / "a.json"
    path.write_bytes(content)
    assert StateFile(path, VERSION).read() is None


def test_a_disk_that_takes_nothing_is_said_once_and_tried_again(tmp_path: Path, caplog) -> None:
    (tmp_path / "file").touch()
    file = StateFile(tmp_path / "file" / "a.json", VERSION)
    assert not file.write({})
    assert not file.write({})
    assert file.read() is None
    assert caplog.text.count("cannot be written") == 1
    (tmp_path / "file").unlink()
    assert file.write({"hours": 3})


def test_a_power_cut_while_it_is_written_leaves_the_content_of_before(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    file = StateFile(path, VERSION)
    file.write({"hours": 4})
    (tmp_path / "a.json.part").write_text('{"version": 1, "hou')
    assert file.read() == {"hours": 4}
    assert file.write({"hours": 5})
    assert StateFile(path, VERSION).read() == {"hours": 5}


def test_a_single_wrong_byte_is_never_believed(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    StateFile(path, VERSION).write(CONTENT)
    whole = path.read_bytes()
    for place in range(len(whole)):
        for bit in (0, 1, 4):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :])
            file = StateFile(path, VERSION)
            found = file.read()
            assert found is None or {key: found[key] for key in CONTENT} == CONTENT
            assert (found is None) is (file.loss is not None)


def test_a_file_without_a_checksum_is_one_of_an_earlier_program(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"version": 1, "hours": 2}')
    assert StateFile(tmp_path / "a.json", VERSION).read() == {"hours": 2}


CONTENT: dict[str, object] = {"hours": 127.25, "starts": 3, "motor": "pump", "sound": None}
