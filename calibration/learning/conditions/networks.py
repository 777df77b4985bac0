"""The networks that are compared: both modalities as tokens, joined in three ways, or one modality alone."""

from collections.abc import Mapping
from typing import Literal, get_args

import torch
from torch import Tensor, nn

from calibration.learning.conditions.heads import HEADS
from calibration.learning.conditions.tokens import GROUPS, MODALITIES

Kind = Literal["cross_attention", "joint_encoder", "concatenation", "current", "vibration"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""All of them, in the order in which they are compared."""
WIDTH = 64
"""Numbers of a token. Judgement: some hundred thousand parameters for some thousand windows."""
LAYERS = 2
"""Layers of an encoder. Judgement, as WIDTH."""
_ATTENTION_HEADS = 4
"""Heads of an attention. Judgement, as WIDTH."""
_WIDER = 2
"""Width of the layer between two tokens over that of a token. Judgement, as WIDTH."""
_DROPOUT = 0.1
"""Share of numbers that are dropped in training. Judgement: usual (Vaswani et al. 2017)."""


class Embedding(nn.Module):
    """Tokens of one modality from its groups, with a token that is always there before them."""

    def __init__(self, modality: str) -> None:
        """Embed the groups of a modality, each by its own linear map, with a learned place."""
        super().__init__()
        self.groups = [name for name, group in GROUPS.items() if group.modality == modality]
        self.linear = nn.ModuleDict({name: nn.Linear(GROUPS[name].features, WIDTH) for name in self.groups})
        count = sum(GROUPS[name].tokens for name in self.groups)
        self.place = nn.Parameter(0.02 * torch.randn(count, WIDTH))
        self.summary = nn.Parameter(0.02 * torch.randn(1, 1, WIDTH))

    def forward(self, tokens: Mapping[str, Tensor], there: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
        """Return tokens (batch, 1 + tokens, WIDTH), and which of them are absent (batch, 1 + tokens)."""
        parts = [self.linear[name](tokens[name]) for name in self.groups]
        embedded = torch.cat(parts, dim=1) + self.place
        absent = torch.cat([_absent(there[name], GROUPS[name].tokens) for name in self.groups], dim=1)
        batch = embedded.shape[0]
        always = torch.zeros(batch, 1, dtype=torch.bool, device=absent.device)
        embedded = torch.cat([self.summary.expand(batch, -1, -1), embedded], dim=1)
        return embedded, torch.cat([always, absent], dim=1)


class Layer(nn.Module):
    """Attention to the own tokens, with `cross` then to those of the other modality, and a map of each token.

    Pre-norm (Xiong et al. 2020) of Vaswani et al., "Attention Is All You Need" (2017).
    """

    def __init__(self, *, cross: bool = False) -> None:
        super().__init__()
        self.own_norm, self.own = nn.LayerNorm(WIDTH), _attention()
        self.cross_norm = nn.LayerNorm(WIDTH) if cross else None
        self.cross = _attention() if cross else None
        self.map = nn.Sequential(
            nn.LayerNorm(WIDTH),
            nn.Linear(WIDTH, _WIDER * WIDTH),
            nn.GELU(),
            nn.Dropout(_DROPOUT),
            nn.Linear(_WIDER * WIDTH, WIDTH),
        )

    def forward(self, tokens: Tensor, absent: Tensor, other: tuple[Tensor, Tensor] | None = None) -> Tensor:
        """Return tokens of the same shape; absent ones are never attended to."""
        normed = self.own_norm(tokens)
        tokens = tokens + self.own(normed, normed, normed, key_padding_mask=absent, need_weights=False)[0]
        if self.cross is not None and self.cross_norm is not None and other is not None:
            theirs, absent_there = self.cross_norm(other[0]), other[1]
            asked = self.cross_norm(tokens)
            found = self.cross(asked, theirs, theirs, key_padding_mask=absent_there, need_weights=False)[0]
            tokens = tokens + found
        mapped: Tensor = tokens + self.map(tokens)
        return mapped


class Heads(nn.Module):
    """One head per condition: it looks for its own tokens in each stream, and weighs what it finds there."""

    def __init__(self, streams: int) -> None:
        """Make heads that look at so many streams of tokens."""
        super().__init__()
        self.norm = nn.LayerNorm(WIDTH)
        self.query = nn.Parameter(0.02 * torch.randn(streams, len(HEADS), WIDTH))
        self.weight = nn.Parameter(0.02 * torch.randn(len(HEADS), streams * WIDTH))
        self.bias = nn.Parameter(torch.zeros(len(HEADS)))

    def forward(self, streams: list[tuple[Tensor, Tensor]]) -> Tensor:
        """Return logits (batch, heads) of streams, each of tokens and which of them are absent."""
        found = []
        for query, (tokens, absent) in zip(self.query, streams, strict=True):
            normed = self.norm(tokens)
            scores = query @ normed.transpose(1, 2) / WIDTH**0.5
            scores = scores.masked_fill(absent[:, None, :], float("-inf"))
            found.append(torch.softmax(scores, dim=-1) @ normed)
        return torch.einsum("bhw,hw->bh", torch.cat(found, dim=-1), self.weight) + self.bias


class ConditionNetwork(nn.Module):
    """A network of one kind; its logits say how likely each condition is, each by itself."""

    def __init__(self, kind: Kind) -> None:
        """Make a network with weights drawn by torch's generator."""
        super().__init__()
        self.kind = kind
        self.modalities = (kind,) if kind in MODALITIES else MODALITIES
        self.embedding = nn.ModuleDict({name: Embedding(name) for name in self.modalities})
        crossing, encoders = kind == "cross_attention", 1 if kind == "joint_encoder" else len(self.modalities)
        self.layers = nn.ModuleList(
            nn.ModuleList(Layer(cross=crossing) for _ in range(encoders)) for _ in range(LAYERS)
        )
        self.heads = Heads(len(self.modalities))

    def forward(self, tokens: Mapping[str, Tensor], there: Mapping[str, Tensor]) -> Tensor:
        """Return logits (batch, heads).

        Args:
            tokens: by group (batch, tokens, features).
            there: by group (batch,), False where the group could not be made.
        """
        streams = [self.embedding[name](tokens, there) for name in self.modalities]
        logits: Tensor = self.heads(self._encode(streams))
        return logits

    def _encode(self, streams: list[tuple[Tensor, Tensor]]) -> list[tuple[Tensor, Tensor]]:
        if self.kind == "joint_encoder":
            return self._jointly(streams)
        for layers in self.layers:
            others: list[tuple[Tensor, Tensor] | None] = [None] * len(streams)
            if self.kind == "cross_attention":
                others = list(reversed(streams))  # each layer of both sees the tokens before it
            streams = [
                (layer(tokens, absent, other), absent)
                for layer, (tokens, absent), other in zip(_modules(layers), streams, others, strict=True)
            ]
        return streams

    def _jointly(self, streams: list[tuple[Tensor, Tensor]]) -> list[tuple[Tensor, Tensor]]:
        """Encode the tokens of both as one sequence, as UNITER (Chen et al. 2020) does, then part them."""
        sizes = [tokens.shape[1] for tokens, _ in streams]
        joined = torch.cat([tokens for tokens, _ in streams], dim=1)
        absent = torch.cat([own for _, own in streams], dim=1)
        for (layer,) in map(_modules, self.layers):
            joined = layer(joined, absent)
        return list(zip(torch.split(joined, sizes, 1), torch.split(absent, sizes, 1), strict=True))


def _modules(layers: nn.Module) -> list[nn.Module]:
    """Return the layers of each encoder."""
    return list(layers.children())


def _attention() -> nn.MultiheadAttention:
    return nn.MultiheadAttention(WIDTH, _ATTENTION_HEADS, batch_first=True)


def _absent(there: Tensor, tokens: int) -> Tensor:
    return ~there[:, None].expand(-1, tokens)
