import numpy as np
import pytest
from signal_factories import times

from edge_agent.diagnose.verdict import Reason
from edge_agent.signals.carrier import demodulate
from edge_agent.signals.steadiness import check_running, check_transient

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


def test_a_motor_that_stops_within_the_window_is_starting_or_stopping():
    assert check_running(baseband_of()) is None
    stopped = check_running(baseband_of(amplitude=1 - 0.95 * between(8.0, LENGTH_S)))
    assert stopped.reason is Reason.STARTING
