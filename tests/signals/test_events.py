"""Sags, swells and interruptions are found with their depth and length."""

from dataclasses import replace

import numpy as np
import pytest
from voltage_windows import LINE_HZ, RATE_HZ, a_stream, seconds, turning

from edge_agent.signals.voltage.events import EventKind, SupplyEvent, supply_events

RATED_V = 230.0


def events(factor: np.ndarray, voltages: tuple[str, ...] = ("a", "b", "c")) -> list[SupplyEvent]:
    vector = turning(np.sqrt(2) * RATED_V, length_s=factor.size / RATE_HZ) * factor
    return supply_events(a_stream(vector, vector, voltages), RATED_V, LINE_HZ)


def during(start_s: float, length_s: float, factor: float) -> np.ndarray:
    at = seconds(4.0)
    return np.where((at >= start_s) & (at < start_s + length_s), factor, 1.0)


@pytest.mark.parametrize(
    ("factor", "kind"),
    [(0.7, EventKind.SAG), (0.88, EventKind.SAG), (0.0, EventKind.INTERRUPTION), (1.2, EventKind.SWELL)],
)
@pytest.mark.parametrize("voltages", [("a", "b", "c"), ("ab", "bc")])
def test_an_event_has_its_kind_depth_and_length(
    factor: float, kind: EventKind, voltages: tuple[str, ...]
) -> None:
    (found,) = events(during(1.0, 0.5, factor), voltages)
    assert found.kind is kind
    assert found.start_s == pytest.approx(1.0, abs=0.025)
    assert found.duration_s == pytest.approx(0.5, abs=0.04)
    assert found.extreme == pytest.approx(factor, abs=0.01)


def test_what_stays_within_ten_percent_is_none() -> None:
    assert events(during(1.0, 0.5, 0.92)) == []
    assert events(during(1.0, 0.5, 1.08)) == []


def test_a_voltage_that_flickers_at_the_limit_is_one_event() -> None:
    flickering = 0.90 + 0.01 * np.sin(2 * np.pi * 3 * seconds(4.0))
    assert len(events(np.where(seconds(4.0) < 1.0, 1.0, flickering))) == 1


def test_two_events_come_in_their_order() -> None:
    found = events(during(0.5, 0.3, 1.15) * during(2.0, 0.4, 0.6))
    assert [event.kind for event in found] == [EventKind.SWELL, EventKind.SAG]


def test_lost_scans_are_no_event() -> None:
    vector = turning(np.sqrt(2) * RATED_V, length_s=2.0)
    valid = np.ones(vector.size, bool)
    valid[5000:9000] = False
    assert supply_events(a_stream(vector, vector, valid=valid), RATED_V, LINE_HZ) == []


def test_without_two_voltages_there_is_nothing_to_say() -> None:
    assert events(during(1.0, 0.5, 0.5), ("ab",)) == []
    stream = a_stream(turning(325.0), turning(10.0))
    nothing = replace(stream, valid=np.zeros_like(stream.valid), counts=0 * stream.counts)
    assert supply_events(nothing, RATED_V, LINE_HZ) == []
