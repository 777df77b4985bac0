"""A short training on the small data set."""

import numpy as np
import torch
from small_dataset import SIDE_INPUTS

from calibration.learning.network.fusion import FusionNetwork, NetworkSpec
from calibration.learning.training.trainer import Trainer, TrainingSpec


def train(folder, data, epochs: int, seed: int = 1, patience: int = 99, batch: int = 30) -> FusionNetwork:
    _, examples, validation = data
    examples, validation = examples.take(np.arange(0, 240, 4)), validation.take(np.arange(0, 80, 4))
    torch.manual_seed(seed)
    network = FusionNetwork(NetworkSpec({"current": 4, "vibration": 4}, len(SIDE_INPUTS), 5))
    folder.mkdir(exist_ok=True)
    spec = TrainingSpec(epochs=epochs, batch=batch, seed=seed, patience=patience)
    Trainer(network, spec, examples, validation, SIDE_INPUTS, folder).fit()
    return network
