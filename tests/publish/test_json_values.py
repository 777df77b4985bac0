"""Values in JSON: times in UTC, the digits that mean something, and nothing that JSON cannot say."""

import json
import math
from datetime import UTC, datetime
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.publish.json_values import encode, iso_time, rounded, significant

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
NO_NUMBER = [None, math.nan, math.inf, -math.inf]


@given(st.dictionaries(st.text(), ANYTHING, max_size=4))
def test_what_is_encoded_is_decoded_again_with_its_order(payload: dict[str, object]) -> None:
    again = json.loads(encode(payload))
    assert again == payload
    assert list(again) == list(payload)


def test_the_text_is_utf_8_without_blanks() -> None:
    assert encode({"site": "Gebäude → Ω", "n": [1, 2.5, None, True]}) == (
        '{"site":"Gebäude → Ω","n":[1,2.5,null,true]}'.encode()
    )


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, [math.nan], {"a": math.inf}])
def test_what_json_cannot_say_is_an_error(value: object) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        encode({"value": value})


@pytest.mark.parametrize(
    ("unix_s", "text"),
    [
        (0.0, "1970-01-01T00:00:00.000Z"),
        (1_795_410_662.125, "2026-11-23T05:11:02.125Z"),
        (951_782_400.0, "2000-02-29T00:00:00.000Z"),
        (1_483_228_799.5, "2016-12-31T23:59:59.500Z"),
        (4e9, "2096-10-02T07:06:40.000Z"),
    ],
)
def test_times_are_utc_with_milliseconds(unix_s: float, text: str) -> None:
    assert iso_time(unix_s) == text


@given(st.floats(0, 4e9))
def test_a_time_is_read_back_to_the_millisecond_and_never_later_than_it_was(unix_s: float) -> None:
    text = iso_time(unix_s)
    assert len(text) == len("2026-11-23T05:11:02.125Z")
    again = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    assert -1e-6 <= unix_s - again.timestamp() < 1e-3 + 1e-6


@given(st.floats(-1e12, 1e12), st.integers(1, 6))
def test_a_number_is_rounded_to_the_nearest_of_its_decimals(value: float, decimals: int) -> None:
    shown = rounded(value, decimals)
    assert isinstance(shown, float)
    assert shown == float(f"{value:.{decimals}f}")


@given(st.floats(-1e12, 1e12))
def test_without_decimals_a_number_is_whole(value: float) -> None:
    shown = rounded(value, 0)
    assert isinstance(shown, int)
    assert abs(Fraction(shown) - Fraction(value)) <= Fraction(1, 2)


@given(st.floats(allow_nan=False, allow_infinity=False).filter(lambda value: abs(value) > 1e-300))
def test_five_digits_are_kept_of_a_number(value: float) -> None:
    shown = significant(value)
    if shown is None:  # five digits of it are more than a floating-point number holds
        assert abs(value) > 1.797e308
    else:
        assert abs(shown - value) <= 0.5001e-4 * abs(value)
        assert float(f"{shown:.5g}") == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.031234567, 0.031235), (15500.4, 15500.0), (123456.0, 123460.0), (-9.99999, -10.0), (0.0, 0.0)],
)
def test_digits_count_from_the_first_that_is_not_zero(value: float, shown: float) -> None:
    assert significant(value) == shown


@pytest.mark.parametrize("value", NO_NUMBER)
def test_what_is_no_number_is_null(value: float | None) -> None:
    assert rounded(value, 3) is None
    assert rounded(value, 0) is None
    assert significant(value) is None


@given(st.floats() | st.floats().map(np.float64) | st.none(), st.integers(0, 6))
def test_no_number_of_python_or_numpy_makes_an_error(value: float | None, decimals: int) -> None:
    json.loads(encode({"a": rounded(value, decimals), "b": significant(value)}))


@pytest.mark.parametrize("value", [1.7976931348623157e308, -1.79769e308])
def test_a_number_that_five_digits_make_infinite_is_null(value: float) -> None:
    assert significant(value) is None


@given(st.floats())
def test_any_time_is_a_date_of_four_digits(unix_s: float) -> None:
    text = iso_time(unix_s)
    assert len(text) == 24
    assert datetime.fromisoformat(text).year in range(1970, 10_000)


def test_a_time_beyond_the_calendar_is_its_end() -> None:
    assert iso_time(1e18) == iso_time(math.inf) == "9999-12-31T23:59:59.000Z"
    assert iso_time(-1.0) == iso_time(math.nan) == "1970-01-01T00:00:00.000Z"
