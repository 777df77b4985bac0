"""The baseline of a motor: it learns, freezes, and holds what it sees later against what it learned."""

import logging
import time
from collections.abc import Callable
from dataclasses import replace

from edge_agent.baseline.collection import Collection
from edge_agent.baseline.growth import Growth
from edge_agent.baseline.learning import Learning
from edge_agent.baseline.look import Looks, is_off, new_running_s
from edge_agent.baseline.memory import Memory
from edge_agent.baseline.recognition import Change, Recognition
from edge_agent.baseline.reference import Reference
from edge_agent.baseline.settings import BaselineSettings
from edge_agent.baseline.status import BaselineState, BaselineStatus
from edge_agent.baseline.watching import Watching
from edge_agent.baseline.words import say_why
from edge_agent.kept import read_memory, write_memory
from edge_agent.pipeline import Answer
from edge_agent.state_file import StateFile
from edge_agent.verdict import Verdict
from edge_agent.windows.sliding import Window

_LOG = logging.getLogger(__name__)
_WRITTEN_AGAIN_S = {BaselineState.LEARNING: 600.0, BaselineState.LEARNED: 3600.0}
"""How often the file is written in each state, s: memory cards wear (judgement). A kill costs at most as much
of the learning, and nothing of what was learned. In other states nothing is new."""


class Baseline:
    """Takes the answers of a motor, and returns them as one who knows this motor reads them."""

    def __init__(
        self, settings: BaselineSettings, file: StateFile, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Go on where it was before a restart; `clock` tells only when to write the file."""
        self._settings = settings
        self._file = file
        self._clock = clock
        self._looks = Looks()
        self._window: Window | None = None
        self._said: tuple[object, ...] = ()
        self._written_s = clock()
        self._learning: Learning
        self._watching: Watching | None
        self._go_on_with(read_memory(file, Memory) if settings.enabled else Memory())

    def take(self, answer: Answer) -> Answer:
        """Take what a window brought; return it with its states as the baseline reads them."""
        if not self._settings.enabled:
            return answer
        before = self.judge(answer.before)
        self._see(answer)
        after = self.judge(answer.state)
        changed = answer.changed or before.severity is not after.severity
        return replace(answer, before=before, state=after, changed=changed)

    def judge(self, state: Verdict) -> Verdict:
        """Return a state as the baseline reads it; as it is while there is none."""
        return state if self._watching is None else self._watching.judge(state)

    def begin_run(self) -> None:
        """Note that the DAQ has stopped or is another: what comes next may be another motor."""
        if self._watching is not None:
            self._watching.recognition.begin_run()

    def learn(self, sound: bool = False) -> str | None:
        """Forget the baseline and learn anew; return why that is not possible, None if it is.

        `sound` says that somebody has examined the rotor: then its casting may be a rough one.
        """
        if not self._settings.enabled:
            return "nothing is learned with baseline.enabled: false in the configuration"
        _LOG.info("the baseline is learned anew")
        self._go_on_with(Memory(sound=sound))
        self._write()
        return None

    def reload(self, settings: BaselineSettings) -> None:
        """Take other hours and another budget from now on; what was learned and seen stays."""
        self._settings = settings
        self._learning.hours_wanted = settings.hours
        if self._watching is not None:
            self._watching.allow(settings.false_alarms_per_year)

    def finish(self) -> None:
        """Learn from what was collected so far, without waiting for the hours."""
        if self._watching is None and self._learning.refused is None:
            self._freeze(self._learning.collection.reference())

    def save(self) -> None:
        """Write the file; at every orderly stop."""
        if self._settings.enabled:
            self._write()

    def has_news(self) -> bool:
        """True if its state or what has changed is not what it was at the call before."""
        said = (self.state, self._change, self._learning.refused)
        is_new, self._said = said != self._said, said
        return is_new

    @property
    def state(self) -> BaselineState:
        """How far it is."""
        if not self._settings.enabled:
            return BaselineState.OFF
        if self._watching is None:
            return BaselineState.LEARNING if self._learning.refused is None else BaselineState.REFUSED
        return BaselineState.STALE if self._change is Change.NOT_THIS_MOTOR else BaselineState.LEARNED

    @property
    def status(self) -> BaselineStatus:
        """What is told of it."""
        learning = self._learning
        status = BaselineStatus(
            state=self.state,
            progress=learning.progress,
            hours=learning.hours,
            looks=learning.collection.counts,
            false_alarms_per_year_allowed=self._settings.false_alarms_per_year,
        )
        if self._watching is None:
            return replace(status, reason=learning.refused or say_why(status, ""))
        status = _with_watching(status, self._watching)
        return replace(status, reason=say_why(status, self._watching.recognition.evidence))

    @property
    def _change(self) -> Change:
        return Change.NONE if self._watching is None else self._watching.change

    def _see(self, answer: Answer) -> None:
        look, running_s = self._looks.take(answer), new_running_s(answer, self._window)
        self._window = answer.window
        if is_off(answer):
            self.begin_run()
        if self._watching is None:
            was_refused = self._learning.refused
            self._freeze(self._learning.take(answer.state, look, running_s))
            if self._learning.refused != was_refused:
                self._write()
        elif self._watching.take(look, running_s):
            _LOG.warning("baseline: %s", self.status.reason)
            self._write()
        if self._clock() - self._written_s >= _WRITTEN_AGAIN_S.get(self.state, float("inf")):
            self._write()

    def _freeze(self, reference: Reference | None) -> None:
        if reference is None:
            return
        self._watching = self._watch(reference, Memory())
        self._learning.collection = Collection()
        _LOG.info("the baseline is learned, from %.1f running hours", self._learning.hours)
        self._write()

    def _watch(self, reference: Reference, memory: Memory) -> Watching:
        return Watching(
            reference,
            self._settings.false_alarms_per_year,
            Growth(memory.growth, memory.growing),
            Recognition(memory.change),
            memory.tally,
        )

    def _go_on_with(self, memory: Memory) -> None:
        self._learning = Learning(
            self._settings.hours,
            memory.hours,
            Collection(memory.looks, memory.counts),
            memory.sound,
            memory.refused,
        )
        reference = memory.reference
        self._watching = None if reference is None else self._watch(reference, memory)

    def _write(self) -> None:
        self._written_s = self._clock()
        learning, watching = self._learning, self._watching
        memory = Memory(
            hours=learning.hours,
            sound=learning.sound,
            refused=learning.refused,
            looks=learning.collection.looks,
            counts=learning.collection.counts,
        )
        if watching is not None:
            memory = replace(
                memory,
                reference=watching.reference,
                growth=watching.growth.sum_bars,
                growing=watching.growth.growing,
                change=watching.recognition.change,
                tally=watching.tally,
            )
        write_memory(self._file, memory)


def _with_watching(status: BaselineStatus, watching: Watching) -> BaselineStatus:
    """Add what is known once the baseline is learned."""
    cells = watching.reference.cells
    return replace(
        status,
        change=watching.change,
        progress=1.0,
        looks={name: cell.looks for name, cell in cells.items()},
        reference_bars={name: cell.bars for name, cell in cells.items()},
        growth_bars=watching.growth_bars,
        growth=watching.growth.sum_bars,
        growth_limit=watching.limit_bars,
        looks_since_learned=watching.tally.looks,
        false_alarms_per_year_proven=watching.false_alarms_per_year,
    )
