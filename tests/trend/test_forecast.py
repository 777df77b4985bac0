"""Forecasts of motors whose truth is known, and the reason wherever there is none."""

import numpy as np
import pytest
from hours import NOW_HOUR, NOW_UNIX_S, a_row

from edge_agent.limits import BARS
from edge_agent.outlook import Outlook
from edge_agent.trend.forecast import look_ahead
from edge_agent.trend.hour_rows import HourRow
from edge_agent.verdict import Severity

DAY_S = 86_400.0
MOTORS = 120
"""Motors per case: a share of 95 % is then known to 2 %."""


def hours(
    chance: np.random.Generator, days: int, now_bars: float, bars_per_day: float, load: int = 2
) -> list[HourRow]:
    """Rows of a motor that runs by day: hours scatter, each day has an offset, and the line is straight."""
    rows = []
    for ago in range(days, 0, -1):
        of_day = chance.normal(0, 0.01)
        for hour in range(8, 18):
            bars = now_bars - bars_per_day * (ago - 0.5) + of_day + chance.normal(0, 0.01)
            rows.append(a_row(NOW_HOUR - 24 * ago + hour, bars, load=load))
    return rows


def test_the_interval_holds_the_day_at_which_the_alarm_comes() -> None:
    chance = np.random.default_rng(1)
    truth_s = NOW_UNIX_S + 40 * DAY_S
    found = 0
    for _ in range(MOTORS):
        slope = chance.uniform(0.001, 0.004)
        outlook = look_ahead(hours(chance, 45, BARS.alarm - 40 * slope, slope), NOW_UNIX_S)
        assert outlook.growth is not None
        if outlook.forecast is None:
            continue
        assert outlook.reason is None
        assert outlook.forecast.severity is Severity.ALARM
        assert outlook.forecast.earliest_unix_s <= outlook.forecast.expected_unix_s
        latest_unix_s = outlook.forecast.latest_unix_s
        found += outlook.forecast.earliest_unix_s <= truth_s and (
            latest_unix_s is None or truth_s <= latest_unix_s
        )
    assert found >= 0.9 * MOTORS


@pytest.mark.parametrize("days", [14, 60])
def test_of_motors_that_do_not_change_at_least_19_in_20_get_no_forecast(days: int) -> None:
    chance = np.random.default_rng(days)
    outlooks = [look_ahead(hours(chance, days, 0.1, 0.0), NOW_UNIX_S) for _ in range(MOTORS)]
    silent = [outlook for outlook in outlooks if outlook.forecast is None]
    assert len(silent) >= 0.95 * MOTORS
    assert {outlook.reason for outlook in silent} <= {
        "over the last 90 days the equivalent bars do not grow beyond chance",
        "alarm (0.32 bars) is more than a year away",
    }


def ahead(rows: list[HourRow]) -> Outlook:
    outlook = look_ahead(rows, NOW_UNIX_S)
    assert (outlook.forecast is None) is (outlook.reason is not None)
    return outlook


def test_beyond_the_alarm_danger_is_forecast_and_beyond_danger_nothing() -> None:
    chance = np.random.default_rng(1)
    outlook = ahead(hours(chance, 30, 1.0, 0.02))
    assert outlook.forecast is not None
    assert outlook.forecast.severity is Severity.DANGER
    assert outlook.forecast.expected_unix_s == pytest.approx(NOW_UNIX_S + 75 * DAY_S, abs=3 * DAY_S)
    beyond = ahead(hours(chance, 30, 3.0, 0.02))
    assert beyond.reason == "the equivalent bars are beyond the limit of danger (2.5) already"


def test_growth_that_takes_years_is_told_and_no_date() -> None:
    outlook = ahead(hours(np.random.default_rng(1), 90, 0.05, 0.0003))
    assert outlook.growth is not None
    assert outlook.growth.significant
    assert outlook.growth.bars_per_month == pytest.approx(0.0003 * 30.44, rel=0.4)
    assert outlook.reason == "alarm (0.32 bars) is more than a year away"


def test_bars_that_shrink_have_no_forecast() -> None:
    outlook = ahead(hours(np.random.default_rng(1), 30, 0.2, -0.002))
    assert outlook.growth is not None
    assert outlook.growth.interval[1] < 0
    assert outlook.reason == "over the last 90 days the equivalent bars do not grow beyond chance"


def test_thirteen_days_are_too_few_and_fourteen_enough() -> None:
    chance = np.random.default_rng(1)
    few = ahead(hours(chance, 13, 0.2, 0.01))
    assert few.growth is None
    assert few.reason == "too few days with looks at 50 to 75 % load: 13, and it takes 14"
    assert ahead(hours(chance, 14, 0.2, 0.01)).forecast is not None


def test_a_load_that_rises_is_not_taken_for_growth() -> None:
    """At each load nothing changes; only the mixture does."""
    chance = np.random.default_rng(1)
    light = [row for row in hours(chance, 60, 0.05, 0.0, load=1) if row.hour < NOW_HOUR - 20 * 24]
    heavy = [row for row in hours(chance, 60, 0.15, 0.0, load=3) if row.hour >= NOW_HOUR - 30 * 24]
    outlook = ahead(light + heavy)
    assert outlook.load == (0.25, 0.5)
    assert outlook.forecast is None


def test_hours_of_long_ago_and_of_the_future_do_not_count() -> None:
    rows = [a_row(NOW_HOUR - 91 * 24, 0.1), a_row(NOW_HOUR + 1, 0.1), a_row(NOW_HOUR, None, looks=0)]
    assert ahead(rows) == Outlook(reason="no window gave an answer in the last 90 days")


def test_the_newest_day_is_told_even_if_it_is_some_days_ago() -> None:
    outlook = ahead([a_row(NOW_HOUR - 72, 0.1), a_row(NOW_HOUR - 71, 0.2, looks=300, load=-1)])
    assert (outlook.median_bars, outlook.looks, outlook.load, outlook.limit_bars) == (0.2, 300, None, 0.02)
    assert outlook.day_unix_s == (NOW_HOUR - 71) // 24 * DAY_S
