"""A small chart as SVG within a page: axes, a grid, lines and words. No script, no font, no link."""

from collections.abc import Sequence
from html import escape

WIDTH, HEIGHT = 720, 330
"""Size of a chart in its own units; the page scales it. Judgement: a third of a page of A4."""
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 12, 14, 44
"""Margins for labels, in the same units."""


class Chart:
    """A chart over two linear scales, drawn piece by piece; `svg()` returns it."""

    def __init__(self, x: tuple[float, float], y: tuple[float, float], title: str) -> None:
        """Lay out two ranges, from and to; the title is for those who cannot see the chart."""
        self._x, self._y = x, y
        self._title = title
        self._parts: list[str] = []

    def grid(self, x_ticks: Sequence[tuple[float, str]], y_ticks: Sequence[tuple[float, str]]) -> None:
        """Draw lines at ticks, with their labels below and to the left."""
        for value, label in x_ticks:
            at = self._at_x(value)
            self._line("grid", at, _TOP, at, HEIGHT - _BOTTOM)
            self._word(at, HEIGHT - _BOTTOM + 18, label, "middle", "tick")
        for value, label in y_ticks:
            at = self._at_y(value)
            self._line("grid", _LEFT, at, WIDTH - _RIGHT, at)
            self._word(_LEFT - 6, at + 4, label, "end", "tick")

    def axes(self, x_label: str, y_label: str) -> None:
        """Write what the axes show."""
        self._word((_LEFT + WIDTH - _RIGHT) / 2, HEIGHT - 6, x_label, "middle", "axis")
        middle = (_TOP + HEIGHT - _BOTTOM) / 2
        self._parts.append(
            f'<text class="axis" text-anchor="middle" transform="translate(13 {middle:.1f}) rotate(-90)">'
            f"{escape(y_label)}</text>"
        )

    def curve(self, xs: Sequence[float], ys: Sequence[float]) -> None:
        """Draw a line through points; what lies outside the chart ends at its edge."""
        points = " ".join(f"{self._at_x(x):.1f},{self._at_y(y):.1f}" for x, y in zip(xs, ys, strict=True))
        self._parts.append(f'<polyline class="curve" points="{points}"/>')

    def level(self, y: float, words: str, kind: str, *, below: bool = False) -> None:
        """Draw a horizontal line with words on it, or below it, if it lies within the chart."""
        if self._y[0] <= y <= self._y[1]:
            at = self._at_y(y)
            self._line(kind, _LEFT, at, WIDTH - _RIGHT, at)
            self._word(_LEFT + 6, at + (14 if below else -4), words, "start", f"{kind} note")

    def mark(self, x: float, words: Sequence[str], kind: str, anchor: str = "middle") -> None:
        """Draw a vertical line with words at its top, if it lies within the chart."""
        if not self._x[0] <= x <= self._x[1]:
            return
        at = self._at_x(x)
        self._line(kind, at, _TOP, at, HEIGHT - _BOTTOM)
        shift = {"middle": 0.0, "start": 5.0, "end": -5.0}[anchor]
        self._lines(at + shift, _TOP, words, anchor, f"{kind} note")

    def dot(self, x: float, y: float, kind: str) -> None:
        """Draw a point."""
        self._parts.append(
            f'<circle class="{kind}" cx="{self._at_x(x):.1f}" cy="{self._at_y(y):.1f}" r="3.5"/>'
        )

    def bar(self, x: float, low: float, high: float) -> None:
        """Draw a vertical range."""
        self._line("range", self._at_x(x), self._at_y(low), self._at_x(x), self._at_y(high))

    def svg(self) -> str:
        """Return the chart."""
        return (
            f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(self._title, quote=True)}">'
            f"{''.join(self._parts)}</svg>"
        )

    def _line(self, kind: str, x1: float, y1: float, x2: float, y2: float) -> None:
        self._parts.append(f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>')

    def _word(self, x: float, y: float, text: str, anchor: str, kind: str) -> None:
        self._parts.append(
            f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
        )

    def _lines(self, x: float, y: float, words: Sequence[str], anchor: str, kind: str) -> None:
        """Write words below each other, as far apart as their size asks for, which the page may change."""
        lines = "".join(f'<tspan x="{x:.1f}" dy="1.1em">{escape(line)}</tspan>' for line in words)
        if lines:
            self._parts.append(
                f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{lines}</text>'
            )

    def _at_x(self, value: float) -> float:
        low, high = self._x
        return _LEFT + (min(max(value, low), high) - low) / (high - low) * (WIDTH - _LEFT - _RIGHT)

    def _at_y(self, value: float) -> float:
        low, high = self._y
        return (
            HEIGHT - _BOTTOM - (min(max(value, low), high) - low) / (high - low) * (HEIGHT - _TOP - _BOTTOM)
        )


def ticks(low: float, high: float, most: int = 8) -> list[float]:
    """Return round values from `low` to `high`, at most so many: steps of 1, 2 or 5 times a power of ten."""
    step = 1e-9
    for _ in range(60):
        for factor in (1, 2, 5):
            if (high - low) / (factor * step) + 1e-9 < most:  # as much as is forgiven below
                first = -(-low // (factor * step))
                count = int((high - first * factor * step) / (factor * step) + 1e-9) + 1
                return [(first + n) * factor * step for n in range(count)]
        step *= 10
    return []
