"""What bearings show: the numbers of a window, and the judgement of one part whose rhythm is known."""

from collections.abc import Mapping

from edge_agent.conditions.diagnoser import found, refused, sound
from edge_agent.conditions.normal import Normal, Quantities
from edge_agent.conditions.seen import Seen
from edge_agent.conditions.vibration import real
from edge_agent.limits import BEARING
from edge_agent.motor import Nameplate
from edge_agent.refusals import of_vibration
from edge_agent.signals.bearing_bands import PARTS, depth_db
from edge_agent.verdict import Fault, Finding, Measured, Severity

_LEVEL = " level_db"
"""End of the names that hold the level of a band."""


def bearing_quantities(seen: Seen) -> dict[str, float]:
    """Return what each band of each channel shows of a bearing; empty if it cannot be measured.

    Names begin with channel and band. A rhythm that does not stand out has depth zero.
    """
    vibration = seen.vibration
    quantities: dict[str, float] = {}
    for band in vibration.bands:
        quantities[level_of(band.name)] = band.level_db
        quantities[f"{band.name} kurtosis"] = band.kurtosis
        quantities[f"{band.name} shaft_depth"] = band.shaft_depth
        for name, rhythm in (("rhythm", band.strongest), *band.parts.items()):
            quantities[f"{band.name} {name}_depth"] = rhythm.first.depth
            quantities[f"{band.name} {name}_order"] = rhythm.first.frequency_hz / (vibration.shaft_hz or 1.0)
            quantities[f"{band.name} {name}_second_db"] = rhythm.second.over_floor_db
    return quantities


def bands_of(quantities: Mapping[str, float]) -> list[str]:
    """Return the names of the bands that were measured."""
    return [name.removesuffix(_LEVEL) for name in quantities if name.endswith(_LEVEL)]


def level_of(band: str) -> str:
    """Return the name of the level of a band."""
    return f"{band}{_LEVEL}"


def deepest(quantities: Mapping[str, float], part: str) -> tuple[float, str]:
    """Return the largest modulation depth in the rhythm of a part, and the band that has it."""
    return max((quantities.get(f"{band} {part}_depth", 0.0), band) for band in bands_of(quantities))


class RaceDiagnoser:
    """Damage of one part of a bearing whose geometry is known."""

    fault: Fault
    """Which part."""
    part: str
    """Its name among the quantities."""

    def __init__(self, nameplate: Nameplate) -> None:
        """Judge a motor; its plate comes with each window."""

    def measure(self, seen: Seen) -> Quantities:
        """Return the quantities of all bands."""
        return bearing_quantities(seen)

    def judge(self, quantities: Quantities, seen: Seen, normal: Normal | None) -> Finding:
        """Return whether the part is damaged: its rhythm is deep, deeper than that of the other parts.

        Where the own normal is known, what comes in the rhythm must also be far above all that it had in this
        band: sound races under preload have a rhythm, too. Such a rhythm is worth watching.
        """
        numbers = real(quantities)
        if seen.nameplate.bearing is None:
            return refused(self.fault, seen, of_vibration.NO_GEOMETRY.refuse(None))
        if not bands_of(numbers):
            return refused(self.fault, seen, seen.vibration.missing)
        depth, band = deepest(numbers, self.part)
        others = max(deepest(numbers, part)[0] for part in PARTS if part != self.part)
        told = [self._depth(numbers, depth, band)]
        if depth < BEARING.depth or depth < others:
            return sound(self.fault, seen, told)
        own = None if normal is None else normal.near(level_of(band), seen.load)
        if own is not None:
            above_db = numbers[level_of(band)] + depth_db(depth) - own.value
            told.append(strength(above_db, own.hours))
            if above_db < BEARING.strength_db:
                return sound(self.fault, seen, told, Severity.WATCH)
        return found(self.fault, seen, Severity.ALARM, told, band)

    def _depth(self, quantities: Mapping[str, float], depth: float, band: str) -> Measured:
        second_db = quantities.get(f"{band} {self.part}_second_db", 0.0)
        witness = f"twice the rhythm stands {second_db:.0f} dB over its floor" if depth else None
        return Measured(f"{self.part}_depth", depth, "1", BEARING.depth, "judgement", witness=witness)


def strength(above_db: float, hours: float) -> Measured:
    """Return how far what comes in a rhythm lies above the own normal of its band."""
    return Measured(
        "rhythm_above_own_band_db",
        above_db,
        "dB",
        BEARING.strength_db,
        f"baseline of this motor + {BEARING.strength_db:g} dB",
        hours,
    )
