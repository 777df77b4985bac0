"""The charts: what is drawn lies where it belongs, and every chart is well-formed SVG."""

import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import numpy as np
import pytest
from answers import NAMEPLATE, POLE_PASS_HZ, a_window, an_answer
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.report.spectrum import spectrum_chart
from edge_agent.report.svg import HEIGHT, WIDTH, Chart, ticks
from edge_agent.report.trend import trend_chart
from edge_agent.trend.days import Day


def drawn(svg: str | None) -> ElementTree.Element:
    assert svg is not None
    return ElementTree.fromstring(svg)


def of_kind(chart: ElementTree.Element, tag: str, kind: str) -> list[ElementTree.Element]:
    return [element for element in chart.iter(tag) if kind in element.get("class", "").split()]


def words(chart: ElementTree.Element) -> str:
    return " ".join(chart.itertext())


@given(
    low=st.floats(-1e6, 1e6),
    span=st.floats(1e-3, 1e6),
    most=st.integers(3, 12),
)
def test_ticks_are_round_and_few_and_within(low: float, span: float, most: int) -> None:
    found = ticks(low, low + span, most)
    assert 1 <= len(found) <= most
    assert low - 1e-6 * span <= found[0]
    assert found[-1] <= low + span * (1 + 1e-6)
    assert np.allclose(np.diff(found, 2), 0, atol=1e-6 * span + 1e-9 * abs(low))


@given(points=st.lists(st.tuples(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9)), min_size=1, max_size=9))
def test_nothing_is_drawn_outside_the_chart(points: list[tuple[float, float]]) -> None:
    chart = Chart((0.0, 1.0), (0.0, 1.0), 'a <b> & "c"')
    chart.curve([x for x, _ in points], [y for _, y in points])
    for x, y in points:
        chart.dot(x, y, "found")
        chart.mark(x, ("<here>",), "expected")
        chart.level(y, "a & b", "limit")
    svg = drawn(chart.svg())
    assert svg.get("aria-label") == 'a <b> & "c"'
    places = [
        tuple(map(float, p.split(",")))
        for p in of_kind(svg, "polyline", "curve")[0].get("points", "").split()
    ]
    places += [(float(c.get("cx", "")), float(c.get("cy", ""))) for c in svg.iter("circle")]
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in places)


def test_the_sidebands_are_marked_where_they_are_expected() -> None:
    svg = drawn(spectrum_chart(an_answer(a_window()), NAMEPLATE))
    lines = [float(line.get("x1", "")) for line in of_kind(svg, "line", "expected")]
    middle = float(of_kind(svg, "line", "line")[0].get("x1", ""))
    assert lines[1] - middle == pytest.approx(middle - lines[0], abs=0.3)
    assert len(of_kind(svg, "line", "further")) == 4
    assert f"{60 - POLE_PASS_HZ:.2f} Hz" in words(svg)
    assert f"{60 + POLE_PASS_HZ:.2f} Hz" in words(svg)
    assert len(of_kind(svg, "polyline", "curve")[0].get("points", "").split()) <= 700


def test_a_motor_without_a_known_slip_has_a_spectrum_without_marks() -> None:
    answer = an_answer(a_window())
    evidence = replace(answer.verdict.evidence, slip=None)
    unknown = replace(answer, verdict=replace(answer.verdict, evidence=evidence))
    assert of_kind(drawn(spectrum_chart(unknown, NAMEPLATE)), "line", "expected") == []


def test_a_window_without_a_current_has_no_spectrum() -> None:
    still = a_window(amplitude_a=0.0, lower=0.0, upper=0.0, noise_a=0.0)
    assert spectrum_chart(an_answer(still), NAMEPLATE) is None


def a_day(day: int, bars: float | None) -> Day:
    return Day(day, 100, 50, bars, bars and bars - 0.01, bars and bars + 0.01, 0.02, 1.0, {})


def test_the_trend_shows_days_limits_and_the_event() -> None:
    days = [a_day(20_000 + n, None if n == 3 else 0.05 * n) for n in range(12)]
    svg = drawn(trend_chart(days, 20_008.5 * 86_400))
    assert len(of_kind(svg, "circle", "found")) == 11
    heights = [float(dot.get("cy", "")) for dot in of_kind(svg, "circle", "found")]
    assert heights == sorted(heights, reverse=True)
    assert "alarm from 0.32" in words(svg)
    assert "this event" in words(svg)


@pytest.mark.parametrize("days", [[], [a_day(20_000, 0.1)], [a_day(20_000, None), a_day(20_001, 0.2)]])
def test_a_single_day_is_no_trend(days: list[Day]) -> None:
    assert trend_chart(days, None) is None
