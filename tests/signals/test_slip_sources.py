"""What each source tells of the slip, and how surely."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from signal_factories import (
    a_current_window,
    a_nameplate,
    a_shaking,
    a_window,
    line_phase,
    off_the_supply,
    phase_currents,
    rotor_angle,
    slot_harmonics,
    slot_lines,
    times,
)

from edge_agent.circuit import fit_circuit
from edge_agent.signals.prepared import Vibration
from edge_agent.signals.sidebands.fit import SidebandPair
from edge_agent.signals.slip.range import SlipRange
from edge_agent.signals.slip.slot_source import SlotHarmonics, contradicts
from edge_agent.signals.slip.sources import RmsCurrent, ShaftVibration, nearest_allowed, slip_of_speed
from edge_agent.signals.supply import Line

RATE_HZ = 4000.0
LENGTH_S = 6.0
SLIP = 0.035
LINE = Line(60.0, 4.0, 0.0, False)
PLATE = a_nameplate()
CIRCUIT = fit_circuit(PLATE)
CURRENT = RmsCurrent(PLATE, CIRCUIT)
VIBRATION = ShaftVibration(PLATE, CURRENT)
SLOTS = SlotHarmonics(PLATE, CIRCUIT, VIBRATION, CURRENT)


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
    found = SLOTS.read(lines, None)
    assert found.source == "slots"
    assert found.lowest - lines.resolution / 4 <= slip <= found.highest + lines.resolution / 4
    assert found.highest - found.lowest <= lines.resolution


@settings(max_examples=10, deadline=None)
@given(st.floats(-5, 5))
def test_slots_upon_a_harmonic_of_the_supply_tell_the_truth_or_nothing(bins_off):
    lines = slots_of(1 / 14 + bins_off / (14 * 60 * LENGTH_S))
    found = SLOTS.read(lines, None)
    assert found is None or found.middle == pytest.approx(1 / 14 + bins_off * lines.resolution, rel=2e-3)


@pytest.mark.parametrize("seed", range(8))
def test_noise_alone_has_no_slots(seed):
    assert SLOTS.read(slots_of(slot_a=0.0, seed=seed), None) is None


@pytest.mark.parametrize(
    ("others", "ruled_out"),
    [
        (SlipRange(0.0348, 0.0351, "vibration"), False),
        (SlipRange(0.0298, 0.0301, "vibration"), True),
        (SlipRange(0.02, 0.06, "current"), False),
        (SlipRange(0.06, 0.1, "current"), True),
        (SlipRange(0.0, 0.01, "current"), False),
    ],
)
def test_vibration_and_a_trusted_current_may_contradict_the_slots(others, ruled_out):
    assert contradicts(SLOTS.read(slots_of(), None), others) is ruled_out


@pytest.mark.parametrize("counted", [27, 40, 44])
def test_a_count_with_which_the_lines_mean_no_slip_of_this_motor_gives_no_answer(counted):
    assert SLOTS.read(slots_of(counted=counted), None) is None


@pytest.mark.parametrize("swing", [0.02, 2.405 / 28, 0.13])
def test_side_lines_of_broken_bars_are_told_from_the_slots_by_the_pair(swing):
    """At 28 times 0.086 rad, the first zero of J0, nothing is left of the slot line but its sides."""
    lines = slots_of(swing=swing)
    found = SLOTS.read(lines, a_pair(SLIP * 1.004))
    assert found.middle == pytest.approx(SLIP, abs=lines.resolution / 2)


@pytest.mark.parametrize("side", [-3, -2, -1, 1, 2, 3])
def test_a_pair_of_a_load_that_swings_makes_no_side_line_of_the_slots_own(side):
    """Where one side line is, the other must be: a piston's pair once moved the slip to twice its value."""
    lines = slots_of()
    found = SLOTS.read(lines, a_pair(SLIP / (1 - side * 2 / 14)))
    assert found.middle == pytest.approx(SLIP, abs=lines.resolution / 2)


@pytest.mark.parametrize("side", [-1, 1])
def test_a_load_that_swings_close_to_the_bars_own_pace_tells_the_truth_or_nothing(side):
    """Then a line stands where the slots' own would, if the strongest were one of its sides."""
    strange = SLIP / (1 - side * 2 / 14)
    lines = slots_of(swing=0.02, swing_hz=2 * strange * 60)
    found = SLOTS.read(lines, a_pair(strange))
    assert found is None or found.middle == pytest.approx(SLIP, abs=lines.resolution / 2)


def test_a_side_line_whose_mirror_image_the_supply_covers_moves_no_slip():
    """Here nothing is left of the slot line, and one of its sides lies under the 13th harmonic."""
    slip = 1 / 14 / (1 + 2 / 14)
    lines = slots_of(slip=slip, swing=2.405 / 28)
    assert lines.covered(1 / 14)
    assert not lines.covered(slip)
    found = SLOTS.read(lines, a_pair(slip))
    assert found is None or found.middle == pytest.approx(slip, abs=lines.resolution / 2)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("bins_off", [1.0, 1.9, 2.4, 2.9])
def test_slots_that_vanish_beside_all_harmonics_of_the_supply_at_once_are_those_of_an_idle_motor(
    bins_off, seed
):
    lines = slots_of(slip=bins_off / LENGTH_S / (14 * 60), seed=seed)
    found = SLOTS.read(lines, None)
    assert (found.lowest, found.source) == (0.0, "slots")
    assert found.highest < 0.001


def test_a_vanished_slot_line_without_a_pair_gives_no_answer():
    assert SLOTS.read(slots_of(swing=2.405 / 28), None) is None


def test_a_pair_does_not_lend_slots_to_noise():
    assert SLOTS.read(slots_of(slot_a=0.0), a_pair(0.0321)) is None


@pytest.mark.parametrize("speed_rpm", [1737, -1737])
def test_a_known_speed_is_taken_with_the_margin_of_a_tachometer_whichever_way_it_turns(speed_rpm):
    found = slip_of_speed(speed_rpm, PLATE, LINE, 12.0, "measured")
    assert found.middle == pytest.approx(SLIP)
    assert found.source == "measured"
    assert 0.006 < found.highest - found.lowest < 0.01


def test_the_speed_of_the_field_is_no_slip_rather_than_a_negative_one():
    assert slip_of_speed(1801, PLATE, LINE, 12.0, "measured").lowest == 0.0


@pytest.mark.parametrize("speed_rpm", [0, 579, 1815, 3474])
def test_a_speed_that_this_motor_cannot_have_tells_nothing(speed_rpm):
    assert slip_of_speed(speed_rpm, PLATE, LINE, 12.0, "measured") is None


@given(st.floats(0.5, 1.2))
def test_the_current_bounds_the_slip_of_a_loaded_motor(load):
    slip = CIRCUIT.slip_at_load(load)
    line = Line(60.0, CIRCUIT.current_rms_a(slip) * 2**0.5, 0.0, False)
    found = CURRENT.bound(line)
    assert found.source == "current"
    assert 0 < found.lowest < slip < found.highest


@pytest.mark.parametrize("rms_over_rated", [0.2, 1.5])
def test_a_current_of_no_load_or_of_a_wrong_scale_bounds_nothing_from_below(rms_over_rated):
    line = Line(60.0, rms_over_rated * PLATE.rated_current_a * 2**0.5, 0.0, False)
    assert CURRENT.bound(line).lowest == 0.0


@pytest.mark.parametrize("rms_over_rated", [0.9, 1.1, 1.3])
def test_a_hot_rotor_with_broken_bars_slips_more_than_its_current_says_but_not_twice_as_far(rms_over_rated):
    line = Line(60.0, rms_over_rated * PLATE.rated_current_a * 2**0.5, 0.0, False)
    slip = CIRCUIT.slip_at_current(rms_over_rated * PLATE.rated_current_a)
    highest = CURRENT.bound(line).highest / max(slip, PLATE.rated_slip)
    assert 1.6 < highest < 1.8


def test_a_driven_shaft_that_turns_more_slowly_is_not_taken_for_the_motors():
    """A fan on a belt shakes more than the motor that drives it; the current says which of both is meant."""
    line = Line(60.0, 1.2 * PLATE.rated_current_a * 2**0.5, 0.0, False)
    slip = 1.1 * CIRCUIT.slip_at_current(line.amplitude_a / 2**0.5)
    seconds = times(12.0, 1000.0)
    fan_hz = 30 * (1 - 2.5 * PLATE.rated_slip)
    both = a_shaking(seconds, 30 * (1 - slip)) + 3 * a_shaking(seconds, fan_hz, seed=2)
    found = VIBRATION.find(Vibration(both.astype(np.float32), 1000.0), line, CURRENT.bound(line))
    assert found.lowest < slip < found.highest


def test_vibration_tells_the_slip_within_what_the_current_allows():
    vibration = Vibration(a_shaking(times(12.0, 1000.0), 30 * (1 - SLIP)).astype(np.float32), 1000.0)
    found = VIBRATION.find(vibration, LINE, SlipRange(0.02, 0.08, "current"))
    assert found.source == "vibration"
    assert found.lowest < SLIP < found.highest
    assert VIBRATION.find(vibration, LINE, SlipRange(0.06, 0.08, "current")) is None


@pytest.mark.parametrize(
    ("stated", "allowed", "nearest"),
    [
        (0.035, (0.03, 0.06), None),
        (0.028, (0.03, 0.06), None),
        (0.02, (0.03, 0.06), 0.03 / 1.4),
        (0.2, (0.03, 0.06), None),
        (0.035, (0.0, 0.02), 0.02 * 1.4),
        (0.02, (0.0, 0.02), None),
    ],
)
def test_the_current_allows_a_stated_slip_within_its_error_and_under_load_any_larger_one(
    stated, allowed, nearest
):
    speed = SlipRange(stated - 0.003, stated + 0.003, "configured")
    found = nearest_allowed(speed, SlipRange(*allowed, "current"))
    assert found == (nearest if nearest is None else pytest.approx(nearest))
