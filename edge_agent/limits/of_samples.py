"""Limits of samples: do they arrive, are they whole, well clocked, wired, scaled, and of a steady motor?"""

from dataclasses import dataclass

from edge_agent.limits.limit import FAULT_SETS, ROTOR_SETS, limit


@dataclass(frozen=True, slots=True)
class SampleLimits:
    """Limits that decide whether the samples are whole and of a running motor."""

    max_lost_fraction: float = limit(
        0.02, "Largest share of lost samples in a window.", FAULT_SETS, "larger: holes reach the floor"
    )
    off_below_rated: float = limit(
        0.05,
        "Current below which the motor is off, per unit of the rated one.",
        "physics: a motor of standard design idles at 0.2 to 0.6 of its rated current",
        "larger: large slow motors at no load count as off",
    )
    missing_below_strongest: float = limit(
        0.1,
        "Share of the strongest phase below which a phase carries no current.",
        "physics: a supply so unbalanced would trip any protection",
        "larger: strong unbalance is called a missing phase",
    )
    min_amplitude_over_median: float = limit(
        0.55,
        "Smallest amplitude of a motor that does not start or stop.",
        FAULT_SETS,
        "larger: load steps refuse",
    )
    max_amplitude_over_median: float = limit(
        1.8,
        "Largest amplitude of a motor that does not start or stop.",
        FAULT_SETS,
        "smaller: load steps refuse",
    )
    max_at_extreme: float = limit(
        0.01,
        "Largest share of scans that the device marks as clipped, or that lie at a signal's very ends.",
        FAULT_SETS,
        "larger: slight clipping passes and makes lines",
    )
    max_flat_top_ratio: float = limit(
        2.6,
        "How much denser the outermost values of a current may lie than those beside them.",
        "physics: 1.4 for a sine, above 4 with a twentieth of the peak cut off",
        "larger: slight clipping passes",
    )
    min_scans_per_period: float = limit(
        2.5,
        "Scans per period of the line.",
        "sampling theorem: 2, and room for sidebands",
        "smaller: aliases",
    )
    min_scans: int = limit(
        64,
        "Scans of each current in a window.",
        "judgement: several lengths of the filters",
        "smaller: no spectra",
    )
    max_bridged_fraction: float = limit(
        0.5,
        "Share of a window that bridged losses may touch.",
        FAULT_SETS,
        "larger: the fit rests on guesses",
    )
    max_change_of_large_current: float = limit(
        0.03,
        "Change between quarters of a window from which a large current is that of a run-up.",
        "judgement: a current in a wrong scale is as steady as the load",
        "larger: run-ups are called a wrong scale",
    )
    min_vibration_line_db: float = limit(
        15.0,
        "Height of a vibration line over its neighbours that shows a machine.",
        "statistics: white noise reaches it in one of 90,000 windows of 12 s",
        "larger: weak sensors are not used",
    )
    min_third_harmonic: float = limit(
        0.005,
        "Third harmonic over the fundamental of a current that is clipped.",
        "physics: half of what cutting off a twentieth of the peak makes; three wires have no third one",
        "larger: slight clipping passes; smaller: flat supplies are called clipped",
    )


@dataclass(frozen=True, slots=True)
class ClockLimits:
    """Limits that decide whether the scans were taken when they say."""

    min_jump_rad: float = limit(
        0.08,
        "Smallest jump of the line's phase that counts as lost time.",
        FAULT_SETS,
        "larger: losses pass",
    )
    max_jitter_s: float = limit(
        50e-6,
        "Largest standard deviation of the sampling instants.",
        FAULT_SETS,
        "larger: jitter hides small pairs",
    )
    max_wander_hz: float = limit(
        0.12,
        "Largest deviation of the line from its mean within a window on the mains.",
        "physics: public grids move by some 10 mHz in a minute; ten times that is the clock",
        "larger: bad clocks pass; smaller: weak island grids refuse",
    )


@dataclass(frozen=True, slots=True)
class MagnitudeLimits:
    """Limits that decide whether this motor can have such currents."""

    min_pull_out: float = limit(
        4.5,
        "Current over the rated one that any motor may reach.",
        "measured: pull-out currents of 3.4 to 4.5 in 330 simulated motors; soft starters hold up to 4.5",
        "smaller: starts are called a wrong scale",
    )
    min_over_idle: float = limit(
        0.5,
        "Current over that of the idling motor, on the mains, below which it is impossible.",
        "measured: 0.89 at least in 330 simulated motors with voltages 10 % off",
        "larger: motors at reduced voltage are refused",
    )
    min_over_idle_drive: float = limit(
        0.2, "The same behind a drive.", "judgement: drives lower the flux of a fan's motor", "as above"
    )
    max_gain_ratio: float = limit(
        1.5,
        "Gain of one of three sensors over the others'.",
        "physics: sensors are good to 10 %, and 4 degrees of phase error make 7 % of it",
        "smaller: sound sensors are refused",
    )
    max_ratio_of_two: float = limit(
        2.5,
        "Ratio of two currents whose third is not measured.",
        "physics: it would take a negative sequence of half the positive one",
        "smaller: unbalanced motors are refused",
    )
    min_over_slip: float = limit(
        0.5,
        "Current over that which the slip means, at least.",
        "measured: 0.55 to 1.46 in 208 simulated motors of all loads",
        "larger: weak supplies are refused",
    )
    max_over_slip: float = limit(
        1.6, "The same, at most.", "as min_over_slip", "smaller: hot rotors are refused"
    )
    overload: float = limit(
        1.4,
        "Current over the rated one from which it tells no slip, and the motor is overloaded.",
        "judgement: service factors end at 1.15 to 1.25",
        "larger: the slip of overloaded motors is guessed",
    )


@dataclass(frozen=True, slots=True)
class WiringLimits:
    """Limits that decide whether the current sensors belong to the three phases of one motor."""

    max_zero_sequence: float = limit(
        0.3,
        "Largest sum of the three currents over three times their mean.",
        "physics: 0.67 with one sensor reversed, 0 in three wires",
        "larger: a reversed sensor passes",
    )
    min_phase_angle_deg: float = limit(
        75.0,
        "Smallest angle between two currents.",
        "physics: 120 as wired, 60 with one reversed",
        "see origin",
    )
    max_phase_angle_deg: float = limit(
        160.0,
        "Largest angle between two currents.",
        "physics: 120 as wired, 180 with the third open",
        "see origin",
    )
    min_gain_drift: float = limit(
        0.001,
        "Smallest change of a sensor's gain within a window that counts.",
        FAULT_SETS,
        "larger: drift passes",
    )
    gain_drift_per_step: float = limit(
        0.02, "What the converter's resolution adds to it, per count of amplitude.", FAULT_SETS, "as above"
    )


@dataclass(frozen=True, slots=True)
class SupplyLimits:
    """Limits that decide whether the line is where it should be, and that of a motor."""

    grid_tolerance: float = limit(
        0.015,
        "Relative deviation of a grid's line from the plate's frequency.",
        "EN 50160: 1 % for 99.5 % of a year; at 2 % grids shed their load",
        "larger: a rate wrong by 2 % passes",
    )
    max_second_harmonic_dbc: float = limit(
        -9.0,
        "Second harmonic that no motor draws.",
        "physics: 3 % of it in the voltage make -12 dBc in an idling motor; half-wave rectifiers have -7.4",
        "larger: rectifiers pass for motors",
    )
    strong_second_harmonic_dbc: float = limit(
        -25.0,
        "Second harmonic from which a motor must show itself by more than its current.",
        "physics: 2 % of it in the voltage, IEC 61000-2-2, over twice a leakage reactance of 0.17",
        "smaller: more refusals",
    )
    min_pair_of_motor_db: float = limit(
        13.0,
        "How far above its floor a pair shows that a rotor turns, beside a strong second harmonic.",
        "measured: at most 11.7 dB in 200 windows of a line with noise",
        "smaller: noise passes for a rotor",
    )


@dataclass(frozen=True, slots=True)
class SteadyLimits:
    """Limits that decide whether motor and supply stayed as they were for the length of a window."""

    min_transient: float = limit(
        0.04, "Smallest relative change of the current that is a transient.", ROTOR_SETS, "larger: sags pass"
    )
    transient_over_usual: float = limit(
        6.0,
        "The same over the usual change in this window.",
        ROTOR_SETS,
        "smaller: oscillating loads refuse",
    )
    max_slip_change: float = limit(
        0.15,
        "Largest relative change of the slip within a window.",
        "physics: it spreads a pair of four cycles over less than a bin",
        "larger: a smeared pair looks like a sound rotor",
    )


@dataclass(frozen=True, slots=True)
class SourceLimits:
    """When a silent or unreadable source ends the state."""

    silent_s: float = limit(
        5.0,
        "Time without samples after which there is no state, s.",
        "judgement: within seconds",
        "larger: the reason comes later",
    )
    not_understood_s: float = limit(
        4.0,
        "The same where bytes come that are no samples, s.",
        "judgement: the reason is to be published within 5 s",
        "larger: the reason comes later",
    )
