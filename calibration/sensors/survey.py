"""All that recordings and readings of one motor say of its sensors."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from calibration.sensors.clock import clock_findings
from calibration.sensors.directions import Directions, directions_of
from calibration.sensors.findings import Finding, Problem
from calibration.sensors.gravity import gravity_finding, gravity_of
from calibration.sensors.measured import Currents, measure
from calibration.sensors.phase_order import (
    Conductors,
    by_taking_off,
    conductors_of,
    exchange_finding,
    order_of,
    relative_lengths,
    unnamed_exchange,
)
from calibration.sensors.readings import CalibrationError, Flip, Load, Readings
from calibration.sensors.scales import (
    gain_findings,
    gains_of,
    plate_findings,
    ratio_finding,
    reading_findings,
)
from edge_agent.acquire.samples import Channel
from edge_agent.motor import Nameplate

_STEADY = 0.02
"""Change of the current within a recording from which it limits the gains. Judgement: a meter is read at any
moment of it."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A channel as it should be configured."""

    before: Channel
    """As it is."""
    scale: float
    """Units per count."""
    offset: float
    """Counts at zero."""
    phase: str | None = None
    """Phase of the conductor on which it is; None for other channels than currents."""
    fitted: bool = True
    """True if the magnitude of the scale was fitted; False if it is the one before."""

    @property
    def gain(self) -> float:
        """Magnitude of the scale over the one before."""
        return abs(self.scale / self.before.scale)

    @property
    def full_scale(self) -> float | None:
        """Largest magnitude that the converter can give, in units; None if unknown."""
        return None if self.before.full_scale is None else self.before.full_scale * self.gain

    @property
    def needs_no_rewiring(self) -> bool:
        """True if it makes up for wrong wiring: a sign or a phase that is not the one before."""
        return self.scale * self.before.scale < 0 or self.phase != self.before.phase


@dataclass(frozen=True, slots=True)
class Survey:
    """What is known of the sensors of a motor."""

    findings: tuple[Finding, ...]
    """What is wrong."""
    corrections: tuple[Correction, ...]
    """Every channel of which anything was measured, as it should be configured."""
    unknown: tuple[str, ...] = ()
    """What cannot be known from what was given, in sentences."""
    currents: Currents | None = None
    """Of the first load; None without one."""
    order: str | None = None
    """Order of the phases as the channels are assigned; None if it does not show."""


@dataclass(frozen=True, slots=True)
class _Wiring:
    """How the current sensors are wired."""

    directions: Directions
    order: str | None
    same_order: bool | None
    conductors: Conductors | None


def survey(loads: Sequence[Load], flips: Sequence[Flip], readings: Readings, nameplate: Nameplate) -> Survey:
    """Return what recordings and readings say; raises CalibrationError if they say nothing or contradict."""
    gravities = [gravity_of(flip) for flip in flips]
    turned = tuple(Correction(g.before, g.scale, g.offset, g.before.phase) for g in gravities)
    wrong = tuple(finding for g in gravities if (finding := gravity_finding(g)))
    if not loads:
        return Survey(wrong, turned)
    measured = [(measure(load.recording, nameplate), load.read_a) for load in loads]
    currents = measured[0][0]
    if not currents.clean.any():
        raise CalibrationError(
            f"{loads[0].recording.name}: no current shows a line; the motor must run, its sensors clamped"
        )
    _check_readings(measured)
    wiring = _wiring(measured, readings, nameplate)
    gains = gains_of(measured, wiring.conductors or _assigned(currents))
    findings = (
        *(finding for load in loads for finding in reading_findings(load.read_a, nameplate)),
        *_signal_findings(currents),
        *_wiring_findings(currents, wiring),
        *_scale_findings(currents, gains, wiring, nameplate),
        *clock_findings(currents, nameplate, readings),
        *wrong,
    )
    fitted = gains if wiring.conductors is not None else {}
    corrections = tuple(_corrections(measured, wiring, fitted))
    unknown = tuple(_unknown(measured, wiring, readings))
    return Survey(findings, (*corrections, *turned), unknown, currents, wiring.order)


def _check_readings(measured: Sequence[tuple[Currents, Mapping[str, float]]]) -> None:
    for currents, read_a in measured:
        if currents.names != measured[0][0].names:
            raise CalibrationError("the recordings have different currents; record all with the same sensors")
        if strange := sorted(set(read_a) - set(currents.names)):
            raise CalibrationError(
                f"--reference: there is no phase current {', '.join(strange)}; expected "
                f"{', '.join(currents.names)}"
            )


def _wiring(
    measured: Sequence[tuple[Currents, Mapping[str, float]]], readings: Readings, nameplate: Nameplate
) -> _Wiring:
    currents = measured[0][0]
    directions = directions_of(currents)
    order = order_of(currents, directions.signs) if directions.known else None
    same = None if order is None or readings.rotation is None else order == readings.rotation
    without = {phase: measure(recording, nameplate) for phase, recording in readings.without.items()}
    taken_off = by_taking_off(currents, without)
    return _Wiring(directions, order, same, conductors_of(currents, same, taken_off, measured))


def _assigned(currents: Currents) -> Conductors:
    return dict(zip(currents.names, currents.phases, strict=True))


def _signal_findings(currents: Currents) -> Iterator[Finding]:
    for name, clean, clipped in zip(currents.names, currents.clean, currents.clipped, strict=True):
        if not clean:
            yield Finding(
                Problem.SILENT,
                (name,),
                "it shows no line of the supply",
                "check fuse, contactor and cable, and that the sensor is closed around its conductor",
            )
        if clipped:
            yield Finding(
                Problem.CLIPPED,
                (name,),
                "it reaches the end of its range",
                "set a larger range of the input, or take a sensor for more current",
            )


def _wiring_findings(currents: Currents, wiring: _Wiring) -> Iterator[Finding]:
    yield from wiring.directions.findings
    if wiring.conductors is None:
        yield unnamed_exchange(currents, wiring.order, wiring.same_order)
    elif finding := exchange_finding(currents, wiring.conductors):
        yield finding


def _scale_findings(
    currents: Currents, gains: Mapping[str, Sequence[float]], wiring: _Wiring, nameplate: Nameplate
) -> Iterator[Finding]:
    """Yield what readings tell of the scale, and plate and other currents of channels without readings."""
    yield from gain_findings(gains)
    by_plate = [f for f in plate_findings(currents, nameplate) if not set(f.channels) & set(gains)]
    yield from by_plate
    if gains or by_plate or len(currents.names) < 3 or not currents.clean.all():
        return
    if wiring.directions.known and (finding := ratio_finding(currents, relative_lengths(currents))):
        yield finding


def _corrections(
    measured: Sequence[tuple[Currents, Mapping[str, float]]],
    wiring: _Wiring,
    gains: Mapping[str, Sequence[float]],
) -> Iterator[Correction]:
    currents = measured[0][0]
    offsets = np.mean([own.mean_counts for own, _ in measured], axis=0)
    for i, channel in enumerate(currents.channels):
        if not currents.clean[i]:
            continue
        gain = float(np.mean(gains[channel.name])) if channel.name in gains else 1.0
        phase = channel.phase if wiring.conductors is None else wiring.conductors[channel.name]
        scale = channel.scale * gain * wiring.directions.sure_signs[i]
        yield Correction(channel, scale, float(offsets[i]), phase, channel.name in gains)


def _unknown(
    measured: Sequence[tuple[Currents, Mapping[str, float]]], wiring: _Wiring, readings: Readings
) -> Iterator[str]:
    currents = measured[0][0]
    without_reading = [name for name in currents.names if not any(name in read_a for _, read_a in measured)]
    if without_reading:
        yield (
            f"the gain of {', '.join(without_reading)}: read a meter on each conductor while it records, "
            "and give --reference"
        )
    if wiring.conductors is None:
        yield "the gains: a reading belongs to a conductor, and it is not known which sensor is on it"
    taken_off = len(readings.without) + (readings.rotation is not None and bool(readings.without))
    if len(currents.names) > 1 and taken_off < 2:
        yield _about_conductors(wiring.order, readings.rotation)
    if len(currents.names) > 1:
        yield "whether all sensors are the wrong way round: the currents are the same, and so is every answer"
    largest = max(own.change for own, _ in measured)
    if largest > _STEADY:
        yield (
            f"the gains to better than {100 * largest:.1f} %: the current changed by so much; keep the load "
            "steady"
        )


def _about_conductors(order: str | None, rotation: str | None) -> str:
    if order is None:
        return "the order of the phases: it does not show in these currents"
    if rotation is None:
        return (
            f"whether two sensors are exchanged: their order is {order}; measure the rotation of the supply "
            "and give --rotation"
        )
    return (
        "whether all three sensors sit one conductor further on: their order is the same, and so is every "
        "answer; --without tells it"
    )
