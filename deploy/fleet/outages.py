"""Broker or database away, or killed, under a crowd of agents: what is lost, and how soon all are back."""

from deploy.fleet.crowds import connect_all, crowd_of, wait, wait_for_receipts
from deploy.fleet.load import Load
from deploy.fleet.on_loopback import AUTOSAVE_S, a_centre
from deploy.fleet.rows import check_events, count, events_in


def storm(number: int, away_s: float) -> None:
    """Restart the broker under so many agents; then cut all links at once."""
    with a_centre() as centre:
        crowd = crowd_of(centre, number)
        connect_all(crowd, number)
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
        check_events(centre, crowd)
        crowd.close()


def killed(number: int) -> None:
    """Kill the broker under so many agents, with the collector connected and without it."""
    for collector in ("connected", "away"):
        with a_centre() as centre:
            crowd = crowd_of(centre, number)
            connect_all(crowd, number)
            crowd.run(AUTOSAVE_S + 5.0)  # the broker has written down that there is a collector
            if collector == "away":
                centre.collector.stop()
            crowd.run(AUTOSAVE_S / 2)
            centre.broker.kill()
            centre.broker.start()
            crowd.is_calm = True
            wait_for_receipts(crowd)
            if collector == "away":
                centre.collector.start()
            crowd.run(20.0)
            print(f"killed {number}: broker killed, collector {collector}", flush=True)
            check_events(centre, crowd, may_lose=True)
            crowd.close()


def outage(number: int, away_s: float) -> None:
    """Take the database away; see that no event is lost, and none is there twice."""
    with a_centre() as centre:
        crowd = crowd_of(centre, number)
        connect_all(crowd, number)
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
        check_events(centre, crowd)
        crowd.close()
