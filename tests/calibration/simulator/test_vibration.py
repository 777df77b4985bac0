"""Vibration: every source at its frequency."""

from dataclasses import replace

import numpy as np
import pytest
from recorded import level_at, units

from calibration.simulator.bearing import BearingImpacts, impact_order
from calibration.simulator.conditions import (
    BearingCondition,
    BearingDefect,
    Mode,
    VibrationCondition,
    VibrationSensors,
)
from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from edge_agent.acquire.recordings import Recording

RATE_HZ = 10_000.0
STILL = VibrationCondition(
    unbalance=0.0,
    misalignment=0.0,
    eccentricity=0.0,
    magnetic=0.0,
    broken_bar=0.0,
    slot=0.0,
    broadband=0.0,
    torque=0.0,
)
GOOD_SENSOR = VibrationSensors(noise_ug=1.0, range_g=1.0)


def a_recording(condition: VibrationCondition, **changed: object) -> Recording:
    plain = Scenario(seed=5, load=1.0, duration_s=8.0, vibration_sensors=GOOD_SENSOR)
    return simulate(replace(plain, vibration=condition, **changed))  # type: ignore[arg-type]


def level(recording: Recording, frequency_hz: float, channel: str = "vib_radial") -> float:
    return 2 * level_at(units(recording, 1, channel), RATE_HZ, frequency_hz)


def shaft_hz(recording: Recording) -> float:
    return float(recording.meta["line_frequency_hz"] * (1 - recording.meta["slip"]) / 2)


@pytest.mark.parametrize(
    ("small", "large", "order"),
    [
        (replace(STILL, unbalance=0.1), replace(STILL, unbalance=1.0), 1),
        (replace(STILL, misalignment=0.1), replace(STILL, misalignment=1.0), 2),
    ],
)
def test_shaft_forces_stand_at_their_order(
    small: VibrationCondition, large: VibrationCondition, order: int
) -> None:
    weak, strong = a_recording(small), a_recording(large)
    line = shaft_hz(weak) * order
    assert level(strong, line) == pytest.approx(10 * level(weak, line), rel=0.05)
    assert level(strong, line) > 20 * level(strong, line * 1.1)


def test_the_magnetic_pull_stands_at_twice_the_line() -> None:
    recording = a_recording(replace(STILL, magnetic=0.5))
    line = 2 * recording.meta["line_frequency_hz"]
    assert level(recording, line) > 50 * level(recording, line * 0.97)


def test_eccentricity_stands_at_the_shaft_line_and_at_2f_less_it() -> None:
    recording = a_recording(replace(STILL, eccentricity=0.2))
    twice = 2 * recording.meta["line_frequency_hz"]
    for line in (shaft_hz(recording), twice - shaft_hz(recording)):
        assert level(recording, line) > 50 * level(recording, line + 7)


def test_a_broken_bar_stands_beside_the_shaft_line_by_the_pole_pass_frequency() -> None:
    condition = replace(STILL, broken_bar=0.05)
    sound, broken = (a_recording(condition, broken_bars=bars) for bars in (0, 2))
    for sign in (-1, 1):
        line = shaft_hz(broken) + sign * 2 * broken.meta["slip"] * broken.meta["line_frequency_hz"]
        assert level(broken, line) > 20 * level(sound, line)


def test_the_slot_force_stands_at_972_hertz_and_120_beside() -> None:
    """34 bars: N f_r about 972 Hz, and 2f on both sides, where the public data show it."""
    recording = a_recording(replace(STILL, slot=0.2))
    slot_hz = 34 * shaft_hz(recording)
    assert slot_hz == pytest.approx(972, abs=5)
    for line in (slot_hz - 120, slot_hz, slot_hz + 120):
        assert level(recording, line) > 10 * level(recording, line + 37)


@pytest.mark.parametrize(
    ("defect", "order"),
    [(BearingDefect.OUTER, 3.2), (BearingDefect.INNER, 4.8), (BearingDefect.BALL, 3.68)],
)
def test_a_bearing_strikes_at_its_rate(defect: BearingDefect, order: float) -> None:
    """Eight balls: 0.4 Z, 0.6 Z and 0.46 Z impacts per turn."""
    impacts = BearingImpacts(BearingCondition(defect, 1.0), 20_000.0, seed=1)
    angle = 2 * np.pi * 25.0 * np.arange(200_000) / 20_000.0
    impulses = np.concatenate([impacts.advance(part) for part in np.split(angle, 50)])
    assert np.count_nonzero(impulses) / (angle[-1] / (2 * np.pi)) == pytest.approx(order, rel=0.01)


@pytest.mark.parametrize(
    ("defect", "order"),
    [(BearingDefect.OUTER, 3.5848), (BearingDefect.INNER, 5.4152), (BearingDefect.BALL, 4.7135)],
)
def test_a_bearing_of_known_geometry_strikes_at_its_own_rate(defect: BearingDefect, order: float) -> None:
    """A 6205: nine balls of 7.94 mm on a circle of 39.04 mm; rates as its maker states them."""
    condition = BearingCondition(defect, 1.0, balls=9, ball_ratio=7.94 / 39.04)
    assert impact_order(condition) == pytest.approx((order, 0.3983), rel=1e-3)


def test_impacts_ring_their_resonance() -> None:
    still = BearingCondition(BearingDefect.OUTER, 1.0)
    angle = 2 * np.pi * 25.0 * np.arange(40_000) / 20_000.0
    plain, ringing = (
        BearingImpacts(replace(still, resonance=resonance), 20_000.0, seed=1)
        for resonance in (None, Mode(3000.0, 0.03, 0.5))
    )
    added = np.concatenate([ringing.advance(part) - plain.advance(part) for part in np.split(angle, 4)])
    spectrum = np.abs(np.fft.rfft(added)) ** 2
    frequencies = np.fft.rfftfreq(added.size, 1 / 20_000.0)
    near = np.abs(frequencies - 3000.0) < 300.0
    assert spectrum[near].sum() > 10 * spectrum[frequencies < 2000.0].sum()


def test_phases_between_forces_are_those_of_their_own_seed() -> None:
    loud = replace(VibrationCondition(), angle_seed=9)
    first, second = (simulate(Scenario(seed=seed, duration_s=2.0, vibration=loud)) for seed in (1, 2))
    other = simulate(Scenario(seed=1, duration_s=2.0, vibration=replace(loud, angle_seed=10)))
    own, again, different = (level(recording, shaft_hz(recording)) for recording in (first, second, other))
    assert own == pytest.approx(again, rel=0.1)
    assert own != pytest.approx(different, rel=0.1)


def test_a_pitted_bearing_rings_the_structure() -> None:
    quiet = a_recording(replace(STILL, broadband=0.02))
    bearing = BearingCondition(BearingDefect.OUTER, 10.0)
    ringing = a_recording(replace(STILL, broadband=0.02, bearing=bearing))
    assert units(ringing, 1, "vib_radial").std() > 3 * units(quiet, 1, "vib_radial").std()


def test_a_mode_amplifies_at_its_frequency() -> None:
    flat = replace(STILL, broadband=0.1, modes=(Mode(1000.0, 0.01, 0.0),))
    resonant = replace(flat, modes=(Mode(1000.0, 0.01, 0.2),))
    spectra = []
    for condition in (flat, resonant):
        samples = units(a_recording(condition), 1, "vib_radial")
        spectra.append(np.abs(np.fft.rfft(samples)))
    frequencies = np.fft.rfftfreq(samples.size, 1 / RATE_HZ)
    near = (frequencies > 990) & (frequencies < 1010)
    gain = np.sqrt(np.mean(spectra[1][near] ** 2) / np.mean(spectra[0][near] ** 2))
    assert gain > 10


def test_velocity_is_the_integral_of_acceleration() -> None:
    condition = replace(STILL, magnetic=0.5)
    acceleration = a_recording(condition)
    velocity = a_recording(condition, vibration_sensors=replace(GOOD_SENSOR, velocity=True))
    assert velocity.device.streams[1].channels[0].unit == "mm/s"
    line = 2 * acceleration.meta["line_frequency_hz"]
    expected = level(acceleration, line) * 1000 / (2 * np.pi * line)
    assert level(velocity, line) == pytest.approx(expected, rel=0.05)


def test_the_torque_ripple_shows_in_the_tangential_direction_only() -> None:
    """The direct 2sf line lies far below the structure's resonances: rely on f_r ± 2sf."""
    recording = a_recording(VibrationCondition(), broken_bars=1)
    pole_pass_hz = 2 * recording.meta["slip"] * recording.meta["line_frequency_hz"]
    assert level(recording, pole_pass_hz) < 0.05 * level(recording, shaft_hz(recording))
    assert level(recording, pole_pass_hz, "vib_tangential") < 0.02
