"""Limits of the conditions beside broken bars that live in the current, and of their own normal."""

from dataclasses import dataclass, fields

from edge_agent.limits.limit import limit

_MG1 = "physics with NEMA MG 1, 14.36: 1 % of unbalance in the voltage, from which a motor is derated"


@dataclass(frozen=True, slots=True)
class ConditionLimits:
    """Numbers that decide what is learned as normal, and when a condition is named."""

    min_looks: int = limit(
        5,
        "Windows without a common sample from which a quantity has a normal at a load.",
        "statistics: the median of 5 looks lies within 0.6 standard deviations of the true one",
        "smaller: single windows decide; larger: rare loads have no normal",
    )
    max_lost_share: float = limit(
        0.02,
        "Share of lost samples up to which a phase can be called lost.",
        "judgement: as for the bars",
        "larger: gaps pass for faults",
    )
    unbalance: float = limit(
        0.06,
        "Negative over positive sequence from which the currents are called unbalanced.",
        f"{_MG1}, gives 6 to 10 % in the current",
        "smaller: ordinary supplies are named",
    )
    unbalance_alarm: float = limit(
        0.12,
        "The same, from which it is an alarm.",
        "judgement with NEMA MG 1, 14.36: 2 % in the voltage, at which the motor is derated to 95 %",
        "smaller: more alarms",
    )
    locked_over_rated: float = limit(
        6.0,
        "Current of a locked rotor over the rated one, of a usual motor.",
        "as IEC 60034-12 has it: design N starts with about six times the rated current",
        "larger: less voltage unbalance explains a current",
    )
    asymmetry: float = limit(
        0.03,
        "Change of the complex negative sequence over the positive one from which a winding is named.",
        "judgement: the 0.5 % by which the voltages of a supply move within a day make it at rated load",
        "smaller: days of an unequal supply are named; larger: few shorted turns are missed",
    )
    asymmetry_spreads: float = limit(
        6.0,
        "The same in standard deviations of the motor's own looks.",
        "statistics: not once in ten years by normal scatter alone",
        "smaller: scatter is named",
    )
    asymmetry_alarm: float = limit(
        0.06,
        "The same change, from which it is an alarm.",
        "judgement: a turn short grows within hours, so twice the first limit",
        "smaller: more alarms",
    )
    short_lag_deg: float = limit(
        20.0,
        "Angle by which the current of a turn short lags behind the voltage of its phase.",
        "physics: few turns have more resistance than leakage; 0 to 45 degrees name the same phase",
        "beyond 60 degrees another phase is named",
    )
    lost_share: float = limit(
        0.15,
        "Weakest over strongest current of a phase below which it may be lost.",
        "judgement: induced currents of other conductors beside a sensor",
        "larger: heavy unbalance passes for a lost phase",
    )
    lost_angle_deg: float = limit(
        165.0,
        "Angle between the other two currents from which the phase is lost.",
        "physics: one current goes and comes back, 180 degrees apart; 120 with a sensor that fell off",
        "smaller: reversed sensors pass for a lost phase",
    )
    overload_current: float = limit(
        1.05,
        "Current over the rated one that a motor must stand for ever.",
        "as IEC 60947-4-1 has it: a relay must not trip at 1.05 times its setting, and must at 1.2 times",
        "smaller: motors at full load are named",
    )
    negative_heats: float = limit(
        5.0,
        "How many times as much as the positive sequence the negative one heats.",
        "as IEEE C37.96 has it: 175 over the square of the locked rotor's current per unit",
        "larger: unequal supplies pass for overload",
    )
    underload_share: float = limit(
        0.7,
        "Share of the lowest usual load below which a motor runs unloaded.",
        "judgement: relays against dry pumps are set 20 to 30 % below the usual power",
        "larger: light duty is named",
    )
    locked_over: float = limit(
        3.0,
        "Current over the rated one from which a motor does not turn as it should.",
        "as IEC 60034-12 has it: locked rotors draw 4 to 8 times the rated current, pull-out less than 3",
        "smaller: heavy overload passes for a locked rotor",
    )
    locked_s: float = limit(
        12.0,
        "Time for which such a current flows until the rotor counts as locked, s.",
        "as NEMA MG 1, 12.49 has it: what a warm motor must stand",
        "smaller: starts of fans are named",
    )
    locked_at_most_s: float = limit(
        120.0,
        "Time after which such a current is no motor's, s.",
        "judgement: no motor stands a locked rotor so long; the scale of the sensor is wrong",
        "larger: a wrong scale is named",
    )
    slow_start: float = limit(
        1.5,
        "Time of a start over its normal from which starts are slow.",
        "judgement: 10 % less voltage makes a start a quarter longer",
        "smaller: weak supplies are named",
    )
    frequency_share: float = limit(
        0.01,
        "Deviation of the line's frequency from that of the plate, per unit.",
        "EN 50160: a public grid stays within 1 % for 99.5 % of a year",
        "smaller: islands and emergency sets are named",
    )
    voltage_step: float = limit(
        0.05,
        "Step of the voltage, over the rated one, that the direct current shows at least.",
        "judgement with EN 50160: sags and swells begin at 0.1, which shows as 0.02 to 0.08, by the leakage",
        "smaller: steps of the load, which show 0.02, are named",
    )
    step_over_usual: float = limit(
        5.0,
        "The same limit over the direct current where nothing happens.",
        "judgement: noise of that size exceeds it once in millions of periods",
        "smaller: noise passes for steps; larger: noisy sensors tell none",
    )
    event_kept_s: float = limit(
        600.0,
        "Time for which an event of the supply is told, s.",
        "judgement: long enough to be seen over several windows",
        "larger: old events are told",
    )

    def origin(self, name: str) -> str:
        """Return where a limit comes from, in words."""
        return next(str(own.metadata["origin"]) for own in fields(self) if own.name == name)
