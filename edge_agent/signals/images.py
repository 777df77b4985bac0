"""The images that the network looks at: sidebands over time, on an axis in units of 2sf."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from edge_agent.signals.dsp.medians import medians
from edge_agent.signals.dsp.tones import decibels, hann, rotation
from edge_agent.signals.prepared import ShaftLines
from edge_agent.signals.sidebands.fit import SidebandPair
from edge_agent.signals.sidebands.measure import Sidebands

_MIN_CYCLES = 3.0
"""Shortest frame in pole-pass cycles: from three on the pair is resolved from the carrier (joint fit,
sidebands/fit.py)."""
_MAX_CYCLES = 8.0
"""Longest frame in pole-pass cycles: more would blur changes within the window. Judgement; the model was
trained with it."""


@dataclass(frozen=True, slots=True)
class ModelInputs:
    """What the network looks at: one window as images and a few numbers."""

    images: Mapping[str, NDArray[np.uint8]]
    """Per modality an image (rows, columns, channels); all zero where a modality is missing."""
    side: NDArray[np.float32]
    """Side inputs (n,), in the order of SIDE_INPUTS."""


@dataclass(frozen=True, slots=True)
class ImageSpec:
    """How modulation becomes an image. A model's manifest carries it, so that both cannot disagree."""

    rows: int = 64
    """Frequencies, evenly from 0 to `highest_ratio`."""
    columns: int = 32
    """Frames in time, evenly over the window."""
    highest_ratio: float = 3.2
    """Distance of the last row from the carrier, in units of 2sf."""
    lowest_db: float = -40.0
    """Level that becomes 0: dB re one equivalent bar for current, re the local floor for vibration."""
    highest_db: float = 25.0
    """Level that becomes 255."""


CURRENT_CHANNELS = ("amplitude_db", "phase_db", "product_in_step", "product_quadrature")
"""Depth of the current's AM and PM, dB re one equivalent bar, and the product of both.

Together they hold both sidebands: upper = (AM + j PM) / 2, lower* = (AM - j PM) / 2. The supply's wander is
PM alone. Bars make PM in antiphase with the AM, an oscillating load in phase with it, and a single sideband
is AM and PM of equal depth, 90 degrees apart.
"""
VIBRATION_CHANNELS = ("shaft_upper_db", "shaft_lower_db", "shaft2_upper_db", "shaft2_lower_db")
"""Sidebands of the first and second shaft harmonic in dB over the median of the image."""
SIDE_INPUTS = (
    "slip",
    "load",
    "pole_pass_octaves",
    "amplitude_db_bars",
    "amplitude_floor_db_bars",
    "phase_db_bars",
    "phase_floor_db_bars",
    "in_step",
    "one_sided",
    "across_db_bars",
    "vibration",
)
"""Numbers beside the images: where the sidebands lie, how clear they are, and what AM and PM they mean."""


def side_inputs(
    pair: SidebandPair, load: float, bars_per_ratio: float, across: float, vibration: bool
) -> NDArray[np.float32]:
    """Return the numbers of SIDE_INPUTS, (n,); `bars_per_ratio` are equivalent bars per modulation index.

    `across` is the part of the pair that no oscillation of the speed can make, as a ratio to the carrier.
    """
    indices = (pair.am_index, pair.amplitude_floor, pair.pm_index, pair.phase_floor)
    numbers = [
        10 * pair.slip,
        load,
        np.log2(pair.cycles) / 6,
        *(decibels(index * bars_per_ratio) / 40 for index in indices),
        pair.pm_in_phase / max(math.hypot(pair.am_index, pair.pm_index), 1e-9),
        (abs(pair.lower) - abs(pair.upper)) / max(pair.linear_sum, 1e-9),
        decibels(across * bars_per_ratio) / 40,
        float(vibration),
    ]
    return np.array(numbers, np.float32)


class SidebandImage:
    """Short-time Fourier transform of a modulation at frequencies that follow the slip.

    A frame holds 3 to 8 pole-pass cycles, half the window where it can, so that short and long
    windows and small and large slips give the same picture of the same fault.
    """

    def __init__(self, spec: ImageSpec) -> None:
        self._spec = spec
        self._ratios = np.linspace(0.0, spec.highest_ratio, spec.rows)

    def transform(
        self, modulations: NDArray[np.complex128], rate_hz: float, pole_pass_hz: float
    ) -> tuple[NDArray[np.complex64], NDArray[np.complex64]]:
        """Return upper and lower sidebands as amplitudes, both (signals, rows, columns).

        Args:
            modulations: complex ones, (signals, n), their carriers at zero.
            rate_hz: rate of the samples.
            pole_pass_hz: 2sf.
        """
        size = modulations.shape[1]
        cycles = size / rate_hz * pole_pass_hz
        frame_cycles = float(np.clip(cycles / 2, _MIN_CYCLES, _MAX_CYCLES))
        length = min(size, round(frame_cycles / pole_pass_hz * rate_hz))
        starts = np.linspace(0, size - length, self._spec.columns).astype(int)
        frames = sliding_window_view(modulations.astype(np.complex64), length, axis=1)[:, starts]
        taper = hann(length)
        turning = rotation(self._ratios * pole_pass_hz / rate_hz, length)
        tones = (turning * (taper / taper.sum())).astype(np.complex64)
        frames = frames.swapaxes(1, 2)
        upper, lower = tones @ frames, tones.conj() @ frames
        # Phases count from the start of the frame: amplitude and phase turn alike, not so their product.
        return upper, lower

    def current(
        self, modulation: NDArray[np.complex128], rate_hz: float, pole_pass_hz: float, bars_per_ratio: float
    ) -> NDArray[np.uint8]:
        """Return the picture of the demodulated current, (rows, columns, 4); `bars_per_ratio` is N_b / G."""
        (upper,), (lower,) = self.transform(modulation[np.newaxis], rate_hz, pole_pass_hz)
        amplitude, phase = upper + lower.conj(), -1j * (upper - lower.conj())
        amplitude, phase = amplitude * bars_per_ratio, phase * bars_per_ratio
        product = phase * amplitude.conj()
        # Fourth root of the magnitude: half a bar and four bars both fall within the byte.
        angle = product / np.maximum(np.abs(product) ** 0.75, 1e-9)
        planes = [self._decibels(np.abs(amplitude)), self._decibels(np.abs(phase))]
        planes += [_signed(angle.real / 2.0), _signed(angle.imag / 2.0)]
        return np.stack(planes, axis=-1)

    def vibration(
        self, carriers: list[NDArray[np.complex128]], rate_hz: float, pole_pass_hz: float
    ) -> NDArray[np.uint8]:
        """Return the picture of the sidebands of shaft harmonics, (rows, columns, 2 per harmonic).

        Args:
            carriers: per harmonic the vibration shifted so that the harmonic lies at zero,
                (channels, n).
            rate_hz: rate of the samples.
            pole_pass_hz: 2sf.
        """
        upper, lower = self.transform(np.concatenate(carriers), rate_hz, pole_pass_hz)
        planes = []
        for harmonic in np.split(np.arange(len(upper)), len(carriers)):
            for sides in (upper[harmonic], lower[harmonic]):
                # Over the median of each channel's own image, which is its floor.
                levels = np.abs(sides)
                floors = np.maximum(medians(levels.reshape(len(levels), -1)), 1e-12)
                planes.append(self._decibels(np.mean(levels / floors[:, np.newaxis, np.newaxis], axis=0)))
        return np.stack(planes, axis=-1)

    def _decibels(self, level: NDArray[np.floating]) -> NDArray[np.uint8]:
        spec = self._spec
        level_db = 20 * np.log10(np.maximum(level, 1e-9))
        share = (level_db - spec.lowest_db) / (spec.highest_db - spec.lowest_db)
        return np.asarray(np.clip(np.rint(share * 255), 0, 255), np.uint8)


def model_inputs(
    image: SidebandImage,
    sidebands: Sidebands,
    load: float,
    bars_per_ratio: float,
    shaft: ShaftLines | None,
) -> ModelInputs:
    """Make all that the network looks at: the pair in the current, and beside the shaft's harmonics 1 and 2.

    Args:
        image: makes the images.
        sidebands: the pair.
        load: torque per unit of the rated one.
        bars_per_ratio: equivalent bars per modulation index.
        shaft: what the vibration has around the shaft's harmonics; None without any.
    """
    fit, pole_pass_hz = sidebands.fit, sidebands.pair.pole_pass_hz
    modulation = fit.modulation(pole_pass_hz)
    images = {"current": image.current(modulation, fit.rate_hz, pole_pass_hz, bars_per_ratio)}
    images["vibration"] = np.zeros_like(images["current"])
    if shaft is not None:
        images["vibration"] = image.vibration(*shaft, pole_pass_hz)
    side = side_inputs(sidebands.pair, load, bars_per_ratio, sidebands.bars.across, shaft is not None)
    return ModelInputs(images, side)


def _signed(value: NDArray[np.floating]) -> NDArray[np.uint8]:
    return np.asarray(np.clip(np.rint(128 + 127 * value), 0, 255), np.uint8)
