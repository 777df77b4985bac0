"""Pictures of an evaluation."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from calibration.learning.judging.report import Report
from calibration.learning.training.probability import Point
from edge_agent.verdict import CLASSES

_SIZE_INCHES = (5.6, 4.2)
"""Judgement: two fit side by side on a page."""
_RESOLUTION_DPI = 130
"""Judgement: sharp on a screen, some 50 kB a picture."""


def draw_pictures(report: Report, folder: Path) -> list[str]:
    """Write the pictures of a report into a folder; return their file names."""
    drawings: Mapping[str, Callable[[Axes, Report], None]] = {
        "confusion.png": _draw_confusion,
        "by_load.png": _draw_by_load,
        "reliability.png": _draw_reliability,
        "selective.png": _draw_selective,
    }
    for name, draw in drawings.items():
        figure = Figure(figsize=_SIZE_INCHES, layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        draw(axes, report)
        if axes.get_legend_handles_labels()[0]:
            figure.legend(loc="outside lower center", ncols=3, fontsize=8)
        axes.set_title(report.title, fontsize=9)
        figure.savefig(folder / name, dpi=_RESOLUTION_DPI)
    return list(drawings)


def _draw_confusion(axes: Axes, report: Report) -> None:
    counts = np.array(report.confusion)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(counts):
        colour = "white" if shares[row, column] > 0.5 else "black"
        text = f"{count}\n{shares[row, column]:.0%}" if count else "0"
        axes.text(column, row, text, ha="center", va="center", color=colour, fontsize=9)
    axes.set_xticks(range(len(CLASSES)), CLASSES)
    axes.set_yticks(range(len(CLASSES)), CLASSES)
    axes.set_xlabel("broken bars that the model names")
    axes.set_ylabel("equivalent broken bars")


def _draw_by_load(axes: Axes, report: Report) -> None:
    for number, (name, points) in enumerate(report.by_load.items()):
        # Moved a little apart, so that the intervals do not hide each other.
        _draw_points(axes, points, name.replace("_", " "), shift=0.008 * (number - 1))
    axes.set_xlabel("load, share of the rated torque")
    _finish(axes)


def _draw_reliability(axes: Axes, report: Report) -> None:
    axes.plot([0.5, 1], [0.5, 1], color="grey", linestyle="--", linewidth=1, label="as sure as right")
    _draw_points(axes, report.reliability, "broken or not", line=False)
    for one in report.reliability:
        axes.annotate(
            f"n={one.count}",
            (one.x, one.interval[0]),
            (0, -9),
            textcoords="offset points",
            ha="center",
            fontsize=7,
        )
    axes.set_xlabel(f"confidence (expected calibration error {report.expected_calibration_error:.3f})")
    _finish(axes)


def _draw_selective(axes: Axes, report: Report) -> None:
    x = [one.x for one in report.selective]
    low, high = zip(*(one.interval for one in report.selective), strict=True)
    axes.fill_between(x, low, high, alpha=0.2, label="95 % interval")
    axes.plot(x, [one.share for one in report.selective], marker=".", label="broken or not")
    axes.set_xlabel("coverage: share answered, the surest first")
    _finish(axes)


def _draw_points(
    axes: Axes, points: Sequence[Point], label: str, shift: float = 0.0, line: bool = True
) -> None:
    share = np.array([one.share for one in points])
    low, high = np.array([one.interval for one in points]).T
    errors = np.maximum([share - low, high - share], 0.0)
    style = "o-" if line else "o"
    axes.errorbar([one.x + shift for one in points], share, errors, fmt=style, capsize=3, ms=4, label=label)


def _finish(axes: Axes) -> None:
    axes.set_ylabel("share right")
    axes.set_ylim(top=1.02)
    axes.grid(alpha=0.3)
