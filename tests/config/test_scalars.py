"""A value is read as people mean it; where two readings make sense it is refused with what to write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_files import Folder

from edge_agent.config.scalars import read_unquoted

VOLTAGE = "rated_voltage_v: 400"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("4e2", 400),
        ("4E2", 400),
        ("4e+2", 400),
        ("0.4e3", 400),
        ("4.e2", 400),
        ("400.0", 400),
        ("+400", 400),
        ("400000e-3", 400),
    ],
)
def test_a_decimal_number_is_read_however_it_is_written(folder: Folder, written: str, meant: float):
    assert folder.load((VOLTAGE, f"rated_voltage_v: {written}")).motor.rated_voltage_v == meant


@pytest.mark.parametrize("written", ["1e-3", "1E-3", ".001", "0.001", "1.0e-3"])
def test_a_small_scale_is_read_however_it_is_written(folder: Folder, written: str):
    (channel, *_) = folder.load(("scale: 1}", f"scale: {written}}}")).channels or ()
    assert channel.scale == 0.001


@pytest.mark.parametrize("written", ["1152e2", "1.152e5", "115200.0"])
def test_a_whole_number_may_have_an_exponent(folder: Folder, written: str):
    assert folder.load(("port: ", f"baud_rate: {written}\n  port: ")).acquisition.baud_rate == 115_200


@pytest.mark.parametrize(
    ("written", "cure"),
    [
        ("034", "write 34"),
        ("0400", "write 400"),
        ("-034", "write -34"),
        ("0x190", "write it as a decimal number: 400"),
        ("0o620", "write it as a decimal number: 400"),
        ("0b11", "write it as a decimal number: 3"),
        ("4_00", "write it without _: 400"),
        ("6:40", "to the base of 60"),
        ("1:30.5", "to the base of 60"),
        ("400,0", "write a decimal point: 400.0"),
        ("400 V", "write it without the unit: 400"),
        ("400V", "write it without the unit: 400"),
        ('"400"', "write it without quotes: 400"),
        ("1e", "write it without"),
        (".", "write it without"),
        (".e5", "write it without"),
        ("--4", "write it without"),
    ],
)
def test_what_programs_read_in_two_ways_is_refused_with_what_to_write(
    folder: Folder, written: str, cure: str
):
    problem = folder.problem((VOLTAGE, f"rated_voltage_v: {written}"))
    assert problem.key == ("motor", "rated_voltage_v")
    assert problem.position is not None
    assert (problem.position.line, problem.position.column) == (5, 20)
    assert cure in problem.message


def test_bars_with_a_leading_zero_are_never_octal(folder: Folder):
    problem = folder.problem(("poles: 4", "poles: 4\n  rotor_bars: 034"))
    assert "write 34" in problem.message


@pytest.mark.parametrize("written", [".inf", "-.inf", ".nan", ".NaN", "1e999", "-1e400"])
@pytest.mark.parametrize(
    "key", ["rated_voltage_v: 400", "line_frequency_hz: 50", "rate_hz: 2000", "scale: 1", "poles: 4"]
)
def test_what_is_not_a_finite_number_is_refused_wherever_one_is_expected(
    folder: Folder, key: str, written: str
):
    name = key.split(":")[0]
    problems = folder.problems((key, f"{name}: {written}"))
    assert any(key.endswith(name) for key in problems)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("12:30", "12:30"),
        ("034", "034"),
        ("1_000", "1_000"),
        ("0x10", "0x10"),
        ("2026-11-23", "2026-11-23"),
        ("nö", "nö"),
        ("yEs", "yEs"),
        ("$$5", "$5"),
    ],
)
def test_text_that_looks_like_a_number_of_old_is_text(folder: Folder, written: str, meant: str):
    assert folder.load(("{id: t1}", f"{{id: t1, site: {written}}}")).agent.site == meant


@pytest.mark.parametrize("written", ["yes", "No", "on", "OFF", "true"])
def test_a_switch_where_text_is_expected_is_named_as_it_is_written(folder: Folder, written: str):
    problem = folder.problem(("{id: t1}", f"{{id: t1, site: {written}}}"))
    assert f"found {written}" in problem.message
    assert "put it in quotes" in problem.message


@pytest.mark.parametrize("written", ["7", "1e3", "4.50"])
def test_a_number_where_text_is_expected_is_named_as_it_is_written(folder: Folder, written: str):
    assert f"found {written}, expected text" in folder.problem(("id: m1", f"id: {written}")).message


@pytest.mark.parametrize(("written", "meant"), [("yes", True), ("Off", False), ("TRUE", True), ("no", False)])
def test_a_switch_may_be_written_in_all_ways_of_yaml(folder: Folder, written: str, meant: bool):
    assert folder.load(("localhost", f"localhost\n  diagnosis: {written}")).mqtt.diagnosis is meant


@pytest.mark.parametrize("digits", [25, 41, 5000])
def test_a_number_of_many_digits_is_refused(folder: Folder, digits: int):
    assert folder.problem((VOLTAGE, f"rated_voltage_v: {'9' * digits}")).key == ("motor", "rated_voltage_v")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_that_a_program_writes_is_read_back(number: float):
    assert read_unquoted(repr(number)) == number


@given(st.text(max_size=60))
def test_any_text_is_read_as_something(text: str):
    read_unquoted(text)
