"""What is measured in a window, and when its signals bear no answer."""

from dataclasses import replace

import numpy as np
import pytest
from motor_windows import (
    POLE_PASS_HZ,
    SHAFT_HZ,
    SLIP,
    a_motor_window,
    a_swinging_motor_window,
    a_window_with_slots,
    analyse,
    analyse_simulated,
)
from signal_factories import (
    RATE_HZ,
    a_current_window,
    a_nameplate,
    a_shaking,
    a_space_vector,
    a_vibration_window,
    a_window,
    phase_currents,
    times,
)

from edge_agent.acquire.samples import Channel, ChannelKind
from edge_agent.circuit import fit_circuit
from edge_agent.diagnose.broken_bars import judge
from edge_agent.signals.analysis import Analyser
from edge_agent.signals.images import ImageSpec
from edge_agent.verdict import Reason


@pytest.mark.parametrize("phases", ["abc", "bc", "a"])
def test_slip_and_sidebands_are_found_with_three_two_and_one_phase(phases):
    analysis = analyse(a_motor_window(phases=phases))
    assert analysis.refusal is None
    assert analysis.evidence.slip == pytest.approx(SLIP, rel=0.01)
    assert analysis.evidence.lower_sideband_dbc == pytest.approx(-33.98, abs=0.5)
    assert analysis.evidence.upper_sideband_dbc == pytest.approx(-40.0, abs=0.5)


@pytest.mark.parametrize(("phase", "place"), [(None, 0), (None, 2), (None, 3), ("a", 3)])
def test_a_fourth_current_of_no_phase_or_of_another_motor_is_not_looked_at(phase, place):
    (alone,) = a_motor_window(vibration=False).streams
    channels = list(alone.stream.channels)
    channels.insert(place, Channel("fourth", ChannelKind.CURRENT, "A", 0.001, phase=phase))
    counts = np.insert(alone.counts, place, 7, axis=0)
    window = a_window(replace(alone, stream=replace(alone.stream, channels=tuple(channels)), counts=counts))
    assert analyse(window).evidence == analyse(a_window(alone)).evidence


def test_a_loaded_motor_without_a_speed_is_steady_while_its_current_changes_little():
    """4 % of the current are 5 % of the slip at rated load, not the 20 % that they are of an idle motor's."""
    window = a_swinging_motor_window(lambda seconds: 1 + 0.04 * seconds / seconds[-1])
    analysis = analyse(a_window(window.streams[0]))
    assert (analysis.slips.source, analysis.refusal) == ("current", None)


def test_a_single_bar_at_light_load_stands_free_of_the_supplys_wander():
    """Its two cycles in five seconds drown in the phase of the supply, which the harmonics carry as well."""
    truth, analysis = analyse_simulated(660016, 0.125)
    opinion = judge(analysis.evidence, analysis.pair)
    assert (opinion.broken, opinion.refusal) == (True, None)
    assert analysis.evidence.equivalent_bars == pytest.approx(truth["equivalent_bars"], rel=0.15)


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
