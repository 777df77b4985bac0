import numpy as np
import pytest
from signal_factories import a_nameplate, a_shaking, times

from edge_agent.circuit import fit_circuit
from edge_agent.signals.prepared import Line, Vibration
from edge_agent.signals.slip.range import SlipRange
from edge_agent.signals.slip.shaft import find_shaft, shows_shaft, slip_by_vibration
from edge_agent.signals.slip.view import slip_by_current

RATE_HZ = 1000.0
SLIP = 0.035
LINE = Line(60.0, 4.0, 0.0, False)
PLATE = a_nameplate()
CIRCUIT = fit_circuit(PLATE)


@pytest.mark.parametrize("shaft_hz", [28.2, 28.58, 29.41, 29.9])
def test_the_comb_of_harmonics_gives_the_speed(shaft_hz):
    vibration = a_shaking(times(12.0, RATE_HZ), shaft_hz).astype(np.float32)
    found_hz, uncertainty_hz = find_shaft(vibration, RATE_HZ, 26.4, 29.98, line_frequency_hz=60.0)
    assert found_hz == pytest.approx(shaft_hz, abs=uncertainty_hz)


def test_noise_alone_has_no_speed():
    noise = np.random.default_rng(5).normal(size=(2, 12000)).astype(np.float32)
    assert find_shaft(noise, RATE_HZ, 26.4, 29.98, line_frequency_hz=60.0) is None


def test_the_hum_of_the_supply_is_no_speed():
    seconds = times(12.0, RATE_HZ)
    hum = sum(np.cos(2 * np.pi * k * 60 * seconds) for k in (1, 2, 4)) + np.random.default_rng(6).normal(
        0, 0.1, seconds.size
    )
    assert find_shaft(hum[None].astype(np.float32), RATE_HZ, 26.4, 29.98, line_frequency_hz=60.0) is None


def test_the_skirt_of_a_line_beside_the_supplys_is_no_speed():
    """The line of a motor of two poles that nearly idles cannot be told from the supply's in this window."""
    seconds = times(7.0, RATE_HZ)
    shaft_line = np.cos(2 * np.pi * 59.76 * seconds) + np.random.default_rng(6).normal(0, 0.1, seconds.size)
    vibration = shaft_line[None].astype(np.float32)
    assert find_shaft(vibration, RATE_HZ, 57.0, 59.93, line_frequency_hz=60.0) is None


def test_a_belt_with_a_louder_comb_outside_the_range_is_not_taken_for_the_shaft():
    seconds = times(12.0, RATE_HZ)
    belt = sum(0.5 * np.cos(2 * np.pi * k * 12.47 * seconds) for k in range(1, 9))
    vibration = (a_shaking(seconds, 28.53) + belt).astype(np.float32)
    found_hz, uncertainty_hz = find_shaft(vibration, RATE_HZ, 26.4, 29.98, line_frequency_hz=60.0)
    assert found_hz == pytest.approx(28.53, abs=uncertainty_hz)


@pytest.mark.parametrize(("asked_hz", "there"), [(28.53, True), (28.56, True), (28.2, False), (29.1, False)])
def test_a_speed_is_confirmed_only_where_its_lines_are(asked_hz, there):
    vibration = a_shaking(times(12.0, RATE_HZ), 28.53).astype(np.float32)
    assert shows_shaft(vibration, RATE_HZ, asked_hz, line_frequency_hz=60.0) is there


def test_a_driven_shaft_that_turns_more_slowly_is_not_taken_for_the_motors():
    """A fan on a belt shakes more than the motor that drives it; the current says which of both is meant."""
    line = Line(60.0, 1.2 * PLATE.rated_current_a * 2**0.5, 0.0, False)
    slip = 1.1 * CIRCUIT.slip_at_current(line.amplitude_a / 2**0.5)
    seconds = times(12.0, 1000.0)
    fan_hz = 30 * (1 - 2.5 * PLATE.rated_slip)
    both = a_shaking(seconds, 30 * (1 - slip)) + 3 * a_shaking(seconds, fan_hz, seed=2)
    found = slip_by_vibration(
        Vibration(both.astype(np.float32), 1000.0), line, PLATE, slip_by_current(line, PLATE, CIRCUIT)
    )
    assert found.lowest < slip < found.highest


def test_vibration_tells_the_slip_within_what_the_current_allows():
    vibration = Vibration(a_shaking(times(12.0, 1000.0), 30 * (1 - SLIP)).astype(np.float32), 1000.0)
    found = slip_by_vibration(vibration, LINE, PLATE, SlipRange(0.02, 0.08, "current"))
    assert found.source == "vibration"
    assert found.lowest < SLIP < found.highest
    assert slip_by_vibration(vibration, LINE, PLATE, SlipRange(0.06, 0.08, "current")) is None
