"""The running motor: seamless whatever pieces it is asked for in."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recorded import carrier_levels

from calibration.simulator.conditions import CurrentSensors, Daq, VibrationSensors
from calibration.simulator.live import LiveMotor
from calibration.simulator.recording import simulate, truth
from calibration.simulator.scenario import Scenario
from edge_agent.acquire.recordings import Recording

SCENARIO = Scenario(seed=9, broken_bars=1, duration_s=1.5, daq=Daq(jitter_s=1e-7, skew_s=5e-6))
WHOLE = simulate(SCENARIO)


@settings(max_examples=10, deadline=None)
@given(pieces=st.lists(st.floats(0.0005, 0.6), min_size=1, max_size=8))
def test_pieces_join_to_the_same_counts(pieces: list[float]) -> None:
    motor = LiveMotor(SCENARIO)
    pieces.append(max(0.0, 1.5 - sum(pieces)))
    blocks = [block for piece in pieces for block in motor.advance(piece)]
    for stream, whole in enumerate(WHOLE.counts):
        mine = [block for block in blocks if block.stream == stream]
        joined = np.concatenate([block.counts for block in mine])
        n = min(len(joined), len(whole))
        assert np.array_equal(joined[:n], whole[:n])
        starts = np.cumsum([0] + [len(block.counts) for block in mine])[:-1]
        assert [block.first_scan for block in mine] == starts.tolist()


def test_streams_of_different_rates_keep_step() -> None:
    motor = LiveMotor(Scenario(daq=Daq(current_rate_hz=5000.0, vibration_rate_hz=7600.0)))
    for _ in range(7):
        motor.advance(0.1)
    current, vibration = motor.advance(0.3)
    assert (current.first_scan, len(current.counts)) == (3500, 1500)
    assert (vibration.first_scan, len(vibration.counts)) == (5320, 2280)


def test_the_device_describes_what_the_blocks_hold() -> None:
    motor = LiveMotor(Scenario(vibration_sensors=VibrationSensors(axes=("radial", "axial"))))
    assert [c.name for s in motor.device.streams for c in s.channels] == [
        "ia", "ib", "ic", "vib_radial", "vib_axial",
    ]  # fmt: skip
    assert [block.counts.shape for block in motor.advance(0.1)] == [(1000, 3), (1000, 2)]


def test_breaking_bars_raises_the_sidebands_of_the_running_motor() -> None:
    motor = LiveMotor(Scenario(seed=2, load=1.0))
    before = a_recording(motor, 4.0)
    slip = motor.slip
    motor.break_bars(3)
    motor.advance(1.0)
    after = a_recording(motor, 4.0)
    assert carrier_levels(before)[0] < -55
    assert carrier_levels(after)[0] == pytest.approx(-24.0, abs=1.5)
    assert motor.slip > slip
    assert truth(motor)["broken_bars"] == 3


def a_recording(motor: LiveMotor, duration_s: float) -> Recording:
    motor.forget_means()
    blocks = motor.advance(duration_s)
    return Recording("live", motor.device, tuple(block.counts for block in blocks), truth(motor))


def test_a_converter_that_clips_says_so() -> None:
    tight = replace(Scenario(), current_sensors=CurrentSensors(full_scale=0.5))
    assert [block.clipped for block in LiveMotor(tight).advance(0.1)] == [True, False]


def test_a_start_up_begins_at_rest_and_ends_at_speed() -> None:
    recording = simulate(Scenario(seed=3, load=1.0, start_up_s=0.5, duration_s=4.0))
    current = recording.counts[0][:, 0] * recording.device.streams[0].channels[0].scale
    assert np.abs(current[:4900] - current[:4900].mean()).max() < 0.03
    assert np.abs(current[5000:6000]).max() > 3 * np.abs(current[-5000:]).max()
    assert recording.meta["slip"] == pytest.approx(0.0476, abs=0.0005)
