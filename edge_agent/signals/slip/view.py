"""One window as the sources of the slip see it, and what all of them have in common: one method."""

from collections.abc import Iterable
from functools import cached_property
from typing import Protocol

from edge_agent.circuit import Circuit
from edge_agent.motor import Nameplate
from edge_agent.signals.checks.vibration import VibrationCheck
from edge_agent.signals.dsp.carrier import Baseband
from edge_agent.signals.prepared import Current, Vibration
from edge_agent.signals.slip.pair_search import Found, find_pair
from edge_agent.signals.slip.range import SlipRange
from edge_agent.signals.slip.slots import SlotLines, spectra_of


class SlipSource(Protocol):
    """Something that a slip can be told from."""

    def estimate(self, view: "MotorView") -> SlipRange | None:
        """Return the range in which the slip lies; None if this source does not tell it."""


class MotorView:
    """One window of one motor. What several sources need is computed once, when it is first needed."""

    def __init__(
        self,
        check: VibrationCheck,
        current: Current,
        baseband: Baseband,
        vibration: Vibration | None,
        nameplate: Nameplate,
        circuit: Circuit,
    ) -> None:
        """`baseband` is the demodulated `current`; `vibration` is None if no channel shows the machine."""
        self.window = check.window
        self._check = check
        self.current = current
        self.line = current.line
        self.baseband = baseband
        self.vibration = vibration
        self._nameplate = nameplate
        self._circuit = circuit
        self._answers: dict[SlipSource, SlipRange | None] = {}
        self._pairs: dict[SlipRange, Found | None] = {}

    def ask(self, source: SlipSource) -> SlipRange | None:
        """Return what a source estimates; each is asked once per window."""
        if source not in self._answers:
            self._answers[source] = source.estimate(self)
        return self._answers[source]

    def first_answer(self, sources: Iterable[SlipSource]) -> SlipRange:
        """Return the estimate of the first source, in the given order, that has one.

        Raises:
            ValueError: none has; the last one of a list must always have one, as the rms current does.
        """
        for source in sources:
            slips = self.ask(source)
            if slips is not None:
                return slips
        raise ValueError("no source tells the slip; the last one of the list must always do")

    def pair_in(self, slips: SlipRange) -> Found | None:
        """Measure the strongest pair in a range of slips, as `find_pair`."""
        if slips not in self._pairs:
            self._pairs[slips] = find_pair(self.baseband, slips, self._circuit)
        return self._pairs[slips]

    @cached_property
    def slot_lines(self) -> SlotLines | None:
        """The lines of the rotor's slots; None if the number of rotor bars is not configured."""
        bars = self._nameplate.rotor_bars
        if bars is None:
            return None
        spectra = spectra_of(self._check, self.line)
        return SlotLines(spectra, bars, self._nameplate.pole_pairs, self.line.frequency_hz, self.baseband)
