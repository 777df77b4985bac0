"""What lies in the database of a measurement: rows, latency, size, and each event once."""

from calibration.fleet.crowd import Crowd
from deploy.fleet.on_loopback import Centre


def events_in(centre: Centre) -> int:
    """Return the events in the database."""
    return count(centre, "events")


def count(centre: Centre, table: str) -> int:
    """Return the rows of a table."""
    return int(centre.database.ask(f"SELECT count(*) FROM fleet.{table}")[0][0])


def quantiles(centre: Centre, table: str, since: str) -> str:
    """Return the latency from publish to row in words, ms."""
    found = centre.database.ask(
        "SELECT percentile_cont(ARRAY[0.5, 0.95, 0.99, 1]) "
        "WITHIN GROUP (ORDER BY extract(epoch FROM received - "
        f'"time")) FROM fleet.{table} WHERE "time" >= \'{since}\''
    )[0][0]
    if not found:
        return "none"
    return " / ".join(f"{1000 * float(part):.0f}" for part in found.strip("{}").split(","))


def check_events(centre: Centre, crowd: Crowd, *, may_lose: bool = False) -> None:
    """Compare each event that was told with the rows, one by one. Raises SystemExit where they differ."""
    told = {(agent.name, number) for agent in crowd.agents for number in agent.events}
    rows = centre.database.ask("SELECT agent, id FROM fleet.events JOIN fleet.motors USING (motor_key)")
    kept = [(agent, int(number)) for agent, number in rows]
    lost, foreign, twice = told - set(kept), set(kept) - told, len(kept) - len(set(kept))
    print(
        f"    events told {len(told)}, lost {len(lost)}, twice {twice}, never told {len(foreign)}", flush=True
    )
    if (lost and not may_lose) or foreign or twice:
        raise SystemExit("events are not as they were told")


def bytes_of(centre: Centre, table: str) -> int:
    """Return the bytes of a table with its partitions and indexes."""
    parts = f"SELECT inhrelid FROM pg_inherits WHERE inhparent = 'fleet.{table}'::regclass"
    return int(
        centre.database.ask(
            f"SELECT sum(pg_total_relation_size(r)) "
            f"FROM ({parts} UNION SELECT 'fleet.{table}'::regclass) p(r)"
        )[0][0]
    )
