"""What bearings show: the levels that are learned, and the judgement of one part whose rhythm is known."""

from edge_agent.conditions.diagnoser import found, refused, sound
from edge_agent.conditions.normal import Normal, NormalValue, Quantities
from edge_agent.conditions.seen import Seen
from edge_agent.limits import BEARING
from edge_agent.motor import Nameplate
from edge_agent.refusals import of_vibration
from edge_agent.signals.bearing_bands import PARTS, BearingBand, depth_db, order_of
from edge_agent.signals.rhythms import Rhythm
from edge_agent.verdict import Fault, Finding, Measured, Severity


def band_levels(seen: Seen) -> dict[str, float]:
    """Return the level of each band of each channel, dB, by name; empty if it cannot be measured."""
    return {_level_of(band): band.level_db for band in seen.vibration.bands}


def own_level(band: BearingBand, seen: Seen, normal: Normal | None) -> NormalValue | None:
    """Return the normal level of a band at this load, dB; None if it is not known."""
    return None if normal is None else normal.near(_level_of(band), seen.load)


def _level_of(band: BearingBand) -> str:
    """Return the name of the level of a band."""
    return f"{band.name}: level_db"


def deepest(seen: Seen, part: str) -> tuple[float, BearingBand]:
    """Return the largest modulation depth in the rhythm of a part, and the band that has it."""
    band = max(seen.vibration.bands, key=lambda band: band.parts[part].first.depth)
    return band.parts[part].first.depth, band


def _strongest_part(seen: Seen) -> str:
    """Return the part with the deepest rhythm; of two with the same line, the one that it fits better."""
    bearing, shaft_hz = seen.nameplate.bearing, seen.vibration.shaft_hz
    assert bearing is not None
    assert shaft_hz is not None

    def rank(part: str) -> tuple[float, float]:
        depth, band = deepest(seen, part)
        expected_hz = order_of(bearing, part) * shaft_hz
        return depth, -abs(band.parts[part].first.frequency_hz / expected_hz - 1)

    return max(PARTS, key=rank)


def strength(band: BearingBand, rhythm: Rhythm, own: NormalValue) -> Measured:
    """Return how far what comes in a rhythm lies above the own normal of its band, dB."""
    witness = None
    if rhythm.first.depth:
        second_db = rhythm.second.over_floor_db
        witness = (
            f"{rhythm.first.frequency_hz:.1f} blows a second; twice as many stand {second_db:.0f} dB over "
            "their floor"
        )
    return Measured(
        "rhythm_above_own_band",
        band.level_db + depth_db(rhythm.first.depth) - own.value,
        "dB",
        BEARING.strength_db,
        f"baseline of this motor + {BEARING.strength_db:g} dB",
        own.hours,
        witness,
    )


class RaceDiagnoser:
    """Damage of one part of a bearing whose geometry is known."""

    fault: Fault
    """Which part."""
    part: str
    """Its name, one of `PARTS`."""

    def __init__(self, nameplate: Nameplate) -> None:
        """Judge a motor; its plate comes with each window."""

    def measure(self, seen: Seen) -> Quantities:
        """Return the levels of all bands."""
        return band_levels(seen)

    def judge(self, quantities: Quantities, seen: Seen, normal: Normal | None) -> Finding:
        """Return whether the part is damaged: its rhythm is deep, and that of no other part is deeper.

        Where the own normal is known, what comes in the rhythm must also be far above all that it had in this
        band: sound races under preload have a rhythm, too. Such a rhythm is worth watching.
        """
        if seen.nameplate.bearing is None:
            return refused(self.fault, seen, of_vibration.NO_GEOMETRY.refuse(None))
        if not quantities:
            return refused(self.fault, seen, seen.vibration.missing)
        depth, band = deepest(seen, self.part)
        rhythm = band.parts[self.part]
        told = [self._depth(rhythm)]
        if depth < BEARING.depth or _strongest_part(seen) != self.part:
            return sound(self.fault, seen, told)
        own = own_level(band, seen, normal)
        if own is not None:
            told.append(strength(band, rhythm, own))
            if told[-1].value < BEARING.strength_db:
                return sound(self.fault, seen, told, Severity.WATCH)
        return found(self.fault, seen, Severity.ALARM, told, band.name)

    def _depth(self, rhythm: Rhythm) -> Measured:
        second_db = rhythm.second.over_floor_db
        witness = f"twice the rhythm stands {second_db:.0f} dB over its floor" if rhythm.first.depth else None
        return Measured(
            f"{self.part}_depth", rhythm.first.depth, "1", BEARING.depth, "judgement", None, witness
        )
