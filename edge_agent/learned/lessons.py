"""What looks teach together, and what of it may be used.

Of each current the newest looks are kept, so that a load that was seen once is not forgotten at another one.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from edge_agent.circuit import Circuit
from edge_agent.learned.bars import PlateFigures, read_bars
from edge_agent.learned.look import Look
from edge_agent.learned.slope import fit_line, fits_plate
from edge_agent.motor import Nameplate
from edge_agent.signals.slip.known import CurrentLine, KnownMotor, SlotBars

_BIN = math.log(1.1)
"""Currents within a tenth count as one load. Judgement."""
_KEPT = 4
"""Looks that are kept of each of them, the newest ones. Judgement."""
_MAX_BINS = 16
"""Currents that are told apart: from a third of the rated one to one and a half times it. Judgement."""


@dataclass(slots=True)
class Lessons:
    """The looks of a motor, and what they teach."""

    looks: dict[str, list[Look]] = field(default_factory=dict)
    """By the bin of their current, oldest first."""
    line: CurrentLine | None = None
    """The line between current and slip; None while it is not known."""
    slots: SlotBars | None = None
    """How its slot lines are read; None while that is not known."""

    def take(self, look: Look, rated_a: float) -> None:
        """Keep a look in place of the oldest one at its current."""
        name = str(round(math.log(look.current_a / rated_a) / _BIN))
        if name not in self.looks and len(self.looks) >= _MAX_BINS:
            return
        self.looks[name] = [*self.looks.get(name, []), look][-_KEPT:]

    def learn(self, nameplate: Nameplate, circuit: Circuit) -> None:
        """Read again what the looks teach; a number of bars that is known stays unless another one is."""
        told = [look for look in self.all_looks() if look.slip]
        self.line = fit_line([look.current_a for look in told], [look.slip or 0.0 for look in told])
        plate = PlateFigures(
            nameplate.pole_pairs,
            nameplate.rated_current_a,
            nameplate.rated_slip,
            circuit.no_load_current_rms_a,
        )
        slots = read_bars(list(self.all_looks()), plate)
        if slots is not None and not (self.slots is not None and self.slots.is_true and not slots.is_true):
            self.slots = slots

    def usable(self, nameplate: Nameplate, circuit: Circuit) -> KnownMotor | None:
        """Return what may be used like configured values; None if nothing may.

        A line that the plate contradicts is for the audit alone: one of both is wrong.
        """
        line = self.line
        if line is not None and not fits_plate(
            line, circuit.no_load_current_rms_a, nameplate.rated_current_a, nameplate.rated_slip
        ):
            line = None
        slots = self.slots if nameplate.rotor_bars is None else None
        return None if line is None and slots is None else KnownMotor(slots, line)

    def all_looks(self) -> Iterator[Look]:
        """Yield the looks at all currents."""
        for looks in self.looks.values():
            yield from looks
