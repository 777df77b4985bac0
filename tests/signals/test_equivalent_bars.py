"""Equivalent bars: the closed form backwards, and an interval that owns up to what is not known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from signal_factories import a_nameplate

from edge_agent.circuit import fit_circuit
from edge_agent.limits import BARS
from edge_agent.signals.sidebands.equivalent_bars import BarScale, least_cycles, least_load
from edge_agent.signals.sidebands.fit import SidebandPair

PLATE = a_nameplate(rotor_bars=28)
CIRCUIT = fit_circuit(PLATE)
SCALE = BarScale(PLATE, CIRCUIT)
SLIP = 0.04


def a_pair(lower, floor=1e-6, slip=SLIP, amplitude_floor=None, load_swing=0.0):
    """The lower sideband of bars that no inertia weakens, and what a swing of the speed adds to both.

    Amplitude and phase are as noisy as each other where nothing is said of the amplitude.
    """
    amplitude_floor = 2**0.5 * floor if amplitude_floor is None else amplitude_floor
    phase_floor = (4 * floor**2 - amplitude_floor**2) ** 0.5
    pole_pass_hz = 2 * slip * PLATE.line_frequency_hz
    (upper_of,), (lower_of,) = CIRCUIT.speed_swing(slip, np.array([pole_pass_hz]), PLATE.line_frequency_hz)
    swing = load_swing / upper_of / 2
    upper, lower = upper_of * swing, lower + lower_of * complex(swing).conjugate()
    return SidebandPair(upper, lower, floor, amplitude_floor, phase_floor, pole_pass_hz, slip, cycles=40.0)


def sidebands_of(bars, slip=SLIP):
    """I_L / I of so many bars without a ripple of the speed: n (1 + 0.095 load n) of a small asymmetry's."""
    bend = 0.095 * CIRCUIT.load_at_slip(slip)
    return bars * (1 + bend * bars) / SCALE.per_ratio(slip)


@given(bars=st.floats(0, 6), slip=st.floats(0.005, 0.05))
def test_the_count_undoes_what_several_bars_do_to_each_other(bars, slip):
    assert SCALE.measure(a_pair(sidebands_of(bars, slip), slip=slip)).value == pytest.approx(bars, abs=1e-6)


@given(bars=st.floats(0, 6), floor=st.floats(1e-7, 1e-2))
def test_the_interval_holds_the_estimate_and_begins_no_lower_than_zero(bars, floor):
    found = SCALE.measure(a_pair(sidebands_of(bars), floor))
    low, high = found.interval
    assert 0 <= low <= found.value <= high


def test_nine_of_ten_of_a_spread_of_a_tenth_and_of_the_paths_error_lie_within():
    found = SCALE.measure(a_pair(sidebands_of(1.0)))
    margin = 1.645 * np.hypot(0.1, 0.1 * found.oscillation)
    assert found.interval == pytest.approx((1 - margin, 1 + margin), rel=1e-3)


@given(
    bars=st.floats(0, 4),
    swing=st.floats(0, 0.1),
    angle=st.floats(0, 2 * np.pi),
    slip=st.floats(0.005, 0.05),
)
def test_no_swing_of_the_speed_changes_the_count(bars, swing, angle, slip):
    still = a_pair(sidebands_of(bars, slip), slip=slip)
    moved = a_pair(sidebands_of(bars, slip), slip=slip, load_swing=swing * np.exp(1j * angle))
    assert SCALE.measure(moved).across == pytest.approx(SCALE.measure(still).across, abs=1e-9)


def test_what_a_load_swings_widens_the_interval_and_is_told_apart():
    still = SCALE.measure(a_pair(sidebands_of(1.0)))
    moved = SCALE.measure(a_pair(sidebands_of(1.0), load_swing=5 * sidebands_of(1.0)))
    assert moved.interval[0] < still.interval[0] < still.interval[1] < moved.interval[1]
    assert moved.oscillation > 4 * still.oscillation


def test_a_number_of_bars_that_is_only_guessed_widens_it():
    guess = BarScale(a_nameplate(), CIRCUIT).measure(a_pair(sidebands_of(1.0)))
    known = SCALE.measure(a_pair(sidebands_of(1.0)))
    assert guess.value == pytest.approx(known.value)
    assert guess.interval[0] < known.interval[0]
    assert guess.interval[1] > known.interval[1]


def test_noise_widens_it_on_both_sides_until_nothing_is_known():
    quiet, noisy, drowned = (SCALE.measure(a_pair(sidebands_of(0.5), f)).interval for f in (1e-6, 3e-3, 3e-2))
    assert drowned[0] == 0.0 < noisy[0] < quiet[0]
    assert drowned[1] > noisy[1] > quiet[1]


@given(st.floats(1e-7, 3e-3))
def test_the_limit_is_the_count_of_a_pair_ten_decibels_above_its_noise(floor):
    """The upper sideband, by which no bars are counted, is weighed by the path's ratio and adds its noise."""
    line_hz = PLATE.line_frequency_hz
    (upper,), (lower,) = CIRCUIT.speed_swing(SLIP, np.array([2 * SLIP * line_hz]), line_hz)
    noise = floor * np.hypot(1, abs(lower / upper)) / 2**0.5
    just_seen = SCALE.measure(a_pair(10**0.5 * noise, floor))
    assert just_seen.value == pytest.approx(just_seen.limit)


def at_light_load(bars, wander, amplitude_floor=1e-6):
    """Sidebands of bars at an eighth of the load, and the wander of the supply, which turns the phase."""
    slip = CIRCUIT.slip_at_load(0.125)
    # Bars stand at about 158 degrees there, as the simulator's table of ellipse angles says.
    side = 0.5 * sidebands_of(bars, slip) * np.cos(np.radians(158))
    return SidebandPair(
        side + 1j * wander, side + 1j * wander, wander, amplitude_floor, 2 * wander, 120 * slip, slip, 6.0
    )


@given(bars=st.floats(0, 4), wander=st.floats(1e-3, 1e-2))
def test_the_supplys_wander_hides_the_sidebands_but_not_the_swing_of_the_amplitude(bars, wander):
    found = SCALE.measure(at_light_load(bars, wander))
    low, high = found.interval
    assert low <= bars <= high
    if found.by == "amplitude":
        assert found.limit < 0.05
    else:
        assert bars > wander * SCALE.per_ratio(CIRCUIT.slip_at_load(0.125))


def test_a_sound_rotor_is_seen_to_be_sound_through_the_wander():
    found = SCALE.measure(at_light_load(0.0, wander=3e-3))
    assert found.interval[1] < 0.05
    assert found.limit < 0.05


def test_without_wander_bars_are_counted_by_both_sidebands():
    assert SCALE.measure(at_light_load(1.0, wander=1e-6)).by == "sidebands"
    assert SCALE.measure(a_pair(sidebands_of(1.0), 1e-4)).by == "sidebands"


def test_bars_show_less_at_light_load_and_the_scale_makes_up_for_it():
    assert sidebands_of(1.0, 0.01) < 0.5 * sidebands_of(1.0, 0.047)
    assert SCALE.per_ratio(0.01) > SCALE.per_ratio(0.047)


def test_overload_and_a_generator_are_counted_like_the_ends_of_the_range():
    """Beyond 130 % and below no load the correction stays where it was."""
    assert SCALE.measure(a_pair(0.05, slip=0.1)).value > 0
    assert SCALE.measure(a_pair(0.001, slip=0.0002)).value > 0


@pytest.mark.parametrize(("length_s", "cycles"), [(4.0, 2.5), (1.2, 3.0)])
def test_the_least_load_is_that_of_the_cycles_that_it_takes(length_s, cycles):
    load = least_load(CIRCUIT, length_s, 60.0)
    assert least_cycles(load) == cycles
    assert 2 * CIRCUIT.slip_at_load(load) * 60 * length_s == pytest.approx(cycles, rel=1e-3)


def test_no_window_is_long_enough_for_the_load_of_the_friction():
    assert least_load(CIRCUIT, 60.0, 60.0) == 0.05


def test_bars_of_an_unknown_cage_may_be_those_of_a_large_one():
    """One bar of 44 was read as 0.23 equivalent bars, and the rotor was called healthy: 28 were assumed."""
    pair = a_pair(sidebands_of(0.23))
    known, unknown = SCALE.measure(pair), BarScale(a_nameplate(), CIRCUIT).measure(pair)
    assert known.at_most == max(known.interval[1], known.limit)
    assert unknown.interval[1] < BARS.broken < unknown.at_most
