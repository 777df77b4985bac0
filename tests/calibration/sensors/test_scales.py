"""Gains by readings; powers of ten by readings, by the plate and by the other currents."""

import math

import numpy as np
import pytest
from plates import PLATE
from three_currents import currents

from calibration.sensors.findings import Problem
from calibration.sensors.phase_order import relative_lengths
from calibration.sensors.scales import (
    gain_findings,
    gains_of,
    plate_findings,
    ratio_finding,
    reading_findings,
)

OWN = {"ia": "a", "ib": "b", "ic": "c"}
READ_A = {"ia": 2.5, "ib": 2.5, "ic": 2.5}


def problems(gains: dict[str, list[float]]) -> list[tuple[Problem, tuple[str, ...]]]:
    return [(finding.problem, finding.channels) for finding in gain_findings(gains)]


def test_a_gain_is_the_reading_over_what_is_shown_at_each_load() -> None:
    shown = currents(scale=(0.00202, 0.00196, 0.002))
    gains = gains_of([(shown, READ_A), (shown, READ_A)], OWN)
    assert [len(own) for own in gains.values()] == [2, 2, 2]
    assert [own[0] for own in gains.values()] == pytest.approx([1 / 1.01, 1 / 0.98, 1.0], rel=1e-3)
    assert problems(gains) == []


def test_a_reading_is_of_its_conductor() -> None:
    crossed = currents(on="bac", amps=(3.0, 2.0, 2.5))
    gains = gains_of([(crossed, {"ia": 2.0, "ib": 3.0})], {"ia": "b", "ib": "a", "ic": "c"})
    assert {name: own[0] for name, own in gains.items()} == pytest.approx({"ia": 1.0, "ib": 1.0}, rel=1e-3)


def test_a_channel_without_a_line_has_no_gain() -> None:
    assert set(gains_of([(currents(on="a-c"), READ_A)], OWN)) == {"ia", "ic"}


@pytest.mark.parametrize("gain", [0.001, 0.1, 10.0, 11.5, 1000.0])
def test_powers_of_ten_are_called_so(gain: float) -> None:
    assert problems({"ia": [gain]}) == [(Problem.DECADE, ("ia",))]


@pytest.mark.parametrize(
    ("gain", "why"),
    [(0.5, "twice"), (math.sqrt(2), "peak values"), (1 / math.sqrt(3), "delta"), (1.2, "ratio")],
)
def test_other_wrong_scales_come_with_what_may_be_the_cause(gain: float, why: str) -> None:
    (finding,) = gain_findings({"ia": [gain]})
    assert finding.problem is Problem.SCALE
    assert why in finding.advice


def test_a_gain_that_differs_between_loads_is_named() -> None:
    assert problems({"ia": [1.0, 1.03], "ib": [1.0, 1.01]}) == [(Problem.UNEVEN, ("ia",))]


@pytest.mark.parametrize("factor", [0.1, 10.0, 0.001, 1000.0])
def test_the_plate_shows_a_power_of_ten(factor: float) -> None:
    found = list(plate_findings(currents(scale=(0.002 * factor, 0.002, 0.002)), PLATE))
    assert [(finding.problem, finding.channels) for finding in found] == [(Problem.DECADE, ("ia",))]
    assert f"multiply its scale by {1 / factor:g} " in found[0].advice
    assert list(plate_findings(currents(), PLATE)) == []


def test_a_reading_that_this_motor_cannot_give_is_named_and_no_channel_accused() -> None:
    (finding,) = reading_findings({"ia": 2.5, "ib": 25.0}, PLATE)
    assert (finding.problem, finding.channels) == (Problem.READING, ())
    assert "the reading ib=25 A is none of this motor" in finding.text


def test_one_that_does_not_fit_the_other_two_is_named_and_a_usual_one_is_not() -> None:
    odd = currents(scale=(0.002, 0.004, 0.002))
    finding = ratio_finding(odd, relative_lengths(odd))
    assert finding is not None
    assert (finding.problem, finding.channels) == (Problem.SCALE, ("ib",))
    usual = currents(scale=(0.002, 0.0021, 0.002))
    assert ratio_finding(usual, relative_lengths(usual)) is None
    assert ratio_finding(usual, np.array([1.0, 1.0, 1.0])) is None
