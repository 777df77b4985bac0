"""What happens to motor, supply and DAQ is called by its own name, not by that of what it looks like."""

import numpy as np
import pytest
from motor_windows import POLE_PASS_HZ, SHAFT_HZ, analyse
from signal_factories import (
    RATE_HZ,
    a_current_window,
    a_nameplate,
    a_shaking,
    a_space_vector,
    a_speed_window,
    a_vibration_window,
    a_window,
    phase_currents,
    times,
)

from edge_agent.signals.checks.quality import check_currents
from edge_agent.signals.prepared import Line, check_line
from edge_agent.verdict import Reason

LENGTH_S = 6.0
RATED_A = a_nameplate().rated_current_a


def a_start(start_s, runs_up_s, phases="abc", length_s=LENGTH_S):
    """Currents of a motor that is switched on at `start_s` and draws its inrush for `runs_up_s`."""
    seconds = times(length_s)
    since_s = seconds - start_s
    course = np.where(since_s < runs_up_s, 6.5 - 1.5 * since_s / runs_up_s, 0.8)
    fall = np.clip((since_s - runs_up_s) / (0.1 * runs_up_s), 0.0, 1.0)
    course = np.where(since_s < runs_up_s, course, 5.0 + (0.8 - 5.0) * fall) * (since_s >= 0)
    vector = a_space_vector(seconds, amplitude_a=2**0.5 * RATED_A) * course
    noise = np.random.default_rng(3).normal(0, 0.004, (len(phases), seconds.size))
    currents = phase_currents(vector, phases) + noise * (since_s >= 0)
    return a_current_window(np.clip(currents, -32.0, 32.0), phases)


@pytest.mark.parametrize("phases", ["abc", "bc", "a"])
@pytest.mark.parametrize("runs_up_s", [0.15, 0.6, 3.0])
@pytest.mark.parametrize("start_s", [0.0, 0.12, 2.5, 5.2, 5.9])
def test_a_motor_start_anywhere_in_the_window_is_starting(phases, runs_up_s, start_s):
    refusal = check_currents(a_start(start_s, runs_up_s, phases), a_nameplate())
    assert refusal.reason is Reason.STARTING


@pytest.mark.parametrize("phases", ["abc", "a"])
@pytest.mark.parametrize("stop_s", [0.3, 3.0, 5.6])
def test_a_motor_that_is_switched_off_within_the_window_is_no_stuck_channel(phases, stop_s):
    seconds = times(LENGTH_S)
    running = a_space_vector(seconds, amplitude_a=2**0.5 * RATED_A) * (seconds < stop_s)
    refusal = check_currents(a_current_window(phase_currents(running, phases), phases), a_nameplate())
    assert refusal.reason is Reason.STARTING


def analyse_motor(rms_over_rated, phases="abc", vibration=False, measured_rpm=None, seconds=None, **plate):
    """What is said of a motor whose vibration, if any, shows a slip of 3.5 %, 75 % of the rated one."""
    seconds = times(12.0) if seconds is None else seconds
    vector = a_space_vector(
        seconds,
        lower=0.02,
        upper=0.01j,
        pole_pass_hz=POLE_PASS_HZ,
        amplitude_a=2**0.5 * RATED_A * rms_over_rated,
    )
    noise = np.random.default_rng(2).normal(0, 0.004, (len(phases), seconds.size))
    streams = [a_current_window(phase_currents(vector, phases) + noise, phases)]
    if vibration:
        streams.append(a_vibration_window(a_shaking(seconds, SHAFT_HZ)))
    if measured_rpm:
        streams.append(a_speed_window(measured_rpm))
    return analyse(a_window(*streams), **plate)


@pytest.mark.parametrize("over", [1.5, 2.0, 2.7, 3.3])
@pytest.mark.parametrize("phases", ["abc", "bc", "a"])
def test_a_current_plainly_above_the_rated_one_is_an_overload_and_no_load_that_is_too_low(over, phases):
    refusal = analyse_motor(over, phases).refusal
    assert (refusal.reason, refusal.quantity) == (Reason.OVERLOAD, "current_over_rated")
    assert refusal.value == pytest.approx(over, rel=0.01)
    assert refusal.channel == ", ".join(f"i{p}" for p in phases)


@pytest.mark.parametrize("factor", [3.0, 2.6])
@pytest.mark.parametrize("told", [{"vibration": True}, {"measured_rpm": 60 * SHAFT_HZ}])
def test_a_current_three_times_too_large_for_a_known_slip_is_in_a_wrong_scale(factor, told):
    analysis = analyse_motor(0.8 * factor, **told)
    refusal = analysis.refusal
    assert (refusal.reason, refusal.quantity) == (Reason.WRONG_SCALE, "current_over_that_of_slip")
    assert refusal.value == pytest.approx(factor, rel=0.1)
    assert refusal.channel == "ia, ib, ic"
    assert 0.6 < analysis.evidence.load < 0.9
    assert analysis.inputs is None


@pytest.mark.parametrize("factor", [0.33, 0.4])
@pytest.mark.parametrize("told", [{"vibration": True}, {"measured_rpm": 60 * SHAFT_HZ}])
def test_a_current_a_third_of_what_the_slip_means_is_in_a_wrong_scale(factor, told):
    refusal = analyse_motor(0.8 * factor, **told).refusal
    assert refusal.reason is Reason.WRONG_SCALE
    assert refusal.value < refusal.limit


@pytest.mark.parametrize("rms_over_rated", [0.6, 0.8, 1.1])
@pytest.mark.parametrize("told", [{"vibration": True}, {"measured_rpm": 60 * SHAFT_HZ}])
def test_a_current_that_a_weak_or_strong_supply_makes_is_believed(rms_over_rated, told):
    refusal = analyse_motor(rms_over_rated, **told).refusal
    assert refusal is None or refusal.reason not in (Reason.WRONG_SCALE, Reason.OVERLOAD)


def test_a_configured_speed_does_not_show_that_a_scale_is_wrong():
    """It may be that of another load: vibration hears the present one, without it nothing is known."""
    stale = {"speed_rpm": 1795}
    assert analyse_motor(0.8 * 3, vibration=True, **stale).refusal.reason is Reason.WRONG_SCALE
    assert analyse_motor(0.8 * 3, **stale).refusal.reason is Reason.OVERLOAD
    assert analyse_motor(0.8 * 0.33, speed_rpm=1715).refusal is None
    assert analyse_motor(0.8 * 0.33, speed_rpm=1715).speed_doubt.quantity == "slip_of_configured_speed"


def test_a_motor_at_a_third_of_its_voltage_that_slips_far_is_believed():
    slip = 0.13
    seconds = times(2.0)
    vector = a_space_vector(seconds, lower=0.02, upper=0.01j, pole_pass_hz=2 * slip * 60, amplitude_a=2.6)
    currents = phase_currents(vector) + np.random.default_rng(2).normal(0, 0.004, (3, seconds.size))
    refusal = analyse(a_window(a_current_window(currents)), speed_rpm=1800 * (1 - slip)).refusal
    assert refusal is None or refusal.reason is not Reason.WRONG_SCALE


def drifting(peak, at_s, fades_s):
    """Instants of scans whose clock is off by `peak` at once, and recovers."""
    seconds = times(12.0)
    since_s = seconds - at_s
    error = np.where(since_s > 0, peak * np.exp(-np.maximum(since_s, 0.0) / fades_s), 0.0)
    return np.cumsum(1.0 + error) / RATE_HZ


@pytest.mark.parametrize("vibration", [True, False])
@pytest.mark.parametrize(
    ("peak", "at_s", "fades_s"),
    [(1e-2, 4.0, 0.2), (8e-3, 8.0, 0.15), (-6e-3, 6.0, 0.25), (5e-3, 2.0, 0.6), (2e-2, 5.0, 0.1)],
)
def test_a_clock_that_strays_while_the_current_rests_is_unreliable(peak, at_s, fades_s, vibration):
    refusal = analyse_motor(0.8, vibration=vibration, seconds=drifting(peak, at_s, fades_s)).refusal
    assert refusal.reason is Reason.UNRELIABLE_CLOCK
    assert refusal.quantity in ("phase_stray_rad", "line_wander_hz", "phase_jump_rad")
    assert refusal.value > refusal.limit


def test_behind_a_drive_a_speed_that_strays_so_is_unsteady():
    refusal = analyse_motor(0.8, seconds=drifting(8e-3, 8.0, 0.15), vibration=True, supply="vfd").refusal
    assert refusal.reason is Reason.UNSTEADY


@pytest.mark.parametrize("percent", [-8.0, -2.0, -1.6, 1.6, 2.0, 5.0])
@pytest.mark.parametrize("nominal_hz", [50, 60])
def test_a_line_that_no_public_grid_has_is_refused(percent, nominal_hz):
    plate = a_nameplate(line_frequency_hz=nominal_hz, rated_speed_rpm=28.5 * nominal_hz)
    measured_hz = nominal_hz * (1 + percent / 100)
    refusal = check_line(Line(measured_hz, 4.0, None, False), plate)
    assert refusal.reason is Reason.WRONG_LINE_FREQUENCY
    assert abs(refusal.value / nominal_hz - 1) > abs(refusal.limit / nominal_hz - 1)


@pytest.mark.parametrize("percent", [-1.0, -0.4, 0.0, 0.4, 1.0])
def test_a_line_as_far_off_as_that_of_grids_is_not(percent):
    assert check_line(Line(60 * (1 + percent / 100), 4.0, None, False), a_nameplate()) is None


def test_a_rate_that_is_wrong_by_two_percent_is_refused_on_a_grid_and_not_behind_a_drive():
    seconds = times(12.0) * 0.98
    refusal = analyse_motor(0.8, seconds=seconds, vibration=True).refusal
    assert refusal.reason is Reason.WRONG_LINE_FREQUENCY
    assert refusal.value == pytest.approx(58.8, abs=0.01)
    assert analyse_motor(0.8, seconds=seconds, vibration=True, supply="vfd").refusal is None
