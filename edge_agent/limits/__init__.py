"""Decision limits: every number that splits a verdict or is published as the `limit` of a refusal.

Each has its meaning, its origin (physics with its source, measured by a command, or judgement) and what moves
when it moves. `edge-agent check --limits` prints them. Constants of an algorithm stay beside the algorithm.

    SOURCE      do samples come?                        SAMPLES     are they whole, of a running motor?
    CLOCK       were they taken when they say?          MAGNITUDES  can this motor have such currents?
    WIRING      do the sensors belong to its phases?    SUPPLY      is the line where it should be?
    STEADY      did motor and supply stay as they were? SIDEBANDS   does the window resolve the pair?
    SLIP        may the pair lie at another slip?       BARS        sound casting or broken bar?
    DUCTS       does the iron make the pair?            LONG        what may minutes of current say?
    NETWORK     when does the network contradict?       STATE       from windows to a state
    BASELINE    is it as it was when it was learned?

Its parts, in reading order:

limit        a number with its meaning, its origin and what moves with it
of_samples   limits of samples
of_bars      limits of the answer
of_ducts     limits of the load sweep, which tells axial ducts from broken bars
of_baseline  limits of what is learned of a motor
"""

from collections.abc import Iterator
from dataclasses import fields

from edge_agent.limits.limit import Described
from edge_agent.limits.of_bars import (
    BarLimits,
    LongLimits,
    NetworkLimits,
    SidebandLimits,
    SlipLimits,
    StateLimits,
)
from edge_agent.limits.of_baseline import BaselineLimits
from edge_agent.limits.of_ducts import DuctLimits
from edge_agent.limits.of_samples import (
    ClockLimits,
    MagnitudeLimits,
    SampleLimits,
    SourceLimits,
    SteadyLimits,
    SupplyLimits,
    WiringLimits,
)

__all__ = [
    "BARS",
    "BASELINE",
    "CLOCK",
    "DUCTS",
    "GROUPS",
    "LONG",
    "MAGNITUDES",
    "NETWORK",
    "SAMPLES",
    "SIDEBANDS",
    "SLIP",
    "SOURCE",
    "STATE",
    "STEADY",
    "SUPPLY",
    "WIRING",
    "Described",
    "described",
]

SOURCE, SAMPLES, CLOCK = SourceLimits(), SampleLimits(), ClockLimits()
MAGNITUDES, WIRING, SUPPLY, STEADY = MagnitudeLimits(), WiringLimits(), SupplyLimits(), SteadyLimits()
SIDEBANDS, SLIP, BARS, DUCTS = SidebandLimits(), SlipLimits(), BarLimits(), DuctLimits()
LONG, NETWORK, STATE, BASELINE = LongLimits(), NetworkLimits(), StateLimits(), BaselineLimits()

GROUPS = {
    "source": SOURCE,
    "samples": SAMPLES,
    "clock": CLOCK,
    "magnitudes": MAGNITUDES,
    "wiring": WIRING,
    "supply": SUPPLY,
    "steady": STEADY,
    "sidebands": SIDEBANDS,
    "slip": SLIP,
    "bars": BARS,
    "ducts": DUCTS,
    "long": LONG,
    "network": NETWORK,
    "state": STATE,
    "baseline": BASELINE,
}
"""All limits by group, in the order in which a window meets them."""


def described() -> Iterator[Described]:
    """Return every limit with its sentences, in the order in which a window meets them."""
    for group, limits in GROUPS.items():
        for own in fields(limits):  # type: ignore[arg-type]
            yield Described(f"{group}.{own.name}", getattr(limits, own.name), **own.metadata)
