"""A network that can be checked by hand, as a model file."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from edge_agent.diagnose.manifest import (
    FORMAT_VERSION,
    METADATA_KEY,
    GoldenExample,
    Manifest,
    Modality,
    Thresholds,
    TrainingRecord,
    encode_image,
)
from edge_agent.signals.images import ModelInputs
from edge_agent.verdict import CLASSES

ROWS, COLUMNS, CHANNELS = 4, 3, ("upper_db", "lower_db")
WEIGHTS = np.array([[2.0, -1, 0.5, 0, 0], [0, 1, 0, -2, 3], [1, 1, 1, 1, -1], [0.5, 0, 0, 0, 0]], np.float32)
IMAGE = np.arange(ROWS * COLUMNS * 2, dtype=np.uint8).reshape(ROWS, COLUMNS, 2)
SIDE = np.array([0.5, -1.0], np.float32)
INPUTS = ModelInputs({"current": IMAGE}, SIDE)


def expected_logits(weights: np.ndarray = WEIGHTS) -> np.ndarray:
    means = IMAGE.reshape(-1, 2).mean(axis=0)
    return np.concatenate([means, SIDE]) @ weights


def a_manifest(**changes) -> Manifest:
    golden = GoldenExample(
        {"current": encode_image(IMAGE)}, tuple(SIDE.tolist()), tuple(expected_logits().tolist())
    )
    manifest = Manifest(
        format_version=FORMAT_VERSION,
        name="test-model",
        created="2025-01-01",
        target="x86",
        classes=CLASSES,
        modalities=(Modality("current", ROWS, COLUMNS, CHANNELS),),
        side_inputs=("slip", "load"),
        front_end={"rows": ROWS, "columns": COLUMNS},
        temperature=2.0,
        thresholds=Thresholds(broken=0.5),
        training=TrainingRecord(("edge-calibrate train",), "0" * 64, 1, {"width": "x0.5"}, 10, 3),
        figures=(),
        golden=(golden,),
        golden_tolerance=0.01,
    )
    return replace(manifest, **changes)


def a_model_file(
    folder: Path, metadata: str | None, weights: np.ndarray = WEIGHTS, distance: bool = False
) -> Path:
    """Channel means and side inputs times a matrix: a network that can be checked by hand.

    Its distance, where it has one, is the sum of the squared means.
    """
    nodes = [
        helper.make_node("Cast", ["current"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["floats"], ["means"], axes=[1, 2], keepdims=0),
        helper.make_node("Concat", ["means", "side"], ["all"], axis=1),
        helper.make_node("MatMul", ["all", "weights"], ["logits"]),
    ]
    outputs = [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, 5])]
    if distance:
        nodes.append(helper.make_node("ReduceSumSquare", ["means"], ["distance"], axes=[1], keepdims=0))
        outputs.append(helper.make_tensor_value_info("distance", TensorProto.FLOAT, [1]))
    graph = helper.make_graph(
        nodes,
        "tiny",
        [
            helper.make_tensor_value_info("current", TensorProto.UINT8, [1, ROWS, COLUMNS, 2]),
            helper.make_tensor_value_info("side", TensorProto.FLOAT, [1, 2]),
        ],
        outputs,
        [numpy_helper.from_array(weights, "weights")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    if metadata is not None:
        model.metadata_props.add(key=METADATA_KEY, value=metadata)
    path = folder / "model.onnx"
    onnx.save_model(model, path)
    return path
