"""The outbox loses nothing it may not lose, whatever happens to the process or the clock."""

import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from outboxes import DAY_S, NOW_UNIX_S, Clock, bounds, ids, put

from edge_agent.publish.store.outbox import Outbox


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
