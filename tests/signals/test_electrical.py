"""Rms, power and power factor of a window."""

from dataclasses import replace

import numpy as np
import pytest
from motor_windows import analyse
from voltage_windows import a_stream, simulated, turning

from calibration.simulator.conditions import CurrentSensors, Daq, Drive, SupplyCondition
from calibration.simulator.scenario import Scenario
from calibration.simulator.voltage import DriveControl, VoltageSensors
from edge_agent.signals.figures import measure_figures
from edge_agent.signals.voltage.electrical import mean_power_w, measure_power

PEAK_V, PEAK_A, PHI = 325.0, 10.0, 0.6
VOLTAGE, CURRENT = turning(PEAK_V), turning(PEAK_A * np.exp(-1j * PHI))
WATTS = 1.5 * PEAK_V * PEAK_A * np.cos(PHI)


@pytest.mark.parametrize("voltages", ["a b c", "ab bc", "ab bc ca"])
@pytest.mark.parametrize("currents", ["a b c", "a c"])
def test_power_and_power_factor_are_those_of_the_phasors(voltages: str, currents: str) -> None:
    found = measure_power(a_stream(VOLTAGE, CURRENT, tuple(voltages.split()), tuple(currents.split())))
    assert found.power_kw == pytest.approx(WATTS / 1000, rel=1e-5)
    assert found.power_factor == pytest.approx(np.cos(PHI), rel=1e-5)


def test_rms_is_named_as_it_is_measured() -> None:
    root2 = np.sqrt(2)
    assert measure_power(a_stream(VOLTAGE, CURRENT)).voltage_v == pytest.approx(
        dict.fromkeys("abc", PEAK_V / root2), rel=1e-5
    )
    between = measure_power(a_stream(VOLTAGE, CURRENT, ("ab",)))
    assert between.voltage_v == pytest.approx({"ab": PEAK_V * np.sqrt(3) / root2}, rel=1e-5)
    assert between.power_kw is None


def test_power_that_flows_back_is_negative() -> None:
    found = measure_power(a_stream(VOLTAGE, -CURRENT))
    assert found.power_kw == pytest.approx(-WATTS / 1000, rel=1e-5)
    assert found.power_factor == pytest.approx(-np.cos(PHI), rel=1e-5)


def test_lost_scans_do_not_count() -> None:
    valid = np.ones(VOLTAGE.size, bool)
    valid[2000:4000] = False
    found = measure_power(a_stream(VOLTAGE, CURRENT, valid=valid))
    assert found.power_kw == pytest.approx(WATTS / 1000, rel=1e-3)


def test_a_part_of_a_window_has_its_own_mean_power() -> None:
    half = VOLTAGE.size // 2
    stopped = np.where(np.arange(VOLTAGE.size) < half, CURRENT, 0.0)
    stream = a_stream(VOLTAGE, stopped)
    assert mean_power_w(stream, 0, half) == pytest.approx(WATTS, rel=0.01)
    assert mean_power_w(stream, half, VOLTAGE.size) == pytest.approx(0.0, abs=0.01 * WATTS)
    assert mean_power_w(a_stream(VOLTAGE, CURRENT, ()), 0, half) is None


EXACT = CurrentSensors(gains=(1.0, 1.0, 1.0), phases_deg=(0.0, 0.0, 0.0))
DRIVES = {
    "mains": SupplyCondition(unbalance=0.02),
    "open loop": SupplyCondition(frequency_hz=45.0, drive=Drive(4000.0)),
    "closed loop": SupplyCondition(frequency_hz=45.0, drive=Drive(4000.0, DriveControl())),
}


@pytest.mark.parametrize("supply", DRIVES.values(), ids=DRIVES.keys())
@pytest.mark.parametrize("between", [False, True])
def test_power_of_a_simulated_motor_is_within_half_a_percent_of_the_truth(
    supply: SupplyCondition, between: bool
) -> None:
    scenario = Scenario(
        seed=1_000_300,
        broken_bars=1,
        duration_s=6.0,
        supply=supply,
        current_sensors=replace(EXACT, offsets=(0.004, -0.004, 0.002)),
        voltage_sensors=VoltageSensors(between_phases=between),
        daq=Daq(bits=16),
    )
    recording, window = simulated(scenario)
    plate = scenario.motor.nameplate.model_copy(update={"supply": "vfd"})
    found = measure_figures(window, analyse(window, line_frequency_hz=60.0, supply="vfd"), plate)
    assert found.power_kw == pytest.approx(recording.meta["power_w"] / 1000, rel=0.005)
    assert 0.5 < (found.power_factor or 0.0) < 0.95
    assert len(found.voltage_v) == 3
    assert found.voltage_unbalance == pytest.approx(
        supply.unbalance if supply.drive is None else 0.0, abs=0.006
    )
