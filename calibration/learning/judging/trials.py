"""Trials of several models under the same terms, each run only once."""

from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from calibration.learning.data.examples import DatasetManifest, Examples
from calibration.learning.data.modalities import without
from calibration.learning.data.protocols import Fold, Protocol
from calibration.learning.judging.candidates import ENTRANTS
from calibration.learning.judging.comparison import (
    Outcome,
    Row,
    Trial,
    answer,
    table,
    table_int8,
    table_without,
)
from calibration.learning.network.cost import milliseconds_per_example
from calibration.learning.training.place import best_device
from calibration.learning.training.probability import fit_temperature
from calibration.learning.training.trainer import TrainingSpec
from edge_agent.diagnose.model import softmax


@dataclass(frozen=True, slots=True)
class Terms:
    """What all trials of a comparison have in common; otherwise their figures could not be compared."""

    dataset_sha256: str
    """Hash of the data set's manifest."""
    protocol: Protocol
    """How the examples are split."""
    epochs: int
    """Passes over the training examples, at most."""
    batch: int
    """Examples per step."""
    int8: bool = False
    """True if each network is judged in INT8, too."""


def agree_on(terms: Terms, out: Path) -> None:
    """Note the terms in the folder; raises ValueError if it holds trials of other terms."""
    file = out / "terms.json"
    adapter = TypeAdapter(Terms)
    if file.exists():
        before = adapter.validate_json(file.read_bytes())
        if before != terms:
            raise ValueError(f"{out}: holds trials of other terms, {before}; use another folder or delete it")
    out.mkdir(parents=True, exist_ok=True)
    file.write_bytes(adapter.dump_json(terms))


def run_trial(
    terms: Terms,
    manifest: DatasetManifest,
    examples: Examples,
    fold: Fold,
    model: str,
    seed: int,
    folder: Path,
) -> Trial:
    """Fit and test one model, or return what an earlier run found; the training prints to a file."""
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


def comparison_page(
    terms: Terms, manifest: DatasetManifest, folds_used: Sequence[str], rows: Sequence[Row], threads: int
) -> str:
    """Return the page with all tables and their cautions."""
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
**This protocol leaks**: windows of one recording are on both sides of the split, so it measures how well
known recordings are distinguished. Its interval is over windows, which are not independent.
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
