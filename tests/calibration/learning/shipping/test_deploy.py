"""The network rewritten for deployment computes the same."""

import pytest
import torch
from small_network import a_network, some_inputs

from calibration.learning.shipping.deploy import DeployedNetwork, gather, interleave

pytestmark = pytest.mark.usefixtures("one_thread")

TWO = ("current", "vibration")


def test_halves_of_repeated_shuffles_stay_contiguous():
    order = interleave([(0, i) for i in range(48)], [(1, i) for i in range(48)])
    for source in range(2, 9):
        taken = gather(order[48:], width=48)
        assert sorted(taken.channels) == list(range(48))
        order = interleave(order[:48], [(source, i) for i in range(48)])


@pytest.mark.parametrize(
    ("modalities", "width", "fusion", "alignment"),
    [
        (TWO, "x0.5", "concatenation", 1),
        (TWO, "x0.5", "attention", 16),
        (TWO, "x1.0", "concatenation", 16),
        (TWO, "x1.0", "attention", 8),
        (("current",), "x0.5", "concatenation", 16),
        (("vibration",), "x1.0", "concatenation", 8),
    ],
)
def test_deployed_network_computes_the_same_as_the_trained_one(modalities, width, fusion, alignment):
    network = a_network(modalities=dict.fromkeys(modalities, 4), width=width, fusion=fusion).double()
    *images, side = (values.double() for values in some_inputs())
    inputs = [*images[: len(modalities)], side]
    deployed = DeployedNetwork(network, alignment)
    branches = network.branch_list()
    with torch.no_grad():
        torch.testing.assert_close(deployed(*inputs), network(*inputs), rtol=1e-9, atol=1e-9)
        maps = [branch.maps(own) for branch, own in zip(branches, images, strict=False)]
        features = [branch.pooled(own) for branch, own in zip(branches, maps, strict=True)]
        assert torch.cat(features).std() > 0.01, "the comparison would be empty"
        rewritten = deployed.branches.pooled(deployed.branches.maps(deployed.branches.peaks(inputs[:-1])))
        torch.testing.assert_close(rewritten, features, rtol=1e-9, atol=1e-9)


def test_a_strange_window_is_known_by_the_embedding_and_the_first_peaks_of_every_branch():
    network = a_network().double()
    *images, side = (values.double() for values in some_inputs())
    embeddings: list[torch.Tensor] = []
    network.embed.register_forward_hook(lambda module, given, output: embeddings.append(output))
    with torch.no_grad():
        network(*images, side)
        stems = [branch.conv1(own) for branch, own in zip(network.branch_list(), images, strict=True)]
        peaks = [branch.maxpool(own) for branch, own in zip(network.branch_list(), stems, strict=True)]
        expected = torch.cat([embeddings[0], *(own.mean(dim=(2, 3)) for own in peaks)], dim=1)
        # No padding is needed here: 24 channels of both branches are a multiple of 16.
        found = DeployedNetwork(network, 16).look(*images, side)[1]
    torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-9)


def test_what_one_branch_sees_does_not_leak_into_the_other():
    branches = DeployedNetwork(a_network(), 16).branches
    peaks = torch.rand(1, 48, 8, 4)
    other = peaks.clone()
    other[:, 24:] += 100
    with torch.no_grad():
        before, after = branches.maps(peaks), branches.maps(other)
    assert torch.equal(after[0], before[0])
    assert not torch.equal(after[1], before[1])


def test_deployed_network_has_neither_batchnorm_nor_shuffle_left():
    modules = list(DeployedNetwork(a_network(), alignment=8).modules())
    assert not any(isinstance(module, torch.nn.BatchNorm2d) for module in modules)
    depthwise = [m for m in modules if isinstance(m, torch.nn.Conv2d) and m.groups > 1]
    assert all(convolution.groups % 8 == 0 for convolution in depthwise)
