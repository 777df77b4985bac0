"""Is it still the motor that was learned, and do its sensors still measure what they did?

Growth takes days, or comes with a start that breaks a bar; then nothing but the bars changes. A motor is
replaced at rest: from the first looks of a run on, its bars are fewer, the lines of its rotor slots are gone,
or several things differ at once. One gain that moves changes the unbalance alone; a scale of all currents
changes the current at a slip alone.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from edge_agent.baseline.look import Look
from edge_agent.baseline.reference import Cell, Reference
from edge_agent.limits import BASELINE

_KEPT_SHARE = 0.7
"""Share of a limit below which a difference that was found is gone again. Judgement: no flutter."""
_MARKS_OF_ANOTHER = 2
"""Things that differ at once if the motor is another. Judgement: a start breaks bars, a sensor moves."""
_SLOTS_GONE = "the lines of its rotor slots are gone"
"""Said of a motor whose number of rotor bars is another one."""
_ALWAYS = 0.95
"""Share of the looks of the baseline from which slot lines always show. Judgement: one in twenty may miss."""


class Change(StrEnum):
    """What has changed since the baseline was learned."""

    NONE = "none"
    GROWTH = "growth"
    SENSOR_DRIFT = "sensor_drift"
    NOT_THIS_MOTOR = "not_this_motor"


@dataclass(frozen=True, slots=True)
class _Difference:
    """How a look differs from the baseline, each per limit: one or more is too much."""

    bars: float
    current: float
    unbalance: float


class Recognition:
    """Compares the looks of a run of the motor with the baseline."""

    def __init__(self, change: Change = Change.NONE) -> None:
        """Go on after a restart with what had changed before; growth is not found here."""
        self.change = Change.NONE if change is Change.GROWTH else change
        """What is another: the motor, a sensor, or nothing."""
        self.evidence = ""
        """What differs, in words; empty if nothing does."""
        self._is_first = True
        self._run: deque[_Difference] = deque(maxlen=BASELINE.run_looks)
        self._first_slots: list[bool] = []
        self._slots_gone = False

    def begin_run(self) -> None:
        """Note that the motor, the agent or the DAQ has stopped: what comes next may be another motor."""
        self._is_first = True
        self._run.clear()
        self._first_slots.clear()
        self._slots_gone = False

    def take(self, look: Look, reference: Reference) -> None:
        """Take a look: its slot lines at any load, all else at a load whose baseline is known."""
        self._look_for_slots(look, reference)
        cell = reference.cells.get(look.load_bin)
        if cell is not None:
            self._compare(_difference(look, cell, reference))

    def _look_for_slots(self, look: Look, reference: Reference) -> None:
        """Name another motor if the slot lines that always showed are gone in the first looks of a run."""
        if look.slots_show is None or len(self._first_slots) >= BASELINE.run_looks:
            return
        self._first_slots.append(look.slots_show)
        always = (reference.slots_share or 0.0) >= _ALWAYS
        if always and len(self._first_slots) == BASELINE.run_looks and not median(self._first_slots):
            self._slots_gone = True
            self.change, self.evidence = Change.NOT_THIS_MOTOR, _SLOTS_GONE

    def _compare(self, difference: _Difference) -> None:
        """Compare the newest looks of a run with the baseline at their loads."""
        self._run.append(difference)
        if len(self._run) < BASELINE.run_looks:
            return
        own = _Difference(
            bars=median(look.bars for look in self._run),
            current=median(look.current for look in self._run),
            unbalance=median(look.unbalance for look in self._run),
        )
        if self._is_first:
            self._is_first = False
            another = self._slots_gone or _is_another(own)
            self.change = Change.NOT_THIS_MOTOR if another else Change.NONE
        if self.change is not Change.NOT_THIS_MOTOR:
            limit = _KEPT_SHARE if self.change is Change.SENSOR_DRIFT else 1.0
            drifts = max(abs(own.current), own.unbalance) >= limit
            self.change = Change.SENSOR_DRIFT if drifts else Change.NONE
        self.evidence = "" if self.change is Change.NONE else _in_words(own, self._slots_gone)


def _is_another(own: _Difference) -> bool:
    """True if another motor runs: the bars of a rotor do not grow back, and sensors do not change bars."""
    marks = (own.bars >= 1.0) + (abs(own.current) >= 1.0) + (own.unbalance >= 1.0)
    return own.bars <= -1.0 or marks >= _MARKS_OF_ANOTHER


def _difference(look: Look, cell: Cell, reference: Reference) -> _Difference:
    scatters = BASELINE.other_scatters
    current = look.current_a / reference.expected_current_a(look.load) - 1.0
    unbalance = 0.0
    if look.unbalance is not None and cell.unbalance is not None:
        limit = max(BASELINE.other_unbalance, scatters * cell.unbalance_scatter)
        unbalance = abs(look.unbalance - cell.unbalance) / limit
    return _Difference(
        bars=(look.bars - cell.bars) / max(BASELINE.other_bars, scatters * cell.bars_scatter),
        current=current / max(BASELINE.other_current, scatters * cell.current_scatter),
        unbalance=unbalance,
    )


def _in_words(own: _Difference, slots_gone: bool) -> str:
    marks: Iterable[tuple[bool, str]] = (
        (own.bars <= -1.0, "fewer equivalent bars"),
        (own.bars >= 1.0, "more equivalent bars"),
        (slots_gone, _SLOTS_GONE),
        (abs(own.current) >= _KEPT_SHARE, "another current at the same slip"),
        (own.unbalance >= _KEPT_SHARE, "another unbalance of the currents"),
    )
    return ", ".join(words for shown, words in marks if shown)
