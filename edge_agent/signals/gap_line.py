"""The line that an air gap which runs out with the shaft makes in the current: at f + f_r, relative to f."""

import numpy as np
from scipy import fft

from edge_agent.signals.dsp.tones import BLACKMAN_MAIN_LOBE_BINS, blackman, decibels
from edge_agent.signals.prepared import Current

_PADDED = 4
"""Times as many bins as the window has by itself: a top between them is then at most 0.1 dB higher (Harris
1978)."""
_NEAR_BINS = 1.5
"""Distance within which the line is looked for, bins: the shaft's frequency is known that well. Judgement."""
_FLOOR_BINS = 12.0
"""Width of the stretch on either side whose median is the floor, bins. Judgement: room for a median, and
narrow against the distance of other lines."""
_HIGHEST_SHARE = 0.435
"""Share of the rate up to which the decimated current shows lines: as of its harmonics (prepared.py)."""


def gap_line(current: Current, shaft_hz: float) -> tuple[float, float] | None:
    """Return the level at f + f_r, dBc, and how far it lies above the floor beside it, dB.

    None where it cannot be told from harmonics of the line, or lies beyond the rate, or scans were lost.
    """
    line_hz, count = current.line.frequency_hz, current.vector.size
    bin_hz = current.rate_hz / count
    tone_hz = line_hz + shaft_hz
    to_harmonic_hz = abs(tone_hz - line_hz * round(tone_hz / line_hz))
    beyond = tone_hz > _HIGHEST_SHARE * current.rate_hz
    if beyond or to_harmonic_hz < (BLACKMAN_MAIN_LOBE_BINS + _NEAR_BINS) * bin_hz or not current.valid.all():
        return None
    taper = blackman(count)
    padded = fft.next_fast_len(_PADDED * count)
    spectrum = np.abs(fft.fft(current.vector * taper, padded)) / taper.sum()
    step_hz = current.rate_hz / padded
    near = slice(
        round((tone_hz - _NEAR_BINS * bin_hz) / step_hz), round((tone_hz + _NEAR_BINS * bin_hz) / step_hz) + 1
    )
    width = round(_FLOOR_BINS * bin_hz / step_hz)
    lobe = round(BLACKMAN_MAIN_LOBE_BINS * bin_hz / step_hz)
    beside = (spectrum[near.start - lobe - width : near.start - lobe], spectrum[near.stop + lobe :][:width])
    floor = float(np.median(np.concatenate(beside)))
    top = float(spectrum[near].max())
    return decibels(top / max(current.line.amplitude_a, 1e-30)), decibels(top / max(floor, 1e-30))
