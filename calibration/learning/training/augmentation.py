"""Random changes to training examples that do not change the fault."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch.nn import functional

from calibration.learning.data.modalities import numbers_of_side
from calibration.learning.training.foreign_lines import with_foreign_lines

_GROW_WITH_SLIP = ("slip", "load")


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How far training examples are changed. Every default is judgement."""

    noise: float = 0.02
    """Largest standard deviation of the noise added to an image, full scale being 1."""
    gain: float = 0.01
    """Standard deviation of the level added to a whole image, full scale being 1."""
    reversal: float = 0.5
    """Share of the examples whose columns (the frames in time) are reversed."""
    slip_error: float = 0.02
    """Largest relative error of the slip: it stretches the axis of the sidebands and shifts slip and load.

    Images without a slip among the side inputs have no axis in units of it, and stay as they are.
    """
    foreign: float = 0.4
    """Share of the examples with a slip whose current gets a line beside the pair."""
    absent: Mapping[str, float] = field(default_factory=lambda: {"current": 0.1, "vibration": 0.3})
    """Per modality the share of the examples in which it is missing; never all of them at once."""
    blind: float = 0.25
    """Share of the examples that lose all images but no side input: those must answer alone.

    Without side inputs nothing is removed.
    """

    def apply(
        self,
        modalities: Sequence[str],
        side_inputs: Sequence[str],
        inputs: Sequence[Tensor],
        generator: torch.Generator,
    ) -> list[Tensor]:
        """Return changed inputs: images (batch, channels, rows, columns) in 0..1, then side (batch, n)."""
        back = torch.rand(len(inputs[-1]), generator=generator) < self.reversal
        in_slips = "slip" in side_inputs
        error = in_slips * self.slip_error * (2 * torch.rand(len(inputs[-1]), generator=generator) - 1)
        images = [
            with_foreign_lines(own, self.foreign, generator) if in_slips and name == "current" else own
            for name, own in zip(modalities, inputs[:-1], strict=True)
        ]
        images = [self._disturb(_stretched(_reversed(own, back), 1 + error), generator) for own in images]
        side = _with_slip_error(inputs[-1], side_inputs, 1 + error)
        draw = torch.rand(len(side), generator=generator)
        taken = torch.zeros_like(draw)
        for number, modality in enumerate(modalities):
            share = self.absent.get(modality, 0.0) if len(modalities) > 1 else 0.0
            missing = (draw >= taken) & (draw < taken + share)
            taken = taken + share
            images[number] = images[number] * ~missing[:, None, None, None]
            for column in numbers_of_side(modality, side_inputs):
                side[missing, column] = 0.0
        blind = (draw >= taken) & (draw < taken + (self.blind if side_inputs else 0.0))
        return [*(own * ~blind[:, None, None, None] for own in images), side]

    def _disturb(self, images: Tensor, generator: torch.Generator) -> Tensor:
        batch = len(images)
        spread = self.noise * torch.rand(batch, 1, 1, 1, generator=generator)
        noise = torch.randn(images.shape, generator=generator) * spread
        gain = self.gain * torch.randn(batch, 1, 1, 1, generator=generator)
        present = images.flatten(1).any(dim=1)[:, None, None, None]
        return (images + noise + gain).clamp(0, 1) * present


def _reversed(images: Tensor, which: Tensor) -> Tensor:
    """Return the images, the columns of those in `which` (batch,) reversed."""
    return torch.where(which[:, None, None, None], images.flip(3), images)


def _stretched(images: Tensor, factor: Tensor) -> Tensor:
    """Return images (batch, channels, rows, columns) of a slip estimated `factor` (batch,) times as large.

    The rows count from the carrier in units of 2sf: what was at row r is now at row r / factor.
    """
    if bool((factor == 1).all()):
        return images
    zero, one = torch.zeros_like(factor), torch.ones_like(factor)
    # Coordinates run from -1, the carrier, to 1: y of the result is read at factor (y + 1) - 1.
    affine = torch.stack([one, zero, zero, zero, factor, factor - 1], dim=1).view(-1, 2, 3)
    grid = functional.affine_grid(affine, list(images.shape), align_corners=True)
    return functional.grid_sample(images, grid, padding_mode="border", align_corners=True)


def _with_slip_error(side: Tensor, side_inputs: Sequence[str], factor: Tensor) -> Tensor:
    """Return side inputs (batch, n) with the same error: up to rated load, load is proportional to slip."""
    changed = side.clone()
    for name in _GROW_WITH_SLIP:
        if name in side_inputs:
            changed[:, side_inputs.index(name)] *= factor
    return changed


def repeated_without_current(
    modalities: Sequence[str], side_inputs: Sequence[str], inputs: Sequence[Tensor], labels: Tensor
) -> tuple[list[Tensor], Tensor]:
    """Return a batch and, once more, its examples with another image, as if the current sensor were dead.

    The current shows nearly everything, so that beside it a network hardly learns what the others show.
    Inputs as of `shows`, with their labels (batch,).
    """
    others = [image for name, image in zip(modalities, inputs, strict=False) if name != "current"]
    if "current" not in modalities or not others:
        return list(inputs), labels
    chosen = torch.stack([image.flatten(1).any(dim=1) for image in others]).any(dim=0)
    again = [values[chosen] for values in inputs]
    again[modalities.index("current")].zero_()
    again[-1][:, numbers_of_side("current", side_inputs)] = 0.0
    joined = [torch.cat(pair) for pair in zip(inputs, again, strict=True)]
    return joined, torch.cat([labels, labels[chosen]])


def shows(
    modality: str, modalities: Sequence[str], side_inputs: Sequence[str], inputs: Sequence[Tensor]
) -> Tensor:
    """Return which examples (batch,) show a modality, in its image or in the side inputs that come from it.

    `inputs` are images (batch, channels, rows, columns), one per name of `modalities`, and side (batch, n).
    """
    shown = inputs[-1][:, numbers_of_side(modality, side_inputs)].any(dim=1)
    if modality in modalities:
        shown = shown | inputs[modalities.index(modality)].flatten(1).any(dim=1)
    return shown
