"""What unit and name of a channel tell, where nothing else does."""

from edge_agent.acquire.samples import ChannelKind

KIND_OF_UNIT = {
    "A": ChannelKind.CURRENT,
    "m/s2": ChannelKind.VIBRATION,
    "mm/s": ChannelKind.VIBRATION,
    "rpm": ChannelKind.SPEED,
}
"""The units of scaled values, and what is measured in them."""

_UNIT_OF_START = {"i": "A", "vib": "m/s2", "speed": "rpm", "rpm": "rpm"}
_AXES = ("radial", "tangential", "axial")


def unit_of(name: str) -> str:
    """Give the usual unit of a channel of this name; empty where it tells nothing."""
    return next((unit for start, unit in _UNIT_OF_START.items() if name.startswith(start)), "")


def phase_of(kind: ChannelKind, name: str) -> str | None:
    """Give the phase of a current by the last letter of its name: `ia` is a."""
    return name[-1] if kind is ChannelKind.CURRENT and name[-1:] in ("a", "b", "c") else None


def axis_of(kind: ChannelKind, name: str) -> str | None:
    """Give the direction of an accelerometer by the end of its name: `vib_radial` is radial."""
    if kind is not ChannelKind.VIBRATION:
        return None
    return next((axis for axis in _AXES if name.endswith(axis)), None)
