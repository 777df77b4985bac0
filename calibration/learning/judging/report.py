"""The report of an evaluation: figures with their protocol, curves and cautions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from pydantic import TypeAdapter

from calibration.learning.data.examples import DatasetManifest
from calibration.learning.data.protocols import Protocol
from calibration.learning.judging.assessment import RIGHT, Judgement, verdict_confidence
from calibration.learning.training.probability import (
    Point,
    expected_calibration_error,
    point,
    reliability,
    selective_accuracy,
)
from edge_agent.diagnose.manifest import Figure
from edge_agent.diagnose.model import Model
from edge_agent.verdict import CLASSES

MEANING: dict[Protocol, str] = {
    "random_window": "Windows were shuffled, so windows of one recording are in training and in test. "
    "**This leaks**: it says how well known recordings are recognised, and nothing about other motors. "
    "Counts and intervals are over windows.",
    "by_recording": "Recordings were assigned whole; loads and rotors of the test recordings are known from "
    "training. Counts and intervals are over recordings, each judged by its longest window.",
    "leave_one_load_out": "The judged load was not in training; its rotors were. "
    "Counts and intervals are over recordings, each judged by its longest window.",
    "leave_one_motor_out": "No judged motor was in training. "
    "Counts and intervals are over recordings, each judged by its longest window.",
    "leave_one_site_out": "No motor, sensor or supply of the judged site was in training. "
    "Counts and intervals are over recordings, each judged by its longest window.",
}
"""What a figure of each protocol means."""

_EVERY = 4
"""Points of selective accuracy to one row of the table: one for each fifth of the recordings."""
_LOAD_EDGES = (0.0, 0.125, 0.25, 0.5, 0.75, 1.0, np.inf)
"""Bands of load, per unit. Judgement: quarters, and eighths below, where answers change most."""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that one evaluation found."""

    model: str
    """Name of the model."""
    model_sha256: str
    """Hash of its file."""
    dataset_command: str
    """Command that made the data set."""
    dataset_sha256: str
    """Hash of the data set's manifest."""
    protocol: Protocol
    """How the data set was split."""
    fold: str
    """Which of the splits was judged."""
    caution: str
    """Reasons to doubt the figures; empty without any."""
    figures: tuple[Figure, ...]
    """Shares with their intervals."""
    expected_calibration_error: float
    """Of the answer broken or not."""
    confusion: tuple[tuple[int, ...], ...]
    """Clear recordings by true class (row) and by the count that the model names (column)."""
    by_load: dict[str, tuple[Point, ...]]
    """Per figure its share over the mean load of a band of loads."""
    reliability: tuple[Point, ...]
    """Share of right answers, broken or not, over confidence."""
    selective: tuple[Point, ...]
    """Share of right answers, broken or not, over the share of recordings that the surest answers cover."""

    @classmethod
    def of(
        cls,
        model: Model,
        dataset: DatasetManifest,
        dataset_sha256: str,
        fold: str,
        protocol: Protocol,
        judgements: Sequence[Judgement],
        figures: Sequence[Figure],
    ) -> Self:
        """Make the report of judgements and figures.

        Raises ValueError if no judged recording clearly belongs to a class.
        """
        sure, right = verdict_confidence(judgements)
        if not right.size:
            raise ValueError("no judged recording clearly belongs to a class")
        return cls(
            model=model.spec.name,
            model_sha256=model.sha256,
            dataset_command=dataset.command,
            dataset_sha256=dataset_sha256,
            protocol=protocol,
            fold=fold,
            caution=_caution(model, dataset_sha256, protocol, fold),
            figures=tuple(figures),
            expected_calibration_error=expected_calibration_error(sure, right),
            confusion=_confusion(judgements),
            by_load=_by_load(judgements),
            reliability=tuple(reliability(sure, right)),
            selective=tuple(selective_accuracy(sure, right)),
        )

    @property
    def title(self) -> str:
        """Model, protocol and, where there are several, fold."""
        return f"{self.model}: {self.protocol}" + (f", {self.fold}" if self.fold != self.protocol else "")

    def to_json(self) -> bytes:
        """Return everything, for machines."""
        return TypeAdapter(Report).dump_json(self, indent=1)

    def to_markdown(self, pictures: Sequence[str]) -> str:
        """Return everything, for people, with pictures by their file names."""
        unit = "windows" if self.protocol == "random_window" else "recordings"
        parts = [
            f"# {self.title}",
            MEANING[self.protocol],
            *([f"**{self.caution}**"] if self.caution else []),
            f"Model `{self.model_sha256[:16]}`, data set `{self.dataset_sha256[:16]}`, made by "
            f"`{self.dataset_command}`.",
            table(self.figures, unit),
            f"Expected calibration error of broken or not: {self.expected_calibration_error:.3f}",
            "Number of broken bars, true (row) and named by the model (column):",
            _confusion_table(self.confusion),
            f"Broken or not, right, by load per unit, and by the share of {unit} that the surest answers "
            "cover:",
            _curve_table(
                {
                    "load": self.by_load["healthy_against_broken"],
                    "coverage": self.selective[::-_EVERY][::-1],
                },
                unit,
            ),
            *(f"![{name}]({name})" for name in pictures),
        ]
        return "\n\n".join(parts) + "\n"


def table(found: Sequence[Figure], unit: str = "recordings") -> str:
    """Return figures as a Markdown table."""
    lines = [f"| figure | value | 95 % interval | {unit} | motors |", "|---|---|---|---|---|"]
    lines += [
        f"| {f.name} | {100 * f.value:.1f} % | {100 * f.interval[0]:.1f}-{100 * f.interval[1]:.1f} % "
        f"| {f.recordings} | {f.motors} |"
        for f in found
    ]
    return "\n".join(lines)


def _caution(model: Model, dataset_sha256: str, protocol: Protocol, fold: str) -> str:
    """Return how the training of the model differs from what the protocol promises; empty if it does not."""
    training = model.spec.training
    found: list[str] = []
    if training.init is not None:
        found.append(
            f"The model started from the weights of {training.init}: unless those are of ImageNet, they may "
            "have learned from what is judged here."
        )
    if dataset_sha256 != training.dataset_sha256:
        found.append(
            "The model was fitted to another data set: here the protocol only chose what is judged, and "
            "whether the model has met these motors is not known."
        )
    elif (protocol, fold) != (training.protocol, training.fold):
        found.append(
            f"The model was fitted to another part of this data set ({training.protocol}, fold "
            f"{training.fold}): it may have learned from what is judged here."
        )
    return " ".join(found)


def _confusion(judgements: Sequence[Judgement]) -> tuple[tuple[int, ...], ...]:
    """Count clear recordings by true class (row) and named count (column)."""
    counts = np.zeros((len(CLASSES), len(CLASSES)), int)
    for one in judgements:
        if one.entry.trainable:
            counts[one.entry.label, one.estimate] += 1
    return tuple(tuple(row) for row in counts.tolist())


def _by_load(judgements: Sequence[Judgement]) -> dict[str, tuple[Point, ...]]:
    """Return the shares of right answers in each band of loads that has clear recordings."""
    clear = [j for j in judgements if j.entry.trainable]
    load = np.array([j.entry.load for j in clear])
    band = np.digitize(load, _LOAD_EDGES)
    curves: dict[str, tuple[Point, ...]] = {}
    for name, test in RIGHT.items():
        correct = np.array([test(j) for j in clear], bool)
        curves[name] = tuple(
            point(float(load[band == b].mean()), correct[band == b]) for b in np.unique(band)
        )
    return curves


def _curve_table(curves: Mapping[str, Sequence[Point]], unit: str) -> str:
    lines = [f"| of | at | right | 95 % interval | {unit} |", "|---|---|---|---|---|"]
    lines += [
        f"| {name} | {p.x:.2f} | {100 * p.share:.1f} % "
        f"| {100 * p.interval[0]:.1f}-{100 * p.interval[1]:.1f} % | {p.count} |"
        for name, points in curves.items()
        for p in points
    ]
    return "\n".join(lines)


def _confusion_table(counts: Sequence[Sequence[int]]) -> str:
    lines = [f"| | {' | '.join(CLASSES)} |", "|---" * (len(CLASSES) + 1) + "|"]
    lines += [
        f"| **{name}** | {' | '.join(map(str, row))} |" for name, row in zip(CLASSES, counts, strict=True)
    ]
    return "\n".join(lines)
