"""For how long the load has been steady at the end of a window."""

from dataclasses import replace

import numpy as np
import pytest
from answers import RATE_HZ, a_window

from edge_agent.signals.steady_part import steady_s
from edge_agent.windows.sliding import StreamWindow

SETTLED_S = 0.5
"""What a step costs beside itself, s."""


def stepped(*steps: tuple[float, float]) -> StreamWindow:
    """Return 12 s of current whose amplitude is multiplied at some times, s."""
    stream = a_window(length_s=12.0, vibration=False).current
    seconds = np.arange(stream.valid.size) / RATE_HZ
    factor = np.prod([np.where(seconds < time_s, 1.0, by) for time_s, by in steps], axis=0)
    return replace(stream, counts=np.rint(stream.counts * factor).astype(np.int16))


@pytest.mark.parametrize("time_s", [2.0, 4.7, 8.0, 10.5])
@pytest.mark.parametrize("by", [0.7, 0.93, 1.08, 1.5])
def test_it_begins_soon_after_a_step(time_s: float, by: float) -> None:
    found_s = steady_s(stepped((time_s, by)), 60.0)
    assert found_s == pytest.approx(12.0 - time_s - SETTLED_S, abs=0.2)


def test_the_newest_of_several_steps_counts() -> None:
    assert steady_s(stepped((2.0, 1.3), (5.0, 0.8), (7.5, 1.2)), 60.0) == pytest.approx(4.0, abs=0.2)


@pytest.mark.parametrize("lower", [0.0, 0.02, 0.05])
def test_modulation_by_broken_bars_is_no_step(lower: float) -> None:
    assert steady_s(a_window(length_s=12.0, lower=lower, upper=-lower / 2).current, 60.0) == 12.0


def test_what_lies_before_a_gap_does_not_count() -> None:
    stream = a_window(length_s=12.0).current
    valid = stream.valid.copy()
    valid[round(5.0 * RATE_HZ) : round(6.0 * RATE_HZ)] = False
    assert steady_s(replace(stream, valid=valid), 60.0) < 6.5


def test_a_window_too_short_to_show_a_step_has_none() -> None:
    assert steady_s(a_window(length_s=0.8, vibration=False).current, 60.0) == pytest.approx(0.8)
