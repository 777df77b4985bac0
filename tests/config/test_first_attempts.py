"""Files that people write first for a DAQ that prints lines: `check` alone tells what to write instead."""

import pytest
from small_files import FILE, Folder

from edge_agent import cli

CHANNELS = FILE[FILE.index("channels:") : FILE.index("mqtt:")]
WITHOUT_CHANNELS = (CHANNELS, "")
WITHOUT_RATE = ("  rate_hz: 2000\n", "")
EXAMPLE = "{name: ia, kind: current, phase: a, unit: A, scale: <A per count>, offset: <counts at 0 A>}"


def checked(folder: Folder, capsys: pytest.CaptureFixture[str]) -> str:
    """Return all that `check` says of the file in a folder."""
    cli.main(["check", str(folder.file)])
    said = capsys.readouterr()
    return said.out + said.err


@pytest.mark.parametrize(
    ("changes", "wanted", "there_already"),
    [
        ((WITHOUT_CHANNELS, WITHOUT_RATE), ["acquisition.rate_hz, the scans a second", f"`- {EXAMPLE}`"], []),
        ((WITHOUT_CHANNELS,), [f"channels: with a line `- {EXAMPLE}`"], ["add acquisition.rate_hz"]),
        ((WITHOUT_RATE,), ["add acquisition.rate_hz, the scans a second"], ["{name: ia, kind"]),
    ],
)
def test_what_lines_without_a_description_lack_is_shown_as_it_is_to_be_written(
    folder: Folder, capsys, changes, wanted, there_already
):
    folder.load(*changes)
    said = checked(folder, capsys)
    assert all(text in said for text in wanted)
    assert not any(text in said for text in there_already)


def test_the_default_driver_is_said_to_read_no_lines(folder: Folder, capsys):
    folder.load(("  driver: csv_lines\n", ""), WITHOUT_RATE, WITHOUT_CHANNELS)
    assert "If the DAQ sends lines of text, as an Arduino does, set acquisition.driver: csv_lines" in checked(
        folder, capsys
    )


def test_a_channel_without_scale_is_told_how_counts_become_units(folder: Folder, capsys):
    folder.load(("unit: A, scale: 1}", "unit: A}"))
    said = checked(folder, capsys)
    assert "channels[0]: scale is missing" in said
    assert "add scale: <unit per count> and offset: <counts at zero>, or scale: 1" in said


@pytest.mark.parametrize(
    "channels",
    [
        "channels: [ia, ib, ic]\n",
        "channels:\n  - ia\n  - ib\n",
        "channels: [1, 2, 3]\n",
        "channels:\n  - [ia, a]\n",
    ],
)
def test_channels_that_are_mere_names_are_shown_how_a_channel_is_written(folder: Folder, channels: str):
    problems = folder.problems((CHANNELS, channels))
    assert all(problem.message.endswith(f"write it as {EXAMPLE}") for problem in problems.values())


@pytest.mark.parametrize("agent", ["agent: {id: t1}\n", ""], ids=["with an id", "without an id"])
@pytest.mark.parametrize(
    "columns",
    [
        "columns: [millis, ia, ib, ic]",
        "columns:\n    - millis\n    - ia\n    - ib\n    - ic",
        'columns: ["millis", "ia", "ib", "ic"]',
        "columns:\n  - millis\n  - ia\n  - ib\n  - ic",
    ],
)
def test_columns_are_a_list_in_any_way_of_yaml(folder: Folder, columns: str, agent: str):
    settings = folder.load(("rate_hz: 2000", f"rate_hz: 2000\n  {columns}"), ("agent: {id: t1}\n", agent))
    assert settings.acquisition.columns == ("millis", "ia", "ib", "ic")
    assert settings.serial_settings().columns == ("millis", "ia", "ib", "ic")


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ("millis,ia,ib,ic", "expected a list"),
        ("[]", "at least 1"),
        ("[millis, ia, ib, ia]", "two columns have one name"),
        ("[millis, 3, ib, ic]", "expected text"),
        ("{a: ia}", "expected a list"),
    ],
)
def test_columns_that_are_no_list_of_names_are_refused_in_one_line(folder: Folder, columns: str, said: str):
    problems = folder.problems(("rate_hz: 2000", f"rate_hz: 2000\n  columns: {columns}"))
    assert any(said in problem.message for problem in problems.values())
    assert not any("\n" in problem.message or r"\n" in str(problem) for problem in problems.values())


def test_columns_without_one_of_the_channels_are_refused(folder: Folder):
    problem = folder.problem(("rate_hz: 2000", "rate_hz: 2000\n  columns: [millis, ia, ib]"))
    assert "acquisition.columns names no column for ic" in problem.message


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ("[millis, ia, ib, ic]", "millis, ia, ib, ic; millis ignored\n"),
        ("[IA, IB, IC, t, n]", "IA, IB, IC, t, n; t, n ignored\n"),
        ("[ia, ib, ic]", "ia, ib, ic\n"),
    ],
)
def test_check_names_the_columns_and_those_that_are_ignored(folder: Folder, capsys, columns: str, said: str):
    folder.load(("rate_hz: 2000", f"rate_hz: 2000\n  columns: {columns}"))
    assert f"a line is one scan: {said}" in checked(folder, capsys)


def test_check_says_what_to_do_where_a_line_has_other_columns(folder: Folder, capsys):
    folder.load()
    assert "ia, ib, ic. If it has other columns, too, acquisition.columns" in checked(folder, capsys)
