"""How broken bars of a motor develop: the newest day, its growth, and when the next severity comes."""

from dataclasses import dataclass
from datetime import UTC, datetime

from edge_agent.verdict import Severity


@dataclass(frozen=True, slots=True)
class Growth:
    """How fast the equivalent bars grow."""

    bars_per_month: float
    """Slope, equivalent bars per month of 30.4 days; negative if they shrink."""
    interval: tuple[float, float]
    """Holds the true slope in 19 of 20 cases, in the same unit."""

    @property
    def significant(self) -> bool:
        """True if the bars grow, and not by chance alone."""
        return self.interval[0] > 0


@dataclass(frozen=True, slots=True)
class Forecast:
    """When the next severity comes if the growth goes on as it is."""

    severity: Severity
    """Alarm or danger."""
    expected_unix_s: float
    """When the line crosses the limit of this severity."""
    earliest_unix_s: float
    """Begin of the interval that holds the crossing in nine of ten cases."""
    latest_unix_s: float | None
    """End of that interval; None if it lies more than ten years ahead."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the hours of the last months say of a motor, at the load at which it showed most."""

    day_unix_s: float | None = None
    """Begin of the newest day with looks, UTC; None without any."""
    load: tuple[float, float | None] | None = None
    """From and to which load, per unit; None if it is not known. The upper end is None if it is open."""
    looks: int = 0
    """Looks of that day."""
    median_bars: float | None = None
    """Median of its equivalent bars."""
    limit_bars: float | None = None
    """Worst detection limit of its looks, equivalent bars."""
    days: int = 0
    """Days with looks that growth and forecast rest on."""
    growth: Growth | None = None
    """None if there are too few days."""
    forecast: Forecast | None = None
    """None if there is none."""
    reason: str | None = None
    """Why there is no forecast, in words; None if there is one."""


def say_outlook(outlook: Outlook) -> str:
    """Return what is to be expected in one line, without a full stop."""
    parts = []
    if outlook.median_bars is not None:
        parts.append(f"{outlook.median_bars:.3f} equivalent bars at {say_load(outlook.load)}")
    if outlook.growth is not None:
        low, high = outlook.growth.interval
        parts.append(f"{outlook.growth.bars_per_month:+.3f} a month ({low:+.3f} to {high:+.3f})")
    if outlook.forecast is not None:
        parts.append(_say_forecast(outlook.forecast))
    if outlook.reason is not None:
        parts.append(f"no forecast: {outlook.reason}")
    return "; ".join(parts)


def say_load(load: tuple[float, float | None] | None) -> str:
    """Return a range of loads in words, e.g. `50 to 75 % load`."""
    if load is None:
        return "unknown load"
    low, high = load
    if high is None:
        return f"{100 * low:.0f} % load or more"
    return f"{100 * low:.0f} to {100 * high:.0f} % load"


def say_date(unix_s: float) -> str:
    """Return the day of a time in UTC, e.g. `2026-11-23`."""
    return datetime.fromtimestamp(unix_s, UTC).date().isoformat()


def _say_forecast(forecast: Forecast) -> str:
    latest = (
        "more than ten years later" if forecast.latest_unix_s is None else say_date(forecast.latest_unix_s)
    )
    return (
        f"{forecast.severity} about {say_date(forecast.expected_unix_s)}, between "
        f"{say_date(forecast.earliest_unix_s)} and {latest}"
    )
