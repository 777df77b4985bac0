import numpy as np
import pytest
from signal_factories import a_space_vector, phase_currents, times

from edge_agent.signals.supply import check_even_harmonics, find_line, space_vector
from edge_agent.verdict import Reason

RATE_HZ = 1000.0


@pytest.mark.parametrize("phases", ["abc", "bc", "ac", "ab"])
def test_two_phases_of_a_balanced_motor_are_as_good_as_three(phases):
    vector = a_space_vector(times(1.0, RATE_HZ))
    found = space_vector(phase_currents(vector, phases).astype(np.float32), phases)
    np.testing.assert_allclose(found, vector, atol=1e-5)


def test_one_phase_gives_the_analytic_signal():
    seconds = times(2.0, RATE_HZ)
    vector = a_space_vector(seconds)
    found = space_vector(phase_currents(vector, "a").astype(np.float32), "a")
    np.testing.assert_allclose(found[200:-200], vector[200:-200], atol=0.05)


@pytest.mark.parametrize("line_hz", [17.3, 49.987, 60.021])
def test_the_line_is_found_to_a_millihertz(line_hz):
    line = find_line(a_space_vector(times(4.0, RATE_HZ), line_hz=line_hz), RATE_HZ, one_phase=False)
    assert line.frequency_hz == pytest.approx(line_hz, abs=1e-3)
    assert line.amplitude_a == pytest.approx(4.0, rel=1e-3)
    assert not line.reversed_order


def test_phases_in_the_order_a_c_b_are_noticed():
    swapped = a_space_vector(times(4.0, RATE_HZ)).conj()
    line = find_line(swapped, RATE_HZ, one_phase=False)
    assert line.reversed_order
    assert line.frequency_hz == pytest.approx(60.0, abs=1e-3)


def test_unbalance_is_negative_over_positive_sequence():
    vector = a_space_vector(times(4.0, RATE_HZ))
    line = find_line(vector + 0.08 * vector.conj(), RATE_HZ, one_phase=False)
    assert line.unbalance == pytest.approx(0.08, abs=1e-3)
    assert find_line(vector, RATE_HZ, one_phase=True).unbalance is None


@pytest.mark.parametrize("sides", [(1,), (-1,), (1, -1)])
@pytest.mark.parametrize("reversed_order", [False, True])
def test_the_second_harmonic_is_told_whichever_way_it_turns(sides, reversed_order):
    seconds = times(4.0, RATE_HZ)
    vector = a_space_vector(seconds, line_hz=59.96)
    vector = vector + sum(0.8 / len(sides) * np.exp(2j * np.pi * side * 119.92 * seconds) for side in sides)
    line = find_line(vector.conj() if reversed_order else vector, RATE_HZ, one_phase=False)
    assert line.second_harmonic == pytest.approx(0.2, rel=1e-3)
    assert check_even_harmonics(line, -13.0) is None
    refusal = check_even_harmonics(line, -15.0)
    assert (refusal.reason, refusal.quantity, refusal.limit) == (
        Reason.OUT_OF_DOMAIN,
        "second_harmonic_dbc",
        -15.0,
    )
    assert refusal.value == pytest.approx(-14.0, abs=0.1)


@pytest.mark.parametrize("rate_hz", [150.0, 180.0, 200.0, 239.0])
def test_a_rate_that_does_not_reach_the_second_harmonic_takes_nothing_for_it(rate_hz):
    """At 180 Hz the line itself would stand in its place."""
    vector = a_space_vector(times(12.0, rate_hz)) + 0.2 * a_space_vector(times(12.0, rate_hz)).conj()
    line = find_line(vector, rate_hz, one_phase=False)
    assert line.frequency_hz == pytest.approx(60.0, abs=1e-3)
    assert line.second_harmonic == 0.0


def test_silence_has_no_line():
    assert find_line(np.zeros(1000, complex), RATE_HZ, one_phase=False) is None
