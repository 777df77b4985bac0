"""The table fits the terminal, the chart is to scale, and CSV is read again by any reader."""

import csv
import io
import json

from hours import NOW_HOUR, a_row
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.trend.days import days_of
from edge_agent.trend.table import table, write_csv


def test_a_line_holds_the_day_its_bars_limit_counts_and_refusals() -> None:
    rows = [a_row(NOW_HOUR, 0.16, refusals={"motor_off": 900, "unsteady": 90}, looks=40)]
    head, line = table(days_of(rows))
    assert head.split()[:2] == ["day", "bars"]
    assert line.split() == [
        "2026-11-22", "0.160", "0.160", "to", "0.160", "0.020", "40", "1800", "50", "%", "############",
        "|", "motor_off", "50", "%,", "unsteady", "5", "%",
    ]  # fmt: skip
    assert head.index("0 to 0.32 bars") == line.index("#")
    assert head.index("refused") == line.index("motor_off")


@given(st.lists(st.none() | st.floats(0, 9.9), min_size=1, max_size=9))
def test_the_columns_stay_whatever_the_days_showed(bars: list[float | None]) -> None:
    rows = [a_row(24 * day, own, limit_bars=own, looks=own is not None) for day, own in enumerate(bars)]
    head, *lines = table(days_of(rows))
    assert len(lines) == len(bars)
    for line, own in zip(lines, bars, strict=True):
        assert len(line) <= len(head)
        assert line.count("#") == round((own or 0.0) / max(0.32, *(each or 0.0 for each in bars)) * 24)


def test_csv_has_every_row_with_names_units_and_empty_fields() -> None:
    rows = [
        a_row(NOW_HOUR, 0.123456789, refusals={"unsteady": 3}),
        a_row(NOW_HOUR, None, looks=0, load=-1, limit_bars=None),
        a_row(NOW_HOUR + 1, 0.2, load=4),
    ]
    out = io.StringIO()
    write_csv(rows, out)
    first, second, third = csv.DictReader(io.StringIO(out.getvalue()))
    assert list(first) == [
        "hour", "load_from", "load_to", "windows", "looks", "median_bars", "p10_bars", "p90_bars",
        "limit_bars", "running_share", "refusals",
    ]  # fmt: skip
    assert first["hour"] == "2026-11-22T04:00:00.000Z"
    assert (first["load_from"], first["load_to"], first["median_bars"]) == ("0.5", "0.75", "0.12346")
    assert json.loads(first["refusals"]) == {"unsteady": 3}
    assert (second["load_from"], second["median_bars"], second["limit_bars"]) == ("", "", "")
    assert (third["load_from"], third["load_to"]) == ("1.0", "")
