"""The sources of the slip that need no slot harmonics: a stated speed, the vibration, the rms current.

Each is an object with one method, `estimate`. Which of them is believed is the estimator's business.
"""

import math

import numpy as np

from edge_agent.acquire.samples import ChannelKind
from edge_agent.circuit import Circuit
from edge_agent.limits import MAGNITUDES
from edge_agent.motor import Nameplate
from edge_agent.signals.checks.clock import shaft_jumps
from edge_agent.signals.prepared import Vibration
from edge_agent.signals.slip.range import MAX_SLIP, SlipRange, SourceName, possible_slips
from edge_agent.signals.slip.shaft import find_shaft, shows_shaft
from edge_agent.signals.slip.view import MotorView
from edge_agent.signals.supply import Line
from edge_agent.windows.sliding import Window

_SPEED_MARGIN = 0.003
"""How far a stated speed may lie from the true one, per unit of the synchronous speed: tachometers and their
rounding; judgement."""
_SPEED_MARGIN_CYCLES = 0.5
"""The same in pole-pass cycles of the window: half a bin, which the window cannot resolve anyhow."""
_CURRENT_MARGIN = (0.5, 2.0)
"""Range around the slip that the current means: rotor temperature, voltage and plate errors of simulated
motors lie within. Judgement, held by the rotor sets of tests/bench/bench_evidence.py."""
_OVERLOAD_MARGIN = 1.75
"""Upper end of that range over the larger of this slip and the rated one. Judgement, held by the rotor sets
of tests/bench/bench_evidence.py."""
_TRUSTED_FROM = 0.3
"""Slip over the rated one from which the current is a good measure of it: below, most of the current
magnetises. Judgement, held by the rotor sets of tests/bench/bench_evidence.py."""
_MIN_HIGHEST = 0.35
"""Least upper end of the range over the rated slip. Judgement, held by the rotor sets of
tests/bench/bench_evidence.py."""
CURRENT_ERROR = 1.4
"""Factor by which the slip that the current means may be wrong: under- and over-voltage of 10 %, a cold or
hot rotor. Judgement, held by the rotor sets of tests/bench/bench_evidence.py."""
_BELOW_CURRENT = 0.7
"""Factor by which the vibration's slip may lie below the range of the current: the same errors, downwards.
Judgement, held by the rotor sets of tests/bench/bench_evidence.py."""


class MeasuredSpeed:
    """A speed channel."""

    def __init__(self, nameplate: Nameplate) -> None:
        self._nameplate = nameplate

    def estimate(self, view: MotorView) -> SlipRange | None:
        """Return the slip of the channel's median; None without a channel, or at a speed that cannot be."""
        rpm = measured_speed_rpm(view.window)
        if rpm is None:
            return None
        return slip_of_speed(rpm, self._nameplate, view.line, view.window.length_s, "measured")


class ConfiguredSpeed:
    """`motor.speed_rpm`, a constant speed."""

    def __init__(self, nameplate: Nameplate) -> None:
        self._nameplate = nameplate

    def estimate(self, view: MotorView) -> SlipRange | None:
        """Return its slip; None if none is configured, or where the motor cannot turn at it."""
        rpm = self._nameplate.speed_rpm
        if rpm is None:
            return None
        return slip_of_speed(rpm, self._nameplate, view.line, view.window.length_s, "configured")


class RmsCurrent:
    """The load that the rms current means to the nameplate's circuit. Always an answer, and a wide one."""

    def __init__(self, nameplate: Nameplate, circuit: Circuit) -> None:
        self._nameplate = nameplate
        self._circuit = circuit

    def estimate(self, view: MotorView) -> SlipRange:
        """Return the range that the current allows."""
        return self.bound(view.line)

    def bound(self, line: Line) -> SlipRange:
        """Return the range that the positive sequence of a current allows.

        At light load the current is nearly all magnetising and hardly depends on the slip; far above the
        rated value its scale is wrong. In both cases the range begins at zero. Under load it tells the slip
        but for the temperature of the rotor, so a driven shaft that turns more slowly is not taken for the
        motor's.
        """
        rated = self._nameplate.rated_slip
        slip = self._circuit.slip_at_current(line.rms_a) or 0.0
        in_scale = line.rms_a < MAGNITUDES.overload * self._nameplate.rated_current_a
        lowest = _CURRENT_MARGIN[0] * slip if slip > _TRUSTED_FROM * rated and in_scale else 0.0
        highest = min(_CURRENT_MARGIN[1] * slip, _OVERLOAD_MARGIN * max(slip, rated))
        highest = min(max(highest, _MIN_HIGHEST * rated), possible_slips(self._nameplate).highest)
        # By some plates' circuits this current flows only beyond all possible slips.
        return SlipRange(min(lowest, _CURRENT_MARGIN[0] * highest), highest, "current")


class ShaftVibration:
    """The shaft's lines in the vibration, where the rms current allows them."""

    def __init__(self, nameplate: Nameplate, current: RmsCurrent) -> None:
        self._nameplate = nameplate
        self._current = current

    def estimate(self, view: MotorView) -> SlipRange | None:
        """Return the slip of the shaft; None without usable vibration or where no speed shows."""
        if view.vibration is None:
            return None
        return self.find(view.vibration, view.line, self._current.bound(view.line))

    def find(self, vibration: Vibration, line: Line, within: SlipRange) -> SlipRange | None:
        """Return the slip of the shaft within a range; None if no speed shows, or it jumps.

        Where the range begins at zero it is that of a light load, of which the current tells little, and its
        upper end is widened by the error of the current.
        """
        samples, rate_hz = vibration.samples, vibration.rate_hz
        synchronous_hz = line.frequency_hz / self._nameplate.pole_pairs
        resolvable = 0.5 * rate_hz / samples.shape[1] / synchronous_hz
        highest = within.highest
        if within.lowest == 0.0:
            highest = min(CURRENT_ERROR * highest, possible_slips(self._nameplate).highest)
        shaft = find_shaft(
            samples,
            rate_hz,
            lowest_hz=synchronous_hz * (1 - highest),
            highest_hz=synchronous_hz * (1 - max(_BELOW_CURRENT * within.lowest, resolvable)),
            line_frequency_hz=line.frequency_hz,
        )
        if shaft is None or shaft_jumps(samples, rate_hz, shaft.shaft_hz, line.frequency_hz):
            return None
        slip = 1 - shaft.shaft_hz / synchronous_hz
        margin = shaft.uncertainty_hz / synchronous_hz
        return SlipRange(max(0.0, slip - margin), slip + margin, "vibration")

    def shows(self, vibration: Vibration, line: Line, slips: SlipRange) -> bool:
        """True if the vibration has the lines of a shaft that turns at the middle of `slips`."""
        shaft_hz = line.frequency_hz / self._nameplate.pole_pairs * (1 - slips.middle)
        return shows_shaft(vibration.samples, vibration.rate_hz, shaft_hz, line.frequency_hz)


def slip_of_speed(
    speed_rpm: float, nameplate: Nameplate, line: Line, length_s: float, source: SourceName
) -> SlipRange | None:
    """Return the range of slips around a speed in rpm, of either sign, in a window of `length_s`.

    None if this motor cannot turn at that speed: the sensor sits on another shaft, or is dead.
    """
    slip = 1 - abs(speed_rpm) * nameplate.pole_pairs / 60 / line.frequency_hz
    margin = _SPEED_MARGIN + _SPEED_MARGIN_CYCLES / (length_s * 2 * line.frequency_hz)
    if not -margin <= slip <= possible_slips(nameplate).highest:
        return None
    return SlipRange(max(0.0, slip - margin), min(slip + margin, MAX_SLIP), source)


def nearest_allowed(stated: SlipRange, by_current: SlipRange) -> float | None:
    """Return the slip nearest to a stated one that the current allows; None if it allows the stated one.

    Under load the current bounds the slip from below only: a weak supply or a hot rotor slips farther.
    """
    lowest = by_current.lowest / CURRENT_ERROR
    highest = by_current.highest * CURRENT_ERROR if by_current.lowest == 0.0 else math.inf
    return None if lowest <= stated.middle <= highest else min(max(stated.middle, lowest), highest)


def measured_speed_rpm(window: Window) -> float | None:
    """Return the median of the first speed channel, rpm; None if there is none or nothing came of it."""
    for stream in window.streams:
        for i, channel in enumerate(stream.stream.channels):
            if channel.kind is ChannelKind.SPEED and stream.valid.any() and i not in stream.dead:
                return float(np.median(stream.units(i)[stream.valid]))
    return None
