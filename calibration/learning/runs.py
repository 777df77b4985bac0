"""What a training leaves behind: weights, settings and where they came from."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import torch
from pydantic import TypeAdapter

from calibration.learning.network import FusionNetwork, NetworkSpec

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
    recordings: int
    """Recordings that the weights were fitted to."""
    motors: int
    """Motors among them."""
    validation_loss: float
    """Lowest mean negative log likelihood on the validation motors."""
    temperature: float
    """Fitted on the validation motors."""

    def save(self, folder: Path) -> None:
        """Write the record beside the weights."""
        (folder / _RUN_FILE).write_text(json.dumps(asdict(self), indent=1))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read the record; raises FileNotFoundError or ValueError."""
        return TypeAdapter(cls).validate_json((folder / _RUN_FILE).read_bytes())

    def load_network(self, folder: Path) -> FusionNetwork:
        """Make the network with its best weights, in evaluation mode."""
        network = FusionNetwork(NetworkSpec.from_dict(self.network))
        network.load_state_dict(torch.load(folder / _WEIGHTS_FILE, weights_only=True))
        return network.eval()
