"""Foreign lines leave the pair alone, and look as if they had been measured."""

import numpy as np
import torch

from calibration.learning.training.foreign_lines import with_foreign_lines
from edge_agent.signals.images import ImageSpec, SidebandImage

RATE_HZ, POLE_PASS_HZ = 125.0, 5.0
RATIOS = np.linspace(0.0, ImageSpec().highest_ratio, ImageSpec().rows)
BESIDE = np.abs(RATIOS - 1.0) > 0.25


def image_of(bars, ratio=1.0):
    seconds = np.arange(1500) / RATE_HZ
    line = bars * np.exp(2j * np.pi * ratio * POLE_PASS_HZ * seconds)
    noise = np.random.default_rng(1).normal(0, 0.05, (2, seconds.size))
    picture = SidebandImage(ImageSpec()).current(line + noise[0] + 1j * noise[1], RATE_HZ, POLE_PASS_HZ, 1.0)
    return torch.from_numpy(picture).permute(2, 0, 1).float() / 255


def changed(images, share=1.0, seed=1):
    return with_foreign_lines(images, share, torch.Generator().manual_seed(seed))


def test_sound_examples_get_the_pair_of_another_one_beside_theirs():
    images = torch.stack([image_of(1.0), *(image_of(0.0) for _ in range(15))])
    levels = torch.stack([changed(images, seed=seed)[1:, 0].amax(dim=(1, 2)) for seed in range(20)])
    quiet, loud = float(images[1:, 0].amax()), float(images[0, 0].amax())
    struck = levels[levels > quiet + 0.15]
    # One in sixteen draws the loud one as its partner; its lines are up to 10 dB larger or smaller.
    assert 5 <= len(struck) <= 40
    assert float(struck.max()) <= loud + 10 / 65 + 0.01


def test_the_rows_of_the_pair_stay_what_they_are():
    images = torch.stack([image_of(bars) for bars in (0.0, 0.5, 1.0, 2.0, 4.0) * 4])
    after = changed(images)
    assert torch.equal(after[:, :, ~BESIDE], images[:, :, ~BESIDE])
    assert not torch.equal(after, images)


def test_a_share_of_the_examples_gets_one_and_the_same_generator_the_same():
    images = torch.stack([image_of(bars) for bars in (0.5, 1.0, 2.0, 4.0) * 25])
    after = changed(images, 0.4)
    assert 20 <= int((after != images).flatten(1).any(dim=1).sum()) <= 60
    assert torch.equal(after, changed(images, 0.4))
    assert torch.equal(images, changed(images, 0.0))


def test_a_current_that_is_not_there_gets_no_line():
    images = torch.stack([image_of(4.0), torch.zeros_like(image_of(4.0))] * 8)
    after = changed(images)
    assert not after[1::2].any()


def test_a_foreign_line_looks_like_one_that_was_measured_there():
    images = torch.stack([image_of(2.0), *(image_of(0.0) for _ in range(15))])
    seen = 0
    for seed in range(20):
        after = changed(images, seed=seed)[1:]
        struck = after[int(after[:, 0].amax(dim=(1, 2)).argmax())]
        row = int(struck[0].mean(dim=1).argmax())
        # The pair does not stand on a row exactly, and nor does it where it was moved by whole rows.
        ratio = 1.0 + RATIOS[row] - RATIOS[int(np.abs(RATIOS - 1.0).argmin())]
        whole_line_of_the_loud_one = 1.5 < ratio < 3.0 and float(struck[0, row].mean()) > 0.4
        if not whole_line_of_the_loud_one:
            continue
        gain_db = 65 * float(struck[0, row].mean() - images[0, 0].mean(dim=1).max())
        measured = image_of(2.0 * 10 ** (gain_db / 20), ratio)
        near = np.abs(RATIOS - ratio) < 0.1
        assert (struck - measured)[:, near].abs().max() < 0.06
        seen += 1
    assert seen >= 5
