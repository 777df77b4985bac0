"""Each network fitted to each fold with each seed, and its scores on motors that it has not seen."""

import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from calibration.learning.conditions.examples import Examples
from calibration.learning.conditions.folds import Fold
from calibration.learning.conditions.networks import ConditionNetwork, Kind
from calibration.learning.conditions.training import Spec, fit, limits, scores

_WEIGHTS, _SCORES, _TERMS = "weights.pt", "scores.npz", "terms.json"


@dataclass(frozen=True, slots=True)
class Trial:
    """One network and what it makes of the windows that it was not fitted to."""

    kind: Kind
    """Which network."""
    fold: Fold
    """Which motors were left out."""
    seed: int
    """Of weights, order and augmentation."""
    validation: NDArray[np.float64]
    """(n, heads): logits of the fold's validation windows."""
    test: NDArray[np.float64]
    """(n, heads): logits of its test windows."""
    training_s: float
    """Time that the fit took, s."""


def run_trials(
    examples: Examples, folds: list[Fold], kinds: list[Kind], seeds: list[int], spec: Spec, folder: Path
) -> Iterator[Trial]:
    """Yield each trial; one that `folder` holds from an earlier run on the same terms is not made again."""
    for fold in folds:
        for seed in seeds:
            for kind in kinds:
                own = trial_folder(folder, kind, fold.number, seed)
                yield run_trial(examples, fold, kind, replace(spec, seed=seed), own)


def trial_folder(folder: Path, kind: Kind, fold: int, seed: int) -> Path:
    """Return where a trial is kept."""
    return folder / kind / f"fold-{fold}" / f"seed-{seed}"


def run_trial(examples: Examples, fold: Fold, kind: Kind, spec: Spec, folder: Path) -> Trial:
    """Fit a network to a fold and score the others, or read what an earlier run kept."""
    terms = {
        **asdict(spec),
        "motors": np.unique(examples.motor[fold.train]).tolist(),
        "windows": len(examples),
    }
    kept = _read(folder, terms)
    if kept is None:
        started = time.monotonic()
        network = fit(kind, examples.take(fold.train), spec)
        took_s = time.monotonic() - started
        validation, test = (scores(network, examples.take(rows)) for rows in (fold.validation, fold.test))
        kept = validation, test, took_s
        folder.mkdir(parents=True, exist_ok=True)
        torch.save(network.state_dict(), folder / _WEIGHTS)
        rows, file = fold.validation, folder / _SCORES
        np.savez(file, validation=validation, validation_rows=rows, test=test, training_s=took_s)
        (folder / _TERMS).write_text(json.dumps(terms))  # the last file: without it the trial is made again
    return Trial(kind, fold, spec.seed, *kept)


def limits_of(logits: NDArray[np.float64], windows: Examples, allowed: float | None) -> NDArray[np.float64]:
    """Return (heads,): the limits of a network by windows that it was not fitted to.

    Args:
        logits: (n, heads) of these windows.
        windows: the n windows.
        allowed: share of false alarms of each head on them; None for those that the indicators have there.
    """
    if allowed is None:
        without = np.maximum((~windows.truth).sum(axis=0), 1)
        return limits(logits, windows.truth, (windows.named & ~windows.truth).sum(axis=0) / without)
    return limits(logits, windows.truth, np.full(logits.shape[1], allowed))


def limits_in(folder: Path, examples: Examples, allowed: float | None) -> NDArray[np.float64]:
    """Return (heads,): the limits of a trial that `folder` keeps; `examples` are all windows of its run."""
    with np.load(folder / _SCORES) as file:
        return limits_of(file["validation"], examples.take(file["validation_rows"]), allowed)


def network_in(folder: Path, kind: Kind) -> ConditionNetwork:
    """Return the network of a trial."""
    network = ConditionNetwork(kind)
    network.load_state_dict(torch.load(folder / _WEIGHTS, weights_only=True))
    return network.eval()


def _read(folder: Path, terms: object) -> tuple[NDArray[np.float64], NDArray[np.float64], float] | None:
    if not (folder / _TERMS).exists() or json.loads((folder / _TERMS).read_text()) != terms:
        return None
    with np.load(folder / _SCORES) as file:
        return file["validation"], file["test"], float(file["training_s"])
