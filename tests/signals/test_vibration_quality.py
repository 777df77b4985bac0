"""A vibration channel that tells nothing is named with what it shows, and is as if it were not there."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from motor_windows import SHAFT_HZ, a_motor_window, analyse
from signal_factories import RATE_HZ, VIBRATION_SCALE, a_shaking, a_vibration_window, a_window, times

from edge_agent.signals.checks.vibration import VibrationCheck, usable_vibration
from edge_agent.signals.dsp.decimation import Decimator

SCANS = round(12 * RATE_HZ)
SECONDS = times(12.0)


def noise(seed=1, sd=0.1):
    return np.random.default_rng(seed).normal(0, sd, SCANS)


def hum():
    lines = (np.cos(2 * np.pi * 60 * k * SECONDS) / k for k in range(1, 8))
    return sum(lines) + noise(sd=0.05)


def telling(stream, line_hz, decimator=None):
    return VibrationCheck(a_window(stream)).telling(stream, line_hz, decimator)


def toggling_at_the_rail():
    return VIBRATION_SCALE * (32767 - np.random.default_rng(1).integers(0, 2, SCANS))


DEAD = {
    "zeros": (lambda: np.zeros(SCANS), "it stays at 0 m/s2"),
    "a constant": (lambda: np.full(SCANS, 1.5), "it stays at 1.5 m/s2"),
    "the upper rail": (lambda: np.full(SCANS, 32767 * VIBRATION_SCALE), "it stays at 16.4 m/s2"),
    "the rail and the count before": (toggling_at_the_rail, "it lies at the ends of its range"),
    "clipped": (lambda: np.clip(noise(), -0.05, 0.05), "it lies at the ends of its range"),
    "a dropout": (lambda: np.where(SECONDS < 1.0, 0.0, a_shaking(SECONDS, SHAFT_HZ)[0]), "it stands still"),
    "white noise": (noise, "noise without any line"),
    "noise of a few counts": (lambda: noise(sd=VIBRATION_SCALE), "noise without any line"),
    "drift and noise": (lambda: np.cumsum(noise(sd=1e-3)) + noise(sd=0.01), "noise without any line"),
    "hum of the mains": (hum, "noise without any line"),
}


@pytest.mark.parametrize("kind", DEAD)
def test_a_dead_channel_is_named_with_what_it_shows(kind):
    make, why = DEAD[kind]
    window = a_vibration_window(np.stack([make(), a_shaking(SECONDS, SHAFT_HZ)[0]]))
    (dead,) = VibrationCheck(a_window(window)).dead(line_hz=60.0)
    assert dead.name == "vib_0"
    assert why in dead.why
    assert telling(window, line_hz=60.0) == [1]


@pytest.mark.parametrize("kind", DEAD)
def test_few_samples_show_no_machine_where_all_of_them_show_none(kind):
    window = a_vibration_window(np.stack([DEAD[kind][0](), a_shaking(SECONDS, SHAFT_HZ)[0]]))
    assert telling(window, 60.0, Decimator(RATE_HZ)) == [1]


@settings(max_examples=25)
@given(st.floats(5.0, 0.44 * RATE_HZ), st.sampled_from([0.0, 3e-4, 0.02]), st.integers(0, 99))
def test_few_samples_and_all_of_them_show_the_same_machines(tone_hz, amplitude, seed):
    """A line is far above its floor, or far below it; over the band of the decimation and beyond."""
    window = a_vibration_window((amplitude * np.cos(2 * np.pi * tone_hz * SECONDS) + noise(seed, 0.1))[None])
    assert telling(window, 60.0, Decimator(RATE_HZ)) == telling(window, 60.0)


@pytest.mark.parametrize("lost_scans", [1, 50, SCANS // 250])
def test_a_gap_that_is_small_enough_to_be_judged_does_not_make_a_channel_dead(lost_scans):
    """A lost frame is filled with zeros, which are far from the counts of a converter with an offset."""
    whole = a_vibration_window(a_shaking(SECONDS, SHAFT_HZ))
    counts, valid = whole.counts.copy() + 2048, np.ones(SCANS, bool)
    gap = slice(SCANS // 2, SCANS // 2 + lost_scans)
    counts[:, gap], valid[gap] = 0, False
    channels = tuple(replace(channel, offset=2048.0) for channel in whole.stream.channels)
    stream = replace(whole.stream, channels=channels)
    window = replace(whole, stream=stream, counts=counts, valid=valid)
    assert window.lost_samples == lost_scans
    assert telling(window, line_hz=60.0) == telling(whole, line_hz=60.0) != []
    assert VibrationCheck(a_window(window)).dead(line_hz=60.0) == ()


@pytest.mark.parametrize("kind", DEAD)
def test_the_verdict_is_that_of_the_currents_alone(kind):
    with_dead = a_motor_window()
    dead = a_vibration_window(DEAD[kind][0]()[None])
    alone = analyse(replace(with_dead, streams=with_dead.streams[:1]))
    found = analyse(replace(with_dead, streams=(with_dead.streams[0], dead)))
    assert [channel.name for channel in found.dead] == ["vib_0"]
    assert alone.dead == ()
    assert (found.evidence, found.refusal) == (alone.evidence, alone.refusal)
    assert found.slips.source == "current"
    assert not found.inputs.images["vibration"].any()
    np.testing.assert_array_equal(found.inputs.images["current"], alone.inputs.images["current"])


@pytest.mark.parametrize("sd", [0.02, 0.2, 1.0])
@pytest.mark.parametrize("length_s", [2.0, 12.0])
def test_noise_is_no_machine_whatever_its_seed(sd, length_s):
    scans = round(length_s * RATE_HZ)
    rows = np.random.default_rng(7).normal(0, sd, (10, scans))
    assert telling(a_vibration_window(rows), line_hz=60.0) == []


@pytest.mark.parametrize("shaft_hz", [9.7, 14.5, 29.0, 59.0])
@pytest.mark.parametrize("level", [0.01, 0.1])
def test_a_channel_with_a_line_of_the_shaft_in_its_noise_tells_something(shaft_hz, level):
    shaking = level * np.cos(2 * np.pi * shaft_hz * SECONDS) + noise(sd=0.1)
    window = a_vibration_window(shaking[None])
    assert telling(window, line_hz=60.0) == [0]
    assert VibrationCheck(a_window(window)).dead(line_hz=60.0) == ()


def test_a_channel_with_slot_lines_alone_tells_something():
    window = a_vibration_window((0.02 * np.cos(2 * np.pi * 811.0 * SECONDS) + noise())[None])
    assert telling(window, line_hz=60.0) == [0]


def test_a_stream_that_lost_scans_is_not_used_and_not_called_dead():
    window = replace(a_vibration_window(a_shaking(SECONDS, SHAFT_HZ)), overruns=1)
    assert usable_vibration(window) == []
    assert VibrationCheck(a_window(window)).dead(line_hz=60.0) == ()


@pytest.mark.parametrize("scans", [3, 40, 500])
def test_a_window_too_short_for_a_line_tells_nothing(scans):
    rows = np.random.default_rng(1).normal(0, 0.1, (1, scans))
    assert telling(a_vibration_window(rows), line_hz=60.0) == []
