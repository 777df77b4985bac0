"""Cost of a model: numbers to store, multiplications and time for one example."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from calibration.learning.data.examples import Examples
from calibration.learning.network.attention import CrossModalAttention

_WARM_UP = 5
"""Judgement: the first calls allocate memory and load code."""
_TIMED = 50
"""Judgement: enough for a steady median, within seconds."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Memory and work of a fitted model."""

    parameters: int
    """Numbers that it stores."""
    macs: int
    """Multiplications with addition for one example."""


def network_cost(network: nn.Module, inputs: Sequence[Tensor]) -> Cost:
    """Return the cost of a network: parameters, and MACs of convolutions, linear layers and attention.

    `inputs` hold one example. BatchNorm, activations and pooling are not counted, as is usual.
    """
    macs = 0

    def count(module: nn.Module, given: tuple[Any, ...], result: Tensor) -> None:
        nonlocal macs
        macs += _macs(module, given, result)

    hooks = [module.register_forward_hook(count) for module in network.modules()]
    was_training = network.training
    network.eval()
    device = next(network.parameters()).device
    with torch.inference_mode():
        network(*(values.to(device) for values in inputs))
    network.train(was_training)
    for hook in hooks:
        hook.remove()
    return Cost(parameters_of(network), macs)


def parameters_of(network: nn.Module) -> int:
    """Return how many numbers training fits."""
    return sum(parameter.numel() for parameter in network.parameters())


def milliseconds_per_example(answer: Callable[[Examples], object], examples: Examples) -> float:
    """Return the median time, ms, to answer one example alone, as the agent does."""
    times_s = []
    for number in range(_WARM_UP + _TIMED):
        one = examples.take(np.array([number % len(examples)]))
        started = time.perf_counter()
        answer(one)
        times_s.append(time.perf_counter() - started)
    return 1000 * float(np.median(times_s[_WARM_UP:]))


def _macs(module: nn.Module, given: tuple[Any, ...], result: Tensor) -> int:
    if isinstance(module, nn.Conv2d):
        return result.numel() * module.weight[0].numel()
    if isinstance(module, nn.Linear):
        return result.numel() * module.in_features
    if isinstance(module, CrossModalAttention):
        # Its linear layers count themselves: here queries meet keys, and weights meet values.
        own, other = (maps.shape[2] * maps.shape[3] for maps in given)
        return int(2 * own * other * module.query.out_features * result.shape[0])
    return 0
