"""Which windows have currents that a condition can be judged by."""

from edge_agent.conditions.seen import Seen
from edge_agent.refusals import of_conditions
from edge_agent.signals.prepared import Line
from edge_agent.verdict import WEAK_EVIDENCE, Reason, Refusal

_OF_THE_BARS = WEAK_EVIDENCE | {
    Reason.LOAD_OSCILLATION,
    Reason.MODALITIES_DISAGREE,
    Reason.OVERLOAD,
}
"""Refusals that speak of the sidebands alone: the line and its sequences are as good as ever."""


def steady_line(seen: Seen, phases: int) -> Line | Refusal:
    """Return the line of a window whose currents are whole and steady, or why it cannot be used.

    `phases` is how many current channels it takes.
    """
    there = len(seen.window.current.stream.phases) if seen.window.streams else 0
    if there < phases:
        return of_conditions.NO_CURRENT.refuse(there, phases)
    refusal, line = seen.analysis.refusal, seen.analysis.line
    if refusal is not None and refusal.reason not in _OF_THE_BARS:
        return refusal
    return of_conditions.NO_CURRENT.refuse(0, phases) if line is None else line
