"""A network fitted to windows of training motors, with the limits of its heads from validation motors."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from calibration.learning.conditions.examples import Examples
from calibration.learning.conditions.heads import HEADS, witnesses
from calibration.learning.conditions.hiding import (
    as_one_phase,
    without_geometry,
    without_modality,
    without_normal,
)
from calibration.learning.conditions.networks import ConditionNetwork, Kind
from calibration.learning.conditions.tokens import MODALITIES

_WITHOUT_NORMAL = 0.15
"""Share of training windows whose normal is hidden: motors of which none is known. Judgement."""
_WITHOUT_GEOMETRY = 0.15
"""Share of those whose bearing is hidden. Judgement."""
_ONE_PHASE = 0.15
"""Share of those with one phase current only. Judgement."""
_WITHOUT_MODALITY = 0.1
"""Share of those that lack the current, and as many the vibration. Judgement."""
_RISE = 0.1
"""Share of the steps in which the learning rate rises. Judgement: usual."""
_NOISE = 0.03
"""Standard deviation of what is added to the features: a third of a decibel. Judgement."""


_SHOWS = {"current": "course", "vibration": "orders"}
"""Group that is there if anything of a modality is."""


@dataclass(frozen=True, slots=True)
class Spec:
    """How a network is fitted."""

    epochs: int = 15
    """Passes over the training windows; there is no early stop, so that validation only sets limits."""
    batch: int = 32
    """Windows of a step."""
    learning_rate: float = 2e-3
    """Highest learning rate; it rises over a tenth of the steps, and falls as a cosine."""
    weight_decay: float = 0.02
    """Of AdamW."""
    seed: int = 1
    """Of weights, order and augmentation."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Windows as tensors."""

    tokens: dict[str, Tensor]
    """By group (n, tokens, features)."""
    there: dict[str, Tensor]
    """By group (n,)."""

    def take(self, rows: Tensor) -> "Batch":
        """Return the windows at these positions."""
        return Batch(_rows(self.tokens, rows), _rows(self.there, rows))


def batch_of(examples: Examples) -> Batch:
    """Return all windows as tensors."""
    return Batch(
        {name: torch.from_numpy(array.astype(np.float32)) for name, array in examples.tokens.items()},
        {name: torch.from_numpy(own) for name, own in examples.there.items()},
    )


def fit(kind: Kind, train: Examples, spec: Spec) -> ConditionNetwork:
    """Return a network of a kind fitted to windows; equal seeds give equal weights on equal processors."""
    torch.manual_seed(spec.seed)
    network, windows = ConditionNetwork(kind), batch_of(train)
    truth = torch.from_numpy(train.truth.astype(np.float32))
    steps = spec.epochs * -(-len(train) // spec.batch)
    optimiser = torch.optim.AdamW(network.parameters(), spec.learning_rate, weight_decay=spec.weight_decay)
    rate = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _share_of_rate(step, steps))
    loss, draws = nn.BCEWithLogitsLoss(), torch.Generator().manual_seed(spec.seed)
    network.train()
    for _ in range(spec.epochs):
        for rows in torch.split(torch.randperm(len(train), generator=draws), spec.batch):
            seen = augmented(windows.take(rows), draws)
            optimiser.zero_grad()
            loss(network(seen.tokens, seen.there), truth[rows]).backward()
            optimiser.step()
            rate.step()
    return network.eval()


def scores(network: ConditionNetwork, examples: Examples) -> NDArray[np.float64]:
    """Return logits (n, heads); -inf where a head is refused, since its witnesses are missing."""
    windows = batch_of(examples)
    with torch.inference_mode():
        logits: NDArray[np.float64] = network(windows.tokens, windows.there).double().numpy()
    return np.where(answerable(network.modalities, examples), logits, -np.inf)


def answerable(modalities: Collection[str], examples: Examples) -> NDArray[np.bool_]:
    """Return (n, heads), False where a network of these modalities lacks the witnesses of a head."""
    there = {name: examples.there[_SHOWS[name]] for name in modalities}
    every = [np.any([there[name] for name in witnesses(head, modalities)], axis=0) for head in HEADS]
    return np.stack(every, axis=1)


def limits(
    logits: NDArray[np.float64], truth: NDArray[np.bool_], alarms: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return (heads,): the lowest score from which a head alarms on at most a share of windows without it.

    Args:
        logits: (n, heads) of windows that the network was not fitted to.
        truth: (n, heads).
        alarms: (heads,), the shares; 0 puts the limit above all of them.
    """
    found = np.empty(logits.shape[1])
    for head, (own, has, share) in enumerate(zip(logits.T, truth.T, alarms, strict=True)):
        without = np.sort(own[~has])
        over = int(share * without.size + 1e-9)  # a share of whole windows may be stored a little below
        found[head] = np.nextafter(without[without.size - over - 1], np.inf)
    return found


def augmented(windows: Batch, draws: torch.Generator) -> Batch:
    """Return windows of which some lack their normal, their bearing, two phases or a modality."""
    size = next(iter(windows.there.values())).shape[0]
    noisy = {
        name: own + _NOISE * torch.randn(own.shape, generator=draws) * (own != 0)
        for name, own in windows.tokens.items()
    }
    tokens = without_normal(noisy, _drawn(size, _WITHOUT_NORMAL, draws))
    tokens = without_geometry(tokens, _drawn(size, _WITHOUT_GEOMETRY, draws))
    tokens = as_one_phase(tokens, _drawn(size, _ONE_PHASE, draws))
    lot = torch.rand(size, generator=draws)
    there = dict(windows.there)
    for place, modality in enumerate(MODALITIES):
        hidden = (lot >= place * _WITHOUT_MODALITY) & (lot < (place + 1) * _WITHOUT_MODALITY)
        there = without_modality(there, modality, hidden)
    return Batch(tokens, there)


def _share_of_rate(step: int, steps: int) -> float:
    """Return the learning rate of a step over the highest one: a linear rise, then a half cosine to zero."""
    rise = max(1, round(_RISE * steps))
    if step < rise:
        return (step + 1) / rise
    return 0.5 + 0.5 * math.cos(math.pi * (step - rise) / max(1, steps - rise))


def _drawn(size: int, share: float, draws: torch.Generator) -> Tensor:
    return torch.rand(size, generator=draws) < share


def _rows(tensors: Mapping[str, Tensor], rows: Tensor) -> dict[str, Tensor]:
    return {name: own[rows] for name, own in tensors.items()}
