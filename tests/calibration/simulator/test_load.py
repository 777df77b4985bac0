"""The driven machine: torque over time."""

import numpy as np
import pytest
from numpy.typing import NDArray
from recorded import level_at, space_vector

from calibration.simulator.conditions import LoadCondition, LoadStep, Oscillation, Ripple
from calibration.simulator.equations import load_torque
from calibration.simulator.load import CONSTANT, FAN, GENERATOR, MIXED, LoadFactor, load_curve
from calibration.simulator.motors import DEFAULT_MOTOR
from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario

STEP_S = 50e-6
RATED_RAD_S = DEFAULT_MOTOR.speed_rpm * np.pi / 30


def a_factor(condition: LoadCondition, oscillation_hz: float = 0.0) -> NDArray[np.float64]:
    """Ten seconds of g(t) at full steps."""
    factor = LoadFactor(condition, 10.0, STEP_S, seed=1)
    factor.oscillation_hz = oscillation_hz
    return np.concatenate([factor.advance(0.2 * k, 40)[:-1:2] for k in range(50)])


@pytest.mark.parametrize("law", [CONSTANT, GENERATOR, FAN, MIXED])
def test_every_law_gives_its_load_at_rated_speed(law: tuple[float, float, float]) -> None:
    curve = load_curve(LoadCondition(law=law), DEFAULT_MOTOR, 0.6, seed=1)
    torque = load_torque(RATED_RAD_S, 0.0, 1.0, curve)
    assert torque == pytest.approx(0.6 * DEFAULT_MOTOR.circuit.rated_torque_nm)
    assert load_torque(0.0, 0.0, 1.0, curve) == 0.0


def test_a_fan_at_half_speed_takes_a_quarter() -> None:
    curve = load_curve(LoadCondition(law=FAN), DEFAULT_MOTOR, 1.0, seed=1)
    ratio = load_torque(RATED_RAD_S / 2, 0.0, 1.0, curve) / load_torque(RATED_RAD_S, 0.0, 1.0, curve)
    assert ratio == pytest.approx(0.25)


def test_noise_ramp_and_steps() -> None:
    quiet = a_factor(LoadCondition(noise=0.0, ramp=0.2, steps=(LoadStep(5.0, 0.5),)))
    assert quiet[0] == pytest.approx(1.0, abs=0.01)
    assert quiet[int(4.9 / STEP_S)] == pytest.approx(1.098, abs=0.01)
    assert quiet[-1] == pytest.approx(0.6, abs=0.01)
    assert a_factor(LoadCondition(noise=0.01)).std() == pytest.approx(0.01, rel=0.4)


def test_an_oscillation_has_its_amplitude_and_frequency() -> None:
    factor = a_factor(
        LoadCondition(noise=0.0, oscillation=Oscillation(0.05, frequency_hz=3.0, ratio=None)), 3.0
    )
    spectrum = np.abs(np.fft.rfft(factor - factor.mean())) / factor.size * 2
    assert np.fft.rfftfreq(factor.size, STEP_S)[spectrum.argmax()] == pytest.approx(3.0)
    assert spectrum.max() == pytest.approx(0.05, rel=0.01)


def test_an_oscillation_needs_exactly_one_way_to_say_its_frequency() -> None:
    with pytest.raises(ValueError, match="not both"):
        Oscillation(0.05, ratio=1.0, frequency_hz=3.0)


def test_a_belt_shows_at_its_order_of_the_shaft() -> None:
    belt = LoadCondition(noise=0.0, ripples=(Ripple(0.3, 0.05),))
    recording = simulate(Scenario(seed=6, load=0.8, driven=belt))
    vector, line_hz = space_vector(recording), recording.meta["line_frequency_hz"]
    shaft_hz = line_hz * (1 - recording.meta["slip"]) / 2
    beside = level_at(vector, 10_000.0, line_hz + 0.3 * shaft_hz)
    assert beside > 10 * level_at(vector, 10_000.0, line_hz + 0.4 * shaft_hz)
