"""Paths count from the folder of the YAML file; text for people is what a terminal can show."""

from pathlib import Path
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AfterValidator, TypeAdapter, ValidationError

from edge_agent.config.values import ExistingFile, Printable, as_tuple, from_folder

ANY_PATH: TypeAdapter[Path] = TypeAdapter(Annotated[Path, AfterValidator(from_folder)])
EXISTING: TypeAdapter[Path] = TypeAdapter(ExistingFile)
TEXT: TypeAdapter[str] = TypeAdapter(Printable)
PART = st.text(st.characters(codec="utf-8", exclude_characters="/\0~"), min_size=1, max_size=20)


def refused(kind: TypeAdapter[Path], path: str | Path, folder: Path) -> str:
    with pytest.raises(ValidationError) as raised:
        kind.validate_python(path, context={"folder": folder})
    (error,) = raised.value.errors()
    return str(error["msg"])


@given(st.lists(PART, min_size=1, max_size=4))
def test_a_relative_path_counts_from_the_folder_and_an_absolute_one_from_the_root(parts: list[str]) -> None:
    folder = Path("/etc/edge-agent")
    relative = "/".join(parts)
    assert ANY_PATH.validate_python(relative, context={"folder": folder}) == folder / relative
    assert ANY_PATH.validate_python(f"/{relative}", context={"folder": folder}) == Path(f"/{relative}")


def test_without_a_file_a_relative_path_stays_one() -> None:
    assert ANY_PATH.validate_python("state") == Path("state")


def test_a_tilde_is_the_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    context = {"folder": Path("/elsewhere")}
    assert ANY_PATH.validate_python("~/state", context=context) == tmp_path / "state"
    assert ANY_PATH.validate_python("a~b", context=context) == Path("/elsewhere/a~b")


def test_the_home_of_nobody_is_refused(tmp_path: Path) -> None:
    assert "there is no such home folder; write the whole path" in refused(
        ANY_PATH, "~nobody-here/state", tmp_path
    )


@pytest.mark.parametrize("kind", [ANY_PATH, EXISTING])
def test_a_zero_is_in_no_path(kind: TypeAdapter[Path], tmp_path: Path) -> None:
    assert "'a\\x00b' holds a character that no path may hold (code 0)" in refused(kind, "a\0b", tmp_path)


def test_what_the_file_system_cannot_encode_is_refused_with_what_to_set(tmp_path: Path) -> None:
    assert "set LC_ALL=C.UTF-8" in refused(ANY_PATH, Path("\ud800"), tmp_path)


def test_a_file_that_is_there_is_found_from_the_folder(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").touch()
    found = EXISTING.validate_python("model.onnx", context={"folder": tmp_path})
    assert found == tmp_path / "model.onnx"


@pytest.mark.parametrize("path", ["gone", ".", "model.onnx/x"])
def test_what_is_no_file_is_named_with_the_whole_path_that_was_looked_at(tmp_path: Path, path: str) -> None:
    (tmp_path / "model.onnx").touch()
    message = refused(EXISTING, path, tmp_path)
    assert f"there is no file {tmp_path / path}; a relative path counts from the folder" in message


def test_a_path_that_the_system_does_not_look_at_is_refused_in_its_words(tmp_path: Path) -> None:
    assert "cannot be looked at: File name too long" in refused(EXISTING, "x" * 300, tmp_path)


@given(st.text(max_size=300))
def test_text_is_taken_exactly_where_it_fits_on_a_line_and_can_be_printed(text: str) -> None:
    if text.isprintable() and len(text) <= 256:
        assert TEXT.validate_python(text) == text
    else:
        with pytest.raises(ValidationError):
            TEXT.validate_python(text)


@pytest.mark.parametrize(("length", "taken"), [(256, True), (257, False)])
def test_text_has_at_most_256_characters(length: int, taken: bool) -> None:
    if taken:
        assert TEXT.validate_python("x" * length) == "x" * length
    else:
        with pytest.raises(ValidationError, match="at most 256 characters"):
            TEXT.validate_python("x" * length)


def test_what_cannot_be_printed_is_told_as_an_escape() -> None:
    with pytest.raises(ValidationError) as raised:
        TEXT.validate_python("a\x1b[2Jb")
    assert "'a\\x1b[2Jb' holds a character that cannot be printed; remove it" in str(raised.value)


@given(st.none() | st.integers() | st.text() | st.lists(st.integers()) | st.tuples(st.integers()))
def test_a_list_becomes_a_tuple_and_nothing_else_changes(given_value: object) -> None:
    taken = as_tuple(given_value)
    if isinstance(given_value, list):
        assert isinstance(taken, tuple)
        assert list(taken) == given_value
    else:
        assert taken is given_value
