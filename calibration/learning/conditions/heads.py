"""What the networks are asked: one head per condition, and which indicators answer the same question."""

from collections.abc import Collection, Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from edge_agent.verdict import Fault

HEADS: Mapping[str, tuple[frozenset[str], frozenset[Fault]]] = {
    "asymmetry": (
        frozenset({"turn_short", "winding", "supply_unbalance"}),
        frozenset({Fault.STATOR_ASYMMETRY, Fault.PHASE_UNBALANCE}),
    ),
    "overload": (frozenset({"overload"}), frozenset({Fault.OVERLOAD})),
    "underload": (frozenset({"underload"}), frozenset({Fault.UNDERLOAD})),
    "supply_event": (frozenset({"sag", "swell", "frequency_step"}), frozenset({Fault.SUPPLY_EVENT})),
    "bearing_outer": (frozenset({"bearing_outer"}), frozenset({Fault.BEARING_OUTER})),
    "bearing_inner": (frozenset({"bearing_inner"}), frozenset({Fault.BEARING_INNER})),
    "bearing_ball": (frozenset({"bearing_ball"}), frozenset({Fault.BEARING_BALL})),
    "bearing": (
        frozenset({"bearing_outer", "bearing_inner", "bearing_ball"}),
        frozenset({Fault.BEARING_OUTER, Fault.BEARING_INNER, Fault.BEARING_BALL, Fault.BEARING_UNKNOWN}),
    ),
    "unbalance": (frozenset({"unbalance"}), frozenset({Fault.UNBALANCE})),
    "misalignment": (frozenset({"misalignment"}), frozenset({Fault.MISALIGNMENT})),
    "looseness": (frozenset({"looseness"}), frozenset({Fault.LOOSENESS})),
}
"""By the name of a head, the graded conditions of the simulator that it stands for, and the indicators.

Without voltages an uneven supply cannot be told from a winding, so both are one head. `bearing` is damage of
any part, for a bearing of unknown geometry. A lost phase and a locked rotor hide all else and are no part of
a mixture: they have no head.
"""
_OF_CURRENT = ("asymmetry", "overload", "underload", "supply_event")
"""Heads that are refused without a current."""
_OF_EITHER = ("misalignment",)
"""Heads that either modality can answer; all others are refused without a vibration."""


def witnesses(head: str, modalities: Collection[str]) -> tuple[str, ...]:
    """Return those of a network's modalities of which one must be there for a head to answer.

    They are those that the indicators need; all of the network's if it has none of these.
    """
    useless = "vibration" if head in _OF_CURRENT else "current"
    needed = [name for name in modalities if name != useless or head in _OF_EITHER]
    return tuple(needed or modalities)


def present(conditions: Iterable[str]) -> NDArray[np.bool_]:
    """Return (heads,), True where one of these graded conditions belongs to the head."""
    there = set(conditions)
    return np.array([bool(graded & there) for graded, _ in HEADS.values()])


def named(faults: Iterable[Fault]) -> NDArray[np.bool_]:
    """Return (heads,), True where one of these named conditions belongs to the head."""
    there = set(faults)
    return np.array([bool(own & there) for _, own in HEADS.values()])
