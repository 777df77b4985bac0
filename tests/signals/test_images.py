import numpy as np
import pytest

from edge_agent.signals.images import ImageSpec, SidebandImage

RATE_HZ = 125.0
POLE_PASS_HZ = 2.0


def a_modulation(lower, upper, length_s=12.0, pole_pass_hz=POLE_PASS_HZ):
    turns = 2j * np.pi * pole_pass_hz * np.arange(round(length_s * RATE_HZ)) / RATE_HZ
    return upper * np.exp(turns) + lower * np.exp(-turns)


def test_a_pair_stands_in_the_row_of_2sf_on_its_own_side():
    upper, lower = SidebandImage(ImageSpec()).transform(a_modulation(0.02, 0.01), RATE_HZ, POLE_PASS_HZ)
    row = int(np.argmin(np.abs(np.linspace(0, 3.2, 64) - 1.0)))
    assert np.abs(lower[row]).mean() == pytest.approx(0.02, rel=0.05)
    assert np.abs(upper[row]).mean() == pytest.approx(0.01, rel=0.05)


@pytest.mark.parametrize("slip_hz", [0.7, 2.0, 5.8])
def test_the_same_fault_gives_the_same_row_at_any_slip(slip_hz):
    image = SidebandImage(ImageSpec())
    modulation = a_modulation(0.02, 0.01, pole_pass_hz=slip_hz)
    levels = image.current(modulation, RATE_HZ, slip_hz, bars_per_ratio=30)[..., 1].mean(axis=1)
    assert abs(np.argmax(levels) - 20) <= 1


def test_the_product_keeps_the_angle_that_tells_oscillation_from_bars():
    image, row = SidebandImage(ImageSpec()), 20
    for angle in (0.6, 1.9, 2.9):
        modulation = a_modulation(0.03 * np.exp(2j * angle), 0.03)
        picture = image.current(modulation, RATE_HZ, POLE_PASS_HZ, bars_per_ratio=30).astype(float) - 128
        found = np.arctan2(picture[row, :, 3].mean(), picture[row, :, 2].mean())
        assert found == pytest.approx((2 * angle + np.pi) % (2 * np.pi) - np.pi, abs=0.1)


def test_a_level_of_one_bar_is_the_zero_of_the_scale():
    spec = ImageSpec()
    image = SidebandImage(spec).current(a_modulation(1 / 30, 0), RATE_HZ, POLE_PASS_HZ, bars_per_ratio=30)
    zero_db = 255 * (0 - spec.lowest_db) / (spec.highest_db - spec.lowest_db)
    assert image[20, :, 1].mean() == pytest.approx(zero_db, abs=2)


def test_vibration_is_seen_over_its_own_floor_whatever_its_unit():
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(2, 1500)) + 1j * rng.normal(size=(2, 1500))
    image = SidebandImage(ImageSpec())
    pictures = [
        image.vibration([scale * noise, scale * noise], RATE_HZ, POLE_PASS_HZ) for scale in (1e-6, 1.0)
    ]
    np.testing.assert_array_equal(*pictures)
    assert pictures[0].shape == (64, 32, 4)
