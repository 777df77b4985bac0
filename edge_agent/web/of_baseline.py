"""Metrics of what is normal for a motor: how far that is learned, and how far the motor has left it."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily

from edge_agent.baseline.status import BaselineState
from edge_agent.publish.documents import Baseline, Trend
from edge_agent.web.families import gauge_of_motor, one_of


def metrics_of_baseline(baseline: Baseline | None, trend: Trend | None) -> Iterator[GaugeMetricFamily]:
    """Return each state of the baseline, 1 for the present one, and the growth in equivalent bars."""
    if baseline is not None:
        motor, status = baseline.origin.motor, baseline.status
        meaning = "1 for the state that the baseline is in."
        yield one_of("baseline_state", meaning, motor, "state", BaselineState, status.state)
        yield gauge_of_motor(
            "baseline_progress_ratio", "Share of the baseline that is learned.", motor, status.progress
        )
        if status.growth_bars is not None:
            meaning = "Median of the newest looks above the baseline, equivalent bars."
            yield gauge_of_motor("baseline_growth_bars", meaning, motor, status.growth_bars)
    if trend is not None and trend.outlook.growth is not None:
        meaning = "Slope of the trend, equivalent bars per month of 30.4 days."
        rate = trend.outlook.growth.bars_per_month
        yield gauge_of_motor("trend_bars_per_month", meaning, trend.origin.motor, rate)
