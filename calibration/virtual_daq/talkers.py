"""DAQs that send only when they are told to: an Arduino Due with DaqOpen, and one of DATAQ Instruments.

Both are written from what their makers publish, not from the drivers of the agent: `daqopen-lib` on PyPI, and
github.com/dataq-instruments/Python.
"""

import logging
import struct
from abc import abstractmethod
from typing import ClassVar

import numpy as np

from calibration.virtual_daq.batches import Batches
from calibration.virtual_daq.encoders import Encoder
from calibration.virtual_daq.errors import DaqError
from edge_agent.acquire.samples import Device, SampleBlock

_LOG = logging.getLogger(__name__)
_LONGEST_COMMAND = 200
"""Bytes of a command that is not ended: judgement, more than any has."""


class Talker(Encoder):
    """A device that obeys lines of text; the inputs of its converter are the channels of its source."""

    _end: ClassVar[bytes]
    """What ends a command."""

    def __init__(self, device: Device) -> None:
        """Take a device of one stream."""
        if len(device.streams) != 1:
            raise DaqError(f"this DAQ has one clock, but there are {len(device.streams)} streams")
        (self._stream,) = device.streams
        self._begun = b""
        self._running = False

    @property
    def sending(self) -> bool:
        """True between start and stop."""
        return self._running

    def description(self) -> bytes:
        """Return nothing: such a device does not describe itself."""
        return b""

    def hear(self, data: bytes) -> bytes:
        """Obey the commands that are complete; return the answers."""
        *commands, begun = (self._begun + data).split(self._end)
        self._begun = begun[-_LONGEST_COMMAND:]
        return b"".join(self._obey(command.decode("ascii", "replace").strip()) for command in commands)

    @abstractmethod
    def _obey(self, command: str) -> bytes:
        """Carry out a command; return the answer."""

    def _check_rate(self, asked_hz: float) -> None:
        if abs(asked_hz - self._stream.rate_hz) > 1e-3 * self._stream.rate_hz:
            _LOG.warning(
                "%.2f scans a second are asked for, but the samples have %g: give --rate",
                asked_hz,
                self._stream.rate_hz,
            )


class DueFrames(Talker):
    """Sync FF FF, a count of frames, and the values of the chosen pins in the order of the converter."""

    _end = b"\n"

    def __init__(self, device: Device) -> None:
        super().__init__(device)
        self._sequence = 0
        self._prescaler = 1
        self._pins: list[int] = []
        self._values = 20_000
        self._batches = Batches(self._values)

    def data(self, block: SampleBlock) -> bytes:
        """Return the frames that these scans complete."""
        return b"".join(self._frame(batch) for batch in self._batches.add(block)) if self._running else b""

    def bytes_per_s(self, scans_per_batch: int) -> float:
        """Return the bytes of all channels, and of the heads of the shortest frames."""
        return self._stream.rate_hz * (2.0 * len(self._stream.channels) + 6.0 / max(1, scans_per_batch))

    def _obey(self, command: str) -> bytes:
        match command.split():
            case ["START"]:
                self._sequence, self._running = 0, True
                self._batches = Batches(self._values // max(1, len(self._pins)))
                self._check_rate(84e6 / ((1 + self._prescaler) * 42 * max(1, len(self._pins))))
            case ["STOP"]:
                self._running = False
            case ["SETPRESCAL", number]:
                self._prescaler = int(number)
            case ["SETCHANNEL", mask]:
                chosen = [bit for bit in range(16) if int(mask) >> bit & 1]
                # A0 to A7 are the channels 7 to 0 of the converter, A8 to A11 its channels 10 to 13.
                self._pins = [7 - bit if bit < 8 else bit - 2 for bit in chosen]
            case ["SETDMABUFFERSIZE", number] if 1000 <= int(number) <= 20_000:
                self._values = int(number)
            case _:
                _LOG.debug("ignored: %s", command)
        return b""

    def _frame(self, batch: SampleBlock) -> bytes:
        self._sequence += 1
        columns = batch.counts[:, [pin % batch.counts.shape[1] for pin in self._pins]]
        return b"\xff\xff" + struct.pack("<I", self._sequence) + columns.astype("<i2").tobytes()


class DataqScans(Talker):
    """One word for each entry of the scan list; commands are repeated while it does not scan."""

    _end = b"\r"

    def __init__(self, device: Device) -> None:
        super().__init__(device)
        self._codes: dict[int, int] = {}
        self._divisor, self._decimation = 6000, 1

    def data(self, block: SampleBlock) -> bytes:
        """Return the scans."""
        channels = block.counts.shape[1]
        open_inputs = np.full(len(block.counts), 0x7F00, np.int16)
        columns = [
            open_inputs if code & 0x0F == 8 else block.counts[:, (code & 0x07) % channels]
            for _, code in sorted(self._codes.items())
        ]
        return np.stack(columns, axis=1).astype("<i2").tobytes() if self._running and columns else b""

    def bytes_per_s(self, scans_per_batch: int) -> float:
        """Return the bytes of all channels and of the digital inputs."""
        return self._stream.rate_hz * 2.0 * (len(self._stream.channels) + 1)

    def _obey(self, command: str) -> bytes:
        answer = b"" if self._running else f"{command}\r".encode()
        match command.split():
            case ["start", *_]:
                self._running = True
                self._check_rate(60e6 / (self._divisor * self._decimation))
                return b""
            case ["stop"]:
                self._running = False
                return b"stop\r"
            case ["slist", place, code] if not self._running:
                self._codes[int(place)] = int(code)
            case ["srate", number] if not self._running:
                self._divisor = int(number)
            case ["dec", number] if not self._running:
                self._decimation = int(number)
        return answer


TALKERS: dict[str, type[Talker]] = {"due_daq": DueFrames, "dataq": DataqScans}
"""By name, as `--format` has it."""
