"""Convolutions without BatchNorm, their channels reordered and padded, those of several branches in one."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

PADDING = -1
"""Marks a channel that is always zero; no real channel has a negative number."""

Channel = tuple[int, int]
"""Branch and trained number in it (or PADDING) of a channel of a tensor."""


def folded(convolution: nn.Module, norm: nn.Module) -> nn.Conv2d:
    """Return the convolution that computes both layers in eval mode; raises TypeError for other layers."""
    if not isinstance(convolution, nn.Conv2d) or not isinstance(norm, nn.BatchNorm2d):
        raise TypeError(f"cannot fold {type(norm).__name__} into {type(convolution).__name__}")
    return fuse_conv_bn_eval(convolution, norm)


def in_turns(numbers: Sequence[int], branches: int = 1) -> list[Channel]:
    """Return channels `numbers` of every branch, the branches taking turns."""
    return [(branch, number) for number in numbers for branch in range(branches)]


def padded_numbers(channels: int, branches: int, alignment: int) -> tuple[int, ...]:
    """Return channel numbers, padded until those of all branches are a multiple of `alignment`."""
    return (*range(channels), *([PADDING] * (-channels % (alignment // math.gcd(alignment, branches)))))


def merged(
    convolutions: Sequence[nn.Conv2d], outputs: Sequence[Channel], inputs: Sequence[Channel] | None = None
) -> nn.Conv2d:
    """Return one convolution that computes those of all branches; without `inputs` a depthwise one.

    Its weights are in the order of `outputs` and `inputs`, zero from branch to branch and for PADDING.
    """
    first = convolutions[0]
    result = nn.Conv2d(
        len(outputs) if inputs is None else len(inputs),
        len(outputs),
        (first.kernel_size[0], first.kernel_size[1]),
        (first.stride[0], first.stride[1]),
        (int(first.padding[0]), int(first.padding[1])),
        groups=len(outputs) if inputs is None else 1,
    )
    weight = first.weight.new_zeros(result.weight.shape)
    bias = first.weight.new_zeros(len(outputs))
    for branch, convolution in enumerate(convolutions):
        if convolution.bias is None:
            raise ValueError("the convolution has no bias: fold its BatchNorm first")
        rows, numbers = _of_branch(outputs, branch)
        own = _take(convolution.weight.detach(), numbers, dim=0)
        bias[rows] = _take(convolution.bias.detach(), numbers, dim=0)
        if inputs is None:
            weight[rows] = own
        else:
            columns, numbers = _of_branch(inputs, branch)
            weight[torch.tensor(rows)[:, None], torch.tensor(columns)] = _take(own, numbers, dim=1)
    result.weight, result.bias = nn.Parameter(weight), nn.Parameter(bias)
    return result.eval()


def _of_branch(channels: Sequence[Channel], branch: int) -> tuple[list[int], list[int]]:
    """Return positions and trained numbers of the channels of one branch."""
    positions = [position for position, (of, _) in enumerate(channels) if of == branch]
    return positions, [channels[position][1] for position in positions]


def _take(values: Tensor, numbers: Sequence[int], dim: int) -> Tensor:
    zero = torch.zeros_like(values.narrow(dim, 0, 1))
    indices = torch.tensor([number if number != PADDING else values.shape[dim] for number in numbers])
    return torch.cat((values, zero), dim).index_select(dim, indices)
