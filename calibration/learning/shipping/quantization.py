"""Static INT8 quantisation of the exported network."""

import logging
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

Target = Literal["x86", "arm64"]

CHANNEL_ALIGNMENT: Mapping[Target, int] = {"x86": 16, "arm64": 8}
"""Multiple of channels that the fast depthwise kernels of ONNX Runtime require."""

QUANTIZED_OPERATORS = ("Conv", "Relu", "MaxPool", "Concat", "Slice", "GlobalAveragePool", "Squeeze", "Gemm")
"""Attention stays in float, and everything that the side inputs reach."""


@dataclass(frozen=True, slots=True)
class CalibrationInputs:
    """Examples from which the ranges of the activations come."""

    images: Mapping[str, NDArray[np.uint8]]
    """Per modality (examples, rows, columns, channels)."""
    side: NDArray[np.float32]
    """(examples, n)."""


class _Reader(CalibrationDataReader):  # type: ignore[misc]
    """Feeds one example at a time to the calibration of ONNX Runtime."""

    def __init__(self, inputs: CalibrationInputs) -> None:
        self._feeds = self._examples(inputs)

    def get_next(self) -> dict[str, NDArray[Any]] | None:
        """Return the next example, None after the last."""
        return next(self._feeds, None)

    @staticmethod
    def _examples(inputs: CalibrationInputs) -> Iterator[dict[str, NDArray[Any]]]:
        for number in range(len(inputs.side)):
            feed: dict[str, NDArray[Any]] = {
                name: np.moveaxis(images[number : number + 1], 3, 1).astype(np.float32) / np.float32(255)
                for name, images in inputs.images.items()
            }
            feed["side"] = inputs.side[number : number + 1]
            yield feed


def quantize(model: onnx.ModelProto, inputs: CalibrationInputs, target: Target) -> onnx.ModelProto:
    """Return the INT8 form (uint8 activations, int8 weights per channel) of a float model from `to_onnx`.

    On x86 the weights use seven bits. Processors without VNNI add pairs of products in 16 bits, which would
    saturate with eight, and the golden outputs must hold on every processor.
    """
    byte_range = {"scale": np.array(1 / 255, np.float32), "zero_point": np.array(0, np.uint8)}
    with tempfile.TemporaryDirectory() as folder, _quiet():
        raw, prepared, quantized = (Path(folder) / name for name in ("raw", "prepared", "quantized"))
        onnx.save_model(model, raw)
        quant_pre_process(raw, prepared, skip_symbolic_shape=True)
        quantize_static(
            prepared,
            quantized,
            _Reader(inputs),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=list(QUANTIZED_OPERATORS),
            nodes_to_exclude=_in_float(onnx.load_model(prepared)),
            per_channel=True,
            reduce_range=target == "x86",
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            extra_options={
                "TensorQuantOverrides": {name: [byte_range] for name in inputs.images},
                # The summary of the images goes on in float: it need not be rounded.
                "OpTypesToExcludeOutputQuantization": ["Gemm"],
            },
        )
        return onnx.load_model(quantized)


def _in_float(model: onnx.ModelProto) -> list[str]:
    """Return the nodes that the side inputs reach: one scale cannot fit them and image features alike."""
    reached = {"side"}
    names: list[str] = []
    for node in model.graph.node:
        if reached & set(node.input):
            reached.update(node.output)
            names.append(node.name)
    return names


class _quiet:  # noqa: N801 -- reads as a word in a with statement
    """Silences the advice that the quantiser logs on the root logger."""

    def __enter__(self) -> None:
        self._before = logging.root.manager.disable
        logging.disable(logging.WARNING)

    def __exit__(self, *_: object) -> None:
        logging.disable(self._before)
