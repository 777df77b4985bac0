"""Events of the supply, as far as the current shows them: a wrong frequency, and sags.

A sag shows as a dip of the current and a leap above it right after: the rotor has slowed down meanwhile. Less
load makes a dip alone. A swell, and a sag without such a leap, take voltage channels to be told: where there
are some, the events that they show within the window are named, too.
"""

from collections import deque

import numpy as np
from numpy.typing import NDArray

from edge_agent.conditions.by_voltage import supply_by_voltage
from edge_agent.conditions.diagnoser import found, refused, sound
from edge_agent.conditions.new_parts import PartsReader
from edge_agent.conditions.normal import Normal, Quantities
from edge_agent.conditions.seen import Seen
from edge_agent.limits import CONDITIONS
from edge_agent.motor import Nameplate
from edge_agent.refusals import of_conditions, of_samples
from edge_agent.signals.checks import quality
from edge_agent.signals.short_time import part_scans
from edge_agent.verdict import Fault, Finding, Measured, Reason, Refusal, Severity

_LEAP_S = 0.5
"""Time after a dip within which the current leaps, s. Judgement: rotors of any size do so by then."""


class SupplyEvent:
    """The diagnoser of events of the supply. It remembers those of the last minutes."""

    fault = Fault.SUPPLY_EVENT

    def __init__(self, nameplate: Nameplate) -> None:
        """Take the frequency of the plate; behind a drive it means nothing."""
        self._nominal_hz = nameplate.line_frequency_hz
        self._off_a = quality.off_below_a(nameplate)
        self._is_grid = nameplate.supply == "grid"
        self._parts = PartsReader()
        self._time_s = 0.0
        self._sags: deque[tuple[float, float]] = deque()

    def measure(self, seen: Seen) -> Quantities:
        """Return nothing: standards are the limit."""
        return {}

    def judge(self, quantities: Quantities, seen: Seen, normal: Normal | None) -> Finding:
        """Return the finding: a frequency beyond its band, or sags of the last minutes."""
        parts = self._parts.read(seen)
        if parts is None:
            return refused(self.fault, seen, of_conditions.NO_CURRENT.refuse(0, 1))
        self._time_s += parts.rms_a.size * parts.part_s + (parts.gap_s if np.isfinite(parts.gap_s) else 0.0)
        sags = self._sags_of(seen)
        if isinstance(sags, Refusal):
            return refused(self.fault, seen, sags)
        self._remember(sags)
        measured = self._measured(seen)
        over = [own for own in measured if own.limit is not None and own.value >= own.limit]
        if over:
            return found(self.fault, seen, Severity.WATCH, over)
        return sound(self.fault, seen, measured)

    def _sags_of(self, seen: Seen) -> list[float] | Refusal:
        """Return the depths of the sags in a window, or why there cannot be any."""
        stream = seen.window.current
        line_hz = seen.nameplate.line_frequency_hz
        rms_a = seen.short_time_rms_a()
        rms_a = rms_a[~np.isnan(rms_a)]
        if rms_a.size == 0 or np.median(rms_a) < self._off_a:
            value = float(np.median(rms_a)) if rms_a.size else None
            return of_samples.MOTOR_OFF.refuse(value, self._off_a)
        depths = sags_in(rms_a, part_scans(stream, line_hz) / stream.stream.rate_hz)
        if len(depths) > CONDITIONS.max_dips:
            return of_conditions.DROP_NOT_SUPPLY.refuse(len(depths), CONDITIONS.max_dips + 1)
        return depths

    def _remember(self, depths: list[float]) -> None:
        """Keep new sags; windows overlap, so a depth that is kept already is the same sag."""
        known = {depth for _, depth in self._sags}
        self._sags.extend((self._time_s, depth) for depth in depths if depth not in known)
        while self._sags and self._sags[0][0] < self._time_s - CONDITIONS.event_kept_s:
            self._sags.popleft()

    def _measured(self, seen: Seen) -> list[Measured]:
        """Return the number of sags and the deviation of the frequency."""
        deepest = min((depth for _, depth in self._sags), default=None)
        told = None if deepest is None else f"the current fell to {deepest:.2f} times its median, then leapt"
        measured = [
            Measured(
                "sags_lately",
                float(len(self._sags)),
                "1",
                1.0,
                CONDITIONS.origin("dip"),
                witness=told,
            )
        ]
        line, refusal = seen.analysis.line, seen.analysis.refusal
        strange = refusal is not None and refusal.reason in (Reason.UNRELIABLE_CLOCK, Reason.OUT_OF_DOMAIN)
        if self._is_grid and line is not None and not strange:
            off = abs(line.frequency_hz / self._nominal_hz - 1)
            limit = CONDITIONS.frequency_share
            measured.append(
                Measured("frequency_deviation", off, "1", limit, CONDITIONS.origin("frequency_share"))
            )
        by_voltage = supply_by_voltage(seen) if self._is_grid else None
        return measured if by_voltage is None else [by_voltage, *measured]


def sags_in(rms_a: NDArray[np.float64], part_s: float) -> list[float]:
    """Return the depths of the sags in short-time currents (parts,), each over the median of all.

    A sag is a dip of up to a second that a leap of the current follows at once.
    """
    over = rms_a / np.median(rms_a)
    low = np.concatenate([[False], over < CONDITIONS.dip, [False]])
    edges = np.flatnonzero(low[1:] != low[:-1])
    leap = max(1, round(_LEAP_S / part_s))
    return [
        float(over[first:end].min())
        for first, end in edges.reshape(-1, 2)
        if first > 0
        and (end - first) * part_s <= CONDITIONS.dip_s
        and over[end : end + leap].max(initial=0.0) >= CONDITIONS.recovery
    ]
