"""The keys of `acquisition` for DAQs that must be told to send, and for frames that the YAML describes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from edge_agent.acquire.drivers.due_daq import INPUTS
from edge_agent.acquire.drivers.fixed_frame import PRESETS
from edge_agent.acquire.drivers.frame_shape import CHECKSUMS, COUNTERS, VALUES
from edge_agent.acquire.settings import FrameLayout
from edge_agent.config.section import Section
from edge_agent.config.values import as_tuple

OPEN_INPUTS = 127
"""What the seven digital inputs of a DATAQ read with nothing connected: they are pulled up (DATAQ)."""
_MAX_SYNC_BYTES = 8
"""Longest sync, bytes: judgement, as long as any format has."""
_MAX_SCANS = 65_536
"""Most scans of a frame: judgement, seconds of samples."""
_MAX_CODE = 0x0F07
"""Largest code of an analogue input in a scan list: 8 inputs, 16 gains (DATAQ: code of the gain in the upper
byte)."""

if TYPE_CHECKING:
    PresetName = str
    CounterType = str
    ValueType = str
    Checksum = str
else:
    PresetName = Literal[tuple(PRESETS)]
    CounterType = Literal[tuple(COUNTERS)]
    ValueType = Literal[tuple(VALUES)]
    Checksum = Literal[tuple(CHECKSUMS)]


def _hexadecimal(sync: object) -> object:
    """Take the bytes of a sync as text, two digits each."""
    if not isinstance(sync, str):
        raise ValueError(f"{sync!r} is a number; put the bytes in quotes, two digits each, e.g. 'a55a'")
    try:
        found = bytes.fromhex(sync)
    except ValueError:
        found = b""
    if not 1 <= len(found) <= _MAX_SYNC_BYTES:
        raise ValueError(
            f"{sync!r} is not 1 to {_MAX_SYNC_BYTES} bytes in hexadecimal, two digits each, e.g. 'a55a'"
        )
    return sync


class FrameSection(Section):
    """Layout of a frame: sync, counter, scans interleaved by channel, checksum."""

    sync: Annotated[str, BeforeValidator(_hexadecimal)]
    """Bytes with which each frame begins, in hexadecimal, e.g. ffff."""
    counter: CounterType
    """Type of the number behind it, which grows by one from frame to frame."""
    scans: Annotated[int, Field(ge=1, le=_MAX_SCANS)]
    """Scans of a frame."""
    type: ValueType = "i16le"
    """Type of each value: signed (i) or not (u), bits, the low (le) or the high byte first (be)."""
    checksum: Checksum = "none"
    """What ends a frame, over all between sync and checksum: crc8 is CRC-8/SMBUS, crc16 CRC-16/CCITT-FALSE
    with its low byte first, xor one byte."""

    def layout(self) -> FrameLayout:
        """Return it as the driver knows it."""
        return FrameLayout(bytes.fromhex(self.sync), self.counter, self.scans, self.type, self.checksum)


def _only_of(*drivers: str) -> AfterValidator:
    """Refuse a key that the driver does not know."""

    def check(value: object, info: ValidationInfo) -> object:
        driver = info.data.get("driver")
        if value is not None and driver is not None and driver not in drivers:
            raise ValueError(
                f"only {' and '.join(drivers)} use it; leave it out, or set driver: {drivers[0]}"
            )
        return value

    return AfterValidator(check)


def _instead_of_preset(value: object, info: ValidationInfo) -> object:
    """Refuse a description of what is known already."""
    preset = info.data.get("preset")
    if value is not None and preset is not None:
        raise ValueError(f"the preset {preset} says it already; leave out either of them")
    return value


def _known_inputs(inputs: tuple[str, ...] | None, info: ValidationInfo) -> tuple[str, ...] | None:
    for name in inputs or ():
        if info.data.get("driver") == "dataq":
            number = int(name) if name.isdecimal() else -1
            if not 0 <= number <= _MAX_CODE or number & 0xFF > 7:
                raise ValueError(
                    f"{name} is not the code of an analogue input, expected 0 to 7 (+ 256 per gain)"
                )
        elif name not in INPUTS:
            raise ValueError(f"{name} is not an input of the Due, expected {INPUTS[0]} to {INPUTS[-1]}")
    if len(set(inputs or ())) < len(inputs or ()):
        raise ValueError("two channels have one input; give each its own")
    return inputs


def _as_texts(given: object) -> object:
    """Take a list of names or numbers as texts."""
    return tuple(map(str, given)) if isinstance(given, list) else given


_Command = Annotated[str, Field(min_length=1, max_length=200)]
_Commands = Annotated[tuple[_Command, ...], Field(max_length=64)]

Preset = Annotated[PresetName | None, _only_of("fixed_frame")]
"""Name of a DAQ that the driver fixed_frame knows."""
Inputs = Annotated[
    Annotated[tuple[str, ...], Field(min_length=1, max_length=12)] | None,
    BeforeValidator(_as_texts),
    _only_of("fixed_frame", "dataq"),
    AfterValidator(_known_inputs),
]
"""Inputs of the DAQ, one for each channel."""
Frame = Annotated[FrameSection | None, _only_of("fixed_frame"), AfterValidator(_instead_of_preset)]
"""Layout of frames that no preset knows."""
Opening = Annotated[
    _Commands | None, BeforeValidator(as_tuple), _only_of("fixed_frame"), AfterValidator(_instead_of_preset)
]
"""Commands that start a DAQ."""
Closing = Opening
"""Commands that stop it."""
DigitalInputs = Annotated[Annotated[int, Field(ge=1, le=OPEN_INPUTS)] | None, _only_of("dataq")]
"""What the digital inputs of a DATAQ read."""


def frame_problems(acquisition: object, channels: object) -> Iterator[tuple[tuple[str, ...], str]]:
    """Find what is missing or too much where the DAQ cannot say it, in content of any kind."""
    given = acquisition if isinstance(acquisition, Mapping) else {}
    driver, inputs, frame = (given.get(key) for key in ("driver", "inputs", "frame"))
    if driver not in ("fixed_frame", "dataq"):
        return
    if not isinstance(channels, Sequence):
        yield (
            ("acquisition", "driver"),
            f"{driver} says nothing of its channels; add channels, one for each column",
        )
        return
    if isinstance(inputs, Sequence) and not isinstance(inputs, str) and len(inputs) != len(channels):
        yield (
            ("acquisition", "inputs"),
            f"{len(inputs)} inputs for {len(channels)} channels; name one for each, in the order of channels",
        )
    most = {"dataq": 8, "fixed_frame": len(INPUTS) if frame is None else len(channels)}[driver]
    if len(channels) > most:
        yield ("channels",), f"{len(channels)} channels, but the DAQ has {most} inputs; remove the others"
    if driver == "fixed_frame" and frame is None and given.get("preset") is None:
        yield (
            ("acquisition", "driver"),
            f"fixed_frame needs preset ({', '.join(PRESETS)}) or frame; add one of them",
        )
    if frame is not None and given.get("rate_hz") is None:
        yield ("acquisition", "frame"), "frames do not say their rate; add rate_hz, the scans a second"
