"""The trained network as it is deployed: BatchNorm folded, and no channel shuffle left.

A shuffle only moves channels in memory so that the next unit finds them in order. Here nothing is moved: the
program knows which tensor holds each channel, gathers the half that a unit transforms as a few contiguous
slices, and reorders the unit's first weights to match.

The images are small, so the time depends on the number of operators, not on their products. Therefore the
branches of all modalities share the operators of their stages: their channels lie in turns in one tensor,
and the weights from one branch to another are zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from calibration.learning.data.examples import Examples
from calibration.learning.network.fusion import FusionNetwork
from calibration.learning.network.shufflenet import ShuffleNetV2
from calibration.learning.shipping.domain import DomainDistance
from calibration.learning.shipping.merging import Channel, folded, in_turns, merged, padded_numbers
from calibration.learning.training.trainer import to_tensors

_BATCH = 256
"""Judgement: fits into the memory of any machine that can train."""

Order = list[tuple[int, int]]
"""Where each channel of a shuffled tensor lies: (number of the source tensor, channel in it)."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """A tensor put together from contiguous slices of sources."""

    slices: tuple[tuple[int, int, int], ...]
    """(source, start, stop), in the order in which they are concatenated."""
    channels: tuple[int, ...]
    """For each channel of the result its number in the shuffled order, the same for every branch."""
    width: int
    """Channels of each source."""

    def concatenate(self, sources: Sequence[Tensor]) -> Tensor:
        """Return the tensor (batch, channels, rows, columns)."""
        parts = [
            sources[source] if stop - start == self.width else sources[source][:, start:stop]
            for source, start, stop in self.slices
        ]
        return parts[0] if len(parts) == 1 else torch.cat(parts, dim=1)


def gather(order: Order, width: int, branches: int = 1) -> Gathered:
    """Return the slices that hold the channels of `order`; sources have `width` channels a branch.

    Raises ValueError if a slice would not be contiguous.
    Halving an interleaved order takes a prefix or a suffix of what each source holds, so this never happens;
    as the branches take turns in a source, it is a prefix or a suffix for all of them.
    """
    slices: list[tuple[int, int, int]] = []
    channels: list[int] = []
    for source in sorted({source for source, _ in order}):
        held = [(channel, number) for number, (of, channel) in enumerate(order) if of == source]
        start, stop = held[0][0], held[-1][0] + 1
        if [channel for channel, _ in held] != list(range(start, stop)):
            raise ValueError(f"channels of source {source} are not contiguous: {held}")
        slices.append((source, start * branches, stop * branches))
        channels.extend(number for _, number in held)
    return Gathered(tuple(slices), tuple(channels), width * branches)


def interleave(first: Order, second: Order) -> Order:
    """Return the order after a channel shuffle of two concatenated halves."""
    return [place for pair in zip(first, second, strict=True) for place in pair]


class DeployedStage(nn.Module):
    """A stage of inverted residuals that appends what each unit computes to a list of sources."""

    def __init__(self, stages: Sequence[nn.Sequential], channels: Sequence[Channel], alignment: int) -> None:
        """Rewrite the stages of all branches for an input that holds `channels`."""
        super().__init__()
        first, *rest = zip(*(stage.children() for stage in stages), strict=True)
        branches = len(stages)
        self.left = _fold_branch1([_sequential(unit.branch1) for unit in first], channels)
        self.right = _fold_branch2([_sequential(unit.branch2) for unit in first], channels, alignment)
        half = _outputs(_sequential(first[0].branch2))
        order = interleave([(0, i) for i in range(half)], [(1, i) for i in range(half)])
        self.units = nn.ModuleList()
        self.inputs: list[Gathered] = []
        for source, units in enumerate(rest, start=2):
            taken = gather(order[half:], half, branches)
            self.inputs.append(taken)
            layers = [_sequential(unit.branch2) for unit in units]
            self.units.append(_fold_branch2(layers, in_turns(taken.channels, branches), alignment))
            order = interleave(order[:half], [(source, i) for i in range(half)])
        self.output = gather(order, half, branches)

    def forward(self, maps: Tensor) -> Tensor:
        """Return maps (batch, channels, rows, columns), the branches in turns, in the order of `output`."""
        sources: list[Tensor] = [self.left(maps), self.right(maps)]
        for taken, unit in zip(self.inputs, self.units, strict=True):
            sources.append(unit(taken.concatenate(sources)))
        return self.output.concatenate(sources)


class DeployedBranches(nn.Module):
    """The ShuffleNetV2 branches without BatchNorm and shuffles, their stages in common."""

    def __init__(self, branches: Sequence[ShuffleNetV2], alignment: int, restore_order: bool) -> None:
        """Rewrite `branches` (in eval mode), inner channels zero-padded to a multiple of `alignment`.

        With `restore_order` the maps come in the trained order, for attention to read.
        """
        super().__init__()
        count = len(branches)
        stems = [folded(branch.conv1[0], branch.conv1[1]) for branch in branches]
        padded = padded_numbers(stems[0].out_channels, count, alignment)
        self.stems = nn.ModuleList(
            nn.Sequential(merged([stem], in_turns(padded), in_turns(range(stem.in_channels))), nn.ReLU())
            for stem in stems
        )
        self.maxpool = branches[0].maxpool
        channels = [(branch, number) for branch in range(count) for number in padded]
        self.stages = nn.Sequential()
        numbers: Sequence[int] = ()
        for name in ("stage2", "stage3", "stage4"):
            stage = DeployedStage([getattr(branch, name) for branch in branches], channels, alignment)
            self.stages.append(stage)
            numbers = stage.output.channels
            channels = in_turns(numbers, count)
        self.trained_order = torch.argsort(torch.tensor(numbers)) if restore_order else None
        arriving = in_turns(range(len(numbers)) if restore_order else numbers)
        last = [folded(branch.conv5[0], branch.conv5[1]) for branch in branches]
        self.conv5 = nn.ModuleList(
            nn.Sequential(merged([layer], in_turns(range(layer.out_channels)), arriving), nn.ReLU())
            for layer in last
        )

    def peaks(self, images: Sequence[Tensor]) -> Tensor:
        """Return what stem and pool make of every image, branch after branch."""
        peaks = [self.maxpool(stem(own)) for stem, own in zip(self.stems, images, strict=True)]
        return peaks[0] if len(peaks) == 1 else torch.cat(peaks, dim=1)

    def maps(self, peaks: Tensor) -> list[Tensor]:
        """Return the stage-4 maps of every branch."""
        maps, count = self.stages(peaks), len(self.stems)
        parts = [maps] if count == 1 else [maps[:, branch::count] for branch in range(count)]
        return parts if self.trained_order is None else [part[:, self.trained_order] for part in parts]

    def pooled(self, maps: Sequence[Tensor]) -> list[Tensor]:
        """Return features (batch, features) of every branch's stage-4 maps."""
        features = [layer(own) for layer, own in zip(self.conv5, maps, strict=True)]
        return [_means(own) for own in features]


class DeployedNetwork(nn.Module):
    """A trained FusionNetwork, rewritten; computes the same, and how far the window is from training."""

    def __init__(self, network: FusionNetwork, alignment: int) -> None:
        """Rewrite `network`; it returns no distance until `distance` is set."""
        super().__init__()
        network = network.eval()
        restore_order = network.spec.fusion == "attention"
        self.modalities = list(network.spec.modalities)
        self.branches = DeployedBranches(network.branch_list(), alignment, restore_order)
        self.attention = network.attention
        self.images, self.side = network.images, network.side
        self.embed = network.embed
        self.fc = network.fc
        self.distance: DomainDistance | None = None

    def forward(self, *inputs: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        """Return logits (batch, classes) and distances (batch,); inputs as of `FusionNetwork`."""
        logits, features = self.look(*inputs)
        return logits if self.distance is None else (logits, self.distance(features))

    def look(self, *inputs: Tensor) -> tuple[Tensor, Tensor]:
        """Return logits (batch, classes), and the features (batch, n) from which the distance comes.

        These are the embedding and the means of the first layer's peaks: the embedding keeps only what tells
        the classes apart, and has no eye for an image of another kind.
        """
        peaks = self.branches.peaks(inputs[:-1])
        maps = self.branches.maps(peaks)
        if self.attention:
            first, second = self.attention.values()
            maps = [first(maps[0], maps[1]), second(maps[1], maps[0])]
        pooled = self.branches.pooled(maps)
        seen = self.images(torch.cat(pooled, dim=1))
        embedding = self.embed(torch.relu(torch.cat([seen, self.side(inputs[-1])], dim=1)))
        return self.fc(torch.relu(embedding)), torch.cat([embedding, _means(peaks)], dim=1)


def features_of(network: DeployedNetwork, examples: Examples) -> NDArray[np.float64]:
    """Return features (n, features) of n examples."""
    parts = np.array_split(np.arange(len(examples)), -(-len(examples) // _BATCH))
    with torch.inference_mode():
        inputs = (to_tensors(examples.take(part), network.modalities) for part in parts)
        batches = [network.look(*own)[1] for own in inputs]
    return np.asarray(torch.cat(batches).double().numpy())


def _means(maps: Tensor) -> Tensor:
    """Return means (batch, channels) of maps; squeezed, since ONNX Runtime transposes before it flattens."""
    return functional.adaptive_avg_pool2d(maps, 1).squeeze(3).squeeze(2)


def _sequential(module: object) -> nn.Sequential:
    if not isinstance(module, nn.Sequential):
        raise TypeError(f"expected the layers of a unit, found {type(module).__name__}")
    return module


def _outputs(layers: nn.Sequential) -> int:
    """Return the output channels of a unit's branch: those of its last BatchNorm."""
    norm = layers[-2]
    if not isinstance(norm, nn.BatchNorm2d):
        raise TypeError(f"expected a BatchNorm, found {type(norm).__name__}")
    return norm.num_features


def _fold_branch1(branches: Sequence[nn.Sequential], channels: Sequence[Channel]) -> nn.Sequential:
    depthwise = [folded(layers[0], layers[1]) for layers in branches]
    pointwise = [folded(layers[2], layers[3]) for layers in branches]
    outputs = in_turns(range(pointwise[0].out_channels), len(branches))
    return nn.Sequential(merged(depthwise, channels), merged(pointwise, outputs, channels), nn.ReLU())


def _fold_branch2(
    branches: Sequence[nn.Sequential], channels: Sequence[Channel], alignment: int
) -> nn.Sequential:
    entry = [folded(layers[0], layers[1]) for layers in branches]
    middle = [folded(layers[3], layers[4]) for layers in branches]
    leave = [folded(layers[5], layers[6]) for layers in branches]
    inner = in_turns(padded_numbers(entry[0].out_channels, len(branches), alignment), len(branches))
    outputs = in_turns(range(leave[0].out_channels), len(branches))
    return nn.Sequential(
        merged(entry, inner, channels),
        nn.ReLU(),
        merged(middle, inner),
        merged(leave, outputs, inner),
        nn.ReLU(),
    )
