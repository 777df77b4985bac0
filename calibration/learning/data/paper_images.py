"""The images of the paper: spectrograms of raw current and vibration, to compare with the agent's.

U. Ali et al., arXiv 2501.03746 (2025), classify STFT images of short windows. Their settings are not known in
detail; these give one image per quarter of a second, which is what 57,500 images of 400 recordings leave.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft, signal

from calibration.learning.data.windowing import Seen, StreamSamples, View, cut, restrict
from edge_agent.acquire.samples import ChannelKind
from edge_agent.signals.images import ModelInputs
from edge_agent.windows.sliding import StreamWindow

PAPER_CHANNELS: dict[str, tuple[str, ...]] = {"current": ("magnitude_db",), "vibration": ("magnitude_db",)}
"""Image inputs and the meaning of their channels."""
WINDOW_S = 0.25
"""Usual length of a window, s: 57,500 images of 400 recordings leave about this much for each."""

_ONE_OF_EACH = View(current_phases=1, vibration=True, bars_known=True, vibration_sensors=1)


@dataclass(frozen=True, slots=True)
class PaperSpec:
    """How samples become a spectrogram."""

    rows: int = 64
    """Frequencies, evenly from 0 to just below `highest_hz`; a frame lasts rows / highest_hz seconds.
    Judgement: as many as the agent's images have."""
    columns: int = 64
    """Frames in time, evenly over the window. Judgement: a square image."""
    highest_hz: float = 1000.0
    """Upper end of the frequencies, Hz. Judgement: above the sidebands and low harmonics."""
    lowest_db: float = -80.0
    """Level that becomes 0, dB re the strongest point of the image, which becomes 255. Judgement: about the
    noise of a 12-bit converter."""


class Spectrogram:
    """Short-time Fourier transform of one channel, in dB, without a resize: the frame fits the rows."""

    def __init__(self, spec: PaperSpec, rate_hz: float) -> None:
        """Prepare the taper; raises ValueError if the rate is below twice the highest frequency."""
        if rate_hz < 2 * spec.highest_hz:
            raise ValueError(
                f"{rate_hz:g} samples per s cannot show frequencies up to {spec.highest_hz:g} Hz"
            )
        self._spec = spec
        self._taper = signal.get_window("hann", round(spec.rows / spec.highest_hz * rate_hz)).astype(
            np.float32
        )
        self._frames = np.empty((spec.columns, self._taper.size), np.float32)

    def image(self, samples: NDArray[np.float32]) -> NDArray[np.uint8]:
        """Return the image (rows, columns, 1) of samples (n,); raises ValueError below a frame of them."""
        length = self._taper.size
        if samples.size < length:
            raise ValueError(f"{samples.size} samples are less than a frame of {length}")
        starts = np.linspace(0, samples.size - length, self._spec.columns).astype(int)
        frames = np.lib.stride_tricks.sliding_window_view(samples - samples.mean(), length)[starts]
        np.multiply(frames, self._taper, out=self._frames)
        spectra = fft.rfft(self._frames, overwrite_x=True)[:, : self._spec.rows]
        power = np.square(spectra.real) + np.square(spectra.imag)
        decibels = 10 * np.log10(np.maximum(power / max(float(power.max()), 1e-30), 1e-12))
        share = np.clip(1 - decibels / self._spec.lowest_db, 0, 1)
        return np.asarray(np.rint(255 * share.T[:, :, None]), np.uint8)


def look_at_spectrograms(
    streams: list[StreamSamples], spec: PaperSpec, spans: list[tuple[float, float]]
) -> Iterator[Seen]:
    """Yield the images of every window: of the first current and the first vibration channel.

    Nothing is refused, and there are no side inputs. Without a channel of its kind an image is black.
    """
    measured = restrict(streams, _ONE_OF_EACH)
    spectrograms = {samples.stream.number: Spectrogram(spec, samples.stream.rate_hz) for samples in measured}
    for start_s, length_s in spans:
        images = {name: np.zeros((spec.rows, spec.columns, 1), np.uint8) for name in PAPER_CHANNELS}
        for stream in cut(measured, start_s, length_s).streams:
            for name, samples in _signals(stream):
                images[name] = spectrograms[stream.stream.number].image(samples)
        yield Seen(ModelInputs(images, np.empty(0, np.float32)), length_s, phases=1)


def _signals(stream: StreamWindow) -> Iterator[tuple[str, NDArray[np.float32]]]:
    for number, channel in enumerate(stream.stream.channels):
        if channel.kind in (ChannelKind.CURRENT, ChannelKind.VIBRATION):
            yield str(channel.kind), stream.units(number)
