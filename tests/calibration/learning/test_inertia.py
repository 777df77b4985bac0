import numpy as np
import pytest
import torch

from calibration.learning.inertia import Inertia
from edge_agent.signals.images import ImageSpec, SidebandImage

RATE_HZ, POLE_PASS_HZ = 125.0, 4.0


def current_image(upper: complex, lower: complex) -> torch.Tensor:
    """Image (1, channels, rows, columns) of a pair of sidebands; one per bar."""
    seconds = np.arange(1500) / RATE_HZ
    turns = np.exp(2j * np.pi * POLE_PASS_HZ * seconds)
    modulation = upper * turns + lower / turns
    image = SidebandImage(ImageSpec()).current(modulation, RATE_HZ, POLE_PASS_HZ, bars_per_ratio=1.0)
    return torch.from_numpy(image).permute(2, 0, 1).float()[None] / 255


def changed(image: torch.Tensor, broken: bool, most_db: float = 24.0) -> torch.Tensor:
    images = image.repeat(200, 1, 1, 1)
    which = torch.full((200,), broken)
    return Inertia(share=1.0, most_db=most_db).apply(images, which, torch.Generator().manual_seed(3))


def levels(images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Amplitudes of the upper and lower sideband at 2sf, (batch,)."""
    spec = ImageSpec()
    row = round(1 / spec.highest_ratio * (spec.rows - 1))
    shares = images[:, :2, row, 16]
    upper, lower = (10 ** (((spec.highest_db - spec.lowest_db) * shares + spec.lowest_db) / 20)).T
    return upper, lower


def test_a_heavier_load_weakens_the_upper_sideband_and_keeps_the_sum():
    image = current_image(upper=0.8, lower=1.0)
    before, after = levels(image), levels(changed(image, broken=True))
    torch.testing.assert_close(sum(after), sum(before).expand(200), rtol=0.02, atol=0)
    assert after[0].min() < 0.1 * before[0]
    assert after[0].max() > 0.9 * before[0]


def test_the_product_follows_the_sidebands():
    images = changed(current_image(upper=0.8, lower=1.0), broken=True)
    spec = ImageSpec()
    row = round(1 / spec.highest_ratio * (spec.rows - 1))
    upper, lower = levels(images)
    product = 2 * 255 / 127 * torch.hypot(*(images[:, plane, row, 16] - 128 / 255 for plane in (2, 3)))
    torch.testing.assert_close(product, (upper * lower) ** 0.25, rtol=0.05, atol=0.02)


@pytest.mark.parametrize("most_db", [0.0, 24.0])
def test_sound_rotors_and_a_load_as_it_is_change_nothing(most_db):
    image = current_image(upper=0.05j, lower=0.07)
    unchanged = changed(image, broken=most_db == 0.0, most_db=most_db)
    torch.testing.assert_close(unchanged, image.expand(200, -1, -1, -1), rtol=0, atol=2e-3)
