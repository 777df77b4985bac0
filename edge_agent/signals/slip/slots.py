"""The slip by the rotor's slots: lines at N_b f_r, shifted by the supply, in current and vibration.

A slot line moves N_b times as far as the shaft's own line, so it tells the slip even where 2sf is a
fraction of a hertz. (Nandi, Ahmed, Toliyat, "Detection of rotor slot and other eccentricity related
harmonics", IEEE Trans. Energy Conversion, 2001.)
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from edge_agent.signals.checks.vibration import VibrationCheck
from edge_agent.signals.dsp.carrier import Baseband
from edge_agent.signals.dsp.filters import smoothed
from edge_agent.signals.dsp.medians import median
from edge_agent.signals.dsp.tones import BLACKMAN_MAIN_LOBE_BINS, blackman
from edge_agent.signals.prepared import Line, sum_on_axes
from edge_agent.signals.sidebands.fit import SidebandPair
from edge_agent.signals.slip.range import CURRENT_ERROR, SlipRange
from edge_agent.windows.sliding import StreamWindow

_CURRENT_ORDERS = (1, -1)
"""Principal slot harmonics of the current: N_b f_r ± f."""
_VIBRATION_ORDERS = (0, -2, 2)
"""Slot forces: N_b f_r, and with the field's pull at ± 2f."""
_WANDER_S = 1.0
"""The supply's phase is smoothed over this time, s, before it is removed: so its wander is followed and noise
is not. Judgement."""
_ROUNDING_BINS = 1e-6
"""Tolerance, bins: a slip just beyond a main lobe is not covered, whatever the rounding."""
_MIN_SCANS = 8
"""A stream with fewer scans in the window has no useful spectrum (judgement)."""
_PADDING = 4
"""Zero padding of a band: a line loses under 0.3 dB between two points."""
_MIN_DB = 6.0
"""Levels below are noise of a single bin, dB over the median. Judgement, held by the rotor sets of
tests/bench/bench_evidence.py."""
_CAP_DB = 25.0
"""Level above which a line counts in part only, dB: one huge line must not outvote the others. Judgement,
held by the rotor sets of tests/bench/bench_evidence.py."""
_BEYOND_CAP = 0.3
"""Share that counts of what exceeds the cap: its top remains its top. Judgement, held by the rotor sets of
tests/bench/bench_evidence.py."""
_MIN_BAND_BINS = 40
"""Narrower bands have too few bins for the median that is their floor. Judgement."""
_SLOT_STEPS = 4
"""Steps of the search per resolution cell: a line loses under 0.3 dB between two of them."""
_MIN_SLIPS = 20
"""Fewer candidates give no meaningful lead over the others. Judgement."""
_MIN_LEAD_DB = 8.0
"""Lead of a slot line over every other slip, dB, summed over the lines. Judgement, held by the rotor sets
of tests/bench/bench_evidence.py."""
_SAME_LINE_BINS = 1.5
"""Candidates this near, in cells of resolution, show the same line: the main lobe's half width."""
_MIN_SHARE = 0.5
"""Share of the strongest line's level that its mirror image, or a slot line between both, has at least."""
_APART_BINS = 3.0
"""Candidates this far apart, in cells of resolution, show different lines: the whole main lobe."""
_SAME_SHAFT = 1.5
"""Slots and vibration mean one shaft within this many widths of the vibration's range. Judgement, held by
the rotor sets of tests/bench/bench_evidence.py."""
_SAME_CYCLES = 0.4
"""A slip by slots is that of a pair within this many cycles of the window: under half a bin."""
_SIDE_LINES = np.arange(-3, 4)
"""Side lines of a slot line that bars make as they modulate the speed: up to the third on both sides.
Judgement."""


@dataclass(frozen=True, slots=True)
class Spectra:
    """Spectra of one stream at its full rate, over the positive frequencies, of the whole window."""

    values: NDArray[np.complex64]
    """(spectra, bins): of currents the space vector forward and backward, of vibration each channel."""
    orders: tuple[int, ...]
    """Multiples of the line by which slot lines are shifted in it."""
    length_s: float
    """Length of the window: a bin is its inverse wide."""


@dataclass(frozen=True, slots=True)
class _Band:
    """The band around N_b f_r + order f as a narrow-band signal whose zero frequency is the middle slip."""

    signals: NDArray[np.complex128]
    """(rows, n), whose powers count together."""
    order: int
    middle_hz: float


def spectra_of(check: VibrationCheck, line: Line) -> list[Spectra]:
    """Return the spectra of the currents and of the vibration of a window that tells anything."""
    result = []
    for stream in check.window.streams:
        if stream.valid.size < _MIN_SCANS:
            continue
        length_s = stream.valid.size / stream.stream.rate_hz
        if phases := stream.stream.phases:
            currents = _samples(stream, list(phases.values()))
            forward, backward = _sequences(currents, list(phases))
            both = (backward, forward) if line.reversed_order else (forward, backward)
            result.append(Spectra(np.stack(both), _CURRENT_ORDERS, length_s))
        if vibration := check.telling(stream, line.frequency_hz):
            spectra = np.asarray(fft.rfft(_samples(stream, vibration), overwrite_x=True))
            result.append(Spectra(spectra, _VIBRATION_ORDERS, length_s))
    return result


class SlotLines:
    """The slot lines of a motor in all spectra of a window, on an axis of slip."""

    def __init__(
        self, spectra: Sequence[Spectra], bars: int, pole_pairs: int, line_hz: float, baseband: Baseband
    ) -> None:
        """Prepare; `baseband` was demodulated at `line_hz`, and its phase gives the wander."""
        self._spectra = spectra
        self.slots_per_pole_pair = bars / pole_pairs
        self._line_hz = line_hz
        self._seconds = baseband.seconds
        self._phase = smoothed(baseband.log.imag, round(_WANDER_S * baseband.rate_hz))

    @property
    def resolution(self) -> float:
        """Slip by which a slot line moves one bin."""
        return 1.0 / max(own.length_s for own in self._spectra) / (self.slots_per_pole_pair * self._line_hz)

    def levels_db(self, slips: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how far the lines of each slip (n,) lie above their floors, dB, summed over the lines."""
        total = np.zeros(slips.size)
        for own in self._spectra:
            weight = 1.0 if own.orders is _CURRENT_ORDERS else 1.0 / len(own.values)
            for band in self._bands(own, float(slips[0]), float(slips[-1])):
                total += weight * self._level(band, own.length_s, slips)
        return total

    def covered(self, slip: float) -> bool:
        """True if harmonics of the supply cover the slot lines of this slip.

        They cover all of its lines at once, since these lie multiples of the line's frequency apart.
        """
        return bool(self._covered(np.array(slip), max(own.length_s for own in self._spectra)))

    def _covered(self, slips: NDArray[np.float64], length_s: float) -> NDArray[np.bool_]:
        orders = self.slots_per_pole_pair * (1 - slips)
        off_supply_hz = np.abs(orders - np.round(orders)) * self._line_hz
        return np.asarray(off_supply_hz < (BLACKMAN_MAIN_LOBE_BINS - _ROUNDING_BINS) / length_s)

    def vibration_sides_db(self, slip: float) -> float | None:
        """Return how far the higher of the lines at N_b f_r ± 2sf lies above its floor in the vibration, dB.

        None without vibration, and where its rate does not reach them.
        """
        sides = slip * (1 + np.array([-2.0, 2.0]) / self.slots_per_pole_pair)
        found = [
            float(self._above_floor_db(band, own.length_s, sides).max())
            for own in self._spectra
            if own.orders is _VIBRATION_ORDERS
            for band in self._bands(own, float(sides[0]), float(sides[1]))
            if band.order == 0
        ]
        return max(found, default=None)

    def _bands(self, own: Spectra, lowest: float, highest: float) -> Iterator[_Band]:
        middle = (lowest + highest) / 2
        slots_hz = self.slots_per_pole_pair * self._line_hz * (1 - middle)
        half = max(
            _MIN_BAND_BINS,
            int(0.75 * (highest - lowest) * self.slots_per_pole_pair * self._line_hz * own.length_s),
        )
        for order in own.orders:
            centre = round((slots_hz + order * self._line_hz) * own.length_s)
            if centre - half < 1 or centre + half >= own.values.shape[1]:
                continue
            around = own.values[:, centre - half : centre + half].astype(np.complex128)
            signals = np.asarray(fft.ifft(fft.ifftshift(around, axes=1)))
            # In which direction a slot harmonic of the current turns depends on N_b / p modulo three and on
            # the winding, so both directions count together.
            together = (signals,) if own.orders is _CURRENT_ORDERS else signals[:, np.newaxis]
            for rows in together:
                yield _Band(rows, order, centre / own.length_s)

    def _level(self, band: _Band, length_s: float, slips: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what a line counts at each slip, dB: less beyond the cap, nothing near the supply's."""
        level = np.maximum(self._above_floor_db(band, length_s, slips) - _MIN_DB, 0.0)
        level[self._covered(slips, length_s)] = 0.0
        return np.asarray(np.minimum(level, _CAP_DB) + _BEYOND_CAP * np.maximum(level - _CAP_DB, 0.0))

    def _above_floor_db(
        self, band: _Band, length_s: float, slips: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the level over the band's median at each slip, dB, without the supply's wander."""
        count = band.signals.shape[1]
        seconds = (np.arange(count) - (count - 1) / 2) / count * length_s
        phase = np.interp(seconds, self._seconds, self._phase)
        still = band.signals * np.exp(-1j * (self.slots_per_pole_pair + band.order) * phase)
        spectra = fft.fft(still * blackman(count), _PADDING * count)
        spectrum = np.sqrt(np.sum(np.abs(spectra) ** 2, axis=0))
        shifts_hz = fft.fftshift(fft.fftfreq(_PADDING * count, length_s / count))
        level_db = fft.fftshift(20 * np.log10(spectrum / max(median(spectrum), 1e-30) + 1e-9))
        places_hz = self._lines_hz(band, slips) - band.middle_hz
        return np.asarray(np.interp(places_hz, shifts_hz, level_db))

    def _lines_hz(self, band: _Band, slips: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(self._line_hz * (self.slots_per_pole_pair * (1 - slips) + band.order))


def _samples(stream: StreamWindow, channels: Sequence[int]) -> NDArray[np.float32]:
    """Return the samples (channels, n) of some channels, with the mean in place of lost scans."""
    samples = np.stack([stream.units(channel) for channel in channels])
    if not stream.valid.all():
        samples -= samples[:, stream.valid].mean(axis=1, keepdims=True)
        samples[:, ~stream.valid] = 0.0
    return samples


def _sequences(
    currents: NDArray[np.float32], names: Sequence[str]
) -> tuple[NDArray[np.complex64], NDArray[np.complex64]]:
    """Return the space vector's spectrum at positive and, conjugated, at negative frequencies, (bins,)."""
    if len(names) == 1:
        spectrum = np.asarray(fft.rfft(currents[0]))
        return spectrum, spectrum
    spectrum = np.asarray(fft.fft(sum_on_axes(currents, names), overwrite_x=True))
    bins = spectrum.size // 2 + 1
    return spectrum[:bins], np.roll(spectrum[::-1], 1)[:bins].conj()


def read_slip(lines: SlotLines, pair: SidebandPair | None, highest: float) -> SlipRange | None:
    """Read the slip, up to the highest possible one, from slot lines; None if no slip leads the others.

    Broken bars modulate the speed, and so surround a slot line with side lines 2sf apart, up to the point
    where these are all that is left of it (Bessel functions of the modulation index). So where a `pair`
    stands out, the strongest line may be any of them, and the pair tells which: the true slot line has
    others on both sides of it.
    """
    slips = np.arange(0.0, highest, lines.resolution / _SLOT_STEPS)
    if slips.size < _MIN_SLIPS:
        return None
    levels_db = lines.levels_db(slips)
    best = int(np.argmax(levels_db))
    elsewhere = np.abs(slips - slips[best]) > _APART_BINS * lines.resolution
    leads = levels_db[best] - levels_db[elsewhere].max(initial=0.0) >= _MIN_LEAD_DB
    if best in (0, slips.size - 1) or levels_db[best - 1 : best + 2].min() == 0.0:
        # A bound or a harmonic of the supply cuts the line off: its top may lie beyond. Lines that vanish
        # beside the supply's harmonics close to no slip at all are those of an idling motor.
        idles = leads and slips[best] <= _APART_BINS * lines.resolution
        return SlipRange(0.0, float(slips[best]), "slots") if idles else None
    if pair is not None and levels_db[best] > _MIN_LEAD_DB:
        meant = _slip_of_pair(pair, float(slips[best]), lines)
        if meant is not None:
            is_meant = _is_slot_line(meant, best, slips, levels_db, lines)
            if is_meant is not False:
                return _around(meant, lines) if is_meant else None
    return _around(float(slips[best]), lines) if leads else None


def contradicts(by_slots: SlipRange, rival: SlipRange) -> bool:
    """True if slots and vibration or current cannot both belong to this motor.

    Then the configured number of rotor bars is wrong, a line was taken for a slot line, or the others are
    wrong.
    """
    if rival.source == "vibration":
        return abs(by_slots.middle - rival.middle) > _SAME_SHAFT * (rival.highest - rival.lowest)
    return not rival.lowest / CURRENT_ERROR <= by_slots.middle <= rival.highest * CURRENT_ERROR


def _around(slip: float, lines: SlotLines) -> SlipRange:
    margin = lines.resolution / _SLOT_STEPS
    return SlipRange(max(0.0, slip - margin), slip + margin, "slots")


def _slip_of_pair(pair: SidebandPair, loudest: float, lines: SlotLines) -> float | None:
    """Return the slip of a pair as the loudest line tells it, as a slot line or a side line 2ksf beside one.

    `loudest` is its slip as a slot line; as side line k it would mean loudest / (1 - 2k p / N_b). None if
    none of them is the slip of the pair.
    """
    shares = 1 - _SIDE_LINES * 2 / lines.slots_per_pole_pair
    meant = loudest / shares[shares > 0]  # a rotor with few bars for its poles has not all of the side lines
    nearest = float(meant[np.argmin(np.abs(meant - pair.slip))])
    return nearest if abs(nearest / pair.slip - 1) * pair.cycles < _SAME_CYCLES else None


def _is_slot_line(
    meant: float, best: int, slips: NDArray[np.float64], levels_db: NDArray[np.float64], lines: SlotLines
) -> bool | None:
    """True if the slot line lies at `meant`, with the strongest line at `slips[best]` at its side.

    Side lines come on both sides, so the mirror image of the strongest one must show. False where neither it
    nor a slot line between both does: the strongest line is itself the slot line. None if it cannot be
    told: an oscillating load makes lines as well, and a mirror image that is covered tells neither way.
    """
    mirrored = 2 * meant - float(slips[best])
    meant_db, mirrored_db = (
        levels_db[np.abs(slips - slip) < _SAME_LINE_BINS * lines.resolution].max(initial=0.0)
        for slip in (meant, mirrored)
    )
    counts_db = _MIN_SHARE * levels_db[best]
    if mirrored_db > counts_db:
        return True
    hidden = mirrored > slips[-1] or lines.covered(mirrored)
    return None if meant_db > counts_db or hidden else False
