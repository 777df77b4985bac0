"""Who tells the slip of a window, whom it is believed from, and when nobody does."""

import numpy as np
import pytest
from motor_windows import (
    POLE_PASS_HZ,
    SHAFT_HZ,
    SLIP,
    a_motor_window,
    a_window_with_slots,
    analyse,
    analyse_simulated,
)
from signal_factories import (
    a_current_window,
    a_shaking,
    a_space_vector,
    a_speed_window,
    a_vibration_window,
    a_window,
    line_phase,
    phase_currents,
    rotor_angle,
    slot_harmonics,
    times,
)

from edge_agent.verdict import Reason


def test_a_known_speed_stands_in_for_vibration():
    analysis = analyse(a_motor_window(vibration=False), speed_rpm=60 * SHAFT_HZ)
    assert analysis.refusal is None
    assert analysis.evidence.slip == pytest.approx(SLIP, rel=0.01)


@pytest.mark.parametrize("vibration", [True, False])
@pytest.mark.parametrize("speed_rpm", [1725, 1715])
def test_a_configured_speed_of_another_load_makes_no_broken_rotor_healthy(vibration, speed_rpm):
    analysis = analyse(a_motor_window(vibration=vibration), speed_rpm=speed_rpm)
    assert analysis.slips.source == "configured"
    assert analysis.refusal is None
    assert analysis.speed_doubt.quantity == "pair_off_told_speed_db"


def test_a_speed_channel_that_is_a_little_off_makes_no_broken_rotor_healthy():
    window = a_window(*a_motor_window(vibration=False).streams, a_speed_window(1725.0))
    analysis = analyse(window)
    assert (analysis.slips.source, analysis.speed_doubt.quantity) == ("measured", "pair_off_told_speed_db")


@pytest.mark.parametrize("speed_rpm", [60 * SHAFT_HZ, -60 * SHAFT_HZ])
def test_a_measured_speed_is_believed_beside_the_lines_of_a_belt(speed_rpm):
    seconds = times(12.0)
    belt = 1 + 0.03 * np.cos(2 * np.pi * 7.7 * seconds)
    currents = phase_currents(a_space_vector(seconds) * belt)
    currents = currents + np.random.default_rng(2).normal(0, 0.004, currents.shape)
    analysis = analyse(a_window(a_current_window(currents), a_speed_window(speed_rpm)))
    assert (analysis.slips.source, analysis.refusal, analysis.speed_doubt) == ("measured", None, None)


def test_a_configured_speed_that_the_current_does_not_bear_out_tells_nothing():
    """The motor idles now, and stood at its rated speed when it was configured."""
    seconds = times(12.0)
    vector = a_space_vector(seconds, amplitude_a=1.7)
    noise = np.random.default_rng(2).normal(0, 0.004, (3, seconds.size))
    analysis = analyse(a_window(a_current_window(phase_currents(vector) + noise)), speed_rpm=1715)
    assert analysis.speed_doubt.quantity == "slip_of_configured_speed"


def test_lines_of_a_belt_do_not_doubt_a_configured_speed_that_vibration_confirms():
    seconds = times(12.0)
    belt = 1 + 0.03 * np.cos(2 * np.pi * 7.7 * seconds)
    currents = phase_currents(a_space_vector(seconds) * belt)
    currents = currents + np.random.default_rng(2).normal(0, 0.004, currents.shape)
    alone = a_window(a_current_window(currents))
    heard = a_window(alone.streams[0], a_vibration_window(a_shaking(seconds, SHAFT_HZ)))
    assert analyse(heard, speed_rpm=60 * SHAFT_HZ).speed_doubt is None
    assert analyse(alone, speed_rpm=60 * SHAFT_HZ).speed_doubt.quantity == "pair_off_told_speed_db"


@pytest.mark.parametrize(("channel_rpm", "source"), [(60 * SHAFT_HZ, "measured"), (0.0, "configured")])
def test_a_speed_channel_comes_before_the_configured_speed_unless_it_is_dead(channel_rpm, source):
    window = a_window(*a_motor_window(vibration=False).streams, a_speed_window(channel_rpm))
    assert analyse(window, speed_rpm=60 * SHAFT_HZ).slips.source == source


def test_without_speed_a_pair_that_stands_out_tells_the_slip():
    assert analyse(a_motor_window(vibration=False)).evidence.slip == pytest.approx(SLIP, rel=0.01)


def test_without_speed_and_without_a_pair_nothing_is_claimed():
    analysis = analyse(a_motor_window(vibration=False, lower=0, upper=0))
    assert analysis.refusal.reason is Reason.SPEED_UNKNOWN


def test_of_an_overloaded_motor_a_pair_alone_tells_no_slip():
    seconds = times(12.0)
    vector = a_space_vector(
        seconds, lower=0.02, upper=0.01j, pole_pass_hz=POLE_PASS_HZ, amplitude_a=1.5 * 2.98 * 2**0.5
    )
    analysis = analyse(a_window(a_current_window(phase_currents(vector))))
    assert (analysis.refusal.reason, analysis.refusal.quantity) == (Reason.OVERLOAD, "current_over_rated")


@pytest.mark.parametrize("wander", [0.0, 0.15])
def test_a_pair_that_stands_out_tells_nothing_where_a_far_stronger_one_stands_elsewhere(wander):
    """Four bars slip farther than the current says: the small line within its range is none of theirs."""
    seconds = times(12.0)
    vector = a_space_vector(seconds, lower=0.001, upper=0.001, pole_pass_hz=POLE_PASS_HZ, wander=wander)
    far = 0.06 * np.exp(-2j * np.pi * 14.0 * seconds) + 0.03j * np.exp(2j * np.pi * 14.0 * seconds)
    noise = np.random.default_rng(2).normal(0, 0.004, (3, seconds.size))
    currents = phase_currents(vector * (1 + far)) + noise
    analysis = analyse(a_window(a_current_window(currents)))
    assert analysis.slips.source == "current"
    assert (analysis.refusal.reason, analysis.refusal.quantity) == (Reason.SPEED_UNKNOWN, "stronger_pair_db")


@pytest.mark.parametrize("vibration", [True, False])
@pytest.mark.parametrize(("lower", "upper"), [(0.02, 0.01), (1e-4, 1e-4)])
def test_slot_lines_tell_the_slip_of_sound_and_broken_rotors(vibration, lower, upper):
    analysis = analyse(a_window_with_slots(vibration, lower, upper), rotor_bars=28)
    assert (analysis.refusal, analysis.slips.source) == (None, "slots")
    assert analysis.evidence.slip == pytest.approx(SLIP, rel=0.003)


def test_side_lines_stronger_than_their_slot_line_make_no_broken_rotor_sound():
    """A current that means light load, no vibration, and a speed that swings the slot line away."""
    seconds, slip = times(12.0), 0.10
    pole_pass_hz = 2 * slip * 60
    phase = line_phase(seconds)
    vector = a_space_vector(seconds, lower=0.06, upper=0.05j, pole_pass_hz=pole_pass_hz, amplitude_a=2.2)
    angle = rotor_angle(phase, slip, seconds, swing=2.405 / 28)
    vector = vector + 0.01 * slot_harmonics(phase, angle, 28)
    currents = phase_currents(vector) + np.random.default_rng(2).normal(0, 0.004, (3, seconds.size))
    analysis = analyse(a_window(a_current_window(currents)), rotor_bars=28)
    assert analysis.evidence.slip == pytest.approx(slip, rel=0.01)
    assert analysis.evidence.lower_sideband_dbc == pytest.approx(-24.4, abs=0.5)


def test_the_second_pair_of_many_bars_is_not_taken_for_their_first_when_slot_lines_are_read():
    """Four bars at 15 % load: 2sf turns seven times in the window, and 4sf stands free of the wander.

    This made a rotor with four broken bars healthy.
    """
    truth, analysis = analyse_simulated(600344, 0.151)
    assert analysis.slips.source == "slots"
    assert analysis.evidence.slip == pytest.approx(truth["slip"], rel=0.01)
    assert analysis.evidence.equivalent_bars > 3


def test_a_pair_free_of_wander_tells_slot_lines_from_their_sides_at_light_load():
    truth, analysis = analyse_simulated(660103, 0.125)
    assert analysis.slips.source == "slots"
    assert analysis.evidence.slip == pytest.approx(truth["slip"], rel=0.01)


def test_at_light_load_fewer_cycles_are_enough():
    """The amplitude tells the bars there, whatever the wander does beside the line."""
    truth, analysis = analyse_simulated(662001, 0.085)
    assert 2.5 < analysis.pair.cycles < 3.0
    assert analysis.refusal is None
    lowest, highest = analysis.evidence.equivalent_bars_interval
    assert lowest < truth["equivalent_bars"] < highest


def test_under_load_too_few_cycles_are_refused():
    analysis = analyse(a_motor_window(length_s=3.2 / POLE_PASS_HZ, vibration=False), speed_rpm=60 * SHAFT_HZ)
    assert (analysis.refusal.reason, analysis.refusal.quantity) == (Reason.LOAD_TOO_LOW, "pole_pass_cycles")
    assert 2.5 < analysis.pair.cycles < 3.0


@pytest.mark.parametrize(
    ("seed", "load", "quantity"), [(720066, 0.003, "pole_pass_cycles"), (750106, 0.02, "load")]
)
def test_a_motor_that_idles_has_too_low_a_load_whatever_else_it_shows(seed, load, quantity):
    """One shows its slots beside the supply's own lines alone; the other has a pair, too."""
    _, analysis = analyse_simulated(seed, load)
    assert (analysis.refusal.reason, analysis.refusal.quantity) == (Reason.LOAD_TOO_LOW, quantity)


def test_sources_of_the_slip_are_asked_in_the_order_of_their_worth():
    """A known speed, else slot lines, else vibration, else the current."""
    asked = [
        analyse(a_window_with_slots(True), rotor_bars=28, speed_rpm=60 * SHAFT_HZ),
        analyse(a_window_with_slots(True), rotor_bars=28),
        analyse(a_window_with_slots(True)),
        analyse(a_window_with_slots(False)),
    ]
    assert [analysis.slips.source for analysis in asked] == ["configured", "slots", "vibration", "current"]
    for analysis in asked:
        assert analysis.evidence.slip == pytest.approx(SLIP, rel=0.01)


@pytest.mark.parametrize("bars", [25, 26, 29, 30, 34, 40])
def test_a_wrong_number_of_rotor_bars_moves_no_slip_that_vibration_tells(bars):
    analysis = analyse(a_window_with_slots(True), rotor_bars=bars)
    assert analysis.evidence.slip == pytest.approx(SLIP, rel=0.01)
    assert analysis.evidence.lower_sideband_dbc == pytest.approx(-34.0, abs=0.5)


@pytest.mark.parametrize("bad", ["stuck", "clipped"])
def test_a_bad_vibration_channel_is_left_out_and_the_other_one_tells_the_slip(bad):
    seconds = times(12.0)
    shaking = np.repeat(a_shaking(seconds, SHAFT_HZ), 2, axis=0)
    shaking[0] = shaking[0, 0] if bad == "stuck" else np.clip(50 * shaking[0], -0.3, 0.3)
    window = a_window(a_motor_window(vibration=False).streams[0], a_vibration_window(shaking))
    analysis = analyse(window)
    assert analysis.refusal is None
    assert analysis.evidence.slip == pytest.approx(SLIP, rel=0.01)


@pytest.mark.parametrize(("length_s", "doubt"), [(2.1, None), (8.0, "bars_at_another_slip")])
def test_three_cycles_of_unrest_next_to_the_line_make_no_sound_rotor_doubtful(length_s, doubt):
    """In a longer window the same pair of lines would be that of bars at a third of the load."""
    seconds = times(length_s)
    unrest = 1 + 0.008 * np.cos(2 * np.pi * 1.5 * seconds)
    vector = a_space_vector(seconds, 1e-4, 1e-4j, POLE_PASS_HZ) * unrest
    currents = phase_currents(vector) + np.random.default_rng(2).normal(0, 0.004, (3, seconds.size))
    vibration = a_vibration_window(a_shaking(seconds, SHAFT_HZ))
    analysis = analyse(a_window(a_current_window(currents), vibration))
    assert (analysis.refusal, analysis.slips.source) == (None, "vibration")
    assert (analysis.speed_doubt and analysis.speed_doubt.quantity) == doubt
