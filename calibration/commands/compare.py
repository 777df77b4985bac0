"""`edge-calibrate compare`: train and test several models on the very same split, side by side in a table."""

import argparse
import json
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter
from tqdm import tqdm

from calibration.commands.arguments import positive_int
from calibration.commands.train import be_repeatable
from calibration.learning.data.examples import MANIFEST_FILE, DatasetManifest, Examples, file_sha256, load_all
from calibration.learning.data.protocols import PROTOCOLS, Fold, Protocol, folds
from calibration.learning.judging.candidates import ENTRANTS, USUAL
from calibration.learning.judging.comparison import (
    Outcome,
    Row,
    Trial,
    answer,
    row,
    table,
    table_int8,
    table_without,
)
from calibration.learning.network.cost import milliseconds_per_example
from calibration.learning.training.augmentation import without
from calibration.learning.training.place import best_device
from calibration.learning.training.probability import fit_temperature
from calibration.learning.training.trainer import TrainingSpec
from edge_agent.cli import DONE, WRONG_USAGE
from edge_agent.diagnose.model import softmax


@dataclass(frozen=True, slots=True)
class Terms:
    """What all trials of a comparison have in common: under others their figures could not be compared."""

    dataset_sha256: str
    """Hash of the data set's manifest."""
    protocol: Protocol
    """How the examples are split."""
    epochs: int
    """Passes over the training examples, at most."""
    batch: int
    """Examples per step."""
    int8: bool = False
    """Whether each network is judged in INT8, too."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    usual = TrainingSpec()
    parser.add_argument("dataset", type=Path, help="folder that edge-calibrate dataset made")
    parser.add_argument("--protocol", choices=PROTOCOLS, default="leave_one_motor_out", help="of the split")
    parser.add_argument(
        "--folds", type=positive_int, help="at most this many of the protocol's splits (default: all)"
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[1], help="of the trainings")
    parser.add_argument(
        "--models", nargs="+", choices=list(ENTRANTS), default=list(USUAL), metavar="NAME", help=_names()
    )
    parser.add_argument("--epochs", type=positive_int, default=usual.epochs, help="at most this many")
    parser.add_argument("--batch", type=positive_int, default=usual.batch, help="examples per step")
    parser.add_argument("--int8", action="store_true", help="quantise each network and judge that, too")
    parser.add_argument("--threads", type=positive_int, default=2, help="of torch")
    parser.add_argument("--out", type=Path, required=True, help="folder for trials and tables")


def run(args: argparse.Namespace) -> int:
    """Run the trials that are missing, then write compare.md and compare.json. Resumes by itself."""
    be_repeatable(args.threads)
    manifest = DatasetManifest.load(args.dataset)
    sha256 = file_sha256(args.dataset / MANIFEST_FILE)
    terms = Terms(sha256, args.protocol, args.epochs, args.batch, args.int8)
    try:
        _agree_on(terms, args.out)
        examples = load_all(args.dataset, manifest)
        chosen = folds(terms.protocol, manifest.recordings, examples, manifest.seed)[: args.folds]
    except ValueError as error:
        print(f"edge-calibrate compare: {error}", file=sys.stderr)
        return WRONG_USAGE
    plans = [
        (model, fold, seed)
        for fold in chosen
        for model in args.models
        for seed in (args.seeds if ENTRANTS[model].draws else args.seeds[:1])
    ]
    trials: list[Trial] = []
    with tqdm(plans, unit="trial", disable=None) as bar:
        for model, fold, seed in bar:
            bar.set_description(f"{model}, {fold.name}, seed {seed}")
            folder = args.out / model / fold.name / f"seed-{seed}"
            trials.append(run_trial(terms, manifest, examples, fold, model, seed, folder))
    rows = [row([trial for trial in trials if trial.model == model]) for model in args.models]
    names = [fold.name for fold in chosen]
    text = report(terms, manifest, names, rows, args.threads)
    common = TypeAdapter(Terms).dump_python(terms)
    content = {**common, "folds": names, "rows": [one.to_dict() for one in rows]}
    (args.out / "compare.md").write_text(text)
    (args.out / "compare.json").write_text(json.dumps(content, indent=1))
    print(text)
    return DONE


def run_trial(
    terms: Terms,
    manifest: DatasetManifest,
    examples: Examples,
    fold: Fold,
    model: str,
    seed: int,
    folder: Path,
) -> Trial:
    """Fit and test one model, or give what an earlier run found. What the training prints goes to a file."""
    file = folder / "trial.json"
    if file.exists():
        return Trial.load(file)
    folder.mkdir(parents=True, exist_ok=True)
    spec = TrainingSpec(epochs=terms.epochs, batch=terms.batch, seed=seed)
    candidate = ENTRANTS[model].make(manifest, spec)
    train, validation, test = (examples.take(part) for part in (fold.train, fold.validation, fold.test))
    with (folder / "training.log").open("a") as log, redirect_stdout(log):
        training_s = candidate.fit(train, validation, folder)
    judged = validation.take(validation.trainable)
    temperature = fit_temperature(candidate.logits(judged), judged.label)

    def outcomes(seen: Examples, logits: NDArray[np.float64]) -> tuple[Outcome, ...]:
        return answer(terms.protocol, softmax(logits, temperature), seen, manifest.recordings)

    integers = candidate.integer_logits(train, test) if terms.int8 else None
    fused = manifest.modalities if ENTRANTS[model].fused else ()
    deaf = {name: without(test, name, manifest.side_inputs) for name in fused}
    cost = candidate.cost(test.take(np.array([0])))
    trial = Trial(
        model=model,
        fold=fold.name,
        seed=seed,
        parameters=cost.parameters,
        macs=cost.macs,
        training_s=training_s,
        testing_ms=milliseconds_per_example(candidate.logits, test),
        outcomes=outcomes(test, candidate.logits(test)),
        outcomes_without={name: outcomes(seen, candidate.logits(seen)) for name, seen in deaf.items()},
        outcomes_int8=() if integers is None else outcomes(test, integers),
    )
    trial.save(file)
    return trial


def report(
    terms: Terms, manifest: DatasetManifest, folds_used: Sequence[str], rows: Sequence[Row], threads: int
) -> str:
    """All tables, with what must be said beside them."""
    unit = "windows" if terms.protocol == "random_window" else "recordings"
    text = f"""# Models compared, protocol `{terms.protocol}`

Data set of {len(manifest.recordings)} recordings, manifest SHA-256 `{terms.dataset_sha256[:16]}...`, made by
`{manifest.command}`. Folds: {", ".join(folds_used)}.

Every model was fitted to the same examples and judged on the same {rows[0].judged} {unit} of
{rows[0].motors} motors. What the front end refused and what lies between two classes is not counted.
In brackets the 95 % interval (Wilson) over {unit} of the mean over the seeds, and the
lowest and the highest seed.
Networks: at most {terms.epochs} epochs of batches of {terms.batch}.
"""
    if terms.protocol == "random_window":
        text += """
**This protocol leaks**: windows of one recording are on both sides of the split, so what it measures is how
well known recordings are told apart. Its interval is over windows, which are not independent.
"""
    text += f"""
{table(rows)}

Parameters: numbers that a model keeps (of an SVM its support vectors, of k-NN all examples, of a forest its
nodes). MACs: multiplications with addition for one example, a forest only compares. Training: time of a fit
with validation. Testing: median time of one example alone, from its images on, on
{best_device().type} with {threads} thread(s).
"""
    if dead := table_without(rows):
        text += f"\nWith one modality dead, beside the other one alone:\n\n{dead}\n"
    if integers := table_int8(rows):
        text += f"\nQuantised; lost are points against float, negative where INT8 gained:\n\n{integers}\n"
    return text


def _agree_on(terms: Terms, out: Path) -> None:
    """Raise ValueError where trials of other terms are in the folder."""
    file = out / "terms.json"
    adapter = TypeAdapter(Terms)
    if file.exists():
        before = adapter.validate_json(file.read_bytes())
        if before != terms:
            raise ValueError(f"{out}: holds trials of other terms, {before}; use another folder or delete it")
    out.mkdir(parents=True, exist_ok=True)
    file.write_bytes(adapter.dump_json(terms))


def _names() -> str:
    return f"some of {', '.join(ENTRANTS)} (default: all but the wide ones)"
