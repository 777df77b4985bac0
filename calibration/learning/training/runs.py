"""The record of a training: weights, settings and their origin."""

import json
import pickle
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import torch
from pydantic import TypeAdapter
from torch import Tensor

from calibration.learning.data.examples import write_whole
from calibration.learning.network.fusion import FusionNetwork, NetworkSpec
from edge_agent.diagnose.model import BUILTIN, builtin_path

_RUN_FILE = "run.json"
_WEIGHTS_FILE = "best.pt"


@dataclass(frozen=True, slots=True)
class Run:
    """The record of a finished training."""

    command: str
    """Command that started it."""
    dataset_command: str
    """Command that made its data set."""
    dataset_sha256: str
    """Hash of the data set's manifest."""
    network: dict[str, Any]
    """Settings of the network."""
    training: dict[str, Any]
    """Settings of the optimisation."""
    init: str | None
    """File whose weights it started from; None for random ones."""
    protocol: str
    """How the examples were split into those for training, validation and test."""
    fold: str
    """Which of the protocol's splits it was."""
    recordings: int
    """Recordings that the weights were fitted to."""
    motors: int
    """Motors among them."""
    validation_loss: float
    """Lowest mean negative log likelihood on the validation part."""
    temperature: float
    """Fitted on the validation part."""
    parameters: int
    """Number of weights."""
    training_s: float
    """Duration, s, validation included."""

    def save(self, folder: Path) -> None:
        """Write the record beside the weights."""
        write_whole(folder / _RUN_FILE, json.dumps(asdict(self), indent=1).encode())

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read the record; raises FileNotFoundError or ValueError."""
        return TypeAdapter(cls).validate_json((folder / _RUN_FILE).read_bytes())

    def load_network(self, folder: Path) -> FusionNetwork:
        """Return the network with its best weights, in evaluation mode."""
        network = FusionNetwork(NetworkSpec.from_dict(self.network))
        network.load_state_dict(torch.load(folder / _WEIGHTS_FILE, weights_only=True, map_location="cpu"))
        return network.eval()


def start_from(network: FusionNetwork, path: Path) -> None:
    """Load the weights of the shipped model ("builtin"), a training or an ImageNet checkpoint into a network.

    A training, named by its folder or its `best.pt`, must have been of the same network. An ImageNet
    checkpoint is a ShuffleNetV2 with the names of torchvision; every branch starts from it. Raises OSError,
    or ValueError that says what does not fit.
    """
    if str(path) == BUILTIN:
        path = builtin_path().with_suffix(".pt")
    file = path / _WEIGHTS_FILE if path.is_dir() else path
    try:
        state = torch.load(file, weights_only=True, map_location="cpu")
    except (pickle.UnpicklingError, RuntimeError, EOFError) as error:
        raise ValueError(f"{file}: not a file of torch weights; an ONNX file holds none") from error
    if not isinstance(state, Mapping):
        raise ValueError(f"{file}: holds no weights by name")
    if "conv1.0.weight" in state:
        try:
            for branch in network.branch_list():
                branch.load_imagenet(state)
        except ValueError as error:
            raise ValueError(f"{file}: {error}") from error
    elif any(str(name).startswith("branches.") for name in state):
        try:
            network.load_state_dict(state)
        except RuntimeError as error:
            difference = _first_difference(network, state)
            raise ValueError(f"{file}: weights of another network: {difference}") from error
    else:
        raise ValueError(f"{file}: neither best.pt of a training nor a ShuffleNetV2 with torchvision's names")


def _first_difference(network: FusionNetwork, state: Mapping[str, Tensor]) -> str:
    shapes = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    for name in sorted(shapes.keys() | state.keys()):
        given = tuple(state[name].shape) if name in state else "absent"
        wanted = shapes.get(name, "absent")
        if given != wanted:
            return f"{name} is {given} there and {wanted} here"
    return "it cannot be read"
