"""Takes the answers of a motor, and knows what they have taught of its slip, current and rotor bars.

What was learned is used like configured values once it is sure, and never in place of one: where it
contradicts a configured one, the audit of the plate says so.
"""

import logging
import math
import time
from collections.abc import Callable

from edge_agent.acquire.samples import Device
from edge_agent.audit.memory import fingerprint
from edge_agent.circuit import Circuit, fit_circuit
from edge_agent.kept import read_memory, write_memory
from edge_agent.learned.look import Look
from edge_agent.learned.memory import Memory
from edge_agent.learned.status import LearnedStatus, status_of
from edge_agent.limits import BARS
from edge_agent.motor import Nameplate
from edge_agent.pipeline import Answer
from edge_agent.refusals import of_bars
from edge_agent.signals.slip.eccentricity import EccentricityLine, EccentricityLines
from edge_agent.signals.slip.known import KnownMotor
from edge_agent.signals.slip.lines import FoundLine, find_lines
from edge_agent.signals.slip.range import MAX_RUNNING_SLIP
from edge_agent.signals.slip.view import slip_by_current
from edge_agent.state_file import StateFile
from edge_agent.verdict import WEAK_EVIDENCE, State
from edge_agent.windows.apart import WindowsApart

_LOG = logging.getLogger(__name__)
_WRITTEN_AGAIN_S = 600.0
"""How often the file is written, s: memory cards wear (judgement)."""
_FIRST_LOOKS = 30
"""Looks after which lines are looked for once a minute, for they take a tenth of a window's time. Judgement:
six minutes of windows of 12 s."""
_LATER_APART_S = 60.0
"""How far apart such looks then are, s. Judgement."""
_SHAFT = ("measured", "vibration", "eccentricity")
"""Sources that show the shaft itself, whatever the number of bars."""
_SAME = 2.0
"""How far a slip by configured bars may lie from that of the air gap, in units of its uncertainty. Judgement:
beyond it the bars are in doubt."""
_PAIR_UNCERTAINTY = 0.001
"""How far the slip of a pair of sidebands may lie from the true one: a quarter of a pole-pass cycle in 12 s
at 50 Hz, with room. Judgement."""


class LearnedMotor:
    """Learns from the looks of a motor."""

    def __init__(
        self, nameplate: Nameplate, file: StateFile, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Go on where it was before a restart; `clock` tells only when to write the file."""
        self._nameplate = nameplate
        self._circuit = fit_circuit(nameplate)
        self._file = file
        self._clock = clock
        self._memory = read_memory(file, Memory)
        self._written_s = clock()
        self._apart = WindowsApart()
        self._looks = 0
        self._lines_s = -math.inf
        self._said: tuple[object, ...] = ()
        self._is_new = False
        self._compare()

    def begin(self, device: Device) -> None:
        """Begin with a device; what was learned with another plate, scale or rate is forgotten."""
        streams = [stream for stream in device.streams if stream.phases]
        about = fingerprint(self._nameplate, streams[0] if streams else None)
        if self._memory.about != about:
            self._memory = Memory(about)
            self._compare()

    def take(self, answer: Answer, accused: bool = False) -> bool:
        """Learn from a window, unless an entry of the plate is `accused`; True if more may be used now.

        A broken rotor teaches its slip alone, and that for the audit.
        """
        if not self._apart.take(answer.window) or accused or not _is_steady(answer):
            return False
        broken = _is_broken(answer)
        look = self._look_at(answer, with_lines=not broken)
        if look is None or (broken and look.slip is None):
            return False
        before, lessons = self.known, self._memory.lessons
        lessons.take(look, self._nameplate.rated_current_a, broken)
        lessons.learn(self._nameplate, self._circuit)
        self._compare()
        if self._clock() - self._written_s >= _WRITTEN_AGAIN_S:
            self.save()
        return self.known != before

    @property
    def known(self) -> KnownMotor | None:
        """What may be used like configured values; None while nothing is sure."""
        return self._memory.lessons.usable(self._nameplate, self._circuit)

    @property
    def found(self) -> KnownMotor:
        """All that was learned, also what contradicts the configuration: for the audit of the plate."""
        lessons = self._memory.lessons
        return KnownMotor(lessons.slots, lessons.line_of_any_rotor)

    @property
    def status(self) -> LearnedStatus:
        """What is told of it."""
        known = self.known or KnownMotor()
        used = [name for name, own in (("slots", known.slots), ("line", known.line)) if own is not None]
        return status_of(self._memory.lessons, self._nameplate, tuple(used))

    def has_news(self) -> bool:
        """True if what is known, or what of it is used, has changed since the call before."""
        is_new, self._is_new = self._is_new, False
        return is_new

    def _compare(self) -> None:
        """Note whether what is known, or what of it is used, has changed, after all that may change it."""
        status = self.status
        said = (status.rotor_bars_possible, status.used)
        if said == self._said:
            return
        self._said, self._is_new = said, True
        if status.used:
            _LOG.info("%s", status.reason)

    def save(self) -> None:
        """Write the file; at every orderly stop."""
        self._written_s = self._clock()
        write_memory(self._file, self._memory)

    def _look_at(self, answer: Answer, with_lines: bool) -> Look | None:
        """Return what a window shows; None without a current whose slip the plate bounds.

        `with_lines` if lines of its slots are looked for: broken bars surround them with others.
        """
        analysis = answer.analysis
        if analysis.current is None or analysis.line is None or analysis.slips is None:
            return None
        allowed = slip_by_current(analysis.line, self._nameplate, self._circuit)
        slip, uncertainty = _slip_of(answer)
        by_shaft = slip is not None and analysis.slips.source in _SHAFT
        by_pair = slip is not None and analysis.slips.source == "current"
        by_slots = analysis.slips.source == "slots"
        if not by_shaft and (line := _air_gap(answer, self._circuit, self._nameplate.pole_pairs)):
            by_slots = by_slots and abs((slip or 0.0) - line.slip) <= _SAME * line.uncertainty
            slip, uncertainty, by_shaft, by_pair = line.slip, line.uncertainty, True, False
        lines = self._lines_of(answer) if with_lines and not by_slots else ()
        return Look(
            current_a=analysis.line.rms_a,
            lowest=allowed.lowest,
            highest=allowed.highest,
            slip=slip,
            by_shaft=by_shaft,
            by_pair=by_pair,
            uncertainty=uncertainty,
            orders=tuple(line.order for line in lines),
            levels_db=tuple(line.level_db for line in lines),
        )

    def _lines_of(self, answer: Answer) -> tuple[FoundLine, ...]:
        """Return the lines of a window that may be those of the slots; nothing where they are not needed."""
        current, start_s, slots = answer.analysis.current, answer.window.start_s, self._memory.lessons.slots
        self._looks += 1
        soon = self._looks > _FIRST_LOOKS and 0 < start_s - self._lines_s < _LATER_APART_S
        if current is None or soon or (slots is not None and slots.is_true):
            return ()
        self._lines_s = start_s
        return find_lines(answer.window.current, current)


def _is_steady(answer: Answer) -> bool:
    """True if a window teaches something: that of a steady motor whose samples are good."""
    refusal = answer.verdict.refusal
    return refusal is None or refusal.reason in WEAK_EVIDENCE


def _is_broken(answer: Answer) -> bool:
    """True if a window looks like that of a broken rotor, whatever was then said of it."""
    verdict, pair = answer.verdict, answer.analysis.pair
    shows_bars = pair is not None and pair.is_clear
    if shows_bars and (verdict.evidence.equivalent_bars or 0.0) >= BARS.sound:
        return True
    return verdict.state is State.BROKEN_BARS


def _air_gap(answer: Answer, circuit: Circuit, pole_pairs: int) -> EccentricityLine | None:
    """Return the shaft that the air gap shows at any slip, also at one that the plate does not allow."""
    current = answer.analysis.current
    if current is None:
        return None
    line = EccentricityLines(current, circuit, pole_pairs).strongest(0.0, MAX_RUNNING_SLIP)
    return line if line is not None and line.shows_shaft else None


def _slip_of(answer: Answer) -> tuple[float | None, float]:
    """Return the slip of a window and its uncertainty; None where nothing tells it.

    A speed of the configuration is none of the window's. Slots tell none where bars show at another slip: the
    configured number of rotor bars may be wrong.
    """
    slips, evidence, refusal = answer.analysis.slips, answer.verdict.evidence, answer.verdict.refusal
    if slips is None or slips.lowest == 0.0:
        return None, 0.0
    elsewhere = refusal is not None and refusal.quantity == of_bars.BARS_AT_ANOTHER_SLIP.quantity
    if slips.source == "slots" and elsewhere:
        return None, 0.0
    if slips.source in (*_SHAFT, "slots"):
        return slips.middle, (slips.highest - slips.lowest) / 2
    if slips.source == "current" and refusal is None and evidence.slip is not None:
        return evidence.slip, _PAIR_UNCERTAINTY
    return None, 0.0
