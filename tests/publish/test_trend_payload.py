"""The trend as JSON: as its schema says, with a forecast and without."""

import json

from schemas import check_payload

from edge_agent.outlook import Forecast, Growth, Outlook
from edge_agent.publish.documents import Origin, Trend
from edge_agent.publish.payloads import encode, payload_of
from edge_agent.verdict import Severity

ORIGIN = Origin("a", "m", "model", "0" * 64)
DAY_S = 86_400.0


def published(outlook: Outlook) -> dict[str, object]:
    payload = json.loads(encode(payload_of(Trend(ORIGIN, outlook, 1.25))))
    check_payload("trend", payload)
    return dict(payload)


def test_a_forecast_is_dated() -> None:
    forecast = Forecast(Severity.ALARM, 20_000 * DAY_S, 19_990 * DAY_S, 20_020 * DAY_S)
    growth = Growth(0.06123412, (0.049, 0.071))
    shown = published(Outlook(19_999 * DAY_S, (1.0, None), 9, 0.20049, 0.01, 30, growth, forecast))
    assert shown["time"] == "1970-01-01T00:00:01.250Z"
    assert (shown["day"], shown["load"], shown["looks"], shown["days"]) == ("2024-10-03", [1.0, None], 9, 30)
    assert (shown["median_bars"], shown["limit_bars"]) == (0.2, 0.01)
    assert (shown["bars_per_month"], shown["bars_per_month_interval"]) == (0.061234, [0.049, 0.071])
    assert shown["forecast"] == {
        "severity": "alarm",
        "expected": "2024-10-04T00:00:00.000Z",
        "earliest": "2024-09-24T00:00:00.000Z",
        "latest": "2024-10-24T00:00:00.000Z",
    }
    assert shown["forecast_reason"] is None
    assert str(shown["summary"]).startswith("0.200 equivalent bars at 100 % load or more")


def test_an_open_end_is_null() -> None:
    shown = published(Outlook(forecast=Forecast(Severity.DANGER, DAY_S, DAY_S, None)))
    assert isinstance(shown["forecast"], dict)
    assert shown["forecast"]["latest"] is None


def test_without_a_forecast_the_reason_is_said_and_what_is_not_known_is_null() -> None:
    shown = published(Outlook(reason="no window gave an answer in the last 90 days"))
    assert shown["forecast_reason"] == "no window gave an answer in the last 90 days"
    assert {key for key, value in shown.items() if value is None} == {
        "day", "load", "median_bars", "limit_bars", "bars_per_month", "bars_per_month_interval", "forecast",
    }  # fmt: skip
