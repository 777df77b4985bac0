"""Results of trials: shares of recordings with their intervals, and tables of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from calibration.learning.data.examples import Examples, RecordingEntry
from calibration.learning.data.protocols import Protocol
from calibration.learning.judging.assessment import Judgement, judge
from calibration.learning.training.probability import wilson_interval

_BROKEN = 0.5
"""Probability from which an answer is broken: that of a shipped model, too."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One answer and the truth, of a recording, or of a window where windows are judged."""

    motor: str
    """Which motor it was."""
    label: int
    """True class, 0 to 4."""
    called_broken: bool
    """True if the model called it broken."""
    estimate: int
    """Broken bars by the model."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One model, fitted to one fold with one seed, and what it answered on the fold's test part."""

    model: str
    """Its name."""
    fold: str
    """Name of the fold."""
    seed: int
    """Of the weights, the order and the augmentation."""
    parameters: int
    """Numbers that it keeps."""
    macs: int
    """Multiplications with addition for one example."""
    training_s: float
    """Time of the fit, s."""
    testing_ms: float
    """Time to answer one example, ms."""
    outcomes: tuple[Outcome, ...]
    """On the test part."""
    outcomes_without: dict[str, tuple[Outcome, ...]]
    """The same with one modality dead, by its name; empty for models not trained to do without."""
    outcomes_int8: tuple[Outcome, ...] = ()
    """The same of the model in INT8, in the same order; empty if it was not quantised."""

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote; raises FileNotFoundError or ValueError."""
        return TypeAdapter(cls).validate_json(path.read_bytes())

    def save(self, path: Path) -> None:
        """Write it as a whole or not at all."""
        temporary = path.with_suffix(".part")
        temporary.write_bytes(TypeAdapter(type(self)).dump_json(self))
        temporary.replace(path)


def answer(
    protocol: Protocol,
    probabilities: NDArray[np.float64],
    examples: Examples,
    entries: Sequence[RecordingEntry],
) -> tuple[Outcome, ...]:
    """Return the outcomes of probabilities (n, classes), one per recording: that of its longest window.

    With `random_window` a recording has windows on both sides of the split, so there each window counts.
    Recordings between two classes are left out.
    """
    if protocol == "random_window":
        judgements = [
            Judgement(entries[recording], own, bool(own[1:].sum() >= _BROKEN))
            for recording, own in zip(examples.recording.tolist(), probabilities, strict=True)
        ]
    else:
        judgements = judge(probabilities, examples, entries, _BROKEN)
    return tuple(
        Outcome(j.entry.motor, j.entry.label, j.called_broken, j.estimate)
        for j in judgements
        if j.entry.trainable
    )


@dataclass(frozen=True, slots=True)
class Share:
    """A share of right answers, over several seeds."""

    mean: float
    """Mean over the seeds."""
    interval: tuple[float, float]
    """95 % confidence interval of that mean over recordings (Wilson)."""
    lowest: float
    """Of the seeds."""
    highest: float
    """Of the seeds."""


_RIGHT: Mapping[str, Callable[[Outcome], bool]] = {
    "exact": lambda o: o.estimate == o.label,
    "detection": lambda o: o.called_broken == (o.label > 0),
    "within_one": lambda o: abs(o.estimate - o.label) <= 1,
}


@dataclass(frozen=True, slots=True)
class Int8Result:
    """One model in INT8, compared with its float form."""

    exact: Share
    """Right class of 0 to 4."""
    detection: Share
    """Healthy against broken, right."""
    flipped: float
    """Share of all answers whose verdict, broken or not, differs from the one in float."""
    exact_by_fold: dict[str, float]
    """Right class by the fold's name, mean over the seeds."""


@dataclass(frozen=True, slots=True)
class Row:
    """One model in the table."""

    model: str
    """Its name."""
    seeds: int
    """Seeds it was trained with."""
    judged: int
    """Recordings, or windows, behind every share."""
    motors: int
    """Motors among them."""
    exact: Share
    """Right class of 0 to 4."""
    detection: Share
    """Healthy against broken, right."""
    within_one: Share
    """At most one bar off."""
    parameters: int
    """Numbers that it keeps; the mean over trials."""
    macs: int
    """Multiplications for one example; the mean over trials."""
    training_s: float
    """Time of a fit, s; the mean over trials."""
    testing_ms: float
    """Time to answer one example, ms; the mean over trials."""
    exact_without: dict[str, Share]
    """Right class with one modality dead, by its name."""
    detection_without: dict[str, Share]
    """Healthy against broken with one modality dead, by its name."""
    int8: Int8Result | None = None
    """Its results in INT8; None if it was not quantised."""

    def to_dict(self) -> dict[str, Any]:
        """Return the plain form for JSON."""
        return asdict(self)


def row(trials: Sequence[Trial]) -> Row:
    """Return the row of one model's trials; the folds of a seed count as one test."""
    seeds = {seed: [t for t in trials if t.seed == seed] for seed in sorted({t.seed for t in trials})}

    def share(kind: str, dead: str | None = None) -> Share:
        return _share(_RIGHT[kind], [_pooled(of_seed, dead) for of_seed in seeds.values()])

    first = _pooled(next(iter(seeds.values())), None)
    deaths = list(trials[0].outcomes_without)
    return Row(
        model=trials[0].model,
        seeds=len(seeds),
        judged=len(first),
        motors=len({o.motor for o in first}),
        exact=share("exact"),
        detection=share("detection"),
        within_one=share("within_one"),
        parameters=round(np.mean([t.parameters for t in trials])),
        macs=round(np.mean([t.macs for t in trials])),
        training_s=float(np.mean([t.training_s for t in trials])),
        testing_ms=float(np.mean([t.testing_ms for t in trials])),
        exact_without={name: share("exact", name) for name in deaths},
        detection_without={name: share("detection", name) for name in deaths},
        int8=_integers(trials) if all(t.outcomes_int8 for t in trials) else None,
    )


def table(rows: Sequence[Row]) -> str:
    """Return all models as a Markdown table."""
    lines = [
        "| model | exact class | healthy against broken | within one bar"
        " | seeds | parameters | MACs | training, s | testing, ms |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {r.model} | {_text(r.exact)} | {_text(r.detection)} | {_text(r.within_one)} | {r.seeds}"
        f" | {r.parameters:,} | {r.macs:,} | {r.training_s:.1f} | {r.testing_ms:.2f} |"
        for r in rows
    ]
    return "\n".join(lines)


def table_without(rows: Sequence[Row]) -> str:
    """Return a table of fused models with a modality dead, beside the other one alone; empty without any."""
    alone = {r.model: r for r in rows}
    lines = [
        f"| {r.model}, {name} dead | {_text(r.exact_without[name])} | {_text(r.detection_without[name])} |"
        for r in rows
        for name in r.exact_without
    ]
    if not lines:
        return ""
    lines += [
        f"| {name} alone | {_text(alone[name].exact)} | {_text(alone[name].detection)} |"
        for name in ("current", "vibration")
        if name in alone
    ]
    return "\n".join(["| model | exact class | healthy against broken |", "|---|---|---|", *lines])


def table_int8(rows: Sequence[Row]) -> str:
    """Return a table of quantised models beside their float form; empty without any."""
    quantised = [(r, r.int8) for r in rows if r.int8 is not None]
    if not quantised:
        return ""
    lines = [
        "| model in INT8 | exact class | lost | healthy against broken | lost | verdicts flipped |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {r.model} | {_text(own.exact)} | {100 * (r.exact.mean - own.exact.mean):.2f} "
        f"| {_text(own.detection)} | {100 * (r.detection.mean - own.detection.mean):.2f} "
        f"| {100 * own.flipped:.2f} % |"
        for r, own in quantised
    ]
    folds = list(quantised[0][1].exact_by_fold)
    if len(folds) > 1:
        lines += [
            "",
            f"| exact class in INT8 | {' | '.join(folds)} | mean |",
            "|---" * (len(folds) + 2) + "|",
        ]
        lines += [
            f"| {r.model} | {' | '.join(f'{100 * share:.1f} %' for share in own.exact_by_fold.values())} "
            f"| {100 * float(np.mean(list(own.exact_by_fold.values()))):.1f} % |"
            for r, own in quantised
        ]
    return "\n".join(lines)


def _integers(trials: Sequence[Trial]) -> Int8Result:
    seeds = sorted({t.seed for t in trials})
    pooled = [[o for t in trials if t.seed == seed for o in t.outcomes_int8] for seed in seeds]
    pairs = [pair for t in trials for pair in zip(t.outcomes, t.outcomes_int8, strict=True)]
    names = list(dict.fromkeys(t.fold for t in trials))
    exact = _RIGHT["exact"]
    return Int8Result(
        exact=_share(exact, pooled),
        detection=_share(_RIGHT["detection"], pooled),
        flipped=float(np.mean([a.called_broken != b.called_broken for a, b in pairs])),
        exact_by_fold={
            name: float(np.mean([exact(o) for t in trials if t.fold == name for o in t.outcomes_int8]))
            for name in names
        },
    )


def _pooled(trials: Sequence[Trial], dead: str | None) -> list[Outcome]:
    """Return the outcomes of all folds of one seed, as they are or with a modality dead."""
    return [o for t in trials for o in (t.outcomes if dead is None else t.outcomes_without[dead])]


def _share(right: Callable[[Outcome], bool], seeds: Sequence[Sequence[Outcome]]) -> Share:
    shares = [float(np.mean([right(o) for o in outcomes])) for outcomes in seeds]
    mean = float(np.mean(shares))
    count = len(seeds[0])
    return Share(mean, wilson_interval(round(mean * count), count), min(shares), max(shares))


def _text(share: Share) -> str:
    low, high = (100 * limit for limit in share.interval)
    spread = (
        "" if share.lowest == share.highest else f"; seeds {100 * share.lowest:.1f}-{100 * share.highest:.1f}"
    )
    return f"{100 * share.mean:.1f} % ({low:.1f}-{high:.1f}{spread})"
