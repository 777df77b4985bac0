"""The table of a fleet: what is right becomes answers, what is wrong is told with row and column."""

from pathlib import Path

import pytest
from fleet_tables import COLUMNS, a_row, a_table

from edge_agent.fleet.table import Row, TableError, read_table


def read(file: Path) -> list[Row]:
    return read_table(file, {})


def test_each_row_is_an_agent(tmp_path: Path) -> None:
    first, second = read(a_table(tmp_path / "fleet.csv", a_row("pump-1"), a_row("pump-2", site="hall-2")))
    assert (first.number, first.agent, first.site, first.host) == (2, "pump-1", "hall-1", "localhost")
    assert (second.number, second.agent, second.site) == (3, "pump-2", "hall-2")
    assert first.answers["mqtt", "username"] == "pump-1"
    assert first.answers["mqtt", "tls", "cert_file"] == "agent.crt"
    assert first.answers["mqtt", "diagnosis"] == "false"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_spreadsheets_write_several_delimiters(tmp_path: Path, delimiter: str) -> None:
    file = a_table(tmp_path / "fleet.csv", a_row("pump-1"), delimiter=delimiter)
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n") + b"\r\n")
    assert [row.agent for row in read(file)] == ["pump-1"]


def test_an_agent_without_a_name_takes_that_of_its_motor(tmp_path: Path) -> None:
    file = a_table(tmp_path / "fleet.csv", a_row("", motor__id="fan"))
    assert read(file)[0].agent == "fan"


def test_a_value_for_all_rows_stands_where_a_cell_is_empty(tmp_path: Path) -> None:
    file = a_table(
        tmp_path / "fleet.csv", a_row("a", mqtt__heartbeat_s=""), a_row("b", mqtt__heartbeat_s="30")
    )
    rows = read_table(file, {("mqtt", "heartbeat_s"): "120"})
    assert [row.answers["mqtt", "heartbeat_s"] for row in rows] == ["120", "30"]


WRONG = {
    "motor.poles": ("x", "found the text 'x', expected a whole number"),
    "motor.rated_speed_rpm": ("1900", "synchronous speed"),
    "motor.line_frequency_hz": ("", "is empty or not in the header"),
    "motor.id": ("", "is empty or not in the header"),
    "agent.id": ("operator", "rights of its own"),
    "site": ("hall 1", "no name of a site"),
    "mqtt.prefix": ("a b", ""),
}


@pytest.mark.parametrize("column", WRONG)
def test_what_is_wrong_is_told_with_its_row_and_column(tmp_path: Path, column: str) -> None:
    value, words = WRONG[column]
    rows = [a_row("pump-1"), a_row("pump-2") | {column: value}]
    with pytest.raises(TableError) as caught:
        read(a_table(tmp_path / "fleet.csv", *rows))
    assert {(problem.row, problem.column) for problem in caught.value.problems} == {(3, column)}
    assert f"fleet.csv: row 3, column {column}: " in str(caught.value)
    assert words in str(caught.value)


def test_one_mistake_in_many_rows_is_told_once(tmp_path: Path) -> None:
    rows = [a_row(f"pump-{number}", motor__poles="x") for number in range(5)]
    with pytest.raises(TableError) as caught:
        read(a_table(tmp_path / "fleet.csv", *rows))
    assert len(caught.value.problems) == 5
    assert str(caught.value).count("\n") == 0
    assert "row 2 and 4 more, column motor.poles" in str(caught.value)


def test_rows_that_contradict_each_other_are_told(tmp_path: Path) -> None:
    rows = [a_row("a"), a_row("a", motor__id="other"), a_row("b", mqtt__host="elsewhere")]
    with pytest.raises(TableError) as caught:
        read(a_table(tmp_path / "fleet.csv", *rows))
    said = str(caught.value)
    assert "row 3, column agent.id: a is the agent of row 2 already" in said
    assert "row 4, column mqtt.host: elsewhere differs from localhost in row 2" in said


@pytest.mark.parametrize("column", ["mqtt.username", "mqtt.tls.ca_file", "version", "rated power", "poles "])
def test_a_column_that_is_none_or_ours_is_refused(tmp_path: Path, column: str) -> None:
    file = a_table(tmp_path / "fleet.csv", a_row("a") | {column: "1"})
    if column == "poles ":
        column = "poles"
    with pytest.raises(TableError) as caught:
        read(file)
    assert column in str(caught.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "holds no agent"),
        (b"agent.id\n", "holds no agent"),
        (b"agent.id\n\xff\xfe\n", "is not UTF-8"),
        (b'agent.id,motor.id\na,"b', "is no CSV"),
        (b"agent.id,agent.id\na,b\n", "more than once"),
        (",".join(COLUMNS).encode() + b"\n" + b"1," * 30 + b"\n", "has 31 cells, and the header has 11"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "fleet.csv"
    file.write_bytes(content)
    with pytest.raises(TableError, match=words):
        read(file)
