"""The velocity is that of closed forms, and of an integration in the time domain."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal
from signal_factories import a_window, times

from calibration.simulator.conditions import (
    BearingCondition,
    BearingDefect,
    VibrationCondition,
    VibrationSensors,
)
from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from edge_agent.acquire.recordings import replay_blocks
from edge_agent.acquire.samples import Channel, ChannelKind, Stream
from edge_agent.signals.vibration_levels import vibration_levels
from edge_agent.windows.sliding import StreamWindow, Windows

RATE_HZ = 10_000.0
LINES_HZ = (12.7, 29.3, 58.1, 120.0, 433.0, 987.0)
"""Lines within the band, none at its edges."""


def a_stream(samples: np.ndarray, unit: str = "m/s2", rate_hz: float = RATE_HZ) -> StreamWindow:
    """One channel (n,) with 32-bit counts of a micrometre per second squared."""
    channel = Channel("vib", ChannelKind.VIBRATION, unit, 1e-6)
    counts = np.rint(samples[np.newaxis] / 1e-6).astype(np.int32)
    return StreamWindow(Stream(1, rate_hz, (channel,)), 0, counts, np.ones(samples.size, bool), 0)


def velocity_mm_s(stream: StreamWindow) -> float:
    return vibration_levels(a_window(stream)).velocity_mm_s["vib"]


def shaking(seconds: np.ndarray, velocities_mm_s: dict[float, float], turn: float = 1.0) -> np.ndarray:
    """Acceleration in m/s2 (n,) of lines of so many mm/s rms, by their frequency."""
    return sum(
        math.sqrt(2) * mm_s / 1000 * 2 * np.pi * hz * np.cos(2 * np.pi * hz * seconds + turn * hz)
        for hz, mm_s in velocities_mm_s.items()
    )


@settings(max_examples=30)
@given(
    st.dictionaries(st.sampled_from(LINES_HZ), st.floats(0.05, 20.0), min_size=1),
    st.floats(-3.0, 3.0),
)
def test_the_velocities_of_lines_add_up_by_their_squares(lines: dict[float, float], turn: float) -> None:
    true = math.sqrt(sum(mm_s**2 for mm_s in lines.values()))
    assert velocity_mm_s(a_stream(shaking(times(6.0), lines, turn))) == pytest.approx(true, rel=3e-3)


@pytest.mark.parametrize(("outside_hz", "unit"), [(4.0, "m/s2"), (2300.0, "m/s2"), (4.0, "mm/s")])
def test_what_lies_outside_the_band_does_not_count(outside_hz: float, unit: str) -> None:
    seconds = times(6.0)
    inside = (
        shaking(seconds, {50.0: 2.0})
        if unit == "m/s2"
        else 2.0 * math.sqrt(2) * np.cos(100 * np.pi * seconds)
    )
    outside = 5.0 * np.cos(2 * np.pi * outside_hz * seconds)
    assert velocity_mm_s(a_stream(inside + outside + 9.81, unit)) == pytest.approx(2.0, rel=5e-3)


def test_velocity_is_taken_as_it_is_and_has_no_acceleration() -> None:
    levels = vibration_levels(a_window(a_stream(3.0 * np.cos(2 * np.pi * 80.0 * times(4.0)), "mm/s")))
    assert levels.velocity_mm_s["vib"] == pytest.approx(3.0 / math.sqrt(2), rel=1e-3)
    assert levels.acceleration_m_s2 == {}


def test_acceleration_counts_whole_without_its_mean() -> None:
    seconds = times(4.0)
    samples = 9.81 + 0.5 * np.cos(2 * np.pi * 4.0 * seconds) + 2.0 * np.cos(2 * np.pi * 3000.0 * seconds)
    levels = vibration_levels(a_window(a_stream(samples)))
    assert levels.acceleration_m_s2["vib"] == pytest.approx(math.sqrt((0.25 + 4.0) / 2), rel=1e-3)


@pytest.mark.parametrize(("rate_hz", "reaches_hz"), [(1000.0, 450.0), (200.0, 90.0)])
def test_a_slow_rate_gives_what_it_reaches(rate_hz: float, reaches_hz: float) -> None:
    seconds = times(8.0, rate_hz)
    lines = shaking(seconds, {30.0: 1.5, reaches_hz + 0.04 * rate_hz: 4.0})
    assert velocity_mm_s(a_stream(lines, rate_hz=rate_hz)) == pytest.approx(1.5, rel=5e-3)


def test_a_rate_below_the_band_gives_no_velocity() -> None:
    levels = vibration_levels(a_window(a_stream(np.cos(times(20.0, 20.0)), rate_hz=20.0)))
    assert levels.velocity_mm_s == {}
    assert set(levels.acceleration_m_s2) == {"vib"}


def test_lost_scans_cost_their_parts_and_no_accuracy() -> None:
    """What is strong and quick would leak into the low end of the band, which the integration amplifies."""
    seconds = times(12.0)
    stream = a_stream(shaking(seconds, {29.3: 1.0}) + 20.0 * np.cos(2 * np.pi * 4000.0 * seconds))
    valid = stream.valid.copy()
    valid[30_000:30_500] = valid[81_000:81_100] = False
    lossy = replace(stream, valid=valid, counts=stream.counts * valid)
    levels = vibration_levels(a_window(lossy))
    assert levels.velocity_mm_s["vib"] == pytest.approx(1.0, rel=0.01)
    assert levels.acceleration_m_s2["vib"] == pytest.approx(20.0 / math.sqrt(2), rel=0.01)


def test_scans_lost_everywhere_leave_the_acceleration_alone() -> None:
    stream = a_stream(shaking(times(4.0), {29.3: 1.0}))
    valid = stream.valid.copy()
    valid[::5000] = False
    levels = vibration_levels(a_window(replace(stream, valid=valid)))
    assert levels.velocity_mm_s == {}
    assert set(levels.acceleration_m_s2) == {"vib"}


def test_a_channel_without_values_or_a_stream_without_scans_has_no_entry() -> None:
    stream = a_stream(shaking(times(4.0), {29.3: 1.0}))
    for silent in (replace(stream, dead=(0,)), replace(stream, valid=np.zeros(stream.valid.size, bool))):
        levels = vibration_levels(a_window(silent))
        assert (levels.velocity_mm_s, levels.acceleration_m_s2) == ({}, {})


def test_a_channel_that_is_stuck_shows_zero() -> None:
    levels = vibration_levels(a_window(a_stream(np.full(40_000, 9.81))))
    assert levels.velocity_mm_s["vib"] == pytest.approx(0.0, abs=1e-6)
    assert levels.acceleration_m_s2["vib"] == pytest.approx(0.0, abs=1e-6)


def integrated_mm_s(acceleration: np.ndarray, rate_hz: float) -> float:
    """Rms velocity by trapezoids in time, limited to the band by steep filters; the ends left out."""
    band = signal.butter(8, (10.0, 1000.0), "bandpass", fs=rate_hz, output="sos")
    limited = signal.sosfilt(band, acceleration - acceleration.mean())
    velocity = np.cumsum((limited[1:] + limited[:-1]) / 2) / rate_hz
    return float(np.std(signal.detrend(velocity)[20_000:-20_000]) * 1000)


@pytest.mark.parametrize(
    "condition",
    [
        VibrationCondition(),
        VibrationCondition(unbalance=2.0, misalignment=0.8),
        VibrationCondition(bearing=BearingCondition(BearingDefect.OUTER, 5.0)),
    ],
    ids=["sound", "unbalanced", "bearing"],
)
def test_simulated_vibration_has_the_velocity_of_an_integration_in_time(
    condition: VibrationCondition,
) -> None:
    window = a_simulated_window(Scenario(seed=1_000_051, duration_s=12.0, vibration=condition))
    levels, stream = vibration_levels(window), window.streams[1]
    for i, channel in enumerate(stream.stream.channels):
        samples = stream.units(i).astype(np.float64)
        true_mm_s = integrated_mm_s(samples, stream.stream.rate_hz)
        assert levels.velocity_mm_s[channel.name] == pytest.approx(true_mm_s, rel=0.03)
        assert levels.acceleration_m_s2[channel.name] == pytest.approx(np.std(samples), rel=1e-4)


def test_a_simulated_velocity_sensor_says_the_same_as_an_accelerometer_beside_it() -> None:
    scenario = Scenario(seed=1_000_051, duration_s=12.0)
    beside = replace(scenario, vibration_sensors=VibrationSensors(velocity=True))
    acceleration, velocity = (
        vibration_levels(a_simulated_window(own)).velocity_mm_s for own in (scenario, beside)
    )
    assert velocity == pytest.approx(acceleration, rel=0.03)


def a_simulated_window(scenario: Scenario):
    recording = simulate(scenario)
    windows = Windows(12.0, 12.0)
    windows.configure(recording.device)
    return next(w for block in replay_blocks(recording, 0.1) for w in windows.push(block))
