"""Whatever a model file holds, it is used or refused in one line, and takes no more memory than a model."""

import base64
import contextlib
import json
import os
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper
from small_model import IMAGE, a_manifest, a_model_file, expected_logits

from edge_agent.diagnose.manifest import manifest_to_json
from edge_agent.diagnose.model import Model, ModelError, builtin_path
from edge_agent.diagnose.model_file import MAX_BYTES, digest_path


def refusal(path: Path, load: Callable[[Path], Model] = Model.load) -> str:
    with pytest.raises(ModelError) as refused:
        load(path)
    said = str(refused.value)
    assert said.isprintable()
    assert len(said) < 1000
    return said


def a_content(**changes: object) -> dict[str, object]:
    return json.loads(manifest_to_json(a_manifest())) | changes


def a_file_with(folder: Path, content: object) -> Path:
    return a_model_file(folder, json.dumps(content))


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ((), "unknown"),
        (("thresholds",), "healthy"),
        (("modalities", 0), "normalisation"),
        (("golden", 0), "distance"),
        (("training",), "place"),
        ((), "\x1b[31m"),
    ],
)
def test_an_unknown_key_is_refused_by_its_name(tmp_path, path, key):
    content = a_content()
    part = content
    for step in path:
        part = part[step]
    part[key] = 1
    assert key.replace("\x1b", "\\x1b") in refusal(a_file_with(tmp_path, content))


@pytest.mark.parametrize(
    "front_end",
    [
        {"rows": 4, "columns": 3, "window": "hann"},
        {"rows": "four", "columns": 3},
        {"rows": 5, "columns": 3},
        {"rows": 4, "columns": 3, "highest_ratio": "far"},
        {"rows": 4, "columns": 3, "highest_ratio": float("inf")},
        {"rows": 4, "columns": 3, "lowest_db": 30.0},
        {"rows": 4, "columns": 3, "lowest_db": None},
    ],
)
def test_settings_of_the_front_end_that_it_does_not_know_are_refused(tmp_path, front_end):
    path = a_file_with(tmp_path, a_content(front_end=front_end))
    assert "front end of another version" in refusal(path, Model.load_for_agent)


@pytest.mark.parametrize(
    "changes",
    [
        {"temperature": 0.0},
        {"temperature": -1.0},
        {"temperature": float("nan")},
        {"golden_tolerance": float("inf")},
        {"golden_tolerance": -0.1},
        {"thresholds": {"broken": 0.0}},
        {"thresholds": {"broken": float("nan")}},
        {"thresholds": {"broken": 0.5, "embedding_distance": float("-inf")}},
        {"name": ""},
        {"name": "n" * 10_000},
    ],
)
def test_a_number_or_name_that_makes_no_sense_is_refused(tmp_path, changes):
    assert "metadata not understood" in refusal(a_file_with(tmp_path, a_content(**changes)))


def test_a_tolerance_with_which_golden_inputs_prove_nothing_is_no_agents_model(tmp_path):
    content = a_content(golden_tolerance=1e9)
    Model.load(a_file_with(tmp_path, content))
    whole = onnx.load_model(builtin_path())
    manifest = json.loads(whole.metadata_props[0].value) | {"golden_tolerance": 1e9}
    whole.metadata_props[0].value = json.dumps(manifest)
    path = tmp_path / "lenient.onnx"
    onnx.save_model(whole, path)
    assert "prove nothing" in refusal(path, Model.load_for_agent)


def golden_with(image: str, **changes: object) -> list[dict[str, object]]:
    (example,) = a_content()["golden"]
    return [example | {"images": {"current": image}} | changes]


def compressed(data: bytes) -> str:
    return base64.b64encode(zlib.compress(data, 9)).decode()


@pytest.mark.parametrize(
    "golden",
    [
        golden_with(compressed(IMAGE.tobytes() + b"\0")),
        golden_with(compressed(IMAGE.tobytes()[:-1])),
        golden_with(base64.b64encode(zlib.compress(IMAGE.tobytes())[:-5]).decode()),
        golden_with("not base64!"),
        golden_with(compressed(IMAGE.tobytes()), side=[0.0]),
        golden_with(compressed(IMAGE.tobytes()), logits=[float(expected_logits()[0])]),
        golden_with(compressed(IMAGE.tobytes()), logits=[]),
        golden_with(compressed(IMAGE.tobytes()), images={}),
    ],
)
def test_a_golden_input_that_does_not_fit_is_refused(tmp_path, golden):
    assert "golden input 0 is damaged" in refusal(a_file_with(tmp_path, a_content(golden=golden)))


LIMITED = """
import resource, sys
from edge_agent.diagnose.model import Model, ModelError
import onnxruntime
with open("/proc/self/statm") as statm: now = int(statm.read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (now + 400 * 2**20,) * 2)
try:
    Model.load(sys.argv[1])
except ModelError as error:
    print(error)
"""


def said_within_little_memory(path: Path) -> str:
    """Load in a process that may take 400 MiB more; give what it says."""
    command = [sys.executable, "-c", LIMITED, str(path)]
    root = str(Path(__file__).parents[2])
    environment = os.environ | {"PYTHONPATH": root}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_a_bomb_of_golden_images_is_never_unpacked(tmp_path):
    """Two gigabytes in two megabytes of text, in every one of twenty examples."""
    packer = zlib.compressobj(9)
    bomb = b"".join(packer.compress(bytes(2**24)) for _ in range(128)) + packer.flush()
    golden = golden_with(base64.b64encode(bomb).decode()) * 20
    assert "golden input 0 is damaged" in said_within_little_memory(
        a_file_with(tmp_path, a_content(golden=golden))
    )


def test_a_file_of_twenty_gigabytes_is_never_read(tmp_path):
    path = tmp_path / "model.onnx"
    path.touch()
    os.truncate(path, 20 * 2**30)
    assert "larger than 64 MiB" in said_within_little_memory(path)


def test_an_image_of_terabytes_is_never_made(tmp_path):
    huge = 2**20
    path = a_file_with(
        tmp_path,
        a_content(
            modalities=[a_content()["modalities"][0] | {"rows": huge, "columns": huge}],
            golden=golden_with(compressed(b"\0")),
        ),
    )
    network = onnx.load_model(path)
    shape = network.graph.input[0].type.tensor_type.shape
    shape.dim[1].dim_value = shape.dim[2].dim_value = huge
    onnx.save_model(network, path)
    assert "golden input 0 is damaged" in said_within_little_memory(path)


def test_a_network_that_asks_for_terabytes_is_refused(tmp_path):
    path = a_file_with(tmp_path, a_content())
    network = onnx.load_model(path)
    network.graph.initializer.append(helper.make_tensor("size", TensorProto.INT64, [2], [2**20, 2**20]))
    network.graph.node[-1].output[0] = "small"
    network.graph.node.extend(
        [
            helper.make_node("ConstantOfShape", ["size"], ["large"]),
            helper.make_node("ReduceSum", ["large"], ["sum"], keepdims=0),
            helper.make_node("Add", ["small", "sum"], ["logits"]),
        ]
    )
    onnx.save_model(network, path)
    assert "model.onnx: " in said_within_little_memory(path)


@pytest.mark.parametrize("kept", [0, 1, 100, 100_000, -1, -1000])
def test_a_truncated_file_is_refused(tmp_path, kept):
    path = tmp_path / "model.onnx"
    path.write_bytes(builtin_path().read_bytes()[:kept])
    assert "not a model" in refusal(path)


@pytest.mark.parametrize("beside", [True, False])
def test_weights_in_another_file_are_refused_wherever_the_agent_runs(tmp_path, monkeypatch, beside):
    path = a_file_with(tmp_path, a_content())
    network = onnx.load_model(path)
    onnx.save_model(network, path, save_as_external_data=True, location="weights.bin", size_threshold=0)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path if beside else tmp_path / "elsewhere")
    assert "external data" in refusal(path)


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: path.symlink_to("/dev/zero")])
def test_what_is_not_a_file_is_refused_and_never_waited_for(tmp_path, make):
    make(tmp_path / "model.onnx")
    assert "not a file" in refusal(tmp_path / "model.onnx")


@pytest.mark.parametrize(
    "metadata", ["[" * 100_000, '{"format_version": ' + "1" * 5000 + "}", '"\\ud800"', "NaN"]
)
def test_metadata_that_json_readers_stumble_over_are_refused(tmp_path, metadata):
    assert "metadata" in refusal(a_model_file(tmp_path, metadata))


def test_metadata_that_are_not_utf_8_are_refused(tmp_path):
    path = a_file_with(tmp_path, a_content(name="the-name"))
    path.write_bytes(path.read_bytes().replace(b"the-name", b"the-\xff\xfeme"))
    refusal(path)


@pytest.mark.parametrize("kind", [TensorProto.DOUBLE, TensorProto.INT64, TensorProto.STRING])
def test_logits_of_another_type_are_refused(tmp_path, kind):
    path = a_file_with(tmp_path, a_content())
    network = onnx.load_model(path)
    network.graph.node[-1].output[0] = "raw_logits"
    network.graph.node.append(helper.make_node("Cast", ["raw_logits"], ["logits"], to=kind))
    network.graph.output[0].type.tensor_type.elem_type = kind
    onnx.save_model(network, path)
    assert "the network gives" in refusal(path)


@pytest.mark.parametrize("digest", [b"", b"\xff\xfe", b"0" * 64 + b"  model.onnx", b"\0" * 100_000])
def test_a_digest_that_is_not_that_of_the_file_is_refused(tmp_path, digest):
    path = a_file_with(tmp_path, a_content())
    digest_path(path).write_bytes(digest)
    refusal(path)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.integers(0, 3000), st.binary(max_size=6), st.integers(0, 6))
def test_a_damaged_file_is_used_or_refused_and_nothing_else(tmp_path, start, by, length):
    data = a_file_with(tmp_path, a_content()).read_bytes()
    path = tmp_path / "damaged.onnx"
    start = start % len(data)
    path.write_bytes(data[:start] + by + data[start + length :])
    with contextlib.suppress(ModelError):
        Model.load(path)


def test_a_file_of_just_the_largest_size_is_looked_at(tmp_path):
    path = tmp_path / "model.onnx"
    path.touch()
    os.truncate(path, MAX_BYTES)
    assert "not a model" in refusal(path)
