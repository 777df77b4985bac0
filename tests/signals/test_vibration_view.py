"""The vibration of a window, transformed once: lines of the shaft in mm/s, and a stated speed corrected."""

import numpy as np
import pytest
from shaken import RATE_HZ, SHAFT_HZ, a_window, noise, seconds, shaft

from edge_agent.signals.dsp.spectral_lines import NO_LINE
from edge_agent.signals.vibration_view import longest_whole, total_mm_s, view_vibration


@pytest.mark.parametrize("order", [0.5, 1.0, 2.0])
def test_a_line_of_the_shaft_has_its_velocity(order):
    (channel,) = view_vibration(a_window(shaft({order: 2.0}) + noise(0.01)), ()).channels
    found = channel.order(SHAFT_HZ, order)
    assert found.rms == pytest.approx(2.0, rel=0.02)
    assert found.over_floor_db > 30


def test_velocity_stays_what_it_is():
    samples = 1.5 * np.sqrt(2) * np.cos(2 * np.pi * SHAFT_HZ * seconds())
    (channel,) = view_vibration(a_window(samples, unit="mm/s"), ()).channels
    assert channel.order(SHAFT_HZ, 1).rms == pytest.approx(1.5, rel=0.02)


def test_the_velocities_of_all_axes_add_up_as_their_squares():
    view = view_vibration(a_window(shaft({1: 3.0}), shaft({1: 4.0})), ())
    assert total_mm_s([c.order(SHAFT_HZ, 1) for c in view.channels]) == pytest.approx(5.0, rel=0.02)


@pytest.mark.parametrize(("unit", "scale"), [("m/s2", 1.0), ("mm/s", 1000 / (2 * np.pi * SHAFT_HZ))])
def test_the_velocity_is_that_of_all_lines_from_10_to_1000_hz(unit, scale):
    below = 3 * np.cos(2 * np.pi * 7.0 * seconds())
    (channel,) = view_vibration(a_window(scale * (shaft({1: 2.0}) + below), unit=unit), ()).channels
    assert channel.velocity_mm_s == pytest.approx(2.0, rel=0.02)


def test_dead_channels_are_left_out():
    view = view_vibration(a_window(shaft({1: 1.0}), noise(0.1)), ["vib_2"])
    assert [channel.name for channel in view.channels] == ["vib_1"]


def test_lost_scans_leave_the_longest_stretch_and_too_little_leaves_nothing():
    samples = shaft({1: 1.0}) + noise(0.01)
    (channel,) = view_vibration(a_window(samples, lost=slice(10_000, 10_050)), ()).channels
    assert channel.samples == samples.size - 10_050
    assert channel.order(SHAFT_HZ, 1).rms == pytest.approx(1.0, rel=0.02)
    assert view_vibration(a_window(samples[:8000]), ()).channels == ()


def test_a_stated_speed_is_corrected_by_a_line_that_stands_out_and_by_nothing_else():
    view = view_vibration(a_window(shaft({1: 1.0}) + noise(0.05)), ())
    assert view.corrected(29.1, 0.01, 60.0) == pytest.approx(SHAFT_HZ, abs=0.02)
    assert view_vibration(a_window(noise(0.05)), ()).corrected(29.1, 0.01, 60.0) == 29.1


def test_a_line_of_the_supply_corrects_nothing():
    humming = np.cos(2 * np.pi * 60.0 * seconds()) + noise(0.01)
    assert view_vibration(a_window(humming), ()).corrected(59.7, 0.01, 60.0) == 59.7


def test_a_line_just_out_of_reach_corrects_nothing():
    view = view_vibration(a_window(shaft({1: 1.0}) + noise(0.05)), ())
    assert view.corrected(28.0, 0.01, 60.0) == 28.0


def test_out_of_reach_there_is_no_line_and_a_low_rate_has_no_bands():
    slow = 800.0
    window = a_window(noise(1.0, rate_hz=slow), rate_hz=slow)
    (channel,) = view_vibration(window, ()).channels
    assert channel.order(SHAFT_HZ, 14) is NO_LINE
    assert channel.envelopes(SHAFT_HZ) == ()


def test_bands_begin_where_the_velocity_ends():
    (channel,) = view_vibration(a_window(noise(1.0)), ()).channels
    bands = [(round(e.lowest_hz), round(e.highest_hz)) for e in channel.envelopes(SHAFT_HZ)]
    assert bands == [(2250, 4500), (1125, 2250)]
    assert RATE_HZ == 10_000


@pytest.mark.parametrize(
    ("valid", "expected"),
    [
        ([1, 1, 0, 1, 1, 1, 0], slice(3, 6)),
        ([1, 1, 0, 1, 1], slice(0, 2)),
        ([0, 0], slice(0, 0)),
        ([1], slice(0, 1)),
    ],
)
def test_the_longest_whole_stretch(valid, expected):
    assert longest_whole(np.array(valid, bool)) == expected
