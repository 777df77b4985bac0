"""The documented command that makes the shipped model, in miniature: a few recordings, a few steps."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from calibration.learning.data.examples import DatasetManifest
from edge_agent.diagnose.model import Model
from edge_agent.signals.images import SIDE_INPUTS, ModelInputs

ROOT = Path(__file__).parents[2]
SIZE = {"RECORDINGS": "50", "EPOCHS": "1"}


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_make_model_simulates_trains_quantises_and_judges(tmp_path):
    model_file = tmp_path / "shipped.onnx"
    size = {**SIZE, "BUILD": str(tmp_path), "MODEL": str(model_file), "BIN": str(Path(sys.executable).parent)}
    # What is installed here is what is tested: nothing is to be installed for it.
    stamps = f"{size['BIN']}/../stamps/test"
    made = subprocess.run(
        ["make", "model", f"--old-file={stamps}", f"STAMPS={Path(stamps).parent}"]
        + [f"{name}={value}" for name, value in size.items()],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stdout[-3000:] + made.stderr[-3000:]
    dataset = DatasetManifest.load(tmp_path / "dataset")
    assert len(dataset.recordings) == 50
    model = Model.load(model_file)
    assert model.spec.side_inputs == SIDE_INPUTS
    assert len(model.spec.training.commands) == 3
    blank = {m.name: np.zeros(m.shape[1:], np.uint8) for m in model.spec.modalities}
    belief = model.infer(ModelInputs(blank, np.zeros(len(SIDE_INPUTS), np.float32)))
    assert sum(belief.probabilities) == pytest.approx(1.0)
    assert (tmp_path / "report" / "report.md").exists()
    assert (tmp_path / "report" / "confusion.png").exists()
