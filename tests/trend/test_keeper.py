"""Hours come out whole, whatever happens to clock, process and disk."""

import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from hours import HOUR_S, NOW_HOUR, NOW_UNIX_S, Clock, healthy, refused, rows_in
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from edge_agent.outlook import Outlook
from edge_agent.trend.hour_rows import hour_of, is_set, load_bin
from edge_agent.trend.keeper import TrendKeeper
from edge_agent.verdict import Reason

KILLS = 10
PROGRAM = """
import sys
from pathlib import Path
from hours import HOUR_S, Clock, healthy
from edge_agent.trend.keeper import TrendKeeper

clock = Clock(float(sys.argv[2]))
keeper = TrendKeeper(Path(sys.argv[1]), clock.time, clock.ticks)
hour = int(clock.unix_s // HOUR_S)
while True:
    for number in range(5):
        clock.pass_by(600)
        keeper.take(healthy(0.1 * number), True)
        if number == hour % 4:
            keeper.save()
    clock.pass_by(600)
    if keeper.news() is not None:  # which writes the hour that is over
        print(hour, flush=True)
    hour += 1
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "trend.sqlite3"


def a_keeper(path: Path, clock: Clock) -> TrendKeeper:
    return TrendKeeper(path, clock.time, clock.ticks)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.floats(0, 5000), st.floats(0, 2), st.none() | st.floats(0, 1.5), st.booleans()),
        max_size=40,
    )
)
def test_over_orderly_restarts_the_rows_are_those_of_a_naive_model(
    steps: list[tuple[float, float, float | None, bool]],
) -> None:
    model: dict[tuple[int, int], list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        path, clock = Path(folder) / "trend.sqlite3", Clock()
        keeper = a_keeper(path, clock)
        for wait_s, bars, load, restarts in steps:
            clock.pass_by(wait_s)
            if clock.unix_s % HOUR_S > 3500:  # an hour may begin up to a minute early
                clock.pass_by(110)
            keeper.take(healthy(bars, load), looked=True)
            model[hour_of(clock.unix_s), load_bin(load)].append(bars)
            if restarts:
                keeper.close()
                keeper = a_keeper(path, clock)
        keeper.close()
        assert (
            {(row.hour, row.load_bin): row.median_bars for row in rows_in(path)}
            == {key: np.percentile(bars, 50) for key, bars in model.items()}
            if steps
            else not path.exists()
        )
        assert sum(row.looks for row in (rows_in(path) if steps else [])) == len(steps)


class KeeperAgainstCount(RuleBasedStateMachine):
    """Any sequence of windows, clock jumps, restarts, kills and disks that go away: none counts twice."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "state" / "trend.sqlite3"
        self.path.parent.mkdir()
        self.clock = Clock()
        self.keeper = a_keeper(self.path, self.clock)
        self.taken = self.lost = 0

    @rule(count=st.integers(1, 30), step_s=st.floats(0, 400))
    def windows(self, count: int, step_s: float) -> None:
        for _ in range(count):
            self.clock.pass_by(step_s)
            self.keeper.take(healthy(0.1), looked=True)
            self.taken += 1

    @rule(unix_s=st.floats(0, 1e5) | st.floats(1.7e9, 1.9e9) | st.floats(8e9, 9e9))
    def clock_is_set(self, unix_s: float) -> None:
        self.clock.unix_s = unix_s

    @rule(by_s=st.floats(-1e5, 1e5))
    def clock_jumps(self, by_s: float) -> None:
        self.clock.unix_s += by_s

    @rule()
    def stops_in_order(self) -> None:
        self.keeper.close()
        self.begin_again()

    @rule()
    def is_killed(self) -> None:
        self.keeper._store.close()
        self.begin_again()

    @rule(count=st.integers(1, 30))
    def disk_is_away(self, count: int) -> None:
        hidden = self.path.parent.with_name("hidden")
        self.keeper._store.close()
        self.path.parent.rename(hidden)
        self.path.parent.write_text("")
        self.windows(count, 400.0)
        self.keeper.save()
        self.path.parent.unlink()
        hidden.rename(self.path.parent)

    @rule()
    def tells(self) -> None:
        assert isinstance(self.keeper.news(), Outlook | None)

    def begin_again(self) -> None:
        self.lost += self.in_memory()
        self.clock.ticks_s = 5.0
        self.keeper = a_keeper(self.path, self.clock)

    def in_memory(self) -> int:
        waiting = [tally for _, tally in self.keeper._waiting] + [self.keeper._running]
        return sum(own.windows for tally in waiting for own in tally.bins.values())

    def teardown(self) -> None:
        self.keeper.close()
        self.folder.cleanup()

    @invariant()
    def every_window_is_in_one_place(self) -> None:
        written = rows_in(self.path) if self.path.exists() else []
        assert sum(row.windows for row in written) + self.in_memory() + self.lost == self.taken
        assert all(is_set(row.hour * HOUR_S + HOUR_S) or self.clock.unix_s > 1.7e9 for row in written)


TestKeeperAgainstCount = KeeperAgainstCount.TestCase
TestKeeperAgainstCount.settings = settings(max_examples=25, stateful_step_count=20)


def test_kill_9_at_any_moment_loses_no_hour_that_was_written(path: Path) -> None:
    written: list[int] = []
    begin_unix_s, moments = NOW_UNIX_S, random.Random(3)
    for _ in range(KILLS):
        with a_process(path, begin_unix_s) as process:
            assert process.stdout is not None
            written += [int(process.stdout.readline()) for _ in range(moments.randint(1, 40))]
            process.send_signal(signal.SIGKILL)
            written += [int(line) for line in process.stdout.read().splitlines(True) if line.endswith("\n")]
        begin_unix_s = (written[-1] + 3) * HOUR_S
    rows = {row.hour: row for row in rows_in(path)}
    assert [rows[hour].windows for hour in written] == [5] * len(written)
    assert {rows[hour].median_bars for hour in written} == {0.2}
    assert len(rows) <= len(written) + 2 * KILLS
    assert [p.name for p in path.parent.iterdir() if "damaged" in p.name] == []


def a_process(path: Path, unix_s: float) -> subprocess.Popen[str]:
    """Start a program that lives through hours, and prints each one once it is written."""
    here, root = Path(__file__).parent, Path(__file__).parents[2]
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(path), str(unix_s)],
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": f"{here}:{root}"},
    )


def test_a_day_takes_24_commits_and_each_stop_one_more(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commits: list[str] = []
    connect = sqlite3.connect

    def counted(*args: object, **options: object) -> sqlite3.Connection:
        database = connect(*args, **options)  # type: ignore[call-overload]
        database.set_trace_callback(lambda text: commits.append(text) if text == "COMMIT" else None)
        return database  # type: ignore[no-any-return]

    clock = Clock(NOW_UNIX_S + 1.3)
    keeper = a_keeper(path, clock)
    keeper.news()
    monkeypatch.setattr(sqlite3, "connect", counted)
    keeper._store.close()
    drift = random.Random(1)
    for step in range(1, 24 * 360 + 1):
        clock.ticks_s += 10.0
        # A clock that is nudged all the time:
        clock.unix_s = NOW_UNIX_S + 1.3 + 10.0 * step + drift.uniform(-0.5, 0.5)
        keeper.take(healthy(0.1), looked=True)
        keeper.news()
    assert len(commits) == 24
    keeper.close()
    assert len(commits) == 25


def test_news_come_at_the_start_and_after_each_hour(path: Path) -> None:
    clock = Clock()
    keeper = a_keeper(path, clock)
    first = keeper.news()
    assert first is not None
    assert first.reason == "no window gave an answer in the last 90 days"
    assert keeper.news() is None
    keeper.take(healthy(0.1), looked=True)
    assert keeper.news() is None
    clock.pass_by(HOUR_S)
    news = keeper.news()
    assert news is not None
    assert (news.median_bars, news.looks, news.load) == (0.1, 1, (0.5, 0.75))
    assert keeper.news() is None


def test_hours_before_the_clock_is_set_wait_and_are_dated_back(path: Path) -> None:
    clock = Clock(unix_s=1000.0)
    keeper = a_keeper(path, clock)
    for bars in (0.1, 0.2, 0.3):
        keeper.take(healthy(bars), looked=True)
        clock.pass_by(HOUR_S)
        assert keeper.news() is None
    assert not path.exists()
    clock.unix_s = NOW_UNIX_S + 100.0
    keeper.take(healthy(0.4), looked=True)
    keeper.save()
    rows = rows_in(path)
    assert [(row.hour - NOW_HOUR, row.median_bars) for row in rows] == [
        (-3, 0.1), (-2, 0.2), (-1, 0.3), (0, 0.4),
    ]  # fmt: skip


def test_the_hour_in_which_the_clock_is_set_is_one_hour(path: Path) -> None:
    clock = Clock(unix_s=3590.0)
    keeper = a_keeper(path, clock)
    for unix_s in (3590.0, NOW_UNIX_S + 1800.0, NOW_UNIX_S + 1790.0):
        clock.unix_s = unix_s
        keeper.take(healthy(0.1), looked=True)
        clock.pass_by(10.0)
    assert not path.exists()
    keeper.close()
    assert [(row.hour, row.looks) for row in rows_in(path)] == [(NOW_HOUR, 3)]


def test_a_clock_that_is_never_set_and_a_disk_that_is_never_there_fill_no_memory(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    for path, unix_s in (
        (tmp_path / "trend.sqlite3", 0.0),
        (tmp_path / "file" / "trend.sqlite3", NOW_UNIX_S),
    ):
        clock = Clock(unix_s)
        keeper = a_keeper(path, clock)
        for _ in range(400):
            keeper.take(refused(Reason.MOTOR_OFF), looked=False)
            clock.pass_by(HOUR_S)
        assert len(keeper._waiting) == 168
        keeper.close()
    said = [record.getMessage() for record in caplog.records]
    assert said[0] == "168 hours of the trend are lost: the clock was never set"
    assert said[-1] == "168 hours of the trend are lost: the disk took none"
    assert len(said) == 3


def test_hours_that_waited_for_the_disk_come_in_with_their_own_dates(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.write_text("")
    clock = Clock()
    keeper = a_keeper(folder / "trend.sqlite3", clock)
    for _ in range(3):
        keeper.take(healthy(0.1), looked=True)
        clock.pass_by(HOUR_S)
    folder.unlink()
    keeper.take(healthy(0.1), looked=True)
    assert [row.hour - NOW_HOUR for row in rows_in(folder / "trend.sqlite3")] == [0, 1, 2]
