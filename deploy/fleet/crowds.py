"""A crowd of simulated agents at the broker of a centre, and waiting for what it brings about."""

import time
from collections.abc import Callable

from calibration.fleet.crowd import Crowd, Plan
from calibration.fleet.logins import open_agents
from deploy.fleet.on_loopback import Centre
from edge_agent.publish.settings import MqttSettings

SETTLE_S = 300.0
"""Bound of every wait for something that comes soon."""
BROKEN_SHARE = 0.01
"""Motors that are in alarm: far more than in any plant, so that alarms can be counted. Judgement."""
CHANGES_PER_S = 2.0
"""Motors that break, or are repaired, in a second: far more than ever do, so that events can be counted."""


def crowd_of(centre: Centre, number: int, beat_s: float = 60.0) -> Crowd:
    """Return so many agents at the broker of the centre, by default a state a minute, with 1 % in alarm."""
    settings = MqttSettings("127.0.0.1", centre.broker.port, heartbeat_s=beat_s, diagnosis=False)
    many = max(1, int(BROKEN_SHARE * number))
    plan = Plan(connects_per_s=400.0, alarms_per_s=CHANGES_PER_S, broken=many)
    return Crowd(open_agents(number, settings), plan)


def connect_all(crowd: Crowd, number: int) -> float:
    """Let the crowd live until all so many agents are connected; return how long it took, s."""
    return wait(crowd, "connecting", lambda: crowd.connected == number)


def wait_for_receipts(crowd: Crowd) -> float:
    """Let the crowd live until all its events are confirmed; return how long it took, s."""
    return wait(crowd, "the last receipt", lambda: crowd.events_waiting == 0)


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
