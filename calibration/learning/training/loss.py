"""The loss: cross entropy in which a false alarm costs more than a missed bar."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import cross_entropy


class LeaningLoss(nn.Module):
    """Cross entropy that leans to sound for examples with a current.

    Without a current no rotor can be judged with confidence. There the lean would only make every answer
    "sound", so such examples have equal weights.
    """

    def __init__(self, labels: NDArray[np.int64], classes: int, label_smoothing: float) -> None:
        """Compute the weights from all training `labels` (n,)."""
        super().__init__()
        self.weights: Tensor
        self.register_buffer("weights", class_weights(labels, classes))
        self._smoothing = label_smoothing

    def forward(self, logits: Tensor, labels: Tensor, current: Tensor) -> Tensor:
        """Return the mean loss of logits (n, classes); `current` (n,) marks the examples with a current."""
        leaning = cross_entropy(
            logits, labels, self.weights, reduction="none", label_smoothing=self._smoothing
        )
        even = cross_entropy(logits, labels, reduction="none", label_smoothing=self._smoothing)
        counts = torch.where(current, self.weights[labels], 1.0)
        return torch.where(current, leaning, even).sum() / counts.sum()


def class_weights(labels: NDArray[np.int64], classes: int) -> Tensor:
    """Return weights (classes,): half of the total for sound examples, the rest equally for the others.

    Most motors of a plant are sound, and a false alarm costs more trust than a late one. The weights
    average 1 over the examples.
    """
    counts = np.bincount(labels, minlength=classes)
    broken = int(np.count_nonzero(counts[1:]))
    shares = np.array([0.5, *[0.5 / max(broken, 1)] * (classes - 1)])
    weights = np.where(counts > 0, shares * len(labels) / np.maximum(counts, 1), 0.0)
    return torch.from_numpy(weights).float()
