"""Which sensor is on which conductor: by sensors taken off one at a time, by the rotation, by the readings.

Three currents of a motor are alike, so they do not tell by themselves whose they are. Their order shows that
two are exchanged if the rotation of the supply was measured, yet not which two. The readings tell it where
the currents are unbalanced enough: three currents that sum up to zero are the sides of a triangle, whose
angles give the true lengths, whatever the scales are. What always tells it is to take a sensor off its
conductor and to see which channel loses its current.
"""

import itertools
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from calibration.sensors.findings import Finding, Problem
from calibration.sensors.measured import Currents
from calibration.sensors.readings import CalibrationError

_LOST = 0.3
"""Current against the others of a sensor that was taken off, over what it was. Judgement: near a conductor, a
sensor that is off still picks up a few hundredths."""
_LENGTH_SD = 0.012
"""Standard deviation of a length of the triangle, relative: a degree of phase error in a transformer of
class 1 (IEC 61869-2) makes 1 %, two readings of a meter against each other half a percent."""
_NEAR, _FAR = 2.0, 4.5
"""Standard deviations within which the exchange that is named lies, and beyond which all others lie.

Judgement: sensors with phase errors of two degrees are then not named wrongly; a worse one is rarely named.
"""

_EVEN = {"abc", "bca", "cab"}
"""Conductors of the channels a, b and c that leave their order as it is."""

Conductors = dict[str, str]
"""The phase of the conductor on which each channel is."""


def order_of(currents: Currents, signs: Sequence[float]) -> str | None:
    """Return the order of the phases, abc or acb, as the channels are assigned; None if it does not show."""
    by_phase = dict(zip(currents.phases, currents.phasors_a * np.array(signs), strict=True))
    if len(by_phase) < 2 or not currents.clean.all():
        return None
    if len(by_phase) == 2:
        (missing,) = set("abc") - set(by_phase)
        by_phase[missing] = -sum(phasor / abs(phasor) for phasor in by_phase.values())
    lag = float(np.angle(by_phase["a"] * np.conj(by_phase["b"])))
    return "abc" if lag > 0 else "acb"


def by_taking_off(currents: Currents, without: Mapping[str, Currents]) -> Conductors:
    """Return the conductor of each channel that lost its current when the sensor was taken off there.

    If all but one are known, the last one follows. Raises CalibrationError if not exactly one channel
    lost its current, or if two recordings show the same.
    """
    found: Conductors = {}
    for phase, taken in without.items():
        share = (taken.rms_a / taken.rms_a.max()) / (currents.rms_a / currents.rms_a.max())
        lost = np.flatnonzero((share < _LOST * share.max()) & currents.clean)
        names = [currents.names[i] for i in lost]
        if len(names) != 1 or names[0] in found:
            raise CalibrationError(
                f"--without {phase}: {', '.join(names) or 'no channel'} lost its current, expected one "
                "channel, and another one for each conductor; record again with only this sensor off"
            )
        found[names[0]] = phase
    rest_names = [name for name in currents.names if name not in found]
    rest_phases = [phase for phase in currents.phases if phase not in found.values()]
    if found and len(rest_names) == 1 and len(currents.names) == 3:
        found[rest_names[0]] = rest_phases[0]
    return found


def conductors_of(
    currents: Currents,
    same_order: bool | None,
    taken_off: Conductors,
    loads: Sequence[tuple[Currents, Mapping[str, float]]],
) -> Conductors | None:
    """Return the conductors of the channels; None if they are not as assigned, and it is not known how.

    Channels that may be right by all that is known are taken for right.

    Args:
        currents: of one of the loads.
        same_order: True if their order is the rotation of the supply; None if that is not known.
        taken_off: conductors that are known.
        loads: currents and their readings by channel.
    """
    candidates = [
        conductors
        for order in itertools.permutations("abc")
        if same_order is None or same_order == ("".join(order) in _EVEN)
        if _agrees(conductors := _placed(currents, order), taken_off)
    ]
    own = _placed(currents, ("a", "b", "c"))
    if own in candidates:
        return own
    if len(candidates) == 1:
        return candidates[0]
    return _nearest(candidates, loads)


def _placed(currents: Currents, order: Sequence[str]) -> Conductors:
    on = dict(zip("abc", order, strict=True))
    return {name: on[phase] for name, phase in zip(currents.names, currents.phases, strict=True)}


def _agrees(conductors: Conductors, known: Conductors) -> bool:
    return all(conductors[name] == phase for name, phase in known.items())


def exchange_finding(currents: Currents, conductors: Conductors) -> Finding | None:
    """Return what is wrong with channels whose conductor is not that of their phase; None if nothing is."""
    own = dict(zip(currents.names, currents.phases, strict=True))
    wrong = tuple(name for name in currents.names if conductors.get(name, own[name]) != own[name])
    if not wrong:
        return None
    lies = ", ".join(f"{name} is on conductor {conductors[name]}" for name in wrong)
    lines = ", ".join(f"{name}: phase {conductors[name]}" for name in wrong)
    return Finding(
        Problem.SWAPPED,
        wrong,
        lies,
        f"clamp each on its own conductor, or write the phase on which it is ({lines})",
    )


def unnamed_exchange(currents: Currents, order: str | None, same_order: bool | None) -> Finding:
    """Return the finding of channels that are not as assigned, where it is not known which ones."""
    how_many = "two or all" if same_order is None else "two"
    told = f" (their order is {order})" if order else ""
    return Finding(
        Problem.SWAPPED,
        (),
        f"{how_many} of {', '.join(currents.names)} are exchanged{told}; which cannot be known from currents "
        "so alike",
        "take the sensor off one conductor, record again, and give --without a=FILE (or b, or c)",
    )


def _nearest(
    candidates: Sequence[Conductors], loads: Sequence[tuple[Currents, Mapping[str, float]]]
) -> Conductors | None:
    """Return the candidate that fits the readings if all others are far from them, else None."""
    usable = [(c, read_a) for c, read_a in loads if len(c.names) == 3 and set(c.names) <= set(read_a)]
    if not usable or not candidates:
        return None
    errors = []
    for conductors in candidates:
        differences = [_log_lengths(c) - _log_readings(c, conductors, read_a) for c, read_a in usable]
        errors.append(float(np.mean(differences, axis=0).std()) / _LENGTH_SD)
    nearest, next_one = sorted(errors)[:2]
    return candidates[int(np.argmin(errors))] if nearest < _NEAR and next_one > _FAR else None


def relative_lengths(currents: Currents) -> NDArray[np.float64]:
    """Return the true currents (3,) up to a common factor, by the directions alone.

    Each side of a triangle is as long as the sine of the angle between the other two.
    """
    angles = np.angle(currents.phasors_a)
    return np.asarray(np.abs(np.sin(np.roll(angles, -1) - np.roll(angles, 1))))


def _log_lengths(currents: Currents) -> NDArray[np.float64]:
    logs = np.log(relative_lengths(currents))
    return np.asarray(logs - logs.mean())


def _log_readings(
    currents: Currents, conductors: Conductors, read_a: Mapping[str, float]
) -> NDArray[np.float64]:
    of_conductor = {phase: read_a[n] for n, phase in zip(currents.names, currents.phases, strict=True)}
    logs = np.log([of_conductor[conductors[name]] for name in currents.names])
    return np.asarray(logs - logs.mean())
