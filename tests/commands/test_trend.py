"""`edge-agent trend`: table, CSV and forecast of what is kept, also while the agent writes it."""

import csv
import io
import random
import sqlite3
import time
from pathlib import Path

import pytest
from plates import plate_yaml

from edge_agent import cli
from edge_agent.trend.hour_rows import hour_of
from edge_agent.trend.tally import HourTally
from edge_agent.trend.trend_file import Bounds, TrendFile
from edge_agent.verdict import Evidence, Severity, State, Verdict

NOW_HOUR = hour_of(time.time())


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration whose state folder is there and empty."""
    (tmp_path / "state").mkdir()
    file = tmp_path / "agent.yaml"
    file.write_text(
        f"motor: {plate_yaml(id='m')}\nacquisition: {{port: none}}\nmqtt: {{host: localhost}}\n"
        f"state_dir: {tmp_path / 'state'}\n"
    )
    return file


def kept(config: Path, days: int, bars_per_day: float = 0.0) -> TrendFile:
    """Write so many days with an hour each, as the agent does; the file stays open."""
    chance = random.Random(1)
    file = TrendFile(config.parent / "state" / "trend.sqlite3", Bounds())
    for ago in range(days, 0, -1):
        tally = HourTally()
        for _ in range(20):
            bars = 0.25 - bars_per_day * ago + chance.gauss(0, 0.005)
            evidence = Evidence(load=0.6, equivalent_bars=bars, detection_limit_bars=0.02)
            tally.take(Verdict(state=State.HEALTHY, severity=Severity.OK, evidence=evidence), looked=True)
        file.add({NOW_HOUR - 24 * ago: tally}, running_hour=NOW_HOUR)
    return file


def said(config: Path, capsys: pytest.CaptureFixture[str], *options: str, status: int = 0) -> str:
    assert cli.main(["trend", "-c", str(config), *options]) == status
    heard = capsys.readouterr()
    assert (heard.err == "") is (status == 0)
    return heard.err or heard.out


def test_while_the_agent_writes_each_day_is_a_line_and_growth_is_forecast(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = kept(config, 30, bars_per_day=0.002)
    title, head, *days, outlook = said(config, capsys).splitlines()
    file.close()
    assert title.startswith("m: the last 90 days")
    assert head.startswith("day")
    assert len(days) == 30
    assert "equivalent bars at 50 to 75 % load; +0.06" in outlook
    assert "alarm about 20" in outlook


def test_fewer_days_are_shown_and_the_forecast_rests_on_all(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept(config, 30).close()
    *lines, outlook = said(config, capsys, "--days", "3").splitlines()
    assert len(lines) == 2 + 2  # the hour of three days ago is just too old
    assert "no forecast: over the last 90 days the equivalent bars do not grow beyond chance" in outlook


def test_csv_holds_all_that_is_kept_or_the_days_that_are_asked_for(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept(config, 200).close()
    rows = [*csv.DictReader(io.StringIO(said(config, capsys, "--csv")))]
    assert [row["looks"] for row in rows] == ["20"] * 200
    assert len([*csv.DictReader(io.StringIO(said(config, capsys, "--csv", "--days", "10")))]) == 9


@pytest.mark.parametrize("content", [None, b""])
def test_nothing_kept_yet_is_said_and_makes_no_file(
    config: Path, capsys: pytest.CaptureFixture[str], content: bytes | None
) -> None:
    path = config.parent / "state" / "trend.sqlite3"
    if content is not None:
        path.write_bytes(content)
    assert said(config, capsys).startswith("m: nothing in the last 90 days; the agent writes an hour when")
    assert said(config, capsys, "--csv").count("\n") == 1
    assert path.exists() is (content is not None)


def test_rows_ahead_of_the_clock_are_left_out_and_told(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = kept(config, 3)
    tally = HourTally()
    tally.take(Verdict(state=State.HEALTHY, severity=Severity.OK, evidence=Evidence()), looked=True)
    file.add({NOW_HOUR + 5000: tally}, running_hour=0)
    file.close()
    *_, told = said(config, capsys).splitlines()
    assert told == "rows ahead of this computer's clock, which only --csv prints: 1"
    assert said(config, capsys, "--csv").count("\n") == 1 + 4


def test_a_damaged_file_ends_with_1_and_one_line_and_is_left_as_it_is(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = config.parent / "state" / "trend.sqlite3"
    path.write_bytes(b"not a database!!" * 400)
    told = said(config, capsys, status=1)
    assert "cannot be read" in told
    assert "the agent puts a damaged file aside when it uses it next" in told
    assert told.count("\n") == 1
    assert path.read_bytes() == b"not a database!!" * 400


def test_a_newer_file_says_which_version_to_use(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept(config, 1).close()
    database = sqlite3.connect(config.parent / "state" / "trend.sqlite3")
    database.execute("PRAGMA user_version = 9")
    database.close()
    assert "use the version of the agent that wrote it" in said(config, capsys, status=1)


def test_a_folder_in_which_this_user_may_not_write_is_told_with_what_to_do(
    config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite needs a file beside the database to read it; the tests may run as root, whom nothing stops."""

    def refuse(*_: object, **__: object) -> None:
        error = sqlite3.OperationalError("attempt to write a readonly database")
        error.sqlite_errorcode = sqlite3.SQLITE_READONLY_DIRECTORY  # type: ignore[attr-defined]
        raise error

    kept(config, 1).close()
    monkeypatch.setattr("edge_agent.commands.trend.TrendFile", refuse)
    assert "run this as root or as the user of the agent" in said(config, capsys, status=1)


@pytest.mark.parametrize("days", ["0", "-3", "x", "1.5", "40000", "٣"])
def test_days_that_are_no_number_of_days_are_wrong_usage(
    config: Path, capsys: pytest.CaptureFixture[str], days: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["trend", "-c", str(config), "--days", days])
    assert ended.value.code == 2
    assert "expected 1 to 36500" in capsys.readouterr().err
