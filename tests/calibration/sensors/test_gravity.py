"""An accelerometer turned over."""

from dataclasses import replace

import numpy as np
import pytest

from calibration.sensors.findings import Problem
from calibration.sensors.gravity import gravity_finding, gravity_of
from calibration.sensors.readings import CalibrationError, Flip
from edge_agent.acquire.recordings import Recording
from edge_agent.acquire.samples import Channel, ChannelKind, Device, Stream

G = 9.80665


def resting(
    g: float, *, counts_per_g: float = 500.0, zero: float = 12.0, scale: float = G / 500.0
) -> Recording:
    noise = np.random.default_rng(3).standard_normal(5000) * 3.0
    channel = Channel("vib", ChannelKind.VIBRATION, "m/s2", scale)
    counts = np.rint(12.0 + counts_per_g * g + noise).astype(np.int16)[:, None]
    return Recording(f"rest{g:+g}", Device("d", "", "", (Stream(0, 1000.0, (channel,)),)), (counts,))


def test_scale_and_offset_follow_from_one_g_up_and_down() -> None:
    for counts_per_g in (487.0, -487.0):
        made = gravity_of(
            Flip("vib", resting(1, counts_per_g=counts_per_g), resting(-1, counts_per_g=counts_per_g))
        )
        assert made.scale == pytest.approx(G / counts_per_g, rel=1e-3)
        assert made.offset == pytest.approx(12.0, abs=0.2)
        assert made.gain == pytest.approx(500 / 487, rel=1e-3)
        assert gravity_finding(made) is None


@pytest.mark.parametrize(
    ("scale", "problem"),
    [
        (G / 50, Problem.DECADE),
        (G / 500_000, Problem.DECADE),
        (1 / 500, Problem.SCALE),
        (G / 250, Problem.SCALE),
    ],
)
def test_a_wrong_scale_is_named(scale: float, problem: Problem) -> None:
    finding = gravity_finding(gravity_of(Flip("vib", resting(1, scale=scale), resting(-1, scale=scale))))
    assert finding is not None
    assert (finding.problem, finding.channels) == (problem, ("vib",))
    assert ("its unit is g" in finding.advice) == (scale == 1 / 500)


def test_a_sensor_with_ac_coupling_cannot_be_calibrated_so() -> None:
    with pytest.raises(CalibrationError, match="gravity does not show"):
        gravity_of(Flip("vib", resting(0), resting(0)))


def test_another_channel_and_another_unit_are_refused() -> None:
    with pytest.raises(CalibrationError, match="has no channel other; it has vib"):
        gravity_of(Flip("other", resting(1), resting(-1)))
    up = resting(1)
    stream = up.device.streams[0]
    velocity = replace(stream.channels[0], unit="mm/s")
    device = replace(up.device, streams=(replace(stream, channels=(velocity,)),))
    with pytest.raises(CalibrationError, match="expected an accelerometer"):
        gravity_of(Flip("vib", replace(up, device=device), resting(-1)))
