"""Check whether motor and supply stayed as they were for the length of a window."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from edge_agent.limits import SAMPLES, STEADY
from edge_agent.refusals import of_samples
from edge_agent.signals.dsp.carrier import Baseband
from edge_agent.signals.dsp.medians import median, percentile
from edge_agent.verdict import Refusal

_SMOOTHED_S = 0.2
"""The current is smoothed over this time, s: ten periods of the line take the ripple off. Judgement."""
_UNSURE_END = 0.04
"""Share of the window at either end where the filters see half of their samples; left out."""
_SLOW_S = 1.0
"""Phase slower than this, s, is the supply's wander and no blow to the load. Judgement."""
_AMPLITUDE_PER_SQUARE = 0.25
"""Change of the amplitude per squared change of the phase, rad, below which no load made it: one that adds
the share t to the magnetising current turns it by atan t and makes it longer by t^2 / 2; half of that is
required."""
_MAX_SHARE_RAD = 1.0
"""Largest phase that this share is asked of, rad: the square holds for small angles only, and a current that
all but vanishes in a sag of the supply may turn by any."""
_USUAL_PERCENT = 90
"""Percentage of the amplitude's quick changes that are its usual modulation, as by broken bars; judgement."""
INRUSH_OVER_RATED = 2.0
"""Current over the rated one from which a motor runs up: locked rotors draw 5 to 8 times it, overloads less
than 1.5 times."""
_MIN_CURRENT_PER_SLIP = 0.1
"""Lower bound of the current's slope over slip, per unit: at no load the current tells no slip.
Judgement."""


def check_running(baseband: Baseband, over_rated: float) -> Refusal | None:
    """Refuse a current whose amplitude, smoothed over 0.2 s, leaves its median, which is `over_rated`.

    With an inrush, or down to nothing, the motor starts or stops; else the load has stepped.
    """
    span = max(1, int(_SMOOTHED_S * baseband.rate_hz))
    smooth = np.convolve(np.exp(baseband.log.real), np.full(span, 1 / span), mode="valid")
    middle = median(smooth)
    least, most = float(smooth.min()) / middle, float(smooth.max()) / middle
    falls, rises = of_samples.LOAD_FALLS, of_samples.LOAD_RISES
    if least * over_rated < SAMPLES.off_below_rated or most * over_rated > INRUSH_OVER_RATED:
        falls, rises = of_samples.AMPLITUDE_FALLS, of_samples.AMPLITUDE_RISES
    if least < SAMPLES.min_amplitude_over_median:
        return falls.refuse(least)
    if most > SAMPLES.max_amplitude_over_median:
        return rises.refuse(most)
    return None


def check_transient(baseband: Baseband, supply: str = "grid") -> Refusal | None:
    """Refuse a sag, a surge or a blow to the load; modulation that goes on all the time spoils no window.

    At light load a blow shows in the phase alone, which the supply turns slowly anyhow: there what is
    quicker than a second counts. The ends are left out, where a single phase's analytic signal is unsure.
    A phase that strays far while the amplitude rests is that of no load: on the mains the clock strays.
    """
    log = baseband.log
    span = round(_SLOW_S * baseband.rate_hz)
    amplitude = _seen(np.exp(log.real - median(log.real[baseband.valid])) - 1, baseband)
    phase_rad = _seen(log.imag - uniform_filter1d(log.imag, span), baseband)
    quick = _seen(log.real - uniform_filter1d(log.real, span), baseband)
    most, limit = float(amplitude.max()), _transient_limit(amplitude)
    most_rad, limit_rad = float(phase_rad.max()), _transient_limit(phase_rad)
    beyond_usual = float(quick.max() - percentile(quick, _USUAL_PERCENT))
    if most_rad > limit_rad and beyond_usual < _AMPLITUDE_PER_SQUARE * min(most_rad, _MAX_SHARE_RAD) ** 2:
        rule = of_samples.PHASE_STRAYS if supply == "grid" else of_samples.PHASE_STRAYS_ON_A_DRIVE
        return rule.refuse(most_rad, limit_rad)
    if most > limit:
        return of_samples.TRANSIENT.refuse(most, limit)
    if most_rad > limit_rad:
        return of_samples.PHASE_MOVES.refuse(most_rad, limit_rad)
    return None


def _seen(change: NDArray[np.float64], baseband: Baseband) -> NDArray[np.float64]:
    """Return the magnitudes of a change away from the ends, where no scan was lost."""
    ends = round(_UNSURE_END * change.size)
    inner = slice(ends, change.size - ends)
    return np.asarray(np.abs(change[inner][baseband.valid[inner]]))


def _transient_limit(seen: NDArray[np.float64]) -> float:
    return max(STEADY.min_transient, STEADY.transient_over_usual * percentile(seen, 75))


def current_change(baseband: Baseband, pole_pass_hz: float) -> float:
    """Return by how much the current changes from one end of the window to the other, relative.

    Both ends are averaged over whole cycles of 2sf, `pole_pass_hz`: broken bars modulate the amplitude at
    2sf, and over whole cycles that averages out.
    """
    cycles = max(1, int(baseband.length_s * pole_pass_hz / 2))
    span = min(baseband.log.size, round(cycles * baseband.rate_hz / pole_pass_hz))
    change = abs(float(baseband.log.real[-span:].mean() - baseband.log.real[:span].mean()))
    apart = (baseband.log.size - span) / baseband.log.size
    return change / max(apart, 0.5)


def check_load_change(change: float, current_per_slip: float) -> Refusal | None:
    """Refuse a load that changes within the window: it smears the sidebands until a broken bar looks sound.

    What the currents of both ends differ by says how far the slip moves from end to end: at light load a
    large change of the slip hardly shows in the current, of which `current_per_slip` is d ln I / d ln s.
    """
    slip_change = change / max(current_per_slip, _MIN_CURRENT_PER_SLIP)
    if slip_change > STEADY.max_slip_change:
        return of_samples.SLIP_CHANGES.refuse(slip_change)
    return None
