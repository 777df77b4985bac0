"""The ordinary figures of a motor, by which an installer sees within a minute that the wiring is right."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Figures:
    """What one window shows of currents, speed and vibration; None, or no entry, for what it does not."""

    running: bool
    """True if the motor draws the current of a running one."""
    current_a: dict[str, float] = field(default_factory=dict)
    """A rms, by phase (a, b, c)."""
    current_unbalance: float | None = None
    """Negative over positive sequence."""
    line_frequency_hz: float | None = None
    """Of the supply, Hz."""
    speed_rpm: float | None = None
    """Of the shaft."""
    slip: float | None = None
    """Per unit of the synchronous speed."""
    load: float | None = None
    """Torque per unit of the rated one."""
    vibration_mm_s: dict[str, float] = field(default_factory=dict)
    """Velocity, mm/s rms from 10 to 1000 Hz (ISO 20816-1), by channel."""
    vibration_m_s2_rms: dict[str, float] = field(default_factory=dict)
    """Acceleration, m/s2 rms, by channel."""
    thd: float | None = None
    """Total harmonic distortion of the current up to the 40th harmonic (IEC 61000-4-7), per unit."""
    voltage_v: dict[str, float] = field(default_factory=dict)
    """V rms, by phase to neutral (a, b, c) or by pair of phases (ab, bc, ca), as measured."""
    voltage_unbalance: float | None = None
    """Negative over positive sequence of the voltage; needs two voltages of one sort."""
    power_kw: float | None = None
    """Active power of all phases, kW; negative if the motor drives the supply."""
    power_factor: float | None = None
    """Active over apparent power of all phases (IEEE 1459)."""


@dataclass(frozen=True, slots=True)
class RunningTime:
    """How long and how often the motor has run since the agent was installed."""

    running_hours: float = 0.0
    """Hours."""
    starts: int = 0
    """Starts from rest."""
    last_start_s: float | None = None
    """From when the current appeared until it stayed near its running value, s.

    None before the first start, while one lasts, or if the last one was not seen whole."""
    energy_kwh: float | None = None
    """Energy drawn, kWh; what flowed back does not count. None without voltages."""
