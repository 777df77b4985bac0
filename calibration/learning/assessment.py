"""What a model reaches on a split, counted over recordings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.learning.examples import Examples, RecordingEntry
from calibration.learning.probability import expected_calibration_error, wilson_interval
from edge_agent.diagnose.manifest import Figure

PROTOCOL = "leave_one_motor_out"
"""No motor of the judged split was seen in training."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the model says of one recording: of its longest window, as a replay of it would."""

    entry: RecordingEntry
    """The truth."""
    probabilities: NDArray[np.float64]
    """(classes,)."""
    called_broken: bool
    """Whether the threshold was reached."""

    @property
    def truly_broken(self) -> bool:
        """Whether it is to be called broken."""
        return self.entry.label > 0

    @property
    def estimate(self) -> int:
        """Number of broken bars that the model names: the median of its probabilities, none if sound."""
        if not self.called_broken:
            return 0
        return 1 + int(np.argmax(np.cumsum(self.probabilities[1:]) >= self.probabilities[1:].sum() / 2))


def judge(
    probabilities: NDArray[np.float64],
    examples: Examples,
    entries: Sequence[RecordingEntry],
    threshold: float,
) -> list[Judgement]:
    """Give one judgement per recording that has at least one window, from probabilities (n, classes)."""
    longest: dict[int, int] = {}
    for example, recording in enumerate(examples.recording.tolist()):
        best = longest.get(recording)
        if best is None or examples.length_s[example] > examples.length_s[best]:
            longest[recording] = example
    return [
        Judgement(
            entries[recording], probabilities[example], bool(probabilities[example, 1:].sum() >= threshold)
        )
        for recording, example in sorted(longest.items())
    ]


def figures(judgements: Sequence[Judgement], split: str) -> list[Figure]:
    """All figures of a split; recordings between two classes count only where they are named."""
    clear = [j for j in judgements if j.entry.trainable]
    sound = [j for j in clear if not j.truly_broken]
    broken = [j for j in clear if j.truly_broken]
    between = [j for j in judgements if not j.entry.trainable]
    protocol = f"{PROTOCOL}, {split} motors, longest window of each recording"
    rows: list[tuple[str, Sequence[Judgement], Callable[[Judgement], bool]]] = [
        ("healthy_against_broken", clear, lambda j: j.called_broken == j.truly_broken),
        ("exact_count", clear, lambda j: j.estimate == j.entry.label),
        ("within_one_bar", clear, lambda j: abs(j.estimate - j.entry.label) <= 1),
        ("sound_called_broken", sound, lambda j: j.called_broken),
        ("sound_called_two_or_more", sound, lambda j: j.estimate >= 2),
        ("broken_called_healthy", broken, lambda j: not j.called_broken),
        ("between_classes_called_broken", between, lambda j: j.called_broken),
    ]
    rows += [
        (f"sound_called_broken.{name}", [j for j in sound if name in j.entry.conditions], rows[3][2])
        for name in sorted({name for j in sound for name in j.entry.conditions})
    ]
    return [_figure(name, protocol, chosen, test) for name, chosen, test in rows if chosen]


def calibration_error(judgements: Sequence[Judgement]) -> float:
    """Expected calibration error of the answer broken or not, over the clear recordings."""
    clear = [j for j in judgements if j.entry.trainable]
    broken = np.array([j.probabilities[1:].sum() for j in clear])
    called = broken >= 0.5
    right = called == np.array([j.truly_broken for j in clear])
    return expected_calibration_error(np.where(called, broken, 1 - broken), right)


def _figure(
    name: str, protocol: str, judgements: Sequence[Judgement], test: Callable[[Judgement], bool]
) -> Figure:
    count = sum(test(j) for j in judgements)
    return Figure(
        name=name,
        protocol=protocol,
        value=count / len(judgements),
        interval=wilson_interval(count, len(judgements)),
        recordings=len(judgements),
        motors=len({j.entry.motor for j in judgements}),
    )
