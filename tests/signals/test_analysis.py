from dataclasses import replace

import numpy as np
import pytest
from signal_factories import (
    RATE_HZ,
    a_current_window,
    a_nameplate,
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

from calibration.simulator.recording import simulate
from calibration.simulator.sets import draw_scenario
from edge_agent.acquire.recordings import replay_blocks
from edge_agent.acquire.samples import Channel, ChannelKind
from edge_agent.diagnose.fusion import judge
from edge_agent.diagnose.verdict import Reason
from edge_agent.signals.analysis import Analyser
from edge_agent.signals.circuit import fit_circuit
from edge_agent.signals.images import ImageSpec
from edge_agent.signals.windows import Windows

SLIP = 0.035
POLE_PASS_HZ = 2 * SLIP * 60
SHAFT_HZ = 30 * (1 - SLIP)


def a_motor_window(length_s=12.0, phases="abc", vibration=True, line_hz=60.0, lower=0.02, upper=0.01):
    seconds = times(length_s)
    vector = a_space_vector(
        seconds, lower=lower, upper=upper * 1j, pole_pass_hz=POLE_PASS_HZ, line_hz=line_hz
    )
    noise = np.random.default_rng(2).normal(0, 0.004, (len(phases), seconds.size))
    streams = [a_current_window(phase_currents(vector, phases) + noise, phases)]
    if vibration:
        streams.append(a_vibration_window(a_shaking(seconds, SHAFT_HZ)))
    return a_window(*streams)


def analyse(window, **plate):
    return Analyser(a_nameplate(**plate), ImageSpec()).analyse(window)


def a_swinging_motor_window(swing, length_s=12.0):
    """A motor whose current is multiplied by `swing` of the time, with vibration that tells its speed."""
    seconds = times(length_s)
    vector = a_space_vector(seconds, lower=0.02, upper=0.01j, pole_pass_hz=POLE_PASS_HZ)
    noise = np.random.default_rng(2).normal(0, 0.004, (3, seconds.size))
    currents = phase_currents(vector * swing(seconds)) + noise
    return a_window(a_current_window(currents), a_vibration_window(a_shaking(seconds, SHAFT_HZ)))


def a_window_with_slots(vibration, lower=0.02, upper=0.01, bars=28):
    """A motor with slot harmonics in its current, of 10 mA for 4 A."""
    seconds = times(6.0)
    phase = line_phase(seconds)
    vector = a_space_vector(seconds, lower=lower, upper=upper * 1j, pole_pass_hz=POLE_PASS_HZ)
    vector = vector + 0.01 * slot_harmonics(phase, rotor_angle(phase, SLIP, seconds), bars)
    noise = np.random.default_rng(2).normal(0, 0.004, (3, seconds.size))
    streams = [a_current_window(phase_currents(vector) + noise)]
    if vibration:
        streams.append(a_vibration_window(a_shaking(seconds, SHAFT_HZ)))
    return a_window(*streams)


@pytest.mark.parametrize("phases", ["abc", "bc", "a"])
def test_slip_and_sidebands_are_found_with_three_two_and_one_phase(phases):
    analysis = analyse(a_motor_window(phases=phases))
    assert analysis.refusal is None
    assert analysis.evidence.slip == pytest.approx(SLIP, rel=0.01)
    assert analysis.evidence.lower_sideband_dbc == pytest.approx(-33.98, abs=0.5)
    assert analysis.evidence.upper_sideband_dbc == pytest.approx(-40.0, abs=0.5)


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


@pytest.mark.parametrize(("phase", "place"), [(None, 0), (None, 2), (None, 3), ("a", 3)])
def test_a_fourth_current_of_no_phase_or_of_another_motor_is_not_looked_at(phase, place):
    (alone,) = a_motor_window(vibration=False).streams
    channels = list(alone.stream.channels)
    channels.insert(place, Channel("fourth", ChannelKind.CURRENT, "A", 0.001, phase=phase))
    counts = np.insert(alone.counts, place, 7, axis=0)
    window = a_window(replace(alone, stream=replace(alone.stream, channels=tuple(channels)), counts=counts))
    assert analyse(window).evidence == analyse(a_window(alone)).evidence


def test_without_speed_a_pair_that_stands_out_tells_the_slip():
    assert analyse(a_motor_window(vibration=False)).evidence.slip == pytest.approx(SLIP, rel=0.01)


def test_without_speed_and_without_a_pair_nothing_is_claimed():
    analysis = analyse(a_motor_window(vibration=False, lower=0, upper=0))
    assert analysis.refusal.reason is Reason.LOAD_TOO_LOW


def test_a_loaded_motor_without_a_speed_is_steady_while_its_current_changes_little():
    """4 % of the current are 5 % of the slip at rated load, not the 20 % that they are of an idle motor's."""
    window = a_swinging_motor_window(lambda seconds: 1 + 0.04 * seconds / seconds[-1])
    analysis = analyse(a_window(window.streams[0]))
    assert (analysis.slips.source, analysis.refusal) == ("current", None)


def test_of_an_overloaded_motor_a_pair_alone_tells_no_slip():
    seconds = times(12.0)
    vector = a_space_vector(
        seconds, lower=0.02, upper=0.01j, pole_pass_hz=POLE_PASS_HZ, amplitude_a=1.5 * 2.98 * 2**0.5
    )
    analysis = analyse(a_window(a_current_window(phase_currents(vector))))
    assert (analysis.refusal.reason, analysis.refusal.quantity) == (Reason.LOAD_TOO_LOW, "slip_of_pair")


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
    assert (analysis.refusal.reason, analysis.refusal.quantity) == (Reason.LOAD_TOO_LOW, "stronger_pair_db")


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


def analyse_simulated(seed, load):
    """Truth and analysis of a window of 12 s of a simulated motor of the training seeds."""
    scenario = replace(draw_scenario("validation", seed), load=load)
    recording = simulate(scenario)
    windows = Windows(12.0, 12.0)
    windows.configure(recording.device)
    (window,) = (w for block in replay_blocks(recording, 0.1) for w in windows.push(block))
    return recording.meta, Analyser(scenario.motor.nameplate, ImageSpec()).analyse(window)


def test_the_second_pair_of_many_bars_is_not_taken_for_their_first_when_slot_lines_are_read():
    """Four bars at 15 % load: 2sf turns seven times in the window, and 4sf stands free of the wander.

    This made a rotor with four broken bars healthy.
    """
    truth, analysis = analyse_simulated(600344, 0.151)
    assert analysis.slips.source == "slots"
    assert analysis.evidence.slip == pytest.approx(truth["slip"], rel=0.01)
    assert analysis.evidence.equivalent_bars > 3


def test_a_single_bar_at_light_load_stands_free_of_the_supplys_wander():
    """Its two cycles in five seconds drown in the phase of the supply, which the harmonics carry as well."""
    truth, analysis = analyse_simulated(660016, 0.125)
    opinion = judge(analysis.evidence, analysis.pair)
    assert (opinion.broken, opinion.refusal) == (True, None)
    assert analysis.evidence.equivalent_bars == pytest.approx(truth["equivalent_bars"], rel=0.15)


def test_a_pair_free_of_wander_tells_slot_lines_from_their_sides_at_light_load():
    truth, analysis = analyse_simulated(660103, 0.125)
    assert analysis.slips.source == "slots"
    assert analysis.evidence.slip == pytest.approx(truth["slip"], rel=0.01)


@pytest.mark.parametrize(
    ("seed", "load", "quantity"), [(720066, 0.003, "pole_pass_cycles"), (750106, 0.02, "load")]
)
def test_a_motor_that_idles_has_too_low_a_load_whatever_else_it_shows(seed, load, quantity):
    """One shows its slots beside the supply's own lines alone; the other has a pair, too."""
    _, analysis = analyse_simulated(seed, load)
    assert (analysis.refusal.reason, analysis.refusal.quantity) == (Reason.LOAD_TOO_LOW, quantity)


def test_witnesses_of_the_slip_are_asked_in_the_order_of_their_worth():
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


@pytest.mark.parametrize("bars", [None, 28])
def test_the_interval_of_the_bars_is_narrower_where_their_number_is_known(bars):
    """These sidebands swing the speed as no broken bars do, which widens both."""
    evidence = analyse(a_window_with_slots(True), rotor_bars=bars).evidence
    low, high = evidence.equivalent_bars_interval
    assert low < evidence.equivalent_bars < high
    assert (high - low) / evidence.equivalent_bars == pytest.approx(0.98 if bars else 1.18, abs=0.02)


def judged_at(load, angle_deg):
    """What the sidebands say of two equal ones of 2 % at this ellipse angle, at the slip of this load."""
    circuit = fit_circuit(a_nameplate())
    slip, seconds = circuit.slip_at_load(load), times(12.0)
    side = 0.02 * np.exp(1j * np.radians(angle_deg))
    amplitude_a = np.sqrt(2) * circuit.current_rms_a(slip)
    vector = a_space_vector(
        seconds, lower=side, upper=side, pole_pass_hz=2 * slip * 60, amplitude_a=amplitude_a
    )
    window = a_window(a_current_window(phase_currents(vector)))
    analysis = analyse(window, speed_rpm=1800 * (1 - slip))
    assert analysis.refusal is None
    return judge(analysis.evidence, analysis.pair)


@pytest.mark.parametrize(("load", "angle_deg"), [(0.125, 73), (0.25, 62), (0.5, 45), (0.75, 32), (1.0, 24)])
def test_load_oscillation_of_the_reference_table_is_not_called_broken(load, angle_deg):
    assert not judged_at(load, angle_deg).broken


@pytest.mark.parametrize(
    ("load", "angles_deg"),
    [
        (0.125, (163, 158, 150, 132)),
        (0.25, (152, 143, 130, 114)),
        (0.5, (132, 115, 101, 92)),
        (0.75, (115, 93, 84, 78)),
        (1.0, (99, 79, 73, 69)),
    ],
)
def test_broken_bars_of_the_reference_table_are_called_broken(load, angles_deg):
    for angle_deg in angles_deg:
        assert judged_at(load, angle_deg).broken


@pytest.mark.parametrize(("phases", "order"), [("abc", "abc"), ("acb", "acb"), ("bc", "abc"), ("a", None)])
def test_the_order_of_the_phases_is_told_where_it_shows(phases, order):
    window = a_motor_window()
    counts = window.streams[0].counts[["abc".index(phase) for phase in phases]]
    names = phases if order != "acb" else "abc"
    current = a_current_window(counts * 0.001, names)
    assert analyse(a_window(current, window.streams[1])).evidence.phase_order == order


def test_a_window_too_short_for_the_pair_says_so():
    analysis = analyse(a_motor_window(length_s=0.6), speed_rpm=60 * SHAFT_HZ)
    assert (analysis.refusal.reason, analysis.refusal.quantity) == (Reason.LOAD_TOO_LOW, "pole_pass_cycles")
    assert analysis.refusal.value < 3


def test_a_foreign_line_frequency_is_refused_on_the_grid_and_taken_from_a_drive():
    window = a_motor_window(line_hz=50.0)
    assert analyse(window).refusal.reason is Reason.WRONG_LINE_FREQUENCY
    refusal = analyse(window, supply="vfd").refusal
    assert refusal is None or refusal.reason is not Reason.WRONG_LINE_FREQUENCY


def test_a_start_within_the_window_is_starting():
    window = a_motor_window()
    counts = window.streams[0].counts
    counts[:, : int(3 * RATE_HZ)] = np.random.default_rng(0).integers(-3, 4, (3, int(3 * RATE_HZ)))
    assert analyse(window).refusal.reason is Reason.STARTING


def test_vibration_alone_is_told_what_is_missing():
    window = a_window(a_vibration_window(a_shaking(times(4.0), SHAFT_HZ)))
    refusal = analyse(window).refusal
    assert (refusal.reason, refusal.quantity) == (Reason.MISSING_PHASE, "current_channels")


def test_windows_that_overlap_give_the_same_as_each_alone():
    seconds = times(14.0)
    vector = a_space_vector(seconds, lower=0.02, upper=0.01, pole_pass_hz=POLE_PASS_HZ)
    samples = phase_currents(vector) + np.random.default_rng(9).normal(0, 0.01, (3, seconds.size))
    first, second = (
        a_window(a_current_window(samples[:, start : start + 120_000], first_scan=start))
        for start in (0, 20_000)
    )
    running = Analyser(a_nameplate(), ImageSpec())
    running.analyse(first)
    kept, alone = running.analyse(second), Analyser(a_nameplate(), ImageSpec()).analyse(second)
    assert kept.evidence == alone.evidence
    np.testing.assert_array_equal(kept.inputs.images["current"], alone.inputs.images["current"])


@pytest.mark.parametrize(("change", "reason"), [(0.02, None), (0.15, Reason.UNSTEADY)])
def test_a_load_that_changes_within_the_window_is_unsteady(change, reason):
    refusal = analyse(a_swinging_motor_window(lambda seconds: 1 + change * seconds / 12.0)).refusal
    assert (refusal and refusal.reason) is reason


@pytest.mark.parametrize("factor", [0.7, 1.3])
def test_a_sag_or_a_blow_of_a_quarter_of_a_second_is_unsteady(factor):
    struck = a_swinging_motor_window(lambda seconds: np.where(np.abs(seconds - 5) < 0.125, factor, 1.0))
    refusal = analyse(struck).refusal
    assert (refusal.reason, refusal.quantity) == (Reason.UNSTEADY, "largest_current_change")
    assert refusal.value > refusal.limit


@pytest.mark.parametrize(("frequency_hz", "depth"), [(0.8, 0.2), (2.3, 0.02), (2.3, 0.1), (7.0, 0.2)])
def test_a_load_that_swings_all_the_time_is_no_transient(frequency_hz, depth):
    swinging = a_swinging_motor_window(lambda t: 1 + depth * np.sin(2 * np.pi * frequency_hz * t))
    refusal = analyse(swinging).refusal
    assert refusal is None or refusal.quantity != "largest_current_change"


def test_a_reversed_sensor_is_named_and_the_line_is_shown_all_the_same():
    window = a_motor_window()
    window.streams[0].counts[1] *= -1
    analysis = analyse(window)
    assert analysis.refusal.reason is Reason.OUT_OF_DOMAIN
    assert analysis.evidence.line_frequency_hz == pytest.approx(60.0, abs=0.01)


@pytest.mark.parametrize("bad", ["stuck", "clipped"])
def test_a_bad_vibration_channel_is_left_out_and_the_other_one_tells_the_slip(bad):
    seconds = times(12.0)
    shaking = np.repeat(a_shaking(seconds, SHAFT_HZ), 2, axis=0)
    shaking[0] = shaking[0, 0] if bad == "stuck" else np.clip(50 * shaking[0], -0.3, 0.3)
    window = a_window(a_motor_window(vibration=False).streams[0], a_vibration_window(shaking))
    analysis = analyse(window)
    assert analysis.refusal is None
    assert analysis.evidence.slip == pytest.approx(SLIP, rel=0.01)
