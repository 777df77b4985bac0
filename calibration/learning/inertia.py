"""The same broken rotor on a shaft with another inertia: what the image of its current would have been.

Speed ripple makes the upper sideband, so a heavier load weakens it and leaves the sum of both (the
simulator's tables); with the lower one alone, the angle of their product means nothing any more.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from edge_agent.signals.images import ImageSpec

_SPEC = ImageSpec()
_SPAN_DB = _SPEC.highest_db - _SPEC.lowest_db
_ONE_SIDED_DB = 20.0
"""From here on the product may have any angle."""
_ZERO = 128 / 255
"""Value of zero in the planes of the product: see `edge_agent.signals.images`."""


@dataclass(frozen=True, slots=True)
class Inertia:
    """How far the inertia of broken rotors is changed."""

    share: float = 0.5
    """Share of the examples that are changed."""
    most_db: float = 24.0
    """By how much the upper sideband is weakened at most."""

    def apply(self, images: Tensor, broken: Tensor, generator: torch.Generator) -> Tensor:
        """Change images (batch, 4, rows, columns) in 0..1 of the current where `broken` (batch,) holds."""
        batch = len(images)
        weaker_db = self.most_db * torch.rand(batch, 1, 1, generator=generator)
        half_turns = (2 * torch.rand(batch, 1, 1, generator=generator) - 1) * weaker_db / _ONE_SIDED_DB
        turn = torch.pi * half_turns.clamp(-1, 1)
        chosen = broken & (torch.rand(batch, generator=generator) < self.share)
        chosen &= images.flatten(1).any(dim=1)
        changed = _weakened(images, weaker_db, turn)
        return torch.where(chosen[:, None, None, None], changed, images)


def _weakened(images: Tensor, weaker_db: Tensor, turn: Tensor) -> Tensor:
    """Images whose upper sideband is weaker, its part of the sum gone to the lower, their product turned."""
    upper, lower = (10 ** ((_SPAN_DB * images[:, side] + _SPEC.lowest_db) / 20) for side in (0, 1))
    kept = 10 ** (-weaker_db / 20)
    weak, strong = kept * upper, lower + (1 - kept) * upper
    planes = [20 * torch.log10(level) for level in (weak, strong)]
    planes = [((level_db - _SPEC.lowest_db) / _SPAN_DB).clamp(0, 1) for level_db in planes]
    # The product is kept as the fourth root of its magnitude times its phase.
    growth = (weak * strong / (upper * lower)) ** 0.25
    before = torch.complex(images[:, 2] - _ZERO, images[:, 3] - _ZERO)
    product = before * torch.polar(growth, turn.expand_as(growth))
    planes += [(part + _ZERO).clamp(0, 1) for part in (product.real, product.imag)]
    return torch.stack(planes, dim=1)
