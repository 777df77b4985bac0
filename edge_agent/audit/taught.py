"""What was learned of the motor over many windows, held against the plate.

The line between current and slip has its own no-load current, and its own speed at the plate's current. Both
move with voltage and temperature, but not as far as a plate is off that is that of another connection or
motor.
"""

from collections.abc import Iterable, Iterator

from edge_agent.audit.currents import Plate
from edge_agent.audit.findings import Suspect
from edge_agent.audit.reading import Reading
from edge_agent.signals.slip.known import CurrentLine, KnownMotor

_NO_LOAD = (0.66, 1.5)
"""Learned no-load current over that of the plate's circuit, of a right plate. Measured: 0.75 to 1.31 in 69
simulated motors with voltages 8 % off; star taken for delta makes 0.58 or 1.73."""
_SLIP = (0.72, 1.65)
"""Learned slip at the plate's current over its rated slip, of a right plate. Measured: 0.79 to 1.60 in 69
simulated motors, cold and hot. A low voltage makes it larger, and the no-load current smaller: times that
over the plate's it was 0.94 to 1.45 in 24 rotors, so an upper end that only one of both exceeds accuses
nothing. Half the rated slip made at least 1.67 of both."""


def read_learned(learned: KnownMotor, of_current: Iterable[Reading], plate: Plate) -> Iterator[Reading]:
    """Yield what was learned says of speed, current and bars, and what a window says of its current.

    Where the line between current and slip is known, single windows say nothing more of the speed. A wrong
    speed or current bounds the slips at which slot lines are read, so beside it the bars are not accused.
    """
    line = learned.line if plate.nameplate.supply == "grid" else None
    found = [reading for reading in of_current if line is None or reading.suspect is not Suspect.SPEED]
    if line is not None:
        found += _read_line(line, plate)
    yield from found
    bars, slots = plate.nameplate.rotor_bars, learned.slots
    rests_on_wrong = any(reading.accuses for reading in found)
    if bars is not None and slots is not None and slots.is_true and not rests_on_wrong:
        yield Reading(Suspect.BARS, slots.bars != bars, float(slots.bars))


def _read_line(line: CurrentLine, plate: Plate) -> Iterator[Reading]:
    nameplate = plate.nameplate
    no_load = line.no_load_a / plate.circuit.no_load_current_rms_a
    if not _NO_LOAD[0] <= no_load <= _NO_LOAD[1]:
        yield Reading(Suspect.SPEED, True, no_load)
        return
    slip = line.slip(nameplate.rated_current_a)
    if slip is None:
        return
    over_rated = slip / nameplate.rated_slip
    if over_rated < _SLIP[0] or min(over_rated, over_rated * no_load) > _SLIP[1]:
        yield Reading(Suspect.RATED_SPEED, True, nameplate.synchronous_speed_rpm * (1 - slip))
    else:
        yield Reading(Suspect.SPEED, False)
        yield Reading(Suspect.RATED_SPEED, False)
