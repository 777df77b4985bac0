"""Gains by the readings of a meter; without them, wrong powers of ten by the plate."""

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from calibration.sensors.findings import Finding, Problem
from calibration.sensors.measured import Currents
from calibration.sensors.phase_order import Conductors
from edge_agent.limits import MAGNITUDES
from edge_agent.motor import Nameplate
from edge_agent.signals.checks.sensors import current_limits_a

USUAL = 0.1
"""Deviation of a gain from 1 that sensors have by themselves. Judgement: split-core transformers and their
resistors are good to a few percent; from a tenth on, ratio or unit is another one."""
DECADE_WITHIN = 0.2
"""How far a gain may be from a power of ten to be called one: twice what sensors have. Judgement."""
_UNEVEN = 0.02
"""Difference of a gain between two loads, relative, from which one of the readings is of another load, or the
sensor saturates. Judgement: meters repeat within half a percent."""
_MOST_STEADY = 2.0
"""Current over the rated one that no motor draws for a minute. Judgement: its protection trips."""
_DECADES = range(-4, 5)
"""Powers of ten that are tried: mA for A is three. Judgement."""
_RATIOS = {
    math.sqrt(2.0): "the scale is that of peak values, or its inverse",
    math.sqrt(3.0): "line and winding current of a delta are taken for each other",
    2.0: "the conductor passes the sensor twice, or the ratio is another one",
}
"""Ratios of wrong scales, and where they come from. Physics of a sine, of a delta, of a transformer."""


def gains_of(
    loads: Sequence[tuple[Currents, Mapping[str, float]]], conductors: Conductors
) -> dict[str, list[float]]:
    """Return what the present scale of each channel must be multiplied with, by name, of each load.

    A reading belongs to a conductor: to that of the channel under whose name it is given, as assigned.
    Channels without a line or without a reading have no gain.
    """
    gains: dict[str, list[float]] = {}
    for currents, read_a in loads:
        own = zip(currents.names, currents.phases, strict=True)
        of_conductor = {phase: read_a[name] for name, phase in own if name in read_a}
        for name, rms_a, clean in zip(currents.names, currents.rms_a, currents.clean, strict=True):
            phase = conductors[name]
            if clean and phase in of_conductor:
                gains.setdefault(name, []).append(float(of_conductor[phase] / rms_a))
    return gains


def gain_findings(gains: Mapping[str, Sequence[float]]) -> Iterator[Finding]:
    """Return the findings of gains that a sensor does not have by itself."""
    for name, of_loads in gains.items():
        gain = float(np.mean(of_loads))
        spread = (max(of_loads) - min(of_loads)) / gain
        if spread > _UNEVEN:
            yield Finding(
                Problem.UNEVEN,
                (name,),
                f"its gain differs by {100 * spread:.1f} % between the loads",
                "read the meter while it records, at a steady load; if it stays, the sensor saturates: take "
                "a larger one",
            )
        if finding := _wrong_scale(name, gain, "against the reading"):
            yield finding


def reading_findings(read_a: Mapping[str, float], nameplate: Nameplate) -> Iterator[Finding]:
    """Return the findings of readings that no motor of this plate gives for long."""
    lowest_a, highest_a = _steady_limits_a(nameplate)
    for name, amps in read_a.items():
        if not lowest_a <= amps <= highest_a:
            yield Finding(
                Problem.READING,
                (),
                f"the reading {name}={amps:g} A is none of this motor, which draws {lowest_a:.3g} to "
                f"{highest_a:.3g} A",
                "read again, with one conductor in the jaw; or correct motor.rated_current_a",
            )


def plate_findings(currents: Currents, nameplate: Nameplate) -> Iterator[Finding]:
    """Return the findings of currents that no motor of this plate draws for long, by power of ten."""
    lowest_a, highest_a = _steady_limits_a(nameplate)
    for name, rms_a, clean in zip(currents.names, currents.rms_a, currents.clean, strict=True):
        if not clean or lowest_a <= rms_a <= highest_a:
            continue
        fitting = [10.0**d for d in _DECADES if lowest_a <= rms_a * 10.0**d <= highest_a]
        why = f"it shows {rms_a:.4g} A, and this motor draws {lowest_a:.3g} to {highest_a:.3g} A"
        if len(fitting) == 1:
            yield _decade(name, fitting[0], why)
        else:
            yield Finding(
                Problem.SCALE,
                (name,),
                why,
                "check its scale, the ratio of its transformer and motor.rated_current_a; read a clamp meter "
                "and give --reference",
            )


def ratio_finding(currents: Currents, relative: NDArray[np.float64]) -> Finding | None:
    """Return the finding of the one of three sensors whose scale does not fit the others'; None without any.

    `relative` are the true currents up to a common factor, by their directions.
    """
    logs = np.log(relative / currents.rms_a)
    odd = int(np.argmax(np.abs(logs - np.median(logs))))
    gain = float(np.exp(logs[odd] - np.delete(logs, odd).mean()))
    if max(gain, 1 / gain) < MAGNITUDES.max_gain_ratio:
        return None
    return _wrong_scale(currents.names[odd], gain, "against the other two")


def _steady_limits_a(nameplate: Nameplate) -> tuple[float, float]:
    return current_limits_a(nameplate)[0], _MOST_STEADY * nameplate.rated_current_a


def _wrong_scale(name: str, gain: float, against: str) -> Finding | None:
    decade = 10.0 ** round(math.log10(gain))
    if decade != 1.0 and abs(gain / decade - 1.0) < DECADE_WITHIN:
        return _decade(name, decade, f"it shows {1 / gain:.4g} times the current {against}")
    if abs(gain - 1.0) < USUAL:
        return None
    near = [why for ratio, why in _RATIOS.items() if min(abs(gain / ratio - 1), abs(gain * ratio - 1)) < 0.05]
    return Finding(
        Problem.SCALE,
        (name,),
        f"it shows {1 / gain:.3g} times the current {against}",
        f"check the ratio of its transformer and its resistor{f': {near[0]}' if near else ''}",
    )


def _decade(name: str, factor: float, why: str) -> Finding:
    return Finding(
        Problem.DECADE,
        (name,),
        f"{why}: its scale is {1 / factor:g} times the right one",
        f"multiply its scale by {factor:g} (unit, ratio of the transformer, or decimal point)",
    )
