"""A model file judged on a data set, or on recordings of real motors."""

from pathlib import Path

from calibration.learning.data.examples import MANIFEST_FILE, DatasetManifest, file_sha256, load_all
from calibration.learning.data.modalities import without
from calibration.learning.data.protocols import Protocol, find_fold, folds
from calibration.learning.judging.assessment import against_float, figures, headlines, judge, judge_model
from calibration.learning.judging.measured import MeasuredReport, judge_recordings
from calibration.learning.judging.report import Report
from calibration.learning.training.runs import Run
from calibration.learning.training.trainer import predict
from edge_agent.config import load_settings
from edge_agent.diagnose.model import Model, softmax


def evaluate_dataset(
    model: Model, folder: Path, protocol: Protocol, fold: str, training: Path | None = None
) -> Report:
    """Judge the test part of a fold; raises ValueError if the fold is missing or of another front end.

    `training` is the folder of the training that the file was made from; with it INT8 is compared with float.
    """
    dataset, sha256 = DatasetManifest.load(folder), file_sha256(folder / MANIFEST_FILE)
    _check_front_end(model, dataset)
    entries, examples = dataset.recordings, load_all(folder, dataset)
    chosen = find_fold(folds(protocol, entries, examples, dataset.seed), protocol, fold)
    test = examples.take(chosen.test)
    title = f"{protocol}, fold {chosen.name}"
    judgements = judge_model(model, test, entries, protocol)
    found = figures(judgements, title)
    for modality in model.spec.modalities if len(model.spec.modalities) > 1 else ():
        dead = without(test, modality.name, dataset.side_inputs)
        found += headlines(judge_model(model, dead, entries, protocol), title, f"without_{modality.name}")
    if training is not None:
        record = _record_of(model, training)
        floats = softmax(predict(record.load_network(training), test), record.temperature)
        reference = judge(floats, test, entries, model.spec.thresholds.broken, protocol)
        found += against_float(judgements, reference, title)
    return Report.of(model, dataset, sha256, chosen.name, protocol, judgements, found)


def evaluate_recordings(model: Model, folder: Path, config: Path) -> MeasuredReport:
    """Judge every recording of a folder; raises ValueError if there is none."""
    settings = load_settings(config)
    if not any(folder.glob("*.npz")):
        raise ValueError(f"{folder}: no recordings (.npz) in it")
    verdicts = judge_recordings(model, folder, settings.motor, settings.window.length_s)
    return MeasuredReport.of(model, folder.name, verdicts)


def _check_front_end(model: Model, dataset: DatasetManifest) -> None:
    spec = model.spec
    seen = {m.name: m.channels for m in spec.modalities}
    given = {name: dataset.modalities.get(name) for name in seen}
    wanted = (spec.front_end, spec.side_inputs, seen)
    if wanted != (dataset.front_end, dataset.side_inputs, given):
        raise ValueError("the data set was made by another front end than the model's")


def _record_of(model: Model, training: Path) -> Run:
    record, expected = Run.load(training), model.spec.training
    if (record.dataset_sha256, record.training["seed"], record.network) != (
        expected.dataset_sha256,
        expected.seed,
        expected.network,
    ):
        raise ValueError(f"{training}: not the training that {model.spec.name} was made from")
    return record
