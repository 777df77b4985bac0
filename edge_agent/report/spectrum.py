"""The spectrum of the current around the line, with the places at which broken bars would show."""

import numpy as np

from edge_agent.motor import Nameplate
from edge_agent.pipeline import Answer
from edge_agent.plot import Floats, Marks, spectrum_around_line
from edge_agent.report.svg import Chart, ticks

_MAX_POINTS = 700
"""Points drawn at most: one for each unit of the chart's width. The highest of each group is kept."""
_ROOM_DB = 30.0
"""Room above the line for words, dB. Judgement."""
_FURTHER_PAIRS = (2, 3)
"""Pairs at 4sf and 6sf, which broken bars make weaker, are marked without words."""


def spectrum_chart(answer: Answer, nameplate: Nameplate) -> str | None:
    """Return the chart as SVG; None if the window has no current."""
    marks = Marks.of(answer, nameplate)
    around = spectrum_around_line(answer.window, marks)
    if around is None:
        return None
    frequencies, levels = _thinned(*around)
    lowest = max(float(np.percentile(levels, 2)) - 5, -140.0)
    x = (marks.line_hz - marks.reach_hz, marks.line_hz + marks.reach_hz)
    chart = Chart(x, (lowest, _ROOM_DB), "Spectrum of the current around the line frequency")
    x_ticks = [(value, f"{value:g}") for value in (round(tick, 6) for tick in ticks(*x))]
    chart.grid(x_ticks, [(value, f"{value:.0f}") for value in ticks(lowest, 0.0)])
    chart.axes("frequency, Hz", "level, dB against the line")
    evidence = answer.verdict.evidence
    if marks.pole_pass_hz is not None:
        _mark_pairs(chart, answer, marks, marks.pole_pass_hz)
    chart.curve(frequencies.tolist(), levels.tolist())
    floor_dbc, limit_dbc = evidence.noise_floor_dbc, evidence.detection_limit_dbc
    if floor_dbc is not None:
        chart.level(floor_dbc, f"noise floor {floor_dbc:.0f} dB", "limit", below=True)
    if limit_dbc is not None:
        chart.level(limit_dbc, f"detection limit {limit_dbc:.0f} dB", "limit")
    chart.mark(marks.line_hz, ("line", f"{marks.line_hz:.2f} Hz"), "line")
    return chart.svg()


def _mark_pairs(chart: Chart, answer: Answer, marks: Marks, pole_pass_hz: float) -> None:
    """Mark (1 ± 2s)f with their levels, and the further pairs without words."""
    evidence = answer.verdict.evidence
    sides = ((-1, evidence.lower_sideband_dbc, "(1-2s)f"), (1, evidence.upper_sideband_dbc, "(1+2s)f"))
    for sign, level_dbc, name in sides:
        at_hz = marks.line_hz + sign * pole_pass_hz
        measured = () if level_dbc is None else (f"{level_dbc:.1f} dB",)
        chart.mark(at_hz, (name, f"{at_hz:.2f} Hz", *measured), "expected", "end" if sign < 0 else "start")
        if level_dbc is not None:
            chart.dot(at_hz, level_dbc, "found")
        for order in _FURTHER_PAIRS:
            chart.mark(marks.line_hz + sign * order * pole_pass_hz, (), "further")


def _thinned(frequencies: Floats, levels: Floats) -> tuple[Floats, Floats]:
    """Return the highest point of each group of neighbours, so that no line is lost."""
    group = -(-levels.size // _MAX_POINTS)
    starts = np.arange(0, levels.size, group)
    highest = np.array([start + int(np.argmax(levels[start : start + group])) for start in starts])
    return frequencies[highest], levels[highest]
