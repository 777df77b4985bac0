"""What the unit and the name of a channel imply, if nothing else says it."""

from dataclasses import replace

from edge_agent.acquire.samples import Channel, ChannelKind
from edge_agent.acquire.units import standard_unit

KIND_OF_UNIT = {
    "A": ChannelKind.CURRENT,
    "m/s2": ChannelKind.VIBRATION,
    "mm/s": ChannelKind.VIBRATION,
    "rpm": ChannelKind.SPEED,
}
"""The units that the agent works in, and what is measured in them."""
UNIT_OF_KIND = {ChannelKind.CURRENT: "A", ChannelKind.VIBRATION: "m/s2", ChannelKind.SPEED: "rpm"}
"""The usual unit of what is measured: SI, but for speed, which nameplates state in rpm."""

_EXPECTED = {
    ChannelKind.CURRENT: "A, mA or kA",
    ChannelKind.VIBRATION: "m/s2, mm/s, g or mg",
    ChannelKind.SPEED: "rpm",
}

_UNIT_OF_START = {"i": "A", "vib": "m/s2", "speed": "rpm", "rpm": "rpm"}
"""Unit that the usual beginning of a channel's name means. Convention of this project."""
_AXES = ("radial", "tangential", "axial")


def unit_of(name: str) -> str:
    """Return the usual unit of a channel of this name; empty if the name implies none."""
    return next((unit for start, unit in _UNIT_OF_START.items() if name.startswith(start)), "")


def kind_of(unit: str) -> ChannelKind | None:
    """Return what is measured in a unit, converted ones included; None if it is unknown."""
    known = standard_unit(unit)
    return None if known is None else KIND_OF_UNIT[known[0]]


def unit_problem(kind: ChannelKind | None, unit: str) -> str | None:
    """Return what is wrong with a unit of a kind (of any kind, if that is None); None if it can be used."""
    found = kind_of(unit)
    if found is not None and kind in (None, found):
        return None
    expected = _EXPECTED[kind] if kind else "; ".join(_EXPECTED.values())
    what = kind or "channel"
    return (
        f"{unit!r} is not a unit of a {what} here, expected {expected}; give the scale in one of these per "
        "count"
    )


def in_usual_unit(channel: Channel) -> Channel:
    """Return the channel in A, m/s2, mm/s or rpm, its scale converted; without a unit, in that of its kind.

    Raises ValueError for a unit in which its kind cannot be measured.
    """
    unit = channel.unit or UNIT_OF_KIND[channel.kind]
    known = standard_unit(unit)
    problem = unit_problem(channel.kind, unit)
    if problem is not None or known is None:
        raise ValueError(problem)
    usual, factor = known
    full_scale = None if channel.full_scale is None else channel.full_scale * factor
    return replace(channel, unit=usual, scale=channel.scale * factor, full_scale=full_scale)


def phase_of(kind: ChannelKind, name: str) -> str | None:
    """Return the phase of a current by the last letter of its name: `ia` is a."""
    return name[-1] if kind is ChannelKind.CURRENT and name[-1:] in ("a", "b", "c") else None


def axis_of(kind: ChannelKind, name: str) -> str | None:
    """Return the direction of an accelerometer by the end of its name: `vib_radial` is radial."""
    if kind is not ChannelKind.VIBRATION:
        return None
    return next((axis for axis in _AXES if name.endswith(axis)), None)
