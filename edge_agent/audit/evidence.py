"""All that one window says for and against plate, scales and rate."""

from collections.abc import Collection, Iterator, Sequence

import numpy as np

from edge_agent.audit.currents import Plate, read_current
from edge_agent.audit.findings import Suspect
from edge_agent.audit.reading import Reading
from edge_agent.audit.slots import read_slots
from edge_agent.audit.taught import read_learned
from edge_agent.audit.wiring import reversed_sensor
from edge_agent.limits import MAGNITUDES
from edge_agent.refusals import of_samples
from edge_agent.signals.analysis import Analysis
from edge_agent.signals.checks.coarse import coarse_currents
from edge_agent.signals.slip.known import KnownMotor
from edge_agent.signals.slip.poles import Shaft, shafts, shafts_by_air_gap, without_bars
from edge_agent.verdict import Reason
from edge_agent.windows.sliding import Window

_WEAK_DB = 6.0
"""Level of a first harmonic from which the plate's own shaft may be there, dB: as of harmonics that count."""
_NEARLY_DB = 3.0
"""How far the first harmonic of a slower shaft may lie below its second one, dB. Judgement: looseness makes
halves of a shaft's speed that are far weaker."""


def read_window(
    window: Window, analysis: Analysis, plate: Plate, learned: KnownMotor | None = None
) -> list[Reading]:
    """Return what a window of a running motor says; nothing if it shows no line of the supply.

    `learned` is what earlier windows have taught of the motor; None if nothing.
    """
    line = analysis.line
    if line is None:
        return []
    readings = [*_of_line(analysis, plate), *_of_sensors(window, analysis)]
    if any(reading.accuses for reading in readings):
        return readings  # all that follows would rest on them
    if analysis.current is None:
        scale = analysis.refusal is not None and analysis.refusal.reason is Reason.WRONG_SCALE
        return [*readings, *read_current(line, plate, None)] if scale else readings
    readings += _of_phase_order(analysis)
    pole_pairs = plate.nameplate.pole_pairs
    found = {} if analysis.vibration is None else shafts(analysis.vibration, line.frequency_hz)
    of_poles = read_poles(found, pole_pairs)
    by_air_gap = {} if of_poles else shafts_by_air_gap(analysis.current, plate.circuit)
    by_air_gap = without_bars(by_air_gap, analysis.pair, line.frequency_hz)
    of_poles = of_poles or read_poles_by_air_gap(by_air_gap, pole_pairs)
    readings += of_poles
    if not any(reading.accuses for reading in of_poles):
        air_gap = by_air_gap.get(pole_pairs)
        slip = _slip(analysis, found.get(pole_pairs)) or (None if air_gap is None else air_gap.slip)
        of_current = read_current(line, plate, slip)
        of_learned = list(read_learned(learned or KnownMotor(), of_current, plate))
        readings += of_learned
        if not any(reading.accuses or reading.suspect is Suspect.BARS for reading in of_learned):
            readings += read_slots(analysis, slip, window.length_s, plate.nameplate)
    return readings


def read_poles_by_air_gap(found: Collection[int], pole_pairs: int) -> list[Reading]:
    """Return what the lines of the air gap say of a number of pole pairs: one that shows as another."""
    if pole_pairs in found:
        return [Reading(Suspect.POLES, False)]
    return [Reading(Suspect.POLES, True, 2.0 * other) for other in found if len(found) == 1]


def read_poles(found: dict[int, Shaft], pole_pairs: int) -> list[Reading]:
    """Return what the shafts say of a number of pole pairs.

    The slowest shaft counts whose first harmonic stands out with another one: harmonics of it are the first
    of faster ones. The plate's own must not show, or be nothing but such a harmonic.
    """
    clear = [shaft for shaft in found.values() if shaft.is_clear]
    if not clear:
        return []
    slowest = max(clear, key=lambda shaft: shaft.pole_pairs)
    own = found.get(pole_pairs)
    if own is slowest:
        return [Reading(Suspect.POLES, False)]
    own_db = 0.0 if own is None else own.levels_db[0]
    harmonic = slowest.pole_pairs % pole_pairs == 0
    if own_db >= _WEAK_DB and not (harmonic and slowest.levels_db[0] >= own_db - _NEARLY_DB):
        return []
    return [Reading(Suspect.POLES, True, 2.0 * slowest.pole_pairs)]


def _slip(analysis: Analysis, shaft: Shaft | None) -> float | None:
    """Return the slip that a speed channel, or the shaft alone shows; None if neither does."""
    slips = analysis.slips
    if slips is not None and slips.source == "measured":
        return slips.middle
    return shaft.slip if shaft is not None and shaft.stands_out and shaft.leads else None


def _of_phase_order(analysis: Analysis) -> Iterator[Reading]:
    order = analysis.evidence.phase_order
    if order is not None:
        yield Reading(Suspect.PHASE_ORDER, order != "abc")


def _of_line(analysis: Analysis, plate: Plate) -> Iterator[Reading]:
    if plate.nameplate.supply != "grid" or analysis.line is None:
        return
    refusal = analysis.refusal
    wrong = refusal is not None and refusal.reason is Reason.WRONG_LINE_FREQUENCY
    if wrong or refusal is None or analysis.current is not None:
        yield Reading(Suspect.LINE_FREQUENCY, wrong, analysis.line.frequency_hz)


def _of_sensors(window: Window, analysis: Analysis) -> Iterator[Reading]:
    """Yield which sensor is reversed, or scaled unlike the others; a window without refusal clears both."""
    stream, refusal = window.current.stream, analysis.refusal
    names = [stream.channels[i].name for i in stream.phases.values()]
    if len(names) < 2:
        return
    if refusal is None:
        yield Reading(Suspect.DIRECTION, False)
        yield Reading(Suspect.CHANNEL_SCALE, False)
        return
    if refusal.quantity == of_samples.ZERO_SEQUENCE.quantity and analysis.line is not None:
        phasors = coarse_currents(window.current, analysis.line.frequency_hz).phasors
        strongest = phasors[0] / abs(phasors[0])
        wrong = reversed_sensor((phasors / strongest).mean(axis=1))
        if wrong is not None:
            yield Reading(Suspect.DIRECTION, True, channel=names[wrong])
    elif refusal.quantity == of_samples.PHASES_TOO_CLOSE.quantity:
        yield Reading(Suspect.DIRECTION, True, channel=" or ".join(names))
    elif refusal.quantity in (of_samples.GAIN_OFF.quantity, of_samples.RATIO_OFF.quantity):
        yield Reading(Suspect.CHANNEL_SCALE, True, refusal.value or 0.0, refusal.channel or "")
    elif refusal.quantity == of_samples.ABOVE_PULL_OUT.quantity:
        yield from _far_above(window, names)


def _far_above(window: Window, names: Sequence[str]) -> Iterator[Reading]:
    """Yield the one current that is far above the others, where a current is above all that a motor draws."""
    stream = window.current
    levels = [float(np.std(stream.units(i)[stream.valid])) for i in stream.stream.phases.values()]
    largest = int(np.argmax(levels))
    ratio = levels[largest] / max(np.mean(np.delete(levels, largest)), 1e-30)
    if ratio > MAGNITUDES.max_ratio_of_two:
        yield Reading(Suspect.CHANNEL_SCALE, True, float(ratio), names[largest])
