"""Limits of the answer: is the pair resolved, at which slip, is it a bar, does the network agree?"""

from dataclasses import dataclass

from edge_agent.limits.limit import ROTOR_SETS, limit


@dataclass(frozen=True, slots=True)
class SidebandLimits:
    """Limits that decide whether a window resolves the pair and would have shown it."""

    min_cycles: float = limit(
        3.0,
        "Pole-pass cycles K = T 2sf that a window must hold.",
        "physics: a joint fit of pair and drift is well conditioned from three on",
        "smaller: wander passes for bars",
    )
    min_cycles_light: float = limit(
        2.5,
        "The same at light load, where the amplitude modulation counts the bars.",
        ROTOR_SETS,
        "smaller: wander passes for bars",
    )
    detection_margin_db: float = limit(
        10.0,
        "How far above the floor a sideband must lie to be detected.",
        ROTOR_SETS,
        "smaller: noise passes for bars; larger: small breaks are missed",
    )
    min_load: float = limit(
        0.05,
        "Smallest torque, per unit of the rated one, at which bars are counted.",
        "physics: less is friction, which no plate states",
        "smaller: the load of idling motors is guessed",
    )
    amplitude_up_to_load: float = limit(
        0.35,
        "Largest load at which the amplitude modulation alone may count the bars.",
        "measured on simulated machines: under more load bars modulate the phase instead",
        "larger: counts depend on inertia",
    )


@dataclass(frozen=True, slots=True)
class SlipLimits:
    """Limits that decide whether the pair may lie at another slip than the one where it was measured."""

    far_stronger_db: float = limit(
        6.0,
        "How much stronger a pair elsewhere puts the slip in doubt.",
        ROTOR_SETS,
        "smaller: more refusals",
    )
    max_over_idle: float = limit(
        1.25,
        "Current over that of the idling motor below which the current shows no slip.",
        "physics: saturated iron takes a quarter more current at a tenth more voltage",
        "smaller: over-voltage passes for load, and broken rotors for healthy ones",
    )
    min_cycles_below: float = limit(
        5.0,
        "Pole-pass cycles from which a pair below the current's slips counts.",
        "measured: 135 simulated motors cut to 2.1 and 4 s",
        "smaller: noise next to the line refuses sound rotors",
    )
    min_bars_of_rotor: float = limit(
        0.008,
        "Equivalent bars, an oscillating load's included, below which no rotor made the pair.",
        "measured: at least 0.0126 in 66 simulated sound motors; pairs of pure lines showed up to 0.004",
        "smaller: a pure line with little noise passes for a sound motor",
    )
    min_across_own_slip: float = limit(
        1.0,
        "Bars beyond a casting's, per bar that an oscillating load at the pair's own slip would mimic.",
        ROTOR_SETS,
        "smaller: more refusals",
    )


@dataclass(frozen=True, slots=True)
class BarLimits:
    """Where a sound casting ends and a broken bar begins, in equivalent bars unless said otherwise."""

    sound: float = limit(
        0.2,
        "Equivalent bars that the casting of a sound rotor may show; severity watch from here.",
        "measured on the simulator's castings (calibration/simulator/draw.py)",
        "larger: small breaks are called sound",
    )
    alarm: float = limit(
        0.32,
        "Equivalent bars from which a rotor is called broken.",
        "measured: sound castings of 0.2 were read as up to 0.31 (bench_evidence.py, first seed 3730000)",
        "smaller: false alarms on rough castings",
    )
    broken: float = limit(
        0.35,
        "Equivalent bars that one broken bar shows at least.",
        "physics: inter-bar current hides up to two thirds of a bar",
        "larger: one hidden broken bar may be called healthy",
    )
    danger: float = limit(
        2.5,
        "Equivalent bars from which the severity is danger.",
        "judgement: several bars are gone",
        "the severity alone",
    )
    own_modulation: float = limit(
        1.5,
        "Speed modulation by broken bars, per bar; beyond it the load oscillates.",
        ROTOR_SETS,
        "the reason that is given",
    )
    path_error: float = limit(
        0.1,
        "Error of what no oscillating load can make, relative to what it can, by the plate's circuit.",
        "measured on simulated motors",
        "smaller: oscillating loads pass for bars",
    )
    min_across: float = limit(
        0.3,
        "Bars beyond a casting's, per bar that an oscillating load would mimic.",
        "three times path_error",
        "smaller: oscillating loads pass for bars",
    )
    path_error_by_voltage: float = limit(
        0.035,
        "The same by the circuit as voltages and currents show it.",
        "measured by bench_closed_loop.py --coincident: 0.046 at most of 68 sound simulated motors",
        "smaller: oscillating loads pass for bars",
    )
    min_across_by_voltage: float = limit(
        0.1,
        "Bars beyond a casting's, per bar that an oscillating load would mimic, by that circuit.",
        "three times path_error_by_voltage",
        "smaller: oscillating loads pass for bars",
    )
    small_modulation: float = limit(
        0.5,
        "Sum of both sidebands over the line up to which that circuit tells them apart so well.",
        "physics: machines are linear in small changes; a sound motor with a sum of 0.94 looked broken",
        "larger: loads that swing the current far pass for bars",
    )
    min_amplitude_share: float = limit(
        1 / 3,
        "Share of the pair by which bars modulate the amplitude at light load.",
        ROTOR_SETS,
        "smaller: supply wander passes for bars",
    )
    flicker_deg: float = limit(
        8.0,
        "Nearer to 0 or 180 degrees the ellipse is pure amplitude modulation: voltage flicker.",
        ROTOR_SETS,
        "smaller: flicker passes for bars",
    )
    one_sided: float = limit(
        2.0,
        "Lower over upper sideband beyond which it is no flicker.",
        ROTOR_SETS,
        "smaller: flicker passes",
    )
    path_spread_deg: float = limit(
        20.0,
        "How far the ellipse angle of an oscillating load may lie from that of the plate's circuit.",
        "measured: up to 15 degrees on simulated motors",
        "smaller: oscillating loads pass for bars at light load",
    )
    unsteady_from_load: float = limit(
        0.5,
        "Load from which a detection limit that is too weak is the fault of an unsteady motor.",
        "judgement: under load the pair lies clear of the wander",
        "the reason that is given",
    )
    wander_below_load: float = limit(
        0.2,
        "Load below which supply wander is likelier than an oscillating load.",
        ROTOR_SETS,
        "the reason that is given",
    )


@dataclass(frozen=True, slots=True)
class LongLimits:
    """Limits of what minutes of an idling motor's current may say."""

    min_cycles: float = limit(
        10.0,
        "Pole-pass cycles that the stretch must hold.",
        "measured: from ten on no peak of the supply's wander stands out like a pair (bench_evidence.py)",
        "smaller: wander passes for bars",
    )
    max_cycles: float = limit(
        40.0,
        "Pole-pass cycles of the longest stretch.",
        "judgement: more lower the floor little, and the slip moves meanwhile",
        "larger: slower answers",
    )
    min_looks: int = limit(
        3,
        "Windows that must tell the slip by slots.",
        "judgement",
        "smaller: a misread window tells it",
    )
    min_told: float = limit(
        0.8,
        "Share of the windows that must tell the slip by slots.",
        "judgement",
        "smaller: the slip may have moved unseen",
    )
    max_slip_moves: float = limit(
        0.8,
        "How far the slip may move within the stretch, in bins of it.",
        "physics: a line that moves by a bin loses a tenth under a Hann taper",
        "larger: the pair is smeared until a broken bar looks sound",
    )
    max_load: float = limit(
        0.15,
        "Largest load, per unit, at which minutes of current answer in place of a window.",
        "measured: simulated motors at 2 to 12 % load (bench_idle.py)",
        "larger: answers where nothing was measured",
    )
    healthy_below: float = limit(
        0.25,
        "Upper end of the interval of the equivalent bars below which an idling rotor is called healthy.",
        "measured: hot rotors and saturated iron hide up to two fifths at light load (bench_idle.py)",
        "larger: a broken bar of a hot motor may be called healthy",
    )
    min_cycles_elsewhere: float = limit(
        5.0,
        "Pole-pass cycles from which a pair at another slip counts.",
        "as slip.min_cycles_below",
        "smaller: noise next to the line refuses sound rotors",
    )


@dataclass(frozen=True, slots=True)
class NetworkLimits:
    """When the network contradicts the sidebands; its threshold comes with the model file."""

    doubt: float = limit(
        0.25,
        "Nearer to its threshold than this the network has no opinion and contradicts nothing.",
        "judgement; the card of the model reports the refusals that it costs",
        "smaller: more modalities_disagree",
    )


@dataclass(frozen=True, slots=True)
class StateLimits:
    """From windows to a state."""

    min_windows: int = limit(
        3,
        "Windows that must answer before a rotor is called healthy.",
        "judgement",
        "smaller: single windows decide",
    )
    looks_up: int = limit(
        3,
        "Looks that show a fault, less those that do not, from which it is found.",
        "measured: bench_motor_days.py",
        "smaller: faster alarms, and more false ones",
    )
    looks_down: int = limit(
        5,
        "Looks in a row that do not show a fault after which it is gone.",
        "measured: bench_motor_days.py",
        "smaller: an alarm ends at a load at which the fault hardly shows",
    )
    memory_s: float = limit(
        600.0,
        "Time after which looks that were too few to find a fault are forgotten, s.",
        "measured: bench_motor_days.py",
        "larger: false looks hours apart add up",
    )
    hold_s: float = limit(
        300.0,
        "Time for which a state is held without an answer, s.",
        "judgement: stops and load steps of most duties are shorter",
        "larger: states outlive their truth; smaller: they flutter",
    )
    max_hold_s: float = limit(
        1800.0,
        "The same at most, for a motor whose answers have come back after long gaps, s.",
        "judgement: a stop or a break of a shift is no longer",
        "larger: states outlive their truth; smaller: those of motors that answer seldom flutter",
    )
    min_over_limit: float = limit(
        3.0,
        "Equivalent bars, per the window's own detection limit, from which a fault counts over time.",
        "measured: false windows of pendulums and wander reach 1.9 times their limit (bench_motor_days.py)",
        "smaller: false alarms of cranes; larger: weak faults are found late",
    )
    severity_falls_below: float = limit(
        0.85,
        "Share of the bars that raised a severity below which it falls again.",
        "judgement",
        "larger: the severity flutters",
    )
    new_share: float = limit(
        0.35,
        "Weight of a new window in the smoothed bars and probabilities.",
        "judgement: three windows carry 73 %",
        "larger: faster and less steady states",
    )
    patience_windows: int = limit(
        3,
        "Windows with a new reason before the reason of the state changes.",
        "judgement",
        "smaller: reasons take turns",
    )
    reason_s: float = limit(
        120.0,
        "Time over which the reasons of windows are counted, s.",
        "measured: bench_motor_days.py; two turns of most duties",
        "larger: a lasting reason is told later; smaller: reasons take turns",
    )
    reason_lead: float = limit(
        2.0,
        "How many times as often as the reason of the state another one must come to take its place.",
        "measured: bench_motor_days.py",
        "larger: a lasting reason is told later; smaller: reasons take turns",
    )
    clear_limit_share: float = limit(
        0.5,
        "Detection limit, per the equivalent bars of a latched alarm, below which a healthy window counts "
        "against it.",
        "judgement: a fault half as strong would still have shown",
        "larger: windows clear the alarm that would hardly have shown it",
    )
    clear_load_share: float = limit(
        0.7,
        "Load, per the load at which a latched alarm was raised, from which a healthy window counts against "
        "it.",
        "judgement: cracked bars may close while they are cold and little stressed",
        "smaller: an alarm is cleared by a motor that idles",
    )
