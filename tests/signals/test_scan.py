"""A sound rotor cleared without a slip: what clears it, and what keeps it from being cleared."""

import numpy as np
import pytest
from motor_windows import POLE_PASS_HZ, analyse
from signal_factories import (
    a_current_window,
    a_nameplate,
    a_space_vector,
    a_window,
    phase_currents,
    times,
)

from edge_agent.circuit import fit_circuit
from edge_agent.diagnose.broken_bars import diagnose
from edge_agent.limits import SCAN
from edge_agent.refusals.catalogue import advise_refusal
from edge_agent.signals.sidebands.equivalent_bars import BarScale
from edge_agent.verdict import Severity, State, WindowSpan

PLATE = a_nameplate()
CIRCUIT = fit_circuit(PLATE)
BARS = BarScale(PLATE, CIRCUIT)
IDLE_PEAK_A = 2**0.5 * CIRCUIT.no_load_current_rms_a
LOADED_PEAK_A = 4.0
SLIP_BY_CURRENT = CIRCUIT.slip_at_current(LOADED_PEAK_A / 2**0.5)
NOISE_A = 0.15
SPAN = WindowSpan(0.0, 12.0, 0, 120_000, 0)


def a_loaded_window(
    lines=(), amplitude_a=LOADED_PEAK_A, length_s=12.0, phases="abc", noise_a=NOISE_A, wander_rad=0.0
):
    """Currents with lower sidebands (2sf, ratio to the carrier), and nothing else to tell the speed.

    The supply's phase takes random steps of `wander_rad` from sample to sample.
    """
    seconds = times(length_s)
    vector = a_space_vector(seconds, amplitude_a=amplitude_a)
    vector = vector * (1 + sum(ratio * np.exp(-2j * np.pi * hz * seconds) for hz, ratio in lines))
    rng = np.random.default_rng(5)
    vector = vector * np.exp(1j * np.cumsum(rng.normal(0, wander_rad, seconds.size)))
    noise = rng.normal(0, noise_a, (len(phases), seconds.size))
    return a_window(a_current_window(phase_currents(vector, phases) + noise, phases))


def bars_at(slip, bars):
    """The line of so many bars at a slip, for `a_loaded_window`."""
    return 2 * slip * 60.0, BARS.ratio_of(bars, slip)


CASTING = bars_at(SLIP_BY_CURRENT, 0.015)
"""What a good casting shows, below the detection margin in these windows."""


@pytest.mark.parametrize("phases", ["abc", "a"])
def test_a_quiet_current_under_load_clears_the_rotor_and_says_at_which_slips(phases):
    analysis = analyse(a_loaded_window([CASTING], phases=phases))
    assert (analysis.refusal, analysis.pair, analysis.inputs) == (None, None, None)
    evidence = analysis.evidence
    lowest, highest = evidence.scanned_slips
    assert lowest == pytest.approx(SCAN.from_share * SLIP_BY_CURRENT, rel=0.05)
    assert highest > 2 * SLIP_BY_CURRENT
    assert evidence.slip is None
    assert evidence.equivalent_bars is None
    assert evidence.load == pytest.approx(CIRCUIT.load_at_slip(SLIP_BY_CURRENT), abs=0.02)
    assert 0 < evidence.detection_limit_bars < SCAN.max_bars
    assert evidence.equivalent_bars_interval[1] < SCAN.max_bars


def test_the_verdict_is_healthy_without_the_network_and_so_without_its_confidence():
    verdict = diagnose(analyse(a_loaded_window([CASTING])), None, 0.5, SPAN)
    assert (verdict.state, verdict.severity) == (State.HEALTHY, Severity.OK)
    assert (verdict.confidence, verdict.probabilities) == (None, None)


@pytest.mark.parametrize("share", [0.6, 1.0, 2.3, 2.8])
def test_bars_at_any_slip_of_the_hard_zone_are_not_called_healthy(share):
    analysis = analyse(a_loaded_window([bars_at(share * SLIP_BY_CURRENT, 0.4)]))
    assert analysis.scan is None


def test_a_line_above_the_range_of_the_current_is_refused_with_the_bars_that_it_may_be():
    refusal = analyse(a_loaded_window([bars_at(2.3 * SLIP_BY_CURRENT, 0.4)])).refusal
    assert refusal.quantity == "bars_at_any_slip"
    assert 0.4 < refusal.value < 0.7
    assert refusal.limit == SCAN.max_bars


def test_a_line_below_the_hard_zone_is_refused_where_the_amplitude_shows_it():
    refusal = analyse(a_loaded_window([bars_at(0.3 * SLIP_BY_CURRENT, 1.0)])).refusal
    assert refusal.quantity == "bars_below_current"
    assert refusal.value > SCAN.max_bars_below


BEYOND = {"rated_speed_rpm": 1760.0}, 0.09
"""A plate of half the rated slip, and a slip beyond all that it allows."""


@pytest.mark.parametrize(("bars", "refused"), [(0.6, True), (0.1, False)])
def test_bars_beyond_all_slips_of_the_plate_are_not_called_healthy(bars, refused):
    """The rated slip of the plate was a part of the true one, and the hard zone ended below the bars."""
    plate, slip = BEYOND
    lower = BarScale(a_nameplate(**plate), fit_circuit(a_nameplate(**plate))).ratio_of(bars, slip)
    analysis = analyse(a_loaded_window([CASTING, (2 * slip * 60.0, lower)]), **plate)
    assert (analysis.scan is None) is refused
    if refused:
        assert analysis.refusal.quantity == "bars_at_another_slip"
        assert analysis.refusal.value == pytest.approx(bars, rel=0.2)
        assert "motor.rated_speed_rpm" in advise_refusal(analysis.refusal)


def test_a_load_that_oscillates_beyond_all_slips_of_the_plate_leaves_a_sound_rotor_its_answer():
    """Its pair looks like broken bars at its own slip, but not at that of the motor."""
    plate, slip = BEYOND
    circuit, hz = fit_circuit(a_nameplate(**plate)), 2 * slip * 60.0
    (upper,), (lower,) = circuit.speed_swing(
        circuit.slip_at_current(LOADED_PEAK_A / 2**0.5), np.array([hz]), 60.0
    )
    scale = 0.06 / abs(lower)
    analysis = analyse(a_loaded_window([CASTING, (hz, scale * lower), (-hz, scale * upper)]), **plate)
    assert analysis.refusal is None
    assert analysis.scan is not None


def test_a_current_that_an_idling_motor_may_draw_clears_nothing():
    peak_a = 0.97 * SCAN.min_over_idle * IDLE_PEAK_A
    refusal = analyse(a_loaded_window([CASTING], amplitude_a=peak_a)).refusal
    assert refusal.quantity == "pair_above_floor_db"


def test_a_pure_line_is_no_sound_rotor():
    assert analyse(a_loaded_window(noise_a=0.001)).refusal.quantity == "bars_of_a_rotor"


def test_a_window_in_which_a_bar_may_hide_at_half_the_slip_of_the_current_clears_nothing():
    refusal = analyse(a_loaded_window([CASTING], length_s=4.0, wander_rad=3e-4)).refusal
    assert refusal.quantity == "bars_at_any_slip"


def test_a_load_that_changes_within_the_window_clears_nothing():
    seconds = times(12.0)
    vector = a_space_vector(seconds, amplitude_a=LOADED_PEAK_A) * np.exp(0.01 * (seconds - 6.0))
    noise = np.random.default_rng(5).normal(0, NOISE_A, (3, seconds.size))
    assert analyse(a_window(a_current_window(phase_currents(vector) + noise))).scan is None


def test_a_known_slip_needs_no_scan():
    analysis = analyse(a_loaded_window([(POLE_PASS_HZ, 0.02)]))
    assert analysis.pair is not None
    assert analysis.scan is None


@pytest.mark.parametrize(
    ("slip", "bars", "doubt"),
    [
        (0.016, 0.8, "bars_at_another_slip"),
        (0.016, 0.1, None),
        (0.003, 0.1, "two_pole_current_over_idle"),
    ],
)
def test_bars_of_two_poles_are_not_taken_for_a_shaft_at_twice_the_slip(slip, bars, doubt):
    """A broken rotor was called healthy: its bars' line at 2sf lies where f - f_r does at a slip of 2s.

    So was one that idled: near the idle current the lines may be wander.
    """
    plate = {"poles": 2, "rated_speed_rpm": 3430.0}
    circuit, seconds = fit_circuit(a_nameplate(**plate)), times(12.0)
    pole_pass = np.exp(2j * np.pi * 2 * slip * 60.0 * seconds)
    vector = a_space_vector(seconds, amplitude_a=1.1 * 2**0.5 * circuit.current_rms_a(slip))
    lower = BarScale(a_nameplate(**plate), circuit).ratio_of(bars, slip)
    vector = vector * (1 + lower * pole_pass.conj()) + 0.004 * pole_pass
    noise = np.random.default_rng(5).normal(0, 0.004, (3, seconds.size))
    analysis = analyse(a_window(a_current_window(phase_currents(vector) + noise)), **plate)
    assert analysis.slips.source == "eccentricity"
    assert analysis.slips.middle == pytest.approx(2 * slip, rel=0.02)
    assert (analysis.speed_doubt and analysis.speed_doubt.quantity) == doubt


def test_the_line_of_the_air_gap_is_no_pair_at_another_slip():
    """With four poles f - f_r lies where the pair of a slip of 0.24 does, which a plate of 0.09 allows."""
    plate, slip, seconds = {"poles": 4, "rated_speed_rpm": 1642.0}, 0.05, times(12.0)
    circuit = fit_circuit(a_nameplate(**plate))
    vector = a_space_vector(seconds, amplitude_a=2**0.5 * circuit.current_rms_a(slip))
    vector = vector * (1 + 0.01 * np.exp(-2j * np.pi * 30.0 * (1 - slip) * seconds))
    noise = np.random.default_rng(5).normal(0, 0.02, (3, seconds.size))
    analysis = analyse(a_window(a_current_window(phase_currents(vector) + noise)), **plate)
    assert analysis.slips.source == "eccentricity"
    assert analysis.speed_doubt is None


def test_bars_below_a_small_foreign_pair_make_no_rotor_healthy_that_may_idle():
    """Three of 85 broken motors that idled were called healthy at the slip of a pair of 0.02 to 0.06 bars."""
    seconds, rng = times(12.0), np.random.default_rng(3)
    walk = np.cumsum(rng.normal(0, 1, seconds.size))
    wander = np.exp(0.06j * (walk - walk.mean()) / np.abs(walk - walk.mean()).max())
    of_bars = 1 + 0.006 * np.cos(2 * np.pi * 0.66 * seconds)
    foreign = a_space_vector(seconds, 1.2e-3, 1.2e-3, 2 * 0.03 * 60, line_hz=0.0, amplitude_a=1.0)
    vector = a_space_vector(seconds, amplitude_a=1.3 * IDLE_PEAK_A) * foreign * of_bars * wander
    noise = rng.normal(0, 1.3e-3 * IDLE_PEAK_A, (3, seconds.size))
    analysis = analyse(a_window(a_current_window(phase_currents(vector) + noise)))
    assert (analysis.refusal, analysis.slips.source) == (None, "current")
    assert analysis.evidence.equivalent_bars < 0.15
    assert analysis.speed_doubt.quantity == "bars_below_current"
