import numpy as np
import pytest
from small_dataset import a_dataset, an_entry, some_examples

from calibration.learning.shipping.packaging import calibration_inputs, describe
from calibration.learning.training.runs import Run


def a_run(init: str | None) -> Run:
    return Run(
        command="edge-calibrate train",
        dataset_command="edge-calibrate dataset",
        dataset_sha256="ab" * 32,
        network={},
        training={"seed": 5},
        init=init,
        protocol="by_recording",
        fold="by_recording",
        recordings=60,
        motors=12,
        validation_loss=0.1,
        temperature=1.0,
        parameters=1000,
        training_s=1.0,
    )


@pytest.mark.parametrize("init", [None, "build/other_run"])
def test_a_model_file_says_which_weights_it_started_from(tmp_path, init):
    manifest = describe(a_run(init), (), a_dataset(tmp_path), (), "x86")
    assert manifest.training.init == init


def test_ranges_are_taken_from_every_class_and_load():
    entries = [an_entry(i, i, label) for i, label in enumerate([0] * 40 + [1, 2, 3, 4] * 3)]
    examples = some_examples(entries)
    load = np.array([entries[i].load for i in examples.recording])
    chosen = calibration_inputs(examples, load, ["current"], count=50)
    assert len(chosen.side) >= 40
    bright = chosen.images["current"][:, 8:16].mean(axis=(1, 2, 3))
    assert len({round((level - 20) / 45) for level in bright}) == 5
