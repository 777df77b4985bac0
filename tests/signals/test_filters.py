"""The filters held against `scipy.signal`, which the agent itself does not load."""

import subprocess
import sys

import numpy as np
import pytest
from scipy import signal

from edge_agent.signals.dsp.filters import analytic, convolve_inside, kaiser_design, low_pass_taps, zoom

RNG = np.random.default_rng(7)
NOISE = RNG.normal(size=3000) + 1j * RNG.normal(size=3000)


def test_a_low_pass_is_that_of_scipy() -> None:
    expected = signal.firwin(241, 0.086, window=("kaiser", 9.5))
    assert low_pass_taps(241, 0.086, 9.5) == pytest.approx(expected, abs=1e-15)


def test_a_design_by_kaiser_is_that_of_scipy() -> None:
    count, beta = signal.kaiserord(100.0, 0.03)
    assert kaiser_design(100.0, 0.03) == (count | 1, pytest.approx(beta))


@pytest.mark.parametrize("taps", [1, 101, 3000])
def test_a_convolution_gives_what_rests_on_samples_alone(taps: int) -> None:
    kernel = RNG.normal(size=taps)
    expected = signal.convolve(NOISE, kernel, mode="valid")
    assert convolve_inside(NOISE, kernel) == pytest.approx(expected, abs=1e-10)


@pytest.mark.parametrize("count", [2, 999, 1000])
def test_an_analytic_signal_is_that_of_scipy(count: int) -> None:
    real = NOISE.real[:count]
    assert analytic(real) == pytest.approx(signal.hilbert(real), abs=1e-12)


@pytest.mark.parametrize("steps", [2, 77, 4000])
def test_a_zoom_is_the_sum_at_each_frequency(steps: int) -> None:
    both = np.stack([NOISE[:500], NOISE[:500].conj()])
    turns = np.linspace(0.004, 0.07, steps)
    expected = both @ np.exp(-2j * np.pi * np.outer(np.arange(500), turns))
    assert zoom(both, 0.004, 0.07, steps) == pytest.approx(expected, abs=1e-8)


def test_an_agent_does_not_load_scipy_signal_nor_scipy_stats() -> None:
    program = "import sys, edge_agent.commands.run; print({'scipy.signal', 'scipy.stats'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stdout == "set()\n", done.stderr
