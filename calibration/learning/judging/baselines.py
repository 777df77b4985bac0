"""Models to compare the network with: classical ones on FFT features, and a plain convolutional network."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from torch import Tensor, nn

from calibration.learning.data.examples import Examples
from calibration.learning.network.cost import Cost
from calibration.learning.network.fusion import ImageClassifier
from calibration.learning.training.loss import class_weights
from calibration.learning.training.probability import fit_temperature, negative_log_likelihood
from edge_agent.diagnose.model import softmax

Kind = Literal["svm", "knn", "forest"]

_CHOICES: Mapping[Kind, Sequence[Mapping[str, float]]] = {
    "svm": [{"C": 1.0}, {"C": 10.0}, {"C": 100.0}],
    "knn": [{"n_neighbors": 5}, {"n_neighbors": 15}, {"n_neighbors": 45}],
    "forest": [{"min_samples_leaf": 1}, {"min_samples_leaf": 4}],
}
"""Settings of which the validation examples choose one. Judgement: usual values, each several times the
last."""
_TREES = 300
"""Judgement: a usual number, fitted in seconds."""
_MIN_PROBABILITY = 1e-3
"""Judgement: less than one vote in 300 trees; its logarithm must stay finite."""
_CHANNELS = (32, 64, 96, 128)
"""Judgement: a usual small network, wider as its maps shrink."""


def fft_features(examples: Examples) -> NDArray[np.float32]:
    """Return features (n, features): per modality and channel the mean spectrum, then the side inputs.

    A data set keeps images, not samples. A column of an image is the FFT magnitude of one frame in dB (for
    the product of both sidebands its signed root) at frequencies in units of 2sf, so the mean over the
    columns is the averaged spectrum of condition monitoring, already compensated for slip and load.
    """
    spectra = [
        images.mean(axis=2, dtype=np.float32).reshape(len(images), -1) for images in examples.images.values()
    ]
    return np.concatenate([*spectra, examples.side], axis=1)


class FeatureModel:
    """A classifier of scikit-learn on FFT features that returns logits."""

    def __init__(self, kind: Kind, classes: int, seed: int) -> None:
        self._kind = kind
        self._classes = classes
        self._seed = seed
        self._pipeline: Any = None

    def fit(self, train: Examples, validation: Examples) -> None:
        """Fit with every choice of settings; keep the one that makes the validation labels likeliest."""
        best = np.inf
        weights = class_weights(train.label, self._classes).tolist()
        for choice in self._choices(len(train)):
            classifier = self._classifier(choice, {c: w for c, w in enumerate(weights) if w > 0})
            pipeline = make_pipeline(StandardScaler(), classifier)
            pipeline.fit(fft_features(train), train.label)
            logits = self._ask(pipeline, validation)
            temperature = fit_temperature(logits, validation.label)
            loss = negative_log_likelihood(softmax(logits, temperature), validation.label)
            if loss < best:
                best, self._pipeline = loss, pipeline

    def logits(self, examples: Examples) -> NDArray[np.float64]:
        """Return logits (n, classes): one-versus-rest scores of the SVM, log probabilities of the others."""
        return self._ask(self._pipeline, examples)

    def cost(self) -> Cost:
        """Return how many numbers it keeps, and multiplications with them; a forest only compares."""
        classifier = self._pipeline[-1]
        if self._kind == "svm":
            return Cost(
                classifier.support_vectors_.size + classifier.dual_coef_.size + classifier.intercept_.size,
                classifier.support_vectors_.size + classifier.dual_coef_.size,
            )
        if self._kind == "knn":
            kept = classifier.n_samples_fit_ * classifier.n_features_in_
            return Cost(kept + classifier.n_samples_fit_, kept)
        nodes = sum(tree.tree_.node_count for tree in classifier.estimators_)
        return Cost(nodes * (4 + self._classes), 0)

    def _choices(self, examples: int) -> Sequence[Mapping[str, float]]:
        """Return the settings to choose from; no more neighbours than there are examples."""
        choices = _CHOICES[self._kind]
        if self._kind != "knn":
            return choices
        counts = sorted({min(int(choice["n_neighbors"]), examples) for choice in choices})
        return [{"n_neighbors": count} for count in counts]

    def _classifier(self, choice: Mapping[str, float], weights: Mapping[int, float]) -> Any:
        if self._kind == "svm":
            return SVC(class_weight=weights, decision_function_shape="ovr", **choice)
        if self._kind == "knn":
            return KNeighborsClassifier(weights="distance", **choice)
        return RandomForestClassifier(_TREES, class_weight=weights, random_state=self._seed, **choice)

    def _ask(self, pipeline: Any, examples: Examples) -> NDArray[np.float64]:
        features = fft_features(examples)
        if self._kind == "svm":
            scores = pipeline.decision_function(features)
            if scores.ndim == 1:  # of two classes, for the second of them
                scores = np.stack([-scores, scores], axis=1) / 2
        else:
            scores = np.log(np.maximum(pipeline.predict_proba(features), _MIN_PROBABILITY))
        # A class that was not in training is never the answer.
        logits = np.full((len(features), self._classes), np.log(_MIN_PROBABILITY) + scores.min())
        logits[:, pipeline.classes_] = scores
        return logits


class PlainCnn(ImageClassifier):
    """Four convolutions over the images of all modalities, stacked as channels."""

    def __init__(self, modalities: Mapping[str, int], side_inputs: int, classes: int) -> None:
        """Build it; `modalities` holds the channels of each image, all of the same rows and columns."""
        super().__init__(tuple(modalities), classes)
        layers: list[nn.Module] = []
        before = sum(modalities.values())
        for channels in _CHANNELS:
            layers += [
                nn.Conv2d(before, channels, kernel_size=3, padding=1, bias=False),
                nn.BatchNorm2d(channels),
                nn.ReLU(inplace=True),
                nn.MaxPool2d(2),
            ]
            before = channels
        self.layers = nn.Sequential(*layers)
        self.embed = nn.Linear(before + side_inputs, 64)
        self.fc = nn.Linear(64, classes)

    def forward(self, *inputs: Tensor) -> Tensor:
        """Return logits (batch, classes) of one image tensor per modality and the side inputs."""
        pooled = self.layers(torch.cat(inputs[:-1], dim=1)).mean(dim=(2, 3))
        embedding = torch.relu(self.embed(torch.cat([pooled, inputs[-1]], dim=1)))
        logits: Tensor = self.fc(embedding)
        return logits
