"""Sensors and converters: from true currents and accelerations to counts."""

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from calibration.simulator.conditions import CurrentSensors, Daq, VibrationSensors
from calibration.simulator.kernel import kernel
from calibration.simulator.motors import Motor
from calibration.simulator.noise import generator
from calibration.simulator.voltage import VoltageSensors
from edge_agent.acquire.samples import Counts

Floats = NDArray[np.float64]
Complexes = NDArray[np.complex128]

GRAVITY = 9.81
"""Physics, m/s²."""
VELOCITY_PER_G = 10.0
"""Range of a velocity sensor in mm/s for each g that an accelerometer would have. Judgement: common
sensors."""

_ANTI_ALIAS_SHARE = 0.4
"""Corner of the low-pass before the converter over its rate. Judgement: 80 % of the Nyquist frequency."""
_COUPLING_HZ = 1.0
"""Corner of an accelerometer's AC coupling. Judgement: common sensors have 0.5 to 5 Hz."""
_INTEGRATOR_HZ = 5.0
"""Corner below which a velocity sensor no longer integrates. Judgement: common sensors have 2 to 10 Hz."""


class Filter:
    """Second-order sections over all channels, continued from block to block."""

    def __init__(self, sections: list[Floats], channels: int) -> None:
        self._sos = np.concatenate(sections) if sections else None
        self._state = np.zeros((sum(len(section) for section in sections), channels, 2))

    def run(self, values: Floats) -> Floats:
        """Filter (channels, steps)."""
        if self._sos is None:
            return values
        filtered, self._state = signal.sosfilt(self._sos, values, axis=1, zi=self._state)
        return np.asarray(filtered)


def anti_alias_sections(rate_hz: float, step_rate_hz: float) -> list[Floats]:
    """Return a fourth-order Butterworth low-pass for a converter of `rate_hz`."""
    sos = signal.butter(4, _ANTI_ALIAS_SHARE * rate_hz, fs=step_rate_hz, output="sos")
    return [np.asarray(sos)]


class CurrentChain:
    """Currents as their sensors show them, still at the simulation's steps: (3, steps) in and out."""

    def __init__(self, sensors: CurrentSensors, daq: Daq, motor: Motor, step_rate_hz: float) -> None:
        sections: list[Floats] = []
        if sensors.bandwidth_hz < 0.45 * step_rate_hz:
            low_pass = signal.butter(1, sensors.bandwidth_hz, fs=step_rate_hz, output="sos")
            sections.append(np.asarray(low_pass))
        if daq.anti_alias:
            sections += anti_alias_sections(daq.current_rate_hz, step_rate_hz)
        self._filter = Filter(sections, 3)
        self._gains = np.array(sensors.gains)[:, np.newaxis]
        self._offsets = np.array(sensors.offsets)[:, np.newaxis] * motor.peak_current_a
        self._flux = np.zeros(3)
        self._flux_limit = 0.0
        if sensors.saturation is not None:
            rated = motor.peak_current_a / (2 * np.pi * motor.circuit.frequency_hz)
            self._flux_limit = sensors.saturation * rated
        self._step_s = 1.0 / step_rate_hz

    def run(self, currents: Floats) -> Floats:
        """Saturate the cores, limit the bandwidth, apply gain and offset."""
        if self._flux_limit > 0.0:
            shown = np.empty_like(currents)
            _saturate(currents, self._flux, self._flux_limit, self._step_s, shown)
            currents = shown
        return self._filter.run(currents * self._gains + self._offsets)


@kernel
def _saturate(currents: Floats, flux: Floats, limit: float, step_s: float, shown: Floats) -> None:
    """Integrate the secondary voltage to the core's flux up to `limit`, which leaks away over a second.

    A core that is full transforms nothing.
    """
    leak = 1.0 - step_s
    for c in range(currents.shape[0]):
        for n in range(currents.shape[1]):
            wanted = flux[c] * leak + currents[c, n] * step_s
            held = min(max(wanted, -limit), limit)
            shown[c, n] = (held - flux[c] * leak) / step_s
            flux[c] = held


_TURNS = np.exp(-2j * np.pi / 3 * np.arange(3))[:, np.newaxis]
"""From a space vector to its phases."""


class VoltageChain:
    """Voltages as their sensors show them, still at the simulation's steps: (steps,) in, (3, steps) out."""

    def __init__(self, sensors: VoltageSensors, daq: Daq, step_rate_hz: float) -> None:
        self._between = sensors.between_phases
        self._gains = np.array(sensors.gains)[:, np.newaxis]
        self._filter = Filter(
            anti_alias_sections(daq.current_rate_hz, step_rate_hz) if daq.anti_alias else [], 3
        )

    def run(self, voltage: Complexes) -> Floats:
        """Split the space vector into phases, or into what lies between them; apply gain and bandwidth."""
        phases = (voltage * _TURNS).real
        if self._between:
            phases = phases - np.roll(phases, -1, axis=0)
        return self._filter.run(phases * self._gains)


class VibrationChain:
    """Accelerations as their sensors show them, still at the simulation's steps: (axes, steps)."""

    def __init__(self, sensors: VibrationSensors, daq: Daq, step_rate_hz: float, seed: int) -> None:
        if sensors.velocity:
            sections = [_integrator(step_rate_hz)]
        else:
            coupling = signal.butter(1, _COUPLING_HZ, "highpass", fs=step_rate_hz, output="sos")
            sections = [np.asarray(coupling)]
        if daq.anti_alias:
            sections += anti_alias_sections(daq.vibration_rate_hz, step_rate_hz)
        self._filter = Filter(sections, len(sensors.axes))
        self._noise_sd = sensors.noise_ug * 1e-6 * GRAVITY * float(np.sqrt(step_rate_hz / 2.0))
        self._rng = generator(seed, "vibration sensor noise")

    def run(self, accelerations: Floats) -> Floats:
        """Add the sensor's own noise and filter; the unit becomes mm/s for a velocity sensor."""
        noise = self._noise_sd * self._rng.standard_normal(accelerations.T.shape).T
        return self._filter.run(accelerations + noise)


def _integrator(step_rate_hz: float) -> Floats:
    """Return the filter for mm/s from m/s²: 1000 s / (s² + sqrt(2) w s + w²), bilinear."""
    w = 2 * np.pi * _INTEGRATOR_HZ
    b, a = signal.bilinear([1000.0, 0.0], [1.0, np.sqrt(2.0) * w, w * w], fs=step_rate_hz)
    return np.asarray(signal.tf2sos(b, a))


class Converter:
    """Adds the electronics' noise and turns units into counts."""

    def __init__(self, full_scale: float, bits: int, noise: float, rng: np.random.Generator) -> None:
        """Set the scale; `full_scale` and `noise` (standard deviation) are in units."""
        self.scale = full_scale / 2 ** (bits - 1)
        """Units per count."""
        self.full_scale = full_scale
        """Largest magnitude, units."""
        self._limit = 2 ** (bits - 1)
        self._dtype = np.int16 if bits <= 16 else np.int32
        self._noise = noise
        self._rng = rng

    def convert(self, scans: Floats) -> tuple[Counts, bool]:
        """Return the counts of (scans, channels), and True if any lies at the end of the range."""
        noisy = scans + self._noise * self._rng.standard_normal(scans.shape)
        counts = np.clip(np.rint(noisy / self.scale), -self._limit, self._limit - 1)
        clipped = bool(np.any(counts >= self._limit - 1) or np.any(counts <= -self._limit))
        return counts.astype(self._dtype), clipped


class TwoConverters:
    """Two ranges in one stream: the first channels through one converter, the others through the other."""

    def __init__(self, first: Converter, others: Converter, channels: int) -> None:
        """Take the converters; `channels` is how many are the first one's."""
        self._first = first
        self._others = others
        self._channels = channels

    def convert(self, scans: Floats) -> tuple[Counts, bool]:
        """Return the counts of (scans, channels), and True if any lies at the end of its range."""
        first, clipped = self._first.convert(scans[:, : self._channels])
        others, also_clipped = self._others.convert(scans[:, self._channels :])
        return np.concatenate([first, others], axis=1), clipped or also_clipped
