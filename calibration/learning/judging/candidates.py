"""The models that are compared, by name, all with the same interface."""

import copy
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from calibration.learning.data.examples import DatasetManifest, Examples
from calibration.learning.data.modalities import only
from calibration.learning.judging.baselines import FeatureModel, Kind, PlainCnn
from calibration.learning.network.cost import Cost, network_cost
from calibration.learning.network.fusion import Fusion, FusionNetwork, ImageClassifier, make_network
from calibration.learning.network.shufflenet import Width
from calibration.learning.shipping.integers import USUAL_EXAMPLES, integer_logits, to_integers
from calibration.learning.training.trainer import Trainer, TrainingSpec, predict, to_tensors
from edge_agent.verdict import CLASSES


class Candidate(Protocol):
    """A model that takes part in a comparison."""

    def fit(self, train: Examples, validation: Examples, folder: Path) -> float:
        """Fit to examples, with whatever is kept in `folder`; return the time it took, s."""

    def logits(self, examples: Examples) -> NDArray[np.float64]:
        """Return logits (n, classes)."""

    def cost(self, example: Examples) -> Cost:
        """Return the cost of one answer, once it is fitted."""

    def integer_logits(self, train: Examples, examples: Examples) -> NDArray[np.float64] | None:
        """Return logits (n, classes) in INT8, ranges from `train`; None for a model that is not quantised."""


class Classical:
    """A classifier of scikit-learn on FFT features."""

    def __init__(self, kind: Kind, seed: int) -> None:
        self._model = FeatureModel(kind, len(CLASSES), seed)

    def fit(self, train: Examples, validation: Examples, folder: Path) -> float:
        """Fit it; nothing is kept, since it takes seconds."""
        started = time.monotonic()
        self._model.fit(train.take(train.trainable), validation.take(validation.trainable))
        return time.monotonic() - started

    def logits(self, examples: Examples) -> NDArray[np.float64]:
        """Return logits (n, classes)."""
        return self._model.logits(examples)

    def cost(self, example: Examples) -> Cost:
        """Return what it keeps and multiplies."""
        return self._model.cost()

    def integer_logits(self, train: Examples, examples: Examples) -> None:
        """Return None: it is not quantised."""


class Neural:
    """A network fitted by the trainer."""

    def __init__(self, network: ImageClassifier, spec: TrainingSpec, manifest: DatasetManifest) -> None:
        self._network = network
        self._spec = spec
        self._manifest = manifest

    def fit(self, train: Examples, validation: Examples, folder: Path) -> float:
        """Fit it, or go on where an interrupted training in `folder` stopped."""
        parts = self._own(train), self._own(validation)
        trainer = Trainer(self._network, self._spec, *parts, self._manifest.side_inputs, folder)
        trainer.fit()
        return trainer.seconds

    def logits(self, examples: Examples) -> NDArray[np.float64]:
        """Return logits (n, classes)."""
        return predict(self._network, self._own(examples))

    def cost(self, example: Examples) -> Cost:
        """Return parameters and multiplications."""
        return network_cost(self._network, to_tensors(self._own(example), self._network.modalities))

    def integer_logits(self, train: Examples, examples: Examples) -> NDArray[np.float64] | None:
        """Return logits (n, classes) of the network as it would ship; None for the plain CNN."""
        if not isinstance(self._network, FusionNetwork):
            return None
        network = copy.deepcopy(self._network).cpu()
        model = to_integers(network, self._own(train), self._manifest, "x86", USUAL_EXAMPLES)
        return integer_logits(model, self._own(examples))

    def _own(self, examples: Examples) -> Examples:
        return only(examples, self._network.modalities, self._manifest.side_inputs)


@dataclass(frozen=True, slots=True)
class Entrant:
    """How a candidate is made."""

    make: Callable[[DatasetManifest, TrainingSpec], Candidate]
    """From the data set and the settings of the training; the classical ones take only its seed."""
    draws: bool
    """True if its seed changes it."""
    fused: bool
    """True if it was trained to do without one of its modalities."""


def _classical(kind: Kind, *, draws: bool) -> Entrant:
    return Entrant(lambda _, spec: Classical(kind, spec.seed), draws, fused=False)


def _shufflenet(
    modalities: tuple[str, ...], width: Width = "x0.5", fusion: Fusion = "concatenation"
) -> Entrant:
    def make(manifest: DatasetManifest, spec: TrainingSpec) -> Candidate:
        return Neural(make_network(manifest, modalities, width, fusion, spec.seed), spec, manifest)

    return Entrant(make, draws=True, fused=len(modalities) > 1)


def _plain_cnn(manifest: DatasetManifest, spec: TrainingSpec) -> Candidate:
    channels = {name: len(meaning) for name, meaning in manifest.modalities.items()}
    torch.manual_seed(spec.seed)
    return Neural(PlainCnn(channels, len(manifest.side_inputs), len(CLASSES)), spec, manifest)


_BOTH = ("current", "vibration")

ENTRANTS: Mapping[str, Entrant] = {
    "svm": _classical("svm", draws=False),
    "knn": _classical("knn", draws=False),
    "forest": _classical("forest", draws=True),
    "cnn": Entrant(_plain_cnn, draws=True, fused=True),
    "current": _shufflenet(("current",)),
    "vibration": _shufflenet(("vibration",)),
    "concatenation": _shufflenet(_BOTH),
    "attention": _shufflenet(_BOTH, fusion="attention"),
    "concatenation-x1.0": _shufflenet(_BOTH, "x1.0"),
    "attention-x1.0": _shufflenet(_BOTH, "x1.0", "attention"),
}
"""By name. All but `current` and `vibration` see both modalities; networks are ShuffleNetV2 x0.5 by
default."""

USUAL = tuple(name for name in ENTRANTS if not name.endswith("x1.0"))
"""Those that are compared by default."""
