"""Fitting a network to examples: deterministic, resumable, stopped when validation no longer improves."""

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel
from tqdm import tqdm

from calibration.learning.data.examples import Examples
from calibration.learning.network.fusion import ImageClassifier, images_to_tensor
from calibration.learning.training.augmentation import Augmentation, repeated_without_current, shows
from calibration.learning.training.loss import LeaningLoss
from calibration.learning.training.place import Place
from calibration.learning.training.probability import negative_log_likelihood
from edge_agent.diagnose.model import softmax

_EVALUATION_BATCH = 256
"""Judgement: fits into the memory of any machine that can train."""
_SEEDS_APART = 1_000_003
"""A prime, far above the number of epochs: no two processes share a seed."""
_EPOCH_SEEDS_APART = 10_007
"""A prime above any number of epochs: no two trainings share the seed of an epoch."""
_MIN_SHARE = 2
"""Fewest examples of a process in a batch: BatchNorm takes their variance."""


@dataclass(frozen=True, slots=True)
class TrainingSpec:
    """Settings of the optimisation. Every default is judgement."""

    epochs: int = 20
    """Passes over the training examples, at most."""
    batch: int = 128
    """Examples per step."""
    learning_rate: float = 3e-3
    """Highest, reached after a short warm-up."""
    weight_decay: float = 0.02
    """Of AdamW."""
    label_smoothing: float = 0.02
    """Share of the target spread over all classes."""
    patience: int = 10
    """Epochs without a better validation loss before it stops."""
    seed: int = 1
    """Of the weights, the order and the augmentation."""
    augmentation: Augmentation = field(default_factory=Augmentation)
    """Changes to the examples."""

    def to_dict(self) -> dict[str, Any]:
        """Return the plain form for JSON and checkpoints."""
        return asdict(self)


@dataclass(slots=True)
class _Progress:
    """What a checkpoint holds beside the weights."""

    epoch: int = 0
    """Epochs done."""
    best_loss: float = float("inf")
    """Lowest validation loss so far."""
    best_epoch: int = 0
    """Epoch in which it was reached."""
    seconds: float = 0.0
    """Time spent, s, also before an interruption."""


class Trainer:
    """Fits one network and leaves `best.pt` and `last.pt` in a folder.

    Several processes (see `Place`) share every batch and average their gradients; BatchNorm sees the share of
    its own process.
    """

    def __init__(
        self,
        network: ImageClassifier,
        spec: TrainingSpec,
        train: Examples,
        validation: Examples,
        side_inputs: tuple[str, ...],
        folder: Path,
        place: Place | None = None,
        origin: Mapping[str, Any] | None = None,
    ) -> None:
        """Prepare; raises ValueError if a batch is too small.

        `origin` says what is trained on what. Only a training of equal settings and origin is resumed.
        """
        self._place = place or Place()
        self._network = network.to(self._place.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._model: nn.Module = self._network
        if self._place.processes > 1:
            self._model = DistributedDataParallel(self._network)
        self._spec = spec
        self._terms = {"spec": spec.to_dict(), "origin": dict(origin or {})}
        self._train = train.take(train.trainable)
        self._validation = validation.take(validation.trainable)
        self._side_inputs = side_inputs
        self._folder = folder
        self._progress = _Progress()
        self._optimizer = torch.optim.AdamW(
            network.parameters(), lr=spec.learning_rate, weight_decay=spec.weight_decay
        )
        self._batch = min(spec.batch, len(self._train))
        if self._batch < _MIN_SHARE * self._place.processes:
            raise ValueError(
                f"{self._batch} examples are too few for a batch: each process needs {_MIN_SHARE}"
            )
        self._steps = len(self._train) // self._batch
        total = self._steps * spec.epochs
        self._schedule = torch.optim.lr_scheduler.LambdaLR(
            self._optimizer, lambda step: learning_rate_share(step, total)
        )
        self._loss = LeaningLoss(self._train.label, network.classes, spec.label_smoothing).to(
            self._place.device
        )

    def fit(self) -> float:
        """Train until done or no longer improving; load the best weights and return their validation loss.

        Raises ValueError if the folder holds another training, or if this one diverged.
        """
        self._resume()
        while not self._finished():
            started = time.monotonic()
            self._epoch()
            loss = self._place.agree(self._validation_loss() if self._place.leads else 0.0)
            improved = loss < self._progress.best_loss
            if improved:
                self._progress.best_loss, self._progress.best_epoch = loss, self._progress.epoch
            self._progress.seconds += time.monotonic() - started
            if self._place.leads:
                self._save(improved)
        if math.isinf(self._progress.best_loss):
            raise ValueError("no epoch gave a finite validation loss; lower the learning rate")
        self._place.agree(0.0)  # the others must not read before the last file is written
        self._network.load_state_dict(self._read("best.pt"))
        return self._progress.best_loss

    @property
    def seconds(self) -> float:
        """Time spent on training and validation, s, also before an interruption."""
        return self._progress.seconds

    def _validation_loss(self) -> float:
        logits = predict(self._network, self._validation)
        loss = negative_log_likelihood(softmax(logits, 1.0), self._validation.label)
        right = float(np.mean(logits.argmax(axis=1) == self._validation.label))
        print(f"epoch {self._progress.epoch}: validation loss {loss:.4f}, windows right {right:.3f}")
        return loss

    def _finished(self) -> bool:
        waited = self._progress.epoch - self._progress.best_epoch
        return self._progress.epoch >= self._spec.epochs or waited >= self._spec.patience

    def _epoch(self) -> None:
        # Seeded by the epoch: a training that was resumed goes on exactly as one that was not.
        seed = self._spec.seed * _EPOCH_SEEDS_APART + self._progress.epoch
        order = torch.randperm(len(self._train), generator=torch.Generator().manual_seed(seed)).numpy()
        # The processes draw the same order of the examples, but each its own changes to them.
        own_seed = seed + _SEEDS_APART * self._place.rank
        torch.manual_seed(own_seed)
        self._network.train()
        bar = tqdm(
            self._batches(order, torch.Generator().manual_seed(own_seed)),
            f"epoch {self._progress.epoch + 1}",
            self._steps,
            leave=False,
            disable=None if self._place.leads else True,
        )
        for inputs, labels in bar:
            self._optimizer.zero_grad(set_to_none=True)
            current = shows("current", self._network.modalities, self._side_inputs, inputs)
            loss = self._loss(self._model(*inputs), labels, current)
            loss.backward()
            self._optimizer.step()
            self._schedule.step()
        self._progress.epoch += 1

    def _batches(
        self, order: NDArray[np.int64], generator: torch.Generator
    ) -> Iterator[tuple[list[Tensor], Tensor]]:
        """Yield this process's share of every batch, augmented, on its device."""
        for step in range(self._steps):
            batch = order[step * self._batch : (step + 1) * self._batch]
            chosen = self._train.take(batch[self._place.rank :: self._place.processes])
            inputs = to_tensors(chosen, self._network.modalities)
            labels = torch.from_numpy(chosen.label)
            names = (self._network.modalities, self._side_inputs)
            changed = self._spec.augmentation.apply(*names, inputs, generator)
            changed, labels = repeated_without_current(*names, changed, labels)
            device = self._place.device
            yield [values.to(device) for values in changed], labels.to(device)

    def _save(self, improved: bool) -> None:
        if improved:
            torch.save(self._network.state_dict(), self._folder / "best.pt")
        temporary = self._folder / "last.part"
        state = {
            "terms": self._terms,
            "network": self._network.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "schedule": self._schedule.state_dict(),
            "progress": asdict(self._progress),
        }
        torch.save(state, temporary)
        temporary.replace(self._folder / "last.pt")

    def _read(self, name: str) -> dict[str, Any]:
        content: dict[str, Any] = torch.load(
            self._folder / name, weights_only=True, map_location=self._place.device
        )
        return content

    def _resume(self) -> None:
        path = self._folder / "last.pt"
        if not path.exists():
            return
        state = self._read("last.pt")
        if state.get("terms") != self._terms:
            raise ValueError(
                f"{path}: of a training with other settings or on other examples; use another folder"
            )
        self._network.load_state_dict(state["network"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._schedule.load_state_dict(state["schedule"])
        self._progress = _Progress(**state["progress"])


def predict(network: ImageClassifier, examples: Examples) -> NDArray[np.float64]:
    """Return the logits (n, classes) of the network in evaluation mode."""
    network.eval()
    device = next(network.parameters()).device
    logits: list[NDArray[np.float64]] = []
    with torch.inference_mode():
        for start in range(0, len(examples), _EVALUATION_BATCH):
            part = examples.take(np.arange(start, min(start + _EVALUATION_BATCH, len(examples))))
            inputs = [values.to(device) for values in to_tensors(part, network.modalities)]
            logits.append(network(*inputs).double().cpu().numpy())
    return np.concatenate(logits)


def to_tensors(examples: Examples, modalities: Sequence[str]) -> list[Tensor]:
    """Return the inputs of the network: one image tensor per modality, then the side inputs."""
    images = [images_to_tensor(torch.from_numpy(examples.images[name])) for name in modalities]
    return [*images, torch.from_numpy(examples.side)]


def learning_rate_share(step: int, total: int) -> float:
    """Return the share of the highest learning rate: a ramp over a tenth of the steps, then a cosine."""
    warm_up = total / 10
    if step < warm_up:
        return (step + 1) / (warm_up + 1)
    return 0.5 * (1 + math.cos(math.pi * (step - warm_up) / (total - warm_up)))
