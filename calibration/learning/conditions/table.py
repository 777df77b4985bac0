"""The page of a comparison: networks and indicators side by side, overall and by condition."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from calibration.learning.conditions.examples import Examples
from calibration.learning.conditions.figures import Alarms, Judge, alarms_of, mean_precision
from calibration.learning.conditions.heads import HEADS
from calibration.learning.conditions.networks import ConditionNetwork
from calibration.learning.conditions.training import ALARMS
from calibration.learning.conditions.trials import Trial

ALLOWED = (ALARMS, 0.0)
"""Shares of false alarms on the validation motors from which limits are set: that of the acceptance, and
none, where the indicators are."""


def page(examples: Examples, by_kind: Mapping[str, Sequence[Trial]]) -> str:
    """Return the tables as Markdown."""
    trials = next(iter(by_kind.values()))
    seeds, folds = {trial.seed for trial in trials}, {trial.fold.number for trial in trials}
    motors = np.unique(examples.motor).size
    lines = [
        f"{len(examples)} windows of {motors} simulated motors, {len(folds)} folds by motor, "
        f"{len(seeds)} seeds. Shares in percent, mean over the seeds; 95 % intervals over motors.",
        "",
        *_overall(examples, by_kind),
    ]
    for allowed in ALLOWED:
        lines += ["", *_by_head(examples, by_kind, allowed)]
    return "\n".join(lines) + "\n"


def _overall(examples: Examples, by_kind: Mapping[str, Sequence[Trial]]) -> Iterator[str]:
    """Yield one row per network and limit: means over the heads, and alarms on sound motors."""
    judge, named = Judge.of(examples), examples.named.astype(float)
    yield from _row(
        "",
        "parameters",
        "training, s",
        "average precision",
        "false alarms allowed",
        "detected",
        "over the indicators",
        "false alarms",
        "sound, any alarm",
        "sound, uneven load, any alarm",
    )
    yield "|---" * 10 + "|"
    yield from _row("indicators", "-", "-", "-", "-", *_means(judge, named, named, named.max(axis=1)))
    for kind, trials in by_kind.items():
        parameters = sum(own.numel() for own in ConditionNetwork(trials[0].kind).parameters())
        seconds = np.mean([trial.training_s for trial in trials])
        precision = np.mean(mean_precision(trials, examples.truth))
        for allowed in ALLOWED:
            alarms, any_alarm = alarms_of(trials, examples, allowed)
            means = _means(judge, alarms, named, any_alarm)
            yield from _row(
                kind, f"{parameters:,}", f"{seconds:.0f}", f"{precision:.3f}", f"{allowed:.0%}", *means
            )


def _means(judge: Judge, alarms: Alarms, named: Alarms, any_alarm: Alarms) -> tuple[object, ...]:
    return (
        judge.mean_detected(alarms),
        "-" if alarms is named else judge.gain(alarms, named),
        judge.mean_false(alarms),
        judge.on_sound(any_alarm, False),
        judge.on_sound(any_alarm, True),
    )


def _by_head(examples: Examples, by_kind: Mapping[str, Sequence[Trial]], allowed: float) -> Iterator[str]:
    """Yield a row per condition: detected and false alarms of the indicators and of each network."""
    judge = Judge.of(examples)
    alarms = {"indicators": examples.named.astype(float)}
    alarms |= {kind: alarms_of(trials, examples, allowed)[0] for kind, trials in by_kind.items()}
    yield f"Limits at which {allowed:.0%} of the validation windows would alarm; detected / false alarms:"
    yield ""
    yield from _row("condition", "windows", *alarms)
    yield "|---" * (2 + len(alarms)) + "|"
    for head, name in enumerate(HEADS):
        cells = [f"{judge.detected(own, head)} / {judge.false(own, head)}" for own in alarms.values()]
        yield from _row(name, int(examples.truth[:, head].sum()), *cells)


def _row(*cells: object) -> Iterator[str]:
    yield f"| {' | '.join(str(cell) for cell in cells)} |"
