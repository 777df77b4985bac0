"""Decision limits: every number that splits a verdict or is published as the `limit` of a refusal.

Each has its meaning, its origin (physics with its source, measured by a command, or judgement) and what moves
when it moves. `edge-agent check --limits` prints them. Constants of an algorithm stay beside the algorithm.

    SOURCE      do samples come?                        SAMPLES     are they whole, of a running motor?
    CLOCK       were they taken when they say?          MAGNITUDES  can this motor have such currents?
    WIRING      do the sensors belong to its phases?    SUPPLY      is the line where it should be?
    STEADY      did motor and supply stay as they were? SIDEBANDS   does the window resolve the pair?
    SLIP        may the pair lie at another slip?       BARS        sound casting or broken bar?
    NETWORK     when does the network contradict?       STATE       from windows to a state
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any

_FAULT_SETS = "judgement, held by the fault sets of tests/bench/bench_evidence.py"
_ROTOR_SETS = "judgement, held by the rotor sets of tests/bench/bench_evidence.py"


def _limit(value: float, meaning: str, origin: str, moves: str) -> Any:
    """Return a field with its sentences; typed Any as `dataclasses.field` itself is."""
    return field(default=value, metadata={"meaning": meaning, "origin": origin, "moves": moves})


@dataclass(frozen=True, slots=True)
class SampleLimits:
    """Whether the samples are whole, and those of a running motor."""

    max_lost_fraction: float = _limit(
        0.02, "Largest share of lost samples in a window.", _FAULT_SETS, "larger: holes reach the floor"
    )
    off_below_rated: float = _limit(
        0.05,
        "Current below which the motor is off, per unit of the rated one.",
        "physics: a motor of standard design idles at 0.2 to 0.6 of its rated current",
        "larger: large slow motors at no load count as off",
    )
    missing_below_strongest: float = _limit(
        0.1,
        "Share of the strongest phase below which a phase carries no current.",
        "physics: a supply so unbalanced would trip any protection",
        "larger: strong unbalance is called a missing phase",
    )
    min_amplitude_over_median: float = _limit(
        0.55,
        "Smallest amplitude of a motor that does not start or stop.",
        _FAULT_SETS,
        "larger: load steps refuse",
    )
    max_amplitude_over_median: float = _limit(
        1.8,
        "Largest amplitude of a motor that does not start or stop.",
        _FAULT_SETS,
        "smaller: load steps refuse",
    )
    max_at_extreme: float = _limit(
        0.01,
        "Largest share of scans that the device marks as clipped, or that lie at a signal's very ends.",
        _FAULT_SETS,
        "larger: slight clipping passes and makes lines",
    )
    max_flat_top_ratio: float = _limit(
        2.6,
        "How much denser the outermost values of a current may lie than those beside them.",
        "physics: 1.4 for a sine, above 4 with a twentieth of the peak cut off",
        "larger: slight clipping passes",
    )
    min_scans_per_period: float = _limit(
        2.5,
        "Scans per period of the line.",
        "sampling theorem: 2, and room for sidebands",
        "smaller: aliases",
    )
    min_scans: int = _limit(
        64,
        "Scans of each current in a window.",
        "judgement: several lengths of the filters",
        "smaller: no spectra",
    )
    max_bridged_fraction: float = _limit(
        0.5,
        "Share of a window that bridged losses may touch.",
        _FAULT_SETS,
        "larger: the fit rests on guesses",
    )
    max_change_of_large_current: float = _limit(
        0.03,
        "Change between quarters of a window from which a large current is that of a run-up.",
        "judgement: a current in a wrong scale is as steady as the load",
        "larger: run-ups are called a wrong scale",
    )
    min_vibration_line_db: float = _limit(
        15.0,
        "Height of a vibration line over its neighbours that shows a machine.",
        "statistics: white noise reaches it in one of 90,000 windows of 12 s",
        "larger: weak sensors are not used",
    )
    min_third_harmonic: float = _limit(
        0.005,
        "Third harmonic over the fundamental of a current that is clipped.",
        "physics: half of what cutting off a twentieth of the peak makes; three wires have no third one",
        "larger: slight clipping passes; smaller: flat supplies are called clipped",
    )


@dataclass(frozen=True, slots=True)
class ClockLimits:
    """Whether the scans were taken when they say."""

    min_jump_rad: float = _limit(
        0.08,
        "Smallest jump of the line's phase that counts as lost time.",
        _FAULT_SETS,
        "larger: losses pass",
    )
    max_jitter_s: float = _limit(
        50e-6,
        "Largest standard deviation of the sampling instants.",
        _FAULT_SETS,
        "larger: jitter hides small pairs",
    )
    max_wander_hz: float = _limit(
        0.12,
        "Largest deviation of the line from its mean within a window on the mains.",
        "physics: public grids move by some 10 mHz in a minute; ten times that is the clock",
        "larger: bad clocks pass; smaller: weak island grids refuse",
    )


@dataclass(frozen=True, slots=True)
class MagnitudeLimits:
    """Whether this motor can have such currents."""

    min_pull_out: float = _limit(
        4.5,
        "Current over the rated one that is impossible in no motor.",
        "measured: pull-out currents of 3.4 to 4.5 in 330 simulated motors; soft starters hold up to 4.5",
        "smaller: starts are called a wrong scale",
    )
    min_over_idle: float = _limit(
        0.5,
        "Current over that of the idling motor, on the mains, below which it is impossible.",
        "measured: 0.89 at least in 330 simulated motors with voltages 10 % off",
        "larger: motors at reduced voltage are accused",
    )
    min_over_idle_drive: float = _limit(
        0.2, "The same behind a drive.", "judgement: drives lower the flux of a fan's motor", "as above"
    )
    max_gain_ratio: float = _limit(
        1.5,
        "Gain of one of three sensors over the others'.",
        "physics: sensors are good to 10 %, and 4 degrees of phase error make 7 % of it",
        "smaller: bad sensors are accused",
    )
    max_ratio_of_two: float = _limit(
        2.5,
        "Ratio of two currents whose third is not measured.",
        "physics: it would take a negative sequence of half the positive one",
        "smaller: unbalanced motors are accused",
    )
    min_over_slip: float = _limit(
        0.5,
        "Current over that which the slip means, at least.",
        "measured: 0.55 to 1.46 in 208 simulated motors of all loads",
        "larger: weak supplies are accused",
    )
    max_over_slip: float = _limit(
        1.6, "The same, at most.", "as min_over_slip", "smaller: hot rotors are accused"
    )
    overload: float = _limit(
        1.4,
        "Current over the rated one from which it tells no slip, and the motor is overloaded.",
        "judgement: service factors end at 1.15 to 1.25",
        "larger: the slip of overloaded motors is guessed",
    )


@dataclass(frozen=True, slots=True)
class WiringLimits:
    """Whether the current sensors belong to the three phases of one motor."""

    max_zero_sequence: float = _limit(
        0.3,
        "Largest sum of the three currents over three times their mean.",
        "physics: 0.67 with one sensor reversed, 0 in three wires",
        "larger: a reversed sensor passes",
    )
    min_phase_angle_deg: float = _limit(
        75.0,
        "Smallest angle between two currents.",
        "physics: 120 as wired, 60 with one reversed",
        "see origin",
    )
    max_phase_angle_deg: float = _limit(
        160.0,
        "Largest angle between two currents.",
        "physics: 120 as wired, 180 with the third open",
        "see origin",
    )
    min_gain_drift: float = _limit(
        0.001,
        "Smallest change of a sensor's gain within a window that counts.",
        _FAULT_SETS,
        "larger: drift passes",
    )
    gain_drift_per_step: float = _limit(
        0.02, "What the converter's resolution adds to it, per count of amplitude.", _FAULT_SETS, "as above"
    )


@dataclass(frozen=True, slots=True)
class SupplyLimits:
    """Whether the line is where it should be, and that of a motor."""

    grid_tolerance: float = _limit(
        0.015,
        "Relative deviation of a grid's line from the plate's frequency.",
        "EN 50160: 1 % for 99.5 % of a year; at 2 % grids shed their load",
        "larger: a rate wrong by 2 % passes",
    )
    max_second_harmonic_dbc: float = _limit(
        -9.0,
        "Second harmonic that no motor draws.",
        "physics: 3 % of it in the voltage make -12 dBc in an idling motor; half-wave rectifiers have -7.4",
        "larger: rectifiers pass for motors",
    )
    strong_second_harmonic_dbc: float = _limit(
        -25.0,
        "Second harmonic from which a motor must show itself by more than its current.",
        "physics: 2 % of it in the voltage, IEC 61000-2-2, over twice a leakage reactance of 0.17",
        "smaller: more refusals",
    )
    min_pair_of_motor_db: float = _limit(
        13.0,
        "How far above its floor a pair shows that a rotor turns, beside a strong second harmonic.",
        "measured: at most 11.7 dB in 200 windows of a line with noise",
        "smaller: noise passes for a rotor",
    )


@dataclass(frozen=True, slots=True)
class SteadyLimits:
    """Whether motor and supply stayed as they were for the length of a window."""

    min_transient: float = _limit(
        0.04, "Smallest relative change of the current that is a transient.", _ROTOR_SETS, "larger: sags pass"
    )
    transient_over_usual: float = _limit(
        6.0,
        "The same over the usual change in this window.",
        _ROTOR_SETS,
        "smaller: oscillating loads refuse",
    )
    max_slip_change: float = _limit(
        0.15,
        "Largest relative change of the slip within a window.",
        "physics: it spreads a pair of four cycles over less than a bin",
        "larger: a smeared pair looks like a sound rotor",
    )


@dataclass(frozen=True, slots=True)
class SidebandLimits:
    """Whether a window resolves the pair and would have shown it."""

    min_cycles: float = _limit(
        3.0,
        "Pole-pass cycles K = T 2sf that a window must hold.",
        "physics: a joint fit of pair and drift is well conditioned from three on",
        "smaller: wander passes for bars",
    )
    min_cycles_light: float = _limit(
        2.5,
        "The same at light load, where the amplitude modulation tells the bars.",
        _ROTOR_SETS,
        "smaller: wander passes for bars",
    )
    detection_margin_db: float = _limit(
        10.0,
        "How far above the floor a sideband must lie to be told from it.",
        _ROTOR_SETS,
        "smaller: noise passes for bars; larger: small breaks are missed",
    )
    min_load: float = _limit(
        0.05,
        "Smallest torque, per unit of the rated one, at which bars are counted.",
        "physics: less is friction, which no plate states",
        "smaller: the load of idling motors is guessed",
    )
    amplitude_up_to_load: float = _limit(
        0.35,
        "Largest load at which the amplitude modulation alone may count the bars.",
        "measured on simulated machines: under more load bars modulate the phase instead",
        "larger: counts depend on inertia",
    )


@dataclass(frozen=True, slots=True)
class SlipLimits:
    """Whether the pair may lie at another slip than the one where it was measured."""

    far_stronger_db: float = _limit(
        6.0,
        "How much stronger a pair elsewhere puts the slip in doubt.",
        _ROTOR_SETS,
        "smaller: more refusals",
    )
    max_over_idle: float = _limit(
        1.25,
        "Current over that of the idling motor below which the current tells no slip.",
        "physics: saturated iron takes a quarter more current at a tenth more voltage",
        "smaller: over-voltage passes for load, and broken rotors for healthy ones",
    )
    min_cycles_below: float = _limit(
        5.0,
        "Pole-pass cycles from which a pair below the current's slips counts.",
        "measured: 135 simulated motors cut to 2.1 and 4 s",
        "smaller: unrest next to the line refuses sound rotors",
    )
    min_across_own_slip: float = _limit(
        1.0,
        "Bars beyond a casting's, per bar that an oscillating load at the pair's own slip would pass for.",
        _ROTOR_SETS,
        "smaller: more refusals",
    )


@dataclass(frozen=True, slots=True)
class BarLimits:
    """Where a sound casting ends and a broken bar begins, in equivalent bars unless said otherwise."""

    sound: float = _limit(
        0.2,
        "Equivalent bars that the casting of a sound rotor may show; severity watch from here.",
        "measured on the simulator's castings (calibration/simulator/draw.py)",
        "larger: small breaks are called sound",
    )
    alarm: float = _limit(
        0.32,
        "Equivalent bars from which a rotor is called broken.",
        "measured: sound castings of 0.2 were read as up to 0.31 (bench_evidence.py, first seed 3730000)",
        "smaller: false alarms on rough castings",
    )
    broken: float = _limit(
        0.35,
        "Equivalent bars that one broken bar shows at least.",
        "physics: inter-bar current hides up to two thirds of a bar",
        "larger: one hidden broken bar may be called healthy",
    )
    danger: float = _limit(
        2.5,
        "Equivalent bars from which the severity is danger.",
        "judgement: several bars are gone",
        "words only",
    )
    own_modulation: float = _limit(
        1.5,
        "Speed modulation by broken bars, per bar; beyond it the load oscillates.",
        _ROTOR_SETS,
        "the reason that is given",
    )
    path_error: float = _limit(
        0.1,
        "Error of what no oscillating load can make, relative to what it can, by the plate's circuit.",
        "measured on simulated motors",
        "smaller: oscillating loads pass for bars",
    )
    min_across: float = _limit(
        0.3,
        "Bars beyond a casting's, per bar that an oscillating load would pass for.",
        "three times path_error",
        "smaller: oscillating loads pass for bars",
    )
    min_amplitude_share: float = _limit(
        1 / 3,
        "Share of the pair by which bars modulate the amplitude at light load.",
        _ROTOR_SETS,
        "smaller: supply wander passes for bars",
    )
    flicker_deg: float = _limit(
        8.0,
        "Nearer to 0 or 180 degrees the ellipse is pure amplitude modulation: voltage flicker.",
        _ROTOR_SETS,
        "smaller: flicker passes for bars",
    )
    one_sided: float = _limit(
        2.0,
        "Lower over upper sideband beyond which it is no flicker.",
        _ROTOR_SETS,
        "smaller: flicker passes",
    )
    path_spread_deg: float = _limit(
        20.0,
        "How far the ellipse angle of an oscillating load may lie from that of the plate's circuit.",
        "measured: up to 15 degrees on simulated motors",
        "smaller: oscillating loads pass for bars at light load",
    )
    wander_below_load: float = _limit(
        0.2,
        "Load below which supply wander is likelier than an oscillating load.",
        _ROTOR_SETS,
        "the reason that is given",
    )


@dataclass(frozen=True, slots=True)
class NetworkLimits:
    """When the network contradicts the sidebands; its threshold comes with the model file."""

    doubt: float = _limit(
        0.25,
        "Nearer to its threshold than this the network has no opinion and contradicts nothing.",
        "judgement; the card of the model reports the refusals that it costs",
        "smaller: more modalities_disagree",
    )


@dataclass(frozen=True, slots=True)
class StateLimits:
    """From windows to a state."""

    min_windows: int = _limit(
        3,
        "Windows that must answer before a state is decided.",
        "judgement",
        "smaller: single windows decide",
    )
    new_share: float = _limit(
        0.35,
        "Weight of a new window in the smoothed shares.",
        "judgement: three windows carry 73 %",
        "larger: faster and less steady states",
    )
    enter_broken: float = _limit(
        0.7, "Smoothed share of broken windows that raises an alarm.", "judgement", "smaller: earlier alarms"
    )
    leave_broken: float = _limit(
        0.3, "Smoothed share below which the alarm ends.", "judgement", "larger: the state flutters"
    )
    patience_windows: int = _limit(
        3,
        "Windows in a row without an answer that end a state.",
        "judgement",
        "larger: states outlive their truth",
    )


@dataclass(frozen=True, slots=True)
class SourceLimits:
    """When a silent or unreadable source ends the state."""

    silent_s: float = _limit(
        5.0,
        "Time without samples after which there is no state, s.",
        "judgement: within seconds",
        "later words",
    )
    not_understood_s: float = _limit(
        4.0,
        "The same where bytes come that are no samples, s.",
        "judgement: the reason is to be told within 5 s",
        "later words",
    )


SOURCE, SAMPLES, CLOCK = SourceLimits(), SampleLimits(), ClockLimits()
MAGNITUDES, WIRING, SUPPLY, STEADY = MagnitudeLimits(), WiringLimits(), SupplyLimits(), SteadyLimits()
SIDEBANDS, SLIP, BARS = SidebandLimits(), SlipLimits(), BarLimits()
NETWORK, STATE = NetworkLimits(), StateLimits()

GROUPS = {
    "source": SOURCE,
    "samples": SAMPLES,
    "clock": CLOCK,
    "magnitudes": MAGNITUDES,
    "wiring": WIRING,
    "supply": SUPPLY,
    "steady": STEADY,
    "sidebands": SIDEBANDS,
    "slip": SLIP,
    "bars": BARS,
    "network": NETWORK,
    "state": STATE,
}
"""All limits by group, in the order in which a window meets them."""


@dataclass(frozen=True, slots=True)
class Described:
    """One limit with its sentences."""

    name: str
    """Group and field, e.g. `bars.alarm`."""
    value: float
    """In the unit that the name says; a bare name is a ratio or a count."""
    meaning: str
    """What it bounds."""
    origin: str
    """Where it comes from."""
    moves: str
    """What changes when it changes."""


def described() -> Iterator[Described]:
    """Return every limit with its sentences, in the order in which a window meets them."""
    for group, limits in GROUPS.items():
        for own in fields(limits):  # type: ignore[arg-type]
            yield Described(f"{group}.{own.name}", getattr(limits, own.name), **own.metadata)
