"""A drive in closed loop: it holds its references, and moves a broken bar's sidebands into the voltage."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from recorded import level_at, space_vector, units

from calibration.simulator.conditions import Daq, Drive, SupplyCondition
from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from calibration.simulator.stator import OpenPhase, StatorCondition
from calibration.simulator.voltage import DriveControl, VoltageSensors
from edge_agent.acquire.recordings import Recording

FED = SupplyCondition(frequency_hz=50.0, drive=Drive(4000.0))
CONTROLLED = replace(FED, drive=Drive(4000.0, DriveControl()))


def a_recording(supply: SupplyCondition, broken_bars: int = 0) -> Recording:
    return simulate(
        Scenario(
            seed=5,
            broken_bars=broken_bars,
            duration_s=5.0,
            supply=supply,
            voltage_sensors=VoltageSensors(),
            daq=Daq(bits=16),
        )
    )


def voltage_vector(recording: Recording) -> NDArray[np.complex128]:
    turns = np.exp(2j * np.pi / 3 * np.arange(3))
    phases = [units(recording, 0, f"v{phase}") for phase in "abc"]
    return np.asarray(2 / 3 * sum(turn * phase for turn, phase in zip(turns, phases, strict=True)))


def strongest_sideband_db(vector: NDArray[np.complex128], recording: Recording) -> float:
    line_hz, rate_hz = recording.meta["line_frequency_hz"], recording.device.streams[0].rate_hz
    pole_pass_hz = 2 * recording.meta["slip"] * line_hz
    sides = [level_at(vector, rate_hz, line_hz + sign * pole_pass_hz) for sign in (-1, 1)]
    return float(20 * np.log10(max(sides) / level_at(vector, rate_hz, line_hz)))


def test_it_holds_the_speed_and_draws_the_current_of_a_motor_that_is_fed() -> None:
    fed, controlled = a_recording(FED), a_recording(CONTROLLED)
    speeds = [r.meta["line_frequency_hz"] * (1 - r.meta["slip"]) for r in (fed, controlled)]
    assert speeds[1] == pytest.approx(speeds[0], rel=0.01)
    amplitudes = [np.abs(space_vector(recording)).mean() for recording in (fed, controlled)]
    assert amplitudes[1] == pytest.approx(amplitudes[0], rel=0.1)


def test_a_broken_bars_sidebands_stand_in_the_voltage_where_a_loop_is_closed() -> None:
    fed, controlled = a_recording(FED, broken_bars=2), a_recording(CONTROLLED, broken_bars=2)
    assert strongest_sideband_db(space_vector(fed), fed) > -36.0
    assert strongest_sideband_db(voltage_vector(fed), fed) < -70.0
    assert strongest_sideband_db(voltage_vector(controlled), controlled) > -36.0


def test_the_truth_says_the_power_that_the_samples_have() -> None:
    recording = a_recording(FED)
    watts = 1.5 * np.mean((voltage_vector(recording) * space_vector(recording).conj()).real)
    assert recording.meta["power_w"] == pytest.approx(watts, rel=0.01)


def test_voltages_between_phases_are_differences_of_those_to_neutral() -> None:
    plain = Scenario(seed=5, duration_s=0.5, supply=FED, daq=Daq(bits=16))
    between = simulate(replace(plain, voltage_sensors=VoltageSensors(between_phases=True)))
    to_neutral = simulate(replace(plain, voltage_sensors=VoltageSensors()))
    difference = units(to_neutral, 0, "va") - units(to_neutral, 0, "vb")
    assert units(between, 0, "vab") == pytest.approx(difference, abs=1.0)


def test_currents_are_the_same_with_voltages_beside_them() -> None:
    plain = Scenario(seed=5, duration_s=0.5)
    with_voltages = simulate(replace(plain, voltage_sensors=VoltageSensors()))
    assert np.array_equal(simulate(plain).counts[0], with_voltages.counts[0][:, :3])


def test_an_uneven_stator_behind_a_closed_loop_is_refused() -> None:
    with pytest.raises(ValueError, match="modelled as an even one"):
        Scenario(supply=CONTROLLED, stator=StatorCondition(open_phase=OpenPhase()))
