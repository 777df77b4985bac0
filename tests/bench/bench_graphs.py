"""Races the graph as it is shipped against what it replaces: `python tests/bench/bench_graphs.py`.

Batch 1, one thread, all in one run and in turns, so that a busy machine slows all of them alike; hot is one
run after another, paced ten runs a second with idle caches between; loading is processor time. Weights are
random: this says nothing about accuracy. Images are as small as the agent's, or as `--image` says. LiteRT
takes part where `--litert` names a folder of models `x0.5_2.tflite` (width, branches) that its own converter
and quantiser made of the same network.
"""

import edge_agent  # noqa: F401 - switches the telemetry of ONNX Runtime off before it is loaded

# isort: split
import argparse
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnxruntime.quantization import QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from calibration.learning.network.fusion import FusionNetwork, NetworkSpec
from calibration.learning.shipping.deploy import DeployedNetwork
from calibration.learning.shipping.export import accept_bytes, to_onnx
from calibration.learning.shipping.quantization import CHANNEL_ALIGNMENT, CalibrationInputs, _Reader, quantize
from edge_agent.diagnose.manifest import Modality
from edge_agent.signals.images import SIDE_INPUTS

_CHANNELS = ("a", "b", "c", "d")
_SIDE_INPUTS = len(SIDE_INPUTS)
_PACE_HZ = 10.0
_BLOCK = 25


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--widths", nargs="+", default=["x0.5", "x1.0"])
    parser.add_argument("--rounds", type=int, default=40, help=f"hot rounds of {_BLOCK} runs of each graph")
    parser.add_argument("--paced", type=int, default=100, help="paced runs of each graph")
    parser.add_argument("--image", type=int, nargs=2, default=[64, 32], help="rows and columns of an image")
    parser.add_argument("--litert", type=Path, help="folder of INT8 .tflite files")
    args = parser.parse_args()
    torch.set_num_threads(1)
    print(
        "| width | branches | graph | kB | load ms | hot ms: median | 99 % | paced: median | 99 % | speed |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    for width in args.widths:
        for branches in (("current", "vibration"), ("current",)):
            contest(width, branches, args)


def contest(width: str, branches: tuple[str, ...], args: argparse.Namespace) -> None:
    """Race all graphs of one network and print a row of each; speed is against the stock INT8 export, hot."""
    models = graphs(width, branches, *args.image)
    files = {name: model.SerializeToString() for name, model in models.items()}
    openers = dict.fromkeys(files, onnx_run)
    if args.litert:
        files["LiteRT INT8"] = (args.litert / f"{width}_{len(branches)}.tflite").read_bytes()
        openers["LiteRT INT8"] = litert_run
    runs = {name: open_(files[name]) for name, open_ in openers.items()}
    loads_ms = {name: load_ms(partial(open_, files[name])) for name, open_ in openers.items()}
    hot: dict[str, list[float]] = {name: [] for name in runs}
    paced: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(args.rounds):
        for name, run in runs.items():
            run()
            hot[name] += [timed_ms(run) for _ in range(_BLOCK)]
    for _ in range(args.paced):
        for name, run in runs.items():
            time.sleep(1 / _PACE_HZ)
            paced[name].append(timed_ms(run))
    stock = np.median(hot["stock INT8"])
    for name in runs:
        figures = [f(values) for values in (hot[name], paced[name]) for f in (np.median, _p99)]
        cells = " | ".join(f"{figure:.3f}" for figure in figures)
        speed = stock / np.median(hot[name])
        size = f"{len(files[name]) / 1e3:.0f} | {loads_ms[name]:.0f}"
        print(f"| {width} | {len(branches)} | {name} | {size} | {cells} | {speed:.2f}x |", flush=True)


def graphs(width: str, branches: tuple[str, ...], rows: int, columns: int) -> dict[str, onnx.ModelProto]:
    """The same network as the agent ships it, as it comes out of the exporter, and that quantised."""
    modalities = [Modality(name, rows, columns, _CHANNELS) for name in branches]
    network = a_network(width, branches)
    random = np.random.default_rng(1)
    inputs = CalibrationInputs(
        {m.name: random.integers(0, 256, (16, *m.shape[1:]), dtype=np.uint8) for m in modalities},
        random.normal(size=(16, _SIDE_INPUTS)).astype(np.float32),
    )
    rewritten = to_onnx(DeployedNetwork(network, CHANNEL_ALIGNMENT["x86"]), modalities, _SIDE_INPUTS)
    plain = stock_export(network, rows, columns)
    return {
        "stock fp32": plain,
        "stock INT8": stock_int8(plain, inputs),
        "shipped INT8": accept_bytes(quantize(rewritten, inputs, "x86"), modalities),
    }


def a_network(width: str, branches: tuple[str, ...]) -> FusionNetwork:
    """A network with random weights whose BatchNorm has seen images."""
    torch.manual_seed(0)
    network = FusionNetwork(NetworkSpec(dict.fromkeys(branches, 4), _SIDE_INPUTS, 5, width=width))
    with torch.no_grad():
        for _ in range(8):
            network.train()(*[torch.rand(16, 4, 64, 32) for _ in branches], torch.randn(16, _SIDE_INPUTS))
    return network.eval()


def stock_export(network: FusionNetwork, rows: int, columns: int) -> onnx.ModelProto:
    """What PyTorch exports, nothing rewritten."""
    names = list(network.spec.modalities)
    examples = (*[torch.zeros(1, 4, rows, columns) for _ in names], torch.zeros(1, _SIDE_INPUTS))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "plain.onnx"
        torch.onnx.export(
            network, examples, file, dynamo=False, opset_version=17, input_names=[*names, "side"]
        )
        return onnx.load_model(file)


def stock_int8(model: onnx.ModelProto, inputs: CalibrationInputs) -> onnx.ModelProto:
    """What ONNX Runtime's quantiser makes of it with its own choices, weights per channel."""
    with tempfile.TemporaryDirectory() as folder:
        raw, prepared, quantized = (Path(folder) / name for name in ("raw", "prepared", "quantized"))
        onnx.save_model(model, raw)
        quant_pre_process(raw, prepared, skip_symbolic_shape=True)
        quantize_static(
            prepared,
            quantized,
            _Reader(inputs),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
        return onnx.load_model(quantized)


def onnx_run(data: bytes) -> Callable[[], object]:
    """A run of an ONNX file with random inputs, with the settings of the agent."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    feed = {node.name: _random(node.shape, "uint8" in node.type) for node in session.get_inputs()}
    return lambda: session.run(None, feed)


def litert_run(data: bytes) -> Callable[[], object]:
    """A run of a LiteRT file with random inputs, those copied into the interpreter."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_content=data, num_threads=1)
    interpreter.allocate_tensors()
    details = interpreter.get_input_details()
    feed = {d["index"]: _random(d["shape"], d["dtype"] == np.int8).astype(d["dtype"]) for d in details}
    output = interpreter.get_output_details()[0]["index"]

    def run() -> object:
        for index, values in feed.items():
            interpreter.set_tensor(index, values)
        interpreter.invoke()
        return interpreter.get_tensor(output)

    return run


def load_ms(opener: Callable[[], object]) -> float:
    """Processor time of making a file ready to run, ms, the least of five."""
    times_s: list[float] = []
    for _ in range(5):
        start = time.process_time()
        opener()
        times_s.append(time.process_time() - start)
    return 1e3 * min(times_s)


def timed_ms(run: Callable[[], object]) -> float:
    """Duration of one run, ms."""
    start = time.perf_counter()
    run()
    return 1e3 * (time.perf_counter() - start)


def _random(shape: list[int], as_bytes: bool) -> np.ndarray:
    random = np.random.default_rng(0)
    return random.integers(0, 256, shape, dtype=np.uint8) if as_bytes else random.random(shape, np.float32)


def _p99(values: list[float]) -> float:
    return float(np.quantile(values, 0.99))


if __name__ == "__main__":
    main()
