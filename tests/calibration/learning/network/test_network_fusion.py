import pytest
import torch
from small_network import a_network, some_inputs

from calibration.learning.network.fusion import NetworkSpec, images_to_tensor

pytestmark = pytest.mark.usefixtures("one_thread")


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
