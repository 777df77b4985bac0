"""Slot lines against closed forms: they stand where the slip puts them, whatever stands beside them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from signal_factories import (
    a_current_window,
    a_vibration_window,
    a_window,
    line_phase,
    off_the_supply,
    phase_currents,
    rotor_angle,
    slot_forces,
    slot_harmonics,
    slot_lines,
    times,
)

RATE_HZ = 4000.0
LENGTH_S = 6.0
SLIP = 0.035
SLIPS = np.arange(0.001, 0.1, 2e-5)


def a_running_motor(
    slip=SLIP,
    phases="abc",
    length_s=LENGTH_S,
    slot_a=0.02,
    slot_ms2=0.0,
    wander_hz=0.0,
    noise_a=0.01,
    reversed_order=False,
    **harmonics,
):
    """Currents of 4 A with slot harmonics of `slot_a`, and vibration where `slot_ms2` says so."""
    seconds = times(length_s, RATE_HZ)
    phase = line_phase(seconds, wander_hz)
    angle = rotor_angle(phase, slip, seconds)
    vector = 4 * np.exp(1j * phase) + slot_a * slot_harmonics(phase, angle, **harmonics)
    vector = vector.conj() if reversed_order else vector
    random = np.random.default_rng(7)
    noise = random.normal(0, noise_a, (len(phases), seconds.size))
    streams = [a_current_window(phase_currents(vector, phases) + noise, phases, RATE_HZ)]
    if slot_ms2:
        shaking = slot_ms2 * slot_forces(phase, angle) + random.normal(0, 0.05, seconds.size)
        streams.append(a_vibration_window(shaking[None], RATE_HZ))
    return a_window(*streams)


def loudest_slip(window, bars=28):
    levels_db = slot_lines(window, bars).levels_db(SLIPS)
    return SLIPS[np.argmax(levels_db)]


@settings(max_examples=15, deadline=None)
@given(st.floats(0.004, 0.095).filter(lambda slip: off_the_supply(slip, LENGTH_S)))
def test_the_loudest_slip_is_the_true_one(slip):
    window = a_running_motor(slip)
    assert loudest_slip(window) == pytest.approx(slip, abs=slot_lines(window).resolution / 2)


@pytest.mark.parametrize("phases", ["abc", "ab", "bc", "c"])
@pytest.mark.parametrize("reversed_order", [False, True])
def test_three_two_and_one_phase_in_either_order_show_it(phases, reversed_order):
    window = a_running_motor(phases=phases, reversed_order=reversed_order)
    assert loudest_slip(window) == pytest.approx(SLIP, abs=1e-4)


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("turning", ["forward", "backward"])
def test_one_harmonic_is_enough_whichever_way_it_turns(order, turning):
    """Which of the two a winding shows, and which way it turns, hangs on N_b / p modulo three."""
    backward = (order,) if turning == "backward" else ()
    window = a_running_motor(orders=(order,), backward=backward)
    assert loudest_slip(window) == pytest.approx(SLIP, abs=1e-4)


def test_vibration_shows_it_where_the_current_does_not():
    window = a_running_motor(slot_a=0.0, slot_ms2=0.02)
    assert loudest_slip(window) == pytest.approx(SLIP, abs=1e-4)


def test_current_and_vibration_add_up():
    both = slot_lines(a_running_motor(slot_ms2=0.02)).levels_db(SLIPS)
    current = slot_lines(a_running_motor()).levels_db(SLIPS)
    assert both.max() > current.max() + 10


def test_a_supply_that_wanders_by_20_millihertz_does_not_smear_it():
    still, wandering = (
        slot_lines(a_running_motor(length_s=12.0, wander_hz=wander_hz)).levels_db(SLIPS)
        for wander_hz in (0.0, 0.02)
    )
    assert SLIPS[np.argmax(wandering)] == pytest.approx(SLIP, abs=1e-4)
    assert wandering.max() > still.max() - 3


@pytest.mark.parametrize("multiple", [11, 13])
def test_harmonics_of_the_supply_are_no_slots(multiple):
    """At this slip the upper or the lower slot line would stand on a harmonic of the line."""
    slip = 1 - (multiple + (1 if multiple == 11 else 0)) / 14
    seconds = times(6.0, RATE_HZ)
    phase = line_phase(seconds)
    vector = 4 * np.exp(1j * phase) + sum(0.1 * np.exp(1j * turn * multiple * phase) for turn in (1, -1))
    noise = np.random.default_rng(3).normal(0, 0.01, (3, seconds.size))
    window = a_window(a_current_window(phase_currents(vector) + noise, rate_hz=RATE_HZ))
    near = np.linspace(slip - 0.002, slip + 0.002, 200)
    assert slot_lines(window).levels_db(near).max() < 8


def test_a_line_of_noise_stands_below_what_counts():
    assert slot_lines(a_running_motor(slot_a=0.0)).levels_db(SLIPS).max() < 12


def test_more_bars_and_longer_windows_resolve_finer_slips():
    six, twelve = (slot_lines(a_running_motor(length_s=length_s)) for length_s in (6.0, 12.0))
    assert six.resolution == pytest.approx(1 / (6 * 14 * 60), rel=1e-3)
    assert twelve.resolution == pytest.approx(six.resolution / 2, rel=1e-3)


def test_lines_beyond_what_the_sensor_samples_are_left_out():
    seconds = times(6.0, 1000.0)
    currents = phase_currents(4 * np.exp(1j * line_phase(seconds)))
    window = a_window(a_current_window(currents, rate_hz=1000.0))
    assert not slot_lines(window).levels_db(SLIPS).any()


def test_samples_that_were_lost_hide_no_line():
    window = a_running_motor()
    window.streams[0].valid[8000:8200] = False
    window.streams[0].counts[:, 8000:8200] = 0
    assert loudest_slip(window) == pytest.approx(SLIP, abs=1e-4)
