"""Which vibration channels tell anything of the machine, and why the others do not."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from edge_agent.acquire.samples import ChannelKind
from edge_agent.limits import SAMPLES
from edge_agent.signals.checks import flat
from edge_agent.signals.dsp.decimation import Decimator
from edge_agent.signals.dsp.medians import median, medians
from edge_agent.signals.dsp.tones import BLACKMAN_MAIN_LOBE_BINS, closed_blackman
from edge_agent.windows.sliding import StreamWindow, Window

_HELD_S = 0.02
"""Longest time that an accelerometer may keep one count, s: below 50 Hz nothing is that slow and that
still. Judgement, held by the fault sets of tests/bench/bench_evidence.py."""
_MIN_HELD_SCANS = 8
"""Fewer equal scans happen by chance in a quiet signal. Judgement, held by the fault sets of
tests/bench/bench_evidence.py."""
_HOLDS_BY_CHANCE = 5.0
"""Times the longest run that chance gives, from which a run is a hold. Judgement, held by the fault sets of
tests/bench/bench_evidence.py."""
_FEW_COUNTS = 20
"""A signal of fewer counts is at its extremes by resolution alone. Judgement."""
_LOWEST_HZ = 3.0
"""Below, drift of the sensor and of the amplifier stands; no motor turns so slowly."""
_HIGHEST_HZ = 3000.0
"""Up to here lie the lines of shafts and of slots: 44 bars at 3600 rpm pass 2640 times a second."""
_HIGHEST_SHARE = 0.45
"""Share of the rate up to which lines are looked for: that to which the filters before converters let
pass."""
_FLAT_SHARE = 0.3
"""Share of the rate of decimated samples up to which their floor is flat: from there on the filter falls
(Kaiser's formula)."""
_FLOOR_WIDTH_HZ = 12.0
"""Width of the stretch whose median is the floor: that of the search for the shaft."""
_NO_POWER = 1e-30
"""Floor of a spectrum that has none: its lines are at most that of numbers, not of a machine."""
_MIN_FLOOR_BINS = 60
"""A median of fewer bins strays by more than a decibel or two."""


@dataclass(frozen=True, slots=True)
class DeadChannel:
    """A vibration channel that shows nothing of the machine."""

    name: str
    """Name of the channel."""
    why: str
    """What it shows instead, as the end of a sentence."""


class VibrationCheck:
    """The vibration channels of a window: which show the machine, and why others do not; each judged once."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self._judged: dict[tuple[int, float], dict[int, str | None]] = {}

    def telling(self, stream: StreamWindow, line_hz: float, decimator: Decimator | None = None) -> list[int]:
        """Return the indices of the usable vibration channels in which a machine shows.

        `line_hz` is the supply's frequency: its multiples show in a cable without any sensor, too. With the
        `decimator` of the stream, most machines show in the few samples that it keeps.
        """
        return [i for i, why in self._judge(stream, line_hz, decimator).items() if why is None]

    def dead(self, line_hz: float) -> tuple[DeadChannel, ...]:
        """Return the vibration channels of all streams that tell nothing, each with what it shows instead.

        A stream that merely lost scans is not counted here.
        """
        return tuple(
            DeadChannel(stream.stream.channels[i].name, why)
            for stream in self.window.streams
            for i, why in self._judge(stream, line_hz).items()
            if why is not None
        )

    def _judge(
        self, stream: StreamWindow, line_hz: float, decimator: Decimator | None = None
    ) -> dict[int, str | None]:
        """Return why each vibration channel tells nothing, None if it does; empty if scans were lost."""
        key = stream.stream.number, line_hz
        if key not in self._judged:
            channels = [] if _loses(stream) else _vibration_channels(stream)
            self._judged[key] = {i: _why_nothing(stream, i, line_hz, decimator) for i in channels}
        return self._judged[key]


def usable_vibration(window: StreamWindow) -> list[int]:
    """Return the indices of vibration channels that are neither stuck nor clipped and have lost little."""
    if _loses(window):
        return []
    return [i for i in _vibration_channels(window) if _fault(window, i) is None]


def _vibration_channels(window: StreamWindow) -> list[int]:
    return [i for i, c in enumerate(window.stream.channels) if c.kind is ChannelKind.VIBRATION]


def _why_nothing(
    window: StreamWindow, channel: int, line_hz: float, decimator: Decimator | None
) -> str | None:
    """Return what a vibration channel shows instead of a machine; None if it shows one."""
    why = _fault(window, channel)
    if why is None and not _shows_line(window, channel, line_hz, decimator):
        why = "it shows noise without any line of a machine"
    return why


def _loses(window: StreamWindow) -> bool:
    return window.lost_samples > SAMPLES.max_lost_fraction * window.valid.size or window.overruns > 0


def _fault(window: StreamWindow, channel: int) -> str | None:
    """Return what is wrong with the samples of a vibration channel as such; None if nothing is."""
    if channel in window.dead:
        return "it gives no values"
    counts = window.counts[channel]
    if window.lost_samples:
        counts = counts[window.valid]  # what fills a gap is no sample that stood still
    if counts.size < _MIN_HELD_SCANS:
        return f"it gives {counts.size} values in a window, too few to hear a machine"
    low, high = int(counts.min()), int(counts.max())
    if low == high:
        value = float(window.stream.channels[channel].units(counts[:1])[0])
        return f"it stays at {value:.3g} {window.stream.channels[channel].unit}"
    if _stands_still(counts, window.stream.rate_hz):
        return "it stands still for a while and goes on"
    if _rails(counts, low, high):
        return "it lies at the ends of its range"
    return None


def _stands_still(counts: NDArray[np.integer], rate_hz: float) -> bool:
    """True if a signal is held far longer than the few counts that it spans let it rest by chance."""
    longest = _HELD_S * rate_hz
    scans = max(_MIN_HELD_SCANS, int(min(longest, _HOLDS_BY_CHANCE * flat.usual_hold(counts))))
    return bool(flat.holds(counts, scans).any())


def _rails(counts: NDArray[np.integer], low: int, high: int) -> bool:
    """True if a signal spends much of its time at its very extremes, or hangs at the end of its range."""
    if high - low < _FEW_COUNTS:
        ends = np.iinfo(counts.dtype)
        return low == ends.min or high == ends.max
    at_extremes = np.count_nonzero(counts == low) + np.count_nonzero(counts == high)
    return bool(at_extremes > SAMPLES.max_at_extreme * counts.size)


def _shows_line(window: StreamWindow, channel: int, line_hz: float, decimator: Decimator | None) -> bool:
    """True if a channel has a line that is none of the supply's and stands high enough above its floor.

    Most machines have one within the band of the decimation; only of the others all samples are looked at.
    """
    if decimator is not None and not window.lost_samples:
        samples = decimator.process(window)[channel]
        if _has_line(samples - samples.mean(), decimator.rate_hz, line_hz, _FLAT_SHARE * decimator.rate_hz):
            return True
    samples, rate_hz = window.units(channel), window.stream.rate_hz
    known = samples[window.valid] if window.lost_samples else samples
    samples -= known.mean()
    if window.lost_samples:
        samples[~window.valid] = 0.0
    return _has_line(samples, rate_hz, line_hz, min(_HIGHEST_HZ, _HIGHEST_SHARE * rate_hz))


def _has_line(samples: NDArray[np.float32], rate_hz: float, line_hz: float, highest_hz: float) -> bool:
    """True if samples (n,) without their mean have a line of a machine up to a frequency.

    False where they are too few to tell a line. The floor is the median of a stretch of the spectrum. In most
    windows of a machine its strongest line is one, and no other stretch need be looked at.
    """
    padded = fft.next_fast_len(samples.size, real=True)
    bin_hz = rate_hz / padded
    power = np.square(np.abs(fft.rfft(samples * closed_blackman(samples.size), padded)))
    power = power[: int(highest_hz / bin_hz)]
    width = max(_MIN_FLOOR_BINS, int(_FLOOR_WIDTH_HZ / bin_hz))
    stretches = power[: power.size // width * width].reshape(-1, width)
    if not stretches.size:
        return False
    tops = np.where(_is_own(stretches.size, bin_hz, line_hz), stretches.ravel(), 0.0).reshape(-1, width)
    tops = tops.max(axis=1)
    least = 10 ** (SAMPLES.min_vibration_line_db / 10)
    strongest = int(np.argmax(tops))
    if tops[strongest] >= least * max(median(stretches[strongest]), _NO_POWER):
        return True
    return bool(np.any(tops >= least * np.maximum(medians(stretches), _NO_POWER)))


def _is_own(bins: int, bin_hz: float, line_hz: float) -> NDArray[np.bool_]:
    """Return which bins, (bins,), may be lines of the machine: not the supply's, nor drift of the sensor."""
    tones_hz = np.arange(bins) * bin_hz
    off_supply_hz = np.abs(tones_hz - line_hz * np.round(tones_hz / line_hz))
    return np.asarray((off_supply_hz > BLACKMAN_MAIN_LOBE_BINS * bin_hz) & (tones_hz >= _LOWEST_HZ))
