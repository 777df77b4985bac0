"""The preset `due_daq`: an Arduino Due with the firmware of DaqOpen (MIT licence).

Commands and frames are those that its Python library `daqopen-lib` sends and reads (`daqopen.duedaq`).
"""

from collections.abc import Sequence
from math import ceil
from typing import NamedTuple

from edge_agent.acquire.conversation import Exchange
from edge_agent.acquire.settings import FrameLayout

DEFAULT_RATE_HZ = 10_000.0
"""Scans per second unless the YAML says more: judgement, the rate of the data that the model learned from."""
_CLOCK_HZ = 84_000_000.0
"""Clock of the converter, Hz (DaqOpen: MCLK)."""
_CYCLES = 42
"""Clock cycles of a conversion at prescaler 0: 2 x 21 (DaqOpen: CONV_CYCLES_PER_SAMPLE)."""
_MIN_PRESCALER, _MAX_PRESCALER = 1, 255
"""What SETPRESCAL takes (DaqOpen: DueSerialSim.write)."""
_MIN_VALUES, _MAX_VALUES = 1000, 20_000
"""Values that a frame may hold (DaqOpen: MIN_BUFFER_SIZE, MAX_BUFFER_SIZE)."""
_FRAME_S = 0.05
"""Longest time of a frame, s, where the bounds above allow it (DaqOpen: MAX_BUFFER_DURATION)."""

_CONVERTER_CHANNEL = {
    "A0": 7, "A1": 6, "A2": 5, "A3": 4, "A4": 3, "A5": 2,
    "A6": 1, "A7": 0, "A8": 10, "A9": 11, "A10": 12, "A11": 13,
}  # fmt: skip
"""Channel of the converter behind each pin (DaqOpen: CHANNEL_MAPPING). It sends them in this order."""
INPUTS = tuple(_CONVERTER_CHANNEL)
"""Pins that can be read."""
SYNC, COUNTER = b"\xff\xff", "u32le"
"""How a frame begins (DaqOpen: START_PATTERN, FRAME_NUM_DT). A value of 12 bits never holds two bytes FF."""


class Plan(NamedTuple):
    """What a known DAQ is told to do, and what it then sends."""

    layout: FrameLayout
    rate_hz: float
    opening: tuple[Exchange, ...]
    closing: tuple[Exchange, ...]
    columns: tuple[int, ...]
    """Column of the frame for each channel, in the order of the channels."""


def plan(inputs: Sequence[str], channels: int, wanted_hz: float | None) -> Plan:
    """Return the plan for so many channels on these pins, on the first ones if none are named.

    The rate is the nearest one that the converter's clock can be divided to.
    """
    pins = list(inputs) or list(INPUTS[:channels])
    by_converter = sorted(pins, key=_CONVERTER_CHANNEL.__getitem__)
    divided = _CLOCK_HZ / (_CYCLES * len(pins))
    prescaler = round(divided / (wanted_hz or DEFAULT_RATE_HZ)) - 1
    prescaler = min(max(prescaler, _MIN_PRESCALER), _MAX_PRESCALER)
    rate_hz = divided / (1 + prescaler)
    scans = max(ceil(_MIN_VALUES / len(pins)), min(_MAX_VALUES // len(pins), round(rate_hz * _FRAME_S)))
    mask = sum(1 << _CONVERTER_CHANNEL[pin] for pin in pins)
    commands = (
        "STOP", f"SETPRESCAL {prescaler}", f"SETCHANNEL {mask}", f"SETDMABUFFERSIZE {scans * len(pins)}",
        "SETMODE 0", "SETOFFSET 0", "SETGAIN 0", "START",
    )  # fmt: skip
    return Plan(
        layout=FrameLayout(SYNC, COUNTER, scans),
        rate_hz=rate_hz,
        opening=tuple(Exchange(f"{command}\n".encode()) for command in commands),
        closing=(Exchange(b"STOP\n"),),
        columns=tuple(by_converter.index(pin) for pin in pins),
    )
