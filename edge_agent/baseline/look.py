"""What one look shows of the motor, as far as it is compared with the baseline.

The state takes windows that answer. A baseline also takes those that lie between a sound casting and a broken
bar: they answer nothing, but their bars were measured well, and growth passes through there.
"""

import math
from dataclasses import dataclass

from edge_agent.limits import BARS, STATE
from edge_agent.load_bins import bin_of
from edge_agent.pipeline import Answer
from edge_agent.refusals import of_bars
from edge_agent.verdict import Reason, Verdict
from edge_agent.windows.apart import WindowsApart
from edge_agent.windows.sliding import Window

_BEYOND_A_CASTING = {(rule.reason, rule.quantity) for rule in (of_bars.BETWEEN, of_bars.MAY_HIDE_A_BAR)}
"""Refusals of windows whose bars were measured, and lie between a sound casting and a broken bar."""
_MEASURED = (of_bars.MAY_LOOK_FEWER.reason, of_bars.MAY_LOOK_FEWER.quantity)
"""Refusal of windows whose bars were measured, in a cage that may have more than are assumed."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one look shows."""

    load_bin: str
    """Name of the bin of its load."""
    bars: float
    """Equivalent bars."""
    load: float
    """Torque per unit of the rated one."""
    current_a: float
    """Rms of the current's positive sequence, A."""
    unbalance: float | None = None
    """Negative over positive sequence; None with one phase."""
    lower_dbc: float | None = None
    """Level of the lower sideband."""
    upper_dbc: float | None = None
    """Level of the upper sideband."""
    above_casting: bool = False
    """True if the whole interval of its bars lies above what a sound casting may show."""
    slots_show: bool | None = None
    """True if the slot lines of the configured bars show, False if they should and do not; None if it is not
    known, or if bars or an oscillating load may have spread them over other lines."""


class Looks:
    """Finds the looks among answers: those that measured bars and share no sample with the look before."""

    def __init__(self) -> None:
        self._apart = WindowsApart()

    def take(self, answer: Answer) -> Look | None:
        """Return what a window shows if it is a look, else None."""
        if not self._apart.is_apart(answer.window):
            return None
        look = _look(answer)
        if look is not None:
            self._apart.count(answer.window)
        return look


def is_off(answer: Answer) -> bool:
    """True if the motor is at rest."""
    refusal = answer.verdict.refusal
    return refusal is not None and refusal.reason is Reason.MOTOR_OFF


def new_running_s(answer: Answer, before: Window | None) -> float:
    """Return how long the motor ran in the part of a window that the window before does not hold, s."""
    window = answer.window
    if is_off(answer) or answer.analysis.line is None:
        return 0.0
    if before is None or not before.start_s < window.start_s < before.start_s + before.length_s:
        return window.length_s
    return window.start_s - before.start_s


def _look(answer: Answer) -> Look | None:
    evidence, line = answer.verdict.evidence, answer.analysis.line
    bars, load = evidence.equivalent_bars, evidence.load
    if line is None or bars is None or load is None or not _is_measured(answer.verdict):
        return None
    load_bin = bin_of(load)
    if load_bin is None or not math.isfinite(bars) or not 0 < line.rms_a < math.inf:
        return None
    lowest, _ = evidence.equivalent_bars_interval or (bars, bars)
    return Look(
        load_bin,
        bars,
        load,
        line.rms_a,
        _finite(evidence.current_unbalance),
        _finite(evidence.lower_sideband_dbc),
        _finite(evidence.upper_sideband_dbc),
        lowest > BARS.sound,
        answer.analysis.slots_show if bars + (evidence.load_swing_bars or 0.0) < BARS.sound else None,
    )


def _finite(value: float | None) -> float | None:
    """Return a value that can be averaged; the level of a line that is not there at all is infinite."""
    return value if value is not None and math.isfinite(value) else None


def _is_measured(verdict: Verdict) -> bool:
    """True if the bars of a window are those of its rotor.

    As in the decision over time, more bars than a casting's count from three times the detection limit on.
    """
    bars, limit_bars = verdict.evidence.equivalent_bars or 0.0, verdict.evidence.detection_limit_bars or 0.0
    why = None if verdict.refusal is None else (verdict.refusal.reason, verdict.refusal.quantity)
    if why not in (None, _MEASURED) and (bars <= BARS.sound or why not in _BEYOND_A_CASTING):
        return False
    return limit_bars <= BARS.sound and (bars <= BARS.sound or bars >= STATE.min_over_limit * limit_bars)
