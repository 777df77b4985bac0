"""Unknown lines as a table of numbers."""

import numpy as np
import pytest
from unknown_lines import counts, lines, plain

from edge_agent.acquire.guess_table import read_table

TABLE = counts(0.1)


@pytest.mark.parametrize("separator", [",", ";", "\t", " ", ", "])
def test_any_separator_gives_the_same_table(separator: str) -> None:
    found = read_table(lines(TABLE, lambda row: separator.join(f"{value:.0f}" for value in row)))
    assert found is not None
    assert found.names is None
    assert np.array_equal(found.values[:-1], TABLE[: len(found.values) - 1])


def test_decimal_commas_are_no_separators_where_something_else_separates() -> None:
    found = read_table(lines(TABLE / 8, lambda row: "; ".join(f"{v:.3f}".replace(".", ",") for v in row)))
    assert found is not None
    assert found.written == "with decimal commas"
    assert np.array_equal(found.values, TABLE[: len(found.values)] / 8)


def test_a_separator_at_the_end_is_no_column() -> None:
    found = read_table(lines(TABLE, lambda row: plain(row) + ","))
    assert found is not None
    assert found.values.shape[1] == 4


@pytest.mark.parametrize("header", ["a,b,c,d", "# a, b, c, d", '"a","b","c","d [g]"'])
def test_a_header_names_the_columns_if_it_names_all(header: str) -> None:
    found = read_table(lines(TABLE, plain, f"{header}\r\n"))
    assert found is not None
    assert (found.names, found.named_by) == (("a", "b", "c", "d"), "header")


def test_boot_messages_and_broken_lines_are_left_out() -> None:
    text = lines(TABLE, plain, "rst cause:2, boot mode:(3,6)\r\nready\r\n").replace(
        b"\r\n", b"\r\n7,8\r\n", 3
    )
    found = read_table(text)
    assert found is not None
    assert found.values.shape[1] == 4


def test_a_missing_value_is_nan() -> None:
    found = read_table(lines(TABLE, lambda row: plain(row[:3]) + ",ovf"))
    assert found is not None
    assert np.isnan(found.values[:, 3]).all()


@pytest.mark.parametrize("data", [b"", b"1,2,3\n1,2,3\n", b"hello world\n" * 50, b"1,2\n1,2,3\n1\n" * 30])
def test_what_is_no_table_is_none(data: bytes) -> None:
    assert read_table(data) is None
