"""The file: hours that go on, bounds, readers beside the writer, and files that are none."""

import sqlite3
from pathlib import Path

import pytest
from hours import NOW_HOUR, a_tally, rows_in

from edge_agent.publish.store.event_file import DamagedFileError, NewerFileError
from edge_agent.trend.trend_file import Bounds, TrendFile


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "motor #7?%20.sqlite3"


def a_file(path: Path, **bounds: int) -> TrendFile:
    return TrendFile(path, Bounds(**bounds))


def test_an_hour_that_is_over_becomes_rows(path: Path) -> None:
    file = a_file(path)
    file.add({NOW_HOUR - 1: a_tally(0.1, 0.2, 0.3)}, running_hour=NOW_HOUR)
    (row,) = file.read()
    assert (row.hour, row.looks, row.median_bars) == (NOW_HOUR - 1, 3, 0.2)
    file.close()
    assert rows_in(path) == [row]


def test_an_hour_that_goes_on_after_a_restart_is_exact_and_not_counted_twice(path: Path) -> None:
    for bars in ((0.1, 0.9), (0.2,), (0.3, 0.4)):
        file = a_file(path)
        file.add({NOW_HOUR: a_tally(*bars)}, running_hour=NOW_HOUR)
        file.close()
    (row,) = rows_in(path)
    assert (row.looks, row.windows, row.median_bars) == (5, 5, 0.3)
    file = a_file(path)
    file.add({NOW_HOUR: a_tally(0.35)}, running_hour=NOW_HOUR + 1)
    (row,) = file.read()
    assert (row.looks, row.median_bars) == (6, pytest.approx(0.325))
    file.add({}, running_hour=NOW_HOUR + 2)
    assert file.read() == [row]
    file.close()


def test_an_hour_that_the_clock_passes_twice_is_counted_once_each_time(path: Path) -> None:
    file = a_file(path)
    for _ in range(2):
        file.add({NOW_HOUR: a_tally(0.1, refusals={"unsteady": 3})}, running_hour=NOW_HOUR + 1)
    (row,) = file.read()
    assert (row.windows, row.looks, row.refusals) == (8, 2, {"unsteady": 6})
    file.close()


def test_rows_are_read_from_an_hour_on(path: Path) -> None:
    file = a_file(path)
    file.add({hour: a_tally(0.1) for hour in range(10)}, running_hour=9)
    assert [row.hour for row in file.read(7)] == [7, 8, 9]
    file.close()


def test_the_oldest_hours_go_and_a_clock_far_ahead_takes_none_with_it(path: Path) -> None:
    file = a_file(path, max_hours=5)
    for hour in (*range(100, 108), 2_000_000, *range(108, 110)):
        file.add({hour: a_tally(0.1)}, running_hour=3_000_000)
    assert [row.hour for row in file.read()] == [106, 107, 108, 109, 2_000_000]
    file.close()


def test_the_size_is_bounded_and_the_newest_stay(path: Path) -> None:
    file = a_file(path, max_bytes=100_000)
    for hour in range(0, 6000, 50):
        file.add({each: a_tally(0.1) for each in range(hour, hour + 50)}, running_hour=10_000)
    hours = [row.hour for row in file.read()]
    file.close()
    assert hours == list(range(hours[0], 6000))
    assert len(hours) > 200
    assert path.stat().st_size < 150_000


def test_others_read_while_it_is_written_and_change_nothing(path: Path) -> None:
    file = a_file(path)
    for hour in range(5):
        file.add({hour: a_tally(0.1)}, running_hour=10)
        assert [row.hour for row in rows_in(path)] == list(range(hour + 1))
    reader = TrendFile(path, Bounds(), read_only=True)
    file.add({5: a_tally(0.1)}, running_hour=10)
    assert len(reader.read()) == 6
    with pytest.raises(sqlite3.Error, match="readonly"):
        reader.add({6: a_tally(0.1)}, running_hour=10)
    reader.close()
    file.close()


def test_a_file_without_tables_yet_has_no_rows(path: Path) -> None:
    path.touch()
    assert rows_in(path) == []


def test_one_that_is_not_there_cannot_be_read_and_is_not_made(path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError, match="unable to open"):
        rows_in(path)
    assert not path.exists()


def test_a_newer_file_says_so(path: Path) -> None:
    a_file(path).close()
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version = 2")
    database.close()
    with pytest.raises(NewerFileError, match="version 2, this program knows 1"):
        a_file(path)


@pytest.mark.parametrize("content", [b"x" * 5000, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_file_that_is_no_database_is_damaged(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(DamagedFileError):
        a_file(path)


def test_a_database_of_something_else_is_damaged(path: Path) -> None:
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE other (a)")
    database.close()
    with pytest.raises(DamagedFileError, match="tables are missing"):
        a_file(path)


@pytest.mark.parametrize("table", ["hour", "open_hour"])
def test_a_row_that_has_changed_is_left_out_and_the_others_stay(path: Path, table: str) -> None:
    file = a_file(path)
    file.add({1: a_tally(0.1), 2: a_tally(0.1), 3: a_tally(0.1)}, running_hour=3)
    file.close()
    database = sqlite3.connect(path)
    database.execute(f"UPDATE {table} SET crc32 = crc32 + 1 WHERE hour >= 2")
    database.commit()
    database.close()
    file = a_file(path)
    assert [row.hour for row in file.read()] == ([1, 3] if table == "hour" else [1, 2])
    assert file.rows_left_out == 1
    file.add({2: a_tally(0.7), 3: a_tally(0.7)}, running_hour=4)
    assert [row.median_bars for row in file.read()][-1] == pytest.approx(0.4 if table == "hour" else 0.7)
    file.close()


@pytest.mark.parametrize("table", ["hour", "open_hour"])
def test_a_row_that_has_changed_is_counted_once_and_goes(path: Path, table: str) -> None:
    file = a_file(path)
    file.add({1: a_tally(0.1), 2: a_tally(0.1), 3: a_tally(0.1)}, running_hour=3)
    file._database.execute(f"UPDATE {table} SET crc32 = crc32 + 1 WHERE hour >= 2")
    for _ in range(3):
        file.read()
        assert file.rows_left_out == 1
    assert file.drop_left_out() == 1
    assert [row.hour for row in file.read()] == ([1, 3] if table == "hour" else [1, 2])
    assert (file.rows_left_out, file.drop_left_out()) == (0, 0)
    file.close()
