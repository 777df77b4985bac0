"""A clock is believed if what it shows can be right, and a time server has set it."""

import calendar
import math
import time
from pathlib import Path

import pytest

from edge_agent.publish.json_values import iso_time
from edge_agent.wall_clock import (
    RELEASE_YEAR,
    TIME_ERROR,
    clock_is_set,
    is_plausible,
    kernel_clock_state,
    on_calendar,
)


def in_year(year: int) -> float:
    return float(calendar.timegm((year, 6, 1, 0, 0, 0)))


@pytest.mark.parametrize(
    ("unix_s", "plausible"),
    [
        (0.0, False),
        (in_year(RELEASE_YEAR - 1), False),
        (in_year(RELEASE_YEAR), True),
        (in_year(2100), True),
        (in_year(2200), False),
        (1e18, False),
        (1e300, False),
        (-1e18, False),
        (math.nan, False),
        (math.inf, False),
    ],
)
def test_only_years_in_which_this_version_may_run_are_plausible(unix_s: float, plausible: bool) -> None:
    assert is_plausible(unix_s) is plausible
    assert clock_is_set(unix_s, lambda: 0) is plausible


@pytest.mark.parametrize("unix_s", [1e17, 9e18, 1e300, math.inf, -1e10, -math.inf, math.nan])
def test_a_time_that_no_calendar_has_can_be_written_as_a_date(unix_s: float) -> None:
    assert time.gmtime(on_calendar(unix_s)).tm_year in (1970, 9999)
    assert iso_time(unix_s)[:4] in ("1970", "9999")
    assert on_calendar(in_year(2026)) == in_year(2026)


def test_a_clock_that_no_server_has_set_is_not_set(tmp_path: Path) -> None:
    now_s, mark = in_year(RELEASE_YEAR + 1), tmp_path / "synchronized"
    assert not clock_is_set(now_s, lambda: TIME_ERROR, mark)
    assert clock_is_set(now_s, lambda: 0, mark)
    assert clock_is_set(now_s, lambda: -1, mark)
    mark.touch()
    assert clock_is_set(now_s, lambda: TIME_ERROR, mark)


def test_the_kernel_is_asked_for_its_clock() -> None:
    assert kernel_clock_state() in range(-1, 6)
