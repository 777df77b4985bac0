"""INT8 form of the exported network."""

import numpy as np
import onnxruntime
import pytest
import torch
from small_dataset import SIDE_INPUTS, an_entry, some_examples

from calibration.learning.network.fusion import FusionNetwork, NetworkSpec
from calibration.learning.shipping.deploy import DeployedNetwork
from calibration.learning.shipping.export import accept_bytes, to_onnx
from calibration.learning.shipping.quantization import CalibrationInputs
from calibration.learning.shipping.quantization import quantize as quantize_network
from edge_agent.diagnose.manifest import Modality


@pytest.mark.parametrize("target", ["x86", "arm64"])
def test_bytes_reach_the_first_convolution_without_loss(target):
    """The file that takes bytes computes bit for bit what the quantised file with float inputs computes."""
    torch.manual_seed(0)
    network = FusionNetwork(NetworkSpec({"current": 4}, len(SIDE_INPUTS), 5)).eval()
    modalities = [Modality("current", 32, 16, ("a", "b", "c", "d"))]
    examples = some_examples([an_entry(i, i, i) for i in range(5)])
    inputs = CalibrationInputs({"current": examples.images["current"]}, examples.side)
    quantized = quantize_network(to_onnx(DeployedNetwork(network, 8), modalities, 3), inputs, target)
    floats = onnxruntime.InferenceSession(quantized.SerializeToString())
    as_bytes = onnxruntime.InferenceSession(accept_bytes(quantized, modalities).SerializeToString())
    image, side = examples.images["current"][:1], examples.side[:1]
    planes = np.moveaxis(image, 3, 1).astype(np.float32) / np.float32(255)
    expected = floats.run(None, {"current": planes, "side": side})[0]
    np.testing.assert_array_equal(as_bytes.run(None, {"current": image, "side": side})[0], expected)
