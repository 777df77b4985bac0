"""ShuffleNetV2 with the parameter names of torchvision, so that its ImageNet checkpoints load.

Architecture: Ma et al., "ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture Design" (2018).
"""

from collections.abc import Mapping
from typing import Literal

import torch
from torch import Tensor, nn

Width = Literal["x0.5", "x1.0"]

STAGE_UNITS = (4, 8, 4)
"""Units of stages 2, 3 and 4, as published."""

STAGE_CHANNELS: Mapping[Width, tuple[int, int, int, int, int]] = {
    "x0.5": (24, 48, 96, 192, 1024),
    "x1.0": (24, 116, 232, 464, 1024),
}
"""Channels after conv1, stages 2 to 4 and conv5, as published."""


def channel_shuffle(maps: Tensor) -> Tensor:
    """Return (batch, channels, rows, columns) with the two halves of its channels interleaved."""
    batch, channels, rows, columns = maps.shape
    halves = maps.view(batch, 2, channels // 2, rows, columns)
    return halves.transpose(1, 2).reshape(batch, channels, rows, columns)


class InvertedResidual(nn.Module):
    """One unit: half of the channels pass, the other half is transformed; then both are interleaved."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.stride = stride
        half = outputs // 2
        self.branch1 = nn.Sequential()
        if stride > 1:
            self.branch1 = nn.Sequential(
                _depthwise(inputs, stride),
                nn.BatchNorm2d(inputs),
                _pointwise(inputs, half),
                nn.BatchNorm2d(half),
                nn.ReLU(inplace=True),
            )
        self.branch2 = nn.Sequential(
            _pointwise(inputs if stride > 1 else half, half),
            nn.BatchNorm2d(half),
            nn.ReLU(inplace=True),
            _depthwise(half, stride),
            nn.BatchNorm2d(half),
            _pointwise(half, half),
            nn.BatchNorm2d(half),
            nn.ReLU(inplace=True),
        )

    def forward(self, maps: Tensor) -> Tensor:
        """Transform (batch, channels, rows, columns)."""
        if self.stride > 1:
            return channel_shuffle(torch.cat((self.branch1(maps), self.branch2(maps)), dim=1))
        kept, transformed = maps.chunk(2, dim=1)
        return channel_shuffle(torch.cat((kept, self.branch2(transformed)), dim=1))


class ShuffleNetV2(nn.Module):
    """The network up to its stage-4 maps and its pooled features; classification is done after fusion."""

    def __init__(self, image_channels: int, width: Width, pool_stem: bool) -> None:
        """Build it for `image_channels`; without `pool_stem`, which is as published, maps stay larger."""
        super().__init__()
        channels = STAGE_CHANNELS[width]
        self.image_channels = image_channels
        self.width = width
        self.map_channels = channels[3]
        self.features = channels[4]
        self.conv1 = _convolution(image_channels, channels[0], kernel=3, stride=2)
        self.maxpool = nn.MaxPool2d(kernel_size=3, stride=2 if pool_stem else 1, padding=1)
        self.stage2 = _stage(channels[0], channels[1], STAGE_UNITS[0])
        self.stage3 = _stage(channels[1], channels[2], STAGE_UNITS[1])
        self.stage4 = _stage(channels[2], channels[3], STAGE_UNITS[2])
        self.conv5 = _convolution(channels[3], channels[4], kernel=1, stride=1)

    def maps(self, images: Tensor) -> Tensor:
        """Return stage-4 maps (batch, map_channels, ...) of images (batch, channels, rows, columns)."""
        stem = self.maxpool(self.conv1(images))
        result: Tensor = self.stage4(self.stage3(self.stage2(stem)))
        return result

    def pooled(self, maps: Tensor) -> Tensor:
        """Return features (batch, features) of stage-4 maps."""
        result: Tensor = self.conv5(maps).mean(dim=(2, 3))
        return result

    def load_imagenet(self, state: Mapping[str, Tensor]) -> None:
        """Load the weights of a torchvision ShuffleNetV2 of the same width; raises ValueError for others.

        The three colour kernels of conv1 are averaged for every channel of ours and scaled to keep the sum.
        """
        own = {name: value for name, value in state.items() if not name.startswith("fc.")}
        colours = own["conv1.0.weight"]
        grey = colours.mean(dim=1, keepdim=True) * colours.shape[1] / self.image_channels
        own["conv1.0.weight"] = grey.expand(-1, self.image_channels, -1, -1).clone()
        try:
            self.load_state_dict(own)
        except RuntimeError as error:
            raise ValueError(f"not the weights of a ShuffleNetV2 {self.width}") from error


def _stage(inputs: int, outputs: int, units: int) -> nn.Sequential:
    first = InvertedResidual(inputs, outputs, stride=2)
    return nn.Sequential(first, *(InvertedResidual(outputs, outputs, stride=1) for _ in range(units - 1)))


def _convolution(inputs: int, outputs: int, kernel: int, stride: int) -> nn.Sequential:
    convolution = nn.Conv2d(inputs, outputs, kernel, stride, padding=kernel // 2, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


def _pointwise(inputs: int, outputs: int) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, kernel_size=1, bias=False)


def _depthwise(channels: int, stride: int) -> nn.Conv2d:
    return nn.Conv2d(channels, channels, 3, stride, padding=1, bias=False, groups=channels)
