"""Faults of the measurement: what channels show when they are not well."""

import numpy as np
from numpy.typing import NDArray

from calibration.simulator.conditions import FaultKind, SensorFault
from edge_agent.acquire.samples import Counts

Floats = NDArray[np.float64]


class StreamFaults:
    """Applies the faults of one stream's channels, scan by scan, block after block."""

    def __init__(
        self, faults: tuple[SensorFault, ...], channels: tuple[str, ...], rate_hz: float, duration_s: float
    ) -> None:
        """Take those of `faults` that name one of `channels`; drifts last `duration_s`."""
        self._faults = [fault for fault in faults if fault.channel in channels]
        self._channels = channels
        self._rate_hz = rate_hz
        self._duration_s = duration_s
        self._peaks = np.full(len(channels), np.inf)
        self._held: dict[int, int] = {}

    @property
    def lost(self) -> tuple[tuple[float, float], ...]:
        """Start and length, s, of the stretches that leave no trace."""
        kind = FaultKind.DROPOUT_LOST
        return tuple((f.start_s, f.duration_s or 0.0) for f in self._faults if f.kind is kind)

    def learn_peaks(self, values: Floats) -> None:
        """Take the peak of each channel from (channels, n): clipping is relative to it."""
        self._peaks = np.abs(values).max(axis=1)

    def on_values(self, scans: Floats, first_scan: int) -> Floats:
        """Apply what happens before the converter, to (scans, channels) in units."""
        for fault in self._faults:
            span = self._span(fault, first_scan, len(scans))
            column = self._channels.index(fault.channel)
            if fault.kind is FaultKind.SWAPPED:
                other = (column + 1) % len(self._channels)
                scans[span, column], scans[span, other] = (
                    scans[span, other].copy(),
                    scans[span, column].copy(),
                )
            elif fault.kind is FaultKind.REVERSED:
                scans[span, column] *= -1.0
            elif fault.kind is FaultKind.MISSING:
                scans[span, column] = 0.0
            elif fault.kind is FaultKind.CLIPPING:
                limit = fault.magnitude * self._peaks[column]
                scans[span, column] = np.clip(scans[span, column], -limit, limit)
            elif fault.kind is FaultKind.DRIFT:
                passed = (first_scan + np.arange(len(scans))) / (self._rate_hz * self._duration_s)
                scans[:, column] *= 1.0 + fault.magnitude * np.minimum(passed, 1.0)
        return scans

    def on_counts(self, counts: Counts, first_scan: int) -> Counts:
        """Apply what happens after the converter, to (scans, channels) in counts."""
        for number, fault in enumerate(self._faults):
            span = self._span(fault, first_scan, len(counts))
            column = self._channels.index(fault.channel)
            if span.start >= span.stop:
                continue
            if fault.kind is FaultKind.STUCK:
                held = self._held.setdefault(number, int(counts[span.start, column]))
                counts[span, column] = held
            elif fault.kind is FaultKind.DROPOUT_ZERO:
                counts[span, column] = 0
        return counts

    def _span(self, fault: SensorFault, first_scan: int, scans: int) -> slice:
        """Return the rows of a block during which the fault lasts."""
        start = round(fault.start_s * self._rate_hz) - first_scan
        stop = scans
        if fault.duration_s is not None:
            stop = min(scans, start + round(fault.duration_s * self._rate_hz))
        return slice(min(max(start, 0), scans), max(stop, 0))
