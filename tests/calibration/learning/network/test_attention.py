"""Attention between modalities."""

import pytest
import torch

from calibration.learning.network.attention import CrossModalAttention

pytestmark = pytest.mark.usefixtures("one_thread")


def test_attention_takes_from_the_other_modality():
    attention = CrossModalAttention(channels=8, width=4).eval()
    own, other = torch.rand(2, 8, 3, 2), torch.rand(2, 8, 3, 2)
    with torch.no_grad():
        assert attention(own, other).shape == own.shape
        assert not torch.equal(attention(own, other), attention(own, torch.rand(2, 8, 3, 2)))
