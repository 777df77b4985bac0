"""The page of a comparison: networks and indicators side by side, overall and by condition."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from calibration.learning.conditions.examples import Examples
from calibration.learning.conditions.figures import Judge, Share, alarms_of, judged_rows, mean_precision
from calibration.learning.conditions.heads import HEADS
from calibration.learning.conditions.networks import ConditionNetwork
from calibration.learning.conditions.trials import Trial

ALLOWED: dict[str, float | None] = {"2 %": 0.02, "as the indicators": None}
"""Shares of false alarms on the validation motors to which the limits of the networks are set: that of the
acceptance, and those that the indicators have there, condition by condition."""


_BY_VOLTAGE = "supply_event"
"""Head whose indicator needs voltages, which these motors do not have: means are given without it, too."""


def page(examples: Examples, by_kind: Mapping[str, Sequence[Trial]]) -> str:
    """Return the tables as Markdown."""
    trials = next(iter(by_kind.values()))
    seeds, folds = {trial.seed for trial in trials}, {trial.fold.number for trial in trials}
    judged = examples.take(judged_rows(trials))
    motors = np.unique(judged.motor).size
    heads = range(len(HEADS))
    lines = [
        f"{len(judged)} windows of {motors} simulated motors, {len(folds)} folds by motor, "
        f"{len(seeds)} seeds. Shares in percent, mean over the seeds; 95 % intervals over motors.",
        "",
        "Mean over all conditions:",
        "",
        *_overall(examples, by_kind, heads),
        "",
        f"Mean over all but {_BY_VOLTAGE}:",
        "",
        *_overall(examples, by_kind, [k for k in heads if list(HEADS)[k] != _BY_VOLTAGE]),
    ]
    for allowed in ALLOWED:
        lines += ["", *_by_head(examples, by_kind, allowed)]
    return "\n".join(lines) + "\n"


def _overall(
    examples: Examples, by_kind: Mapping[str, Sequence[Trial]], heads: Sequence[int]
) -> Iterator[str]:
    """Yield a row per limit and network: means over some heads, gains, and alarms on sound motors."""
    judge = _judge_of(examples, by_kind)
    named = judge.examples.named.astype(float)
    columns = (
        "false alarms allowed",
        "",
        "average precision",
        "detected",
        "by seed",
        "over the indicators",
        "over concatenation",
        "false alarms",
        "sound, any alarm",
        "sound, uneven load, any alarm",
    )
    yield from _row(*columns)
    yield "|---" * len(columns) + "|"
    of_indicators = judge.mean_detected(named, heads), "-", "-", "-", judge.mean_false(named, heads)
    yield from _row("-", "indicators", "-", *of_indicators, *_sound(judge, named.max(axis=1)))
    for allowed, share in ALLOWED.items():
        alarms = {kind: alarms_of(trials, examples, share) for kind, trials in by_kind.items()}
        plain = alarms.get("concatenation")
        for kind, (own, any_alarm) in alarms.items():
            yield from _row(
                allowed,
                kind,
                f"{mean_precision(by_kind[kind], examples.truth, heads):.3f}",
                judge.mean_detected(own, heads),
                _by_seed(by_kind[kind], examples, judge, share, heads),
                judge.gain(own, named, heads),
                "-" if plain is None or kind == "concatenation" else judge.gain(own, plain[0], heads),
                judge.mean_false(own, heads),
                *_sound(judge, any_alarm),
            )


def _by_seed(
    trials: Sequence[Trial], examples: Examples, judge: Judge, share: float | None, heads: Sequence[int]
) -> str:
    """Spell the mean share detected of each seed, percent."""
    shares = []
    for seed in sorted({trial.seed for trial in trials}):
        alarms, _ = alarms_of([trial for trial in trials if trial.seed == seed], examples, share)
        shares.append(f"{100 * judge.mean_detected(alarms, heads).value:.1f}")
    return ", ".join(shares)


def _judge_of(examples: Examples, by_kind: Mapping[str, Sequence[Trial]]) -> Judge:
    return Judge.of(examples.take(judged_rows(next(iter(by_kind.values())))))


def _sound(judge: Judge, any_alarm: NDArray[np.float64]) -> tuple[Share, Share]:
    return judge.on_sound(any_alarm, disturbed=False), judge.on_sound(any_alarm, disturbed=True)


def costs(by_kind: Mapping[str, Sequence[Trial]]) -> str:
    """Return a table of parameters and of the time of a training, as Markdown."""
    lines = [*_row("", "parameters", "training, s"), "|---|---|---|"]
    for kind, trials in by_kind.items():
        parameters = sum(own.numel() for own in ConditionNetwork(trials[0].kind).parameters())
        lines += _row(kind, f"{parameters:,}", f"{np.mean([trial.training_s for trial in trials]):.0f}")
    return "\n".join(lines) + "\n"


def _by_head(examples: Examples, by_kind: Mapping[str, Sequence[Trial]], allowed: str) -> Iterator[str]:
    """Yield a row per condition: detected and false alarms of the indicators and of each network."""
    judge = _judge_of(examples, by_kind)
    alarms = {"indicators": judge.examples.named.astype(float)}
    alarms |= {kind: alarms_of(trials, examples, ALLOWED[allowed])[0] for kind, trials in by_kind.items()}
    yield f"Detected / false alarms, with limits that allow {allowed} on the validation motors:"
    yield ""
    yield from _row("condition", "windows", *alarms)
    yield "|---" * (2 + len(alarms)) + "|"
    for head, name in enumerate(HEADS):
        cells = [f"{judge.detected(own, head)} / {judge.false(own, head)}" for own in alarms.values()]
        yield from _row(name, int(judge.examples.truth[:, head].sum()), *cells)


def _row(*cells: object) -> Iterator[str]:
    yield f"| {' | '.join(str(cell) for cell in cells)} |"
