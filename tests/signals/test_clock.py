import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from signal_factories import a_shaking, times

from edge_agent.signals.checks.clock import shaft_jumps

SHAFT_HZ = 29.2


def jumps(seconds, seed=1):
    shaking = a_shaking(seconds, SHAFT_HZ, seed).astype(np.float32)
    return shaft_jumps(shaking, 1000.0, SHAFT_HZ, 60.0)


@given(seed=st.integers(0, 1000))
def test_an_even_clock_does_not_jump(seed):
    assert not jumps(times(12.0, 1000.0), seed)


@given(
    turns=st.floats(0.3, 0.7).map(lambda part: part + 1),
    at=st.integers(2000, 10_000),
)
def test_time_lost_in_vibration_is_noticed(turns, at):
    lost_s = turns / SHAFT_HZ * (np.arange(12_000) >= at)
    assert jumps(times(12.0, 1000.0) + lost_s)


@pytest.mark.parametrize("wander_s", [0.001, 0.003])
def test_a_speed_that_wanders_is_no_jump(wander_s):
    seconds = times(12.0, 1000.0)
    assert not jumps(seconds + wander_s * np.sin(2 * np.pi * 0.12 * seconds))


def test_nothing_is_said_where_no_line_of_the_shaft_is_clear():
    noise = np.random.default_rng(3).normal(0, 1, (2, 12_000)).astype(np.float32)
    assert not shaft_jumps(noise, 1000.0, SHAFT_HZ, 60.0)
