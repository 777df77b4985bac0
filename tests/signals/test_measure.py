"""A pair measured: the supply's wander taken out by what the harmonics tell of it, and the bars it means."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal
from signal_factories import a_nameplate, times

from edge_agent.circuit import fit_circuit
from edge_agent.signals.prepared import Current, Line
from edge_agent.signals.sidebands.equivalent_bars import BarScale
from edge_agent.signals.sidebands.fit import SidebandFit
from edge_agent.signals.sidebands.measure import measure_sidebands, supply_phases, without_wander

RATE_HZ = 1000.0
POLE_PASS_HZ = 0.4
LINE_HZ = 60.0
PLATE = a_nameplate(rotor_bars=28)
SCALE = BarScale(PLATE, fit_circuit(PLATE))
LOWER, UPPER = 0.004 - 0.001j, -0.002 + 0.003j


def wander(seconds, seed=3, depth=0.2):
    """A phase that strays as the integral of a frequency does that strays itself, rad, (n,)."""
    steps = np.random.default_rng(seed).normal(0, 1, seconds.size)
    frequency = signal.lfilter([1.0], [1.0, -np.exp(-1 / 3.0 / RATE_HZ)], steps)
    phase = np.cumsum(frequency - frequency.mean())
    return depth * phase / np.abs(phase).max()


def a_current(
    fifth=0.01, seventh=0.006, marks=0.0, own_wander=0.0, phases=3, noise_a=2e-4, depth=0.2, length_s=12.0
):
    """A pair in a supply that wanders; `marks` is the rotor's line beside either harmonic, relative to it."""
    seconds = times(length_s, RATE_HZ)
    turn = 2 * np.pi * POLE_PASS_HZ * (seconds - seconds.mean())
    strays = wander(seconds, depth=depth)
    phase = 2 * np.pi * 50 * seconds + strays
    vector = np.exp(1j * phase) * (1 + UPPER * np.exp(1j * turn) + LOWER * np.exp(-1j * turn))
    for order, amplitude in ((-5, fifth), (7, seventh)):
        strange = order * own_wander * wander(seconds, seed=17 + order)
        line = amplitude * np.exp(1j * (order * phase + strange + order))
        vector += line * (1 + marks * np.exp(-1j * turn))
    rng = np.random.default_rng(5)
    vector += rng.normal(0, noise_a, seconds.size) + 1j * rng.normal(0, noise_a, seconds.size)
    if phases == 1:
        vector = signal.hilbert(vector.real)
    line = Line(50.0, 1.0, None if phases == 1 else 0.01, False)
    return Current(4 * vector, np.ones(seconds.size, bool), RATE_HZ, line)


def both(current):
    """The pair as it is measured, and without the wander."""
    fit = SidebandFit(current.baseband, POLE_PASS_HZ)
    pair = fit.pair(POLE_PASS_HZ)
    _, quiet = without_wander(fit, pair, current)
    return pair, quiet


@pytest.mark.parametrize("phases", [3, 1])
def test_the_pair_stands_free_of_a_wander_that_buried_it(phases):
    pair, quiet = both(a_current(phases=phases))
    assert not pair.stands_out
    assert quiet.stands_out
    assert abs(pair.lower - LOWER) > 2e-3
    assert quiet.lower == pytest.approx(LOWER, abs=5e-4)
    assert quiet.upper == pytest.approx(UPPER, abs=5e-4)
    assert quiet.am_phasor == pytest.approx(pair.am_phasor, abs=1e-4)


@settings(max_examples=20, deadline=None)
@given(st.floats(0.0, 0.4), st.floats(0, 2 * np.pi))
def test_what_the_rotor_marks_beside_the_harmonics_is_not_taken_for_the_supplys(depth, angle):
    _, quiet = both(a_current(marks=depth * np.exp(1j * angle)))
    assert quiet.lower == pytest.approx(LOWER, abs=1.2e-3)
    assert quiet.upper == pytest.approx(UPPER, abs=1.2e-3)


def test_a_part_of_what_was_taken_out_stays_in_doubt():
    pair, quiet = both(a_current(noise_a=0.0))
    assert quiet.phase_floor >= 0.1 * abs(quiet.pm_phasor - pair.pm_phasor)
    assert quiet.floor >= 0.05 * abs(quiet.pm_phasor - pair.pm_phasor)


@pytest.mark.parametrize(
    "changes",
    [{"fifth": 0.0, "seventh": 0.0}, {"marks": 1.5}, {"own_wander": 2.0}],
    ids=["no harmonics", "the rotor's line outdoes its harmonic", "harmonics that wander themselves"],
)
def test_harmonics_that_tell_nothing_change_nothing(changes):
    pair, quiet = both(a_current(**changes))
    assert quiet is pair


def test_a_quiet_supply_is_left_alone():
    pair, quiet = both(a_current(depth=0.0))
    assert quiet is pair


def test_the_wander_is_taken_out_of_long_windows_as_well():
    """Of 24 cycles of 2sf, that is: how far the wander reaches is a matter of frequency alone."""
    pair, quiet = both(a_current(length_s=60.0, depth=2.0))
    assert quiet.cycles > 20
    assert quiet.phase_floor < pair.phase_floor / 4
    assert quiet.lower == pytest.approx(LOWER, abs=5e-4)


def test_lost_samples_and_too_low_a_rate_leave_the_supply_untold():
    current = a_current()
    valid = current.valid.copy()
    valid[5000:5020] = False
    slow = Current(current.vector[::2], current.valid[::2], RATE_HZ / 2, current.line)
    for unheard in (replace(current, valid=valid), slow):
        assert list(supply_phases(unheard)) == []


@pytest.mark.parametrize("phases", [3, 1])
@pytest.mark.parametrize("line_hz", [41.5, 50.0, 60.0, 62.3])
def test_the_line_itself_does_not_fold_onto_its_harmonics(line_hz, phases):
    """It stands six times its frequency from both, which may be next to a multiple of the decimated rate."""
    seconds = times(12.0, RATE_HZ)
    lines = ((1, 1.0), (-5, 0.01), (7, 0.007))
    vector = sum(ratio * np.exp(2j * np.pi * order * line_hz * seconds) for order, ratio in lines)
    vector = signal.hilbert(vector.real) if phases == 1 else vector
    line = Line(line_hz, 1.0, None if phases == 1 else 0.0, False)
    current = Current(4 * vector, np.ones(seconds.size, bool), RATE_HZ, line)
    told = list(supply_phases(current))
    assert told
    for phase in told:
        taper = np.hanning(phase.size)
        spectrum = np.abs(np.fft.rfft((phase - phase.mean()) * taper)) * 2 / taper.sum()
        assert spectrum[4:25].max() < 1e-4


def test_a_harmonic_that_the_decimation_hardly_lets_pass_is_not_read():
    """At 448 Hz the seventh is down by a half, and what stands at 552 Hz folds onto it."""
    seconds = times(12.0, RATE_HZ)
    vector = np.exp(2j * np.pi * 64.0 * seconds)
    current = Current(vector, np.ones(seconds.size, bool), RATE_HZ, Line(64.0, 1.0, 0.0, False))
    assert list(current.harmonics) == [-5]
    assert list(replace(current, line=Line(61.8, 1.0, 0.0, False)).harmonics) == [-5, 7]


def a_lower_sideband(pole_pass_hz, lower, wander_rad=0.0, lost=None):
    """A lower sideband alone; fundamental, 5th and 7th carry one and the same wander of the supply."""
    seconds = times(16.0, RATE_HZ)
    strays = wander(seconds, depth=wander_rad)
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
    current = a_lower_sideband(pole_pass_hz, lower, **changes)
    fit = SidebandFit(current.baseband, pole_pass_hz)
    pair = fit.pair(pole_pass_hz)
    return fit, pair, measure_sidebands(fit, pair, current, SCALE)


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
