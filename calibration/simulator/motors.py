"""Motors to simulate: ten common classes, any nameplate, and random relatives of both."""

from dataclasses import dataclass, replace

import numpy as np

from edge_agent.circuit import FRICTION, LEAKAGE_RATIO, Circuit, fit_circuit, typical_rotor_bars
from edge_agent.motor import Nameplate


@dataclass(frozen=True, slots=True)
class Motor:
    """One motor: what its plate says, its equivalent circuit when warm, its rotor."""

    name: str
    """Identity: recordings of the same motor carry the same name."""
    power_kw: float
    """Rated shaft power."""
    voltage_v: float
    """Rated voltage, line to line, rms."""
    current_a: float
    """Rated line current, rms."""
    speed_rpm: float
    """Rated speed."""
    power_factor: float
    """cos phi at rated load."""
    bars: int
    """Rotor bars N_b."""
    inertia_kgm2: float
    """Of the rotor alone."""
    circuit: Circuit
    """Equivalent circuit at rated voltage and frequency."""

    @property
    def nameplate(self) -> Nameplate:
        """The plate in the form of the agent's configuration."""
        return Nameplate(
            id=self.name.replace(".", "_"),
            rated_power_kw=self.power_kw,
            rated_voltage_v=self.voltage_v,
            rated_current_a=self.current_a,
            rated_speed_rpm=self.speed_rpm,
            line_frequency_hz=self.circuit.frequency_hz,
            poles=2 * self.circuit.pole_pairs,
            rotor_bars=self.bars,
            power_factor=self.power_factor,
        )

    @property
    def peak_current_a(self) -> float:
        """Amplitude of the rated current."""
        return float(np.sqrt(2.0) * self.current_a)

    @property
    def peak_flux_vs(self) -> float:
        """Amplitude of the main flux linkage at rated load."""
        circuit = self.circuit
        stator, _ = circuit.currents(circuit.slip_at_load(1.0))
        drop = stator * complex(circuit.stator_resistance_ohm, circuit.stator_leakage_ohm)
        rate = 2 * np.pi * circuit.frequency_hz
        return float(np.sqrt(2.0) * abs(circuit.phase_voltage_v - drop) / rate)


@dataclass(frozen=True, slots=True)
class _Class:
    """A row of the table of motor classes: reactances and resistances per unit of V_ph / I_n."""

    name: str
    power_kw: float
    voltage_v: float
    poles: int
    frequency_hz: float
    bars: int
    inertia_kgm2: float
    r_s: float
    x_ls: float
    x_m: float
    r_fe: float
    r_r: float
    k_r: float
    slip: float


DEFAULT_MOTOR = Motor(
    name="lab-0.75kw",
    power_kw=0.75,
    voltage_v=220.0,
    current_a=2.98,
    speed_rpm=1715.0,
    power_factor=0.80,
    bars=34,
    inertia_kgm2=0.0033,
    circuit=Circuit(
        phase_voltage_v=220.0 / 3**0.5,
        frequency_hz=60.0,
        pole_pairs=2,
        stator_resistance_ohm=2.51,
        stator_leakage_ohm=4.26,
        rotor_leakage_ohm=4.68,
        magnetising_ohm=76.9,
        iron_loss_ohm=839.0,
        rotor_resistance_ohm=2.30,
        skin_factor=1.0,
        saturation_factor=0.60,
        rated_torque_nm=750.0 / (1715.0 * np.pi / 30.0),
    ),
)
"""Class of the public laboratory data: 1 hp, 4 poles, 60 Hz, 34 bars."""

# Typical catalogue values of each class, fitted to T circuits; k_X = 0.60 and X_lr = 1.1 X_ls in all.
_CLASSES = (
    _Class("0.75kw-4p-50hz", 0.75, 400, 4, 50, 28, 0.0021, 0.093, 0.119, 1.57, 13, 0.083, 1.0, 0.070),
    _Class("1.1kw-2p-50hz", 1.1, 400, 2, 50, 23, 0.0014, 0.062, 0.075, 2.05, 17, 0.041, 1.0, 0.037),
    _Class("1.5kw-4p-60hz", 1.5, 220, 4, 60, 44, 0.0056, 0.045, 0.093, 1.84, 23, 0.041, 1.0, 0.036),
    _Class("2.2kw-4p-50hz", 2.2, 400, 4, 50, 28, 0.0090, 0.034, 0.096, 1.95, 21, 0.046, 1.0, 0.040),
    _Class("3kw-6p-50hz", 3.0, 400, 6, 50, 33, 0.024, 0.046, 0.119, 1.76, 23, 0.046, 1.0, 0.040),
    _Class("5.5kw-4p-50hz", 5.5, 400, 4, 50, 28, 0.033, 0.029, 0.094, 2.24, 24, 0.028, 1.3, 0.027),
    _Class("7.5kw-2p-60hz", 7.5, 460, 2, 60, 28, 0.021, 0.030, 0.092, 2.62, 23, 0.021, 1.6, 0.021),
    _Class("11kw-4p-60hz", 11.0, 460, 4, 60, 40, 0.085, 0.017, 0.100, 2.31, 33, 0.019, 1.9, 0.019),
    _Class("15kw-6p-50hz", 15.0, 400, 6, 50, 44, 0.24, 0.019, 0.116, 2.16, 26, 0.025, 1.7, 0.025),
)


def _motor_of(row: _Class) -> Motor:
    """Return the motor of a row, sized for its rated power at its rated slip."""
    synchronous_rpm = 120.0 * row.frequency_hz / row.poles
    rated_rad_s = synchronous_rpm * (1.0 - row.slip) * np.pi / 30.0
    unit = Circuit(
        phase_voltage_v=row.voltage_v / 3**0.5,
        frequency_hz=row.frequency_hz,
        pole_pairs=row.poles // 2,
        stator_resistance_ohm=row.r_s,
        stator_leakage_ohm=row.x_ls,
        rotor_leakage_ohm=LEAKAGE_RATIO * row.x_ls,
        magnetising_ohm=row.x_m,
        iron_loss_ohm=row.r_fe,
        rotor_resistance_ohm=row.r_r,
        skin_factor=row.k_r,
        saturation_factor=0.60,
        rated_torque_nm=1000.0 * row.power_kw / rated_rad_s,
    )
    base_ohm = unit.torque_nm(row.slip) / ((1.0 + FRICTION) * unit.rated_torque_nm)
    circuit = _scaled(unit, (base_ohm,) * 5)
    return _with_plate(row.name, row.power_kw, row.bars, row.inertia_kgm2, circuit)


def motor_of_nameplate(nameplate: Nameplate) -> Motor:
    """Return a motor that fits a plate; the rotor's inertia follows from power and poles."""
    circuit = fit_circuit(nameplate)
    rated, _ = circuit.currents(nameplate.rated_slip)
    inertia = 0.0045 * nameplate.rated_power_kw**1.2 * {2: 0.4, 4: 1.0, 6: 1.8}.get(nameplate.poles, 3.0)
    return Motor(
        name=nameplate.id,
        power_kw=nameplate.rated_power_kw,
        voltage_v=nameplate.rated_voltage_v,
        current_a=nameplate.rated_current_a,
        speed_rpm=nameplate.rated_speed_rpm,
        power_factor=round(nameplate.power_factor or rated.real / abs(rated), 3),
        bars=nameplate.rotor_bars or typical_rotor_bars(nameplate.poles),
        inertia_kgm2=inertia,
        circuit=circuit,
    )


def relative_of(motor: Motor, name: str, rng: np.random.Generator) -> Motor:
    """Draw another motor of about the same size: its own circuit, bars and plate.

    R_s, R_r, X_ls, X_lr and X_m are each scaled by 0.75 to 1.25. The plate follows from the new
    circuit, within the tolerance that plates have: 10 % of slip, 3 % of current.
    """
    circuit = _scaled(motor.circuit, (*rng.uniform(0.75, 1.25, 4), 1.0), rng.uniform(0.75, 1.25))
    bars = int(np.clip(motor.bars + rng.integers(-8, 9), 22, 44))
    drawn = _with_plate(name, motor.power_kw, bars, motor.inertia_kgm2 * rng.uniform(0.7, 1.4), circuit)
    synchronous_rpm = drawn.nameplate.synchronous_speed_rpm
    slip_rpm = (synchronous_rpm - drawn.speed_rpm) * rng.uniform(0.9, 1.1)
    return replace(
        drawn,
        speed_rpm=round(synchronous_rpm - slip_rpm, 0),
        current_a=round(drawn.current_a * rng.uniform(0.97, 1.03), 2),
    )


def _scaled(circuit: Circuit, factors: tuple[float, ...], rotor_leakage: float | None = None) -> Circuit:
    """Scale R_s, R_r, X_ls, X_m and R_fe; X_lr goes with X_ls unless it has its own factor."""
    r_s, r_r, x_ls, x_m, r_fe = (float(factor) for factor in factors)
    x_lr = x_ls if rotor_leakage is None else rotor_leakage
    return replace(
        circuit,
        stator_resistance_ohm=circuit.stator_resistance_ohm * r_s,
        rotor_resistance_ohm=circuit.rotor_resistance_ohm * r_r,
        stator_leakage_ohm=circuit.stator_leakage_ohm * x_ls,
        rotor_leakage_ohm=circuit.rotor_leakage_ohm * x_lr,
        magnetising_ohm=circuit.magnetising_ohm * x_m,
        iron_loss_ohm=circuit.iron_loss_ohm * r_fe,
    )


def _with_plate(name: str, power_kw: float, bars: int, inertia_kgm2: float, circuit: Circuit) -> Motor:
    """Return the motor of a circuit; its plate follows from the point of rated power."""
    slip = circuit.slip_at_load(1.0)
    rated, _ = circuit.currents(slip)
    speed_rpm = circuit.synchronous_rad_s * (1.0 - slip) * 30.0 / np.pi
    torque = 1000.0 * power_kw / (speed_rpm * np.pi / 30.0)
    return Motor(
        name=name,
        power_kw=power_kw,
        voltage_v=round(circuit.phase_voltage_v * 3**0.5, 1),
        current_a=round(abs(rated), 2),
        speed_rpm=round(speed_rpm, 0),
        power_factor=round(rated.real / abs(rated), 2),
        bars=bars,
        inertia_kgm2=inertia_kgm2,
        circuit=replace(circuit, rated_torque_nm=torque),
    )


MOTORS = (DEFAULT_MOTOR, *(_motor_of(row) for row in _CLASSES))
"""The ten classes, from 0.75 to 15 kW, two to six poles, 50 and 60 Hz."""


def motor_named(name: str) -> Motor:
    """Return the class of this name; raises ValueError that lists the names."""
    known = {motor.name: motor for motor in MOTORS}
    if name not in known:
        raise ValueError(f"no class {name!r}; there are {', '.join(known)}")
    return known[name]
