"""Changes to the examples in training that leave the fault what it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

SIDE_OF_MODALITY: Mapping[str, tuple[str, ...]] = {
    "current": ("load", "floor_db_bars", "equivalent_bars_db"),
    "vibration": ("vibration",),
}
"""Side inputs that are not there either (zero) when a modality is missing."""


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How far training examples are changed."""

    noise: float = 0.02
    """Largest standard deviation of the noise added to an image, full scale being 1."""
    gain: float = 0.01
    """Standard deviation of the level added to a whole image, full scale being 1."""
    reversal: float = 0.5
    """Share of the examples whose columns, the frames in time, come in reverse order."""
    absent: Mapping[str, float] = field(default_factory=lambda: {"current": 0.1, "vibration": 0.3})
    """Per modality the share of the examples in which it is missing; never all of them at once."""

    def apply(
        self,
        modalities: Sequence[str],
        side_inputs: Sequence[str],
        inputs: Sequence[Tensor],
        generator: torch.Generator,
    ) -> list[Tensor]:
        """Change images (batch, channels, rows, columns) in 0..1, one per modality, and side (batch, n)."""
        back = torch.rand(len(inputs[-1]), generator=generator) < self.reversal
        images = [self._disturb(_reversed(own, back), generator) for own in inputs[:-1]]
        side = inputs[-1].clone()
        draw = torch.rand(len(side), generator=generator)
        taken = torch.zeros_like(draw)
        for number, modality in enumerate(modalities):
            share = self.absent.get(modality, 0.0) if len(modalities) > 1 else 0.0
            missing = (draw >= taken) & (draw < taken + share)
            taken = taken + share
            images[number] = images[number] * ~missing[:, None, None, None]
            for name in SIDE_OF_MODALITY.get(modality, ()):
                if name in side_inputs:
                    side[missing, side_inputs.index(name)] = 0.0
        return [*images, side]

    def _disturb(self, images: Tensor, generator: torch.Generator) -> Tensor:
        batch = len(images)
        spread = self.noise * torch.rand(batch, 1, 1, 1, generator=generator)
        noise = torch.randn(images.shape, generator=generator) * spread
        gain = self.gain * torch.randn(batch, 1, 1, 1, generator=generator)
        present = images.flatten(1).any(dim=1)[:, None, None, None]
        return (images + noise + gain).clamp(0, 1) * present


def _reversed(images: Tensor, which: Tensor) -> Tensor:
    """Reverse the columns of the images that `which` (batch,) names."""
    return torch.where(which[:, None, None, None], images.flip(3), images)
