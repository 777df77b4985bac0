"""Pages, frames and records of files that SQLite wrote, read without SQLite."""

import sqlite3
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.publish.store.pages import Images, Record, records

VALUES = (
    st.none()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40)
    | st.binary(max_size=3000)
)
PAGE_BYTES = [512, 1024, 4096, 65_536]


def a_database(rows: dict[int, list[object]], columns: int, page_bytes: int = 4096) -> bytes:
    """Return a file with one table whose columns have no type, so that values stay as they are."""
    database = sqlite3.connect(":memory:")
    database.execute(f"PRAGMA page_size = {page_bytes}")
    names = ", ".join(f"c{i}" for i in range(columns))
    database.execute(f"CREATE TABLE t ({names})")
    for rowid, row in rows.items():
        marks = ", ".join("?" * (columns + 1))
        database.execute(f"INSERT INTO t (rowid, {names}) VALUES ({marks})", (rowid, *row))
    database.commit()
    content = database.serialize()
    database.close()
    return content


def of_the_table(images: Images, page_bytes: int, columns: int) -> dict[int, Record]:
    """Return the records of the table; that of the schema has five columns, and the first one is `table`."""
    found = [record for record in records(images, page_bytes) if record.values[:1] != (b"table",)]
    assert all(len(record.values) == columns for record in found)
    return {record.rowid: record for record in found}


def kind_of(value: object) -> str:
    if value is None:
        return "n"
    return {int: "i", float: "r", str: "t", bytes: "b"}[type(value)]


def stored(value: object) -> object:
    return value.encode() if isinstance(value, str) else value


def a_log(tmp_path: Path, commits: int) -> Images:
    """Return both files after so many transactions that went to the log alone."""
    path = tmp_path / "events.db"
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("CREATE TABLE t (c)")
    database.commit()
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for number in range(commits):
        database.execute("INSERT INTO t VALUES (?)", (number,))
        database.commit()
    images = Images.read(path)
    database.close()
    return images


@settings(max_examples=60, deadline=None)
@given(
    rows=st.dictionaries(st.integers(0, 2**63 - 1), st.lists(VALUES, min_size=3, max_size=3), max_size=8),
    page_bytes=st.sampled_from(PAGE_BYTES),
)
def test_every_row_that_sqlite_wrote_is_read_with_the_kinds_of_its_columns(
    rows: dict[int, list[object]], page_bytes: int
) -> None:
    found = of_the_table(Images(a_database(rows, 3, page_bytes), b""), page_bytes, 3)
    assert found.keys() == rows.keys()
    for rowid, row in rows.items():
        values, kinds = found[rowid].values, found[rowid].kinds
        for value, read, kind in zip(row, values, kinds, strict=True):
            assert read == stored(value)
            assert kind == kind_of(value)


@pytest.mark.parametrize("size", [0, 1, 470, 477, 478, 479, 500, 5000, 100_000])
def test_a_value_is_read_whole_however_far_it_flows_over_to_other_pages(size: int) -> None:
    value = bytes(range(256)) * (size // 256) + bytes(size % 256)
    images = Images(a_database({1: [value]}, 1, 512), b"")
    assert of_the_table(images, 512, 1)[1].values == (value,)


def test_rows_on_many_pages_are_all_found() -> None:
    images = Images(a_database({number: [number] for number in range(2000)}, 1, 512), b"")
    found = of_the_table(images, 512, 1)
    assert {rowid: record.values for rowid, record in found.items()} == {n: (n,) for n in range(2000)}


def test_a_damaged_page_costs_its_own_rows_alone() -> None:
    whole = a_database({number: [number] for number in range(2000)}, 1, 512)
    leaves = [at for at in range(512, len(whole), 512) if whole[at] == 0x0D]
    damaged = whole[: leaves[3]] + b"\xff" * 512 + whole[leaves[3] + 512 :]
    missing = (
        of_the_table(Images(whole, b""), 512, 1).keys() - of_the_table(Images(damaged, b""), 512, 1).keys()
    )
    cells = int.from_bytes(whole[leaves[3] + 3 : leaves[3] + 5], "big")
    assert len(missing) == cells
    assert max(missing) - min(missing) == cells - 1


@pytest.mark.parametrize("page_bytes", PAGE_BYTES)
def test_the_page_size_is_that_of_the_header_before_the_usual_one(page_bytes: int) -> None:
    sizes = Images(a_database({}, 1, page_bytes), b"").page_sizes()
    assert sizes == list(dict.fromkeys([page_bytes, 4096]))


@pytest.mark.parametrize("told", [0, 2, 511, 513, 1000, 65_535])
def test_a_page_size_that_sqlite_does_not_allow_is_not_believed(told: int) -> None:
    assert Images(bytes(16) + struct.pack(">H", told), b"").page_sizes() == [4096]


def test_files_that_are_not_there_count_as_empty(tmp_path: Path) -> None:
    images = Images.read(tmp_path / "none.db")
    assert images == Images(b"", b"")
    assert images.page_sizes() == [4096]
    assert images.commits_after(0) == 0
    assert list(records(images, 4096)) == []


def test_a_folder_in_place_of_the_file_counts_as_empty(tmp_path: Path) -> None:
    assert Images.read(tmp_path) == Images(b"", b"")


@pytest.mark.parametrize("commits", [0, 1, 5])
def test_each_transaction_of_one_page_is_a_frame(tmp_path: Path, commits: int) -> None:
    images = a_log(tmp_path, commits)
    assert [images.commits_after(frame) for frame in range(commits + 1)] == [*range(commits, -1, -1)]
    assert {record.values for record in of_the_table(images, 4096, 1).values()} == {
        (number,) for number in range(commits)
    }


def test_rows_in_the_log_alone_are_not_in_the_file(tmp_path: Path) -> None:
    images = a_log(tmp_path, 3)
    assert of_the_table(Images(images.database, b""), 4096, 1) == {}


@pytest.mark.parametrize("cut", [1, 2000, 4096, 4119])
def test_a_last_frame_that_was_cut_short_does_not_count(tmp_path: Path, cut: int) -> None:
    images = a_log(tmp_path, 3)
    assert Images(images.database, images.log[:-cut]).commits_after(0) == 2


@pytest.mark.parametrize("place", [-1, -4096, -4097, -4120])
def test_a_last_frame_with_another_byte_does_not_count(tmp_path: Path, place: int) -> None:
    images = a_log(tmp_path, 3)
    log = bytearray(images.log)
    log[place] ^= 1
    assert Images(images.database, bytes(log)).commits_after(0) == 2


def test_a_damaged_frame_before_the_last_one_still_counts(tmp_path: Path) -> None:
    images = a_log(tmp_path, 3)
    log = bytearray(images.log)
    log[32 + 24 + 2000] ^= 1
    assert Images(images.database, bytes(log)).commits_after(0) == 3


@pytest.mark.parametrize("damaged", range(5))
def test_behind_a_damaged_frame_nothing_is_read_and_its_page_is_taken_from_the_next_one(
    tmp_path: Path, damaged: int
) -> None:
    images = a_log(tmp_path, 5)
    assert images.commits_unread() == 0
    log = bytearray(images.log)
    log[32 + damaged * (24 + 4096) + 24 + 2000] ^= 1
    harmed = Images(images.database, bytes(log))
    assert harmed.commits_unread() == (0 if damaged == 4 else 5 - damaged)  # the last one was not finished
    assert len(of_the_table(Images(harmed.joined(), b""), 4096, 1)) == (4 if damaged == 4 else 5)


def test_the_log_can_be_read_alone(tmp_path: Path) -> None:
    images = a_log(tmp_path, 2)
    path = tmp_path / "again.db"
    path.write_bytes(images.database)
    path.with_name("again.db-wal").write_bytes(images.log)
    assert Images.read_log(path) == Images(b"", images.log)


def test_frames_of_the_round_before_do_not_count(tmp_path: Path) -> None:
    images = a_log(tmp_path, 2)
    stale = bytearray(images.log[32:])
    for at in range(0, len(stale), 24 + 4096):
        stale[at + 8] ^= 0xFF
    assert Images(images.database, images.log + bytes(stale)).commits_after(0) == 2


@settings(max_examples=100, deadline=None)
@given(
    database=st.binary(max_size=3000), log=st.binary(max_size=3000), page_bytes=st.sampled_from([512, 1024])
)
def test_any_bytes_at_all_are_read_without_an_error(database: bytes, log: bytes, page_bytes: int) -> None:
    images = Images(database, log)
    assert images.commits_after(0) >= images.commits_unread() >= 0
    images.joined()
    list(records(images, page_bytes))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4095), st.integers(0, 255)), max_size=30))
def test_a_file_with_any_bytes_changed_is_read_without_an_error(changes: list[tuple[int, int]]) -> None:
    content = bytearray(a_database({n: [n, "x" * 90 * n] for n in range(12)}, 2, 512))
    for place, byte in changes:
        content[place % len(content)] = byte
    list(records(Images(bytes(content), b""), 512))
