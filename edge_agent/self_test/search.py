"""The smallest number of broken bars that is found when its sidebands are added to a healthy window.

Each copy goes through the same stages as a window of the motor, in a pipeline of its own. Found means that
the state would become `broken_bars` if all looks were like this one. Only the currents are changed, for how
far a break shows in the vibration of a motor is not known. A break that shows there as well is found sooner.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from edge_agent.circuit import fit_circuit
from edge_agent.diagnose.decision import Decision
from edge_agent.limits import STATE
from edge_agent.motor import Nameplate
from edge_agent.self_test.injection import with_lines
from edge_agent.signals.analysis import Analysis
from edge_agent.signals.sidebands.equivalent_bars import BarScale
from edge_agent.signals.sidebands.rotor_pair import lines_to_add
from edge_agent.verdict import State, Verdict, in_short
from edge_agent.windows.sliding import Window

TRIED_BARS = tuple(float(bars) for bars in np.geomspace(0.1, 2.0, 65))
"""Equivalent bars that are tried: from half of what a sound casting shows to two broken bars, 5 % apart, a
quarter of the accuracy with which bars are counted; judgement."""
_STRIDE = 16
"""Steps between the first numbers that are tried; judgement: about a factor of two."""

Judge = Callable[[Window], tuple[Analysis, Verdict]]
"""Measures a window and says what it shows: `Pipeline.judge`."""


@dataclass(frozen=True, slots=True)
class Proof:
    """How the search ended."""

    limit_bars: float | None
    """The smallest number of equivalent bars that was found; None if none was."""
    load: float | None
    """Load of the motor in the window, per unit of the rated torque; None if it was not measured."""
    problem: str | None
    """Why nothing was found, in words; None if all is well."""


class LimitSearch:
    """Looks for the limit in steps, each of them the work of one window: about eight in all.

    The numbers rise by strides until one is found; then the gap to the last one that was missed is halved.
    So the limit does not rest on what happens far above it, where a converter may clip.
    """

    def __init__(self, nameplate: Nameplate, judge: Judge, window: Window) -> None:
        """Prepare for a window that was judged healthy, at a slip that is known."""
        self.proof: Proof | None = None
        """How it ended; None before."""
        self._judge = judge
        self._window = window
        self._scale = BarScale(nameplate, fit_circuit(nameplate))
        self._healthy: Analysis | None = None
        self._missed = -1
        self._found: int | None = None

    def step(self) -> None:
        """Judge one window: first the healthy one as it is, then copies of it."""
        if self._healthy is None:
            self._begin()
            return
        tried = self._next()
        verdict = self._judge(self._with_bars(self._healthy, TRIED_BARS[tried]))[1]
        if is_found(verdict, self._window.length_s):
            self._found = tried
        else:
            self._missed = tried
        load = self._healthy.evidence.load
        if self._found is not None and self._found - self._missed <= 1:
            self.proof = Proof(TRIED_BARS[self._found], load, None)
        elif self._missed == len(TRIED_BARS) - 1:
            self.proof = Proof(None, load, _not_found(load, verdict))

    def _begin(self) -> None:
        """See that the window is still called healthy: what calls everything broken would prove nothing."""
        analysis, verdict = self._judge(self._window)
        if verdict.state is not State.HEALTHY or analysis.pair is None:
            problem = f"a window that was judged healthy is now judged {in_short(verdict)}; restart the agent"
            self.proof = Proof(None, analysis.evidence.load, problem)
        self._healthy = analysis

    def _next(self) -> int:
        """Return the position of the next number to be tried."""
        if self._found is None:
            return 0 if self._missed < 0 else min(self._missed + _STRIDE, len(TRIED_BARS) - 1)
        return (self._missed + self._found) // 2

    def _with_bars(self, healthy: Analysis, bars: float) -> Window:
        pair, evidence = healthy.pair, healthy.evidence
        assert pair is not None  # else the search has ended
        by_amplitude = evidence.equivalent_bars_by == "amplitude"
        lines = lines_to_add(pair, by_amplitude, bars, self._scale)
        return with_lines(self._window, lines, pair.pole_pass_hz / 2 / pair.slip)


def is_found(verdict: Verdict, length_s: float) -> bool:
    """True if looks like this one, one after another, make the state `broken_bars`."""
    decision = Decision()
    for look in range(STATE.looks_up):
        decision.update(verdict, look * length_s, (look + 1) * length_s)
    return decision.state.state is State.BROKEN_BARS


def _not_found(load: float | None, verdict: Verdict) -> str:
    at_load = "" if load is None else f" at {load:.0%} load"
    return (
        f"the sidebands of up to {TRIED_BARS[-1]:g} broken bars, added to a healthy window{at_load}, were "
        f"not found: the last copy was judged {in_short(verdict)}; repeat the self-test at another load, and "
        "if it fails again, do not rely on this agent to find broken bars"
    )
