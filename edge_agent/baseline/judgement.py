"""A state as one who knows the baseline reads it: growth is worth watching, a known casting is no alarm."""

from dataclasses import replace

from edge_agent.baseline.reference import Reference
from edge_agent.load_bins import bin_of
from edge_agent.verdict import Severity, Verdict


def judge(state: Verdict, reference: Reference, growth_bars: float | None, knows_casting: bool) -> Verdict:
    """Return the state with the severity that follows from the baseline.

    Growth raises `ok` to `watch`. An alarm becomes `watch` where its bars are those of the motor's own rough
    casting and do not grow: they were there from the beginning. The state itself stays what the signals show,
    and `danger` stays `danger`.

    Args:
        state: the state as the signals alone give it.
        reference: what is normal for the motor.
        growth_bars: how far its looks lie above that; None unless they grow.
        knows_casting: True if nothing speaks against this being the motor and the sensors that were learned.
    """
    if state.refusal is not None:
        return state
    load = state.evidence.load
    load_bin = None if load is None else bin_of(load)
    cell = reference.cells.get(load_bin or "")
    evidence = replace(
        state.evidence, baseline_bars=None if cell is None else cell.bars, growth_bars=growth_bars
    )
    severity = state.severity
    if growth_bars is not None:
        severity = Severity.WATCH if severity is Severity.OK else severity
    elif knows_casting and severity is Severity.ALARM and state.broken_bars is not None:
        is_casting = state.broken_bars.equivalent < reference.alarm_bars(load_bin)
        severity = Severity.WATCH if is_casting else severity
    return replace(state, evidence=evidence, severity=severity)
