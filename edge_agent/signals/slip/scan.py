"""A sound rotor cleared without a slip: at none of the slips that its current allows may a bar be hidden.

It takes a slip to count bars, and none to rule them out. Where nothing tells the slip and no pair of
sidebands stands out, all slips are scanned, in two zones:

- The *hard* zone lies around the slip that the current means. There the upper bound of the equivalent bars
  must stay small everywhere.
- The *soft* zone lies below, down to the first slip whose pair the window resolves. A motor runs there if its
  voltage is high. The floor is the supply's wander, which is phase alone and may hide anything in it. At such
  light load bars modulate the amplitude. So by the amplitude there must be none.

Above both, no pair that stands out may look like broken bars: the plate may state too small a slip.

The network is not asked: its images are centred on a slip, and at a wrong one every rotor looks sound. In
place of this second witness stand all the other slips, and a limit that is a third stricter.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_agent.limits import BARS, SCAN, SIDEBANDS, SLIP
from edge_agent.refusals import of_bars
from edge_agent.signals.checks.steadiness import check_load_change, current_change
from edge_agent.signals.sidebands.equivalent_bars import EquivalentBars
from edge_agent.signals.sidebands.fit import SidebandFit, SidebandPair
from edge_agent.signals.sidebands.measure import WANDER_REACHES_HZ, measure_sidebands
from edge_agent.signals.slip.doubts import beyond_plate, doubt_by_bars
from edge_agent.signals.slip.range import SlipRange
from edge_agent.signals.slip.view import MotorView
from edge_agent.verdict import Refusal

_WORTH_A_FIT = 1 / 3
"""Share of the limit from which a peak of the spectrum is fitted: with noise as high as the peak itself, the
upper bound of a smaller one lies below the limit."""
_STEP_CYCLES = 0.25
"""Step between fits in pole-pass cycles of the window: a quarter loses less than 0.5 dB of a tapered line."""
_SHOWN_HZ = 30.0
"""2sf up to which the baseband shows modulation whole, Hz: its filter is flat so far (dsp/carrier.py)."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What a scan found that cleared the rotor."""

    lowest: float
    """Lowest slip of the hard zone, per unit."""
    highest: float
    """Its highest slip."""
    most_bars: float
    """Upper bound of the equivalent bars at any slip between."""
    limit_bars: float
    """Worst detection limit, equivalent bars."""
    slip_by_current: float
    """The slip that the current means."""


@dataclass(frozen=True, slots=True)
class _Spectrum:
    """The modulation's spectrum as equivalent bars, roughly."""

    pole_pass_hz: NDArray[np.float64]
    """2sf, (n,), in even steps."""
    bars: NDArray[np.float64]
    """(n,), of the reading that shows more."""

    def places(self, lowest_hz: float, highest_hz: float, step_hz: float, least_bars: float) -> list[float]:
        """Return 2sf of the places between two bounds that are worth a fit, the highest first.

        From so many bars on: the peaks, and every `step_hz` where the wander may slope so steeply that the
        pair of bars is none.
        """
        beside = np.pad(self.bars, 1)
        worth = (self.bars >= beside[:-2]) & (self.bars >= beside[2:])
        step = max(1, round(step_hz / (self.pole_pass_hz[1] - self.pole_pass_hz[0])))
        worth[::step] |= self.pole_pass_hz[::step] < WANDER_REACHES_HZ
        worth &= (self.bars >= least_bars) & (self.pole_pass_hz >= lowest_hz)
        found = np.flatnonzero(worth & (self.pole_pass_hz <= highest_hz))
        ordered = found[np.argsort(-self.bars[found])]
        return [float(hz) for hz in self.pole_pass_hz[ordered]]


def rule_out_bars(view: MotorView, no_pair: Refusal) -> Scan | Refusal:
    """Scan all slips for bars that may be hidden; return what clears the rotor, or why nothing does.

    `no_pair` is the refusal without a scan. It stays where an idling motor may draw such a current at a high
    voltage: then its bars may lie where no window of seconds shows them. It also stays where the window does
    not show all slips that count.
    """
    circuit, line = view.circuit, view.line
    if line.rms_a < SCAN.min_over_idle * circuit.no_load_current_rms_a:
        return no_pair
    slip = circuit.slip_at_current(line.rms_a) or 0.0
    hard = _hard_zone(view, slip)
    if hard.lowest >= hard.highest or 2 * hard.highest * line.frequency_hz > _SHOWN_HZ:
        return no_pair
    change = current_change(view.baseband, 2 * slip * line.frequency_hz)
    changes = check_load_change(change, circuit.current_per_slip(slip))
    return changes or _scan(view, slip, hard)


def _hard_zone(view: MotorView, slip: float) -> SlipRange:
    """Return the slips at which no bar may be hidden, around the one that the current means."""
    larger = view.circuit.slip_at_current(SCAN.larger_current * view.line.rms_a) or 0.0
    lowest = max(SCAN.from_share * slip, _slip_of_cycles(view, SIDEBANDS.min_cycles_light))
    highest = max(SCAN.up_to_share * larger, SCAN.least_up_to * view.nameplate.rated_slip)
    return SlipRange(lowest, highest, "current")


def _slip_of_cycles(view: MotorView, cycles: float) -> float:
    """Return the slip at which the window holds so many pole-pass cycles."""
    return cycles / view.baseband.length_s / 2 / view.line.frequency_hz


def _scan(view: MotorView, slip: float, hard: SlipRange) -> Scan | Refusal:
    per_slip_hz = 2 * view.line.frequency_hz
    first = min(_slip_of_cycles(view, SIDEBANDS.min_cycles), hard.lowest)
    fit = SidebandFit(view.baseband, first * per_slip_hz)
    spectrum = _spectrum(view, fit, first * per_slip_hz, hard.highest * per_slip_hz)
    most = float(spectrum.bars.max())
    if most < SLIP.min_bars_of_rotor:
        return of_bars.NO_ROTOR.refuse(most)
    lowest_hz, highest_hz = hard.lowest * per_slip_hz, hard.highest * per_slip_hz
    step_hz = _STEP_CYCLES / view.baseband.length_s
    most_bars = limit_bars = 0.0
    # The floor is highest at the lower end, whether a peak is there or not.
    least = _WORTH_A_FIT * SCAN.max_bars
    for hz in [lowest_hz, *spectrum.places(lowest_hz, highest_hz, step_hz, least)]:
        bars = _measure(view, fit, fit.pair(hz))
        if _hidden(bars) >= SCAN.max_bars:
            return of_bars.BAR_AT_ANY_SLIP.refuse(_hidden(bars))
        most_bars, limit_bars = max(most_bars, _hidden(bars)), max(limit_bars, bars.limit)
    if below := _bars_below(view, fit, spectrum, lowest_hz):
        return below
    scan = Scan(hard.lowest, hard.highest, most_bars, limit_bars, slip)
    return doubt_by_bars(view, beyond_plate(view, hard.highest)) or scan


def doubt_below(view: MotorView) -> Refusal | None:
    """Refuse bars that the amplitude shows below the slips that the current allows.

    That is for a rotor whose slip a small pair alone tells, where a motor that idles at a high voltage may
    draw such a current: then the pair is a foreign one, and wander hides that of the bars. It is the soft
    zone of a scan.
    """
    if view.slips.source != "current" or view.over_idle >= SCAN.min_over_idle:
        return None
    per_slip_hz = 2 * view.line.frequency_hz
    first, highest = _slip_of_cycles(view, SIDEBANDS.min_cycles), view.by_current.lowest
    if first >= highest:
        return None
    fit = SidebandFit(view.baseband, first * per_slip_hz)
    spectrum = _spectrum(view, fit, first * per_slip_hz, highest * per_slip_hz)
    return _bars_below(view, fit, spectrum, highest * per_slip_hz)


def _bars_below(view: MotorView, fit: SidebandFit, spectrum: _Spectrum, highest_hz: float) -> Refusal | None:
    """Refuse bars that the amplitude shows at 2sf up to `highest_hz`."""
    step_hz = _STEP_CYCLES / view.baseband.length_s
    for hz in spectrum.places(0.0, highest_hz, step_hz, SCAN.max_bars_below):
        least = view.bars.least_by_amplitude(fit.pair(hz))
        if least > SCAN.max_bars_below:
            return of_bars.BARS_BELOW.refuse(least)
    return None


def _hidden(bars: EquivalentBars) -> float:
    """Return how many bars may be hidden: more than the estimate says where none would have shown."""
    highest = bars.interval[1]
    return highest if bars.limit < BARS.broken else max(highest, bars.limit)


def _measure(view: MotorView, fit: SidebandFit, pair: SidebandPair) -> EquivalentBars:
    """Count the bars of a pair; to remove its wander takes long, and is done where too many may be hidden."""
    bars = view.bars.measure(pair)
    if _hidden(bars) < SCAN.max_bars:
        return bars
    return measure_sidebands(fit, pair, view.current, view.bars).bars


def _spectrum(view: MotorView, fit: SidebandFit, lowest_hz: float, highest_hz: float) -> _Spectrum:
    """Return the spectrum between two values of 2sf, in bars.

    A peak of a tapered spectrum is about as high as a line that is fitted there.
    """
    pole_pass_hz, upper, lower = fit.spectra(lowest_hz, highest_hz)
    level = 2 / view.baseband.log.size  # the sum of a Hann taper is half of its length
    bars = view.bars.of_spectrum(pole_pass_hz, level * upper, level * lower, view.line.frequency_hz)
    return _Spectrum(pole_pass_hz, bars)
