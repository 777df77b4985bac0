"""Damage of a bearing whose geometry is not known, against the motor's own normal only."""

from collections.abc import Mapping
from dataclasses import replace

from edge_agent.conditions.bearing import bands_of, bearing_quantities, deepest, level_of, strength
from edge_agent.conditions.diagnoser import found, refused, sound
from edge_agent.conditions.normal import Normal, NormalValue, Quantities
from edge_agent.conditions.seen import Seen
from edge_agent.conditions.vibration import real
from edge_agent.limits import BEARING
from edge_agent.motor import Nameplate
from edge_agent.refusals import of_vibration
from edge_agent.signals.bearing_bands import PARTS, depth_db
from edge_agent.verdict import Fault, Finding, Measured, Severity


class BearingUnknown:
    """A rhythm that is not the shaft's, or single blows, that the sound motor did not have.

    The strongest line alone says nothing: sound motors have rhythms of belts, fans and races. What comes in
    the rhythm must exceed all that its band held while the motor was sound. Blows without a rhythm, as
    damaged balls make them, must have lifted their band, and must not come once a turn: that is a rub.
    """

    fault = Fault.BEARING_UNKNOWN

    def __init__(self, nameplate: Nameplate) -> None:
        """Judge a motor; its plate comes with each window."""

    def measure(self, seen: Seen) -> Quantities:
        """Return the quantities of all bands."""
        return bearing_quantities(seen)

    def judge(self, quantities: Quantities, seen: Seen, normal: Normal | None) -> Finding:
        """Return whether a bearing is damaged, wherever in it."""
        numbers = real(quantities)
        bands = bands_of(numbers)
        if not bands:
            return refused(self.fault, seen, seen.vibration.missing)
        own = {band: value for band in bands if (value := _normal(band, seen, normal)) is not None}
        if not own:
            return refused(self.fault, seen, of_vibration.NO_NORMAL.refuse(None))
        above_db, band = max((_above_db(numbers, band, own[band]), band) for band in own)
        rhythm = _of_rhythm(numbers, band, above_db, own[band])
        if above_db >= BEARING.strength_db:
            if any(deepest(numbers, part)[0] >= BEARING.depth for part in PARTS):
                # It has a name of its own: that of the part.
                return sound(self.fault, seen, [rhythm], Severity.WATCH)
            return found(self.fault, seen, Severity.ALARM, [rhythm], band)
        growth_db, band = max((_blows_db(numbers, band, own[band]), band) for band in own)
        blows = _of_blows(numbers, band, growth_db, own[band])
        if growth_db >= BEARING.blows_growth_db:
            return found(self.fault, seen, Severity.ALARM, [blows], band)
        return sound(self.fault, seen, [rhythm, blows])


def _normal(band: str, seen: Seen, normal: Normal | None) -> NormalValue | None:
    return None if normal is None else normal.near(level_of(band), seen.load)


def _above_db(quantities: Mapping[str, float], band: str, own: NormalValue) -> float:
    """Return how far what comes in the strongest rhythm of a band lies above its normal, dB."""
    return quantities[level_of(band)] + depth_db(quantities[f"{band} rhythm_depth"]) - own.value


def _blows_db(quantities: Mapping[str, float], band: str, own: NormalValue) -> float:
    """Return how far a band that holds single blows has grown, dB; zero if it holds none."""
    once_a_turn = quantities[f"{band} shaft_depth"] >= BEARING.shaft_depth
    if once_a_turn or quantities[f"{band} kurtosis"] < BEARING.kurtosis:
        return 0.0
    return quantities[level_of(band)] - own.value


def _of_rhythm(quantities: Mapping[str, float], band: str, above_db: float, own: NormalValue) -> Measured:
    order, depth = quantities[f"{band} rhythm_order"], quantities[f"{band} rhythm_depth"]
    told = strength(above_db, own.hours)
    second_db = quantities[f"{band} rhythm_second_db"]
    witness = f"{order:.2f} blows a turn; twice as many stand {second_db:.0f} dB over their floor"
    return replace(told, witness=witness) if depth else told


def _of_blows(quantities: Mapping[str, float], band: str, growth_db: float, own: NormalValue) -> Measured:
    return Measured(
        "growth_of_blows_db",
        growth_db,
        "dB",
        BEARING.blows_growth_db,
        f"baseline of this motor + {BEARING.blows_growth_db:g} dB",
        own.hours,
        f"kurtosis {quantities[f'{band} kurtosis']:.1f}, and noise has 3" if growth_db else None,
    )
