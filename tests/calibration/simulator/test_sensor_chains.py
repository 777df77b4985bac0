"""Clock, sensors, converter and their faults."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from recorded import level_at, space_vector, units

from calibration.simulator.conditions import (
    CurrentSensors,
    Daq,
    Drive,
    FaultKind,
    SensorFault,
    SupplyCondition,
)
from calibration.simulator.motors import DEFAULT_MOTOR
from calibration.simulator.recording import simulate
from calibration.simulator.sampling import Sampler
from calibration.simulator.scenario import Scenario
from calibration.simulator.sensors import Converter, CurrentChain
from edge_agent.acquire.recordings import Recording

STEP_RATE_HZ = 20_000.0
PERFECT = CurrentSensors((1.0, 1.0, 1.0), (0.0, 0.0, 0.0), (0.0, 0.0, 0.0), 0.0, 50_000.0)
SHORT = Scenario(seed=3, duration_s=2.0, current_sensors=PERFECT)


def sampled(
    rate_hz: float,
    signal_hz: float,
    *,
    offset_s: float = 0.0,
    clock_error_ppm: float = 0.0,
    lost: tuple[tuple[float, float], ...] = (),
    piece: int = 4000,
) -> NDArray[np.float64]:
    """One second of a sine, read by a sampler, in pieces."""
    sampler = Sampler(
        STEP_RATE_HZ,
        rate_hz,
        np.array([offset_s]),
        first_step=-100,
        clock_error_ppm=clock_error_ppm,
        jitter_s=0.0,
        lost=lost,
        rng=np.random.default_rng(1),
    )
    at = np.arange(-100, 20_000) / STEP_RATE_HZ
    values = np.sin(2 * np.pi * signal_hz * at)[np.newaxis]
    pieces = [values[:, k : k + piece] for k in range(0, values.shape[1], piece)]
    return np.concatenate([sampler.read(part) for part in pieces])[:, 0]


@settings(max_examples=30, deadline=None)
@given(
    rate_hz=st.floats(500, 10_000),
    offset_us=st.floats(-200, 200),
    ppm=st.floats(-100, 100),
    piece=st.integers(300, 20_000),
)
def test_scans_are_the_signal_at_their_instants(
    rate_hz: float, offset_us: float, ppm: float, piece: int
) -> None:
    found = sampled(rate_hz, 60.0, offset_s=offset_us * 1e-6, clock_error_ppm=ppm, piece=piece)
    at = np.arange(found.size) / (rate_hz * (1 + ppm * 1e-6)) + offset_us * 1e-6
    assert found == pytest.approx(np.sin(2 * np.pi * 60 * at), abs=1e-5)
    assert found.size > 0.99 * rate_hz - 5


def test_scans_on_steps_are_exact() -> None:
    found = sampled(10_000.0, 2000.0)
    assert found == pytest.approx(np.sin(2 * np.pi * 2000.0 * np.arange(found.size) / 10_000.0), abs=1e-11)


def test_lost_stretches_close_up() -> None:
    """A drop-out without keeping phase: what follows moves up."""
    found = sampled(1000.0, 7.0, lost=((0.5, 0.05),))
    at = np.arange(found.size) / 1000.0
    at[500:] += 0.05
    assert found == pytest.approx(np.sin(2 * np.pi * 7 * at), abs=1e-4)


@settings(max_examples=30, deadline=None)
@given(bits=st.integers(8, 24), value=st.floats(-2.0, 2.0))
def test_a_converter_rounds_and_clips(bits: int, value: float) -> None:
    converter = Converter(1.0, bits, 0.0, np.random.default_rng(1))
    counts, clipped = converter.convert(np.full((3, 1), value))
    assert counts.dtype == (np.int16 if bits <= 16 else np.int32)
    highest = 1.0 - converter.scale
    assert counts[0, 0] * converter.scale == pytest.approx(
        min(max(value, -1.0), highest), abs=0.51 * converter.scale
    )
    assert clipped == (value > highest - 0.5 * converter.scale or value < -1.0 + 0.5 * converter.scale)


def test_gain_phase_and_offset_of_a_current_sensor() -> None:
    sensors = replace(PERFECT, gains=(1.02, 1.0, 0.97), phases_deg=(2.0, 0.0, -1.0), offsets=(0.01, 0.0, 0.0))
    true, read = simulate(SHORT), simulate(replace(SHORT, current_sensors=sensors))
    line_hz = true.meta["line_frequency_hz"]
    for name, gain, lag in (("ia", 1.02, 2.0), ("ic", 0.97, -1.0)):
        turns = np.exp(-2j * np.pi * line_hz * np.arange(20_000) / 10_000.0)
        ratio = (units(read, 0, name) * turns).sum() / (units(true, 0, name) * turns).sum()
        assert abs(ratio) == pytest.approx(gain, abs=0.003)
        assert -np.degrees(np.angle(ratio)) == pytest.approx(lag, abs=0.1)
    assert units(read, 0, "ia").mean() == pytest.approx(0.01 * DEFAULT_MOTOR.peak_current_a, rel=0.1)


def test_a_core_that_saturates_loses_the_inrush_only() -> None:
    chain = CurrentChain(replace(PERFECT, saturation=1.5), Daq(anti_alias=False), DEFAULT_MOTOR, STEP_RATE_HZ)
    at = np.arange(8000) / STEP_RATE_HZ
    rated = DEFAULT_MOTOR.peak_current_a * np.sin(2 * np.pi * 60 * at + np.pi / 2)
    inrush = rated * 6 + DEFAULT_MOTOR.peak_current_a * 6
    shown = chain.run(np.stack([rated, inrush, rated]))
    assert shown[0] == pytest.approx(rated, rel=1e-6)
    assert np.abs(shown[1]).mean() < 0.5 * np.abs(inrush).mean()


def test_aliasing_folds_the_switching_ripple_of_a_drive_where_no_filter_stops_it() -> None:
    """Carrier of 8130 Hz read at 5 kHz: the line at f_c + 2f appears at f_c + 2f - 10 kHz."""
    drive = SupplyCondition(frequency_hz=50.0, wander_hz=0.0, drive=Drive(8130.0))
    scenario = replace(SHORT, supply=drive, daq=Daq(current_rate_hz=5000.0, bits=16))
    filtered, unfiltered = (
        space_vector(simulate(replace(scenario, daq=replace(scenario.daq, anti_alias=there))))
        for there in (True, False)
    )
    folded_hz = 8130.0 + 2 * 50.0 - 10_000.0
    assert level_at(unfiltered, 5000.0, folded_hz) > 20 * level_at(filtered, 5000.0, folded_hz)


def with_fault(fault: SensorFault) -> tuple[Recording, Recording]:
    return simulate(SHORT), simulate(replace(SHORT, sensor_faults=(fault,)))


def test_a_stuck_channel_holds_its_last_value() -> None:
    _, faulty = with_fault(SensorFault(FaultKind.STUCK, "ib", 1.0))
    held = faulty.counts[0][10_000:, 1]
    assert set(held) == {held[0]}
    assert len(set(faulty.counts[0][:10_000, 1])) > 100


def test_a_drop_out_that_keeps_time_reads_zero_and_then_goes_on() -> None:
    sound, faulty = with_fault(SensorFault(FaultKind.DROPOUT_ZERO, "ia", 1.0, 0.05))
    assert not faulty.counts[0][10_000:10_500, 0].any()
    assert np.array_equal(faulty.counts[0][10_500:], sound.counts[0][10_500:])


def test_a_drop_out_without_trace_moves_what_follows() -> None:
    sound, faulty = with_fault(SensorFault(FaultKind.DROPOUT_LOST, "ia", 1.0, 0.05))
    assert len(faulty.counts[0]) == len(sound.counts[0])
    assert faulty.counts[0][10_000:-500, 0] == pytest.approx(sound.counts[0][10_500:, 0], abs=2)
    assert np.array_equal(faulty.counts[1], sound.counts[1])


def test_clipping_takes_a_share_of_the_peak() -> None:
    sound, faulty = with_fault(SensorFault(FaultKind.CLIPPING, "ic", magnitude=0.8))
    ratio = np.abs(faulty.counts[0][:, 2]).max() / np.abs(sound.counts[0][:, 2]).max()
    assert ratio == pytest.approx(0.8, abs=0.02)


def test_a_drifting_gain_arrives_at_the_end() -> None:
    sound, faulty = with_fault(SensorFault(FaultKind.DRIFT, "ia", magnitude=0.04))
    tail = slice(-1000, None)
    ratio = faulty.counts[0][tail, 0].std() / sound.counts[0][tail, 0].std()
    assert ratio == pytest.approx(1.04, abs=0.002)


def test_wrong_wiring() -> None:
    sound, swapped = with_fault(SensorFault(FaultKind.SWAPPED, "ia"))
    assert np.array_equal(swapped.counts[0][:, [1, 0, 2]], sound.counts[0])
    _, reversed_ = with_fault(SensorFault(FaultKind.REVERSED, "ib"))
    assert np.abs(reversed_.counts[0][:, 1] + sound.counts[0][:, 1]).max() <= 1
    _, missing = with_fault(SensorFault(FaultKind.MISSING, "ic"))
    assert np.abs(missing.counts[0][:, 2]).max() < 0.02 * np.abs(sound.counts[0][:, 2]).max()
