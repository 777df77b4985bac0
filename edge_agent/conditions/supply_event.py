"""Events of the supply: a wrong frequency, sags and swells, by voltage channels or by the currents alone."""

from collections import deque

import numpy as np

from edge_agent.circuit import fit_circuit
from edge_agent.conditions.by_voltage import events_by_voltage
from edge_agent.conditions.diagnoser import found, refused, sound
from edge_agent.conditions.normal import Normal, Quantities
from edge_agent.conditions.seen import Seen
from edge_agent.limits import CONDITIONS
from edge_agent.motor import Nameplate
from edge_agent.refusals import of_conditions, of_samples
from edge_agent.signals.checks import quality
from edge_agent.signals.voltage.vector import channels_of_vector
from edge_agent.signals.voltage_steps import VoltageStep, voltage_steps
from edge_agent.verdict import Fault, Finding, Measured, Reason, Refusal, Severity

_CURRENTS = 2
"""Phase currents that show every step of the voltage: a single one misses those in its own direction."""
_SAME_S = 0.5
"""Events less apart than this are one, seen in windows that overlap, s. Judgement: ten times the error of
the moment of a step."""


_Events = list[tuple[float, Measured]]
"""When each event began, s from the start of the window, and its size."""


class SupplyEvent:
    """The diagnoser of events of the supply. It remembers those of the last minutes."""

    fault = Fault.SUPPLY_EVENT

    def __init__(self, nameplate: Nameplate) -> None:
        """Take the frequency of the plate; behind a drive it means nothing."""
        self._nameplate = nameplate
        self._off_a = quality.off_below_a(nameplate)
        self._events: deque[tuple[float, Measured]] = deque()

    def measure(self, seen: Seen) -> Quantities:
        """Return nothing: standards are the limit."""
        return {}

    def judge(self, quantities: Quantities, seen: Seen, normal: Normal | None) -> Finding:
        """Return the finding: a frequency beyond its band, or the worst event of the last minutes."""
        if self._nameplate.supply != "grid":
            return refused(self.fault, seen, of_conditions.BEHIND_A_DRIVE.refuse(None))
        shown = self._look(seen)
        frequency = _frequency(seen)
        worst = max((own for _, own in self._events), key=lambda own: own.value, default=None)
        told = frequency if worst is None else [worst, *frequency]
        if any(own.limit is not None and own.value >= own.limit for own in told):
            return found(self.fault, seen, Severity.WATCH, told)
        if isinstance(shown, Refusal):
            return refused(self.fault, seen, shown, frequency)
        return sound(self.fault, seen, [*shown, *frequency])

    def _look(self, seen: Seen) -> list[Measured] | Refusal:
        """Keep the events of a window; return how quiet a window without any is, or why none can be told."""
        end_s = seen.window.start_s + seen.window.length_s
        while self._events and not end_s - CONDITIONS.event_kept_s <= self._events[0][0] <= end_s:
            self._events.popleft()
        if not seen.window.streams or not channels_of_vector(seen.window.current):
            return self._by_current(seen)
        self._keep(events_by_voltage(seen), seen.window.start_s)
        return []

    def _by_current(self, seen: Seen) -> list[Measured] | Refusal:
        if (refusal := self._unusable(seen)) is not None:
            return refusal
        limit = CONDITIONS.voltage_step
        line_hz = self._nameplate.line_frequency_hz
        shown = voltage_steps(seen.window.current, fit_circuit(self._nameplate), line_hz, limit)
        if shown is None:
            return of_conditions.NO_CURRENT.refuse(0, _CURRENTS)
        if shown.usual * CONDITIONS.step_over_usual > limit:
            return of_conditions.STEPS_IN_NOISE.refuse(shown.usual)
        self._keep([_event(first, last) for first, last in shown.pairs], seen.window.start_s)
        if shown.steps and not shown.pairs:
            return of_conditions.ONE_STEP.refuse(shown.largest)
        return [_measured("voltage_step_at_least", shown.largest)]

    def _unusable(self, seen: Seen) -> Refusal | None:
        """Return why the currents of a window show no steps of the voltage; None if they would."""
        phases = len(seen.window.current.stream.phases) if seen.window.streams else 0
        if phases < _CURRENTS:
            return of_conditions.NO_CURRENT.refuse(phases, _CURRENTS)
        if (too_slow := quality.check_rate(seen.window.current, self._nameplate)) is not None:
            return too_slow
        rms_a = seen.short_time_rms_a()
        least_a = float(rms_a[~np.isnan(rms_a)].min(initial=np.inf))
        return None if least_a >= self._off_a else of_samples.MOTOR_OFF.refuse(least_a, self._off_a)

    def _keep(self, events: _Events, window_start_s: float) -> None:
        """Keep what is not kept already from a window before; on the timeline of the samples."""
        for start_s, size in events:
            at_s = window_start_s + start_s
            if not any(abs(at_s - kept_s) < _SAME_S for kept_s, _ in self._events):
                self._events.append((at_s, size))


def _event(first: VoltageStep, last: VoltageStep) -> tuple[float, Measured]:
    kind, duration_s = "sag" if first.fell else "swell", last.at_s - first.at_s
    told = f"it began {first.at_s:.1f} s into its window and lasted {duration_s:.2f} s"
    return first.at_s, _measured(f"voltage_{kind}_at_least", max(first.least, last.least), told)


def _measured(quantity: str, value: float, witness: str | None = None) -> Measured:
    origin = CONDITIONS.origin("voltage_step")
    return Measured(quantity, value, "1", CONDITIONS.voltage_step, origin, witness=witness)


def _frequency(seen: Seen) -> list[Measured]:
    """Return the deviation of the line's frequency; nothing if the clock of the samples may be wrong."""
    line, refusal = seen.analysis.line, seen.analysis.refusal
    strange = refusal is not None and refusal.reason in (Reason.UNRELIABLE_CLOCK, Reason.OUT_OF_DOMAIN)
    if line is None or strange:
        return []
    off = abs(line.frequency_hz / seen.nameplate.line_frequency_hz - 1)
    origin = CONDITIONS.origin("frequency_share")
    return [Measured("frequency_deviation", off, "1", CONDITIONS.frequency_share, origin)]
