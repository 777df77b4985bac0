"""Power, voltage and current of a plate belong together, or the current is that of the other connection."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.config.plates import strange_power

STAR_V, DELTA_V, STAR_A, DELTA_A = 400.0, 230.0, 11.0, 19.05
POWER_KW = 5.5
powers_kw = st.floats(0.1, 400.0)
poles = st.sampled_from([2, 4, 6, 8, 10, 12, 24])


def usual_a(power_kw: float, voltage_v: float, pole_count: int) -> float:
    """Return the middle of the believed range by halving, as only the function itself is asked."""
    low, high = 1e-6, 1e6
    for _ in range(200):
        middle = (low * high) ** 0.5
        said = strange_power(power_kw, voltage_v, middle, pole_count)
        if said is None:
            return middle
        low, high = (low, middle) if " are much for " in said else (middle, high)
    raise AssertionError("no current is believed")


@pytest.mark.parametrize(("voltage_v", "current_a"), [(STAR_V, STAR_A), (DELTA_V, DELTA_A)])
def test_a_plate_of_one_connection_is_believed(voltage_v: float, current_a: float):
    assert strange_power(POWER_KW, voltage_v, current_a, 4) is None


def test_the_current_of_the_delta_at_the_voltage_of_the_star_is_too_much():
    said = strange_power(POWER_KW, STAR_V, DELTA_A, 4)
    assert said is not None
    assert said.startswith("19.05 A at 400 V are much for 5.5 kW, where about 11 A are usual.")
    assert "the current of the delta with the voltage of the star" in said
    assert said.endswith("the other one would be 11 A")


def test_the_current_of_the_star_at_the_voltage_of_the_delta_is_too_little():
    said = strange_power(POWER_KW, DELTA_V, STAR_A, 4)
    assert said is not None
    assert said.startswith("11 A at 230 V are little for 5.5 kW, where about 20 A are usual.")
    assert "the current of the star with the voltage of the delta" in said
    assert said.endswith("the other one would be 19.1 A")


@given(powers_kw, st.floats(100.0, 1000.0), poles)
def test_a_current_far_from_the_usual_one_is_strange_on_the_side_where_it_is(
    power_kw: float, voltage_v: float, pole_count: int
):
    middle = usual_a(power_kw, voltage_v, pole_count)
    assert " are much for " in (strange_power(power_kw, voltage_v, 3 * middle, pole_count) or "")
    assert " are little for " in (strange_power(power_kw, voltage_v, middle / 3, pole_count) or "")


@given(powers_kw, st.floats(100.0, 1000.0), st.floats(0.1, 1000.0), poles)
def test_only_the_product_of_voltage_and_current_counts(
    power_kw: float, voltage_v: float, current_a: float, pole_count: int
):
    believed = strange_power(power_kw, voltage_v, current_a, pole_count) is None
    assert (strange_power(power_kw, 2 * voltage_v, current_a / 2, pole_count) is None) is believed


@given(powers_kw, st.floats(100.0, 1000.0), st.floats(0.1, 1000.0), poles)
def test_the_other_current_that_is_named_differs_by_the_root_of_three(
    power_kw: float, voltage_v: float, current_a: float, pole_count: int
):
    said = strange_power(power_kw, voltage_v, current_a, pole_count)
    if said is not None:
        (other,) = re.findall(r"would be (\S+) A$", said)
        factor = 3**-0.5 if " are much for " in said else 3**0.5
        assert float(other) == pytest.approx(factor * current_a, rel=0.006)


@pytest.mark.parametrize(
    ("current_a", "believed_poles"), [(8.5, {2}), (17.5, {6, 8, 10, 12}), (20.0, {10, 12})]
)
def test_more_poles_draw_more_current(current_a: float, believed_poles: set[int]):
    believed = {n for n in (2, 4, 6, 8, 10, 12) if strange_power(POWER_KW, 400.0, current_a, n) is None}
    assert believed == believed_poles


def test_a_power_factor_on_the_plate_goes_before_the_usual_one():
    assert strange_power(POWER_KW, 400.0, 19.0, 4, 0.8) is not None
    assert strange_power(POWER_KW, 400.0, 19.0, 4, 0.6) is None


@pytest.mark.parametrize("share", [0.67, 1.29])
def test_shares_just_within_the_bounds_are_believed_and_just_outside_are_not(share: float):
    efficiency, power_factor = 1.0 - 0.19 * POWER_KW**-0.28, 0.8

    def said(of_usual: float) -> str | None:
        current_a = POWER_KW * 1000 / (3**0.5 * 400.0 * efficiency * power_factor * of_usual)
        return strange_power(POWER_KW, 400.0, current_a, 4)

    assert said(share) is None
    assert said(share - 0.02 if share < 1 else share + 0.02) is not None


def test_the_efficiency_of_a_tiny_motor_is_not_taken_below_four_tenths():
    watts = 1.0
    current_a = watts / (3**0.5 * 400.0 * 0.4 * 0.8)
    assert strange_power(watts / 1000, 400.0, current_a, 4) is None


@pytest.mark.parametrize(("power_kw", "current_a"), [(90.0, 280.0), (700.0, 2200.0), (0.2, 1.2)])
def test_no_current_is_written_with_an_exponent(power_kw: float, current_a: float):
    said = strange_power(power_kw, 400.0, current_a, 4)
    assert said is not None
    assert "e+" not in said
