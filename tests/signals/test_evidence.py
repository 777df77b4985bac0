import numpy as np
import pytest
from scipy import signal
from signal_factories import times

from edge_agent.signals.evidence import harmonic_lines, shaft_sideband_to_1x_db, shaft_sidebands_db
from edge_agent.signals.prepared import Current, Line, Vibration

RATE_HZ = 1000.0
POLE_PASS_HZ = 4.0


def a_vector(fifth=0.0, seventh=0.0, sides=0.0, wander_rad=0.0, line_hz=50.0):
    """A carrier of 4 A with harmonics, each with a line 4sf below it (all over the carrier), that wanders."""
    seconds = times(12.0, RATE_HZ)
    phase = 2 * np.pi * line_hz * seconds + wander_rad * np.sin(2 * np.pi * 0.1 * seconds)
    side = sides * np.exp(-4j * np.pi * POLE_PASS_HZ * seconds)
    vector = np.exp(1j * phase) + (fifth + side) * np.exp(-5j * phase)
    return 4.0 * (vector + (seventh + side) * np.exp(7j * phase))


def lines_of(vector, line_hz=50.0, unbalance=0.0):
    line = Line(line_hz, 4.0, unbalance, False)
    current = Current(vector, np.ones(vector.size, bool), RATE_HZ, line)
    return harmonic_lines(current, POLE_PASS_HZ)


@pytest.mark.parametrize("wander_rad", [0.0, 2.0])
def test_harmonics_and_their_sidebands_are_read_whatever_the_supply_wanders(wander_rad):
    levels, sidebands = lines_of(a_vector(fifth=0.02, seventh=0.01, sides=0.001, wander_rad=wander_rad))
    assert levels == pytest.approx((-34.0, -40.0), abs=0.3)
    assert sidebands == pytest.approx((-60.0, -60.0), abs=0.5)


def test_the_fifth_turns_backwards():
    forwards = 0.08 * np.exp(2j * np.pi * 250 * times(12.0, RATE_HZ))
    assert lines_of(a_vector() + forwards)[0][0] < -90


def test_one_phase_alone_shows_the_fifth_as_well():
    one = signal.hilbert(a_vector(fifth=0.02, seventh=0.01).real)
    assert lines_of(one, unbalance=None)[0] == pytest.approx((-34.0, -40.0), abs=0.3)


def test_a_harmonic_beyond_the_rate_is_left_out():
    assert len(lines_of(a_vector(fifth=0.02, line_hz=70.0), line_hz=70.0)[0]) == 1


@pytest.mark.parametrize(("side", "least_db", "most_db"), [(0.0, -12.0, 12.0), (0.05, 25.0, 80.0)])
def test_sidebands_of_the_shaft_stand_out_where_they_are(side, least_db, most_db):
    seconds = times(12.0, RATE_HZ)
    swing = 1 + side * np.cos(2 * np.pi * POLE_PASS_HZ * seconds)
    noise = 0.02 * np.random.default_rng(4).normal(size=(2, seconds.size))
    vibration = (swing * np.cos(2 * np.pi * 24.1 * seconds) + noise).astype(np.float32)
    shaft = Vibration(vibration, RATE_HZ).around_shaft(24.1)
    assert least_db < shaft_sidebands_db(shaft, POLE_PASS_HZ) < most_db


def shaken(side: float, first: float = 1.0, length_s: float = 12.0) -> float | None:
    """Return what is found of a lower sideband of so much of a first harmonic."""
    seconds = times(length_s, RATE_HZ)
    noise = 0.01 * np.random.default_rng(5).normal(size=(2, seconds.size))
    lines = first * np.cos(2 * np.pi * 24.1 * seconds)
    lines = lines + side * first * np.cos(2 * np.pi * (24.1 - POLE_PASS_HZ) * seconds)
    lines = lines + 0.5 * first * np.cos(2 * np.pi * (24.1 + POLE_PASS_HZ) * seconds)
    shaft = Vibration((lines + noise).astype(np.float32), RATE_HZ).around_shaft(24.15)
    return shaft_sideband_to_1x_db(shaft, POLE_PASS_HZ)


@pytest.mark.parametrize(("side", "expected_db"), [(0.2, -14.0), (0.05, -26.0)])
def test_the_lower_sideband_is_measured_against_the_first_harmonic(side, expected_db):
    assert shaken(side) == pytest.approx(expected_db, abs=0.5)


def test_without_a_first_harmonic_or_too_short_there_is_no_ratio():
    assert shaken(0.2, first=0.0005) is None
    assert shaken(0.2, length_s=0.8) is None
