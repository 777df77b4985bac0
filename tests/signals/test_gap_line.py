"""The line of an air gap that runs out with the shaft."""

import numpy as np
import pytest
from signal_factories import a_space_vector

from edge_agent.signals.gap_line import gap_line
from edge_agent.signals.prepared import Current, find_line

RATE_HZ, LENGTH_S = 1000.0, 4.0


def a_current(level: float, shaft_hz: float, lost: bool = False) -> Current:
    times = np.arange(round(RATE_HZ * LENGTH_S)) / RATE_HZ
    vector = a_space_vector(times) + 4.0 * level * np.exp(2j * np.pi * (60.0 + shaft_hz) * times)
    random = np.random.default_rng(1)
    vector = vector + 0.0005 * (random.standard_normal(times.size) + 1j * random.standard_normal(times.size))
    line = find_line(vector, RATE_HZ, one_phase=False)
    assert line is not None
    valid = np.ones(times.size, bool)
    valid[100:110] = not lost
    return Current(vector, valid, RATE_HZ, line)


@pytest.mark.parametrize(("level", "expected_dbc"), [(0.003, -50.5), (0.01, -40.0)])
@pytest.mark.parametrize("shaft_hz", [29.1, 57.2])
def test_its_level_is_relative_to_the_line(level, expected_dbc, shaft_hz):
    found = gap_line(a_current(level, shaft_hz), shaft_hz + 0.05)
    assert found is not None
    assert found[0] == pytest.approx(expected_dbc, abs=0.2)
    assert found[1] > 15


def test_without_it_only_noise_is_found():
    found = gap_line(a_current(0.0, 29.1), 29.1)
    assert found is not None
    assert found[1] < 15


def test_it_cannot_be_told_from_a_harmonic_beyond_the_rate_or_with_lost_scans():
    assert gap_line(a_current(0.01, 59.8), 59.8) is None
    assert gap_line(a_current(0.01, 29.1), 400.0) is None
    assert gap_line(a_current(0.01, 29.1, lost=True), 29.1) is None
