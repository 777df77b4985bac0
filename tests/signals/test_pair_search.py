import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from signal_factories import a_nameplate, a_space_vector, times

from edge_agent.circuit import fit_circuit
from edge_agent.signals.dsp.carrier import demodulate
from edge_agent.signals.slip.pair_search import find_pair
from edge_agent.signals.slip.range import SlipRange

RATE_HZ = 1000.0
LINE_HZ = 60.0
CIRCUIT = fit_circuit(a_nameplate())
BARS_HZ = 4.07
SLIP = BARS_HZ / 2 / LINE_HZ


def found(swing_hz=3.2, swing=0.0, lowest=0.02, highest=0.06, source="current", **lines):
    """The pair in the current of a motor whose load swings, too, by lines of `swing` in sum."""
    (upper,), (lower,) = CIRCUIT.speed_swing(SLIP, np.array([swing_hz]), LINE_HZ)
    scale = swing / (abs(upper) + abs(lower))
    seconds = times(12.0, RATE_HZ)
    vector = a_space_vector(seconds, **lines)
    vector *= a_space_vector(seconds, scale * lower, scale * upper, swing_hz, 0.0, 1.0)
    baseband = demodulate(vector, np.ones(seconds.size, bool), RATE_HZ, LINE_HZ)
    pair_found = find_pair(baseband, SlipRange(lowest, highest, source), CIRCUIT)
    return None if pair_found is None else pair_found[1]


def test_the_search_finds_the_slip_to_a_tenth_of_a_bin():
    pair = found(lower=0.01, upper=0.006, pole_pass_hz=BARS_HZ)
    assert pair.pole_pass_hz == pytest.approx(BARS_HZ, abs=0.1 / 12)


@settings(max_examples=20, deadline=None)
@given(swing_hz=st.floats(2.9, 6.9).filter(lambda hz: abs(hz - BARS_HZ) > 0.4), swing=st.floats(0.0, 0.08))
def test_the_lines_of_a_swinging_load_are_not_taken_for_the_bars_however_strong(swing_hz, swing):
    pair = found(swing_hz, swing, lower=0.015, pole_pass_hz=BARS_HZ)
    assert pair.pole_pass_hz == pytest.approx(BARS_HZ, abs=0.02)
    assert not pair.at_edge


def test_a_pair_beside_the_range_is_at_its_edge_and_moves_no_slip_that_was_heard():
    assert found(lower=0.02, pole_pass_hz=BARS_HZ, highest=0.033).at_edge
    heard = found(lower=0.02, pole_pass_hz=BARS_HZ, lowest=0.03, highest=0.033, source="vibration")
    assert heard.slip == pytest.approx(0.0315)


def test_too_few_cycles_of_2sf_give_no_pair():
    assert found(lower=0.02, pole_pass_hz=BARS_HZ, lowest=0.0, highest=0.0015) is None
