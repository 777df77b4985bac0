"""The record of a training, and weights to start from."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from small_dataset import training_examples
from small_training import train

from calibration.learning.network.fusion import FusionNetwork, NetworkSpec, images_to_tensor
from calibration.learning.network.shufflenet import ShuffleNetV2
from calibration.learning.training.runs import start_from
from calibration.learning.training.trainer import predict
from edge_agent.diagnose.manifest import decode_image
from edge_agent.diagnose.model import Model

pytestmark = pytest.mark.usefixtures("one_thread")


def test_weights_to_start_from_are_those_of_a_training_of_the_same_network(tmp_path):
    data = training_examples(tmp_path)
    trained = train(tmp_path / "run", data, epochs=1)
    for path in (tmp_path / "run", tmp_path / "run" / "best.pt"):
        fresh = FusionNetwork(trained.spec)
        start_from(fresh, path)
        # Not to the bit: the trained network lies in memory with its channels last.
        np.testing.assert_allclose(predict(fresh, data[2]), predict(trained, data[2]), atol=1e-5)
    with pytest.raises(ValueError, match=r"another network: attention.* is .* here"):
        start_from(FusionNetwork(replace(trained.spec, fusion="attention")), tmp_path / "run")


def test_every_branch_starts_from_an_imagenet_checkpoint(tmp_path):
    published = ShuffleNetV2(3, "x0.5", pool_stem=True).state_dict() | {"fc.bias": torch.zeros(1000)}
    torch.save(published, tmp_path / "imagenet.pth")
    network = FusionNetwork(NetworkSpec({"current": 4, "vibration": 2}, 3, 5))
    start_from(network, tmp_path / "imagenet.pth")
    for branch in network.branch_list():
        assert torch.equal(branch.state_dict()["conv5.0.weight"], published["conv5.0.weight"])
        assert branch.conv1[0].weight.sum().item() == pytest.approx(
            published["conv1.0.weight"].sum().item(), abs=1e-3
        )
    with pytest.raises(ValueError, match=r"imagenet.pth: not the weights of a ShuffleNetV2 x1.0"):
        start_from(FusionNetwork(replace(network.spec, width="x1.0")), tmp_path / "imagenet.pth")


def test_a_training_starts_from_the_shipped_model():
    model = Model.load("builtin")
    network = FusionNetwork(NetworkSpec.from_dict(model.spec.training.network))
    start_from(network, Path("builtin"))
    for golden in model.spec.golden:
        images = [decode_image(golden.images[m.name], m.shape[1:]) for m in model.spec.modalities]
        inputs = [images_to_tensor(torch.tensor(image)[None]) for image in images]
        with torch.no_grad():
            logits = network.eval()(*inputs, torch.tensor([golden.side]))[0]
        # What the file says in INT8 the weights say in float.
        np.testing.assert_allclose(logits.numpy(), golden.logits, atol=0.1 * np.ptp(golden.logits))
