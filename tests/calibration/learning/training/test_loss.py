"""Tests of what training minimises."""

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from calibration.learning.training.loss import LeaningLoss, class_weights

LABELS = np.array([0, 1, 1, 1, 1, 1, 2, 2])


def test_half_of_all_weight_lies_on_sound_motors_whatever_their_share():
    weights = class_weights(LABELS, classes=4).numpy()
    per_class = np.bincount(LABELS, weights=weights[LABELS], minlength=4) / weights[LABELS].sum()
    assert per_class == pytest.approx([0.5, 0.25, 0.25, 0.0])
    assert weights[LABELS].mean() == pytest.approx(1.0)


@pytest.mark.parametrize("shown", [True, False])
def test_the_loss_is_the_ordinary_one_weighted_only_where_the_current_is_shown(shown):
    logits, labels = torch.randn(8, 3), torch.from_numpy(LABELS)
    weights = class_weights(LABELS, classes=3) if shown else None
    found = LeaningLoss(LABELS, 3, 0.02)(logits, labels, torch.full((8,), shown))
    torch.testing.assert_close(found, cross_entropy(logits, labels, weights, label_smoothing=0.02))


def test_examples_with_and_without_current_share_a_batch_by_their_weights():
    logits, labels = torch.randn(8, 3), torch.from_numpy(LABELS)
    current = torch.arange(8) % 2 == 0
    loss = LeaningLoss(LABELS, 3, 0.0)
    weights = torch.where(current, class_weights(LABELS, 3)[labels], 1.0)
    expected = (weights * cross_entropy(logits, labels, reduction="none")).sum() / weights.sum()
    torch.testing.assert_close(loss(logits, labels, current), expected)
