"""Lines beside the sideband pair that do not come from the rotor but from belts and driven shafts.

The axis of the images is in units of 2sf. So the line of a driven machine may lie anywhere on it, even where
the second pair of broken bars would lie. Simulated motors hardly have such lines; a network that has never
met one takes it for a broken bar.
"""

import torch
from torch import Tensor

from edge_agent.signals.images import ImageSpec

_PAIR = (0.4, 1.7)
"""Rows that are copied from the other example, in units of 2sf. Judgement: the pair with its skirts, without
the second pair at 2."""
_KEPT = (0.75, 1.25)
"""Rows that stay what they are, in units of 2sf. Judgement: the pair itself with the width of its main
lobe."""
_FROM = 0.3
"""Lowest place of a line, in units of 2sf. Judgement: below it the carrier's skirt hides lines."""
_TO = 3.2
"""Highest place of a line, in units of 2sf. Judgement: within the axis of the images."""
_GAIN_DB = 10.0
"""Judgement: a driven machine may modulate the current less, or more, than broken bars do."""
_LEVELS = 2
"""Planes of a current's image that hold levels in dB; the others hold the product of both sidebands."""


def with_foreign_lines(images: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """Return current images (batch, channels, rows, columns) in 0..1, a share of them with a foreign line.

    The line is the pair of another example of the batch, up to 10 dB larger or smaller, at another ratio to
    2sf. The pair's own rows do not change, and where two lines meet the higher one shows. A missing image
    (all zero) stays zero.
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
    """Return images as if what they show were `gain_db` (batch,) larger; zero levels stay zero."""
    gain_db = gain_db[:, None, None, None]
    levels, product = images[:, :_LEVELS], images[:, _LEVELS:]
    shown = levels > 0
    levels = levels + shown * gain_db / (spec.highest_db - spec.lowest_db)
    # The product shows as the fourth root of its magnitude, about the middle of the scale.
    product = 0.5 + (product - 0.5) * 10 ** (gain_db / 40)
    return torch.cat([levels, product], dim=1).clamp(0, 1)
