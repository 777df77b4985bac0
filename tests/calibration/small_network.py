"""A small network with weights that matter, and inputs for it."""

import torch

from calibration.learning.network.fusion import FusionNetwork, NetworkSpec


def a_network(**settings) -> FusionNetwork:
    """A network whose BatchNorm has seen data, so that folding it matters."""
    torch.manual_seed(3)
    spec = {"modalities": {"current": 4, "vibration": 4}, "side_inputs": 3, "classes": 5} | settings
    network = FusionNetwork(NetworkSpec(**spec))
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = None
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            torch.nn.init.normal_(module.bias, 0, 0.2)
    with torch.no_grad():
        images, side = (
            [torch.rand(16, channels, 32, 16) for channels in network.spec.modalities.values()],
            torch.rand(16, 3),
        )
        network.train()(*images, side)
    return network.eval()


def some_inputs(count: int = 2) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(5)
    images = [torch.rand(count, 4, 32, 16, generator=generator) for _ in range(2)]
    return [*images, torch.randn(count, 3, generator=generator)]
