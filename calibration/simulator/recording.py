"""From a scenario to a recording that carries its whole truth."""

from typing import Any

from calibration.simulator.live import LiveMotor
from calibration.simulator.scenario import Scenario, scenario_to_dict
from calibration.simulator.stator import StatorCondition
from edge_agent.acquire.recordings import Recording


def simulate(scenario: Scenario) -> Recording:
    """Make the recording of a scenario."""
    motor = LiveMotor(scenario)
    blocks = motor.advance(scenario.duration_s)
    counts = tuple(block.counts for block in blocks)
    return Recording(recording_name(scenario), motor.device, counts, truth(motor))


def recording_name(scenario: Scenario) -> str:
    """Return the name of the file: set, seed and broken bars."""
    return f"{scenario.kind}-{scenario.seed:07d}-{scenario.broken_bars}bars"


def truth(motor: LiveMotor) -> dict[str, Any]:
    """Return the truth about what `motor` has produced so far, as plain values for JSON."""
    scenario, rotor = motor.scenario, motor.rotor
    nameplate = scenario.motor.nameplate.model_dump(mode="json", exclude_none=True)
    return {
        "broken_bars": scenario.broken_bars,
        "equivalent_bars": rotor.equivalent_bars,
        "asymmetry": rotor.asymmetry,
        "slip": motor.slip,
        "load": motor.load,
        "power_w": motor.power_w,
        "line_frequency_hz": motor.line_frequency_hz,
        "motor_id": scenario.motor_id,
        "nameplate": nameplate,
        "seed": scenario.seed,
        "kind": scenario.kind,
        "confounders": confounders(scenario),
        "conditions": {grade.name: grade.size for grade in scenario.conditions},
        "sensor_faults": [str(fault.kind) for fault in scenario.sensor_faults],
        "scenario": scenario_to_dict(scenario),
    }


def confounders(scenario: Scenario) -> list[str]:
    """Return the names of conditions that could be taken for broken bars, or hide them."""
    driven, supply, vibration = scenario.driven, scenario.supply, scenario.vibration
    present = {
        "load_oscillation": driven.oscillation is not None,
        "shaft_ripple": bool(driven.ripples),
        "load_step": bool(driven.steps),
        "load_ramp": abs(driven.ramp) > 0.05,
        "unbalanced_supply": supply.unbalance > 0.015,
        "flicker": supply.flicker > 1e-3,
        "frequency_wander": supply.wander_hz >= 0.02,
        "even_harmonics": max(supply.even_harmonics) > 0.01,
        "sag": supply.sag is not None,
        "frequency_step": supply.frequency_step is not None,
        "stator": scenario.stator != StatorCondition(),
        "looseness": vibration.looseness > 0.0,
        "drive": supply.drive is not None,
        "bearing": vibration.bearing is not None,
        "unbalance": vibration.unbalance > 0.5,
        "misalignment": vibration.misalignment > 0.2,
        "eccentricity": vibration.eccentricity_current_db >= -50.0,
        "start_up": scenario.start_up_s is not None,
        "ring_crack": scenario.cage.ring_factor is not None,
        "rotor_ducts": max(scenario.core.magnetising_saliency, scenario.core.leakage_saliency) > 0.0,
        "aliasing": not scenario.daq.anti_alias,
    }
    return [name for name, there in present.items() if there]
