"""The outbox loses nothing it may not lose, whatever happens to the process, the disk or the clock."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from edge_agent.publish.settings import OutboxSettings
from edge_agent.publish.store.outbox import Outbox

NOW_UNIX_S = 1_795_000_000.0
DAY_S = 86_400.0


class Clock:
    def __init__(self, now_s: float = NOW_UNIX_S) -> None:
        self.now_s = now_s

    def __call__(self) -> float:
        return self.now_s


def bounds(path: Path, **changes: object) -> OutboxSettings:
    return replace(OutboxSettings(path / "outbox.sqlite3"), **changes)  # type: ignore[arg-type]


def put(box: Outbox, text: str = "x") -> int:
    return box.put_event("topic", lambda number: f"{number} {text}".encode())


def ids(box: Outbox, limit: int = 1000) -> list[int]:
    return [event.id for event in box.pending((), limit)]


def test_events_come_out_in_order_with_their_own_number(tmp_path: Path) -> None:
    box = Outbox(bounds(tmp_path))
    numbers = [put(box, str(index)) for index in range(5)]
    events = box.pending((), 10)
    assert [event.id for event in events] == numbers == sorted(set(numbers))
    assert [event.payload for event in events] == [
        f"{number} {index}".encode() for index, number in enumerate(numbers)
    ]


def test_what_is_in_flight_is_skipped(tmp_path: Path) -> None:
    box = Outbox(bounds(tmp_path))
    numbers = [put(box) for _ in range(5)]
    assert [event.id for event in box.pending({numbers[0], numbers[2]}, 2)] == [numbers[1], numbers[3]]


def test_events_and_their_numbering_survive_a_restart_and_a_clock_that_goes_back(tmp_path: Path) -> None:
    clock = Clock()
    first = Outbox(bounds(tmp_path), clock)
    kept, confirmed = put(first), put(first)
    first.delete([confirmed])
    first.close()
    clock.now_s -= 3 * DAY_S
    second = Outbox(bounds(tmp_path), clock)
    assert ids(second) == [kept]
    assert put(second) > confirmed


def test_the_oldest_go_when_there_are_too_many_and_the_count_survives(tmp_path: Path) -> None:
    box = Outbox(bounds(tmp_path, max_rows=3))
    numbers = [put(box) for _ in range(5)]
    assert ids(box) == numbers[2:]
    box.close()
    again = Outbox(bounds(tmp_path, max_rows=3))
    assert again.counts.dropped == 2
    assert again.counts.waiting == 3


def test_the_oldest_go_when_they_are_too_large_but_the_newest_stays(tmp_path: Path) -> None:
    box = Outbox(bounds(tmp_path, max_bytes=100))
    put(box, 50 * "x")
    newest = put(box, 500 * "x")
    assert ids(box) == [newest]
    assert box.counts.dropped == 1


@pytest.mark.parametrize(
    ("decided_s", "jumps_s"),
    [
        (NOW_UNIX_S - 500 * DAY_S, [500 * DAY_S]),
        (NOW_UNIX_S, [200 * DAY_S, -200 * DAY_S]),
        (0.0, [NOW_UNIX_S]),
        (NOW_UNIX_S, [-20_000 * DAY_S, 20_000 * DAY_S]),
        (NOW_UNIX_S, [3_650 * DAY_S]),
    ],
    ids=["image's date", "ahead and back", "1970", "back and ahead", "ten years"],
)
def test_a_clock_that_jumps_drops_nothing(tmp_path: Path, decided_s: float, jumps_s: list[float]) -> None:
    clock = Clock(decided_s)
    box = Outbox(bounds(tmp_path), clock)
    numbers = [put(box)]
    for jump_s in jumps_s:
        clock.now_s += jump_s
        numbers.append(put(box))
        box.close()
        box = Outbox(bounds(tmp_path), clock)
    assert ids(box) == numbers == sorted(set(numbers))
    assert box.counts.dropped == 0


@pytest.mark.parametrize(
    "garbage", [b"not a database at all, but long enough for a header" * 40, b"\x00" * 8192]
)
def test_a_damaged_file_is_put_aside_and_a_new_one_begun(tmp_path: Path, garbage: bytes) -> None:
    (tmp_path / "outbox.sqlite3").write_bytes(garbage)
    box = Outbox(bounds(tmp_path))
    number = put(box)
    assert ids(box) == [number]
    assert box.counts.unsaved == 0
    assert box.counts.put_aside == tmp_path / "outbox.sqlite3.damaged"
    assert box.counts.put_aside.read_bytes() == garbage


def test_damage_that_shows_only_when_events_are_read_is_survived(tmp_path: Path) -> None:
    box = Outbox(bounds(tmp_path))
    for _ in range(200):
        put(box, 500 * "x")
    box.close()
    path = tmp_path / "outbox.sqlite3"
    content = bytearray(path.read_bytes())
    content[3 * 4096 :] = os.urandom(len(content) - 3 * 4096)
    path.write_bytes(content)
    again = Outbox(bounds(tmp_path))
    again.pending((), 1000)
    number = put(again)
    assert ids(again)[-1] == number
    assert again.counts.put_aside is not None
    assert again.counts.unsaved == 0


def test_a_full_disk_keeps_events_in_memory_until_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = Outbox(bounds(tmp_path))
    saved = put(box)
    limit = _fill_disk(monkeypatch, box)
    numbers = [put(box, 50_000 * "x") for _ in range(3)]
    counts = box.counts
    assert counts.unsaved == 3
    assert counts.problem is not None
    assert "full" in counts.problem
    assert ids(box) == [saved, *numbers]
    limit.clear()
    ids(box)  # gives up the connection that still has the limit
    assert ids(box) == [saved, *numbers]
    assert box.counts.unsaved == 0
    assert box.counts.problem is None
    box.close()
    assert ids(Outbox(bounds(tmp_path))) == [saved, *numbers]


def test_a_folder_that_is_missing_keeps_events_in_memory_within_the_bounds(tmp_path: Path) -> None:
    away = tmp_path / "not mounted"
    box = Outbox(bounds(away, max_rows=2))
    numbers = [put(box) for _ in range(3)]
    assert ids(box) == numbers[1:]
    assert box.counts.dropped == 1
    assert box.counts.problem is not None
    assert "unable to open" in box.counts.problem
    away.mkdir()
    box.delete(numbers[:2])
    assert ids(box) == numbers[2:]
    assert box.counts.unsaved == 0


def test_a_file_that_another_process_holds_keeps_events_in_memory(tmp_path: Path) -> None:
    first = Outbox(bounds(tmp_path))
    second = Outbox(bounds(tmp_path))
    number = put(second)
    assert ids(second) == [number]
    assert "locked" in str(second.counts.problem)
    first.close()
    assert ids(second) == [number]
    assert second.counts.problem is None


@pytest.mark.parametrize("since", ["the start", "later"])
def test_what_waits_on_a_disk_that_takes_nothing_is_sent_meanwhile_under_its_number(
    tmp_path: Path, since: str
) -> None:
    box = Outbox(bounds(tmp_path))
    sent, waits = put(box, "sent"), put(box, "waits")
    if since == "the start":
        box.close()
    obstacle = tmp_path / "outbox.sqlite3-wal"  # SQLite can write nothing without its log
    if since == "later":
        box._file.close()
        box._file = None
    obstacle.mkdir()
    box = Outbox(bounds(tmp_path)) if since == "the start" else box
    assert ids(box) == [sent, waits]
    assert (box.counts.waiting, box.counts.unsaved) == (2, 0)
    assert "unable to open" in str(box.counts.problem)
    assert box.newest is not None
    assert box.newest.id == waits
    box.delete([sent])
    new = put(box, "new")
    assert waits < new
    assert ids(box) == [waits, new]
    obstacle.rmdir()
    assert ids(box) == [waits, new]
    assert (box.counts.waiting, box.counts.problem) == (2, None)
    box.close()
    assert ids(Outbox(bounds(tmp_path))) == [waits, new]


def test_an_event_decided_while_the_file_is_out_of_reach_never_meets_one_in_it(tmp_path: Path) -> None:
    clock = Clock()
    first = Outbox(bounds(tmp_path), clock)
    kept = [put(first, str(number)) for number in range(40)]
    first.close()
    other = sqlite3.connect(tmp_path / "outbox.sqlite3", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    second = Outbox(bounds(tmp_path), clock)
    new = put(second, "new")
    other.execute("ROLLBACK")
    other.close()
    assert ids(second) == [*kept, new]


def test_writer_and_reader_threads_do_not_disturb_each_other(tmp_path: Path) -> None:
    box = Outbox(bounds(tmp_path))
    taken: list[int] = []

    def read() -> None:
        while len(taken) < 300:
            found = ids(box, 20)
            taken.extend(found)
            box.delete(found)

    reader = threading.Thread(target=read)
    reader.start()
    numbers = [put(box) for _ in range(300)]
    reader.join(120)
    assert taken == numbers
    assert box.counts.waiting == 0


def test_kill_9_at_any_moment_loses_no_event_that_was_reported(tmp_path: Path) -> None:
    """The writer reports a number once `put_event` has returned; each reported one must be found."""
    writer = (
        "import sys, itertools; from pathlib import Path\n"
        "from edge_agent.publish.store.outbox import Outbox\n"
        "from edge_agent.publish.settings import OutboxSettings\n"
        f"box = Outbox(OutboxSettings(Path({str(tmp_path)!r}) / 'outbox.sqlite3'))\n"
        "for _ in itertools.count():\n"
        "    print(box.put_event('t', lambda number: b'%d' % number), flush=True)\n"
    )
    reported: list[int] = []
    moments = random.Random(1)
    for _ in range(20):
        with subprocess.Popen([sys.executable, "-c", writer], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            reported += [int(process.stdout.readline()) for _ in range(moments.randint(1, 30))]
            process.send_signal(signal.SIGKILL)
            reported += [int(line) for line in process.stdout.read().splitlines(True) if line.endswith("\n")]
    box = Outbox(bounds(tmp_path))
    found = ids(box, 100_000)
    assert set(reported) <= set(found)
    assert len(found) <= len(reported) + 20  # written, then killed before the report
    assert box.counts.put_aside is None
    assert found == sorted(found)
    assert box.counts.problem is None


def _fill_disk(monkeypatch: pytest.MonkeyPatch, box: Outbox) -> dict[str, int]:
    """Let the file grow no further, as on a full disk, until the returned dictionary is emptied."""
    limit = {"pages": 8}
    connect = sqlite3.connect

    def limited(*args: object, **options: object) -> sqlite3.Connection:
        database = connect(*args, **options)  # type: ignore[call-overload]
        if limit:
            database.execute(f"PRAGMA max_page_count = {limit['pages']}")
        return database  # type: ignore[no-any-return]

    monkeypatch.setattr(sqlite3, "connect", limited)
    box.close()
    return limit


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
