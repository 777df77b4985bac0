"""Slot lines against closed forms: they stand where the slip puts them, and tell it or nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from signal_factories import (
    a_current_window,
    a_nameplate,
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

from edge_agent.signals.sidebands.fit import SidebandPair
from edge_agent.signals.slip.range import SlipRange, possible_slips
from edge_agent.signals.slip.slots import contradicts, read_slip

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


def read(lines, pair):
    return read_slip(lines, pair, possible_slips(a_nameplate()).highest)


def slots_of(slip=SLIP, bars=28, swing=0.0, swing_hz=None, slot_a=0.02, seed=7, counted=28):
    """Slot lines of a rotor of `bars` that swings by `swing` rad, at 2sf or at `swing_hz`.

    They are looked for as if it had `counted` bars.
    """
    seconds = times(LENGTH_S, RATE_HZ)
    phase = line_phase(seconds)
    angle = rotor_angle(phase, slip, seconds, swing if swing_hz is None else 0.0)
    if swing_hz is not None:
        angle = angle + swing * np.sin(2 * np.pi * swing_hz * seconds)
    harmonics = slot_harmonics(phase, angle, bars)
    noise = np.random.default_rng(seed).normal(0, 0.01, (3, seconds.size))
    currents = phase_currents(4 * np.exp(1j * phase) + slot_a * harmonics) + noise
    return slot_lines(a_window(a_current_window(currents, rate_hz=RATE_HZ)), counted)


def a_pair(slip=SLIP):
    pole_pass_hz = 2 * slip * 60
    return SidebandPair(0.01, 0.02, 1e-4, 1e-4, 1e-4, pole_pass_hz, slip, LENGTH_S * pole_pass_hz)


@settings(max_examples=15, deadline=None)
@given(st.floats(0.003, 0.1).filter(lambda slip: off_the_supply(slip, LENGTH_S)))
def test_slot_lines_tell_the_slip_to_a_part_of_a_bin(slip):
    lines = slots_of(slip)
    found = read(lines, None)
    assert found.source == "slots"
    assert found.lowest - lines.resolution / 4 <= slip <= found.highest + lines.resolution / 4
    assert found.highest - found.lowest <= lines.resolution


@settings(max_examples=10, deadline=None)
@given(st.floats(-5, 5))
def test_slots_upon_a_harmonic_of_the_supply_tell_the_truth_or_nothing(bins_off):
    lines = slots_of(1 / 14 + bins_off / (14 * 60 * LENGTH_S))
    found = read(lines, None)
    assert found is None or found.middle == pytest.approx(1 / 14 + bins_off * lines.resolution, rel=2e-3)


@pytest.mark.parametrize("seed", range(8))
def test_noise_alone_has_no_slots(seed):
    assert read(slots_of(slot_a=0.0, seed=seed), None) is None


@pytest.mark.parametrize(
    ("others", "ruled_out"),
    [
        (SlipRange(0.0348, 0.0351, "vibration"), False),
        (SlipRange(0.0298, 0.0301, "vibration"), True),
        (SlipRange(0.02, 0.06, "current"), False),
        (SlipRange(0.06, 0.1, "current"), True),
        (SlipRange(0.0, 0.03, "current"), False),
        (SlipRange(0.0, 0.01, "current"), True),
    ],
)
def test_vibration_and_the_current_may_contradict_the_slots(others, ruled_out):
    assert contradicts(read(slots_of(), None), others) is ruled_out


@pytest.mark.parametrize("counted", [27, 40, 44])
def test_a_count_with_which_the_lines_mean_no_slip_of_this_motor_gives_no_answer(counted):
    assert read(slots_of(counted=counted), None) is None


@pytest.mark.parametrize("swing", [0.02, 2.405 / 28, 0.13])
def test_side_lines_of_broken_bars_are_told_from_the_slots_by_the_pair(swing):
    """At 28 times 0.086 rad, the first zero of J0, nothing is left of the slot line but its sides."""
    lines = slots_of(swing=swing)
    found = read(lines, a_pair(SLIP * 1.004))
    assert found.middle == pytest.approx(SLIP, abs=lines.resolution / 2)


@pytest.mark.parametrize("side", [-3, -2, -1, 1, 2, 3])
def test_a_pair_of_a_load_that_swings_makes_no_side_line_of_the_slots_own(side):
    """Where one side line is, the other must be: a piston's pair once moved the slip to twice its value."""
    lines = slots_of()
    found = read(lines, a_pair(SLIP / (1 - side * 2 / 14)))
    assert found.middle == pytest.approx(SLIP, abs=lines.resolution / 2)


@pytest.mark.parametrize("side", [-1, 1])
def test_a_load_that_swings_close_to_the_bars_own_pace_tells_the_truth_or_nothing(side):
    """Then a line stands where the slots' own would, if the strongest were one of its sides."""
    strange = SLIP / (1 - side * 2 / 14)
    lines = slots_of(swing=0.02, swing_hz=2 * strange * 60)
    found = read(lines, a_pair(strange))
    assert found is None or found.middle == pytest.approx(SLIP, abs=lines.resolution / 2)


def test_a_side_line_whose_mirror_image_the_supply_covers_moves_no_slip():
    """Here nothing is left of the slot line, and one of its sides lies under the 13th harmonic."""
    slip = 1 / 14 / (1 + 2 / 14)
    lines = slots_of(slip=slip, swing=2.405 / 28)
    assert lines.covered(1 / 14)
    assert not lines.covered(slip)
    found = read(lines, a_pair(slip))
    assert found is None or found.middle == pytest.approx(slip, abs=lines.resolution / 2)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("bins_off", [1.0, 1.9, 2.4, 2.9])
def test_slots_that_vanish_beside_all_harmonics_of_the_supply_at_once_are_those_of_an_idle_motor(
    bins_off, seed
):
    lines = slots_of(slip=bins_off / LENGTH_S / (14 * 60), seed=seed)
    found = read(lines, None)
    assert (found.lowest, found.source) == (0.0, "slots")
    assert found.highest < 0.001


def test_a_vanished_slot_line_without_a_pair_gives_no_answer():
    assert read(slots_of(swing=2.405 / 28), None) is None


def test_a_pair_does_not_lend_slots_to_noise():
    assert read(slots_of(slot_a=0.0), a_pair(0.0321)) is None
