"""The whole network: one ShuffleNetV2 branch per modality, fused with each other and with the side inputs."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

import torch
from pydantic import TypeAdapter
from torch import Tensor, nn

from calibration.learning.data.examples import DatasetManifest
from calibration.learning.data.modalities import numbers_of_side
from calibration.learning.network.attention import CrossModalAttention
from calibration.learning.network.shufflenet import ShuffleNetV2, Width
from edge_agent.verdict import CLASSES

Fusion = Literal["concatenation", "attention"]


@dataclass(frozen=True, slots=True)
class NetworkSpec:
    """Settings of a network. Every default is judgement."""

    modalities: Mapping[str, int]
    """Channels of each image input by its name, in order."""
    side_inputs: int
    """How many numbers come beside the images."""
    classes: int
    """Outputs."""
    width: Width = "x0.5"
    """Width of the branches."""
    fusion: Fusion = "concatenation"
    """How modalities are joined: pooled features side by side, or attention on the stage-4 maps before."""
    pool_stem: bool = True
    """Halve the maps once more after conv1, as published for large images."""
    image_summary: int = 32
    """Size of the images' summary: small, so that pooled features do not drown the side inputs."""
    side_summary: int = 32
    """Size of the side inputs' summary, before they meet the images."""
    embedding: int = 64
    """Size of the layer where images and side inputs meet."""
    attention_width: int = 64
    """Dimensions of the space in which modalities attend to each other."""
    dropout: float = 0.1
    """Share of the embedding that is dropped in training."""
    pooled_dropout: float = 0.5
    """Share of the pooled features of the images that is dropped in training."""

    def to_dict(self) -> dict[str, Any]:
        """Return the plain form for JSON and checkpoints."""
        return asdict(self)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Self:
        """Read the plain form; raises ValueError that names what is wrong."""
        return TypeAdapter(cls).validate_python(content)


class ImageClassifier(nn.Module):
    """Any network from images and side inputs to logits: all that training needs to know of it."""

    def __init__(self, modalities: Sequence[str], classes: int) -> None:
        """Take images of `modalities`, in this order, and return logits of `classes`."""
        super().__init__()
        self.modalities = tuple(modalities)
        self.classes = classes


class FusionNetwork(ImageClassifier):
    """Images of every modality and side inputs to logits."""

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__(tuple(spec.modalities), spec.classes)
        self.spec = spec
        self.branches = nn.ModuleDict(
            {
                name: ShuffleNetV2(channels, spec.width, spec.pool_stem)
                for name, channels in spec.modalities.items()
            }
        )
        self.attention = nn.ModuleDict()
        if spec.fusion == "attention":
            if len(spec.modalities) != 2:
                raise ValueError(f"attention needs two modalities, not {list(spec.modalities)}")
            width = self.branch_list()[0].map_channels
            self.attention = nn.ModuleDict(
                {name: CrossModalAttention(width, spec.attention_width) for name in spec.modalities}
            )
        features = sum(branch.features for branch in self.branch_list())
        self.pooled_dropout = nn.Dropout(spec.pooled_dropout)
        self.images = nn.Linear(features, spec.image_summary)
        side_summary = spec.side_summary if spec.side_inputs else 0
        self.side = nn.Linear(spec.side_inputs, side_summary) if side_summary else nn.Identity()
        self.embed = nn.Linear(spec.image_summary + side_summary, spec.embedding)
        self.dropout = nn.Dropout(spec.dropout)
        self.fc = nn.Linear(spec.embedding, spec.classes)

    def forward(self, *inputs: Tensor) -> Tensor:
        """Return logits (batch, classes) of one image tensor per modality and the side inputs.

        Images are float32 (batch, channels, rows, columns), in the order of the modalities; then (batch, n).
        """
        branches = self.branch_list()
        maps = [branch.maps(images) for branch, images in zip(branches, inputs[:-1], strict=True)]
        if self.attention:
            first, second = self.attention.values()
            maps = [first(maps[0], maps[1]), second(maps[1], maps[0])]
        pooled = [branch.pooled(own) for branch, own in zip(branches, maps, strict=True)]
        seen = self.images(self.pooled_dropout(torch.cat(pooled, dim=1)))
        summaries = torch.relu(torch.cat([seen, self.side(inputs[-1])], dim=1))
        embedding = torch.relu(self.embed(summaries))
        logits: Tensor = self.fc(self.dropout(embedding))
        return logits

    def ignore_side_inputs(self, numbers: Sequence[int]) -> None:
        """Zero the weights of some side inputs; training keeps them zero where those inputs are zero."""
        if isinstance(self.side, nn.Linear):
            with torch.no_grad():
                self.side.weight[:, list(numbers)] = 0.0

    def branch_list(self) -> list[ShuffleNetV2]:
        """Return the branches, in the order of the modalities."""
        return [branch for branch in self.branches.values() if isinstance(branch, ShuffleNetV2)]


def make_network(
    manifest: DatasetManifest, modalities: Sequence[str], width: Width, fusion: Fusion, seed: int
) -> FusionNetwork:
    """Return a network for some modalities of a data set; it ignores side inputs of the others."""
    torch.manual_seed(seed)
    network = FusionNetwork(
        NetworkSpec(
            modalities={name: len(manifest.modalities[name]) for name in modalities},
            side_inputs=len(manifest.side_inputs),
            classes=len(CLASSES),
            width=width,
            fusion=fusion,
        )
    )
    for name in manifest.modalities:
        if name not in modalities:
            network.ignore_side_inputs(numbers_of_side(name, manifest.side_inputs))
    return network


def images_to_tensor(images: Tensor) -> Tensor:
    """Return uint8 images (batch, rows, columns, channels) as floats in 0..1, channels first."""
    return images.permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last).float() / 255.0
