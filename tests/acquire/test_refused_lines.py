"""Of lines that are refused, the most frequent kind is told, with what to do about it."""

import pytest

from edge_agent.acquire.drivers.decoder import Unread
from edge_agent.acquire.drivers.line_styles import LineError
from edge_agent.acquire.drivers.refused_lines import RefusedLines, recognise_lines
from edge_agent.acquire.settings import WANTED_CHANNELS, WANTED_RATE
from edge_agent.acquire.source import Silence


def add(lines: RefusedLines, line: bytes, counted: str = "malformed", columns: int = 0, times: int = 1):
    for _ in range(times):
        lines.add(line, LineError(counted, f"bad {counted}", columns), lambda *_: f"mend {counted} {columns}")


def unread(sample: bytes, refused: int = 0, pace: float | None = None) -> Unread:
    return Unread(sample, len(sample), refused, pace)


def explain(lines: RefusedLines, what: Unread, **said) -> Silence | None:
    known = {"described": True, "channels": True, "rate": True, "header": ()} | said
    return lines.explain(what, **known)


def test_where_nothing_was_refused_there_is_nothing_to_tell() -> None:
    assert RefusedLines().text is None
    assert RefusedLines().advice == ""


def test_the_first_line_of_a_kind_is_shown() -> None:
    lines = RefusedLines()
    add(lines, b"one")
    add(lines, b"two")
    assert lines.text == "bad malformed: 'one'"
    assert lines.advice == "mend malformed 0"


def test_the_most_frequent_kind_is_told_and_the_earlier_of_two_equals() -> None:
    lines = RefusedLines()
    add(lines, b"a", "malformed")
    add(lines, b"b", "columns", 3)
    assert lines.advice == "mend malformed 0"
    add(lines, b"c", "columns", 3)
    assert lines.text == "bad columns: 'b'"
    assert lines.advice == "mend columns 3"


def test_lines_with_other_numbers_of_columns_are_other_kinds() -> None:
    lines = RefusedLines()
    add(lines, b"a", "columns", 3, times=2)
    add(lines, b"b", "columns", 4, times=3)
    assert lines.text == "bad columns: 'b'"


def test_advice_is_asked_for_once_for_each_kind() -> None:
    lines, asked = RefusedLines(), []

    def advise(line: bytes, error: LineError) -> str:
        asked.append((line, error.columns))
        return ""

    for line, columns in ((b"a", 1), (b"b", 1), (b"c", 2), (b"d", 1)):
        lines.add(line, LineError("columns", "why", columns), advise)
    assert asked == [(b"a", 1), (b"c", 2)]


def test_kinds_beyond_the_sixteenth_are_not_kept_but_known_ones_go_on() -> None:
    lines = RefusedLines()
    for columns in range(16):
        add(lines, b"x", "columns", columns)
    add(lines, b"y", "columns", 99, times=5)
    assert lines.advice == "mend columns 0"
    add(lines, b"z", "columns", 15)
    assert lines.advice == "mend columns 15"


def test_what_is_forgotten_is_not_told_again() -> None:
    lines = RefusedLines()
    add(lines, b"old", times=9)
    lines.forget()
    assert lines.text is None
    add(lines, b"new", "columns", 2)
    assert lines.text == "bad columns: 'new'"


@pytest.mark.parametrize("sample", [b"", b"\0" * 64, bytes(range(256))])
def test_bytes_that_are_not_text_are_not_explained(sample: bytes) -> None:
    lines = RefusedLines()
    add(lines, b"a")
    assert explain(lines, unread(sample, 1)) is None
    assert recognise_lines(unread(sample), "block frames") is None


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_is_named_whatever_else_was_refused(encoding: str) -> None:
    lines, sample = RefusedLines(), "1,2\n3,4\n5,6\n".encode(encoding)
    add(lines, b"a")
    silence = explain(lines, unread(sample, 3))
    assert silence is not None
    assert (silence.key, silence.quantity, silence.refused) == ("utf16", "refused_bytes", len(sample))
    assert "UTF-16 arrive: '3,4'; let the DAQ send ASCII or UTF-8" in silence.text


@pytest.mark.parametrize(
    ("sample", "said"),
    [
        (b"hello", "text arrives without an end of line: 'hello'"),
        (b"hello\n", "text arrives that is not a scan: 'hello'"),
        (b"hello\r", "text arrives that is not a scan: 'hello'"),
    ],
)
def test_text_without_refused_lines_is_told_by_whether_its_lines_end(sample: bytes, said: str) -> None:
    silence = explain(RefusedLines(), unread(sample))
    assert silence is not None
    assert silence.key == "no scans"
    assert silence.text.startswith(said)
    assert silence.text.endswith(f"({len(sample)} bytes came)")


def test_refused_lines_are_counted_and_told_with_their_pace_and_advice() -> None:
    lines = RefusedLines()
    add(lines, b"a")
    assert explain(lines, unread(b"a\n", 7, 12.4)) == Silence(
        "refused lines",
        "7 lines came, about 12 a second, but they are not scans: bad malformed: 'a'; mend malformed 0",
        "refused_lines",
        7,
    )


def test_without_advice_the_reason_stands_alone() -> None:
    lines = RefusedLines()
    lines.add(b"a", LineError("malformed", "why"), lambda *_: "")
    silence = explain(lines, unread(b"a\n", 1))
    assert silence is not None
    assert silence.text == "1 lines came, but they are not scans: why: 'a'"


@pytest.mark.parametrize(
    ("channels", "rate", "wanted"),
    [
        (False, False, f"put into the YAML {WANTED_CHANNELS}, and {WANTED_RATE}"),
        (True, False, f"put into the YAML {WANTED_RATE}"),
        (False, True, f"put into the YAML {WANTED_CHANNELS}"),
    ],
)
def test_where_nothing_describes_the_lines_what_is_missing_in_the_yaml_is_told(
    channels: bool, rate: bool, wanted: str
) -> None:
    lines = RefusedLines()
    add(lines, b"a")
    silence = explain(lines, unread(b"a\n", 1), described=False, channels=channels, rate=rate)
    assert silence is not None
    assert silence.text.endswith(f"'a'; {wanted}")
    named = explain(
        lines, unread(b"a\n", 1), described=False, channels=channels, rate=rate, header=("ia", "ib")
    )
    assert named is not None
    assert f"{wanted}; the header names ia, ib: channels with these names are found" in named.text


@pytest.mark.parametrize("encoding", ["ascii", "utf-16-le", "utf-16-be"])
def test_another_driver_is_told_that_lines_come_and_what_to_set(encoding: str) -> None:
    hint = recognise_lines(unread("1,2\n3,4\n5".encode(encoding), pace=1000.0), "block frames")
    assert hint is not None
    assert hint.startswith("lines of text come, about 1000 a second, not block frames: '3,4'; set")
    assert "csv_lines" in hint
    assert WANTED_RATE in hint
    assert WANTED_CHANNELS in hint
