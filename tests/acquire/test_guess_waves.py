"""What columns of numbers may be, against signals of known frequency and angle."""

import numpy as np
import pytest
from unknown_lines import RATE_HZ, counts

from edge_agent.acquire.guess_waves import Role, look_at, time_unit


@pytest.mark.parametrize(
    ("step", "pace_hz", "unit", "rate_hz"),
    [
        (500.0, 1900.0, "microseconds", 2000.0),
        (0.5, 2100.0, "milliseconds", 2000.0),
        (0.0005, 2000.0, "seconds", 2000.0),
        (1.0, 2000.0, "an index", None),
        (1.0, 1000.0, "milliseconds", 1000.0),
        (3.0, 2000.0, "something that only rises", None),
        (500.0, None, "something that only rises", None),
    ],
)
def test_a_column_that_only_rises_is_a_time_if_the_pace_agrees(
    step: float, pace_hz: float | None, unit: str, rate_hz: float | None
) -> None:
    told = time_unit(7.0 + step * np.arange(1000), pace_hz)
    assert told is not None
    assert told[0] == unit
    assert told[1] == (None if rate_hz is None else pytest.approx(rate_hz))


def test_a_wave_is_no_time() -> None:
    assert time_unit(np.sin(np.arange(1000)), 2000.0) is None
    assert time_unit(np.zeros(1000), 2000.0) is None
    assert time_unit(np.zeros(1), 2000.0) is None


def test_the_line_frequency_the_amplitudes_and_the_angles_are_those_of_the_signal() -> None:
    found = look_at(counts(line_hz=49.87), (), RATE_HZ)
    assert found.line_hz == pytest.approx(49.87, abs=0.03)
    first, second, third, vibration = found.columns
    assert [c.role for c in found.columns] == [Role.CURRENT] * 3 + [Role.OTHER]
    assert first.rms == pytest.approx(180 / np.sqrt(2), rel=0.01)
    assert first.lag_deg == 0.0
    assert second.lag_deg == pytest.approx(120, abs=1)
    assert third.lag_deg == pytest.approx(240, abs=1)
    assert vibration.share < 0.1
    assert [c.phase for c in found.columns] == ["a", "b", "c", None]


def test_a_clamp_that_is_turned_round_is_no_phase() -> None:
    table = counts()
    table[:, 1] = 1024 - table[:, 1]
    assert [c.phase for c in look_at(table, (), RATE_HZ).columns] == ["a", None, "c", None]


def test_two_equal_currents_are_not_both_phase_a() -> None:
    table = counts()
    table[:, 1] = table[:, 0]
    assert [c.phase for c in look_at(table, (), RATE_HZ).columns] == ["a", None, "c", None]


def test_times_constants_and_empty_columns_are_left_out() -> None:
    table = np.column_stack([np.arange(4000), counts(), np.full(4000, 3.0), np.full(4000, np.nan)])
    roles = [c.role for c in look_at(table, (0,), RATE_HZ).columns]
    assert roles == [Role.TIME, *[Role.CURRENT] * 3, Role.OTHER, Role.CONSTANT, Role.EMPTY]


def test_gaps_in_a_column_do_not_hide_its_wave() -> None:
    table = counts()
    table[::50, 0] = np.nan
    assert look_at(table, (), RATE_HZ).columns[0].role is Role.CURRENT


@pytest.mark.parametrize("scans", [30, 300])
def test_too_few_cycles_say_nothing(scans: int) -> None:
    assert look_at(counts()[:scans], (), RATE_HZ).line_hz is None


def test_without_a_rate_nothing_is_concluded() -> None:
    assert look_at(counts(), (), None).line_hz is None
