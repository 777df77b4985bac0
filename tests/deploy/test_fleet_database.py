"""The database of a fleet, in a real PostgreSQL: messages become rows, once, and the dashboard finds them."""

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from calibration.fleet.motor import SimulatedMotor
from deploy.fleet.dashboard import QUERIES, filled
from deploy.fleet.on_loopback import Database, MissingError, program
from edge_agent.publish.documents import Document
from edge_agent.publish.payloads import encode, payload_of

FOLDER = Path(__file__).parents[2] / "deploy" / "fleet"
NOW_S = 1_800_000_000.0
"""A time of the tests, in 2027."""


@pytest.fixture(scope="module")
def server() -> Iterator[Database]:
    try:
        program("initdb")
    except MissingError as error:
        pytest.skip(f"NOT TESTED AGAINST POSTGRESQL: {error}")
    with tempfile.TemporaryDirectory(prefix="fleet-") as name:
        Path(name).chmod(0o755)  # the user of the database must reach its own folder below
        made = Database(Path(name), is_safe=False)
        yield made
        made.stop("immediate")


@pytest.fixture
def database(server: Database) -> Database:
    """The database, empty."""
    tables = "motors, latest, events, alarms, agents, refused, states, hours"
    names = ", ".join(f"fleet.{name}" for name in tables.split(", "))
    server.execute(f"TRUNCATE {names} RESTART IDENTITY CASCADE")
    return server


def tell(database: Database, below: str, document: Document | str, site: str = "") -> None:
    """Write a message as the collector does: a line, with the collector's rights."""
    value = document if isinstance(document, str) else encode(payload_of(document)).decode()
    line = f"{site}edge-agent/pump-7/{below} {value}".replace("'", "''")
    database.ask(f"SELECT fleet.take_line('{line}')", user="collector")


def whole_fleet(database: Database) -> SimulatedMotor:
    """Have a broken motor, and a sound one at a site whose agent is offline."""
    broken, sound = SimulatedMotor("pump-7", "m", 1), SimulatedMotor("pump-7", "m", 2)
    event = broken.break_bar(NOW_S)
    for below, document in {
        "m/event": event,
        "m/state": broken.state(NOW_S),
        "m/alarm": broken.alarm(NOW_S),
        "health": broken.health(NOW_S),
        "status": "online",
    }.items():
        tell(database, below, document)
    tell(database, "m/state", sound.state(NOW_S), "hall-2/")
    tell(database, "m/alarm", sound.alarm(NOW_S), "hall-2/")
    tell(database, "status", "offline", "hall-2/")
    database.execute("CALL fleet.keep_house()")
    return broken


def test_messages_become_rows_with_what_they_say(database: Database) -> None:
    broken = whole_fleet(database)
    state = payload_of(broken.state(NOW_S))
    (row,) = database.ask("SELECT state, severity, extract(epoch FROM time) FROM fleet.worst LIMIT 1")
    assert row[:2] == [state["state"], state["severity"]]
    assert float(row[2]) == NOW_S
    events = database.ask("SELECT id, state_before, state, summary FROM fleet.events")
    assert [event[1:3] for event in events] == [["healthy", "broken_bars"]]
    assert "broken bars" in events[0][3]
    (alarm,) = database.ask("SELECT site, motor, is_acknowledged FROM fleet.open_alarms")
    assert alarm == ["", "m", "f"]
    assert database.ask("SELECT site FROM fleet.agents WHERE status = 'offline'") == [["hall-2"]]
    assert database.ask("SELECT count(*) FROM fleet.refused") == [["0"]]


def test_what_comes_twice_is_kept_once(database: Database) -> None:
    motor = SimulatedMotor("pump-7", "m", 1)
    state, event = motor.state(NOW_S), motor.break_bar(NOW_S)
    for _ in range(2):
        tell(database, "m/state", state)
        tell(database, "m/event", event)
    for table in ("states", "events", "latest", "motors"):
        assert database.ask(f"SELECT count(*) FROM fleet.{table}") == [["1"]], table


def test_an_older_state_that_comes_late_does_not_replace_the_newest(database: Database) -> None:
    motor = SimulatedMotor("pump-7", "m", 1)
    tell(database, "m/state", motor.state(NOW_S))
    tell(database, "m/state", motor.state(NOW_S - 60))
    assert database.ask("SELECT count(*) FROM fleet.states") == [["2"]]
    (newest,) = database.ask("SELECT extract(epoch FROM time) FROM fleet.latest")
    assert float(newest[0]) == NOW_S


UNREADABLE = (
    ("m/state", "{"),
    ("m/state", '{"time": null, "state": "healthy"}'),
    ("m/state", '{"time": "yesterday or so", "state": "healthy"}'),
    ("m/event", '{"time": "2027-01-01", "after": {"state": "healthy"}}'),
    ("m/alarm", '{"time": "2027-01-01"}'),
    ("m/unheard", "{}"),
    ("status", "perhaps"),
    ("m/state", "it's '); DROP TABLE fleet.states; --"),
)


def test_what_cannot_be_read_is_kept_apart_and_stops_nothing(database: Database) -> None:
    for below, value in UNREADABLE:
        tell(database, below, value)
    rows = database.ask("SELECT topic, value, error FROM fleet.refused ORDER BY received")
    assert [tuple(row[:2]) for row in rows] == [(f"edge-agent/pump-7/{b}", v) for b, v in UNREADABLE]
    assert all(error for _, _, error in rows)
    tell(database, "m/state", SimulatedMotor("pump-7", "m", 1).state(NOW_S))
    assert database.ask("SELECT count(*) FROM fleet.states") == [["1"]]


def test_motors_are_blind_for_a_reason_and_one_that_is_off_is_not(database: Database) -> None:
    motor = SimulatedMotor("pump-7", "m", 1)
    tell(database, "m/state", motor.state(NOW_S))  # a time to come: not old
    assert database.ask("SELECT why FROM fleet.blind") == []
    for change, why in (
        ("UPDATE fleet.latest SET reason = 'motor_off', state = 'indeterminate'", []),
        ("UPDATE fleet.latest SET reason = 'clipped'", [["reason: clipped"]]),
        (
            "UPDATE fleet.latest SET reason = NULL, time = now() - interval '6 minutes'",
            [["no state for five minutes"]],
        ),
    ):
        database.execute(change)
        assert database.ask("SELECT why FROM fleet.blind") == why
    tell(database, "status", "offline")
    assert database.ask("SELECT why FROM fleet.blind") == [["agent offline"]]


def test_hours_are_rolled_up_and_old_weeks_are_dropped(database: Database) -> None:
    database.execute(
        "CREATE TABLE fleet.states_20200106 PARTITION OF fleet.states "
        "FOR VALUES FROM ('2020-01-06') TO ('2020-01-13');"
        "INSERT INTO fleet.states (motor_key, time, received, state, equivalent_bars) SELECT 1, t, now(), "
        "'healthy', 1 FROM generate_series(now() - interval '2 hours', now(), interval '1 minute') t;"
        "INSERT INTO fleet.states (motor_key, time, received, state) "
        "VALUES (1, '2020-01-07', now(), 'healthy');"
        "CALL fleet.keep_house()"
    )
    assert database.ask("SELECT sum(states), max(bars_max) FROM fleet.hours") == [["121", "1"]]
    assert database.ask("SELECT to_regclass('fleet.states_20200106') IS NULL") == [["t"]]
    assert database.ask("SELECT count(*) FROM fleet.states_other") == [["0"]]
    database.execute("CALL fleet.keep_house()")  # once more changes nothing
    assert database.ask("SELECT sum(states) FROM fleet.hours") == [["121"]]


def test_the_collector_may_write_messages_and_read_nothing(database: Database) -> None:
    for query in ("SELECT * FROM fleet.states", "DELETE FROM fleet.inbox", "SELECT * FROM fleet.inbox"):
        with pytest.raises(subprocess.CalledProcessError) as caught:
            database.ask(query, user="collector")
        assert "permission denied" in str(caught.value.stderr)
    with pytest.raises(subprocess.CalledProcessError):
        database.ask("INSERT INTO fleet.inbox (topic, value) VALUES ('a', 'b')", user="grafana")


def test_a_trend_of_more_states_than_it_shows_ends_with_the_newest(database: Database) -> None:
    database.execute(
        "INSERT INTO fleet.states (motor_key, time, received, state, equivalent_bars, load) SELECT 1, t, t, "
        "'healthy', 1, 0.5 FROM generate_series('2027-01-01Z', '2027-01-14 21:20Z', interval '1 minute') t"
    )
    for title in ("14 Broken bars, each state A", "15 Load and unbalance A"):
        rows = database.ask(
            f"SELECT count(*), max(time) = '2027-01-14 21:20Z' FROM ({filled(QUERIES[title])}) q"
        )
        assert rows == [["20000", "t"]], title


def test_an_empty_text_is_a_row(database: Database) -> None:
    assert database.ask("SELECT ''") == [[""]]
    assert database.ask("SELECT '' WHERE false") == []


def test_each_query_of_the_dashboard_finds_rows(database: Database) -> None:
    whole_fleet(database)
    database.execute("INSERT INTO fleet.hours VALUES (1, '2027-01-01', 60, 0, 1, 2, 0.7)")
    assert len(QUERIES) == 16
    for title, query in QUERIES.items():
        assert database.ask(filled(query, "'', 'hall-2'")), title


def test_each_query_of_the_exporter_returns_its_metrics(database: Database) -> None:
    whole_fleet(database)
    queries: dict[str, Any] = yaml.safe_load((FOLDER / "prometheus" / "queries.yml").read_text())
    found = {}
    for name, query in queries.items():
        columns = [column for entry in query["metrics"] for column in entry]
        rows = database.ask(f"SELECT {', '.join(columns)} FROM ({query['query']}) q")
        found[name] = [dict(zip(columns, row, strict=True)) for row in rows]
    by_site = {row["site"]: row for row in found["edge_fleet"]}
    assert (by_site[""]["unacknowledged_alarms"], by_site["hall-2"]["offline_agents"]) == ("1", "1")
    assert [row["refused_messages"] for row in found["edge_fleet_collector"]] == ["0"]
