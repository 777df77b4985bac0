"""`edge-calibrate evaluate`: what a model file reaches on a data set, or says of real recordings."""

import argparse
import sys
from pathlib import Path

from calibration.commands.train import find_fold
from calibration.learning.data.examples import MANIFEST_FILE, DatasetManifest, file_sha256, load_all
from calibration.learning.data.protocols import PROTOCOLS, Protocol, folds
from calibration.learning.judging.assessment import against_float, figures, headlines, judge
from calibration.learning.judging.measured import MeasuredReport, judge_recordings
from calibration.learning.judging.pictures import draw_pictures
from calibration.learning.judging.report import Report
from calibration.learning.shipping.inference import judge_model
from calibration.learning.training.augmentation import without
from calibration.learning.training.runs import Run
from calibration.learning.training.trainer import predict
from edge_agent.acquire.recordings import RecordingError
from edge_agent.cli import DONE, WRONG_USAGE
from edge_agent.config.load import load_settings
from edge_agent.diagnose.model import Model, ModelError, softmax


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("model", help="model file, or builtin")
    parser.add_argument("data", type=Path, help="folder of edge-calibrate dataset, or of recordings (.npz)")
    parser.add_argument("--protocol", choices=PROTOCOLS, default="leave_one_motor_out", help="of the split")
    parser.add_argument("--fold", default="0", help="which of the protocol's splits: its name or number")
    parser.add_argument("--run", type=Path, dest="training", help="the training, to compare INT8 with it")
    parser.add_argument("-c", "--config", type=Path, help="agent's YAML with the nameplate, for recordings")
    parser.add_argument("--out", type=Path, help="folder for report.md, report.json and pictures")


def run(args: argparse.Namespace) -> int:
    """Judge every recording and write what was found."""
    try:
        report = _judge(args)
    except (ModelError, RecordingError, ValueError) as error:
        print(f"edge-calibrate evaluate: {error}", file=sys.stderr)
        return WRONG_USAGE
    print(report.to_markdown([]))
    if args.out is not None:
        args.out.mkdir(parents=True, exist_ok=True)
        pictures = draw_pictures(report, args.out) if isinstance(report, Report) else []
        (args.out / "report.md").write_text(report.to_markdown(pictures))
        (args.out / "report.json").write_bytes(report.to_json())
    return DONE


def _judge(args: argparse.Namespace) -> Report | MeasuredReport:
    if (args.data / MANIFEST_FILE).exists():
        model = Model.load(args.model)
        return evaluate_dataset(model, args.data, args.protocol, args.fold, args.training)
    if args.config is None:
        raise ValueError(
            f"{args.data}: no {MANIFEST_FILE} in it; for a folder of recordings give --config too"
        )
    return evaluate_recordings(Model.load_for_agent(args.model), args.data, args.config)


def evaluate_dataset(
    model: Model, folder: Path, protocol: Protocol, fold: str, training: Path | None = None
) -> Report:
    """Judge the test part of a fold; raises ValueError when it is not there or not of the model's front end.

    With the folder of the `training` that the file was made from, INT8 is compared with it.
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
    """Judge every recording of a folder; raises ValueError when there is none."""
    settings = load_settings(config)
    if not any(folder.glob("*.npz")):
        raise ValueError(f"{folder}: no recordings (.npz) in it")
    verdicts = judge_recordings(model, folder, settings.motor, settings.window.length_s)
    return MeasuredReport.of(model, folder.name, verdicts)


def _check_front_end(model: Model, dataset: DatasetManifest) -> None:
    spec = model.spec
    seen = {m.name: m.channels for m in spec.modalities}
    given = {name: dataset.modalities.get(name) for name in seen}
    told = (spec.front_end, spec.side_inputs, seen)
    if told != (dataset.front_end, dataset.side_inputs, given):
        raise ValueError("the data set was made by another front end than the model's")


def _record_of(model: Model, training: Path) -> Run:
    record, told = Run.load(training), model.spec.training
    if (record.dataset_sha256, record.training["seed"], record.network) != (
        told.dataset_sha256,
        told.seed,
        told.network,
    ):
        raise ValueError(f"{training}: not the training that {model.spec.name} was made from")
    return record
