"""What else belongs to the voltage: how a drive controls it, and how it is measured."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DriveControl:
    """Field-oriented control of speed."""

    speed_hz: float = 5.0
    """Bandwidth of the speed's controller, 1 to 10 Hz."""
    current_hz: float = 150.0
    """Bandwidth of the currents' controllers, 50 to 300 Hz."""
    detuning: float = 1.0
    """Rotor resistance over its inductance as the drive has it, over the true one."""


@dataclass(frozen=True, slots=True)
class VoltageSensors:
    """Voltage transformers or dividers of the three phases, at the motor's terminals."""

    between_phases: bool = False
    """True for vab, vbc and vca in place of va, vb and vc."""
    gains: tuple[float, float, float] = (1.0, 1.0, 1.0)
    """Read over true."""
    noise: float = 6e-4
    """Standard deviation over the rated amplitude."""
    full_scale: float = 1.6
    """Over the rated amplitude of what is measured."""
