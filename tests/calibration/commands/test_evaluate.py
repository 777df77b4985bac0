import argparse
import json
from dataclasses import replace

import onnx
import pytest
from plates import plate_yaml
from small_dataset import a_dataset

from calibration.commands import evaluate
from calibration.learning.data.examples import DatasetManifest
from calibration.learning.judging.evaluation import evaluate_dataset
from calibration.learning.judging.measured import judge_recordings
from calibration.learning.shipping.export import with_manifest
from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from edge_agent.acquire.recordings import write_recording
from edge_agent.config.load import load_settings
from edge_agent.diagnose.model import Model, builtin_path

CONFIG = f"""
motor: {plate_yaml()}
acquisition: {{port: /dev/null}}
window: {{length_s: 5}}
mqtt: {{host: localhost}}
"""


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    """A sound motor, two broken bars, and one that idles."""
    folder = tmp_path_factory.mktemp("recordings")
    for name, bars, load in (("sound_01", 0, 0.9), ("broken_01", 2, 0.9), ("idle_01", 0, 0.03)):
        recording = simulate(Scenario(seed=4, broken_bars=bars, load=load, duration_s=6.0))
        condition = {"condition": name.removesuffix("_01")}
        write_recording(folder / f"{name}.npz", replace(recording, meta=recording.meta | condition))
    (folder / "agent.yaml").write_text(CONFIG)
    return folder


def parsed(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    evaluate.add_arguments(parser)
    return parser.parse_args(arguments)


def test_the_shipped_model_tells_recordings_apart_and_says_what_it_refused(recordings, tmp_path, capsys):
    arguments = ["builtin", str(recordings), "-c", str(recordings / "agent.yaml"), "--out", str(tmp_path)]
    assert evaluate.run(parsed(*arguments)) == 0
    lines = [line.split("|") for line in capsys.readouterr().out.splitlines() if "|" in line]
    rows = {line[1].strip(): [cell.strip() for cell in line[2:-1]] for line in lines}
    assert [rows["sound"][i] for i in (0, 1, 3, 4, 5)] == ["1", "0", "1", "0", "0"]
    assert [rows["broken"][i] for i in (0, 1, 3, 4, 5)] == ["1", "1", "0", "1", "0"]
    assert rows["idle"][2:] == ["-", "0", "0", "1 speed_unknown"]


def test_every_recording_is_in_the_report(recordings, tmp_path):
    arguments = ["builtin", str(recordings), "-c", str(recordings / "agent.yaml"), "--out", str(tmp_path)]
    assert evaluate.run(parsed(*arguments)) == 0
    content = json.loads((tmp_path / "report.json").read_text())
    assert content["refusals"] == {"speed_unknown": 1}
    by_name = {one["recording"]: one for one in content["recordings"]}
    assert by_name["broken_01"]["state"] == "broken_bars"
    assert sum(by_name["sound_01"]["probabilities"]) == pytest.approx(1.0)
    assert by_name["idle_01"]["probabilities"] is None


def test_windows_longer_than_the_recording_are_cut_short(recordings):
    nameplate = load_settings(recordings / "agent.yaml").motor
    verdicts = judge_recordings(Model.load("builtin"), recordings, nameplate, length_s=60.0)
    assert [v.condition for v in verdicts] == ["broken", "idle", "sound"]


def test_recordings_need_a_nameplate(recordings, capsys):
    assert evaluate.run(parsed("builtin", str(recordings))) == 2
    assert "--config" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("model", "data", "message"),
    [
        ("nowhere.onnx", "recordings", "nowhere.onnx: No such file"),
        ("builtin", "nowhere", "nowhere: no recordings (.npz) in it"),
        ("builtin", "damaged", "damaged.npz: "),
    ],
)
def test_what_cannot_be_judged_is_told_in_a_line(recordings, tmp_path, capsys, model, data, message):
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "damaged.npz").write_bytes(b"PK\x03\x04")
    folder = recordings if data == "recordings" else tmp_path / data
    arguments = [model, str(folder), "-c", str(recordings / "agent.yaml")]
    assert evaluate.run(parsed(*arguments)) == 2
    told = capsys.readouterr().err
    assert message in told
    assert told.count("\n") == 1


def test_a_data_set_of_another_front_end_is_not_judged(tmp_path, capsys):
    a_dataset(tmp_path)
    assert evaluate.run(parsed("builtin", str(tmp_path))) == 2
    assert "another front end than the model's" in capsys.readouterr().err


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"front_end": {"rows": 64}}, id="images"),
        pytest.param({"side_inputs": ("slip",) * 11}, id="side inputs"),
        pytest.param({"modalities": {"current": ("a", "b", "c", "d")}}, id="channels"),
    ],
)
def test_that_the_shapes_fit_is_not_enough(tmp_path, change):
    model = Model.load("builtin")
    modalities = {m.name: m.channels for m in model.spec.modalities}
    same = DatasetManifest("", 0, modalities, model.spec.side_inputs, model.spec.front_end, (), ())
    replace(same, **change).save(tmp_path)
    with pytest.raises(ValueError, match="another front end than the model's"):
        evaluate_dataset(model, tmp_path, "by_recording", "0")


def test_recordings_are_not_shown_to_a_model_of_other_images(recordings, tmp_path, capsys):
    spec = Model.load("builtin").spec
    modalities = tuple(replace(m, channels=("magnitude",) * 4) for m in spec.modalities)
    other = replace(spec, modalities=modalities, front_end={"highest_hz": 1000.0})
    file = tmp_path / "paper.onnx"
    file.write_bytes(with_manifest(onnx.load_model(builtin_path()), other))
    assert evaluate.run(parsed(str(file), str(recordings), "-c", str(recordings / "agent.yaml"))) == 2
    assert "front end of another version" in capsys.readouterr().err
