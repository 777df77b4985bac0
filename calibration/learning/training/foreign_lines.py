"""Lines beside the pair that have nothing to do with the rotor, as belts and driven shafts make them.

The axis of the images is in units of 2sf, so that a driven machine shows anywhere on it, also where the
second pair of broken bars would stand. Simulated motors hardly have such lines; a network that has met none
takes them for bars.
"""

import torch
from torch import Tensor

from edge_agent.signals.images import ImageSpec

_PAIR = (0.4, 1.7)
_KEPT = (0.75, 1.25)
_FROM, _TO = 0.3, 3.2
_GAIN_DB = 10.0
_LEVELS = 2
"""Planes of a current's image that hold levels in dB; the others hold the product of both swings."""


def with_foreign_lines(images: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """Images of the current (batch, channels, rows, columns) in 0..1, a share of which gets a foreign line.

    The line is the pair of another example of the batch, up to 10 dB larger or smaller, at another ratio to
    2sf. The pair's own rows stay what they are, and where two lines meet the louder one shows. An image
    that is not there (all zero) stays so.
    """
    spec, batch = ImageSpec(), len(images)
    ratios = torch.linspace(0.0, spec.highest_ratio, images.shape[2])
    per_ratio = (images.shape[2] - 1) / spec.highest_ratio
    present = images.flatten(1).any(dim=1)
    chosen = present & (torch.rand(batch, generator=generator) < share)
    place = _FROM + (_TO - _FROM) * torch.rand(batch, generator=generator)
    gain_db = _GAIN_DB * (2 * torch.rand(batch, generator=generator) - 1)
    other = _louder(images[torch.randperm(batch, generator=generator)], gain_db, spec)
    shift = ((place - 1.0) * per_ratio).round().long()
    source = torch.arange(images.shape[2])[None, :] - shift[:, None]
    moved = other.gather(2, source.clamp(0, images.shape[2] - 1)[:, None, :, None].expand_as(other))
    first, last = (round(ratio * per_ratio) for ratio in _PAIR)
    free = (ratios < _KEPT[0]) | (ratios > _KEPT[1])
    rows = (source >= first) & (source <= last) & free & chosen[:, None]
    louder = moved[:, :_LEVELS].amax(dim=1) > images[:, :_LEVELS].amax(dim=1)
    return torch.where((rows[:, :, None] & louder)[:, None], moved, images)


def _louder(images: Tensor, gain_db: Tensor, spec: ImageSpec) -> Tensor:
    """Images as if what they show were `gain_db` (batch,) larger; nothing shows where nothing did."""
    gain_db = gain_db[:, None, None, None]
    levels, product = images[:, :_LEVELS], images[:, _LEVELS:]
    shown = levels > 0
    levels = levels + shown * gain_db / (spec.highest_db - spec.lowest_db)
    # The product shows as the fourth root of its magnitude, about the middle of the scale.
    product = 0.5 + (product - 0.5) * 10 ** (gain_db / 40)
    return torch.cat([levels, product], dim=1).clamp(0, 1)
