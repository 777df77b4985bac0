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
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from calibration.fleet.crowd import Crowd, Plan
from calibration.fleet.logins import agents_of_fleet, open_agents
from calibration.fleet.motor import SimulatedMotor
from deploy.fleet.load import Load
from deploy.fleet.on_loopback import Broker, Centre, MissingError, a_centre, end_in_order
from deploy.fleet.rows import bytes_of, count, events_in, no_event_twice, quantiles
from edge_agent.cli import main as edge_agent
from edge_agent.publish.payloads import encode, payload_of
from edge_agent.publish.settings import MqttSettings

PARTS = ("steady", "saturate", "copy", "storm", "outage", "disk", "provision")
SETTLE_S = 300.0
"""Bound of every wait for something that comes soon."""
BROKEN_SHARE = 0.01
BEATS_S = (6.0, 3.0, 2.0, 1.5, 1.0, 0.7, 0.5)
"""Of `saturate`: as many messages as 10,000 to 120,000 motors send with a state a minute."""
MAX_BEHIND_S = 3.0
"""Rows that are so late, after half a minute, fall behind."""
CHANGES_PER_S = 2.0
"""Motors that break, or are repaired, in a second: far more than ever do, so that events can be counted."""


def crowd_of(centre: Centre, number: int, beat_s: float = 60.0) -> Crowd:
    """Return so many agents at the broker of the centre, by default a state a minute, with 1 % in alarm."""
    settings = MqttSettings("127.0.0.1", centre.broker.port, heartbeat_s=beat_s, diagnosis=False)
    many = max(1, int(BROKEN_SHARE * number))
    plan = Plan(connects_per_s=400.0, alarms_per_s=CHANGES_PER_S, broken=many)
    return Crowd(open_agents(number, settings), plan)


def wait(crowd: Crowd, what: str, holds: Callable[[], bool], limit_s: float = SETTLE_S) -> float:
    """Let the crowd live until something holds; return how long it took, s."""
    checked = [0.0]

    def now_and_then() -> bool:
        if time.monotonic() - checked[0] < 0.5:
            return False
        checked[0] = time.monotonic()
        return holds()

    took_s = crowd.run(limit_s, now_and_then)
    if not holds():
        raise SystemExit(
            f"{what} did not happen in {limit_s:g} s: {crowd.connected} connected, {crowd.events} events, "
            f"{crowd.events_waiting} of them not confirmed"
        )
    return took_s


def steady(number: int, seconds: float) -> None:
    """Measure rows a second and latency while nothing is wrong."""
    with a_centre() as centre:
        crowd = crowd_of(centre, number)
        joined_s = wait(crowd, "connecting", lambda: crowd.connected == number)
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
        no_event_twice(centre, crowd)
        crowd.close()


def saturate(number: int, seconds: float) -> None:
    """Have hearts beat faster until the rows fall behind."""
    for beat_s in BEATS_S:
        with a_centre() as centre:
            crowd = crowd_of(centre, number, beat_s)
            wait(crowd, "connecting", lambda crowd=crowd: crowd.connected == number)
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
                said = {
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


def storm(number: int, away_s: float) -> None:
    """Restart the broker under so many agents; then cut all links at once."""
    with a_centre() as centre:
        crowd = crowd_of(centre, number)
        wait(crowd, "connecting", lambda: crowd.connected == number)
        crowd.run(20.0)
        centre.broker.stop()
        crowd.run(away_s)
        crowd.break_now(crowd.agents[: number // 100])
        centre.broker.start()
        crowd.is_calm = True
        with Load(centre) as load:
            back_s = wait(crowd, "coming back", lambda: crowd.connected == number)
            kept_s = wait(crowd, "the last event", lambda: events_in(centre) == crowd.events)
        print(
            f"storm {number}: broker away for {away_s:.0f} s; all back after {back_s:.0f} s, all "
            f"{crowd.events} events as rows after {back_s + kept_s:.0f} s; {load.words()}",
            flush=True,
        )
        crowd.cut(crowd.agents, 1.0)
        back_s = wait(crowd, "coming back", lambda: crowd.connected == number)
        kept_s = wait(crowd, "the last event", lambda: events_in(centre) == crowd.events)
        print(f"storm {number}: all links cut for 1 s; all back after {back_s:.0f} s", flush=True)
        no_event_twice(centre, crowd)
        crowd.close()


def outage(number: int, away_s: float) -> None:
    """Take the database away; see that no event is lost, and none is there twice."""
    with a_centre() as centre:
        crowd = crowd_of(centre, number)
        wait(crowd, "connecting", lambda: crowd.connected == number)
        crowd.run(30.0)
        centre.database.stop()
        told, sent = crowd.events, crowd.sent
        crowd.run(away_s)
        told, sent = crowd.events - told, crowd.sent - sent
        centre.database.start()
        crowd.is_calm = True
        with Load(centre) as load:
            caught_up_s = wait(crowd, "the last event", lambda: events_in(centre) == crowd.events)
        print(
            f"outage {number}: database away for {away_s:.0f} s with {told} events among {sent} messages; "
            f"caught up {caught_up_s:.0f} s after it came back; {count(centre, 'states')} states as rows; "
            f"{load.words()}",
            flush=True,
        )
        no_event_twice(centre, crowd)
        crowd.close()


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
        centre.database.execute(
            "INSERT INTO fleet.states SELECT s.motor_key, s.time - m * interval '1 minute', s.received, "
            "state, "
            "severity, reason, confidence, equivalent_bars * (0.9 + 0.2 * random()), detection_limit_bars, "
            "growth_bars, slip, load * (0.9 + 0.2 * random()), current_unbalance "
            "FROM (SELECT DISTINCT ON (motor_key) * FROM fleet.states) s, "
            f"generate_series(60, {days * 1440}) m ORDER BY m DESC ON CONFLICT DO NOTHING; "
            "CALL fleet.keep_house()"
        )
        for table in tables:
            size, rows = (
                bytes_of(centre, table),
                int(centre.database.ask(f"SELECT count(*) FROM fleet.{table}")[0][0]),
            )
            each = (size - before[table]) / max(rows, 1) if table != "events" else size / max(rows, 1)
            print(f"disk: {table}: {each:.0f} bytes a row with indexes ({rows} rows)", flush=True)


def provision(number: int) -> None:
    """From a table to connected agents with their own certificates, at a broker that asks for them."""
    with tempfile.TemporaryDirectory(prefix="fleet-") as name, ExitStack() as ending:
        folder = Path(name)
        began_s = time.monotonic()
        with (folder / "fleet.csv").open("w", newline="") as file:
            table = csv.writer(file)
            table.writerow(["site", "agent.id", "motor.id", *PLATE, "acquisition.port"])
            for index in range(number):
                port = f"/dev/serial/by-id/usb-Example_DAQ_{index:04}-if00"
                table.writerow(["hall-1", f"agent-{index:04}", f"motor-{index:04}", *PLATE.values(), port])
        command = ["fleet", "make", str(folder / "fleet.csv"), "--out", str(folder / "fleet")]
        if edge_agent([*command, "--set", "mqtt.host=localhost"]) != 0:
            raise SystemExit("fleet make failed")
        made_s = time.monotonic() - began_s
        broker = Broker(folder, _mutual(folder / "fleet" / "sites" / "hall-1"))
        broker.start()
        ending.callback(broker.stop)
        agents = list(agents_of_fleet(folder / "fleet", {"hall-1": broker.port}))
        crowd = Crowd(agents, Plan(connects_per_s=50.0))
        wait(crowd, "connecting", lambda: crowd.connected == number)
        print(
            f"provision {number}: table to files {made_s:.0f} s, to {crowd.connected} connected agents with "
            f"their own certificates {time.monotonic() - began_s:.0f} s",
            flush=True,
        )
        crowd.close()


PLATE = {
    "motor.rated_power_kw": "0.75",
    "motor.rated_voltage_v": "220",
    "motor.rated_current_a": "2.98",
    "motor.line_frequency_hz": "60",
    "motor.rated_speed_rpm": "1715",
    "motor.poles": "4",
}


def _mutual(site: Path) -> str:
    """Return the lines of a broker of a fleet that let in whoever has a certificate of it."""
    wanted = (
        "certfile",
        "keyfile",
        "cafile",
        "crlfile",
        "require_",
        "use_",
        "allow_",
        "acl_file",
        "tls_version",
    )
    lines = [line for line in (site / "edge-agent.conf").read_text().splitlines() if line.startswith(wanted)]
    text = "\n".join(lines) + "\n"
    return text.replace("/etc/mosquitto/certs/", f"{site}/").replace("/etc/mosquitto/", f"{site}/")


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
    does = {
        "steady": lambda: [steady(number, args.seconds) for number in args.agents],
        "saturate": lambda: saturate(1000, 30.0),
        "copy": lambda: copy(2000, 4),
        "storm": lambda: storm(args.storm, 10.0),
        "outage": lambda: outage(args.away_agents, args.away),
        "disk": lambda: disk(20, 7),
        "provision": lambda: provision(200),
    }
    try:
        for part in args.parts or PARTS:
            does[part]()
    except MissingError as error:
        print(f"measure.py: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
