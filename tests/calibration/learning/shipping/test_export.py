import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from calibration.learning.network.fusion import FusionNetwork, NetworkSpec, images_to_tensor
from calibration.learning.shipping.deploy import DeployedNetwork
from calibration.learning.shipping.domain import DomainDistance, fit_domain
from calibration.learning.shipping.export import accept_bytes, optimized, to_onnx
from calibration.learning.shipping.quantization import CHANNEL_ALIGNMENT, CalibrationInputs, quantize
from edge_agent.diagnose.manifest import Modality

MODALITIES = [Modality(name, 32, 16, ("a", "b", "c", "d")) for name in ("current", "vibration")]


@pytest.mark.parametrize("fusion", ["concatenation", "attention"])
def test_exported_network_takes_bytes_and_computes_what_torch_computes(fusion):
    torch.manual_seed(1)
    network = FusionNetwork(NetworkSpec({"current": 4, "vibration": 4}, 3, 5, fusion=fusion)).eval()
    exported = accept_bytes(to_onnx(DeployedNetwork(network, 16), MODALITIES, 3), MODALITIES)
    session = onnxruntime.InferenceSession(exported.SerializeToString())
    random = np.random.default_rng(0)
    images = {m.name: random.integers(0, 256, m.shape, dtype=np.uint8) for m in MODALITIES}
    side = random.normal(size=(1, 3)).astype(np.float32)
    with torch.no_grad():
        floats = [images_to_tensor(torch.from_numpy(image)) for image in images.values()]
        expected = network(*floats, torch.from_numpy(side)).numpy()
    found = session.run(["logits"], {**images, "side": side})[0]
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-5)


def test_exported_network_computes_the_distance_from_what_it_knows():
    torch.manual_seed(2)
    deployed = DeployedNetwork(FusionNetwork(NetworkSpec({"current": 4, "vibration": 4}, 3, 5)), 16)
    random = np.random.default_rng(2)
    images = {m.name: random.integers(0, 256, (40, *m.shape[1:]), dtype=np.uint8) for m in MODALITIES}
    side = random.normal(size=(40, 3)).astype(np.float32)
    inputs = [
        *(images_to_tensor(torch.from_numpy(image)) for image in images.values()),
        torch.from_numpy(side),
    ]
    with torch.no_grad():
        features = deployed.look(*inputs)[1].double().numpy()
        deployed.distance = DomainDistance(fit_domain(features, np.repeat([0, 2], 20)))
        expected = deployed(*inputs)[1].numpy()
    exported = accept_bytes(to_onnx(deployed, MODALITIES, 3), MODALITIES)
    session = onnxruntime.InferenceSession(exported.SerializeToString())
    feed = {**{name: image[:1] for name, image in images.items()}, "side": side[:1]}
    assert session.run(["distance"], feed)[0] == pytest.approx(expected[:1], rel=1e-2)


def test_exported_graph_has_no_channel_shuffle():
    network = FusionNetwork(NetworkSpec({"current": 4, "vibration": 4}, 3, 5)).eval()
    graph = to_onnx(DeployedNetwork(network, 8), MODALITIES, 3).graph
    operators = {node.op_type for node in graph.node}
    assert {"Conv", "Slice", "Concat"} <= operators
    assert not operators & {"BatchNormalization", "Transpose", "Reshape"}


@pytest.mark.parametrize("target", ["x86", "arm64"])
def test_optimising_ahead_changes_no_bit_and_leaves_nothing_to_fuse(target):
    torch.manual_seed(4)
    network = FusionNetwork(NetworkSpec({"current": 4, "vibration": 4}, 3, 5)).eval()
    random = np.random.default_rng(4)
    inputs = CalibrationInputs(
        {m.name: random.integers(0, 256, (8, *m.shape[1:]), dtype=np.uint8) for m in MODALITIES},
        random.normal(size=(8, 3)).astype(np.float32),
    )
    deployed = DeployedNetwork(network, CHANNEL_ALIGNMENT[target])
    quantized = quantize(to_onnx(deployed, MODALITIES, 3), inputs, target)
    ahead = optimized(quantized)
    operators = {(node.domain, node.op_type) for node in ahead.graph.node}
    assert {("", "QLinearConv"), ("com.microsoft", "QGemm")} <= operators
    assert {domain for domain, _ in operators} == {entry.domain for entry in ahead.opset_import}
    assert {domain for domain, _ in operators} == {"", "com.microsoft"}
    assert not operators & {("", "Conv"), ("", "GlobalAveragePool")}
    later, now = (onnxruntime.InferenceSession(m.SerializeToString()) for m in (quantized, ahead))
    for number in range(len(inputs.side)):
        images = {n: np.moveaxis(image[number : number + 1], 3, 1) for n, image in inputs.images.items()}
        floats = {name: image.astype(np.float32) / np.float32(255) for name, image in images.items()}
        feed = {**floats, "side": inputs.side[number : number + 1]}
        np.testing.assert_array_equal(now.run(None, feed)[0], later.run(None, feed)[0])


def test_the_given_model_is_left_as_it_was():
    network = FusionNetwork(NetworkSpec({"current": 4, "vibration": 4}, 3, 5)).eval()
    floats = to_onnx(DeployedNetwork(network, 8), MODALITIES, 3)
    before = floats.SerializeToString()
    accept_bytes(floats, MODALITIES)
    assert floats.SerializeToString() == before
    assert floats.graph.input[0].type.tensor_type.elem_type == onnx.TensorProto.FLOAT
