"""What looks teach together, and what of it may be used.

Of each current the newest looks are kept, so that a load that was seen once is not forgotten at another one.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain

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
    """Of a sound rotor, by the bin of their current, oldest first."""
    of_broken: dict[str, list[Look]] = field(default_factory=dict)
    """Those of a broken rotor, which tell its slip at a current and nothing of its slot lines."""
    line: CurrentLine | None = None
    """The line between current and slip; None while it is not known."""
    slots: SlotBars | None = None
    """How its slot lines are read; None while that is not known."""

    def take(self, look: Look, rated_a: float, broken: bool = False) -> None:
        """Keep a look in place of the oldest one at its current; `broken` if it is that of a broken rotor."""
        kept = self.of_broken if broken else self.looks
        name = str(round(math.log(look.current_a / rated_a) / _BIN))
        if name not in kept and len(kept) >= _MAX_BINS:
            return
        kept[name] = [*kept.get(name, []), look][-_KEPT:]

    def learn(self, nameplate: Nameplate, circuit: Circuit) -> None:
        """Read again what the looks teach; a number of bars that is known stays unless another one is."""
        self.line = _line_through(look for look in self.all_looks() if not look.by_pair)
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

    @property
    def line_of_any_rotor(self) -> CurrentLine | None:
        """The line through looks of a broken rotor as well; None while it is not known.

        Broken bars slow a rotor by some percent, and a wrong plate counts them wrongly: so the plate is held
        against it, and no answer is given by it. Their sidebands count where nothing else tells the slip, for
        a wrong plate bounds where they are looked for. Those of a sound rotor never count: the pendulum of a
        crane may be all that stands out.
        """
        sound = [look for look in self.all_looks() if not look.by_pair]
        broken = list(chain.from_iterable(self.of_broken.values()))
        by_shaft = [look for look in broken if not look.by_pair]
        return _line_through([*sound, *by_shaft]) or _line_through([*sound, *broken])

    def all_looks(self) -> Iterator[Look]:
        """Yield the looks of a sound rotor at all currents."""
        return chain.from_iterable(self.looks.values())


def _line_through(looks: Iterable[Look]) -> CurrentLine | None:
    told = [(look.current_a, look.slip) for look in looks if look.slip]
    return fit_line([current_a for current_a, _ in told], [slip for _, slip in told])
