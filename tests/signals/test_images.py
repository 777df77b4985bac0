import numpy as np
import pytest

from edge_agent.signals.images import ImageSpec, SidebandImage

RATE_HZ = 125.0
POLE_PASS_HZ = 2.0


def a_modulation(lower, upper, length_s=12.0, pole_pass_hz=POLE_PASS_HZ):
    turns = 2j * np.pi * pole_pass_hz * np.arange(round(length_s * RATE_HZ)) / RATE_HZ
    return upper * np.exp(turns) + lower * np.exp(-turns)


def test_a_pair_stands_in_the_row_of_2sf_on_its_own_side():
    modulations = a_modulation(0.02, 0.01)[np.newaxis]
    (upper,), (lower,) = SidebandImage(ImageSpec()).transform(modulations, RATE_HZ, POLE_PASS_HZ)
    row = int(np.argmin(np.abs(np.linspace(0, 3.2, 64) - 1.0)))
    assert np.abs(lower[row]).mean() == pytest.approx(0.02, rel=0.05)
    assert np.abs(upper[row]).mean() == pytest.approx(0.01, rel=0.05)


@pytest.mark.parametrize("slip_hz", [0.7, 2.0, 5.8])
def test_the_same_fault_gives_the_same_row_at_any_slip(slip_hz):
    image = SidebandImage(ImageSpec())
    modulation = a_modulation(0.02, 0.01, pole_pass_hz=slip_hz)
    levels = image.current(modulation, RATE_HZ, slip_hz, bars_per_ratio=30)[..., 1].mean(axis=1)
    assert abs(np.argmax(levels) - 20) <= 1


@pytest.mark.parametrize(("amplitude", "phase", "in_step"), [(0.02, 0.01, 1), (0.005, 0.03, -1)])
def test_amplitude_and_phase_have_their_own_planes_and_the_product_their_sense(amplitude, phase, in_step):
    """ln of the current is amplitude cos wt + j phase cos wt: both sidebands are (A + jP) / 2."""
    spec = ImageSpec()
    side = (amplitude + 1j * in_step * phase) / 2
    image = SidebandImage(spec).current(a_modulation(side, side), RATE_HZ, POLE_PASS_HZ, bars_per_ratio=30)
    levels_db = image[20, :, :2].mean(axis=0) / 255 * (spec.highest_db - spec.lowest_db) + spec.lowest_db
    assert levels_db == pytest.approx(20 * np.log10(30 * np.array([amplitude, phase])), abs=0.5)
    in_phase, quadrature = (image[20, :, plane].astype(float).mean() - 128 for plane in (2, 3))
    assert in_phase == pytest.approx(in_step * 63.5 * (900 * amplitude * phase) ** 0.25, rel=0.03)
    assert abs(quadrature) < 3


@pytest.mark.parametrize(("lower", "upper", "sign"), [(0.03, 0.0, -1), (0.0, 0.03, 1)])
def test_one_sideband_alone_swings_both_a_quarter_turn_apart(lower, upper, sign):
    modulation = a_modulation(lower, upper)
    image = SidebandImage(ImageSpec()).current(modulation, RATE_HZ, POLE_PASS_HZ, bars_per_ratio=30)
    amplitude, phase, in_phase, quadrature = image[20].astype(float).mean(axis=0)
    assert amplitude == pytest.approx(phase, abs=1)
    assert abs(in_phase - 128) < 3
    assert -sign * (quadrature - 128) > 50


def test_a_level_of_one_bar_is_the_zero_of_the_scale():
    spec = ImageSpec()
    modulation = a_modulation(1 / 60, 1 / 60)
    image = SidebandImage(spec).current(modulation, RATE_HZ, POLE_PASS_HZ, bars_per_ratio=30)
    zero_db = 255 * (0 - spec.lowest_db) / (spec.highest_db - spec.lowest_db)
    assert image[20, :, 0].mean() == pytest.approx(zero_db, abs=2)


def test_vibration_is_seen_over_its_own_floor_whatever_its_unit():
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(2, 1500)) + 1j * rng.normal(size=(2, 1500))
    image = SidebandImage(ImageSpec())
    pictures = [
        image.vibration([scale * noise, scale * noise], RATE_HZ, POLE_PASS_HZ) for scale in (1e-6, 1.0)
    ]
    np.testing.assert_array_equal(*pictures)
    assert pictures[0].shape == (64, 32, 4)
