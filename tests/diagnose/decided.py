"""Verdicts of windows that say one thing, and a decision that sees them one after another."""

from dataclasses import replace

from edge_agent.diagnose.broken_bars import answer
from edge_agent.diagnose.decision import Decision
from edge_agent.verdict import Evidence, Reason, Refusal, State, Verdict, WindowSpan

SPAN = WindowSpan(0.0, 12.0, 0, 120_000, 0)


def a_verdict(state, bars=None, reason=Reason.LOAD_TOO_LOW):
    blank = Verdict(state=State.INDETERMINATE, window=SPAN, evidence=Evidence())
    if state is State.INDETERMINATE:
        return replace(blank, refusal=Refusal(reason, "x", 0.0, 1.0))
    broken = state is State.BROKEN_BARS
    bars = bars if bars is not None else (2.0 if broken else 0.1)
    probabilities = (0.02, 0.08, 0.85, 0.05, 0.0) if broken else (0.97, 0.02, 0.01, 0.0, 0.0)
    evidence = Evidence(equivalent_bars=bars, modalities_agree=True)
    return answer(replace(blank, evidence=evidence), broken, probabilities)


HEALTHY = a_verdict(State.HEALTHY)
BROKEN = a_verdict(State.BROKEN_BARS)
UNKNOWN = a_verdict(State.INDETERMINATE)
WINDOW_S = 12.0


class Windows:
    """Windows through a decision, one every `step_s`."""

    def __init__(self, step_s=WINDOW_S):
        self.decision, self.step_s, self.now_s = Decision(), step_s, 0.0

    def see(self, *verdicts):
        """Take windows; return the state after each."""
        found = []
        for verdict in verdicts:
            self.changed = self.decision.update(verdict, self.now_s, self.now_s + WINDOW_S)
            self.now_s += self.step_s
            found.append(self.decision.state.state)
        return found


def states_after(*verdicts, step_s=WINDOW_S):
    return Windows(step_s).see(*verdicts)
