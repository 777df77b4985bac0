import pytest
import torch

from calibration.learning.network.attention import CrossModalAttention
from calibration.learning.network.fusion import FusionNetwork, NetworkSpec, images_to_tensor
from calibration.learning.network.shufflenet import ShuffleNetV2, channel_shuffle
from calibration.learning.shipping.deploy import DeployedNetwork, gather, interleave


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


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


def test_parameters_are_those_of_torchvision():
    branch = ShuffleNetV2(3, "x0.5", pool_stem=True)
    names = set(branch.state_dict())
    assert {
        "conv1.0.weight",
        "stage2.0.branch1.0.weight",
        "stage3.7.branch2.6.bias",
        "conv5.1.running_var",
    } <= names
    # torchvision's x0.5 has 1,366,792 parameters, 1024 x 1000 + 1000 of them in its classifier.
    assert sum(parameter.numel() for parameter in branch.parameters()) == 1_366_792 - 1_025_000


def test_imagenet_weights_answer_grey_images_alike():
    published = ShuffleNetV2(3, "x0.5", pool_stem=True).eval()
    state = published.state_dict() | {"fc.weight": torch.zeros(1000, 1024), "fc.bias": torch.zeros(1000)}
    ours = ShuffleNetV2(4, "x0.5", pool_stem=True).eval()
    ours.load_imagenet(state)
    grey = torch.rand(1, 1, 64, 64)
    with torch.no_grad():
        expected = published.maps(grey.expand(-1, 3, -1, -1))
        torch.testing.assert_close(ours.maps(grey.expand(-1, 4, -1, -1)), expected)


def test_shuffle_interleaves_the_halves():
    maps = torch.arange(6.0).reshape(1, 6, 1, 1)
    assert channel_shuffle(maps).flatten().tolist() == [0, 3, 1, 4, 2, 5]


def test_halves_of_repeated_shuffles_stay_contiguous():
    order = interleave([(0, i) for i in range(48)], [(1, i) for i in range(48)])
    for source in range(2, 9):
        taken = gather(order[48:], width=48)
        assert sorted(taken.channels) == list(range(48))
        order = interleave(order[:48], [(source, i) for i in range(48)])


TWO = ("current", "vibration")


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


def test_attention_takes_from_the_other_modality():
    attention = CrossModalAttention(channels=8, width=4).eval()
    own, other = torch.rand(2, 8, 3, 2), torch.rand(2, 8, 3, 2)
    with torch.no_grad():
        assert attention(own, other).shape == own.shape
        assert not torch.equal(attention(own, other), attention(own, torch.rand(2, 8, 3, 2)))


def test_attention_needs_two_modalities():
    with pytest.raises(ValueError, match="two modalities"):
        a_network(modalities={"current": 4}, fusion="attention")


def test_one_modality_alone_is_a_network_too():
    images, _, side = some_inputs()
    assert a_network(modalities={"current": 4})(images, side).shape == (2, 5)


def test_side_inputs_have_as_large_a_share_of_the_embedding_as_all_pooled_features():
    network = a_network()
    assert network.embed.in_features == network.images.out_features + network.side.out_features
    assert network.side.out_features >= network.images.out_features


def test_side_inputs_that_are_ignored_change_nothing():
    network = a_network()
    network.ignore_side_inputs([1])
    *images, side = some_inputs()
    other = side + torch.tensor([0.0, 1.0, 0.0])
    with torch.no_grad():
        assert torch.equal(network(*images, other), network(*images, side))


def test_bytes_become_floats_channels_first():
    image = torch.zeros(1, 4, 3, 2, dtype=torch.uint8)
    image[0, 1, 2, 0] = 255
    floats = images_to_tensor(image)
    assert floats.shape == (1, 2, 4, 3)
    assert floats[0, 0, 1, 2] == 1.0


def test_settings_survive_their_plain_form():
    spec = NetworkSpec({"current": 4}, side_inputs=6, classes=5, width="x1.0")
    assert NetworkSpec.from_dict(spec.to_dict()) == spec
