"""The current against that of the plate: at the slip that something else shows, or by itself.

A current in a wrong scale is as far off at every load, and beyond what a motor can draw at its slip. A
smaller misfit may come from the plate's current (star taken for delta) or from its speed.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from edge_agent.audit.findings import Suspect
from edge_agent.audit.reading import Reading
from edge_agent.circuit import Circuit
from edge_agent.motor import Nameplate
from edge_agent.signals.prepared import Line

_LIGHT = 0.4
"""Slip over the rated one below which the current is mostly magnetising. Judgement: there it was 0.87 to 1.07
times that of the plate in simulated motors of `tests/bench/bench_audit.py`."""
_FITS_LIGHT = (0.7, 1.4)
"""Current over that of the plate at a light load, of a right plate. Physics: a tenth more voltage takes a
quarter more of it; star taken for delta changes it 1.73 times."""
_FITS = (0.57, 1.6)
"""The same under load: hot and cold rotors draw 0.7 to 1.3 times it; see `limits.MAGNITUDES`."""
_SURELY = (0.75, 1.3)
"""The same that clears an entry. Judgement: star taken for delta makes 0.58 or 1.73; what lies between says
nothing."""
_ONLY_SCALE = (0.4, 2.2)
"""Ratio beyond which the scale is wrong, if the slip is one of this motor. Physics: between idling and rated
load a current changes by about 2.5 times, whatever the rated speed is."""
_MOST_SLIP = 1.5
"""Slip over the rated one from which the rated speed is in doubt as well. Judgement: the motor would have
been overloaded in window after window."""
_MOST_STEADY = 2.0
"""Current over the rated one that no motor draws for long. Judgement: its protection trips."""
_LEAST_IDLE = 0.7
"""Current over that of the idling motor below which the scale is wrong: 0.89 was the least of 330 simulated
motors with voltages 10 % off."""


@dataclass(frozen=True, slots=True)
class Plate:
    """What the configuration says of the motor."""

    nameplate: Nameplate
    """The plate."""
    circuit: Circuit
    """The circuit of its motor."""


def read_current(line: Line, plate: Plate, slip: float | None) -> Iterator[Reading]:
    """Yield what a current says of its scale and of the rated speed; nothing behind a drive.

    `slip` is what something other than current and plate shows; None if nothing does.
    """
    if plate.nameplate.supply != "grid":
        return
    if slip is None:
        yield from _by_itself(line, plate)
        return
    ratio = line.rms_a / plate.circuit.current_rms_a(slip)
    over_rated = slip / plate.nameplate.rated_slip
    lowest, highest = _FITS_LIGHT if over_rated < _LIGHT else _FITS
    if _SURELY[0] <= ratio <= _SURELY[1]:
        yield Reading(Suspect.SCALE, False)
        yield Reading(Suspect.SPEED, False)
    elif lowest <= ratio <= highest:
        return
    elif _ONLY_SCALE[0] <= ratio <= _ONLY_SCALE[1] or over_rated > _MOST_SLIP:
        yield Reading(Suspect.SPEED, True, ratio)
    else:
        yield Reading(Suspect.SCALE, True, ratio)


def _by_itself(line: Line, plate: Plate) -> Iterator[Reading]:
    """Yield what a current says without a slip: how little a motor idles at, how much it draws for long."""
    over_rated = line.rms_a / plate.nameplate.rated_current_a
    over_idle = line.rms_a / plate.circuit.no_load_current_rms_a
    if over_rated > _MOST_STEADY:
        yield Reading(Suspect.SCALE, True, over_rated)
    elif over_idle < _LEAST_IDLE:
        yield Reading(Suspect.SCALE, True, over_idle)
    elif over_idle > _SURELY[0] and over_rated < _SURELY[1]:
        yield Reading(Suspect.SCALE, False)
