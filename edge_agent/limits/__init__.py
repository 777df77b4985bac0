"""Decision limits: every number that splits a verdict or is published as the `limit` of a refusal.

Each has its meaning, its origin (physics with its source, measured by a command, or judgement) and what moves
when it moves. `edge-agent check --limits` prints them. Constants of an algorithm stay beside the algorithm.

    SOURCE      do samples come?                        SAMPLES     are they whole, of a running motor?
    CLOCK       were they taken when they say?          MAGNITUDES  can this motor have such currents?
    WIRING      do the sensors belong to its phases?    SUPPLY      is the line where it should be?
    STEADY      did motor and supply stay as they were? SIDEBANDS   does the window resolve the pair?
    SLIP        may the pair lie at another slip?       BARS        sound casting or broken bar?
    SCAN        is it none at any slip?                 DUCTS       does the iron make the pair?
    LONG        what may minutes of current say?        NETWORK     when does the network contradict?
    STATE       from windows to a state                 BASELINE    is it as it was when it was learned?
    LEARNED     what do many windows tell of its slip?  CONDITIONS  what is named beside broken bars?
    BEARING     is a bearing damaged?                   SHAFT       unbalance, misalignment, looseness?
    ZONE        how does ISO 20816-3 rate it?           WITNESS     does vibration show broken bars, too?

Its parts, in reading order:

limit        a number with its meaning, its origin and what moves with it
of_samples   limits of samples
of_bars      limits of the answer
of_scan      limits of an answer without a slip
of_ducts     limits of the load sweep, which tells axial ducts from broken bars
of_baseline  limits of what is normal for a motor
of_learned   limits of what is learned of its slip
conditions   limits of the conditions beside broken bars
vibration_conditions  limits of the conditions that show in vibration
"""

from collections.abc import Iterator
from dataclasses import fields

from edge_agent.limits.conditions import ConditionLimits
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
from edge_agent.limits.of_learned import LearnedLimits
from edge_agent.limits.of_samples import (
    ClockLimits,
    MagnitudeLimits,
    SampleLimits,
    SourceLimits,
    SteadyLimits,
    SupplyLimits,
    WiringLimits,
)
from edge_agent.limits.of_scan import ScanLimits
from edge_agent.limits.vibration_conditions import BearingLimits, ShaftLimits, WitnessLimits, ZoneLimits

__all__ = [
    "BARS",
    "BASELINE",
    "BEARING",
    "CLOCK",
    "CONDITIONS",
    "DUCTS",
    "GROUPS",
    "LEARNED",
    "LONG",
    "MAGNITUDES",
    "NETWORK",
    "SAMPLES",
    "SCAN",
    "SHAFT",
    "SIDEBANDS",
    "SLIP",
    "SOURCE",
    "STATE",
    "STEADY",
    "SUPPLY",
    "WIRING",
    "WITNESS",
    "ZONE",
    "Described",
    "described",
]

SOURCE, SAMPLES, CLOCK = SourceLimits(), SampleLimits(), ClockLimits()
MAGNITUDES, WIRING, SUPPLY, STEADY = MagnitudeLimits(), WiringLimits(), SupplyLimits(), SteadyLimits()
SIDEBANDS, SLIP, BARS, SCAN = SidebandLimits(), SlipLimits(), BarLimits(), ScanLimits()
DUCTS, LONG, NETWORK = DuctLimits(), LongLimits(), NetworkLimits()
STATE, BASELINE, LEARNED = StateLimits(), BaselineLimits(), LearnedLimits()
CONDITIONS = ConditionLimits()
BEARING, SHAFT, ZONE, WITNESS = BearingLimits(), ShaftLimits(), ZoneLimits(), WitnessLimits()

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
    "scan": SCAN,
    "ducts": DUCTS,
    "long": LONG,
    "network": NETWORK,
    "state": STATE,
    "baseline": BASELINE,
    "conditions": CONDITIONS,
    "bearing": BEARING,
    "shaft": SHAFT,
    "zone": ZONE,
    "witness": WITNESS,
    "learned": LEARNED,
}
"""All limits by group, in the order in which a window meets them."""


def described() -> Iterator[Described]:
    """Return every limit with its sentences, in the order in which a window meets them."""
    for group, limits in GROUPS.items():
        for own in fields(limits):  # type: ignore[arg-type]
            yield Described(f"{group}.{own.name}", getattr(limits, own.name), **own.metadata)
