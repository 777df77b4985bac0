"""Cross-modal attention: each modality's maps are re-weighted by the other one's."""

import torch
from torch import Tensor, nn


class CrossModalAttention(nn.Module):
    """One direction: queries from one modality, keys and values from the other, added to the first.

    Scaled dot-product attention of Vaswani et al., "Attention Is All You Need" (2017), one head.
    """

    def __init__(self, channels: int, width: int) -> None:
        """Attend between maps of `channels` in a space of `width` dimensions."""
        super().__init__()
        self.scale = width**-0.5
        self.own_norm = nn.LayerNorm(channels)
        self.other_norm = nn.LayerNorm(channels)
        self.query = nn.Linear(channels, width)
        self.key = nn.Linear(channels, width)
        self.value = nn.Linear(channels, width)
        self.project = nn.Linear(width, channels)

    def forward(self, own: Tensor, other: Tensor) -> Tensor:
        """Return maps of the shape of `own` (batch, channels, rows, columns), informed by `other`."""
        own_tokens = self.own_norm(_tokens(own))
        other_tokens = self.other_norm(_tokens(other))
        scores = self.query(own_tokens) @ self.key(other_tokens).transpose(1, 2) * self.scale
        found = self.project(torch.softmax(scores, dim=-1) @ self.value(other_tokens))
        informed: Tensor = own + found.transpose(1, 2).reshape(own.shape)
        return informed


def _tokens(maps: Tensor) -> Tensor:
    """Return maps (batch, channels, rows, columns) as tokens (batch, rows x columns, channels)."""
    return maps.flatten(2).transpose(1, 2)
