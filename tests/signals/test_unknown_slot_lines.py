"""Lines off the supply's harmonics: found with their order, and read once the bars are known."""

import numpy as np
import pytest
from answers import a_window

from edge_agent.acquire.samples import Stream
from edge_agent.signals.prepared import Preparation
from edge_agent.signals.slip.known import SlotBars
from edge_agent.signals.slip.lines import FoundLine, find_lines, read_learned
from edge_agent.signals.slip.range import SlipRange
from edge_agent.windows.sliding import StreamWindow

POSSIBLE = SlipRange(0.0, 0.1, "current")


def with_lines(*orders: float, size_a: float = 0.02, noise_a: float = 0.003) -> StreamWindow:
    """Three currents of 12 s with lines at these orders of 60 Hz."""
    window = a_window(length_s=12.0, lower=0.0, upper=0.0, noise_a=noise_a).current
    seconds = np.arange(window.counts.shape[1]) / window.stream.rate_hz
    counts = window.counts.astype(np.float64)
    for order in orders:
        for phase in range(3):
            turns = order * 60.0 * seconds - phase / 3
            counts[phase] += size_a / window.stream.channels[phase].scale * np.cos(2 * np.pi * turns)
    stream: Stream = window.stream
    return StreamWindow(stream, 0, np.rint(counts).astype(np.int16), window.valid, 0)


def lines_of(window: StreamWindow) -> tuple[FoundLine, ...]:
    current = Preparation().current(window)
    assert current is not None
    return find_lines(window, current)


def test_a_line_is_found_at_its_order() -> None:
    (found,) = lines_of(with_lines(13.58))
    assert found.order == pytest.approx(13.58, abs=0.001)
    assert found.level_db > 20


def test_harmonics_of_the_supply_and_noise_are_no_lines() -> None:
    assert lines_of(with_lines(5.0, 7.0, 11.0)) == ()


def test_the_strongest_line_comes_first() -> None:
    strong, weak = with_lines(13.58, size_a=0.05), with_lines(11.58, noise_a=0.0)
    both = StreamWindow(strong.stream, 0, strong.counts + weak.counts // 4, strong.valid, 0)
    assert round(lines_of(both)[0].order, 2) == 13.58


def test_a_line_means_the_slip_that_is_possible() -> None:
    order = 28 / 2 * (1 - 0.03) + 1
    slots = SlotBars(28, (1,), False)
    assert read_learned([FoundLine(order, 20.0)], slots, 2, POSSIBLE) == pytest.approx(0.03)
    assert read_learned([FoundLine(order + 1.0, 20.0)], slots, 2, POSSIBLE) is None


def test_two_lines_of_different_slips_tell_nothing_unless_one_leads() -> None:
    slots = SlotBars(28, (1,), False)
    one, other = 28 / 2 * (1 - 0.03) + 1, 28 / 2 * (1 - 0.05) + 1
    assert read_learned([FoundLine(one, 20.0), FoundLine(other, 18.0)], slots, 2, POSSIBLE) is None
    led = read_learned([FoundLine(one, 30.0), FoundLine(other, 18.0)], slots, 2, POSSIBLE)
    assert led == pytest.approx(0.03)
