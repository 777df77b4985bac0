"""Voltages tell who unbalances the current, and what happened to the supply."""

from dataclasses import replace

import numpy as np
import pytest
from voltage_windows import LINE_HZ, RATE_HZ, a_stream, seconds, simulated, turning

from calibration.simulator.conditions import CurrentSensors, SupplyCondition
from calibration.simulator.motors import DEFAULT_MOTOR
from calibration.simulator.scenario import Scenario
from calibration.simulator.stator import StatorCondition
from calibration.simulator.voltage import VoltageSensors
from edge_agent.conditions.by_voltage import events_by_voltage
from edge_agent.conditions.phase_unbalance import PhaseUnbalance
from edge_agent.conditions.seen import Seen, see
from edge_agent.motor import Nameplate
from edge_agent.signals.analysis import Analyser, Analysis
from edge_agent.signals.images import ImageSpec
from edge_agent.verdict import Evidence, Finding, State
from edge_agent.windows.sliding import Window

PLATE = DEFAULT_MOTOR.nameplate


def finding(unbalance: float, added: float, *, voltages: bool = True) -> Finding:
    """What is said of a motor with an uneven supply, and a resistance in one phase over R_s."""
    scenario = Scenario(
        seed=1_000_400,
        duration_s=6.0,
        supply=SupplyCondition(unbalance=unbalance),
        stator=StatorCondition(added_resistance=(added, 0.0, 0.0)),
        current_sensors=CurrentSensors(gains=(1.0, 1.0, 1.0), phases_deg=(0.0, 0.0, 0.0)),
        voltage_sensors=VoltageSensors() if voltages else None,
    )
    _, window = simulated(scenario)
    analysis = Analyser(PLATE, ImageSpec()).analyse(window)
    diagnoser = PhaseUnbalance(PLATE)
    seen = see(window, analysis, PLATE, DEFAULT_MOTOR.circuit)
    return diagnoser.judge(diagnoser.measure(seen), seen, None)


@pytest.mark.parametrize(
    ("unbalance", "added", "cause"),
    [(0.04, 0.0, "the supply causes it"), (0.0, 1.5, "the winding or its leads cause it")],
)
def test_the_cause_of_unequal_currents_is_named(unbalance: float, added: float, cause: str) -> None:
    found = finding(unbalance, added)
    assert found.state is State.PHASE_UNBALANCE
    assert cause in (found.measured[0].witness or "")
    assert found.measured[1].value == pytest.approx(unbalance, abs=2e-3)


def test_without_voltages_nobody_is_named() -> None:
    found = finding(0.04, 0.0, voltages=False)
    assert found.state is State.PHASE_UNBALANCE
    assert found.measured[0].witness is None
    assert found.measured[1].quantity == "voltage_unbalance_if_supply"


def of_supply(factor: np.ndarray, plate: Nameplate) -> Seen:
    peak_v = np.sqrt(2 / 3) * plate.rated_voltage_v
    vector = turning(peak_v, length_s=factor.size / RATE_HZ) * factor
    window = Window(0.0, factor.size / RATE_HZ, (a_stream(vector, vector),), 0.0)
    return Seen(window, Analysis(Evidence(), None), plate, None, None)


def test_events_of_a_window_are_told_with_their_limit() -> None:
    plate = PLATE.model_copy(update={"line_frequency_hz": LINE_HZ})
    at = seconds(3.0)
    factor = np.where((at > 0.5) & (at < 0.7), 1.13, 1.0) * np.where((at > 1.5) & (at < 1.9), 0.6, 1.0)
    (swell_s, swell), (sag_s, sag) = events_by_voltage(of_supply(factor, plate))
    assert (swell.quantity, swell_s) == ("voltage_swell_depth", pytest.approx(0.5, abs=0.02))
    assert (sag.quantity, sag_s) == ("voltage_sag_depth", pytest.approx(1.5, abs=0.02))
    assert (sag.value, sag.limit) == (pytest.approx(0.4, abs=0.01), 0.1)
    assert "began 1.5 s into its window and lasted 0.4" in (sag.witness or "")
    assert events_by_voltage(of_supply(np.ones(20_000), plate)) == []
    nothing = replace(of_supply(np.ones(20_000), plate), window=Window(0.0, 1.0, (), 0.0))
    assert events_by_voltage(nothing) == []
