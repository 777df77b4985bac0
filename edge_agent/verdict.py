"""What is said of a motor: a state with its evidence, or why none can be given."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

CLASSES = ("healthy", "1", "2", "3", "4")
"""Class names of the model: a sound rotor, or the number of broken bars."""


class Fault(StrEnum):
    """What a motor is examined for."""

    BROKEN_BARS = "broken_bars"
    STATOR_ASYMMETRY = "stator_asymmetry"
    """A turn short, or anything else that makes one winding take more current than before."""
    PHASE_UNBALANCE = "phase_unbalance"
    """Unequal currents, by the supply or by the winding."""
    PHASE_LOSS = "phase_loss"
    OVERLOAD = "overload"
    UNDERLOAD = "underload"
    LOCKED_ROTOR = "locked_rotor"
    STARTS = "starts"
    """Too many starts within an hour, or starts that take longer than they did."""
    SUPPLY_EVENT = "supply_event"
    """Sags, swells and a wrong frequency of the supply."""
    BEARING_OUTER = "bearing_outer"
    BEARING_INNER = "bearing_inner"
    BEARING_BALL = "bearing_ball"
    BEARING_UNKNOWN = "bearing_unknown"
    UNBALANCE = "unbalance"
    """Of the rotor's mass."""
    MISALIGNMENT = "misalignment"
    LOOSENESS = "looseness"
    VIBRATION_ZONE = "vibration_zone"


class State(StrEnum):
    """The answer; a fault that was found gives it its name."""

    HEALTHY = "healthy"
    BROKEN_BARS = Fault.BROKEN_BARS
    STATOR_ASYMMETRY = Fault.STATOR_ASYMMETRY
    PHASE_UNBALANCE = Fault.PHASE_UNBALANCE
    PHASE_LOSS = Fault.PHASE_LOSS
    OVERLOAD = Fault.OVERLOAD
    UNDERLOAD = Fault.UNDERLOAD
    LOCKED_ROTOR = Fault.LOCKED_ROTOR
    STARTS = Fault.STARTS
    SUPPLY_EVENT = Fault.SUPPLY_EVENT
    BEARING_OUTER = Fault.BEARING_OUTER
    BEARING_INNER = Fault.BEARING_INNER
    BEARING_BALL = Fault.BEARING_BALL
    BEARING_UNKNOWN = Fault.BEARING_UNKNOWN
    UNBALANCE = Fault.UNBALANCE
    MISALIGNMENT = Fault.MISALIGNMENT
    LOOSENESS = Fault.LOOSENESS
    VIBRATION_ZONE = Fault.VIBRATION_ZONE
    INDETERMINATE = "indeterminate"


BAR_STATES = (State.HEALTHY, State.BROKEN_BARS, State.INDETERMINATE)
"""States of the verdict on the bars; the others are those of findings on conditions beside them."""


class Severity(StrEnum):
    """How urgent it is."""

    OK = "ok"
    WATCH = "watch"
    ALARM = "alarm"
    DANGER = "danger"


class Reason(StrEnum):
    """Why no answer can be given."""

    MOTOR_OFF = "motor_off"
    STARTING = "starting"
    UNSTEADY = "unsteady"
    LOAD_TOO_LOW = "load_too_low"
    SPEED_UNKNOWN = "speed_unknown"
    SPEED_CONTRADICTED = "speed_contradicted"
    INCONCLUSIVE = "inconclusive"
    LOST_SAMPLES = "lost_samples"
    CLIPPED = "clipped"
    STUCK_CHANNEL = "stuck_channel"
    MISSING_PHASE = "missing_phase"
    WRONG_LINE_FREQUENCY = "wrong_line_frequency"
    UNRELIABLE_CLOCK = "unreliable_clock"
    LOAD_OSCILLATION = "load_oscillation"
    MODALITIES_DISAGREE = "modalities_disagree"
    OUT_OF_DOMAIN = "out_of_domain"
    ROTOR_DUCTS = "rotor_ducts"
    SAMPLES_NOT_UNDERSTOOD = "samples_not_understood"
    WRONG_SCALE = "wrong_scale"
    OVERLOAD = "overload"
    ANALYSIS_FAILED = "analysis_failed"
    NO_BASELINE = "no_baseline"
    NO_SENSOR = "no_sensor"
    PLATE_INCOMPLETE = "plate_incomplete"
    AMBIGUOUS = "ambiguous"
    NO_STANDARD = "no_standard"


WEAK_EVIDENCE = frozenset(
    {Reason.LOAD_TOO_LOW, Reason.SPEED_UNKNOWN, Reason.SPEED_CONTRADICTED, Reason.INCONCLUSIVE}
)
"""Reasons of good samples without an answer: more load, a longer window or a known slip would give one."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a window gives no answer, and the number that says so."""

    reason: Reason
    """The reason code."""
    quantity: str
    """What was measured, with its unit, e.g. `pole_pass_cycles` or `lost_fraction`."""
    value: float | None
    """What it was; None if there was nothing to measure."""
    limit: float | None
    """What it should have reached or stayed below."""
    channel: str | None = None
    """Name of the channel or channels in which it was measured; None if it concerns the whole window."""


@dataclass(frozen=True, slots=True)
class BarCount:
    """How many bars are broken: as the network tells it, or the sidebands where it is out of its domain."""

    estimate: int
    """Most probable count, 1..4."""
    interval: tuple[int, int]
    """Counts that hold 90 % of the probability."""
    equivalent: float
    """Load-compensated equivalent number of adjacent bars."""


def _decimals(decimals: int, unmeasured: Any = None) -> Any:
    """Return a field of `Evidence` that is published with so many decimals, those that mean something."""
    return field(default=unmeasured, metadata={"decimals": decimals})


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the signals show, whatever the verdict; None if it could not be measured.

    Published with these names in this order: subscribers know it, so a new quantity comes last.
    """

    line_frequency_hz: float | None = _decimals(3)
    slip: float | None = _decimals(5)
    load: float | None = _decimals(3)
    """Torque per unit of the rated one."""
    lower_sideband_dbc: float | None = _decimals(1)
    """Level at (1-2s)f against the line."""
    upper_sideband_dbc: float | None = _decimals(1)
    """Level at (1+2s)f against the line."""
    noise_floor_dbc: float | None = _decimals(1)
    """Level of the noise floor beside the line, where a sideband would lie."""
    detection_limit_dbc: float | None = _decimals(1)
    """Smallest sideband that this window would have shown."""
    detection_limit_bars: float | None = _decimals(3)
    """Smallest number of equivalent bars that it would have shown, counted as `equivalent_bars_by` says."""
    ellipse_angle_deg: float | None = _decimals(1)
    """Half the angle of the sideband product: about 25-75 for load oscillation, more for bars."""
    modalities_agree: bool | None = None
    """True if the model and the sideband physics say the same."""
    equivalent_bars: float | None = _decimals(3)
    """Broken bars side by side that would show such sidebands at this load."""
    equivalent_bars_interval: tuple[float, float] | None = _decimals(3)
    """Holds the true number in nine of ten windows."""
    equivalent_bars_by: str | None = None
    """How they were counted: by `sidebands`, or `amplitude` (AM alone) if wander hides the rest."""
    current_unbalance: float | None = _decimals(4)
    """Negative over positive sequence."""
    phase_order: str | None = None
    """`abc`, or `acb` if two phases are swapped; None with one phase."""
    higher_sidebands_dbc: tuple[float, ...] = _decimals(1, ())
    """Mean levels of the pairs at (1 ± 4s)f and (1 ± 6s)f."""
    ellipse_axis_ratio: float | None = _decimals(3)
    """Small over large axis of the ellipse that the current's phasor draws at 2sf."""
    harmonics_dbc: tuple[float, ...] = _decimals(1, ())
    """Levels of the 5th and 7th harmonic of the current, as far as the rate reaches."""
    harmonic_sidebands_dbc: tuple[float, ...] = _decimals(1, ())
    """Strongest line within ±6sf of each of them."""
    shaft_sidebands_db: float | None = _decimals(1)
    """Vibration at f_r ± 2sf over the floor beside it."""
    slot_sidebands_db: float | None = _decimals(1)
    """Vibration at N_b f_r ± 2sf over the floor beside it."""
    load_swing_bars: float | None = _decimals(3)
    """Bars that an oscillating load's part of the pair would equal; not counted above."""
    load_swing_angle_deg: float | None = _decimals(1)
    """Ellipse angle of an oscillating load, by the nameplate's circuit at this slip."""
    baseline_bars: float | None = _decimals(3)
    """Equivalent bars of the motor's own baseline at this load; None for a single window, or without one."""
    growth_bars: float | None = _decimals(3)
    """How far the newest looks lie above that; None unless they grow."""
    stretch_s: float | None = _decimals(1)
    """Length of the stretch that told the sidebands, s; None if the window alone did."""
    shaft_sideband_to_1x_db: float | None = _decimals(1)
    """Vibration at f_r - 2sf relative to that at f_r: the second witness of broken bars."""
    scanned_slips: tuple[float, float] | None = _decimals(5)
    """Slips from and to which no broken bar is hidden, where the slip is not known; None where it is."""
    sidebands_with_supply_dbc: tuple[float, ...] = _decimals(1, ())
    """Levels at (1-2s)f and (1+2s)f before the share of the voltages was taken off; none without voltages."""
    rotor_resistance_ratio: float | None = _decimals(3)
    """Rotor resistance by voltage and current over that by the plate; heat and broken bars raise it."""


@dataclass(frozen=True, slots=True)
class WindowSpan:
    """Which samples decided."""

    start_unix_s: float
    end_unix_s: float
    first_sample: int
    """On the device's count, of the current stream (of the first stream if there is none)."""
    samples: int
    lost_samples: int


@dataclass(frozen=True, slots=True)
class Measured:
    """The number behind a finding on a condition, with its limit and where that comes from."""

    quantity: str
    """What was measured, without its unit, e.g. `negative_sequence`."""
    value: float
    """What it was."""
    unit: str
    """Unit of value and limit, e.g. `mm/s`; `1` for a ratio."""
    limit: float | None
    """What the value must reach for the condition to be named; None if it only stands beside."""
    origin: str
    """Where the limit comes from, in words: a standard, the own baseline, a measurement, judgement."""
    baseline_h: float | None = None
    """Running hours of the own baseline that the limit rests on; None if it rests on none."""
    witness: str | None = None
    """The independent second measurement that agrees, in words; None without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one window says of one fault, or all windows so far."""

    fault: Fault
    state: State
    """Healthy: free of this fault, whatever other faults there are."""
    severity: Severity | None = None
    """None exactly when the state is indeterminate."""
    refusal: Refusal | None = None
    """Set exactly when the state is indeterminate."""
    evidence: Evidence
    window: WindowSpan | None = None
    """Which samples decided; None before the first window."""
    measured: tuple[Measured, ...] = ()
    """The numbers behind a finding on a condition beside broken bars, the one that decided first."""
    location: str | None = None
    """Where the condition sits: a phase (a, b, c), or the name of a channel; None if it has no place."""

    @property
    def faulty(self) -> bool:
        """True if the fault was found."""
        return self.state not in (State.HEALTHY, State.INDETERMINATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict(Finding):
    """What is published of a motor: the finding on broken bars, and beside it those on other faults."""

    fault: Fault = Fault.BROKEN_BARS
    broken_bars: BarCount | None = None
    """Set exactly when the state is broken_bars."""
    confidence: float | None = None
    """Probability of the state, as the model calibrated it."""
    probabilities: tuple[float, ...] | None = None
    """Of CLASSES; None if the model was not asked."""
    latency_ms: float | None = None
    """From the last sample's arrival to the verdict."""
    others: tuple[Finding, ...] = ()
    """Findings on the other faults that are looked for."""


def in_short(state: Verdict) -> str:
    """Return a state in one line, e.g. `broken_bars: alarm` or `indeterminate: load_too_low`."""
    return f"{state.state}: {state.refusal.reason if state.refusal else state.severity}"
