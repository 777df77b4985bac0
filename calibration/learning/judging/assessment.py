"""Judgements of recordings, and the figures that count them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.learning.data.examples import Examples, RecordingEntry
from calibration.learning.data.protocols import Protocol
from calibration.learning.shipping.inference import ask
from calibration.learning.training.probability import wilson_interval
from edge_agent.diagnose.manifest import Figure
from edge_agent.diagnose.model import Model

LOADED = 0.25
"""Load, per unit, from which figures are also given apart. Judgement: below it sidebands are hard to see."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The model's answer to one recording, that is, to its longest window, as in a replay."""

    entry: RecordingEntry
    """The truth."""
    probabilities: NDArray[np.float64]
    """(classes,)."""
    called_broken: bool
    """True if the threshold was reached."""
    out_of_domain: bool = False
    """True if the agent would discard the answer, the window being too far from training."""

    @property
    def truly_broken(self) -> bool:
        """True if the right answer is broken."""
        return self.entry.label > 0

    @property
    def sound(self) -> bool:
        """True if the right answer is clearly not broken."""
        return self.entry.trainable and not self.truly_broken

    @property
    def estimate(self) -> int:
        """Number of broken bars that the model names: the median of its probabilities, none if sound."""
        if not self.called_broken:
            return 0
        return 1 + int(np.argmax(np.cumsum(self.probabilities[1:]) >= self.probabilities[1:].sum() / 2))


Test = Callable[[Judgement], bool]

RIGHT: Mapping[str, Test] = {
    "healthy_against_broken": lambda j: j.called_broken == j.truly_broken,
    "exact_count": lambda j: j.estimate == j.entry.label,
    "within_one_bar": lambda j: abs(j.estimate - j.entry.label) <= 1,
}
"""What counts as right, for recordings that clearly belong to a class."""

_ALL: Sequence[tuple[str, Test, Test]] = (
    *((name, lambda j: j.entry.trainable, test) for name, test in RIGHT.items()),
    ("sound_called_broken", lambda j: j.sound, lambda j: j.called_broken),
    ("sound_called_two_or_more", lambda j: j.sound, lambda j: j.estimate >= 2),
    ("broken_called_healthy", lambda j: j.truly_broken, lambda j: not j.called_broken),
    ("between_classes_called_broken", lambda j: not j.entry.trainable, lambda j: j.called_broken),
    ("refused_out_of_domain", lambda _: True, lambda j: j.out_of_domain),
)
"""Name of a figure, the recordings that it is about, and what it counts."""


def judge(
    probabilities: NDArray[np.float64],
    examples: Examples,
    entries: Sequence[RecordingEntry],
    threshold: float,
    protocol: Protocol = "leave_one_motor_out",
    out_of_domain: NDArray[np.bool_] | None = None,
) -> list[Judgement]:
    """Return one judgement per recording that has a window, from probabilities (n, classes).

    With shuffled windows a recording is on both sides of the split, so there each window counts.
    `out_of_domain` (n,) marks the windows that the agent would refuse; by default none.
    """
    chosen = range(len(examples)) if protocol == "random_window" else _longest_windows(examples)
    refused = np.zeros(len(examples), bool) if out_of_domain is None else out_of_domain
    return [
        Judgement(
            entries[int(examples.recording[i])],
            probabilities[i],
            bool(probabilities[i, 1:].sum() >= threshold),
            bool(refused[i]),
        )
        for i in chosen
    ]


def judge_model(
    model: Model, examples: Examples, entries: Sequence[RecordingEntry], protocol: Protocol
) -> list[Judgement]:
    """Return the model file's judgements of the recordings of some examples; see `judge`."""
    beliefs = ask(model, examples)
    return judge(
        np.array([belief.probabilities for belief in beliefs]),
        examples,
        entries,
        model.spec.thresholds.broken,
        protocol,
        np.array([belief.out_of_domain for belief in beliefs]),
    )


def figures(judgements: Sequence[Judgement], protocol: str) -> list[Figure]:
    """Return all figures; recordings between two classes count only in the figure that names them."""
    loaded = [j for j in judgements if j.entry.load >= LOADED]
    found = [share(name, protocol, judgements, who, what) for name, who, what in _ALL]
    found += [share(f"{name}.load_25", protocol, loaded, who, what) for name, who, what in _ALL[:5]]
    for phases in sorted({j.entry.phases for j in loaded} - {0}):
        own = [j for j in loaded if j.entry.phases == phases]
        found += headlines(own, protocol, f"phases_{phases}.load_25")
    conditions = sorted({name for j in judgements if j.sound for name in j.entry.conditions})
    for condition in conditions:
        own = [j for j in judgements if condition in j.entry.conditions]
        found.append(share(f"sound_called_broken.{condition}", protocol, own, *_ALL[3][1:]))
    return [figure for figure in found if figure.recordings]


def headlines(judgements: Sequence[Judgement], protocol: str, suffix: str) -> list[Figure]:
    """Return the shares of right answers under another condition, which the suffix names."""
    return [
        share(f"{name}.{suffix}", protocol, judgements, lambda j: j.entry.trainable, test)
        for name, test in RIGHT.items()
    ]


def against_float(integers: Sequence[Judgement], floats: Sequence[Judgement], protocol: str) -> list[Figure]:
    """Return what INT8 changes, verdicts flipped and accuracy lost; both lists hold the same recordings."""
    pairs = list(zip(integers, floats, strict=True))
    flipped = sum(i.called_broken != f.called_broken for i, f in pairs)
    found = [
        _figure("int8_flips_verdict", protocol, integers, flipped / len(pairs), _interval(flipped, pairs))
    ]
    clear = [(i, f) for i, f in pairs if i.entry.trainable]
    for name, right in RIGHT.items():
        lost = sum(right(f) and not right(i) for i, f in clear)
        won = sum(right(i) and not right(f) for i, f in clear)
        (lost_low, lost_high), (won_low, won_high) = _interval(lost, clear), _interval(won, clear)
        # Wider than a paired interval, but not of no width where both agree on every recording.
        interval = (lost_low - won_high, lost_high - won_low)
        value = (lost - won) / max(len(clear), 1)
        found.append(_figure(f"int8_loses.{name}", protocol, [i for i, _ in clear], value, interval))
    return found


def verdict_confidence(judgements: Sequence[Judgement]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the confidence in the answer broken or not, (n,), and True where it is right, (n,).

    For the n recordings that clearly belong to a class.
    """
    clear = [j for j in judgements if j.entry.trainable]
    broken = np.array([j.probabilities[1:].sum() for j in clear])
    called = broken >= 0.5
    right = called == np.array([j.truly_broken for j in clear])
    return np.where(called, broken, 1 - broken), right


def share(name: str, protocol: str, judgements: Sequence[Judgement], who: Test, what: Test) -> Figure:
    """Return the share of `what` among the recordings that `who` selects."""
    asked = [j for j in judgements if who(j)]
    count = sum(what(j) for j in asked)
    return _figure(name, protocol, asked, count / max(len(asked), 1), _interval(count, asked))


def _longest_windows(examples: Examples) -> list[int]:
    """Return the number of the longest window of each recording, in the order of the recordings."""
    longest: dict[int, int] = {}
    for example, recording in enumerate(examples.recording.tolist()):
        best = longest.get(recording)
        if best is None or examples.length_s[example] > examples.length_s[best]:
            longest[recording] = example
    return [example for _, example in sorted(longest.items())]


def _interval(count: int, asked: Sequence[object]) -> tuple[float, float]:
    return wilson_interval(count, len(asked))


def _figure(
    name: str, protocol: str, asked: Sequence[Judgement], value: float, interval: tuple[float, float]
) -> Figure:
    motors = len({j.entry.motor for j in asked})
    return Figure(name, protocol, value, interval, recordings=len(asked), motors=motors)
