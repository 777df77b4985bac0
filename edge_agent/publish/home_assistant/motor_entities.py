"""The entities of a motor."""

from dataclasses import dataclass

from edge_agent.acquire.samples import ChannelKind, Device
from edge_agent.baseline.status import BaselineState
from edge_agent.publish.home_assistant.components import DIAGNOSTIC, Component, Source, json_template
from edge_agent.verdict import BAR_STATES, Fault, Reason, Severity

_TREND_EXPIRES_S = 3 * 3600
"""Silence after which the trend is no longer believed, s: it is said once an hour, and two may be late."""


@dataclass(frozen=True, slots=True)
class Sensors:
    """Which sensors a motor has; each gets an entity."""

    phases: tuple[str, ...] = ()
    """Phases with a current sensor: a, b or c."""
    vibration: tuple[str, ...] = ()
    """Names of the vibration channels."""
    voltages: tuple[str, ...] = ()
    """Phases (a, b, c) or pairs of phases (ab, bc, ca) with a voltage sensor."""


def sensors_of(device: Device) -> Sensors:
    """Return the sensors of a DAQ, in a fixed order."""
    channels = [channel for stream in device.streams for channel in stream.channels]
    phases = {c.phase for c in channels if c.kind is ChannelKind.CURRENT and c.phase is not None}
    vibration = {c.name for c in channels if c.kind is ChannelKind.VIBRATION}
    voltages = {c.phase for c in channels if c.kind is ChannelKind.VOLTAGE and c.phase is not None}
    return Sensors(tuple(sorted(phases)), tuple(sorted(vibration)), tuple(sorted(voltages)))


def motor_components(topic: str, expire_after_s: int, sensors: Sensors) -> dict[str, Component]:
    """Return the entities of the motor that publishes below `topic`."""
    state = Source(f"{topic}/state", expire_after_s)
    alarm = Source(f"{topic}/alarm", expire_after_s)
    measured = Source(f"{topic}/measurements", expire_after_s)
    bars = {"summary": "summary", "advice": "advice", "bars": "equivalent_bars"}
    return {
        "fault": alarm.problem("Fault", "value_json.active", bars),
        "state": state.choice("State", "state", BAR_STATES),
        "severity": state.choice("Severity", "severity", Severity),
        "reason": state.choice("Reason", "reason", Reason),
        "equivalent_bars": state.number("Equivalent bars", "evidence.equivalent_bars", "bars", decimals=2),
        "detection_limit": state.number(
            "Detection limit", "evidence.detection_limit_bars", "bars", decimals=2
        ),
        "load": state.percent("Load", "evidence.load", 0),
        "slip": state.percent("Slip", "evidence.slip", 2),
        "unbalance": state.percent("Current unbalance", "evidence.current_unbalance", 1),
        "confidence": state.percent("Confidence", "confidence", 0),
        "line_frequency": state.number(
            "Line frequency", "evidence.line_frequency_hz", "Hz", device_class="frequency", decimals=2
        ),
        "lower_sideband": state.number("Lower sideband", "evidence.lower_sideband_dbc", "dBc", decimals=1),
        "upper_sideband": {
            **state.number("Upper sideband", "evidence.upper_sideband_dbc", "dBc", decimals=1),
            "enabled_by_default": False,
        },
        "speed": measured.number("Speed", "speed_rpm", "rpm", decimals=0),
        **_currents(measured, sensors),
        **_vibrations(measured, sensors),
        **_voltages(measured, sensors),
        "running_hours": measured.number(
            "Running hours",
            "running_hours",
            "h",
            device_class="duration",
            state_class="total_increasing",
            decimals=1,
        ),
        **_conditions(state),
        **_development(topic, expire_after_s),
        "change": _change(f"{topic}/event"),
    }


def _development(topic: str, expire_after_s: int) -> dict[str, Component]:
    """Return what is normal for the motor, how far it has left that, and how fast; all of it diagnostic."""
    baseline = Source(f"{topic}/baseline", expire_after_s)
    trend = Source(f"{topic}/trend", _TREND_EXPIRES_S)
    entities = {
        "baseline": baseline.choice("Baseline", "state", BaselineState),
        "baseline_progress": baseline.percent("Baseline progress", "progress", 0),
        "growth": baseline.number("Growth over the baseline", "growth_bars", "bars", decimals=2),
        "growth_rate": trend.number("Growth a month", "bars_per_month", "bars", decimals=3),
    }
    return {name: entity | DIAGNOSTIC for name, entity in entities.items()}


def _conditions(state: Source) -> dict[str, Component]:
    """Return what is looked for beside broken bars: a problem each, with its words."""
    return {
        f"condition_{fault}": state.condition(str(fault).replace("_", " ").capitalize(), str(fault))
        for fault in Fault
        if fault is not Fault.BROKEN_BARS
    }


def _currents(measured: Source, sensors: Sensors) -> dict[str, Component]:
    return {
        f"current_{phase}": measured.number(
            f"Current {phase}", f"current_a.{phase}", "A", device_class="current", decimals=2
        )
        for phase in sensors.phases
    }


def _vibrations(measured: Source, sensors: Sensors) -> dict[str, Component]:
    """Return the vibration of each channel; its name may hold `.` and `-`, so the key is quoted."""
    return {
        f"vibration_{name}": measured.number(
            f"Vibration {name}", f"vibration_mm_s['{name}']", "mm/s", device_class="speed", decimals=2
        )
        for name in sensors.vibration
    }


def _voltages(measured: Source, sensors: Sensors) -> dict[str, Component]:
    """Return each voltage, and power and energy if there is any."""
    if not sensors.voltages:
        return {}
    each = {
        f"voltage_{phase}": measured.number(
            f"Voltage {phase}", f"voltage_v.{phase}", "V", device_class="voltage", decimals=1
        )
        for phase in sensors.voltages
    }
    return {
        **each,
        "voltage_unbalance": measured.percent("Voltage unbalance", "voltage_unbalance", 2),
        "power": measured.number("Power", "power_kw", "kW", device_class="power", decimals=2),
        "power_factor": measured.percent("Power factor", "power_factor", 0),
        "energy": measured.number(
            "Energy", "energy_kwh", "kWh", device_class="energy", state_class="total_increasing", decimals=1
        ),
    }


def _change(topic: str) -> Component:
    """Return the entity that fires at each change of state or severity."""
    keys = {
        "event_type": "after.state",
        "severity": "after.severity",
        "reason": "after.reason",
        "summary": "summary",
        "id": "id",
    }
    return {
        "platform": "event",
        "name": "Change",
        "state_topic": topic,
        "value_template": json_template(keys),
        "event_types": [str(state) for state in BAR_STATES],
        "qos": 1,
    }
