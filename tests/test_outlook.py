"""What is to be expected, in one line."""

import pytest

from edge_agent.outlook import Forecast, Growth, Outlook, say_load, say_outlook
from edge_agent.verdict import Severity

DAY_S = 86_400.0


@pytest.mark.parametrize(
    ("load", "words"),
    [(None, "unknown load"), ((0.0, 0.25), "0 to 25 % load"), ((1.0, None), "100 % load or more")],
)
def test_a_range_of_loads_in_words(load: tuple[float, float | None] | None, words: str) -> None:
    assert say_load(load) == words


def test_a_forecast_names_bars_growth_and_dates() -> None:
    forecast = Forecast(Severity.ALARM, 20_000 * DAY_S, 19_990 * DAY_S, 20_020.9 * DAY_S)
    outlook = Outlook(0.0, (0.5, 0.75), 9, 0.2, 0.01, 30, Growth(0.06, (0.049, 0.071)), forecast)
    assert say_outlook(outlook) == (
        "0.200 equivalent bars at 50 to 75 % load; +0.060 a month (+0.049 to +0.071); "
        "alarm about 2024-10-04, between 2024-09-24 and 2024-10-24"
    )


def test_an_open_end_and_a_reason_are_said() -> None:
    forecast = Forecast(Severity.DANGER, 20_000 * DAY_S, 19_990 * DAY_S, None)
    assert say_outlook(Outlook(forecast=forecast)) == (
        "danger about 2024-10-04, between 2024-09-24 and more than ten years later"
    )
    assert say_outlook(Outlook(reason="too few days")) == "no forecast: too few days"


def test_only_what_surely_grows_is_significant() -> None:
    assert Growth(0.1, (0.01, 0.2)).significant
    assert not Growth(0.1, (0.0, 0.2)).significant
