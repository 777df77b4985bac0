"""What unit and name of a channel tell, where nothing else does."""

from dataclasses import replace

from edge_agent.acquire.samples import Channel, ChannelKind

KIND_OF_UNIT = {
    "A": ChannelKind.CURRENT,
    "mA": ChannelKind.CURRENT,
    "kA": ChannelKind.CURRENT,
    "m/s2": ChannelKind.VIBRATION,
    "mm/s": ChannelKind.VIBRATION,
    "g": ChannelKind.VIBRATION,
    "mg": ChannelKind.VIBRATION,
    "rpm": ChannelKind.SPEED,
}
"""The units that a channel may have, and what is measured in them; the usual one of a kind first."""

STANDARD_GRAVITY = 9.80665
"""m/s2 in one g, by definition (CGPM 1901)."""

_INTO = {
    "mA": ("A", 1e-3),
    "kA": ("A", 1e3),
    "g": ("m/s2", STANDARD_GRAVITY),
    "mg": ("m/s2", 1e-3 * STANDARD_GRAVITY),
}
"""Units that are converted as soon as they are read: into which one, and by which factor."""

_UNIT_OF_START = {"i": "A", "vib": "m/s2", "speed": "rpm", "rpm": "rpm"}
_AXES = ("radial", "tangential", "axial")


def unit_of(name: str) -> str:
    """Give the usual unit of a channel of this name; empty where it tells nothing."""
    return next((unit for start, unit in _UNIT_OF_START.items() if name.startswith(start)), "")


def unit_problem(kind: ChannelKind, unit: str) -> str | None:
    """Return what is wrong with a unit of a kind, and what to do; None where it can be used."""
    if KIND_OF_UNIT.get(unit) is kind:
        return None
    *others, last = [known for known, of in KIND_OF_UNIT.items() if of is kind]
    expected = f"{', '.join(others)} or {last}" if others else last
    return (
        f"{unit!r} is no unit of a {kind} here, expected {expected}; give the scale in one of these per count"
    )


def in_usual_unit(channel: Channel) -> Channel:
    """Return the channel in A, m/s2, mm/s or rpm, its scale converted; without a unit, in that of its kind.

    Raises ValueError for a unit in which its kind cannot be measured.
    """
    unit = channel.unit or next(known for known, kind in KIND_OF_UNIT.items() if kind is channel.kind)
    problem = unit_problem(channel.kind, unit)
    if problem is not None:
        raise ValueError(problem)
    usual, factor = _INTO.get(unit, (unit, 1.0))
    if factor == 1.0:
        return replace(channel, unit=usual)
    full_scale = None if channel.full_scale is None else channel.full_scale * factor
    return replace(channel, unit=usual, scale=channel.scale * factor, full_scale=full_scale)


def phase_of(kind: ChannelKind, name: str) -> str | None:
    """Give the phase of a current by the last letter of its name: `ia` is a."""
    return name[-1] if kind is ChannelKind.CURRENT and name[-1:] in ("a", "b", "c") else None


def axis_of(kind: ChannelKind, name: str) -> str | None:
    """Give the direction of an accelerometer by the end of its name: `vib_radial` is radial."""
    if kind is not ChannelKind.VIBRATION:
        return None
    return next((axis for axis in _AXES if name.endswith(axis)), None)
