import pytest
import torch
from small_dataset import an_entry, some_examples
from torch import Tensor, nn

from calibration.learning.network.attention import CrossModalAttention
from calibration.learning.network.cost import milliseconds_per_example, network_cost
from calibration.learning.network.shufflenet import ShuffleNetV2


class Published(nn.Module):
    """ShuffleNetV2 with its classifier, as it was published for ImageNet."""

    def __init__(self, width) -> None:
        super().__init__()
        self.branch = ShuffleNetV2(3, width, pool_stem=True)
        self.fc = nn.Linear(self.branch.features, 1000)

    def forward(self, images: Tensor) -> Tensor:
        return self.fc(self.branch.pooled(self.branch.maps(images)))


@pytest.mark.parametrize(
    ("width", "macs", "parameters"), [("x0.5", 41e6, 1_366_792), ("x1.0", 146e6, 2_278_604)]
)
def test_shufflenet_costs_what_its_authors_and_torchvision_say(width, macs, parameters):
    # Ma et al. (2018), table 8: 41 and 146 million multiplications; parameters: torchvision.
    cost = network_cost(Published(width), [torch.zeros(1, 3, 224, 224)])
    assert cost.macs == pytest.approx(macs, rel=0.02)
    assert cost.parameters == parameters


def test_a_convolution_in_groups_multiplies_only_within_them():
    network = nn.Sequential(nn.Conv2d(8, 16, 3, padding=1, groups=4), nn.Flatten(), nn.Linear(16 * 6, 5))
    cost = network_cost(network, [torch.zeros(1, 8, 3, 2)])
    assert cost.macs == 16 * 6 * 9 * 2 + 16 * 6 * 5
    assert cost.parameters == (16 * 2 * 9 + 16) + (16 * 6 * 5 + 5)


def test_attention_multiplies_every_place_of_one_modality_with_every_place_of_the_other():
    channels, width, own, other = 8, 4, 3 * 2, 5 * 2
    cost = network_cost(
        CrossModalAttention(channels, width), [torch.zeros(1, channels, 3, 2), torch.zeros(1, channels, 5, 2)]
    )
    linear = own * channels * width + 2 * other * channels * width + own * width * channels
    assert cost.macs == linear + 2 * own * other * width


def test_counting_leaves_the_network_as_it_was():
    network = Published("x0.5").train()
    network_cost(network, [torch.zeros(1, 3, 64, 64)])
    assert network.training
    assert not any(module._forward_hooks for module in network.modules())


def test_one_example_at_a_time_is_asked():
    asked: list[int] = []
    milliseconds = milliseconds_per_example(
        lambda examples: asked.append(len(examples)), some_examples([an_entry(0, 0, 0)])
    )
    assert set(asked) == {1}
    assert milliseconds >= 0
