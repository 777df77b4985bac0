"""The supply: what the voltage holds."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from recorded import level_at

from calibration.simulator.conditions import FrequencyStep, Sag, SupplyCondition
from calibration.simulator.noise import BandNoise, OrnsteinUhlenbeck, generator
from calibration.simulator.supply import Supply

STEP_S = 50e-6
CLEAN = SupplyCondition(wander_hz=0.0, flicker=0.0, unbalance=0.0, harmonics=(0.0, 0.0, 0.0, 0.0))


def a_voltage(condition: SupplyCondition, on_from_s: float | None = None) -> NDArray[np.complex128]:
    """Two seconds of voltage at full steps."""
    supply = Supply(condition, 100.0, 50.0, STEP_S, seed=1)
    blocks = [supply.advance(0.2 * k, 40, on_from_s)[0][:-1:2] for k in range(10)]
    return np.concatenate(blocks)


def test_a_clean_supply_is_one_turning_vector() -> None:
    voltage = a_voltage(CLEAN)
    assert np.abs(voltage) == pytest.approx(100.0)
    assert np.angle(voltage[1:] / voltage[:-1]) == pytest.approx(2 * np.pi * 50 * STEP_S)


@pytest.mark.parametrize(("place", "order"), [(0, -5), (1, 7), (2, -11), (3, 13)])
def test_harmonics_turn_with_their_sequence(place: int, order: int) -> None:
    """Pitfall: the 5th and the 11th turn backwards."""
    fifth, seventh, eleventh, thirteenth = (0.03 if k == place else 0.0 for k in range(4))
    harmonics = (fifth, seventh, eleventh, thirteenth)
    voltage = a_voltage(replace(CLEAN, harmonics=harmonics))
    assert level_at(voltage, 1 / STEP_S, 50.0 * order) == pytest.approx(3.0, rel=0.01)
    assert level_at(voltage, 1 / STEP_S, -50.0 * order) < 0.01


@pytest.mark.parametrize(("even", "order"), [((0.03, 0.0), -2), ((0.0, 0.03), 4)])
def test_even_harmonics_do_so_too(even: tuple[float, float], order: int) -> None:
    voltage = a_voltage(replace(CLEAN, even_harmonics=even))
    assert level_at(voltage, 1 / STEP_S, 50.0 * order) == pytest.approx(3.0, rel=0.01)
    assert level_at(voltage, 1 / STEP_S, -50.0 * order) < 0.01


def test_unbalance_is_a_vector_that_turns_backwards() -> None:
    voltage = a_voltage(replace(CLEAN, unbalance=0.02))
    assert level_at(voltage, 1 / STEP_S, -50.0) == pytest.approx(2.0, rel=0.01)


def test_a_sag_takes_its_depth_for_its_time() -> None:
    amplitude = np.abs(a_voltage(replace(CLEAN, sag=Sag(0.5, 0.3, 0.4))))
    assert amplitude[int(0.65 / STEP_S)] == pytest.approx(60.0)
    assert np.mean(amplitude < 61.0) == pytest.approx(0.15, abs=0.005)


def test_a_swell_is_a_sag_below_zero() -> None:
    amplitude = np.abs(a_voltage(replace(CLEAN, sag=Sag(0.5, 0.3, -0.1))))
    assert amplitude[int(0.65 / STEP_S)] == pytest.approx(110.0)


def test_the_frequency_steps_at_its_time() -> None:
    voltage = a_voltage(replace(CLEAN, frequency_step=FrequencyStep(1.0, 0.5)))
    turns = np.angle(voltage[1:] / voltage[:-1]) / (2 * np.pi * STEP_S)
    assert turns[: int(0.99 / STEP_S)] == pytest.approx(50.0)
    assert turns[int(1.01 / STEP_S) :] == pytest.approx(50.5)


@pytest.mark.parametrize("angle_deg", [0.0, 70.0])
def test_the_angle_of_the_unbalance_can_be_given(angle_deg: float) -> None:
    voltage = a_voltage(replace(CLEAN, unbalance=0.02, unbalance_angle_deg=angle_deg))
    positive = np.angle(np.mean(voltage * np.exp(-2j * np.pi * 50 * STEP_S * np.arange(voltage.size))))
    negative = np.mean(voltage * np.exp(2j * np.pi * 50 * STEP_S * np.arange(voltage.size)))
    assert np.degrees(np.angle(negative * np.exp(1j * positive))) % 360 == pytest.approx(angle_deg, abs=0.1)


def test_before_it_is_switched_on_there_is_no_voltage() -> None:
    voltage = a_voltage(CLEAN, on_from_s=0.3)
    assert np.all(voltage[: int(0.3 / STEP_S) - 1] == 0)
    assert np.all(np.abs(voltage[int(0.3 / STEP_S) + 1 :]) > 99)


def test_wander_has_its_deviation_and_correlation() -> None:
    values = OrnsteinUhlenbeck(0.01, 3.0, generator(1, "test")).draw(400_000)
    assert values.std() == pytest.approx(0.01, rel=0.1)
    lag = round(3.0 / 0.005)
    assert np.corrcoef(values[:-lag], values[lag:])[0, 1] == pytest.approx(np.exp(-1), abs=0.08)


def test_flicker_has_its_deviation_and_band() -> None:
    values = BandNoise(0.001, 0.3, 12.0, generator(2, "test")).draw(200_000)
    assert values.std() == pytest.approx(0.001, rel=0.05)
    spectrum = np.abs(np.fft.rfft(values)) ** 2
    frequencies = np.fft.rfftfreq(values.size, 0.005)
    assert spectrum[(frequencies > 0.3) & (frequencies < 12)].sum() > 0.75 * spectrum.sum()
