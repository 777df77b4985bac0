"""Sines with a start at two seconds, in the laboratory's file layout: quick stand-ins for its recordings."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from calibration.recordings.lab_layout import SIGNALS, VIBRATION, RotorFile, rotor_file

DURATION_S = 4.6
START_S = 2.1
RATE_HZ, VIBRATION_RATE_HZ = 50_000.0, 7_640.0

Signals = dict[str, NDArray[np.floating]]


def some_signals(
    line_hz: float = 60.0, delay_s: float = 0.0, current_a: float = 2.0, duration_s: float = DURATION_S
) -> Signals:
    """Currents of `current_a` rms, and vibration of 28.6 Hz that starts `delay_s` later in its own time."""
    rng = np.random.default_rng(1)
    t = np.arange(round(duration_s * RATE_HZ)) / RATE_HZ
    inrush = np.where(t < START_S, 0.0, 1.0 + 4.0 * np.exp((START_S - t) / 0.1))
    turns = [2 * np.pi * (line_hz * t - k / 3) for k in range(3)]
    signals: Signals = {
        name: inrush * current_a * np.sqrt(2) * np.cos(turn) + 0.01 * rng.standard_normal(t.size)
        for name, turn in zip(("Ia", "Ib", "Ic"), turns, strict=True)
    }
    t = np.arange(round(duration_s * VIBRATION_RATE_HZ)) / VIBRATION_RATE_HZ - START_S - delay_s
    swing = np.where(t < 0, 0.0, np.sin(2 * np.pi * 28.6 * t) + 5 * np.exp(-t / 0.1))
    signals |= {name: swing + 0.05 * rng.standard_normal(t.size) for name in VIBRATION}
    return signals | {name: np.zeros(1) for name in SIGNALS if name not in signals}


def a_lab_file(
    folder: Path, *signals: Signals, broken_bars: int = 1, torque_nm: float = 0.5, first_repetition: int = 0
) -> Path:
    """A rotor's file with these recordings as the repetitions of one load."""
    rotor = RotorFile(folder, broken_bars)
    for repetition, one in enumerate(signals or (some_signals(),), first_repetition):
        rotor.add(torque_nm, repetition, one)
    rotor.close()
    return rotor_file(folder, broken_bars)
