"""Random processes that continue from block to block, each from its own generator."""

import zlib

import numpy as np
from numpy.typing import NDArray
from scipy import signal

Floats = NDArray[np.float64]

NODE_S = 0.005
"""Spacing of the nodes on which slow processes are drawn, s. Judgement: 200 Hz is far above all of them, and
divides the steps of common rates."""


def generator(seed: int, purpose: str) -> np.random.Generator:
    """Return the generator of a seed for one purpose, the same in every process."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(zlib.crc32(purpose.encode()),)))


def node_times(start_s: float, nodes: int) -> Floats:
    """Return the times of a block's nodes, (nodes,); its start belongs to the block before."""
    return np.asarray(start_s + NODE_S * np.arange(1, nodes + 1), np.float64)


class OrnsteinUhlenbeck:
    """Low-passed noise of a given standard deviation and correlation time, stationary from the start."""

    def __init__(self, sd: float, correlation_s: float, rng: np.random.Generator) -> None:
        self._keep = float(np.exp(-NODE_S / correlation_s))
        self._drive = sd * float(np.sqrt(1.0 - self._keep**2))
        self._rng = rng
        self._last = sd * rng.standard_normal()

    def draw(self, nodes: int) -> Floats:
        """Return the next values, (nodes,)."""
        drive = self._drive * self._rng.standard_normal(nodes)
        values, _ = signal.lfilter([1.0], [1.0, -self._keep], drive, zi=[self._keep * self._last])
        self._last = values[-1]
        return np.asarray(values)


class BandNoise:
    """Noise of a given standard deviation between two frequencies."""

    def __init__(self, sd: float, low_hz: float, high_hz: float, rng: np.random.Generator) -> None:
        self._sos = signal.butter(2, (low_hz, high_hz), "bandpass", fs=1.0 / NODE_S, output="sos")
        self._rng = rng
        self._state = np.zeros((self._sos.shape[0], 2))
        self._gain = sd / float(np.sqrt(2.0 * (high_hz - low_hz) * NODE_S * np.pi / (2 * np.sqrt(2.0))))
        self.draw(int(3.0 / low_hz / NODE_S))

    def draw(self, nodes: int) -> Floats:
        """Return the next values, (nodes,)."""
        white = self._gain * self._rng.standard_normal(nodes)
        values, self._state = signal.sosfilt(self._sos, white, zi=self._state)
        return np.asarray(values)


class Nodes:
    """Makes blocks of node values overlap: each begins with the end of the one before."""

    def __init__(self, first: float) -> None:
        self._last = first

    def joined(self, values: Floats) -> Floats:
        """Return (nodes + 1,): the end of the block before, then `values`."""
        joined = np.concatenate(([self._last], values))
        self._last = float(values[-1])
        return joined
