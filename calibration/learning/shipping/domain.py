"""The domain of the network: how far the features of a window lie from those of training."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.covariance import LedoitWolf
from torch import Tensor, nn

REFUSED_SHARE = 0.005
"""Share of ordinary windows, of motors outside training, that may be refused. Judgement: one in 200."""

_MARGIN = 1.5
"""Factor on the limit: the motors that set it are few, and windows of others lie farther. Set after some
windows of the real rig had been refused without it."""


@dataclass(frozen=True, slots=True)
class Domain:
    """Where the features of the training examples lie: one Gaussian a class, all of one shape.

    Lee et al., "A Simple Unified Framework for Detecting Out-of-Distribution Samples" (2018), eq. 1 and 2.
    """

    whitening: NDArray[np.float32]
    """(features, features): features times this matrix have the same spread in every direction."""
    centres: NDArray[np.float32]
    """(classes present, features), whitened."""


class DomainDistance(nn.Module):
    """Squared Mahalanobis distance to the nearest class, as a part of the network."""

    whitening: Tensor
    centres: Tensor

    def __init__(self, domain: Domain) -> None:
        super().__init__()
        self.register_buffer("whitening", torch.from_numpy(domain.whitening))
        self.register_buffer("centres", torch.from_numpy(domain.centres))

    def forward(self, features: Tensor) -> Tensor:
        """Return distances (batch,) of features (batch, features)."""
        apart = torch.matmul(features, self.whitening)[:, None] - self.centres
        nearest: Tensor = (apart * apart).sum(dim=2).amin(dim=1)
        return nearest


def fit_domain(features: NDArray[np.float64], labels: NDArray[np.int64]) -> Domain:
    """Return the domain of features (n, features) of windows with classes (n,).

    The covariance is shrunk (Ledoit and Wolf, 2004). So a direction in which no example differs stays finite,
    and a window that differs there is far away.
    """
    present, which = np.unique(labels, return_inverse=True)
    means = np.stack([features[labels == label].mean(axis=0) for label in present])
    precision = LedoitWolf(assume_centered=True).fit(features - means[which]).precision_
    whitening = np.linalg.cholesky(precision)
    return Domain(whitening.astype(np.float32), (means @ whitening).astype(np.float32))


def limit_of(distances: NDArray[np.float64]) -> float:
    """Return the distance that at most REFUSED_SHARE of windows like these ordinary ones (n,) exceed."""
    return _MARGIN * float(np.quantile(distances, 1 - REFUSED_SHARE, method="higher"))
