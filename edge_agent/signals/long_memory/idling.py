"""The sidebands of an idling motor, in minutes of its current.

The slip comes from the slot lines of the windows: they tell it to a hundredth where 2sf is a twentieth of a
hertz. Current and shaft tell it to a half there, and a pair that is looked for so widely may be anything. So
a motor whose number of rotor bars is not configured gets no answer here.

A line is one line only while its frequency holds. So the stretch is the longest in which the slip moved by
less than a bin: a rotor that does not follow the wander of its supply has none, and gets no answer.
"""

import numpy as np

from edge_agent.circuit import fit_circuit
from edge_agent.limits import BARS, LONG
from edge_agent.motor import Nameplate
from edge_agent.refusals import of_bars
from edge_agent.signals.analysis import Analysis
from edge_agent.signals.evidence import describe_sidebands
from edge_agent.signals.long_memory.joining import RATE_HZ, Store, Stretch
from edge_agent.signals.sidebands.equivalent_bars import BarScale
from edge_agent.signals.sidebands.measure import Sidebands, measure_sidebands
from edge_agent.signals.slip.range import SlipRange, find_clear_pair, find_pair, possible_slips
from edge_agent.verdict import WEAK_EVIDENCE, Evidence, Refusal
from edge_agent.windows.sliding import Window

_HIGHEST_SHARE = 0.3
"""Share of the kept rate up to which pairs at other slips are looked for: the average before it takes off
half of a line there (Hann's response)."""
_LENGTHS = 6
"""Lengths that are tried, from the longest to the shortest, each three quarters of the one before."""
_SPREAD = (5, 95)
"""Percentiles of the slips that count: a window among twenty may be misread. Judgement."""
_HOTTEST = 1.2
"""Largest slip of broken bars in a hot rotor, over the largest possible one otherwise; as in slip/doubts."""


class LongMemory:
    """Keeps the current of a motor while it runs steadily, and measures its sidebands over minutes."""

    def __init__(self, nameplate: Nameplate) -> None:
        """Begin with an empty memory."""
        self._nameplate = nameplate
        self._circuit = fit_circuit(nameplate)
        self._bars = BarScale(nameplate, self._circuit)
        self._store = Store(nameplate.line_frequency_hz)

    def take(self, window: Window, analysis: Analysis) -> None:
        """Take the current of a window; one of a motor that does not run steadily ends the memory."""
        current, slips, refusal = analysis.current, analysis.slips, analysis.refusal
        steady = refusal is None or refusal.reason in WEAK_EVIDENCE
        if current is None or slips is None or not steady or not current.valid.all():
            self._store.forget()
            return
        stream = window.current
        self._store.add(stream.first_scan / stream.stream.rate_hz, current, slips)

    def analyse(self) -> Analysis | None:
        """Measure what is kept; None if it tells no slip, or is too short for it.

        Its evidence has no more than the sidebands show, and its `stretch_s`.
        """
        kept = self._store.stretch()
        steady = None if kept is None else steady_stretch(kept, self._nameplate.line_frequency_hz)
        if steady is None:
            return None
        stretch, slips = steady
        found = find_pair(stretch.baseband, slips, self._circuit)
        if found is None:
            return None
        sidebands = measure_sidebands(*found, stretch, self._bars)
        pair = sidebands.pair
        measured = Evidence(
            line_frequency_hz=stretch.baseband.carrier_hz,
            slip=pair.slip,
            load=self._circuit.load_at_slip(pair.slip),
            stretch_s=stretch.length_s,
        )
        return Analysis(
            evidence=describe_sidebands(measured, sidebands),
            refusal=None,
            pair=pair,
            slips=slips,
            speed_doubt=self._doubt_slip(stretch, sidebands),
        )

    def _doubt_slip(self, stretch: Stretch, sidebands: Sidebands) -> Refusal | None:
        """Return why the slip may be another one, so that no rotor can be called healthy.

        As in slip/doubts: slots may be misread, so at no other slip may a pair look like broken bars.
        """
        if sidebands.bars.interval[0] >= BARS.sound:
            return None
        highest = _HOTTEST * possible_slips(self._nameplate).highest
        highest = min(highest, _HIGHEST_SHARE * RATE_HZ / 2 / stretch.baseband.carrier_hz)
        others = SlipRange(0.0, highest, "current")
        found = find_clear_pair(stretch.baseband, others, self._circuit, LONG.min_cycles_elsewhere)
        if found is None:
            return None
        bars = measure_sidebands(*found, stretch, self._bars).bars
        if bars.interval[0] < BARS.sound:
            return None
        if self._bars.over_oscillation(found[1], sidebands.pair.slip) < BARS.min_across:
            return None
        return of_bars.BARS_AT_ANOTHER_SLIP.refuse(bars.value)


def steady_stretch(kept: Stretch, line_hz: float) -> tuple[Stretch, SlipRange] | None:
    """Return the longest end of what is kept in which the slip held still, and that slip; None without any.

    `line_hz` is the supply's rated frequency. An end with too few pole-pass cycles does not count, nor one
    whose windows do not tell the slip by slots.
    """
    newest = kept.looks[-1].slips
    if newest.source != "slots" or newest.lowest == 0.0:
        return None
    for cycles in np.geomspace(LONG.max_cycles, LONG.min_cycles, _LENGTHS):
        length_s = float(cycles) / (2 * newest.middle * line_hz)
        if length_s > kept.length_s:
            continue
        stretch = kept.newest(length_s)
        slips = told_slips(stretch)
        if slips and (slips.highest - slips.lowest) * 2 * line_hz * length_s <= LONG.max_slip_moves:
            return stretch, slips
    return None


def told_slips(stretch: Stretch) -> SlipRange | None:
    """Return the range of the slips that the slots told over a stretch; None if too few windows told it."""
    told = [look.slips for look in stretch.looks if look.slips.source == "slots"]
    if len(told) < max(LONG.min_looks, LONG.min_told * len(stretch.looks)):
        return None
    lowest, highest = (float(edge) for edge in np.percentile([slips.middle for slips in told], _SPREAD))
    return SlipRange(lowest, highest, "slots")
