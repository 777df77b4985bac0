"""Windows of many motors as arrays, made in shards of which a finished one is never made again."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from calibration.learning.conditions.motors import Bench, Example
from calibration.learning.conditions.tokens import GROUPS
from calibration.simulator.graded import CONDITIONS

FIRST_MOTOR = 3_000_000
"""Number of the first motor of seed 0. Judgement: far from 9,100,000, where bench_conditions_simulated.py
begins."""
_SEEDS_APART = 100_000
"""Motors that one seed may use up. Judgement: hundreds of times what a comparison needs."""
_SHARD_MOTORS = 5
"""Judgement: half a minute of work, the most that an interruption costs."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Windows, one a row."""

    motor: NDArray[np.int64]
    """(n,): number of the motor."""
    length_s: NDArray[np.float32]
    """(n,): length of the window, s."""
    truth: NDArray[np.bool_]
    """(n, heads): conditions that the motor has."""
    named: NDArray[np.bool_]
    """(n, heads): conditions that the indicators name."""
    sizes: NDArray[np.float32]
    """(n, conditions): sizes of the graded conditions, ordered as `graded.CONDITIONS`; 0 for none."""
    disturbed: NDArray[np.bool_]
    """(n,): True for a sound motor whose driven machine does not run evenly."""
    tokens: dict[str, NDArray[np.float16]]
    """By group (n, tokens, features), zero where the group could not be made."""
    there: dict[str, NDArray[np.bool_]]
    """By group (n,), True where it could be made."""

    def __len__(self) -> int:
        """Return how many windows there are."""
        return self.motor.size

    def take(self, rows: NDArray[np.int64]) -> Self:
        """Return the windows at these positions."""
        plain = {name: getattr(self, name)[rows] for name in _PLAIN}
        tokens = {name: array[rows] for name, array in self.tokens.items()}
        return type(self)(**plain, tokens=tokens, there={name: own[rows] for name, own in self.there.items()})

    @classmethod
    def join(cls, parts: Sequence[Self]) -> Self:
        """Return the windows of several tables one after the other."""
        plain = {name: np.concatenate([getattr(part, name) for part in parts]) for name in _PLAIN}
        tokens = {name: np.concatenate([part.tokens[name] for part in parts]) for name in GROUPS}
        there = {name: np.concatenate([part.there[name] for part in parts]) for name in GROUPS}
        return cls(**plain, tokens=tokens, there=there)

    def save(self, path: Path) -> None:
        """Write them to an .npz, whole or not at all."""
        arrays = {name: getattr(self, name) for name in _PLAIN}
        arrays |= {f"tokens_{name}": array for name, array in self.tokens.items()}
        arrays |= {f"there_{name}": array for name, array in self.there.items()}
        torn = path.with_suffix(".part.npz")
        np.savez_compressed(torn, **arrays)
        torn.replace(path)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read them."""
        with np.load(path) as file:
            plain = {name: file[name] for name in _PLAIN}
            tokens = {name: file[f"tokens_{name}"] for name in GROUPS}
            return cls(**plain, tokens=tokens, there={name: file[f"there_{name}"] for name in GROUPS})


_PLAIN = tuple(field.name for field in fields(Examples) if field.name not in ("tokens", "there"))


@dataclass(frozen=True, slots=True)
class Task:
    """Work for one worker: a shard of motors."""

    path: Path
    """File to write."""
    motors: tuple[int, ...]
    """Numbers of its motors."""


def tasks(folder: Path, motors: int, seed: int) -> list[Task]:
    """Divide the motors of a seed into shards."""
    first = FIRST_MOTOR + seed * _SEEDS_APART
    numbers = range(first, first + motors)
    return [
        Task(folder / f"motors-{numbers[start]}.npz", tuple(numbers[start : start + _SHARD_MOTORS]))
        for start in range(0, motors, _SHARD_MOTORS)
    ]


def make_shard(task: Task) -> Path:
    """Make a shard unless it is there with the same motors; return its file."""
    if not _is_made(task):
        with threadpool_limits(1):
            windows = [example for number in task.motors for example in Bench(number).examples()]
        table(windows).save(task.path)
    return task.path


def table(windows: Sequence[Example]) -> Examples:
    """Return single windows as arrays."""
    return Examples(
        motor=np.array([own.motor for own in windows], np.int64),
        length_s=np.array([own.length_s for own in windows], np.float32),
        truth=np.stack([own.truth for own in windows]),
        named=np.stack([own.named for own in windows]),
        sizes=np.array([[own.sizes.get(name, 0.0) for name in CONDITIONS] for own in windows], np.float32),
        disturbed=np.array([own.disturbed for own in windows]),
        tokens={name: np.stack([_tokens(own, name) for own in windows]) for name in GROUPS},
        there={name: np.array([name in own.tokens for own in windows]) for name in GROUPS},
    )


def _tokens(example: Example, group: str) -> NDArray[np.float16]:
    shape = (GROUPS[group].tokens, GROUPS[group].features)
    return example.tokens.get(group, np.zeros(shape, np.float16))


def _is_made(task: Task) -> bool:
    if not task.path.exists():
        return False
    made = Examples.load(task.path)
    return tuple(dict.fromkeys(made.motor.tolist())) == task.motors
