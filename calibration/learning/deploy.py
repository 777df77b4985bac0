"""The trained network as it is deployed: BatchNorm folded, and no channel shuffle left.

A shuffle moves channels about in memory only so that the next unit finds them in order. Here nothing is
moved: every channel is known by the tensor that holds it, the half that a unit transforms is gathered as a
few contiguous slices, and the unit's first weights are reordered to the order in which they arrive.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval

from calibration.learning.domain import DomainDistance
from calibration.learning.examples import Examples
from calibration.learning.network import FusionNetwork
from calibration.learning.shufflenet import ShuffleNetV2
from calibration.learning.training import to_tensors

_BATCH = 256

PADDING = -1
"""Stands for a channel that is always zero."""

Order = list[tuple[int, int]]
"""Where each channel of a shuffled tensor lies: (number of the source tensor, channel in it)."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """A tensor put together from contiguous slices of sources."""

    slices: tuple[tuple[int, int, int], ...]
    """(source, start, stop), in the order in which they are concatenated."""
    channels: tuple[int, ...]
    """For each channel of the result its number in the shuffled order."""
    width: int
    """Channels of each source."""

    def concatenate(self, sources: Sequence[Tensor]) -> Tensor:
        """Put the tensor together, (batch, channels, rows, columns)."""
        parts = [
            sources[source] if stop - start == self.width else sources[source][:, start:stop]
            for source, start, stop in self.slices
        ]
        return parts[0] if len(parts) == 1 else torch.cat(parts, dim=1)


def gather(order: Order, width: int) -> Gathered:
    """Find the slices of sources of `width` channels that hold those of `order`.

    Raises ValueError where a slice would not be contiguous.
    Halving an interleaved order takes a prefix or a suffix of what each source holds, so this never happens.
    """
    slices: list[tuple[int, int, int]] = []
    channels: list[int] = []
    for source in sorted({source for source, _ in order}):
        held = [(channel, number) for number, (of, channel) in enumerate(order) if of == source]
        start, stop = held[0][0], held[-1][0] + 1
        if [channel for channel, _ in held] != list(range(start, stop)):
            raise ValueError(f"channels of source {source} are not contiguous: {held}")
        slices.append((source, start, stop))
        channels.extend(number for _, number in held)
    return Gathered(tuple(slices), tuple(channels), width)


def interleave(first: Order, second: Order) -> Order:
    """Order after a channel shuffle of the concatenation of two halves."""
    return [place for pair in zip(first, second, strict=True) for place in pair]


class DeployedStage(nn.Module):
    """A stage of inverted residuals that appends what each unit computes to a list of sources."""

    def __init__(self, stage: nn.Sequential, channels: Sequence[int], alignment: int) -> None:
        """Rewrite `stage` for an input whose channels have the trained numbers `channels`."""
        super().__init__()
        first, *rest = stage.children()
        self.left = _fold_branch1(_sequential(first.branch1), channels)
        self.right = _fold_branch2(_sequential(first.branch2), channels, alignment)
        half = _outputs(_sequential(first.branch2))
        order = interleave([(0, i) for i in range(half)], [(1, i) for i in range(half)])
        self.units = nn.ModuleList()
        self.inputs: list[Gathered] = []
        for source, unit in enumerate(rest, start=2):
            taken = gather(order[half:], half)
            self.inputs.append(taken)
            self.units.append(_fold_branch2(_sequential(unit.branch2), taken.channels, alignment))
            order = interleave(order[:half], [(source, i) for i in range(half)])
        self.output = gather(order, half)

    def forward(self, maps: Tensor) -> Tensor:
        """Maps (batch, channels, rows, columns), in the order of `output.channels`."""
        sources: list[Tensor] = [self.left(maps), self.right(maps)]
        for taken, unit in zip(self.inputs, self.units, strict=True):
            sources.append(unit(taken.concatenate(sources)))
        return self.output.concatenate(sources)


class DeployedBranch(nn.Module):
    """A ShuffleNetV2 branch without BatchNorm and shuffles."""

    def __init__(self, branch: ShuffleNetV2, alignment: int, restore_order: bool) -> None:
        """Rewrite `branch` (in eval mode), its inner channels zero-padded to a multiple of `alignment`.

        With `restore_order` the maps come in the trained order, for attention to read.
        """
        super().__init__()
        stem = _fold(branch.conv1[0], branch.conv1[1])
        channels = _padded(stem.out_channels, alignment)
        self.conv1 = nn.Sequential(_rearranged(stem, channels, range(stem.in_channels)), nn.ReLU())
        self.maxpool = branch.maxpool
        self.stages = nn.Sequential()
        for stage in (branch.stage2, branch.stage3, branch.stage4):
            rewritten = DeployedStage(stage, channels, alignment)
            self.stages.append(rewritten)
            channels = rewritten.output.channels
        self.trained_order = torch.argsort(torch.tensor(channels)) if restore_order else None
        conv5 = _fold(branch.conv5[0], branch.conv5[1])
        arriving = range(conv5.in_channels) if restore_order else channels
        self.conv5 = nn.Sequential(_rearranged(conv5, range(conv5.out_channels), arriving), nn.ReLU())

    def maps(self, images: Tensor) -> Tensor:
        """Stage-4 maps of images (batch, channels, rows, columns)."""
        return self.maps_of_stem(self.maxpool(self.conv1(images)))

    def maps_of_stem(self, stem: Tensor) -> Tensor:
        """Stage-4 maps of what the first two layers gave."""
        maps: Tensor = self.stages(stem)
        return maps if self.trained_order is None else maps[:, self.trained_order]

    def pooled(self, maps: Tensor) -> Tensor:
        """Features (batch, features) of stage-4 maps."""
        return functional.adaptive_avg_pool2d(self.conv5(maps), 1).flatten(1)


class DeployedNetwork(nn.Module):
    """A trained FusionNetwork, rewritten; computes the same, and how far the window is from training."""

    def __init__(self, network: FusionNetwork, alignment: int) -> None:
        """Rewrite `network`; it gives no distance until `distance` is set."""
        super().__init__()
        network = network.eval()
        restore_order = network.spec.fusion == "attention"
        self.modalities = list(network.spec.modalities)
        self.branches = nn.ModuleList(
            DeployedBranch(branch, alignment, restore_order) for branch in network.branch_list()
        )
        self.attention = network.attention
        self.images, self.side = network.images, network.side
        self.embed = network.embed
        self.fc = network.fc
        self.distance: DomainDistance | None = None

    def forward(self, *inputs: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        """Logits (batch, classes) and distances (batch,) of one image tensor per modality and side inputs."""
        logits, features = self.look(*inputs)
        return logits if self.distance is None else (logits, self.distance(features))

    def look(self, *inputs: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (batch, classes), and the features (batch, n) by which a strange window is known.

        These are the embedding and the means of the first two layers' maps: the embedding keeps only what
        tells the classes apart, and has no eye for an image of another kind.
        """
        branches = [branch for branch in self.branches if isinstance(branch, DeployedBranch)]
        stems = [branch.conv1(images) for branch, images in zip(branches, inputs[:-1], strict=True)]
        peaks = [branch.maxpool(stem) for branch, stem in zip(branches, stems, strict=True)]
        maps = [branch.maps_of_stem(own) for branch, own in zip(branches, peaks, strict=True)]
        if self.attention:
            first, second = self.attention.values()
            maps = [first(maps[0], maps[1]), second(maps[1], maps[0])]
        pooled = [branch.pooled(own) for branch, own in zip(branches, maps, strict=True)]
        seen = self.images(torch.cat(pooled, dim=1))
        embedding = self.embed(torch.relu(torch.cat([seen, self.side(inputs[-1])], dim=1)))
        means = [functional.adaptive_avg_pool2d(own, 1).flatten(1) for own in (*stems, *peaks)]
        return self.fc(torch.relu(embedding)), torch.cat([embedding, *means], dim=1)


def features_of(network: DeployedNetwork, examples: Examples) -> NDArray[np.float64]:
    """Features (n, features) of examples (n)."""
    parts = np.array_split(np.arange(len(examples)), -(-len(examples) // _BATCH))
    with torch.inference_mode():
        inputs = (to_tensors(examples.take(part), network.modalities) for part in parts)
        batches = [network.look(*own)[1] for own in inputs]
    return np.asarray(torch.cat(batches).double().numpy())


def _sequential(module: object) -> nn.Sequential:
    if not isinstance(module, nn.Sequential):
        raise TypeError(f"expected the layers of a unit, found {type(module).__name__}")
    return module


def _outputs(layers: nn.Sequential) -> int:
    """Channels that a branch of a unit gives: those of its last BatchNorm."""
    norm = layers[-2]
    if not isinstance(norm, nn.BatchNorm2d):
        raise TypeError(f"expected a BatchNorm, found {type(norm).__name__}")
    return norm.num_features


def _fold(convolution: nn.Module, norm: nn.Module) -> nn.Conv2d:
    if not isinstance(convolution, nn.Conv2d) or not isinstance(norm, nn.BatchNorm2d):
        raise TypeError(f"cannot fold {type(norm).__name__} into {type(convolution).__name__}")
    return fuse_conv_bn_eval(convolution, norm)


def _fold_branch1(layers: nn.Sequential, channels: Sequence[int]) -> nn.Sequential:
    depthwise, norm1, pointwise, norm2, _ = layers
    folded = _fold(pointwise, norm2)
    return nn.Sequential(
        _rearranged(_fold(depthwise, norm1), channels, range(1)),
        _rearranged(folded, range(folded.out_channels), channels),
        nn.ReLU(),
    )


def _fold_branch2(layers: nn.Sequential, channels: Sequence[int], alignment: int) -> nn.Sequential:
    first, norm1, _, depthwise, norm2, last, norm3, _ = layers
    entry, middle, leave = _fold(first, norm1), _fold(depthwise, norm2), _fold(last, norm3)
    inner = _padded(entry.out_channels, alignment)
    return nn.Sequential(
        _rearranged(entry, inner, channels),
        nn.ReLU(),
        _rearranged(middle, inner, range(1)),
        _rearranged(leave, range(leave.out_channels), inner),
        nn.ReLU(),
    )


def _padded(channels: int, alignment: int) -> tuple[int, ...]:
    return (*range(channels), *([PADDING] * (-channels % alignment)))


def _rearranged(convolution: nn.Conv2d, outputs: Sequence[int], inputs: Sequence[int]) -> nn.Conv2d:
    """Copy a convolution with its weights in the order of `outputs` and `inputs`; PADDING becomes zero."""
    if convolution.bias is None:
        raise ValueError("the convolution has no bias: fold its BatchNorm first")
    depthwise = convolution.groups > 1
    result = nn.Conv2d(
        len(outputs) if depthwise else len(inputs),
        len(outputs),
        (convolution.kernel_size[0], convolution.kernel_size[1]),
        (convolution.stride[0], convolution.stride[1]),
        (int(convolution.padding[0]), int(convolution.padding[1])),
        groups=len(outputs) if depthwise else 1,
    )
    weight = _take(_take(convolution.weight.detach(), outputs, dim=0), inputs, dim=1)
    result.weight = nn.Parameter(weight)
    result.bias = nn.Parameter(_take(convolution.bias.detach(), outputs, dim=0))
    return result.eval()


def _take(values: Tensor, numbers: Sequence[int], dim: int) -> Tensor:
    zero = torch.zeros_like(values.narrow(dim, 0, 1))
    indices = torch.tensor([number if number != PADDING else values.shape[dim] for number in numbers])
    return torch.cat((values, zero), dim).index_select(dim, indices)
