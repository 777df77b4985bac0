"""The samples of a window made ready to be measured: space vector, line, baseband, harmonics, vibration."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from edge_agent.limits import SUPPLY
from edge_agent.motor import Nameplate
from edge_agent.refusals import of_samples
from edge_agent.signals.checks.vibration import VibrationCheck
from edge_agent.signals.dsp.carrier import Baseband, demodulate, shift
from edge_agent.signals.dsp.decimation import Decimator
from edge_agent.signals.dsp.filters import analytic
from edge_agent.signals.dsp.tones import closed_blackman, rotation
from edge_agent.verdict import Refusal
from edge_agent.windows.sliding import StreamWindow

HARMONICS = (-5, 7)
"""Harmonics that every supply has, signed by their sequence: the 5th turns backwards."""
_SUMMED = 16
"""Samples summed before the line's frequency is refined: the search costs a sixteenth, the tone loses
nothing."""
_STEPS_OF_TOP = 33
"""Levels that are compared within a bin of the padded spectrum on either side of its peak: the parabola
through three of them errs by less than a ten thousandth of a bin."""
_TURN = complex(np.exp(2j * np.pi / 3))
"""The operator a = exp(2j pi/3) of symmetrical components (Fortescue 1918)."""
_HIGHEST_SHARE = 0.435
"""Share of the rate up to which harmonics are read: their lines pass the filter of the decimation, and what
would fold onto them does not; at 1 kHz that lies above 553 Hz."""


@dataclass(frozen=True, slots=True)
class Line:
    """The fundamental of the supply as the current shows it."""

    frequency_hz: float
    """Frequency of the strongest line."""
    amplitude_a: float
    """Peak amplitude of its positive sequence, A."""
    unbalance: float | None
    """Negative over positive sequence; None with one phase."""
    reversed_order: bool
    """The phases come in the order a, c, b."""
    second_harmonic: float = 0.0
    """The second harmonic, turning either way, over the fundamental.

    Zero where the rate does not reach it."""
    negative_share: complex | None = None
    """Negative over positive sequence as phasors of phase a (Fortescue 1918); None with one phase.

    The phases are taken in the order in which they come: a, c, b if that is reversed."""

    @property
    def rms_a(self) -> float:
        """Rms of its positive sequence, A."""
        return self.amplitude_a / math.sqrt(2)


@dataclass(frozen=True)
class Current:
    """The phase currents as one rotating vector, and what is seen from its line."""

    vector: NDArray[np.complex128]
    """(n,), A, turning forwards whatever the order of the phases."""
    valid: NDArray[np.bool_]
    """(n,), False where samples were lost."""
    rate_hz: float
    """Values per second."""
    line: Line
    """The supply's line in it."""
    measured: "Current | None" = None
    """The current with what the voltage's sidebands do to it, if that was taken off this one; else None."""

    @cached_property
    def baseband(self) -> Baseband:
        """The vector seen from its own carrier."""
        return demodulate(self.vector, self.valid, self.rate_hz, self.line.frequency_hz)

    @cached_property
    def harmonics(self) -> dict[int, NDArray[np.complex128]]:
        """By their signed order, the harmonics of the supply that the rate reaches, each shifted to zero, A.

        Each (n,) at the samples of the baseband, with the phase that it has turning as its sign says. One
        phase alone shows the backward 5th as a forward line, whose phase has the other sign.
        """
        found: dict[int, NDArray[np.complex128]] = {}
        for order in HARMONICS:
            if abs(order) * self.line.frequency_hz > _HIGHEST_SHARE * self.rate_hz:
                break
            shown = abs(order) if self.line.unbalance is None else order
            (shifted,), _ = shift(self.vector[np.newaxis], self.rate_hz, shown * self.line.frequency_hz)
            found[order] = shifted if shown == order else shifted.conj()
        return found


ShaftLines = tuple[list[NDArray[np.complex128]], float]
"""Vibration with a harmonic of the shaft shifted to zero, (channels, n) for each; and their rate, Hz."""


@dataclass(frozen=True, slots=True)
class Vibration:
    """What the usable accelerometers gave."""

    samples: NDArray[np.float32]
    """(channels, n), any unit."""
    rate_hz: float
    """Values per second."""

    def around_shaft(self, shaft_hz: float) -> ShaftLines:
        """Return what lies around the first two harmonics of a shaft that turns at `shaft_hz`."""
        shifted = [shift(self.samples, self.rate_hz, order * shaft_hz) for order in (1, 2)]
        return [samples for samples, _ in shifted], shifted[0][1]


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

    def decimated(self, stream: StreamWindow) -> NDArray[np.float32]:
        """Return all channels (channels, n), in units, at the samples of the current's vector."""
        return self._decimator(stream).process(stream)

    def vibration(self, check: VibrationCheck, line_hz: float) -> Vibration | None:
        """Return the channels of the first stream in which a machine shows; None without any.

        `line_hz` is the supply's frequency, whose own lines do not count.
        """
        for stream in check.window.streams:
            decimator = self._decimator(stream)
            channels = check.telling(stream, line_hz, decimator)
            if channels:
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


def space_vector(currents: NDArray[np.floating], phases: Sequence[str]) -> NDArray[np.complex128]:
    """Return the amplitude-invariant space vector of one, two or three phase currents.

    Args:
        currents: (phases, n), A.
        phases: which row is which, of `a`, `b`, `c`.

    Returns:
        (n,). With two phases the third is taken as minus their sum (star without neutral, or delta).
        With one phase it is the analytic signal, whose negative frequencies are zero.
    """
    exact = currents.astype(np.float64)
    if len(phases) == 1:
        (only,) = exact
        return analytic(only - only.mean())
    vector = 2 / 3 * sum_on_axes(exact, phases)
    return np.asarray(vector - vector.mean())


def sum_on_axes(currents: NDArray[np.floating], phases: Sequence[str]) -> NDArray[np.complexfloating]:
    """Sum two or three phase currents (phases, n), each on its own axis, as precisely as they are; (n,).

    The third of two is taken as minus their sum.
    """
    by_phase = dict(zip(phases, currents, strict=True))
    if len(by_phase) == 2:
        (missing,) = set("abc") - set(by_phase)
        by_phase[missing] = -sum(by_phase.values())
    return np.asarray(by_phase["a"] + _TURN * by_phase["b"] + _TURN**2 * by_phase["c"])


def find_line(vector: NDArray[np.complex128], rate_hz: float, one_phase: bool) -> Line | None:
    """Find the strongest line of a space vector (n,); None if there is no signal."""
    taper = closed_blackman(vector.size)
    tapered = vector * taper
    padded = fft.next_fast_len(2 * vector.size)
    spectrum = np.abs(fft.fft(tapered, padded))
    bin_hz = rate_hz / padded
    if not spectrum.max() > 0:
        return None
    peak = int(np.argmax(spectrum))
    coarse_hz = float(fft.fftfreq(padded, 1 / rate_hz)[peak])
    frequency_hz = _refine(tapered, rate_hz, coarse_hz, bin_hz)
    turning = rotation(frequency_hz / rate_hz, vector.size)
    tones = [
        np.dot(tapered, tone)
        for tone in (turning, turning.conj(), turning * turning, (turning * turning).conj())
    ]
    weight = taper.sum(dtype=np.float64)
    positive, negative, second, backward_second = (float(abs(tone) / weight) for tone in tones)
    share = tones[1].conjugate() / tones[0]
    reaches_second = 4 * abs(frequency_hz) < rate_hz
    return Line(
        frequency_hz=abs(frequency_hz),
        amplitude_a=positive,
        unbalance=None if one_phase else negative / positive,
        reversed_order=frequency_hz < 0,
        second_harmonic=(second + backward_second) / positive if reaches_second else 0.0,
        negative_share=None if one_phase else share.conjugate() if frequency_hz < 0 else share,
    )


def check_line(line: Line, nameplate: Nameplate) -> Refusal | None:
    """Refuse a grid without its nominal frequency: the sample rate is wrong, or a drive feeds the motor."""
    nominal_hz = nameplate.line_frequency_hz
    deviation = line.frequency_hz / nominal_hz - 1
    if nameplate.supply == "grid" and abs(deviation) > SUPPLY.grid_tolerance:
        limit_hz = nominal_hz * (1 + float(np.copysign(SUPPLY.grid_tolerance, deviation)))
        return of_samples.LINE_FREQUENCY.refuse(line.frequency_hz, limit_hz)
    return None


def check_even_harmonics(line: Line, most_dbc: float) -> Refusal | None:
    """Refuse a current whose second harmonic is stronger than so much.

    It is that of a half-wave or saturated load, of a saturated transformer, or of no motor at all.
    """
    level_dbc = 20 * math.log10(max(line.second_harmonic, 1e-8))
    if level_dbc > most_dbc:
        return of_samples.SECOND_HARMONIC.refuse(level_dbc, most_dbc)
    return None


def _refine(tapered: NDArray[np.complex128], rate_hz: float, coarse_hz: float, bin_hz: float) -> float:
    """Find the top of a line within a bin; so near to zero, sums of a few samples are as good as these.

    It is that of the parabola through the logarithms of the highest level and those beside it.
    """
    still = tapered * rotation(coarse_hz / rate_hz, tapered.size)
    sums = np.add.reduceat(still, np.arange(0, still.size, _SUMMED))
    offsets = np.linspace(-1.0, 1.0, _STEPS_OF_TOP)
    levels = np.abs(rotation(offsets * bin_hz * _SUMMED / rate_hz, sums.size) @ sums)
    best = min(max(int(np.argmax(levels)), 1), _STEPS_OF_TOP - 2)
    left, middle, right = np.log(levels[best - 1 : best + 2] + 1e-300)
    bend = left - 2.0 * middle + right
    shift = 0.5 * (left - right) / bend if bend < 0.0 else 0.0
    return coarse_hz + float(offsets[best] + shift * (offsets[1] - offsets[0])) * bin_hz
