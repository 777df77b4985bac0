"""Sources of the virtual DAQ's samples: a recording or a simulated motor."""

from typing import TYPE_CHECKING, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from calibration.virtual_daq.errors import DaqError
from edge_agent.acquire.recordings import Recording
from edge_agent.acquire.samples import Device, SampleBlock, Stream

if TYPE_CHECKING:
    from calibration.simulator.scenario import Scenario


class SampleSource(Protocol):
    """Samples of one device from scan 0 on, in pieces of any length."""

    @property
    def device(self) -> Device:
        """The streams."""

    @property
    def finished(self) -> bool:
        """True if there will be no more samples."""

    @property
    def broken_bars(self) -> int:
        """Number of bars that are broken now."""

    def advance(self, duration_s: float) -> list[SampleBlock]:
        """Return the next `duration_s` seconds, one block per stream that has new scans."""

    def break_bars(self, count: int) -> None:
        """Break `count` bars in all from here on; raises DaqError if the source cannot."""


class RecordingSource:
    """Plays a recording, once or in a loop; the scan index runs on through repeats."""

    broken_bars = 0

    def __init__(self, recording: Recording, *, loop: bool) -> None:
        self.device = recording.device
        self._counts = recording.counts
        self._loop = loop
        self._elapsed_s = 0.0
        self._next = [0] * len(recording.counts)

    @property
    def finished(self) -> bool:
        """True if every stream has been played to its end."""
        return not self._loop and all(n == len(c) for n, c in zip(self._next, self._counts, strict=True))

    def advance(self, duration_s: float) -> list[SampleBlock]:
        """Return the scans of the next `duration_s` seconds."""
        self._elapsed_s += duration_s
        blocks = []
        for i, (stream, counts) in enumerate(zip(self.device.streams, self._counts, strict=True)):
            first, until = self._next[i], int(self._elapsed_s * stream.rate_hz + 1e-6)
            if not self._loop:
                until = min(until, len(counts))
            if until > first:
                scans = counts[np.arange(first, until) % len(counts)]
                blocks.append(SampleBlock(stream.number, first, scans))
                self._next[i] = until
        return blocks

    def break_bars(self, count: int) -> None:
        """Raise DaqError: a recording cannot change."""
        raise DaqError(f"cannot break {count} bars of a recording; that needs the simulated motor")


class MotorSource:
    """Runs a simulated motor without end."""

    finished = False

    def __init__(self, scenario: "Scenario") -> None:
        from calibration.simulator.live import LiveMotor

        self._motor = LiveMotor(scenario)
        self.device = self._motor.device

    @property
    def broken_bars(self) -> int:
        """Number of bars that are broken now."""
        return self._motor.scenario.broken_bars

    def advance(self, duration_s: float) -> list[SampleBlock]:
        """Run the motor on by `duration_s`; return the new scans."""
        return self._motor.advance(duration_s)

    def break_bars(self, count: int) -> None:
        """Break `count` bars in all of the running motor."""
        try:
            self._motor.break_bars(count)
        except ValueError as error:
            raise DaqError(str(error)) from error


class OneTable:
    """Joins the streams of a source into one, for text lines; all must have the same rate."""

    def __init__(self, source: SampleSource) -> None:
        rates_hz = {stream.rate_hz for stream in source.device.streams}
        if len(rates_hz) > 1:
            rates = " and ".join(f"{rate_hz:g}" for rate_hz in sorted(rates_hz))
            raise DaqError(f"--format csv: lines have one rate, but the streams have {rates} Hz; use frames")
        channels = tuple(c for stream in source.device.streams for c in stream.channels)
        self._source = source
        device = source.device
        self.device = Device(
            device.name, device.serial_number, device.firmware, (Stream(0, rates_hz.pop(), channels),)
        )

    @property
    def finished(self) -> bool:
        """True if there will be no more samples."""
        return self._source.finished

    @property
    def broken_bars(self) -> int:
        """Number of bars that are broken now."""
        return self._source.broken_bars

    def advance(self, duration_s: float) -> list[SampleBlock]:
        """Return the next `duration_s` seconds, cut off where the shortest stream ends."""
        blocks = self._source.advance(duration_s)
        if len(blocks) < len(self._source.device.streams):
            return []
        scans = min(len(block.counts) for block in blocks)
        counts = cast(NDArray[np.int32], np.hstack([block.counts[:scans] for block in blocks]))
        return [SampleBlock(0, blocks[0].first_scan, counts, clipped=any(b.clipped for b in blocks))]

    def break_bars(self, count: int) -> None:
        """Break `count` bars in all from here on."""
        self._source.break_bars(count)
