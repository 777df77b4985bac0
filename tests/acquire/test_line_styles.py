"""Numbers, words and names of a line are read as the device meant them, or refused with a reason."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.acquire.drivers import line_styles
from edge_agent.acquire.drivers.line_styles import LineError

FINITE = st.floats(allow_nan=False, allow_infinity=False)


@given(FINITE)
def test_a_number_is_read_as_it_was_written(value: float) -> None:
    assert line_styles.value_of(repr(value).encode()) == value


@given(st.integers(-(10**9), 10**9), st.integers(0, 999))
def test_a_decimal_comma_becomes_a_point(whole: int, thousandths: int) -> None:
    field = f"{whole},{thousandths:03d}".encode()
    assert line_styles.with_point(field) == field.replace(b",", b".")


@pytest.mark.parametrize("field", [b"", b"1", b"1.5", b"1,", b"1,2,3", b"a,b", b"1.000,5", b","])
def test_what_has_no_decimal_comma_is_left_alone(field: bytes) -> None:
    assert line_styles.with_point(field) == field


@pytest.mark.parametrize(
    "field",
    [
        b"",
        b"nan",
        b"-NaN",
        b"nan(ind)",
        b"1.#QNAN",
        b"-1.#IND",
        b"OVL",
        b"overload",
        b"O.L",
        b"o/l",
        b"null",
        b"None",
        b"n/a",
        b"#N/A",
        b"---",
        b"***",
        b"?",
        b"err",
        b"no data",
        b"err:3",
        b"Error 12",
        b">max",
    ],
)
def test_where_a_device_says_that_it_has_no_value_there_is_none(field: bytes) -> None:
    assert math.isnan(line_styles.value_of(field))


@pytest.mark.parametrize("field", [b"0x1F", b"-0x10", b"1F", b"7f3a", b"1e"])
def test_hexadecimal_numbers_are_refused_as_such(field: bytes) -> None:
    with pytest.raises(LineError, match="is hexadecimal, decimal numbers are expected") as error:
        line_styles.value_of(field)
    assert error.value.counted == "malformed"


@pytest.mark.parametrize("field", [b"1_000", b"1.2.3", b"1x", b"--1", b"\xff\xfe", b"12:30", b"1 2", b"\0"])
def test_what_is_neither_a_number_nor_words_is_refused(field: bytes) -> None:
    with pytest.raises(LineError, match="is not a number"):
        line_styles.value_of(field)


@given(st.binary(max_size=40))
def test_no_field_raises_anything_but_a_line_error(field: bytes) -> None:
    try:
        value, problem = line_styles.value_of(field), None
    except LineError as error:
        value, problem = None, error
    assert isinstance(value, float) or (problem is not None and str(problem).isprintable())


@pytest.mark.parametrize(
    ("field", "words"),
    [
        (b"no data", True),
        (b"ready", True),
        (b"err:3", True),
        (b"nan", False),
        (b"OPEN", False),
        (b"", False),
        (b"1.5", False),
        (b"---", False),
    ],
)
def test_words_are_told_from_what_usually_stands_for_no_value(field: bytes, words: bool) -> None:
    assert line_styles.is_words(field) is words


@given(st.binary(max_size=200))
def test_a_shown_line_is_printable_and_short(line: bytes) -> None:
    shown = line_styles.show(line)
    assert shown.isprintable()
    assert len(shown) <= 63
    assert (shown[0], shown[-1]) == ("'", "'")


def test_only_a_line_that_is_too_long_is_cut() -> None:
    assert line_styles.show(b"7" * 60) == f"'{'7' * 60}'"
    assert line_styles.show(b"7" * 61) == f"'{'7' * 60}…'"


def test_a_shown_line_escapes_what_cannot_be_printed() -> None:
    assert line_styles.show(b"1\t2\0\xb5") == r"'1\t2\x00\xb5'"


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        (b"1,2;3\t4 5", [b"1", b"2", b"3", b"4", b"5"]),
        (b"1, 2,  3", [b"1", b"2", b"3"]),
        (b"1,,3,", [b"1", b"", b"3", b""]),
        (b"  1   2  ", [b"1", b"2"]),
        (b"", [b""]),
    ],
)
def test_a_plain_line_is_split_at_every_separator(line: bytes, fields: list[bytes]) -> None:
    assert line_styles.split_plain(line) == fields


def test_strong_separators_leave_commas_and_blanks_in_the_fields() -> None:
    assert line_styles.split_strong(b"1,5;2 A\t3") == [b"1,5", b"2 A", b"3"]
    assert line_styles.split_strong(b"1,5 2") is None


def test_commas_alone_leave_blanks_within_the_fields() -> None:
    assert line_styles.split_commas(b"no data, 1 A ,3") == [b"no data", b"1 A", b"3"]
    assert line_styles.split_commas(b"1 2;3") is None


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        (b"1,5;2,5", [b"1.5", b"2.5"]),
        (b"1,5 -2,5e3\t3", [b"1,5 -2,5e3", b"3"]),
        (b"1,5   2", [b"1.5", b"2"]),
        (b"1.5;2.5", None),
    ],
)
def test_a_line_with_decimal_commas_is_split_at_what_else_separates(
    line: bytes, fields: list[bytes] | None
) -> None:
    assert line_styles.split_decimal_comma(line) == fields


@pytest.mark.parametrize(
    ("line", "bare"),
    [
        (b"1,2", b"1,2"),
        (b'"1","2"', b"1,2"),
        (b"'1';'2'", b"1;2"),
        (b'"1,5";"2,5"', b"1,5;2,5"),
        (b'"1,5","2,5"', b'"1,5","2,5"'),
        (b'"1', b"1"),
    ],
)
def test_quotes_are_taken_off_unless_a_comma_within_them_is_doubtful(line: bytes, bare: bytes) -> None:
    assert line_styles.unquoted(line) == bare


@pytest.mark.parametrize(
    ("line", "number", "unit"),
    [
        (b"1.5A", b"1.5", b"A"),
        (b"-2,5 mm/s", b"-2,5", b"mm/s"),
        (b"1e3 rpm", b"1e3", b"rpm"),
        (b"50%", b"50", b"%"),
        (b"5 \xb5A", b"5", b"\xb5A"),
    ],
)
def test_a_number_and_its_unit_are_told_apart(line: bytes, number: bytes, unit: bytes) -> None:
    match = line_styles.WITH_UNIT.fullmatch(line)
    assert match is not None
    assert match.groups() == (number, unit)


@pytest.mark.parametrize("line", [b"0x1F", b"1.5D+03", b"12", b"A", b""])
def test_hexadecimal_and_fortran_numbers_are_not_numbers_with_a_unit(line: bytes) -> None:
    assert line_styles.WITH_UNIT.fullmatch(line) is None


@pytest.mark.parametrize(
    ("line", "names"),
    [
        (b"ia,ib", ["ia", "ib"]),
        (b"ia ib\tic", ["ia ib", "ic"]),
        (b"ia ib", ["ia", "ib"]),
        (b'"ia [A]";"vib (m/s2)"', ["ia", "vib"]),
        (b"ia,ib,", ["ia", "ib"]),
        ("Stromstärke;n".encode(), ["Stromstärke", "n"]),
        (b"ia,,ib", None),
        (b"ia,1", None),
        (b"ia,nan", None),
        (b"ia,\xff", None),
        (b"", None),
        (b"a" * 41, None),
        (b"a" * 40, ["a" * 40]),
    ],
)
def test_a_header_gives_the_names_of_its_columns(line: bytes, names: list[str] | None) -> None:
    assert line_styles.header_names(line) == names
    assert line_styles.names_columns(line) is (names is not None)


@given(st.lists(FINITE, min_size=1, max_size=6), st.sampled_from([",", ";", "\t", " "]))
def test_a_line_of_numbers_is_no_header(values: list[float], separator: str) -> None:
    assert not line_styles.names_columns(separator.join(map(repr, values)).encode())


@pytest.mark.parametrize(
    ("label", "name"),
    [(b"ia", True), (b" ia ", True), (b"1a", False), (b"_a", True), (b"", False), (b"\xff", False)],
)
def test_a_name_begins_with_a_letter(label: bytes, name: bool) -> None:
    assert line_styles.is_name(label) is name


def test_a_line_error_is_uncertain_and_not_about_columns_unless_told() -> None:
    error = LineError("malformed", "why")
    assert (error.counted, str(error), error.columns, error.certain) == ("malformed", "why", 0, False)
