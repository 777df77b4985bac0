"""Currents, speed and line are those of the motor, in windows with a verdict and in refused ones."""

import math
from collections.abc import Callable
from dataclasses import asdict, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from motor_windows import SLIP, a_motor_window, analyse
from signal_factories import (
    a_current_window,
    a_nameplate,
    a_space_vector,
    a_speed_window,
    a_window,
    phase_currents,
    times,
)

from calibration.simulator.conditions import FaultKind, SensorFault
from calibration.simulator.live import LiveMotor
from calibration.simulator.scenario import Scenario
from edge_agent.figures import Figures
from edge_agent.refusals import of_samples
from edge_agent.signals.analysis import Analyser, Analysis
from edge_agent.signals.figures import measure_figures
from edge_agent.signals.images import ImageSpec
from edge_agent.verdict import Evidence, Reason
from edge_agent.windows.sliding import StreamWindow, Window, Windows

RMS_A = 4.0 / math.sqrt(2)
LOST = Analysis(Evidence(), of_samples.LOST_FRACTION.refuse(0.3))
"""What the analysis says of a window that lost too much."""


def figures_of(window: Window, **plate: object) -> Figures:
    return measure_figures(window, analyse(window, **plate), a_nameplate(**plate))


def currents(window: Window, change: Callable[[StreamWindow], StreamWindow]) -> Window:
    """Change the currents of a window."""
    return replace(window, streams=(change(window.streams[0]), *window.streams[1:]))


def losing(lost: np.ndarray) -> Callable[[StreamWindow], StreamWindow]:
    """Lose scans."""
    return lambda stream: replace(stream, valid=stream.valid & ~lost, counts=stream.counts * ~lost)


def test_a_sound_window_shows_everything() -> None:
    found = figures_of(a_motor_window())
    assert found.running
    assert found.current_a == pytest.approx(dict.fromkeys("abc", RMS_A), rel=1e-3)
    assert found.current_unbalance == pytest.approx(0.0, abs=1e-3)
    assert found.line_frequency_hz == pytest.approx(60.0, abs=1e-3)
    assert found.slip == pytest.approx(SLIP, abs=1e-4)
    assert found.speed_rpm == pytest.approx(1800 * (1 - SLIP), rel=5e-4)
    assert found.load == pytest.approx(0.765, abs=0.01)
    assert found.thd is not None
    assert found.thd < 0.001
    assert set(found.vibration_mm_s) == set(found.vibration_m_s2_rms) == {"vib_0"}


@pytest.mark.parametrize("phases", ["a", "b", "ab", "ca", "abc"])
def test_one_to_three_phases_are_named_and_right(phases: str) -> None:
    found = figures_of(a_motor_window(phases=phases, vibration=False))
    assert found.current_a == pytest.approx(dict.fromkeys(phases, RMS_A), rel=1e-3)
    assert (found.current_unbalance is None) == (len(phases) == 1)
    assert found.line_frequency_hz == pytest.approx(60.0, abs=1e-3)
    assert found.vibration_mm_s == {}


@settings(max_examples=40)
@given(
    st.floats(45.0, 65.0),
    st.floats(0.5, 3.0),
    st.floats(-3.0, 3.0),
    st.floats(-2.0, 2.0),
    st.integers(0, 9),
)
def test_the_rms_is_right_however_little_of_the_window_came(
    line_hz: float, length_s: float, angle: float, offset_a: float, seed: int
) -> None:
    """Half of the scans are lost: most of a stretch, and then those around every other crest."""
    seconds = times(length_s, 5000.0)
    vector = a_space_vector(seconds, line_hz=line_hz) * np.exp(1j * angle)
    stream = a_current_window(phase_currents(vector) + offset_a, rate_hz=5000.0)
    lost = np.cos(2 * np.pi * line_hz * seconds + angle) > 0.5
    lost[: seconds.size // 3] = np.random.default_rng(seed).random(seconds.size // 3) < 0.9
    found = measure_figures(currents(a_window(stream), losing(lost)), LOST, a_nameplate())
    assert found.current_a == pytest.approx(dict.fromkeys("abc", RMS_A), rel=0.005)


def test_a_harmonic_counts_to_the_rms() -> None:
    seconds = times(4.0)
    vector = a_space_vector(seconds) + 1.0 * np.exp(-2j * np.pi * 300.0 * seconds)
    found = figures_of(a_window(a_current_window(phase_currents(vector))))
    assert found.current_a["a"] == pytest.approx(math.hypot(RMS_A, 1 / math.sqrt(2)), rel=1e-3)
    assert found.thd == pytest.approx(0.25, rel=0.01)


def test_a_dead_channel_has_no_entry_and_the_others_are_right() -> None:
    window = currents(a_motor_window(), lambda stream: replace(stream, dead=(1,)))
    found = figures_of(window)
    assert found.current_a == pytest.approx(dict.fromkeys("ac", RMS_A), rel=1e-3)
    assert found.line_frequency_hz == pytest.approx(60.0, abs=1e-3)


def reversed_clamp(stream: StreamWindow) -> StreamWindow:
    return replace(stream, counts=stream.counts * np.array([[1], [-1], [1]], np.int16))


def swapped_clamps(stream: StreamWindow) -> StreamWindow:
    return replace(stream, counts=stream.counts[[1, 0, 2]])


def missing(stream: StreamWindow) -> StreamWindow:
    return replace(stream, counts=stream.counts * np.array([[1], [0], [1]], np.int16))


def tenfold(stream: StreamWindow) -> StreamWindow:
    return replace(stream, counts=stream.counts * np.array([[1], [1], [5]], np.int16))


def clipped(stream: StreamWindow) -> StreamWindow:
    return replace(stream, counts=np.clip(stream.counts, -2800, 2800))


@pytest.mark.parametrize(
    ("change", "reason", "rms_a", "unbalance"),
    [
        (reversed_clamp, Reason.OUT_OF_DOMAIN, (1, 1, 1), 0.5),
        (swapped_clamps, None, (1, 1, 1), 0.0),
        (missing, Reason.MISSING_PHASE, (1, 0, 1), 0.5),
        (tenfold, Reason.WRONG_SCALE, (1, 1, 5), 0.571),
        (clipped, Reason.CLIPPED, (0.8195, 0.8195, 0.8195), 0.0),
    ],
)
def test_a_wrong_wiring_shows_in_the_currents_though_it_bears_no_verdict(
    change: Callable[[StreamWindow], StreamWindow],
    reason: Reason | None,
    rms_a: tuple[float, ...],
    unbalance: float,
) -> None:
    """Of three currents, one of which is turned or missing, the sequences are simple fractions.

    A sine cut off at 0.7 of its peak has 0.8195 of its rms.
    """
    window = currents(a_motor_window(), change)
    analysis = analyse(window)
    assert (analysis.refusal and analysis.refusal.reason) == reason
    found = measure_figures(window, analysis, a_nameplate())
    assert found.running
    assert list(found.current_a.values()) == pytest.approx([a * RMS_A for a in rms_a], rel=0.01, abs=0.001)
    assert found.current_unbalance == pytest.approx(unbalance, abs=0.005)
    assert found.line_frequency_hz == pytest.approx(60.0, abs=1e-3)


def test_a_motor_that_is_off_shows_its_currents_and_no_line() -> None:
    seconds = times(4.0)
    noise = np.random.default_rng(1).normal(0, 0.02, (3, seconds.size)) + 0.01 * np.cos(377 * seconds)
    window = a_window(a_current_window(noise))
    analysis = analyse(window)
    assert analysis.refusal is not None
    assert analysis.refusal.reason is Reason.MOTOR_OFF
    found = measure_figures(window, analysis, a_nameplate())
    assert not found.running
    assert found.current_a == pytest.approx(dict.fromkeys("abc", 0.0212), rel=0.02)
    assert found == Figures(running=False, current_a=found.current_a)


def test_a_motor_that_is_off_is_off_though_the_window_was_refused_for_something_else() -> None:
    window = a_window(a_current_window(0.001 * phase_currents(a_space_vector(times(4.0)))))
    assert not measure_figures(window, LOST, a_nameplate()).running


def test_a_speed_channel_is_taken_as_it_is() -> None:
    window = a_motor_window()
    found = figures_of(replace(window, streams=(*window.streams, a_speed_window(-1733.0))))
    assert found.speed_rpm == pytest.approx(1733.0)
    at_rest = replace(window, streams=(a_current_window(np.zeros((3, 120_000))), a_speed_window(12.0)))
    assert figures_of(at_rest).speed_rpm == pytest.approx(12.0)


def test_a_slip_that_only_an_unsure_pair_tells_is_not_shown() -> None:
    idling = a_window(a_current_window(phase_currents(a_space_vector(times(12.0), amplitude_a=2.2))))
    analysis = analyse(idling)
    assert analysis.refusal is not None
    assert analysis.evidence.slip is not None
    found = measure_figures(idling, analysis, a_nameplate())
    assert (found.slip, found.speed_rpm, found.load) == (None, None, None)


def test_a_speed_that_the_current_contradicts_gives_no_slip() -> None:
    window = a_motor_window(vibration=False)
    doubt = analyse(window, speed_rpm=1799.0).speed_doubt
    assert doubt is not None
    assert doubt.reason is Reason.SPEED_CONTRADICTED
    found = figures_of(window, speed_rpm=1799.0)
    assert (found.slip, found.load) == (None, None)


def test_vibration_alone_tells_the_speed() -> None:
    """The analysis then takes the line to have the frequency of the plate, and so must the speed."""
    window = currents(a_motor_window(line_hz=59.9), losing(np.arange(120_000) % 10 < 3))
    found = figures_of(window)
    assert found.speed_rpm == pytest.approx(1800 * (1 - SLIP), rel=2e-3)


@pytest.mark.parametrize(
    "window",
    [
        a_window(a_speed_window(1700.0)),
        a_window(a_current_window(np.zeros((3, 40)))),
        a_window(a_current_window(np.zeros((3, 40_000)))),
        a_window(a_current_window(phase_currents(a_space_vector(times(4.0, 120.0))), rate_hz=120.0)),
        currents(a_motor_window(), losing(np.ones(120_000, bool))),
        currents(a_motor_window(), losing(np.arange(120_000) % 3 > 0)),
        currents(a_motor_window(), lambda stream: replace(stream, dead=(0, 1, 2))),
    ],
    ids=["no current", "few scans", "all zero", "too slow", "all lost", "two of three lost", "all dead"],
)
def test_no_window_gives_what_is_no_number(window: Window) -> None:
    for analysis in (LOST, Analyser(a_nameplate(), ImageSpec()).analyse(window)):
        found = measure_figures(window, analysis, a_nameplate())
        for value in asdict(found).values():
            for number in value.values() if isinstance(value, dict) else [value]:
                assert number is None or math.isfinite(number)


class Truth:
    """The currents of a simulated motor before its sensors, at every step."""

    def __init__(self, motor: LiveMotor) -> None:
        self._run, self.steps = motor._current_chain.run, []
        motor._current_chain.run = self.run  # type: ignore[method-assign]

    def run(self, values: np.ndarray) -> np.ndarray:
        self.steps.append(values.copy())
        return self._run(values)

    @property
    def rms_a(self) -> np.ndarray:
        """(3,), A."""
        return np.sqrt(np.mean(np.square(np.concatenate(self.steps, axis=1)), axis=1))


@pytest.mark.parametrize("seed", [1_000_061, 1_000_063, 1_000_066])
@pytest.mark.parametrize("load", [0.3, 0.75, 1.05])
def test_currents_and_speed_of_a_simulated_motor_are_the_true_ones(seed: int, load: float) -> None:
    """The true current is that of the simulation, before its sensors, whose gains are 0.996 to 1.003."""
    scenario = Scenario(seed=seed, load=load, duration_s=12.0)
    motor = LiveMotor(scenario)
    truth = Truth(motor)
    window = a_simulated_window(motor)
    analysis = Analyser(scenario.motor.nameplate, ImageSpec()).analyse(window)
    found = measure_figures(window, analysis, scenario.motor.nameplate)
    gains = scenario.current_sensors.gains
    for rms_a, gain, true_a in zip(found.current_a.values(), gains, truth.rms_a, strict=True):
        assert rms_a / gain == pytest.approx(true_a, rel=0.002)
        assert rms_a == pytest.approx(true_a, rel=0.005)
    true_rpm = 60 * motor.line_frequency_hz / 2 * (1 - motor.slip)
    assert found.speed_rpm == pytest.approx(true_rpm, rel=0.002)
    assert found.line_frequency_hz == pytest.approx(motor.line_frequency_hz, abs=0.005)
    assert found.load == pytest.approx(motor.load, abs=0.1)


@pytest.mark.parametrize(
    "fault",
    [
        SensorFault(FaultKind.REVERSED, "ib"),
        SensorFault(FaultKind.MISSING, "ic"),
        SensorFault(FaultKind.STUCK, "ic", 5.0),
    ],
    ids=lambda fault: str(fault.kind),
)
def test_the_currents_that_a_fault_leaves_alone_are_the_true_ones(fault: SensorFault) -> None:
    scenario = Scenario(seed=1_000_064, duration_s=12.0, sensor_faults=(fault,))
    motor = LiveMotor(scenario)
    truth = Truth(motor)
    window = a_simulated_window(motor)
    analysis = Analyser(scenario.motor.nameplate, ImageSpec()).analyse(window)
    found = measure_figures(window, analysis, scenario.motor.nameplate)
    assert found.running
    spoiled = fault.channel[-1] if fault.kind in (FaultKind.MISSING, FaultKind.STUCK) else ""
    for phase, true_a in zip("abc", truth.rms_a, strict=True):
        assert phase == spoiled or found.current_a[phase] == pytest.approx(true_a, rel=0.01)


def test_a_speed_that_the_analysis_does_not_know_is_not_shown() -> None:
    """At this seed neither slots, vibration nor sidebands tell the speed; the rotor is cleared without it."""
    scenario = Scenario(seed=1_000_062, load=0.75, duration_s=12.0)
    window = a_simulated_window(LiveMotor(scenario))
    analysis = Analyser(scenario.motor.nameplate, ImageSpec()).analyse(window)
    assert analysis.scan is not None
    assert analysis.evidence.slip is None
    found = measure_figures(window, analysis, scenario.motor.nameplate)
    assert found.running
    assert (found.speed_rpm, found.slip, found.load) == (None, None, None)


def a_simulated_window(motor: LiveMotor) -> Window:
    windows = Windows(12.0, 12.0)
    windows.configure(motor.device)
    return next(w for block in motor.advance(12.5) for w in windows.push(block))
