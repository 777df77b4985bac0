"""From the trained network to an ONNX file that takes the agent's bytes as they are."""

import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper

from calibration.learning.shipping.deploy import DeployedNetwork
from edge_agent.diagnose.manifest import METADATA_KEY, Manifest, Modality, manifest_to_json

SIDE = "side"
"""Name of the input of numbers."""
LOGITS = "logits"
"""Name of the first output."""
DISTANCE = "distance"
"""Name of the second output."""
OPSET = 17
"""First version with LayerNormalization."""

_BYTE_SCALE = "byte_scale"
_BYTE_ZERO = "byte_zero"


def to_onnx(network: DeployedNetwork, modalities: Sequence[Modality], side_inputs: int) -> onnx.ModelProto:
    """Return the float model; inputs float32 (1, channels, rows, columns) in 0..1, and (1, n)."""
    images = [torch.zeros(1, len(m.channels), m.rows, m.columns) for m in modalities]
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        # The newer exporter needs one more dependency and gains nothing on a graph as plain as this one.
        warnings.simplefilter("ignore", DeprecationWarning)
        file = Path(folder) / "network.onnx"
        torch.onnx.export(
            network.eval(),
            (*images, torch.zeros(1, side_inputs)),
            file,
            dynamo=False,
            opset_version=OPSET,
            input_names=[*(m.name for m in modalities), SIDE],
            output_names=[LOGITS] if network.distance is None else [LOGITS, DISTANCE],
        )
        return onnx.load_model(file)


def accept_bytes(model: onnx.ModelProto, modalities: Sequence[Modality]) -> onnx.ModelProto:
    """Return a model that takes uint8 (1, rows, columns, channels) in place of floats.

    A quantised model starts with a QuantizeLinear of each image, with the scale of the bytes themselves. It
    is dropped, so that the first convolution reads the bytes. The result has been through `optimized`.
    """
    result = onnx.ModelProto()
    result.CopyFrom(model)
    graph = result.graph
    if all(_quantizer_of(graph, modality.name) is None for modality in modalities):
        graph.initializer.append(numpy_helper.from_array(np.float32(1 / 255), _BYTE_SCALE))
        graph.initializer.append(numpy_helper.from_array(np.uint8(0), _BYTE_ZERO))
    front: list[onnx.NodeProto] = []
    for modality in modalities:
        _replace_input(graph, modality)
        planes = f"{modality.name}_planes"
        front.append(helper.make_node("Transpose", [modality.name], [planes], perm=[0, 3, 1, 2]))
        quantizer = _quantizer_of(graph, modality.name)
        if quantizer is None:
            floats = f"{modality.name}_floats"
            front.append(helper.make_node("DequantizeLinear", [planes, _BYTE_SCALE, _BYTE_ZERO], [floats]))
            _rewire(graph, modality.name, floats)
        else:
            graph.node.remove(quantizer)
            _rewire(graph, quantizer.output[0], planes)
    for node in reversed(front):
        graph.node.insert(0, node)
    onnx.checker.check_model(result)
    return optimized(result)


def optimized(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return what ONNX Runtime makes of the model when it loads it, so that the agent does not wait for that.

    Quantised operators become those of the domain com.microsoft, which the checker of ONNX does not know;
    they exist on every processor. The next level, layouts for a processor, is left to the agent's.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "optimized.onnx"
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
        options.optimized_model_filepath = str(file)
        options.log_severity_level = 3
        onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        result = onnx.load_model(file)
    used = {node.domain for node in result.graph.node}
    imports = [entry for entry in result.opset_import if entry.domain in used]
    del result.opset_import[:]
    result.opset_import.extend(imports)
    _shorten_names(result.graph)
    onnx.checker.check_model(result)
    return result


def with_manifest(model: onnx.ModelProto, manifest: Manifest) -> bytes:
    """Return the model file, its description in the metadata."""
    result = onnx.ModelProto()
    result.CopyFrom(model)
    del result.metadata_props[:]
    result.metadata_props.add(key=METADATA_KEY, value=manifest_to_json(manifest))
    return bytes(result.SerializeToString())


def _replace_input(graph: onnx.GraphProto, modality: Modality) -> None:
    position = [value.name for value in graph.input].index(modality.name)
    bytes_in = helper.make_tensor_value_info(modality.name, TensorProto.UINT8, modality.shape)
    graph.input[position].CopyFrom(bytes_in)


def _quantizer_of(graph: onnx.GraphProto, name: str) -> onnx.NodeProto | None:
    for node in graph.node:
        if node.op_type == "QuantizeLinear" and node.input[0] == name:
            return node
    return None


def _rewire(graph: onnx.GraphProto, old: str, new: str) -> None:
    for node in graph.node:
        for position, name in enumerate(node.input):
            if name == old:
                node.input[position] = new


def _shorten_names(graph: onnx.GraphProto) -> None:
    """Rename all inner tensors to numbers: long names would be a fifth of the file."""
    kept = {value.name for value in (*graph.input, *graph.output)}
    short: dict[str, str] = {name: name for name in (*kept, "")}

    def rename(name: str) -> str:
        return short.setdefault(name, f"t{len(short)}")

    del graph.value_info[:]
    for initializer in graph.initializer:
        initializer.name = rename(initializer.name)
    for number, node in enumerate(graph.node):
        node.name = f"n{number}"
        node.doc_string = ""
        node.input[:] = [rename(name) for name in node.input]
        node.output[:] = [rename(name) for name in node.output]
