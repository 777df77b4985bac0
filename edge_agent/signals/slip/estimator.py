"""The slip of a window: from which source, with which pair of sidebands, and what speaks against it."""

from collections.abc import Sequence
from dataclasses import dataclass

from edge_agent.circuit import Circuit
from edge_agent.motor import Nameplate
from edge_agent.signals.prepared import Vibration
from edge_agent.signals.sidebands.equivalent_bars import BarScale
from edge_agent.signals.sidebands.measure import Sidebands, measure_sidebands
from edge_agent.signals.slip.current_check import CurrentCheck
from edge_agent.signals.slip.doubts import Doubts, SlipDoubts
from edge_agent.signals.slip.range import SlipRange, SourceName, possible_slips
from edge_agent.signals.slip.slot_source import SlotHarmonics
from edge_agent.signals.slip.slots import SlotLines
from edge_agent.signals.slip.sources import ConfiguredSpeed, MeasuredSpeed, RmsCurrent, ShaftVibration
from edge_agent.signals.slip.view import MotorView, SlipSource
from edge_agent.signals.supply import Line
from edge_agent.verdict import Refusal


@dataclass(frozen=True, slots=True)
class SlipEstimate:
    """At which slip a window was looked at."""

    range: SlipRange
    """Where the slip lies; the pair of sidebands refines it."""
    slip: float | None
    """That of the pair, else the middle of the range; None if a current in a wrong scale bounds it."""
    doubts: SlipDoubts
    """What speaks against it."""
    sidebands: Sidebands | None = None
    """The pair in this range; None if the current contradicts the slip, or the window is too short."""
    slot_lines: SlotLines | None = None
    """The rotor's slot lines, if they were looked at."""

    @property
    def source(self) -> SourceName:
        """What the slip comes from."""
        return self.range.source


class SlipEstimator:
    """Estimates the slip of one motor, window by window.

    The sources are asked in the order of `sources`, and the first that answers is believed: a speed that is
    measured, one that is configured, then the sharpest of those that are estimated. The last one, the rms
    current, always answers, and its wide range takes a clear pair of sidebands to become a slip.
    """

    def __init__(self, nameplate: Nameplate, circuit: Circuit, bars: BarScale) -> None:
        self._nameplate = nameplate
        self._bars = bars
        current = RmsCurrent(nameplate, circuit)
        self._vibration = ShaftVibration(nameplate, current)
        self.sources: Sequence[SlipSource] = (
            MeasuredSpeed(nameplate),
            ConfiguredSpeed(nameplate),
            SlotHarmonics(nameplate, circuit, self._vibration, current),
            self._vibration,
            current,
        )
        self._current_check = CurrentCheck(nameplate, circuit, self._vibration)
        self._doubts = Doubts(nameplate, circuit, bars, self._vibration, current)

    def estimate(self, view: MotorView, current_names: Sequence[str]) -> SlipEstimate:
        """Estimate the slip of a window; `current_names` are those of its current channels."""
        slips = view.first_answer(self.sources)
        slot_lines = None if slips.stated else view.slot_lines
        impossible = self._current_check.check(view.line, slips, view.vibration, current_names)
        if impossible is not None:
            slip = None if slips.source == "current" else slips.middle
            return SlipEstimate(slips, slip, SlipDoubts(impossible), slot_lines=slot_lines)
        found = view.pair_in(slips)
        if found is None:
            doubts = SlipDoubts(self._doubts.of_missing_pair(slips, view))
            return SlipEstimate(slips, slips.middle, doubts, slot_lines=slot_lines)
        sidebands = measure_sidebands(*found, view.current, view.baseband, self._bars)
        doubts = self._doubts.of(slips, sidebands, view)
        return SlipEstimate(slips, sidebands.pair.slip, doubts, sidebands, slot_lines)

    def by_vibration_alone(self, vibration: Vibration) -> SlipRange | None:
        """Return the slip where no current is usable; None if no speed shows.

        The line is taken to have its nominal frequency.
        """
        line = Line(self._nameplate.line_frequency_hz, 0.0, None, False)
        return self._vibration.find(vibration, line, possible_slips(self._nameplate))

    def overload(self, line: Line, current_names: Sequence[str]) -> Refusal | None:
        """Return the refusal of a current so far above the rated one that it tells no slip; None below."""
        return self._current_check.overload(line, current_names)
