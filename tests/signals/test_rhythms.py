"""Rhythms in envelopes: those of a bearing's parts, and the strongest that is not the shaft's."""

import pytest
from shaken import SHAFT_HZ, a_window, blows, noise, shaft

from edge_agent.signals.dsp.envelope import Envelope
from edge_agent.signals.rhythms import NO_RHYTHM, depth_of_shaft, rhythm_at, strongest_rhythm
from edge_agent.signals.vibration_view import view_vibration


def top_band(*parts) -> Envelope:
    (channel,) = view_vibration(a_window(sum(parts)), ()).channels
    return channel.envelopes(SHAFT_HZ)[0]


@pytest.mark.parametrize("order", [3.58, 5.42])
def test_blows_of_a_pit_stand_out_with_twice_their_rhythm(order):
    envelope = top_band(blows(order, 1.0), noise(0.05))
    found = rhythm_at(envelope, 1.005 * order * SHAFT_HZ, 0.02)
    assert found.stands_out
    assert found.first.frequency_hz == pytest.approx(order * SHAFT_HZ, rel=0.01)
    assert strongest_rhythm(envelope, SHAFT_HZ).first.depth >= found.first.depth


def test_noise_and_a_shaft_with_many_harmonics_show_none():
    quiet = top_band(noise(1.0), shaft({1: 2, 2: 2, 3: 1, 50: 0.5, 51: 0.5, 80: 1}))
    assert not rhythm_at(quiet, 3.58 * SHAFT_HZ, 0.02).stands_out
    assert strongest_rhythm(quiet, SHAFT_HZ) is NO_RHYTHM


def test_blows_once_a_turn_are_the_shafts_own():
    knocking = top_band(blows(1.0, 2.0, sliding=0.0), noise(0.05))
    assert depth_of_shaft(knocking, SHAFT_HZ) > 0.5
    assert depth_of_shaft(top_band(blows(3.58, 1.0), noise(0.05)), SHAFT_HZ) < 0.3


def test_beyond_the_reach_there_is_none():
    assert rhythm_at(top_band(noise(1.0)), 40 * SHAFT_HZ, 0.02) is NO_RHYTHM
