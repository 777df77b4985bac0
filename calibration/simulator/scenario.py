"""A scenario: everything that is true of one recording before it is made."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import yaml
from pydantic import TypeAdapter, ValidationError

from calibration.simulator.conditions import (
    CageCondition,
    CoreCondition,
    CurrentSensors,
    Daq,
    LoadCondition,
    SensorFault,
    SupplyCondition,
    VibrationCondition,
    VibrationSensors,
)
from calibration.simulator.motors import DEFAULT_MOTOR, Motor, motor_named, motor_of_nameplate
from calibration.simulator.stator import StatorCondition
from calibration.simulator.voltage import VoltageSensors
from calibration.validation import first_problem
from edge_agent.motor import Nameplate


@dataclass(frozen=True, slots=True)
class Grade:
    """A condition that was put into a scenario: a label."""

    name: str
    """Its name in `graded.CONDITIONS`."""
    size: float
    """Its size, in the unit that stands there."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One recording to be made; the same scenario gives the same counts in every process."""

    seed: int = 0
    """Seed of all that is random in it."""
    broken_bars: int = 0
    """Bars that are broken (or cracked, if `cage` says so)."""
    load: float = 0.75
    """Torque at rated speed, per unit of the rated torque."""
    duration_s: float = 12.0
    """Length of the recording."""
    kind: str = "manual"
    """Name of the set that it was drawn for."""
    motor: Motor = DEFAULT_MOTOR
    """The motor."""
    temperature_factor: float = 1.0
    """Stator and rotor resistance over their values in the motor's circuit, 0.9 to 1.35."""
    saturation: float = 0.0
    """A of the main flux's saturation, 0 (none) to 0.6."""
    start_up_s: float | None = None
    """When the motor is switched on from standstill; None for one that has been running for long."""
    cage: CageCondition = field(default_factory=CageCondition)
    """The rotor's cage."""
    core: CoreCondition = field(default_factory=CoreCondition)
    """The rotor's iron."""
    stator: StatorCondition = field(default_factory=StatorCondition)
    """The stator's windings and their leads."""
    driven: LoadCondition = field(default_factory=LoadCondition)
    """The driven machine."""
    supply: SupplyCondition = field(default_factory=SupplyCondition)
    """The mains or the drive."""
    vibration: VibrationCondition = field(default_factory=VibrationCondition)
    """What shakes the housing."""
    current_sensors: CurrentSensors = field(default_factory=CurrentSensors)
    """How currents are measured."""
    voltage_sensors: VoltageSensors | None = None
    """How the voltages are measured, with the currents; None if they are not."""
    vibration_sensors: VibrationSensors = field(default_factory=VibrationSensors)
    """How vibration is measured."""
    daq: Daq = field(default_factory=Daq)
    """How both are converted."""
    sensor_faults: tuple[SensorFault, ...] = ()
    """What is wrong with the measurement."""
    conditions: tuple[Grade, ...] = ()
    """What was put in by `graded`, as a label; the fields above are what happens."""

    def __post_init__(self) -> None:
        if not 0 <= self.broken_bars < self.motor.bars // 2:
            raise ValueError(f"broken_bars: {self.broken_bars} is not below half of {self.motor.bars}")
        positions = self.cage.positions
        if positions is not None and len(positions) != self.broken_bars:
            raise ValueError(f"cage.positions: {len(positions)} places for {self.broken_bars} broken bars")
        drive = self.supply.drive
        if drive is not None and drive.control is not None and self.stator != StatorCondition():
            raise ValueError("stator: behind a drive in closed loop it is modelled as an even one")

    @property
    def motor_id(self) -> str:
        """Identity of the motor, for splits that keep motors apart."""
        return self.motor.name

    @property
    def frequency_hz(self) -> float:
        """Mean frequency of the supply."""
        return self.supply.frequency_hz or self.motor.circuit.frequency_hz

    @property
    def damaged(self) -> tuple[int, ...]:
        """Slots of the broken or cracked bars."""
        if self.cage.positions is not None:
            return self.cage.positions
        return tuple(range(self.broken_bars))

    def with_seed(self, seed: int) -> Self:
        """Return the same scenario with other randomness."""
        return replace(self, seed=seed)


_ADAPTER = TypeAdapter(Scenario)


def scenario_to_dict(scenario: Scenario) -> dict[str, Any]:
    """Return plain values for YAML or JSON, from which `scenario_of_dict` makes the same scenario."""
    plain: dict[str, Any] = _ADAPTER.dump_python(scenario, mode="json")
    return plain


def scenario_of_dict(fields: dict[str, Any]) -> Scenario:
    """Return the scenario of plain values; missing ones have their default.

    `motor` may be the name of one of the ten classes, a nameplate (`{nameplate: {...}}`), or the whole
    motor. Raises ValueError that names the field.
    """
    fields = dict(fields)
    if "motor" in fields:
        fields["motor"] = _motor(fields["motor"])
    unknown = set(fields) - set(Scenario.__dataclass_fields__)
    if unknown:
        raise ValueError(f"scenario: no such field: {', '.join(sorted(unknown))}")
    try:
        return _ADAPTER.validate_python(fields)
    except ValidationError as error:
        field, message, _ = first_problem(error)
        raise ValueError(f"scenario: {field + ': ' if field else ''}{message}") from error


def _motor(given: Any) -> Any:
    """Return the motor that a scenario file names or describes."""
    if isinstance(given, str):
        try:
            return motor_named(given)
        except ValueError as error:
            raise ValueError(f"scenario: motor: {error}") from error
    if isinstance(given, dict) and set(given) == {"nameplate"}:
        return motor_of_nameplate(Nameplate.model_validate(given["nameplate"]))
    return given


def read_scenario(path: Path) -> Scenario:
    """Read a scenario from YAML."""
    fields = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(fields, dict):
        raise ValueError(f"{path}: expected a mapping of scenario fields, found {type(fields).__name__}")
    return scenario_of_dict(fields)


def write_scenario(path: Path, scenario: Scenario) -> None:
    """Write a scenario as YAML, every field spelled out."""
    path.write_text(yaml.safe_dump(scenario_to_dict(scenario), sort_keys=False), encoding="utf-8")
