"""Units are known however people write them, and what is not known is not guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.acquire.units import standard_unit


@pytest.mark.parametrize(
    ("written", "unit", "factor"),
    [
        ("A", "A", 1.0),
        ("Arms", "A", 1.0),
        ("mA", "A", 1e-3),
        ("uA", "A", 1e-6),
        ("kA", "A", 1e3),
        ("m/s2", "m/s2", 1.0),
        ("m/s^2", "m/s2", 1.0),
        ("m/s\u00b2", "m/s2", 1.0),
        ("g", "m/s2", 9.80665),
        ("mg", "m/s2", 0.00980665),
        ("mm/s", "mm/s", 1.0),
        ("m/s", "mm/s", 1000.0),
        ("in/s", "mm/s", 25.4),
        ("ips", "mm/s", 25.4),
        ("rpm", "rpm", 1.0),
        ("U/min", "rpm", 1.0),
        ("1/min", "rpm", 1.0),
    ],
)
def test_one_of_each_unit_is_this_much(written: str, unit: str, factor: float) -> None:
    known = standard_unit(written)
    assert known is not None
    assert known[0] == unit
    assert known[1] == pytest.approx(factor, rel=1e-12)


@pytest.mark.parametrize("unit", ["A", "m/s2", "mm/s", "rpm"])
def test_the_units_of_the_agent_are_left_as_they_are(unit: str) -> None:
    assert standard_unit(unit) == (unit, 1.0)


@pytest.mark.parametrize("micro", ["\u00b5A", "\u03bcA", "uA"])
def test_all_three_ways_to_write_micro_are_the_same(micro: str) -> None:
    assert standard_unit(micro) == ("A", 1e-6)


@pytest.mark.parametrize("written", ["a", "ma", "MA", "KA", "UA", "G", "Mg", "MG", "GN"])
def test_short_symbols_with_other_capitals_are_not_guessed(written: str) -> None:
    assert standard_unit(written) is None


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("RPM", "rpm"),
        ("Amps", "amps"),
        ("AMPERE", "ampere"),
        ("MM/S", "mm/s"),
        ("ARMS", "A"),
        ("u/min", "rpm"),
    ],
)
def test_words_are_known_in_any_capitals(written: str, plain: str) -> None:
    assert standard_unit(written) is not None
    assert standard_unit(written) == standard_unit(plain)


@pytest.mark.parametrize(
    "written", ["", "  ", "W", "Hz", "counts", "m/s3", "m / s2", "A A", "amps,", "milli"]
)
def test_what_is_no_unit_of_a_channel_is_not_known(written: str) -> None:
    assert standard_unit(written) is None


@given(
    st.sampled_from(["A", "mA", "g", "m/s2", "m s-2", "ips", "rpm", "\u00b5A", "V", "kV", "ma"]),
    st.text(" \t\r\n\u00a0", max_size=4),
    st.text(" \t\r\n\u00a0", max_size=4),
)
def test_blanks_around_a_unit_change_nothing(unit: str, before: str, after: str) -> None:
    assert standard_unit(before + unit + after) == standard_unit(unit)


@given(st.text(max_size=12))
def test_any_text_is_a_unit_of_the_agent_or_none(text: str) -> None:
    known = standard_unit(text)
    assert known is None or (known[0] in {"A", "V", "m/s2", "mm/s", "rpm"} and known[1] > 0)
