"""Damage of a bearing whose geometry is not known, against the motor's own normal only."""

from edge_agent.conditions.bearing import band_levels, deepest, own_level, strength
from edge_agent.conditions.diagnoser import found, refused, sound
from edge_agent.conditions.normal import Normal, NormalValue, Quantities
from edge_agent.conditions.seen import Seen
from edge_agent.limits import BEARING
from edge_agent.motor import Nameplate
from edge_agent.refusals import of_vibration
from edge_agent.signals.bearing_bands import PARTS, BearingBand
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
        """Return the levels of all bands."""
        return band_levels(seen)

    def judge(self, quantities: Quantities, seen: Seen, normal: Normal | None) -> Finding:
        """Return whether a bearing is damaged, wherever in it."""
        if not quantities:
            return refused(self.fault, seen, seen.vibration.missing)
        bands = [(band, own) for band in seen.vibration.bands if (own := own_level(band, seen, normal))]
        if not bands:
            return refused(self.fault, seen, of_vibration.NO_NORMAL.refuse(None))
        rhythms = [(strength(band, band.strongest, own), band) for band, own in bands]
        rhythm, band = max(rhythms, key=lambda told: told[0].value)
        if rhythm.value >= BEARING.strength_db:
            if _has_a_name(seen):
                return sound(self.fault, seen, [rhythm], Severity.WATCH)
            return found(self.fault, seen, Severity.ALARM, [rhythm], band.name)
        blows, band = max(((_blows(*both), both[0]) for both in bands), key=lambda told: told[0].value)
        if blows.value >= BEARING.blows_growth_db:
            return found(self.fault, seen, Severity.ALARM, [blows], band.name)
        return sound(self.fault, seen, [rhythm, blows])


def _has_a_name(seen: Seen) -> bool:
    """True if a part of a bearing of known geometry has the rhythm: it is told by that part."""
    if seen.nameplate.bearing is None:
        return False
    return any(deepest(seen, part)[0] >= BEARING.depth for part in PARTS)


def _blows(band: BearingBand, own: NormalValue) -> Measured:
    """Return how far a band that holds single blows has grown, dB; zero if it holds none of a bearing."""
    counts = band.shaft_depth < BEARING.shaft_depth and band.kurtosis >= BEARING.kurtosis
    return Measured(
        "growth_of_blows",
        band.level_db - own.value if counts else 0.0,
        "dB",
        BEARING.blows_growth_db,
        f"baseline of this motor + {BEARING.blows_growth_db:g} dB",
        own.hours,
        f"kurtosis {band.kurtosis:.1f}, and noise has 3" if counts else None,
    )
