"""All conditions of one motor: each window is measured and judged; what is normal is learned and kept."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from edge_agent.circuit import fit_circuit
from edge_agent.conditions import memory
from edge_agent.conditions.diagnoser import ConditionDiagnoser, refused
from edge_agent.conditions.learning import Learning
from edge_agent.conditions.normal import Normal
from edge_agent.conditions.registry import DIAGNOSERS, ONCE_A_LOOK
from edge_agent.conditions.seen import Seen, see
from edge_agent.kept import read_memory, write_memory
from edge_agent.motor import Nameplate
from edge_agent.signals.analysis import Analysis
from edge_agent.state_file import StateFile
from edge_agent.verdict import Evidence, Fault, Finding, Reason, Refusal, State, WindowSpan
from edge_agent.windows.apart import WindowsApart
from edge_agent.windows.sliding import Window

_LOG = logging.getLogger(__name__)
_S_PER_HOUR = 3600.0
"""Seconds of an hour."""
_WRITTEN_AGAIN_S = 600.0
"""While it learns, the file is written this often, s: memory cards wear (judgement)."""

Failed = Callable[[Window, Exception], Refusal]
"""Notes that an analysis raised, and returns the refusal that follows."""


@dataclass(frozen=True, slots=True)
class _Judged:
    """What may be learned of one window; its samples and spectra are not kept for that."""

    start_s: float
    """When it begins, on the timeline of the windows."""
    length_s: float
    """How long it is, s."""
    at_rest: bool
    """True if the motor was off."""
    load: float | None
    """Torque per unit of the rated one; None if nothing tells it."""
    quantities: dict[str, float | complex]
    """Quantities of the conditions that were not found in it: these may be learned."""


class Conditions:
    """Judges the windows of one motor, and learns what is normal for it."""

    def __init__(
        self,
        nameplate: Nameplate,
        normal: Normal | None = None,
        file: StateFile | None = None,
        hours: float | None = None,
        diagnosers: Sequence[Callable[[Nameplate], ConditionDiagnoser]] = DIAGNOSERS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Judge by a normal that is known, or by the one that `file` holds.

        Learn for so many running `hours` if neither is there; never with None. `clock` tells only when to
        write the file.
        """
        self._nameplate = nameplate
        self._circuit = fit_circuit(nameplate)
        self._diagnosers = tuple(make(nameplate) for make in diagnosers)
        self._file = file
        self.hours_wanted = hours
        """Running hours that are learned; None for never."""
        before = memory.Memory() if file is None else read_memory(file, memory.Memory)
        kept = {
            name: {load: [complex(*v) for v in own] for load, own in bins.items()}
            for name, bins in before.kept.items()
        }
        self._learning = Learning(before.hours, kept)
        self.normal = before.normal if normal is None else normal
        """What is normal for this motor; None while it is learned."""
        self._newest: _Judged | None = None
        self._of_look: dict[Fault, tuple[Finding, dict[str, float | complex]]] = {}
        self._looks = WindowsApart()
        self._learned = WindowsApart()
        self._clock = clock
        self._written_s = clock()

    @property
    def hours(self) -> float:
        """Running hours of the learning period so far, or of all of it."""
        return self._learning.hours if self.normal is None else self.normal.hours

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The conditions that are looked for."""
        return tuple(diagnoser.fault for diagnoser in self._diagnosers)

    def judge(
        self, window: Window, analysis: Analysis, span: WindowSpan, failed: Failed
    ) -> tuple[Finding, ...]:
        """Return the finding of a window on each condition; one that raises costs its own finding alone."""
        seen = see(window, analysis, self._nameplate, self._circuit, span)
        if self._looks.take(window):
            self._of_look.clear()
        findings, learnable = [], {}
        for diagnoser in self._diagnosers:
            finding, quantities = self._of_look.get(diagnoser.fault) or self._examine(diagnoser, seen, failed)
            if diagnoser.fault in ONCE_A_LOOK:
                self._of_look[diagnoser.fault] = finding, quantities
            findings.append(finding)
            if not finding.faulty:
                learnable.update(quantities)
        at_rest = _is_at_rest(analysis)
        self._newest = _Judged(window.start_s, window.length_s, at_rest, seen.load, learnable)
        return tuple(findings)

    def _examine(
        self, diagnoser: ConditionDiagnoser, seen: Seen, failed: Failed
    ) -> tuple[Finding, dict[str, float | complex]]:
        """Return the finding on one condition, and the quantities behind it; none if it raised."""
        try:
            quantities = dict(diagnoser.measure(seen))
            return diagnoser.judge(quantities, seen, self.normal), quantities
        except Exception as error:  # noqa: BLE001 - as in `Pipeline.judge`
            return refused(diagnoser.fault, seen, failed(seen.window, error)), {}

    def refuse(self, refusal: Refusal, seen_span: WindowSpan) -> tuple[Finding, ...]:
        """Return the findings of a window that could not be analysed at all."""
        return tuple(
            Finding(
                fault=diagnoser.fault,
                state=State.INDETERMINATE,
                refusal=refusal,
                evidence=Evidence(),
                window=seen_span,
            )
            for diagnoser in self._diagnosers
        )

    def learn(self) -> None:
        """Learn from the window that was judged last, if it shares no sample with the one learned before."""
        newest, self._newest = self._newest, None
        if newest is None or self.normal is not None or self.hours_wanted is None:
            return
        if not self._learned.is_apart(newest) or newest.at_rest:
            return
        self._learned.count(newest)
        self._learning.hours += newest.length_s / _S_PER_HOUR
        self._learning.take(newest.quantities, newest.load)
        if self._learning.hours >= self.hours_wanted:
            self._freeze()
        elif self._clock() - self._written_s >= _WRITTEN_AGAIN_S:
            self.save()

    def forget(self) -> None:
        """Note that the device is another, or counts its samples anew; what is normal stays."""
        self._newest = None
        self._of_look.clear()
        self._looks, self._learned = WindowsApart(), WindowsApart()

    def learn_anew(self) -> None:
        """Forget what is normal, and learn it anew."""
        self.normal, self._learning = None, Learning()
        self.save()

    def finish(self) -> None:
        """Learn from what was collected so far, without waiting for the hours."""
        if self.normal is None:
            self._freeze()

    def save(self) -> None:
        """Write the file; at every orderly stop."""
        self._written_s = self._clock()
        if self._file is not None:
            kept = memory.memory_of(self._learning.hours, self._learning.kept, self.normal)
            write_memory(self._file, kept)

    def _freeze(self) -> None:
        self.normal = self._learning.normal()
        _LOG.info("the normal of the conditions is learned, from %.1f running hours", self.normal.hours)
        self.save()


def _is_at_rest(analysis: Analysis) -> bool:
    refusal = analysis.refusal
    return refusal is not None and refusal.reason is Reason.MOTOR_OFF
