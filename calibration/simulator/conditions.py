"""What a scenario is made of: the conditions of rotor, load, supply, vibration and sensors."""

from dataclasses import dataclass
from enum import StrEnum

from calibration.simulator.voltage import DriveControl


@dataclass(frozen=True, slots=True)
class CageCondition:
    """How the cage departs from an ideal one, besides the number of broken bars."""

    positions: tuple[int, ...] | None = None
    """Slots of the damaged bars; None puts them side by side."""
    crack_factor: float | None = None
    """Resistance of the damaged bars over that of sound ones; None breaks them through."""
    ring_factor: float | None = None
    """Resistance of one ring segment over that of a sound one, for a cracked end ring."""
    ring_share: float = 0.3
    """Share of the end rings in the rotor resistance, 0.15 to 0.5."""
    casting_sd: float = 0.01
    """Standard deviation of the bars' relative resistances, 0.005 to 0.06."""
    casting_seed: int | None = None
    """Seed of the casting, the rotor's identity; None takes the scenario's."""
    interbar_ratio: float = 30.0
    """Resistance between neighbouring bars over that of a bar: small values weaken the sidebands."""
    break_position: float = 0.5
    """Where along the bar it is broken, 0 and 1 at the rings."""


@dataclass(frozen=True, slots=True)
class CoreCondition:
    """How the iron of the rotor departs from a round one, with as many magnetic axes as poles.

    Axial ducts or spider arms as many as poles, or rolled sheets that were not turned while stacking.
    """

    magnetising_saliency: float = 0.0
    """Half the difference over the mean of L_m along and across the axis: ducts in the rotor's yoke."""
    leakage_saliency: float = 0.0
    """The same of L_lr: iron between and below the bars."""
    axis_deg: float = 0.0
    """Electrical angle from slot 0 to the axis of the larger inductances."""

    def __post_init__(self) -> None:
        for name in ("magnetising_saliency", "leakage_saliency"):
            value = getattr(self, name)
            if not 0.0 <= value < 1.0:
                raise ValueError(f"core.{name}: {value} is not from 0 to below 1")


@dataclass(frozen=True, slots=True)
class Oscillation:
    """An oscillating load torque."""

    amplitude: float
    """Relative to the mean torque."""
    ratio: float | None = 1.0
    """Frequency over 2sf, with the slip that the running machine has."""
    frequency_hz: float | None = None
    """Frequency where `ratio` is None."""

    def __post_init__(self) -> None:
        if (self.ratio is None) == (self.frequency_hz is None):
            raise ValueError("an oscillation needs either a ratio to 2sf or a frequency_hz, not both")


@dataclass(frozen=True, slots=True)
class Ripple:
    """A load torque that follows the shaft's angle: a belt (order 0.1 to 0.5) or a piston (1 and 2)."""

    order: float
    """Periods per turn of the shaft."""
    amplitude: float
    """Relative to the rated torque."""


@dataclass(frozen=True, slots=True)
class LoadStep:
    """A sudden change of the load."""

    time_s: float
    """When, in the recording."""
    factor: float
    """What the torque is multiplied by from then on."""


@dataclass(frozen=True, slots=True)
class LoadCondition:
    """The driven machine."""

    law: tuple[float, float, float] = (0.0, 1.0, 0.0)
    """Shares of the torque that are constant, proportional to speed, and to its square."""
    inertia_ratio: float = 3.0
    """Its inertia over the rotor's."""
    noise: float = 0.003
    """Standard deviation of the torque's slow noise, relative."""
    ramp: float = 0.0
    """Relative change of the torque from the start of the recording to its end."""
    steps: tuple[LoadStep, ...] = ()
    """Sudden changes."""
    oscillation: Oscillation | None = None
    """A periodic change."""
    ripples: tuple[Ripple, ...] = ()
    """Changes that follow the angle."""


@dataclass(frozen=True, slots=True)
class FrequencyStep:
    """A sudden change of the supply's frequency, as a generator set makes."""

    time_s: float
    """When, in the recording."""
    change_hz: float
    """By how much, for good."""


@dataclass(frozen=True, slots=True)
class Sag:
    """A dip of the supply voltage, or a swell."""

    start_s: float
    """When, in the recording."""
    duration_s: float
    """How long."""
    depth: float
    """Share of the voltage that is missing; below 0 for a swell."""


@dataclass(frozen=True, slots=True)
class Drive:
    """A variable-frequency drive; without control, voltage proportional to frequency."""

    carrier_hz: float
    """Switching frequency, 2 to 16 kHz."""
    control: DriveControl | None = None
    """Control in closed loop."""


@dataclass(frozen=True, slots=True)
class SupplyCondition:
    """The mains, or the drive."""

    frequency_hz: float | None = None
    """Mean frequency; None takes the plate's."""
    voltage_factor: float = 1.0
    """Voltage over the rated one (with a drive: over the rated one scaled to the frequency)."""
    wander_hz: float = 0.008
    """Standard deviation of the frequency, correlated over 3 s: the floor beside the line."""
    flicker: float = 2e-4
    """Standard deviation of the relative amplitude between 0.3 and 12 Hz."""
    unbalance: float = 0.004
    """Negative over positive sequence."""
    unbalance_angle_deg: float | None = None
    """Angle of the negative sequence when the positive one lies along phase a; None draws it."""
    harmonics: tuple[float, float, float, float] = (0.008, 0.006, 0.003, 0.002)
    """5th, 7th, 11th and 13th over the fundamental."""
    even_harmonics: tuple[float, float] = (0.0, 0.0)
    """2nd and 4th over the fundamental, of a saturated transformer or of half-wave loads."""
    sag: Sag | None = None
    """A dip."""
    frequency_step: FrequencyStep | None = None
    """A change of the frequency."""
    drive: Drive | None = None
    """A drive in place of the mains."""


class BearingDefect(StrEnum):
    """Which part of the bearing is pitted."""

    OUTER = "outer"
    INNER = "inner"
    BALL = "ball"


@dataclass(frozen=True, slots=True)
class Mode:
    """One resonance between the force and the sensor."""

    frequency_hz: float
    """Of the undamped resonance."""
    damping: float
    """Ratio to the critical one."""
    gain: float
    """Of the mode, relative to a rigid structure."""


LinePair = tuple[float | None, float | None]
"""Levels of two lines of the current over the rated amplitude, dB; None for a line that is not there."""


@dataclass(frozen=True, slots=True)
class BearingCondition:
    """A faulty bearing."""

    defect: BearingDefect
    """Where the pit is."""
    amplitude: float
    """Size of one impact, m/s² before the structure."""
    balls: int = 8
    """Rolling elements Z."""
    ball_ratio: float | None = None
    """Diameter of a ball over that of their circle, 0.15 to 0.3; None for rates of a common geometry."""
    contact_deg: float = 0.0
    """Contact angle, where the ratio is given."""
    sliding: float = 0.01
    """Standard deviation of the distance between impacts, relative: 0.01 to 0.02."""
    resonance: Mode | None = None
    """Resonance of the race and the ball, which each impact rings, beside those of the structure."""


@dataclass(frozen=True, slots=True)
class VibrationCondition:
    """Amplitudes of what shakes the housing, m/s² for a 0.75 kW motor, and the structure."""

    unbalance: float = 0.10
    """a1, at the shaft's frequency."""
    misalignment: float = 0.03
    """a2, at twice the shaft's frequency."""
    eccentricity: float = 0.025
    """Pull of an uneven air gap, at the shaft's frequency and 2f less it."""
    magnetic: float = 0.20
    """a_2f, pull at twice the supply's frequency."""
    broken_bar: float = 0.03
    """a_bb, pull that a broken bar's missing field leaves."""
    slot: float = 0.08
    """a_s, at the slot passing frequency."""
    broadband: float = 0.08
    """a_br, bearing and flow noise."""
    torque: float = 0.6
    """k_T, m/s² per N·m."""
    slot_current_db: float = -60.0
    """A_r, slot harmonics in the current over the rated amplitude."""
    eccentricity_current_db: float = -66.0
    """A_e, eccentricity lines in the current over the rated amplitude."""
    slot_lines_db: LinePair | None = None
    """Levels of the slot harmonics at f + N f_r and f - N f_r, each by itself; None: `slot_current_db`."""
    eccentricity_lines_db: LinePair | None = None
    """The same of the eccentricity lines at f - f_r and f + f_r, in place of `eccentricity_current_db`."""
    modes: tuple[Mode, ...] = (
        Mode(110.0, 0.03, 0.08),
        Mode(480.0, 0.025, 0.12),
        Mode(1050.0, 0.02, 0.15),
        Mode(2600.0, 0.02, 0.10),
    )
    """Resonances of the structure."""
    bearing: BearingCondition | None = None
    """A faulty bearing."""
    looseness: float = 0.0
    """Rattling of a loose foot or bearing seat: multiples of the shaft's frequency and of half of it."""
    angle_seed: int | None = None
    """Seed of the phases between these forces, the machine's identity; None takes the scenario's."""


@dataclass(frozen=True, slots=True)
class CurrentSensors:
    """Current transformers or Hall sensors of the three phases and their converter."""

    gains: tuple[float, float, float] = (1.003, 0.996, 1.001)
    """Read over true."""
    phases_deg: tuple[float, float, float] = (0.3, 0.5, 0.2)
    """Lag at the rated frequency."""
    offsets: tuple[float, float, float] = (0.002, -0.003, 0.001)
    """Over the rated amplitude."""
    noise: float = 6e-4
    """Standard deviation over the rated amplitude."""
    bandwidth_hz: float = 10_000.0
    """Of the first-order low-pass."""
    full_scale: float = 4.0
    """Over the rated amplitude."""
    saturation: float | None = None
    """Flux at which the core saturates over that of the rated current; None for an ideal core."""


@dataclass(frozen=True, slots=True)
class VibrationSensors:
    """Accelerometers at the housing."""

    axes: tuple[str, ...] = ("radial", "tangential")
    """Directions, of radial, tangential and axial."""
    noise_ug: float = 100.0
    """Noise density, µg per root hertz."""
    range_g: float = 4.0
    """Full scale."""
    velocity: bool = False
    """True for a sensor of velocity (mm/s) in place of acceleration (m/s²)."""


@dataclass(frozen=True, slots=True)
class Daq:
    """The converter."""

    current_rate_hz: float = 10_000.0
    """Scans per second of the currents."""
    vibration_rate_hz: float = 10_000.0
    """Scans per second of the vibration."""
    bits: int = 12
    """Resolution of the converter."""
    skew_s: float = 0.0
    """Delay from one channel of a multiplexed converter to the next."""
    clock_error_ppm: float = 0.0
    """The clock is fast by this. Its slow wander looks like the supply's, and is drawn there."""
    jitter_s: float = 0.0
    """Standard deviation of the single scans' instants."""
    anti_alias: bool = True
    """True if there is a low-pass below half the rate."""


class FaultKind(StrEnum):
    """What goes wrong with a channel."""

    STUCK = "stuck"
    """Holds its last value."""
    DROPOUT_ZERO = "dropout_zero"
    """Reads zero while time goes on."""
    DROPOUT_LOST = "dropout_lost"
    """Scans of the whole stream are lost without a trace, and what follows closes up."""
    CLIPPING = "clipping"
    """Saturates at a share (`magnitude`) of its peak."""
    DRIFT = "drift"
    """Its gain changes by `magnitude` over the recording."""
    SWAPPED = "swapped"
    """Exchanged with the channel after it."""
    REVERSED = "reversed"
    """Wired the wrong way round."""
    MISSING = "missing"
    """Not connected: reads noise only."""


@dataclass(frozen=True, slots=True)
class SensorFault:
    """One fault of the measurement."""

    kind: FaultKind
    """What goes wrong."""
    channel: str
    """Name of the channel, e.g. `ia`."""
    start_s: float = 0.0
    """When it begins."""
    duration_s: float | None = None
    """How long it lasts; None to the end."""
    magnitude: float = 0.0
    """Size where the kind has one."""
