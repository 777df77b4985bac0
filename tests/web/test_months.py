"""The chart of a span holds its hours or days, and the refusals of that time."""

import time
from pathlib import Path

import pytest
from said import BROKEN, MOTOR_OFF

from edge_agent.trend.hour_rows import HOUR_S, hour_of
from edge_agent.trend.tally import HourTally
from edge_agent.trend.trend_file import Bounds, TrendFile
from edge_agent.web.months import SPANS, chart_of


def write_trend(path: Path, *ages_h: int) -> int:
    """Write hours so many hours ago, each with three looks and a stop; return the hour that is now."""
    now = hour_of(time.time())
    file = TrendFile(path, Bounds())
    for age_h in ages_h:
        tally = HourTally()
        for _ in range(3):
            tally.take(BROKEN, True)
        tally.take(MOTOR_OFF, False)
        file.add({now - age_h: tally}, now)
    file.close()
    return now


def test_a_week_has_its_hours(tmp_path: Path) -> None:
    now = write_trend(tmp_path / "t", 1, 2, 24 * 6, 24 * 30)
    chart = chart_of(tmp_path / "t", "week")
    assert chart["time_s"] == [HOUR_S * (now - age_h) for age_h in (24 * 6, 2, 1)]
    assert chart["median"] == [2.1] * 3
    assert chart["limit"] == [0.011] * 3


def test_longer_spans_have_days(tmp_path: Path) -> None:
    write_trend(tmp_path / "t", 24 * 400, 24 * 30, 24 * 30 + 1, 1)
    assert len(chart_of(tmp_path / "t", "quarter")["time_s"]) in (2, 3)  # midnight may lie between two hours
    assert len(chart_of(tmp_path / "t", "years")["time_s"]) in (3, 4)


def test_refusals_are_shares_of_the_windows_of_that_time(tmp_path: Path) -> None:
    write_trend(tmp_path / "t", 1, 2)
    chart = chart_of(tmp_path / "t", "week")
    assert (chart["windows"], chart["refusal_share"]) == (8, {"motor_off": 0.25})


@pytest.mark.parametrize("span", SPANS)
def test_without_a_trend_the_chart_is_empty(tmp_path: Path, span: str) -> None:
    (tmp_path / "damaged").write_bytes(b"no database" * 100)
    for name in ("absent", "damaged"):
        chart = chart_of(tmp_path / name, span)
        assert (chart["time_s"], chart["median"], chart["windows"]) == ([], [], 0)
    assert not (tmp_path / "absent").exists()
