import numpy as np
import pytest
import torch
from small_dataset import training_examples

from calibration.learning.network.fusion import make_network
from calibration.learning.shipping.deploy import DeployedNetwork
from calibration.learning.shipping.integers import integer_logits, to_integers
from calibration.learning.training.trainer import predict


@pytest.mark.parametrize("modalities", [["current", "vibration"], ["current"]])
def test_integers_answer_nearly_as_floats_do_but_not_to_the_bit(tmp_path, modalities):
    torch.set_num_threads(1)
    manifest, train, validation = training_examples(tmp_path)
    network = make_network(manifest, modalities, "x0.5", "concatenation", seed=1).eval()
    floats = predict(network, validation)
    integers = integer_logits(to_integers(network, train, manifest, "x86", 24), validation)
    assert integers.shape == floats.shape
    assert 0 < np.abs(integers - floats).max() < 0.3 * np.ptp(floats) + 0.1


def test_a_network_that_was_rewritten_wrongly_is_not_quantised(tmp_path, monkeypatch):
    torch.set_num_threads(1)
    manifest, train, _ = training_examples(tmp_path)
    network = make_network(manifest, ["current"], "x0.5", "concatenation", seed=1).eval()
    other = make_network(manifest, ["current"], "x0.5", "concatenation", seed=2).eval()
    monkeypatch.setattr(
        "calibration.learning.shipping.integers.DeployedNetwork",
        lambda _, alignment: DeployedNetwork(other, alignment),
    )
    with pytest.raises(ValueError, match="the rewritten network's logits are up to"):
        to_integers(network, train, manifest, "x86", 24)
