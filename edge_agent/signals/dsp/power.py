"""The power in each bin of a spectrum, averaged over the parts of a window that came whole."""

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from edge_agent.signals.dsp.tones import hann


def power_spectrum(
    samples: NDArray[np.floating], valid: NDArray[np.bool_], length: int
) -> NDArray[np.float64] | None:
    """Return the mean square in each bin of tapered parts, (channels, length // 2 + 1), squared units.

    The parts are `length` scans long, overlap by half, and are tapered by Hann. A part with a lost scan is
    left out: its hole would spread strong lines over the whole spectrum. The bins of a line sum up to its
    mean square; nearly all of it lies in the nearest bin and one on either side.

    Args:
        samples: (channels, n), without their means.
        valid: (n,), False where a scan was lost.
        length: scans of a part, at most n.

    Returns:
        None if no part came whole.
    """
    taper = hann(length)
    total, parts = np.zeros((len(samples), length // 2 + 1)), 0
    for start in range(0, valid.size - length + 1, max(1, length // 2)):
        part = slice(start, start + length)
        if valid[part].all():
            total += np.square(np.abs(fft.rfft(samples[:, part] * taper)))
            parts += 1
    if not parts:
        return None
    total[:, 1:] *= 2.0  # for the negative frequencies; nobody reads the last bin, which has none
    return np.asarray(total / (parts * length * np.square(taper).sum()))
