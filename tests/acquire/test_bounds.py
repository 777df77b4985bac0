"""Rates and window lengths that nobody can mean are named before anything of their size is made."""

import pytest

from edge_agent.acquire.bounds import rate_problem, window_problem
from edge_agent.acquire.samples import Channel, ChannelKind, Stream


def a_stream(rate_hz: float, count: int = 3, kind: ChannelKind = ChannelKind.CURRENT) -> Stream:
    return Stream(0, rate_hz, tuple(Channel(f"c{k}", kind, "A", 0.01) for k in range(count)))


@pytest.mark.parametrize(
    ("rate_hz", "channels", "length_s", "fits"),
    [
        (4e6, 60, 12.0, False),
        (1e6, 1, 12.0, False),
        (50_000.0, 3, 60.0, False),
        (0.1, 64, 1e7, False),
        (10_000.0, 4, 60.0, True),
        (50_000.0, 4, 12.0, True),
    ],
)
def test_a_window_that_would_fill_the_memory_is_told_with_the_length_that_fits(
    rate_hz: float, channels: int, length_s: float, fits: bool
) -> None:
    problem = window_problem((a_stream(rate_hz, channels),), length_s)
    assert (problem is None) is fits
    assert fits or "shorten window.length_s to" in str(problem)


@pytest.mark.parametrize("rate_hz", [0.1, 3.0, 50.0, 99.9, 1e-300, 1e300, 1_000_001.0, float("nan"), -2000.0])
def test_a_rate_that_no_current_can_have_is_told(rate_hz: float) -> None:
    assert f"rate_hz {rate_hz:g} of c0 and 2 more, expected 100 to 1000000" in str(
        rate_problem((a_stream(rate_hz),))
    )


def test_a_tachometer_may_be_slow_and_all_channels_together_may_not_be_too_fast() -> None:
    assert rate_problem((a_stream(0.5, 1, ChannelKind.SPEED),)) is None
    assert "values per second" in str(rate_problem((a_stream(900_000.0, 6),)))
