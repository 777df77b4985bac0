"""A decision limit: a number with its meaning, its origin and what moves with it."""

from dataclasses import dataclass, field
from typing import Any

FAULT_SETS = "judgement, held by the fault sets of tests/bench/bench_evidence.py"
ROTOR_SETS = "judgement, held by the rotor sets of tests/bench/bench_evidence.py"


def limit(value: float, meaning: str, origin: str, moves: str) -> Any:
    """Return a field with its sentences; typed Any as `dataclasses.field` itself is."""
    return field(default=value, metadata={"meaning": meaning, "origin": origin, "moves": moves})


@dataclass(frozen=True, slots=True)
class Described:
    """One limit with its sentences."""

    name: str
    """Group and field, e.g. `bars.alarm`."""
    value: float
    """In the unit that the name says; a bare name is a ratio or a count."""
    meaning: str
    """What it bounds."""
    origin: str
    """Where it comes from."""
    moves: str
    """What changes when it changes."""
