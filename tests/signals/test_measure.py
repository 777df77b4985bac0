"""A pair measured: raw and without the wander, with the bars that the quiet one means."""

import numpy as np
import pytest
from scipy import signal
from signal_factories import a_nameplate, times

from edge_agent.circuit import fit_circuit
from edge_agent.signals.prepared import Current
from edge_agent.signals.sidebands.equivalent_bars import BarScale
from edge_agent.signals.sidebands.fit import SidebandFit
from edge_agent.signals.sidebands.measure import measure_sidebands
from edge_agent.signals.supply import Line

RATE_HZ = 1000.0
LINE_HZ = 60.0
PLATE = a_nameplate(rotor_bars=28)
SCALE = BarScale(PLATE, fit_circuit(PLATE))


def a_wander(count):
    """The integral of a frequency that strays itself, of at most 1, (n,)."""
    steps = np.random.default_rng(3).normal(0, 1, count)
    frequency = signal.lfilter([1.0], [1.0, -np.exp(-1 / 3.0 / RATE_HZ)], steps)
    phase = np.cumsum(frequency - frequency.mean())
    return phase / np.abs(phase).max()


def a_current(pole_pass_hz, lower, wander_rad=0.0, lost=None):
    """A lower sideband alone; fundamental, 5th and 7th carry one and the same wander of the supply."""
    seconds = times(16.0, RATE_HZ)
    strays = wander_rad * a_wander(seconds.size)
    phase = 2 * np.pi * LINE_HZ * seconds + strays
    vector = np.exp(1j * phase) * (1 + lower * np.exp(-2j * np.pi * pole_pass_hz * seconds))
    vector += 0.01 * np.exp(-5j * phase) + 0.006 * np.exp(7j * phase)
    noise = np.random.default_rng(4).normal(0, 1e-4, (2, seconds.size))
    vector += noise[0] + 1j * noise[1]
    valid = np.ones(seconds.size, bool)
    if lost is not None:
        valid[lost] = False
    return Current(4 * vector, valid, RATE_HZ, Line(LINE_HZ, 4.0, 0.01, False))


def measured(pole_pass_hz, lower=0.01, **changes):
    """The fit, the pair as it is, and what the measurement makes of both."""
    current = a_current(pole_pass_hz, lower, **changes)
    baseband = current.demodulated()
    fit = SidebandFit(baseband, pole_pass_hz)
    pair = fit.pair(pole_pass_hz)
    return fit, pair, measure_sidebands(fit, pair, current, baseband, SCALE)


def test_a_pair_beyond_the_wander_is_the_very_one_that_was_given():
    fit, pair, sidebands = measured(4.2)
    assert sidebands.raw is pair
    assert sidebands.pair is pair
    assert sidebands.fit is fit


@pytest.mark.parametrize("lower", [0.003, 0.01j, -0.02 + 0.01j])
def test_the_lower_sideband_is_measured_as_it_was_made(lower):
    _, _, sidebands = measured(4.2, lower)
    assert abs(sidebands.pair.lower) == pytest.approx(abs(lower), rel=0.03)
    assert abs(sidebands.pair.upper) < 0.1 * abs(lower)


def test_the_bars_are_those_that_the_scale_counts_in_the_quiet_pair():
    _, _, sidebands = measured(0.4, wander_rad=0.2)
    assert sidebands.bars == SCALE.measure(sidebands.pair)


def test_a_wander_that_the_harmonics_carry_is_taken_out_and_the_raw_pair_is_kept():
    fit, pair, sidebands = measured(0.4, wander_rad=0.2)
    assert sidebands.raw is pair
    assert sidebands.fit is not fit
    assert sidebands.pair.phase_floor < pair.phase_floor / 2
    assert sidebands.pair.pole_pass_hz == pair.pole_pass_hz


def test_the_fit_is_the_one_that_measured_the_quiet_pair():
    _, _, sidebands = measured(0.4, wander_rad=0.2)
    again = sidebands.fit.pair(0.4)
    assert (again.lower, again.upper) == (sidebands.pair.lower, sidebands.pair.upper)


def test_the_wander_stays_where_samples_were_lost():
    fit, pair, sidebands = measured(0.4, wander_rad=0.2, lost=slice(5000, 5001))
    assert sidebands.pair is pair
    assert sidebands.fit is fit


def test_more_of_the_lower_sideband_means_more_bars():
    counts = [measured(4.2, lower)[2].bars.value for lower in (0.002, 0.01, 0.03, 0.06)]
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]
