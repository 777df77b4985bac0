"""Sentences about channels: which mistake an impossible current looks like, and what voltages drive."""

import math
from dataclasses import replace

import pytest
from plates import PLATE, a_nameplate

from edge_agent.explain_channels import against_plate, say_dead, say_supply_share
from edge_agent.signals.analysis import Analysis
from edge_agent.signals.checks.vibration import DeadChannel
from edge_agent.signals.prepared import Line
from edge_agent.verdict import Evidence, Reason, Refusal

RATED_A = PLATE.rated_current_a
SAID_OF_PLATE = "The plate says 2.98 A."
MILLIAMPERE, STALLED, STAR = (
    "It looks like mA taken for A.",
    "the motor is stalled.",
    "In star or at a reduced",
)


def an_analysis(rms_a: float | None = None) -> Analysis:
    line = None if rms_a is None else Line(60.0, rms_a * math.sqrt(2), None, False)
    return Analysis(Evidence(), None, line=line)


def said(quantity: str, value: float | None, limit: float | None, rms_a: float | None = None) -> str:
    refusal = Refusal(Reason.WRONG_SCALE, quantity, value, limit)
    return against_plate(an_analysis(rms_a), refusal, PLATE)


def test_a_dead_channel_is_named_with_the_reason_and_what_follows():
    dead = DeadChannel("ax", "it keeps one value")
    assert say_dead(dead) == "ax tells nothing about the machine: it keeps one value. The agent ignores it"


def test_what_the_voltage_drives_is_told_before_and_after():
    evidence = Evidence(
        lower_sideband_dbc=-35.04, upper_sideband_dbc=-40.0, sidebands_with_supply_dbc=(-52.0, -53.0)
    )
    assert say_supply_share(evidence) == (
        "What the voltage's own sidebands drive was taken off the current: the lower sideband is -35.0 dBc "
        "in place of -52.0 dBc, the upper one -40.0 dBc in place of -53.0 dBc."
    )
    assert say_supply_share(replace(evidence, sidebands_with_supply_dbc=())) == ""


@pytest.mark.parametrize(
    "reason",
    [r for r in Reason if r not in (Reason.WRONG_SCALE, Reason.OVERLOAD, Reason.WRONG_LINE_FREQUENCY)],
)
def test_a_refusal_that_is_not_about_the_size_of_a_current_is_not_compared(reason: Reason):
    refusal = Refusal(reason, "current_above_pull_out_a", 3000.0, 20.0)
    assert against_plate(an_analysis(2000.0), refusal, PLATE) == ""


def test_without_a_measured_current_the_plate_stands_alone():
    assert said("some_current_a", 30.0, 20.0) == SAID_OF_PLATE


def test_a_measured_current_is_compared_with_the_rated_one():
    assert said("some_current_a", 30.0, 20.0, rms_a=2 * RATED_A) == (
        "The measured current is 5.96 A, 2 times the 2.98 A of the plate."
    )


def test_an_overload_is_compared_too():
    refusal = Refusal(Reason.OVERLOAD, "some_current_a", 30.0, 20.0)
    assert against_plate(an_analysis(), refusal, PLATE) == SAID_OF_PLATE


@pytest.mark.parametrize("times", [301, 1000, 2999])
def test_a_current_about_a_thousand_times_too_large_looks_like_milliampere(times: float):
    text = said("current_above_pull_out_a", times * RATED_A, 20.0)
    assert text == f"{SAID_OF_PLATE} {MILLIAMPERE}"


@pytest.mark.parametrize("times", [4, 11.9])
def test_a_current_that_a_locked_rotor_draws_may_be_right(times: float):
    text = said("current_above_pull_out_a", times * RATED_A, 3 * RATED_A)
    assert text == f"{SAID_OF_PLATE} If the scale is right, the motor is stalled."


@pytest.mark.parametrize("times", [12.1, 100, 299, 3001, 1e9])
def test_of_a_current_that_fits_neither_mistake_none_is_suspected(times: float):
    assert said("current_above_pull_out_a", times * RATED_A, 20.0) == SAID_OF_PLATE


def test_another_quantity_of_that_size_is_no_hint_of_milliampere_or_a_stall():
    for times in (5, 1000):
        text = said("current_over_that_of_slip", times * RATED_A, 2.0)
        assert MILLIAMPERE not in text
        assert STALLED not in text


def test_the_current_that_belongs_to_the_slip_is_told():
    text = said("current_over_that_of_slip", 4.0, 2.0, rms_a=10.0)
    assert text.endswith("At this slip the motor draws about 2.5 A.")


@pytest.mark.parametrize("value", [None, 0.0])
def test_a_ratio_that_was_not_measured_or_is_zero_tells_no_current_of_the_slip(value: float | None):
    assert "At this slip" not in said("current_over_that_of_slip", value, 2.0, rms_a=10.0)


def test_the_current_of_the_slip_is_not_told_without_a_measured_current():
    assert "At this slip" not in said("current_over_that_of_slip", 4.0, 2.0)


@pytest.mark.parametrize("quantity", ["current_below_idle_a", "current_over_that_of_slip"])
def test_too_small_a_current_may_be_that_of_a_star_or_a_reduced_voltage(quantity: str):
    assert STAR in said(quantity, 0.5, 0.6)
    assert STAR not in said(quantity, 0.6, 0.6)
    assert STAR not in said(quantity, 0.7, 0.6)
    assert STAR not in said(quantity, None, 0.6)
    assert STAR not in said(quantity, 0.5, None)


def test_a_current_of_zero_is_small_too():
    assert STAR in said("current_below_idle_a", 0.0, 0.6)


def test_another_small_quantity_is_no_hint_of_a_star():
    assert STAR not in said("current_above_pull_out_a", 0.5, 0.6)


@pytest.mark.parametrize(
    ("measured_hz", "factor"), [(60.0, "1.0000"), (30.0, "2.0000"), (61.2, "0.9804"), (50.0, "1.2000")]
)
def test_a_wrong_line_frequency_tells_by_which_factor_the_rate_is_wrong(measured_hz: float, factor: str):
    refusal = Refusal(Reason.WRONG_LINE_FREQUENCY, "line_frequency_hz", measured_hz, 1.0)
    assert against_plate(an_analysis(2.0), refusal, PLATE) == (
        f"If the supply really has 60 Hz, the true sampling rate is {factor} times the stated one."
    )


@pytest.mark.parametrize("measured_hz", [None, 0.0])
def test_without_a_line_frequency_nothing_is_said_of_the_rate(measured_hz: float | None):
    refusal = Refusal(Reason.WRONG_LINE_FREQUENCY, "line_frequency_hz", measured_hz, 1.0)
    assert against_plate(an_analysis(), refusal, PLATE) == ""


def test_the_plate_that_is_given_counts():
    plate = a_nameplate(rated_current_a=3.5, line_frequency_hz=60)
    refusal = Refusal(Reason.WRONG_SCALE, "current_above_pull_out_a", 3500.0, 20.0)
    assert against_plate(an_analysis(), refusal, plate) == f"The plate says 3.5 A. {MILLIAMPERE}"
