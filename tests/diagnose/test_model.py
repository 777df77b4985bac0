import json
from dataclasses import replace

import numpy as np
import pytest
from small_model import (
    CHANNELS,
    COLUMNS,
    IMAGE,
    INPUTS,
    ROWS,
    SIDE,
    WEIGHTS,
    a_manifest,
    a_model_file,
    expected_logits,
)

from edge_agent.diagnose import model as model_module
from edge_agent.diagnose import model_file
from edge_agent.diagnose.manifest import (
    METADATA_KEY,
    Modality,
    Thresholds,
    decode_image,
    encode_image,
    manifest_from_json,
    manifest_to_json,
)
from edge_agent.diagnose.model import Belief, Model, ModelError, builtin_path, digest_path, softmax
from edge_agent.signals.images import (
    CURRENT_CHANNELS,
    SIDE_INPUTS,
    VIBRATION_CHANNELS,
    ImageSpec,
    ModelInputs,
)


def test_probabilities_are_the_softmax_of_the_logits_over_the_temperature(tmp_path):
    model = Model.load(a_model_file(tmp_path, manifest_to_json(a_manifest())))
    belief = model.infer(INPUTS)
    assert belief.logits == pytest.approx(expected_logits(), rel=1e-5)
    exponentials = np.exp(expected_logits() / 2.0)
    assert belief.probabilities == pytest.approx(exponentials / exponentials.sum(), rel=1e-4)


def test_images_the_network_does_not_use_are_ignored(tmp_path):
    model = Model.load(a_model_file(tmp_path, manifest_to_json(a_manifest())))
    both = ModelInputs({"current": IMAGE, "vibration": np.zeros((9, 9, 4), np.uint8)}, SIDE)
    assert model.infer(both) == model.infer(INPUTS)


def test_a_file_without_a_distance_has_no_limit(tmp_path):
    belief = Model.load(a_model_file(tmp_path, manifest_to_json(a_manifest()))).infer(INPUTS)
    assert (belief.distance, belief.distance_limit, belief.out_of_domain) == (None, None, False)


@pytest.mark.parametrize(("limit", "strange"), [(None, False), (264.0, True), (266.0, False)])
def test_a_window_farther_than_the_limit_is_out_of_domain(tmp_path, limit, strange):
    """The means of the image are 11 and 12, so that its distance is 265."""
    metadata = manifest_to_json(a_manifest(thresholds=Thresholds(0.5, embedding_distance=limit)))
    belief = Model.load(a_model_file(tmp_path, metadata, distance=True)).infer(INPUTS)
    assert belief.distance == pytest.approx(265.0)
    assert belief.out_of_domain is strange
    assert belief.logits == pytest.approx(expected_logits(), rel=1e-5)


def test_a_distance_that_is_no_number_is_out_of_domain():
    assert Belief((1.0,), (1.0,), distance=float("nan"), distance_limit=5.0).out_of_domain


def test_a_limit_for_a_distance_that_the_network_does_not_give_is_refused(tmp_path):
    metadata = manifest_to_json(a_manifest(thresholds=Thresholds(0.5, embedding_distance=9.0)))
    with pytest.raises(ModelError, match="distance"):
        Model.load(a_model_file(tmp_path, metadata))


def test_metadata_from_before_distances_were_computed_is_read():
    content = json.loads(manifest_to_json(a_manifest()))
    del content["thresholds"]["embedding_distance"]
    assert manifest_from_json(json.dumps(content)) == a_manifest()


def test_changed_weights_are_caught_by_the_golden_inputs(tmp_path):
    flipped = WEIGHTS * np.array([1, 1, -1, 1, 1], np.float32)
    with pytest.raises(ModelError, match="golden input 0"):
        Model.load(a_model_file(tmp_path, manifest_to_json(a_manifest()), flipped))


def test_a_byte_that_no_golden_input_notices_is_caught_by_the_digest(tmp_path):
    path = tmp_path / "broken_bars.onnx"
    data = bytearray(builtin_path().read_bytes())
    data[len(data) // 3] ^= 0xFF
    path.write_bytes(data)
    digest_path(path).write_text(digest_path(builtin_path()).read_text())
    with pytest.raises(ModelError, match="SHA-256"):
        Model.load(path)


def test_the_shipped_model_must_have_its_digest(tmp_path, monkeypatch):
    path = tmp_path / "broken_bars.onnx"
    path.write_bytes(builtin_path().read_bytes())
    for module in (model_module, model_file):
        monkeypatch.setattr(module, "builtin_path", lambda: path)
    with pytest.raises(ModelError, match="cannot be read"):
        Model.load("builtin")


def test_a_model_of_ones_own_may_come_without_a_digest(tmp_path):
    path = a_model_file(tmp_path, manifest_to_json(a_manifest()))
    assert not digest_path(path).exists()
    Model.load(path)


def test_a_network_that_gives_nan_is_refused(tmp_path):
    with pytest.raises(ModelError, match="golden input 0"):
        Model.load(a_model_file(tmp_path, manifest_to_json(a_manifest()), WEIGHTS * np.float32("nan")))


def test_a_file_without_golden_inputs_is_refused(tmp_path):
    with pytest.raises(ModelError, match="no golden inputs"):
        Model.load(a_model_file(tmp_path, manifest_to_json(a_manifest(golden=()))))


def test_damaged_golden_inputs_are_refused(tmp_path):
    golden = replace(a_manifest().golden[0], images={"current": "bm8gemxpYg=="})
    with pytest.raises(ModelError, match="golden input 0"):
        Model.load(a_model_file(tmp_path, manifest_to_json(a_manifest(golden=(golden,)))))


def test_a_file_without_metadata_is_refused(tmp_path):
    with pytest.raises(ModelError, match=METADATA_KEY):
        Model.load(a_model_file(tmp_path, None))


def test_another_format_version_is_refused_whatever_else_the_metadata_holds(tmp_path):
    with pytest.raises(ModelError, match="format 99, this agent reads format 1"):
        Model.load(a_model_file(tmp_path, json.dumps({"format_version": 99})))


@pytest.mark.parametrize("text", ["no json", "[]", '{"format_version": 1, "name": 3}'])
def test_metadata_that_is_not_understood_is_refused(tmp_path, text):
    with pytest.raises(ModelError, match=r"metadata"):
        Model.load(a_model_file(tmp_path, text))


def test_other_classes_are_refused(tmp_path):
    classes = ("healthy", "1", "2", "3", "many")
    with pytest.raises(ModelError, match="classes"):
        Model.load(a_model_file(tmp_path, manifest_to_json(a_manifest(classes=classes))))


def test_metadata_that_disagrees_with_the_network_is_refused(tmp_path):
    modality = Modality("current", ROWS + 1, COLUMNS, CHANNELS)
    with pytest.raises(ModelError, match="metadata says"):
        Model.load(a_model_file(tmp_path, manifest_to_json(a_manifest(modalities=(modality,)))))


def test_what_is_no_model_is_refused(tmp_path):
    path = tmp_path / "model.onnx"
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(ModelError, match="not a model"):
        Model.load(path)
    with pytest.raises(ModelError, match=r"absent\.onnx"):
        Model.load(tmp_path / "absent.onnx")


def test_manifest_survives_its_text():
    manifest = a_manifest()
    assert manifest_from_json(manifest_to_json(manifest)) == manifest


def test_images_survive_their_text():
    assert np.array_equal(decode_image(encode_image(IMAGE), IMAGE.shape), IMAGE)


def test_softmax_does_not_overflow():
    assert softmax(np.array([1000.0, 0.0]), 1.0) == pytest.approx([1.0, 0.0])


def test_a_model_of_another_front_end_is_refused_before_it_is_asked(tmp_path):
    path = a_model_file(tmp_path, manifest_to_json(a_manifest()))
    Model.load(path)
    with pytest.raises(ModelError, match="front end of another version"):
        Model.load_for_agent(path)


def test_the_shipped_model_loads_and_describes_the_front_end_of_this_agent():
    model = Model.load_for_agent("builtin")
    spec = ImageSpec(**model.spec.front_end)
    assert {m.name: m.shape for m in model.spec.modalities} == {
        "current": (1, spec.rows, spec.columns, len(CURRENT_CHANNELS)),
        "vibration": (1, spec.rows, spec.columns, len(VIBRATION_CHANNELS)),
    }
    assert model.spec.side_inputs == SIDE_INPUTS
    assert builtin_path().stat().st_size < 2e6


def test_a_model_in_use_proves_itself_again(tmp_path):
    file = a_model_file(tmp_path, manifest_to_json(a_manifest()))
    assert Model.load(file).prove_again(file) == len(a_manifest().golden) > 0


def test_the_shipped_model_proves_itself_again():
    model = Model.load("builtin")
    assert model.prove_again("builtin") == len(model.spec.golden)


def test_a_file_that_was_replaced_or_removed_since_the_start_is_named(tmp_path):
    file = a_model_file(tmp_path, manifest_to_json(a_manifest()))
    model = Model.load(file)
    file.write_bytes(file.read_bytes() + b"\0")
    with pytest.raises(ModelError, match="replaced since the start: restart the agent"):
        model.prove_again(file)
    file.unlink()
    with pytest.raises(ModelError, match="No such file"):
        model.prove_again(file)


def test_a_network_that_gives_something_else_than_at_its_start_is_refused(tmp_path, monkeypatch):
    file = a_model_file(tmp_path, manifest_to_json(a_manifest()))
    model = Model.load(file)
    monkeypatch.setattr(model, "_run", lambda inputs: [expected_logits() + 5.0])
    with pytest.raises(ModelError, match="golden input 0 gives logits that differ"):
        model.prove_again(file)
