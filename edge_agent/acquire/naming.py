"""What the unit and the name of a channel imply, if nothing else says it."""

import re
from dataclasses import replace

from edge_agent.acquire.samples import Channel, ChannelKind
from edge_agent.acquire.units import standard_unit

KIND_OF_UNIT = {
    "A": ChannelKind.CURRENT,
    "m/s2": ChannelKind.VIBRATION,
    "mm/s": ChannelKind.VIBRATION,
    "rpm": ChannelKind.SPEED,
    "V": ChannelKind.VOLTAGE,
}
"""The units that the agent works in, and what is measured in them."""
UNIT_OF_KIND = {
    ChannelKind.CURRENT: "A",
    ChannelKind.VIBRATION: "m/s2",
    ChannelKind.SPEED: "rpm",
    ChannelKind.VOLTAGE: "V",
}
"""The usual unit of what is measured: SI, but for speed, which nameplates state in rpm."""

_EXPECTED = {
    ChannelKind.CURRENT: "A, mA or kA",
    ChannelKind.VIBRATION: "m/s2, mm/s, g or mg",
    ChannelKind.SPEED: "rpm",
    ChannelKind.VOLTAGE: "V, mV or kV",
}
"""Units of each kind for messages: the usual ones of those in `units.py`."""

_UNIT_OF_START = {"i": "A", "vib": "m/s2", "speed": "rpm", "rpm": "rpm"}
"""Unit that the usual beginning of a channel's name means. Convention of this project."""
_VOLTAGE = re.compile("[uv](a|b|c|ab|bc|ca)")
"""The usual name of a voltage: `va` from phase a to neutral, `vab` from a to b. Convention of this
project."""
_AXES = ("radial", "tangential", "axial")
"""Directions about the shaft, as the end of a name. Convention of this project."""


def unit_of(name: str) -> str:
    """Return the usual unit of a channel of this name; empty if the name implies none."""
    if _VOLTAGE.fullmatch(name):
        return UNIT_OF_KIND[ChannelKind.VOLTAGE]
    return next((unit for start, unit in _UNIT_OF_START.items() if name.startswith(start)), "")


def kind_of(unit: str, name: str) -> ChannelKind | None:
    """Return what a channel measures by its unit, converted ones included; None if that does not say it.

    Volts are what any sensor may give out, so they mean a voltage only under the name of one.
    """
    known = standard_unit(unit)
    kind = None if known is None else KIND_OF_UNIT[known[0]]
    return None if kind is ChannelKind.VOLTAGE and not _VOLTAGE.fullmatch(name) else kind


def unit_problem(kind: ChannelKind | None, unit: str, name: str = "") -> str | None:
    """Return what is wrong with a unit of a kind (of any kind, if that is None); None if it can be used."""
    known = standard_unit(unit)
    found = kind_of(unit, name) if kind is None or known is None else KIND_OF_UNIT[known[0]]
    if found is not None and kind in (None, found):
        return None
    expected = _EXPECTED[kind] if kind else "; ".join(_EXPECTED.values())
    what = kind or "channel"
    return (
        f"{unit!r} is not a unit of a {what} here, expected {expected}; give the scale in one of these per "
        "count"
    )


def in_usual_unit(channel: Channel) -> Channel:
    """Return the channel in a unit of `KIND_OF_UNIT`, its scale converted.

    Without a unit it is in the usual one of its kind. Raises ValueError for a unit in which its kind cannot
    be measured.
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
    """Return the phase of a current by the last letter of its name, of a voltage as `vab` is ab."""
    if kind is ChannelKind.VOLTAGE:
        named = _VOLTAGE.fullmatch(name)
        return None if named is None else named[1]
    return name[-1] if kind is ChannelKind.CURRENT and name[-1:] in ("a", "b", "c") else None


def axis_of(kind: ChannelKind, name: str) -> str | None:
    """Return the direction of an accelerometer by the end of its name: `vib_radial` is radial."""
    if kind is not ChannelKind.VIBRATION:
        return None
    return next((axis for axis in _AXES if name.endswith(axis)), None)
