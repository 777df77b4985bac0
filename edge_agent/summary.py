"""A verdict in one short sentence, and what to do about it, for whoever reads the alarm."""

from dataclasses import dataclass

from edge_agent.refusals.catalogue import advise_refusal, say_refusal
from edge_agent.verdict import BarCount, Severity, State, Verdict


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do."""

    code: str
    """For programs and translations; the code of a refusal is its reason."""
    text: str
    """For people, in a sentence or two."""


NO_ACTION = Advice("no_action", "No action is needed.")
WATCH_GROWTH = Advice(
    "watch_growth", "No action yet. Watch whether the equivalent bars grow at the same load."
)
MEASURE_AGAIN = Advice(
    "measure_again", "Measure again under ordinary load. If the result stays, have the rotor examined."
)
EXAMINE_ROTOR = Advice(
    "examine_rotor",
    "Have the rotor examined at the next stop. Until then avoid frequent and heavy starts.",
)
TAKE_OUT_OF_SERVICE = Advice(
    "take_out_of_service",
    "Take the motor out of service soon: several bars are broken, and loose ones wreck windings.",
)
_FOR_BARS = {
    Severity.WATCH: MEASURE_AGAIN,
    Severity.ALARM: EXAMINE_ROTOR,
    Severity.DANGER: TAKE_OUT_OF_SERVICE,
}
_FOR_HEALTHY = {Severity.OK: NO_ACTION, Severity.WATCH: WATCH_GROWTH}


def summarise(verdict: Verdict) -> str:
    """Return a verdict in one sentence without a full stop, e.g. `2 broken bars (2 to 3), at 82 % load`."""
    if verdict.refusal is not None:
        return f"cannot tell: {say_refusal(verdict.refusal)}"
    load = verdict.evidence.load
    at_load = "" if load is None else f", at {100 * load:.0f} % load"
    if verdict.broken_bars is not None:
        return f"{_say_bars(verdict.broken_bars)}{at_load}"
    if verdict.evidence.growth_bars is not None:
        return (
            f"no broken bar, but the bars grow against the motor's own baseline, by "
            f"{verdict.evidence.growth_bars:.2f} equivalent bars{at_load}"
        )
    if verdict.severity is Severity.WATCH:
        return f"no broken bar, but the rotor shows more than a sound casting{at_load}"
    return f"no broken bar{at_load}"


def advise(verdict: Verdict) -> Advice:
    """Return what to do about a verdict."""
    if verdict.refusal is not None:
        return Advice(str(verdict.refusal.reason), advise_refusal(verdict.refusal))
    answers = _FOR_BARS if verdict.state is State.BROKEN_BARS else _FOR_HEALTHY
    return answers[verdict.severity or Severity.OK]


def _say_bars(bars: BarCount) -> str:
    low, high = bars.interval
    number = f"{bars.estimate} broken bar{'s' if bars.estimate > 1 else ''}"
    return f"{number} ({low} to {high})" if low < high else number
