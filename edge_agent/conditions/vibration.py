"""The vibration of a window, worked out once for all conditions: the shaft, its lines, bearings' bands."""

import math
from dataclasses import dataclass
from functools import cached_property

from edge_agent.motor import Nameplate
from edge_agent.refusals import of_vibration
from edge_agent.signals.analysis import Analysis
from edge_agent.signals.bearing_bands import BearingBand, bearing_bands
from edge_agent.signals.gap_line import gap_line
from edge_agent.signals.vibration_view import VibrationView, total_mm_s, view_vibration
from edge_agent.verdict import Reason, Refusal
from edge_agent.windows.sliding import Window

_STATED_ERROR = 0.01
"""Relative error of a stated speed, which the first harmonic corrects. Judgement: drives with a stated speed
and tachometers differ by up to a per cent."""
_FOUND_ERROR = 0.003
"""Relative error of a speed that was found in the signals. Judgement: a bin of a window of 6 s at 57 Hz."""
_NOT_STEADY = (Reason.MOTOR_OFF, Reason.STARTING, Reason.UNSTEADY)
"""Reasons by which a window shows no shaft that turns steadily."""
HIGHER_ORDERS = (2, 3, 4, 5, 6, 7, 8, 9, 10)
"""Orders above the first that are measured."""
HALF_ORDERS = (0.5, 1.5, 2.5, 3.5)
"""Orders that a loose part makes: it is struck every second turn."""


@dataclass(frozen=True, eq=False)
class Vibrating:
    """The vibration of one window of one motor."""

    window: Window
    """The samples."""
    analysis: Analysis
    """What was measured for the bars: it knows the channels that tell nothing."""
    nameplate: Nameplate
    """The motor."""
    told_shaft_hz: float | None
    """Rotations per second; None if no source tells them."""

    @cached_property
    def view(self) -> VibrationView:
        """The channels, transformed."""
        return view_vibration(self.window, [dead.name for dead in self.analysis.dead])

    @property
    def unsteady(self) -> Refusal | None:
        """Why the shaft does not turn steadily; None if it does, as far as is known."""
        refusal = self.analysis.refusal
        return refusal if refusal is not None and refusal.reason in _NOT_STEADY else None

    @cached_property
    def shaft_hz(self) -> float | None:
        """Rotations per second, corrected by the first harmonic of the vibration.

        None if it is not known, or if the shaft does not turn steadily.
        """
        if self.told_shaft_hz is None or self.unsteady is not None:
            return None
        slips = self.analysis.slips
        within = _STATED_ERROR if slips is None or slips.stated else _FOUND_ERROR
        line_hz = self.analysis.evidence.line_frequency_hz or self.nameplate.line_frequency_hz
        return self.view.corrected(self.told_shaft_hz, within, line_hz)

    @cached_property
    def bands(self) -> tuple[BearingBand, ...]:
        """What each band shows of a bearing; none without a shaft, or if the rate is too low."""
        if self.shaft_hz is None:
            return ()
        return bearing_bands(self.view, self.shaft_hz, self.nameplate.bearing)

    @cached_property
    def lines(self) -> dict[str, float]:
        """The lines of the shaft by name; empty without a shaft or vibration."""
        channels = self.view.channels
        if self.shaft_hz is None or not channels:
            return {}
        found: dict[str, float] = {}
        for order in (1, *HIGHER_ORDERS, *HALF_ORDERS):
            lines = [channel.order(self.shaft_hz, order) for channel in channels]
            found[self.velocity(order)] = total_mm_s(lines)
            found[f"{order:g}x_over_floor_db"] = max(line.over_floor_db for line in lines)
            if order == 1:
                found |= {axis(c.name): line.rms for c, line in zip(channels, lines, strict=True)}
        return found

    def velocity(self, order: float) -> str:
        """Return the name of the velocity at an order of the shaft, mm/s rms, all axes together.

        It holds the names of the channels, since one more or less makes another sum.
        """
        return f"{order:g}x_mm_s of {'+'.join(channel.name for channel in self.view.channels)}"

    def velocity_mm_s(self, *orders: float) -> float:
        """Return the velocity at one or more orders of the shaft together, mm/s rms."""
        return math.sqrt(sum(self.lines[self.velocity(order)] ** 2 for order in orders))

    def over_floor_db(self, order: float) -> float:
        """Return how far an order stands out of the floor, in the channel where it does most, dB."""
        return self.lines[f"{order:g}x_over_floor_db"]

    @cached_property
    def gap_line(self) -> tuple[float, float] | None:
        """The current's line at f + f_r, dBc, and its level over the floor, dB; None if it is not shown."""
        current = self.analysis.current
        return None if self.shaft_hz is None or current is None else gap_line(current, self.shaft_hz)

    @property
    def missing(self) -> Refusal:
        """Why no line of the shaft, or no band, was measured."""
        if self.unsteady is not None:
            return self.unsteady
        if not self.view.channels:
            return of_vibration.NO_VIBRATION.refuse(0)
        if self.shaft_hz is None:
            return of_vibration.NO_SHAFT.refuse(None)
        return of_vibration.RATE_TOO_LOW.refuse(0)


def axis(channel: str) -> str:
    """Return the name of the velocity at the first order in one channel, mm/s rms."""
    return f"{channel}: 1x_mm_s"
