import numpy as np
import pytest
from signal_factories import times

from edge_agent.signals.checks.steadiness import (
    check_load_change,
    check_running,
    check_transient,
    current_change,
)
from edge_agent.signals.dsp.carrier import demodulate
from edge_agent.verdict import Reason

RATE_HZ = 1000.0
LENGTH_S = 12.0


def baseband_of(amplitude=1.0, phase_rad=0.0):
    """A carrier at 50 Hz with an amplitude and a phase that are numbers or functions of time (n,)."""
    seconds = times(LENGTH_S, RATE_HZ)
    vector = 3.0 * amplitude * np.exp(1j * (2 * np.pi * 50 * seconds + phase_rad))
    return demodulate(vector, np.ones(seconds.size, bool), RATE_HZ, 50.0)


def between(start_s, end_s):
    seconds = times(LENGTH_S, RATE_HZ)
    return (seconds > start_s) & (seconds < end_s)


@pytest.mark.parametrize(
    "changed",
    [
        {"amplitude": 1 - 0.3 * between(5.0, 5.2)},
        {"amplitude": 1 + 0.1 * between(8.0, 8.5)},
        {"phase_rad": 0.15 * between(6.0, LENGTH_S)},
    ],
    ids=["sag", "surge", "blow to a light load"],
)
def test_what_happens_once_is_unsteady(changed):
    refusal = check_transient(baseband_of(**changed))
    assert refusal.reason is Reason.UNSTEADY
    assert refusal.value > refusal.limit


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"amplitude": 1 + 0.2 * np.sin(2 * np.pi * 3 * times(LENGTH_S, RATE_HZ))},
        {"phase_rad": 0.3 * np.sin(2 * np.pi * 3 * times(LENGTH_S, RATE_HZ))},
        {"phase_rad": 3.0 * np.sin(2 * np.pi * 0.05 * times(LENGTH_S, RATE_HZ))},
    ],
    ids=["nothing", "load that swings", "speed that swings", "supply that wanders"],
)
def test_what_goes_on_all_the_time_is_not(changed):
    assert check_transient(baseband_of(**changed)) is None


@pytest.mark.parametrize("rest", [0.02, 0.1, 0.3])
@pytest.mark.parametrize("turned_rad", [np.pi, 2.5, 2 * np.pi - 0.5])
def test_a_sag_in_which_the_current_all_but_vanishes_and_turns_is_unsteady(rest, turned_rad):
    """The phase of a current that is next to zero may turn by any angle: no clock is to blame."""
    in_sag, after = between(5.0, 5.2), between(5.1, LENGTH_S)
    refusal = check_transient(baseband_of(amplitude=1 - (1 - rest) * in_sag, phase_rad=turned_rad * after))
    assert (refusal.reason, refusal.quantity) == (Reason.UNSTEADY, "largest_current_change")


@pytest.mark.parametrize(
    ("over_rated", "step", "reason"),
    [
        (0.9, -0.95, Reason.STARTING),  # switched off
        (0.45, 4.0, Reason.STARTING),  # the inrush of a start
        (0.45, 0.9, Reason.UNSTEADY),  # a compressor that loads after it idled
        (0.9, -0.5, Reason.UNSTEADY),  # and that idles again
    ],
)
def test_a_current_that_steps_is_a_start_or_stop_only_from_rest_or_with_an_inrush(over_rated, step, reason):
    assert check_running(baseband_of(), over_rated) is None
    assert (
        check_running(baseband_of(amplitude=1 + step * between(8.0, LENGTH_S)), over_rated).reason is reason
    )


def load_change(changed, current_per_slip, pole_pass_hz=2.0):
    baseband = baseband_of(amplitude=changed)
    return check_load_change(current_change(baseband, pole_pass_hz), current_per_slip)


def test_a_ramp_of_the_current_means_more_slip_at_light_load():
    """4 % more current from end to end are 4 % / 0.2 of the slip at light load, 4 % / 0.8 under load."""
    ramp = 1 + 0.04 * times(LENGTH_S, RATE_HZ) / LENGTH_S
    assert load_change(ramp, current_per_slip=0.8) is None
    refusal = load_change(ramp, current_per_slip=0.2)
    assert (refusal.reason, refusal.quantity) == (Reason.UNSTEADY, "slip_change")
    assert refusal.value == pytest.approx(0.2, rel=0.1)


@pytest.mark.parametrize("cycles", [3.2, 5.9, 40.0])
def test_the_change_of_the_slip_is_that_from_end_to_end_however_few_cycles_the_window_holds(cycles):
    ramp = 1 + 0.08 * times(LENGTH_S, RATE_HZ) / LENGTH_S
    refusal = load_change(ramp, current_per_slip=0.4, pole_pass_hz=cycles / (LENGTH_S - 0.1))
    assert refusal.value == pytest.approx(0.08 / 1.04 / 0.4, rel=0.1)


def test_a_motor_that_idles_is_not_called_unsteady_for_what_its_supply_does():
    assert load_change(1 + 0.01 * times(LENGTH_S, RATE_HZ) / LENGTH_S, current_per_slip=0.001) is None


def test_a_current_that_broken_bars_swing_is_steady():
    swing = 1 + 0.3 * np.sin(2 * np.pi * 2.0 * times(LENGTH_S, RATE_HZ) + 1.0)
    assert load_change(swing, current_per_slip=0.3) is None
