"""Rms, phasors and means of plain currents against closed forms."""

from dataclasses import replace

import numpy as np
import pytest
from plates import PLATE
from three_currents import a_recording, currents

from calibration.sensors.measured import measure
from calibration.sensors.readings import CalibrationError
from edge_agent.acquire.arrivals import Arrivals
from edge_agent.acquire.samples import ChannelKind


def test_sines_have_their_rms_phase_and_mean() -> None:
    shown = currents(amps=(2.5, 2.4, 2.6), offsets=(30.0, -20.0, 5.0), line_hz=59.93)
    assert shown.rms_a == pytest.approx([2.5, 2.4, 2.6], rel=1e-4)
    assert shown.mean_counts == pytest.approx([30.0, -20.0, 5.0], abs=0.5)
    angles = np.degrees(np.angle(shown.phasors_a * np.conj(shown.phasors_a[0])))
    assert angles == pytest.approx([0.0, -120.0, 120.0], abs=0.05)
    assert shown.line_hz == pytest.approx(59.93, abs=0.01)
    assert shown.clean.all()
    assert not shown.clipped.any()


def test_a_channel_with_noise_alone_is_not_clean_and_one_at_its_end_is_clipped() -> None:
    assert currents(on="a-c").clean.tolist() == [True, False, True]
    assert currents(amps=(2.5, 2.5, 2.9), full_scale=4.0).clipped.tolist() == [False, False, True]


def test_a_recording_without_phase_currents_is_refused() -> None:
    recording = a_recording()
    stream = recording.device.streams[0]
    shaking = tuple(
        replace(own, kind=ChannelKind.VIBRATION, unit="m/s2", phase=None) for own in stream.channels
    )
    device = replace(recording.device, streams=(replace(stream, channels=shaking),))
    with pytest.raises(CalibrationError, match="no phase current"):
        measure(replace(recording, device=device), PLATE)


def test_a_recording_with_losses_everywhere_is_refused() -> None:
    """Two seconds of which ten scans in the middle never came."""
    blocks = np.array([[0, 0, 1990, 0], [0, 2000, 2000, 0]])
    recording = replace(a_recording(seconds=2.0), arrivals=Arrivals((0,), blocks, (None,)))
    with pytest.raises(CalibrationError, match="without a lost sample"):
        measure(recording, PLATE)


def test_values_that_come_too_seldom_are_refused() -> None:
    with pytest.raises(CalibrationError, match="expected at least 150"):
        measure(a_recording(rate_hz=20.0, line_hz=3.0, seconds=30.0), PLATE)
