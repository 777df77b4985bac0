"""Images of a window, and of the sound motor where they are known, as tokens of the networks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.learning.conditions.current_images import FRAMES, current_images
from calibration.learning.conditions.vibration_images import ORDERS, comb, vibration_images
from edge_agent.conditions.seen import Seen

Floats = NDArray[np.float64]
Images = Mapping[str, Floats]
"""Images of a window by name."""


@dataclass(frozen=True, slots=True)
class Group:
    """Tokens of one kind."""

    modality: str
    """`current` or `vibration`."""
    tokens: int
    """How many."""
    own: int
    """Features that the window has by itself; they come first."""
    growth: int
    """Features that compare it with the sound motor; zero where that is not known."""

    @property
    def features(self) -> int:
        """All of them."""
        return self.own + self.growth


GROUPS: Mapping[str, Group] = {
    "orders": Group("vibration", ORDERS, 16, 16),
    "envelope": Group("vibration", ORDERS, 16 * 6, 16 * 3),
    "bands": Group("vibration", 1, 6, 4),
    "spectrum": Group("current", 6, 16, 16),
    "sidebands": Group("current", 8, 8 * 8 * 4, 0),
    "course": Group("current", FRAMES // 2, 10, 6),
    "line": Group("current", 1, 8, 5),
}
"""By name, in the order in which the tokens of a modality stand."""
MODALITIES = ("current", "vibration")
"""Both of them."""
_DB = 10.0
"""Decibels that become 1: features then lie within a few units of zero. Judgement."""
_SHARES = 20.0
"""Features of a negative share of 1: a turn short of middle size then makes about 1. Judgement."""


def images_of(seen: Seen) -> dict[str, Floats]:
    """Return all images of a window that can be made of it."""
    return {**vibration_images(seen), **current_images(seen)}


def normal_images(windows: Sequence[Images]) -> dict[str, Floats]:
    """Return the mean images of sound windows, as far as each shows them; empty without any."""
    names = {name for images in windows for name in images}
    return {name: np.mean([own[name] for own in windows if name in own], axis=0) for name in sorted(names)}


def tokens_of(seen: Seen, images: Images, normal: Images) -> dict[str, NDArray[np.float16]]:
    """Return the tokens of a window by group, (tokens, features); a group that cannot be made is left out.

    `normal` are images of the sound motor, empty if it is not known. `seen` gives the bearing.
    """
    teeth = comb(seen.nameplate.bearing)
    makers: dict[str, tuple[str, Callable[[], Floats]]] = {
        "orders": ("orders", lambda: _orders(images, normal)),
        "envelope": ("floor", lambda: _envelope(images, normal, teeth)),
        "bands": ("level", lambda: _bands(images, normal)),
        "spectrum": ("spectrum", lambda: _spectrum(images, normal)),
        "sidebands": ("sidebands", lambda: images["sidebands"].reshape(8, -1)),
        "course": ("course", lambda: _course(images, normal)),
        "line": ("line", lambda: _line(images, normal)),
    }
    return {name: make().astype(np.float16) for name, (needed, make) in makers.items() if needed in images}


def _orders(images: Images, normal: Images) -> Floats:
    level = images["orders"]
    own = _clip((level - np.median(level)) / _DB)
    return _cut([own, _grown(level, normal, "orders")], ORDERS)


def _envelope(images: Images, normal: Images, teeth: Floats) -> Floats:
    struck = np.zeros_like(images["struck"])
    if "level" in normal:
        struck = _clip((images["struck"] - normal["level"][:, np.newaxis]) / _DB)
    reached = images["floor"] > -100.0
    return _cut(
        [*np.where(reached, images["floor"] / _DB, 0.0), *teeth, *np.where(reached, struck, 0.0)], ORDERS
    )


def _bands(images: Images, normal: Images) -> Floats:
    reached = images["level"] > -200.0
    own = np.where(reached, np.stack([images["kurtosis"], images["shaft"]]), 0.0)
    growth = np.where(reached, _grown(images["level"], normal, "level"), 0.0)
    return np.concatenate([own.ravel(), growth, [float("level" in normal)]])[np.newaxis]


def _spectrum(images: Images, normal: Images) -> Floats:
    level = images["spectrum"]
    own = _clip((level + 60.0) / (2 * _DB))
    return _cut([own, _grown(level, normal, "spectrum")], GROUPS["spectrum"].tokens)


def _course(images: Images, normal: Images) -> Floats:
    course = images["course"]
    level = course[:, 0]
    own = [level / _DB, _clip(level - np.median(level)), _clip(course[:, 1]), *(_SHARES * course[:, 2:].T)]
    growth = [np.zeros(FRAMES)] * 3
    if "course" in normal:
        usual = normal["course"].mean(axis=0)
        moved = (course[:, 2:] - usual[2:]) * _comparable(images, normal)
        growth = [level - usual[0], *(_SHARES * moved).T]
    return _cut([_clip(row) for row in (*own, *growth)], FRAMES // 2)


def _line(images: Images, normal: Images) -> Floats:
    level, _, real, imaginary = np.median(images["course"], axis=0)
    size = np.log10(np.hypot(real, imaginary) + 1e-3) + 2.0
    own = [*images["line"], level / _DB, _SHARES * real, _SHARES * imaginary, size]
    growth = [0.0] * 5
    if "course" in normal:
        usual, _, real_usual, imaginary_usual = np.median(normal["course"], axis=0)
        moved = np.array([real - real_usual, imaginary - imaginary_usual]) * _comparable(images, normal)
        growth = [*(_SHARES * moved), np.log10(np.hypot(*moved) + 1e-3) + 2.0, level - usual, 1.0]
    return _clip(np.array([[*own, *growth]]))


def _comparable(images: Images, normal: Images) -> float:
    """Return 1 if the phases come in the order of the normal, else 0: shares then do not compare."""
    return float(np.array_equal(images["order"], normal["order"]))


def _grown(level: Floats, normal: Images, name: str) -> Floats:
    return _clip((level - normal[name]) / _DB) if name in normal else np.zeros_like(level)


def _cut(rows: Sequence[Floats], tokens: int) -> Floats:
    """Cut rows (n,) into as many tokens, each with its piece of every row, (tokens, rows x n / tokens)."""
    return np.stack(rows).reshape(len(rows), tokens, -1).swapaxes(0, 1).reshape(tokens, -1)


def _clip(values: Floats) -> Floats:
    """Bound features: a level of nothing at all says no more than a very low one."""
    return np.clip(values, -5.0, 5.0)
