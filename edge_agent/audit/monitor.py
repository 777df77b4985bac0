"""Takes the answers of a motor, and withholds what rests on an entry under accusation.

A wrong rate, a reversed sensor and a wrong scale of one channel refuse each window by themselves. A plate
that is wrong otherwise may pass, so answers are withheld as long as its poles, its speed, its bars or the
scale of all currents are suspected. The order of the phases changes no answer.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import replace

from edge_agent.acquire.samples import Device, Stream
from edge_agent.audit.currents import Plate
from edge_agent.audit.evidence import read_window
from edge_agent.audit.findings import PlateFinding, Suspect
from edge_agent.audit.ledger import take_readings
from edge_agent.audit.memory import Memory, fingerprint
from edge_agent.audit.words import say_finding
from edge_agent.circuit import fit_circuit
from edge_agent.diagnose.decision import conditions_of
from edge_agent.kept import read_memory, write_memory
from edge_agent.motor import Nameplate
from edge_agent.pipeline import Answer
from edge_agent.refusals import of_samples
from edge_agent.signals.slip.known import KnownMotor
from edge_agent.state_file import StateFile
from edge_agent.verdict import Refusal, State, Verdict
from edge_agent.windows.apart import WindowsApart

_LOG = logging.getLogger(__name__)
_WRITTEN_AGAIN_S = 600.0
"""How often the file is written, s: memory cards wear (judgement)."""
_RULES = {
    Suspect.POLES: of_samples.PLATE_POLES,
    Suspect.SPEED: of_samples.PLATE_SPEED,
    Suspect.RATED_SPEED: of_samples.PLATE_RATED_SPEED,
    Suspect.BARS: of_samples.PLATE_BARS,
    Suspect.SCALE: of_samples.PLATE_SCALE,
}
"""What is refused while an entry is suspected."""


class PlateAudit:
    """Holds plate, scales and rate against what the windows show."""

    def __init__(
        self, nameplate: Nameplate, file: StateFile, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Go on where it was before a restart; `clock` tells only when to write the file."""
        self._plate = Plate(nameplate, fit_circuit(nameplate))
        self._file = file
        self._clock = clock
        self._memory = read_memory(file, Memory)
        self._device: Device | None = None
        self._stream: Stream | None = None
        self._written_s = clock()
        self._apart = WindowsApart()
        self._named: set[Suspect] = set()
        self._said: tuple[Suspect, ...] = ()

    def begin(self, device: Device) -> None:
        """Begin with a device; what was counted with another plate, scale or rate is forgotten."""
        streams = [stream for stream in device.streams if stream.phases]
        self._device = device
        self._stream = streams[0] if streams else None
        about = fingerprint(self._plate.nameplate, self._stream)
        if self._memory.about != about:
            self._memory = Memory(about)
        self._named = set(self._called_wrong)
        self._said = self._called_wrong

    def take(self, answer: Answer, learned: KnownMotor | None = None) -> Answer:
        """Take what a window brought; return it without answers that rest on an entry under accusation.

        `learned` is what earlier windows have taught of the motor; None if nothing.
        """
        before = self.judge(answer.before)
        was_withheld = self.refusal is not None
        if self._stream is not None and self._apart.take(answer.window):
            self._count(answer, learned)
        after = self.judge(answer.state)
        withheld = self.refusal is not None
        if not (withheld or was_withheld):
            return answer
        return replace(
            answer,
            verdict=self.judge(answer.verdict),
            by_stretch=answer.by_stretch and self.judge(answer.by_stretch),
            by_loads=answer.by_loads and self.judge(answer.by_loads),
            before=before,
            state=after,
            changed=_told(before) != _told(after) or conditions_of(before) != conditions_of(after),
            looked=answer.looked and not withheld,
        )

    def judge(self, verdict: Verdict) -> Verdict:
        """Return a verdict or state, refused if it answers while an entry is under accusation."""
        refusal = self.refusal
        if refusal is None or verdict.state is State.INDETERMINATE:
            return verdict
        return Verdict(
            state=State.INDETERMINATE,
            refusal=refusal,
            evidence=verdict.evidence,
            window=verdict.window,
            probabilities=verdict.probabilities,
            latency_ms=verdict.latency_ms,
            others=verdict.others,
        )

    @property
    def refusal(self) -> Refusal | None:
        """Why no answer is given; None if no entry on which one rests is suspected."""
        for suspect, rule in _RULES.items():
            count = self._memory.ledger.get(suspect)
            if count is not None and count.suspected:
                return rule.refuse(count.value, self._stated(suspect))
        return None

    def _stated(self, suspect: Suspect) -> float:
        """Return what the plate states of an entry, or the ratio that is expected."""
        nameplate = self._plate.nameplate
        match suspect:
            case Suspect.POLES:
                return float(nameplate.poles)
            case Suspect.RATED_SPEED:
                return nameplate.rated_speed_rpm
            case Suspect.BARS:
                return float(nameplate.rotor_bars or 0)
        return 1.0

    @property
    def findings(self) -> tuple[PlateFinding, ...]:
        """The entries that are called wrong."""
        if self._stream is None:
            return ()
        ledger, nameplate = self._memory.ledger, self._plate.nameplate
        return tuple(say_finding(s, ledger[s], nameplate, self._stream) for s in self._called_wrong)

    def news(self) -> list[Device]:
        """Return the device if other entries are called wrong than at the call before; else nothing."""
        called = self._called_wrong
        is_new, self._said = called != self._said, called
        return [self._device] if is_new and self._device is not None else []

    def save(self) -> None:
        """Write the file; at every orderly stop."""
        self._written_s = self._clock()
        write_memory(self._file, self._memory)

    @property
    def _called_wrong(self) -> tuple[Suspect, ...]:
        return tuple(suspect for suspect, count in self._memory.ledger.items() if count.named)

    def _count(self, answer: Answer, learned: KnownMotor | None) -> None:
        readings = read_window(answer.window, answer.analysis, self._plate, learned)
        take_readings(self._memory.ledger, readings, answer.window.length_s)
        for finding in self.findings:
            if finding.suspect not in self._named:
                _LOG.warning("the plate: %s; write %s", finding.text, finding.yaml)
        named = set(self._called_wrong)
        if named != self._named or self._clock() - self._written_s >= _WRITTEN_AGAIN_S:
            self.save()
        self._named = named


def _told(verdict: Verdict) -> tuple[object, ...]:
    return verdict.state, verdict.severity, verdict.refusal.reason if verdict.refusal else None
