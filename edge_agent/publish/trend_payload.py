"""Growth and forecast as JSON."""

from edge_agent.outlook import Forecast, say_date, say_outlook
from edge_agent.publish.documents import Trend
from edge_agent.publish.json_values import SCHEMA, Payload, iso_time, rounded, significant


def trend_payload(trend: Trend) -> Payload:
    """Return what is published of how a motor develops; what is not known is null."""
    outlook, growth = trend.outlook, trend.outlook.growth
    return {
        "schema": SCHEMA,
        "agent": trend.origin.agent,
        "motor": trend.origin.motor,
        "time": iso_time(trend.unix_s),
        "day": None if outlook.day_unix_s is None else say_date(outlook.day_unix_s),
        "load": None if outlook.load is None else list(outlook.load),
        "looks": outlook.looks,
        "median_bars": rounded(outlook.median_bars, 3),
        "limit_bars": rounded(outlook.limit_bars, 3),
        "days": outlook.days,
        "bars_per_month": None if growth is None else significant(growth.bars_per_month),
        "bars_per_month_interval": None if growth is None else [significant(end) for end in growth.interval],
        "forecast": None if outlook.forecast is None else _forecast(outlook.forecast),
        "forecast_reason": outlook.reason,
        "summary": say_outlook(outlook),
    }


def _forecast(forecast: Forecast) -> Payload:
    latest_unix_s = forecast.latest_unix_s
    return {
        "severity": str(forecast.severity),
        "expected": iso_time(forecast.expected_unix_s),
        "earliest": iso_time(forecast.earliest_unix_s),
        "latest": None if latest_unix_s is None else iso_time(latest_unix_s),
    }
