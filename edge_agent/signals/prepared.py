"""The samples of a window made ready to be measured: space vector, line, baseband, vibration."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_agent.signals.checks.vibration import VibrationCheck
from edge_agent.signals.dsp.carrier import Baseband, demodulate
from edge_agent.signals.dsp.decimation import Decimator
from edge_agent.signals.supply import Line, find_line, space_vector
from edge_agent.windows.sliding import StreamWindow

_HIGHEST_SHARE = 0.435
"""Share of the rate up to which harmonics are read: their lines pass the filter of the decimation, and what
would fold onto them does not; at 1 kHz that lies above 553 Hz."""


@dataclass(frozen=True, slots=True)
class Current:
    """The phase currents as one rotating vector."""

    vector: NDArray[np.complex128]
    """(n,), A, turning forwards whatever the order of the phases."""
    valid: NDArray[np.bool_]
    """(n,), False where samples were lost."""
    rate_hz: float
    """Values per second."""
    line: Line
    """The supply's line in it."""

    def order_of(self, harmonic: int) -> int | None:
        """Return the multiple of the line at which a harmonic lies, which is signed by its sequence.

        One phase alone shows both turns of the field as forward ones. None if the rate does not reach it.
        """
        if abs(harmonic) * self.line.frequency_hz > _HIGHEST_SHARE * self.rate_hz:
            return None
        return abs(harmonic) if self.line.unbalance is None else harmonic

    def demodulated(self) -> Baseband:
        """The vector seen from its own carrier."""
        return demodulate(self.vector, self.valid, self.rate_hz, self.line.frequency_hz)


@dataclass(frozen=True, slots=True)
class Vibration:
    """What the usable accelerometers gave."""

    samples: NDArray[np.float32]
    """(channels, n), any unit."""
    rate_hz: float
    """Values per second."""


class Preparation:
    """Decimates the streams of a device, each with a filter that keeps what the next window shares."""

    def __init__(self) -> None:
        self._decimators: dict[int, Decimator] = {}

    def current(self, stream: StreamWindow) -> Current | None:
        """Make the vector of a stream that has currents; None if these are all zero."""
        decimator = self._decimator(stream)
        vector = current_vector(stream, decimator)
        line = find_line(vector, decimator.rate_hz, one_phase=len(stream.stream.phases) == 1)
        if line is None:
            return None
        forwards = vector.conj() if line.reversed_order else vector
        return Current(forwards, decimator.valid(stream), decimator.rate_hz, line)

    def vibration(self, check: VibrationCheck, line_hz: float) -> Vibration | None:
        """Return the channels of the first stream in which a machine shows; None without any.

        `line_hz` is the supply's frequency, whose own lines do not count.
        """
        for stream in check.window.streams:
            channels = check.telling(stream, line_hz)
            if channels:
                decimator = self._decimator(stream)
                return Vibration(decimator.process(stream)[channels], decimator.rate_hz)
        return None

    def _decimator(self, stream: StreamWindow) -> Decimator:
        number = stream.stream.number
        if number not in self._decimators:
            self._decimators[number] = Decimator(stream.stream.rate_hz)
        return self._decimators[number]


def current_vector(stream: StreamWindow, decimator: Decimator) -> NDArray[np.complex128]:
    """Return the decimated space vector (n,) of a stream that has currents, in the order of its phases."""
    phases = stream.stream.phases
    return space_vector(decimator.process(stream)[list(phases.values())], list(phases))
