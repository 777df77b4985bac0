"""An outbox and a plain list of what it should hold agree after any sequence of what can happen."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from outboxes import DAY_S, Clock, bounds

from edge_agent.publish.store.outbox import Outbox


class OutboxAgainstModel(RuleBasedStateMachine):
    """Any sequence of writes, confirmations, restarts, disk failures and clock jumps."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "sub"
        self.path.mkdir()
        self.clock = Clock()
        self.settings = bounds(self.path, max_rows=4, max_bytes=400)
        self.box = Outbox(self.settings, self.clock)
        self.model: list[tuple[int, bytes]] = []
        self.dropped = 0
        self.highest = 0

    @rule(size=st.integers(0, 300))
    def put(self, size: int) -> None:
        number = self.box.put_event("t", lambda event: str(event).encode().ljust(size))
        assert number > self.highest
        self.highest = number
        self.model.append((number, str(number).encode().ljust(size)))
        while len(self.model) > 1 and (
            len(self.model) > 4 or sum(len(payload) for _, payload in self.model) > 400
        ):
            self.model.pop(0)
            self.dropped += 1

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def confirm(self, data: st.DataObject) -> None:
        gone = data.draw(st.sets(st.sampled_from([number for number, _ in self.model])))
        self.box.delete(gone)
        self.model = [row for row in self.model if row[0] not in gone]

    @rule()
    def disk_fails_and_comes_back_with_a_put_between(self) -> None:
        hidden = self.path.with_name("hidden")
        assert self.box._file is not None
        self.box._file.close()
        self.box._file = None
        self.path.rename(hidden)
        self.put(20)
        hidden.rename(self.path)

    @rule()
    def restart(self) -> None:
        self.box.close()
        self.box = Outbox(self.settings, self.clock)

    @rule(by_s=st.floats(-5 * DAY_S, 5 * DAY_S))
    def clock_jumps(self, by_s: float) -> None:
        self.clock.now_s += by_s

    @invariant()
    def both_agree(self) -> None:
        assert [(event.id, event.payload) for event in self.box.pending((), 100)] == self.model
        counts = self.box.counts
        assert (counts.waiting, counts.unsaved, counts.dropped) == (len(self.model), 0, self.dropped)

    def teardown(self) -> None:
        self.box.close()
        self.folder.cleanup()


TestOutboxAgainstModel = OutboxAgainstModel.TestCase


TestOutboxAgainstModel.settings = settings(
    max_examples=60, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
