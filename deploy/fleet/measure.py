"""Measures a fleet's centre on this machine: rows, latency, outages. Half an hour; `make fleet`.

    PYTHONPATH=. python deploy/fleet/measure.py [PART ...] [--agents 1000 5000 10000]

Everything talks to loopback only, and ends by itself. Simulated agents say exactly what agents say (the code
is the agents' own), and know nothing of any motor.
"""

import argparse
import csv
import io
import os
import platform
import sys
import time
from collections.abc import Callable

from calibration.fleet.motor import SimulatedMotor
from deploy.fleet.crowds import SETTLE_S, connect_all, crowd_of, wait
from deploy.fleet.dashboard import ask_all
from deploy.fleet.load import Load
from deploy.fleet.on_loopback import Centre, MissingError, a_centre, end_in_order
from deploy.fleet.outages import killed, outage, storm
from deploy.fleet.provisioning import provision
from deploy.fleet.rows import bytes_of, check_events, count, events_in, quantiles
from edge_agent.publish.documents import Document
from edge_agent.publish.payloads import encode, payload_of

PARTS = ("steady", "saturate", "copy", "storm", "killed", "outage", "disk", "dashboard", "provision")
BEATS_S = (6.0, 3.0, 2.0, 1.5, 1.0, 0.7, 0.5)
"""Of `saturate`: as many messages as 10,000 to 120,000 motors send with a state a minute."""
MAX_BEHIND_S = 3.0
"""Rows that are so late, after half a minute, fall behind."""


def steady(number: int, seconds: float) -> None:
    """Measure rows a second and latency while nothing is wrong."""
    with a_centre() as centre:
        crowd = crowd_of(centre, number)
        joined_s = connect_all(crowd, number)
        crowd.run(60.0)  # each heart has beaten once
        since = centre.database.ask("SELECT now()")[0][0]
        sent, told, began_s = crowd.sent, crowd.events, time.monotonic()
        with Load(centre) as load:
            crowd.run(seconds)
        took_s = time.monotonic() - began_s
        crowd.is_calm = True
        wait(crowd, "the last event", lambda: events_in(centre) == crowd.events)
        rows = count(centre, f"states WHERE \"time\" >= '{since}'")
        print(
            f"steady {number}: connected in {joined_s:.0f} s; {(crowd.sent - sent) / took_s:.0f} messages/s "
            f"to the broker, {rows / took_s:.0f} states/s as rows; publish to row (p50/p95/p99/max) "
            f"{quantiles(centre, 'states', since)} ms, events {quantiles(centre, 'events', since)} ms; "
            f"{crowd.events - told} events; {count(centre, 'refused')} refused; {load.words()}",
            flush=True,
        )
        check_events(centre, crowd)
        crowd.close()


def saturate(number: int, seconds: float) -> None:
    """Have hearts beat faster until the rows fall behind."""
    for beat_s in BEATS_S:
        with a_centre() as centre:
            crowd = crowd_of(centre, number, beat_s)
            connect_all(crowd, number)
            crowd.run(beat_s)
            rows, sent, began_s = count(centre, "states"), crowd.sent, time.monotonic()
            with Load(centre) as load:
                crowd.run(seconds)
            took_s = time.monotonic() - began_s
            kept = (count(centre, "states") - rows) / took_s
            newest = centre.database.ask('SELECT extract(epoch FROM max("time")) FROM fleet.states')
            behind_s = time.time() - float(newest[0][0])
            print(
                f"saturate: {(crowd.sent - sent) / took_s:.0f} messages/s to the broker, {kept:.0f} "
                f"states/s as rows with as many alarms and healths; rows are {behind_s:.1f} s behind; "
                f"{load.words()}",
                flush=True,
            )
            crowd.close()
            if behind_s > MAX_BEHIND_S:
                return


def copy(motors: int, minutes: int) -> None:
    """Write messages in batches with COPY, as Telegraf does, without agents, broker and rsyslog."""
    with a_centre() as centre:
        centre.collector.stop()
        began_unix_s = time.time() - 60.0 * minutes
        for minute in range(minutes):
            text, unix_s = io.StringIO(), began_unix_s + 60.0 * minute
            rows = csv.writer(text)
            for index in range(motors):
                own = SimulatedMotor(f"agent-{index}", f"motor-{index}", index)
                base = f"edge-agent/agent-{index}"
                said: dict[str, Document] = {
                    f"{base}/motor-{index}/state": own.state(unix_s),
                    f"{base}/motor-{index}/alarm": own.alarm(unix_s),
                    f"{base}/health": own.health(unix_s),
                }
                rows.writerows((topic, encode(payload_of(one)).decode()) for topic, one in said.items())
            began_s = time.monotonic()
            centre.database.copy("COPY fleet.inbox (topic, value) FROM STDIN (FORMAT csv)", text.getvalue())
            took_s = time.monotonic() - began_s
            print(
                f"copy: {3 * motors} messages in one COPY: {3 * motors / took_s:.0f} messages/s", flush=True
            )
        if count(centre, "states") != motors * minutes or count(centre, "refused"):
            raise SystemExit("the rows are not the messages")


def disk(motors: int, days: int) -> None:
    """Measure the bytes of a state, of an hour and of an event, with rows of real payloads."""
    with a_centre() as centre:
        crowd = crowd_of(centre, motors)
        wait(crowd, "states", lambda: crowd.connected == motors, 60.0)
        crowd.run(62.0)
        centre.collector.stop()
        crowd.close()
        tables = ("states", "hours", "events")
        before = {table: bytes_of(centre, table) for table in tables}
        _repeat_states(centre, days)
        for table in tables:
            rows = count(centre, table)
            size = bytes_of(centre, table) - (before[table] if table != "events" else 0)
            print(f"disk: {table}: {size / rows:.0f} bytes a row with indexes ({rows} rows)", flush=True)


def dashboard(motors: int, days: int) -> None:
    """Ask what each panel of the dashboard asks, of so many motors; one has a past of so many days."""
    with a_centre() as centre:
        crowd = crowd_of(centre, motors)
        wait(crowd, "states", lambda: count(centre, "latest") == motors)
        crowd.cut(crowd.agents[:10], SETTLE_S)
        wait(crowd, "agents offline", lambda: count(centre, "blind") > 0)
        centre.collector.stop()
        crowd.close()
        chosen = centre.database.ask("SELECT motor_key FROM fleet.events LIMIT 1")[0][0]
        _repeat_states(centre, days, f"WHERE motor_key = {chosen}")
        answers = ask_all(centre.database, int(chosen))
        for title, (rows, took_s) in answers.items():
            print(f"dashboard {motors}: {title}: {rows} rows in {1000 * took_s:.0f} ms", flush=True)
        if not all(rows for rows, _ in answers.values()):
            raise SystemExit("a panel is empty")


def _repeat_states(centre: Centre, days: int, of: str = "") -> None:
    """Give motors, by default all, a state for each minute of the last days, and roll up the hours."""
    centre.database.execute(
        "INSERT INTO fleet.states SELECT motor_key, time - m * interval '1 minute', received, state, "
        "severity, reason, confidence, equivalent_bars * (0.9 + 0.2 * random()), detection_limit_bars, "
        "growth_bars, slip, load * (0.9 + 0.2 * random()), current_unbalance "
        f"FROM (SELECT DISTINCT ON (motor_key) * FROM fleet.states {of}) s, "
        f"generate_series(60, {days * 1440}) m ORDER BY m DESC ON CONFLICT DO NOTHING; "
        "CALL fleet.keep_house()"
    )


def main() -> int:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all by default")
    parser.add_argument("--agents", type=int, nargs="+", default=[1000, 5000, 10000], help="for steady")
    parser.add_argument("--seconds", type=float, default=120.0, help="of each steady part")
    parser.add_argument("--storm", type=int, default=5000, help="agents of the storm")
    parser.add_argument("--away", type=float, default=600.0, help="how long the database is away, s")
    parser.add_argument("--away-agents", type=int, default=1000, help="agents meanwhile")
    args = parser.parse_args()
    if not set(args.parts) <= set(PARTS):
        parser.error(f"expected some of {', '.join(PARTS)}")
    print(f"{os.cpu_count()} cores ({platform.machine()}), load {os.getloadavg()[0]:.1f} before", flush=True)
    end_in_order()
    does: dict[str, Callable[[], object]] = {
        "saturate": lambda: saturate(1000, 30.0),
        "copy": lambda: copy(2000, 4),
        "storm": lambda: storm(args.storm, 10.0),
        "killed": lambda: killed(100),
        "outage": lambda: outage(args.away_agents, args.away),
        "disk": lambda: disk(20, 7),
        "dashboard": lambda: dashboard(5000, 90),
        "provision": lambda: provision(200),
    }
    try:
        for part in args.parts or PARTS:
            if part == "steady":
                for number in args.agents:
                    steady(number, args.seconds)
            else:
                does[part]()
    except MissingError as error:
        print(f"measure.py: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
