"""The demodulated current of the last minutes, in few numbers and without a jump of its phase.

Each window sees the current from a carrier of its own, whose phase is zero at its own first sample. Here all
are seen from one carrier, the rated frequency, whose phase is zero where the device's count is: so the parts
of successive windows are parts of one signal.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from edge_agent.signals.dsp.carrier import Baseband
from edge_agent.signals.dsp.tones import hann
from edge_agent.signals.prepared import Current
from edge_agent.signals.slip.range import SlipRange

RATE_HZ = 25.0
"""Values kept per second: room for 2sf, 4sf and 6sf of an idling motor, below 2 Hz each. Judgement."""
LONGEST_S = 570.0
"""The memory reaches back so far, s: 0.4 MB, and ten cycles of a 2sf of 0.018 Hz. Looks forget each other
after `limits.STATE.memory_s`, so it is a little shorter. Judgement."""
_AVERAGED_S = 0.16
"""Length of the Hann taper that averages before values are left out, s: its response is zero at 12.5 Hz and
each 6.25 Hz above, so nothing folds onto the lowest hertz (Harris 1978)."""
_UNSURE_S = 0.5
"""Left out at either end of a window, s: there the filters see a mirror image. Judgement."""
_SAME_RAD = 0.1
"""Mean difference of the phase where two windows overlap, rad, up to which they are parts of one signal: a
twentieth of a millisecond of 50 Hz is 0.016 rad. Judgement."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a window said of the motor."""

    end: int
    """Number of the last value of its part."""
    rms_a: float
    """Rms of the current's positive sequence, A."""
    slips: SlipRange
    """Where it looked for the slip."""


@dataclass(frozen=True)
class Stretch:
    """A stretch of minutes of a demodulated current, as the measurement of sidebands takes one."""

    lines: NDArray[np.complex64]
    """(1 + harmonics, n), A: the current and its harmonics, each seen from its multiple of `reference_hz`."""
    orders: tuple[int, ...]
    """Signed orders of the harmonics."""
    reference_hz: float
    """The carrier that was removed."""
    looks: tuple[Look, ...]
    """What the windows in it said, in their order."""

    @property
    def length_s(self) -> float:
        """Time that it spans, s."""
        return float(self.lines.shape[1] / RATE_HZ)

    @property
    def valid(self) -> NDArray[np.bool_]:
        """All of it came: a lost sample ends the memory."""
        return np.ones(self.lines.shape[1], np.bool_)

    def newest(self, length_s: float) -> "Stretch":
        """Return its last `length_s`."""
        count = min(self.lines.shape[1], round(length_s * RATE_HZ))
        last = self.looks[-1].end
        looks = tuple(look for look in self.looks if look.end > last - count)
        return Stretch(self.lines[:, -count:], self.orders, self.reference_hz, looks)

    @cached_property
    def baseband(self) -> Baseband:
        """The current seen from its mean frequency."""
        line = self.lines[0].astype(np.complex128)
        phase = np.unwrap(np.angle(line)) - self._turned
        return Baseband(
            log=np.log(np.maximum(np.abs(line), 1e-12)) + 1j * phase,
            valid=self.valid,
            rate_hz=RATE_HZ,
            carrier_hz=self.reference_hz + self._slope_hz,
        )

    @cached_property
    def harmonics(self) -> dict[int, NDArray[np.complex128]]:
        """By their signed order, the harmonics seen from that multiple of the mean frequency, (n,), A."""
        return {
            order: line * np.exp(-1j * order * self._turned)
            for order, line in zip(self.orders, self.lines[1:], strict=True)
        }

    @cached_property
    def _slope_hz(self) -> float:
        """Mean frequency less the reference, Hz."""
        phase = np.unwrap(np.angle(self.lines[0].astype(np.complex128)))
        return float((phase[-1] - phase[0]) / (2 * np.pi) * RATE_HZ / max(1, phase.size - 1))

    @property
    def _turned(self) -> NDArray[np.float64]:
        """Phase that this difference of the frequencies makes, (n,), rad."""
        return np.asarray(2 * np.pi * self._slope_hz / RATE_HZ * np.arange(self.lines.shape[1]), np.float64)


@dataclass(frozen=True, slots=True)
class _Part:
    """What one window adds: RATE_HZ values a second, counted on the device's time."""

    first: int
    lines: NDArray[np.complex64]
    orders: tuple[int, ...]

    @property
    def end(self) -> int:
        """Number after the last one."""
        return self.first + int(self.lines.shape[1])


class Store:
    """Joins the parts of successive windows; what does not go on begins anew."""

    def __init__(self, reference_hz: float) -> None:
        """Keep what is seen from a carrier of `reference_hz`."""
        self._reference_hz = reference_hz
        self._kept: _Part | None = None
        self._looks: list[Look] = []

    def forget(self) -> None:
        """Begin anew."""
        self._kept, self._looks = None, []

    def add(self, start_s: float, current: Current, slips: SlipRange) -> None:
        """Add a window whose first sample was taken at `start_s` of the device's time, none of it lost."""
        part = _part_of(start_s, current, self._reference_hz)
        joined = _joined(self._kept, part)
        if joined is None:
            self.forget()
            joined = part
        count = min(joined.lines.shape[1], round(LONGEST_S * RATE_HZ))
        self._kept = _Part(joined.end - count, joined.lines[:, -count:], joined.orders)
        self._looks = [look for look in self._looks if look.end > self._kept.first]
        self._looks.append(Look(joined.end - 1, current.line.rms_a, slips))

    def stretch(self) -> Stretch | None:
        """Return all that is kept; None if there is nothing."""
        if self._kept is None:
            return None
        return Stretch(self._kept.lines, self._kept.orders, self._reference_hz, tuple(self._looks))


def _part_of(start_s: float, current: Current, reference_hz: float) -> _Part:
    """Return a window's current and harmonics on the axis of all windows.

    The filters before delay all windows of a device alike, so their delay is left out.
    """
    baseband = current.baseband
    since_start_s = baseband.start_s + np.arange(baseband.log.size) / baseband.rate_hz
    at_s = start_s + since_start_s
    turns = baseband.carrier_hz * since_start_s - reference_hz * at_s
    lines = [np.exp(baseband.log + 2j * np.pi * turns)]
    lines += [line * np.exp(2j * np.pi * order * turns) for order, line in current.harmonics.items()]
    taper = hann(round(_AVERAGED_S * baseband.rate_hz) // 2 * 2 + 1)
    still = [np.convolve(line, taper / taper.sum(), mode="same") for line in lines]
    first = int(np.ceil((at_s[0] + _UNSURE_S) * RATE_HZ))
    numbers = np.arange(first, int((at_s[-1] - _UNSURE_S) * RATE_HZ) + 1)
    rows = [np.interp(numbers / RATE_HZ, at_s, line) for line in still]
    return _Part(first, np.array(rows, np.complex64), tuple(current.harmonics))


def _joined(kept: _Part | None, part: _Part) -> _Part | None:
    """Return what was kept with what a part adds; None if the part does not go on from it."""
    if kept is None or kept.orders != part.orders or not kept.first <= part.first < kept.end <= part.end:
        return None
    overlap = kept.end - part.first
    before, now = kept.lines[0, -overlap:], part.lines[0, :overlap]
    if abs(np.angle(np.vdot(before, now))) > _SAME_RAD:
        return None
    return _Part(kept.first, np.hstack([kept.lines, part.lines[:, overlap:]]), kept.orders)
