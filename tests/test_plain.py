"""Foreign text cannot break the line of a message, nor speak to the terminal."""

import ast
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.plain import MAX_QUOTED, one_line, printable, quoted

ANY_TEXT = st.text(max_size=80) | st.text(
    "a \t\n\r\x1b\x00\x7f\u0085\u00a0\u2028\u202e\udc80'\"\\", max_size=80
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("motor 1", "motor 1"),
        ("M\u00fcller \u03a9", "M\u00fcller \u03a9"),
        ("a\nb", "a\\nb"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\x00", "\\x00"),
        ("\u202eabc", "\\u202eabc"),
        ("\udc80", "\\udc80"),
        ("\u00fc\n", "\u00fc\\n"),
        ("C:\\new", "C:\\new"),
    ],
)
def test_only_what_cannot_be_printed_is_written_as_its_escape(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(ANY_TEXT)
def test_what_is_shown_can_be_printed_and_is_not_changed_again(text: str) -> None:
    assert printable(text).isprintable()
    assert printable(printable(text)) == printable(text)


@given(st.text(st.characters(max_codepoint=127, exclude_characters="\\")))
def test_nothing_is_lost_of_what_is_shown(text: str) -> None:
    assert printable(text).encode("ascii").decode("unicode_escape") == text


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", ""),
        (" \n\t ", ""),
        ("one", "one"),
        ("  one\r\n   two\n\nthree\n", "one two three"),
        ("one\u00a0two\u2028three", "one two three"),
        ("one\n\x1b[2Jtwo", "one \\x1b[2Jtwo"),
    ],
)
def test_several_lines_become_one_with_single_blanks(text: str, line: str) -> None:
    assert one_line(text) == line


@given(ANY_TEXT)
def test_one_line_is_one_line(text: str) -> None:
    line = one_line(text)
    assert line.isprintable()
    assert line == line.strip()
    assert "  " not in line


@pytest.mark.parametrize(
    ("text", "shown"), [("", "''"), ("ia", "'ia'"), ("a\nb", "'a\\nb'"), ("it's", '"it\'s"')]
)
def test_a_short_text_is_quoted_whole(text: str, shown: str) -> None:
    assert quoted(text) == shown


def test_a_text_is_shortened_only_when_it_is_too_long() -> None:
    assert quoted(MAX_QUOTED * "x") == repr(MAX_QUOTED * "x")
    assert quoted(MAX_QUOTED * "x" + "y") == repr(MAX_QUOTED * "x" + "...")


@given(ANY_TEXT)
def test_what_is_quoted_can_be_printed_and_is_the_beginning_of_the_text(text: str) -> None:
    assert quoted(text).isprintable()
    inside = ast.literal_eval(quoted(text))
    assert inside == (text if len(text) <= MAX_QUOTED else text[:MAX_QUOTED] + "...")


_FOREIGN = re.compile(r'print\((?:str\()?(?:f".*\{)?(?:error|problem|sentence)\b')
"""A message that repeats foreign text without `one_line` or `printable`."""


@pytest.mark.parametrize("package", ["edge_agent", "calibration"])
def test_no_command_prints_foreign_text_as_it_came(package: str) -> None:
    files = sorted((Path(__file__).resolve().parents[1] / package / "commands").glob("*.py"))
    assert files
    for file in files:
        lines = [line for line in file.read_text().splitlines() if "one_line" not in line]
        assert not [line for line in lines if _FOREIGN.search(line)], file.name
