"""ShuffleNetV2 as torchvision has it."""

import pytest
import torch

from calibration.learning.network.shufflenet import ShuffleNetV2, channel_shuffle

pytestmark = pytest.mark.usefixtures("one_thread")


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
