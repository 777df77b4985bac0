"""`edge-calibrate crowd`: many simulated agents at a broker of this machine."""

import argparse
import sys
from pathlib import Path

from calibration.commands.arguments import positive_float
from calibration.fleet.agent import SimulatedAgent
from calibration.fleet.crowd import Crowd, Plan
from calibration.fleet.logins import NotLoopbackError, agents_of_fleet, open_agents
from edge_agent.cli import DONE, FAILED, WRONG_USAGE
from edge_agent.plain import one_line
from edge_agent.publish.settings import MqttSettings

_REPORT_S = 5.0
"""A line is printed this often, s. Judgement."""
_MAX_AGENTS = 50_000
"""More agents at once than one process may have sockets on any usual system; judgement."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--agents", type=int, metavar="N", help="so many agents without credentials")
    which.add_argument("--fleet", type=Path, metavar="DIR", help="the agents that `edge-agent fleet` made")
    parser.add_argument("--port", type=int, default=1883, help="port of the broker on this machine (1883)")
    parser.add_argument("--seconds", type=positive_float, default=60.0, help="how long (60)")
    parser.add_argument(
        "--heartbeat-s", type=positive_float, default=60.0, help="time between two states of an agent (60)"
    )
    parser.add_argument(
        "--alarms-per-minute",
        type=float,
        default=0.0,
        help="motors that break, or are repaired, in a minute (0)",
    )
    parser.add_argument("--broken", type=int, default=10, help="motors broken at one time, at most (10)")


def run(args: argparse.Namespace) -> int:
    """Let them live; 1 if not all were let in at the end, or an event was not confirmed."""
    try:
        agents = _agents(args)
    except NotLoopbackError as error:
        print(f"edge-calibrate crowd: {one_line(str(error))}", file=sys.stderr)
        return WRONG_USAGE
    if not 0 < len(agents) <= _MAX_AGENTS:
        print(
            f"edge-calibrate crowd: {len(agents)} agents, expected 1 to {_MAX_AGENTS}; choose another number",
            file=sys.stderr,
        )
        return WRONG_USAGE
    crowd = Crowd(agents, Plan(alarms_per_s=args.alarms_per_minute / 60.0, broken=args.broken))
    lived_s = 0.0
    while lived_s < args.seconds:
        lived_s += crowd.run(min(_REPORT_S, args.seconds - lived_s))
        print(
            f"{lived_s:6.0f} s: {crowd.connected} of {len(agents)} connected, {crowd.sent} messages, "
            f"{crowd.events} events, {crowd.events_waiting} of them not confirmed",
            flush=True,
        )
    is_well = crowd.connected == len(agents) and crowd.events_waiting == 0
    crowd.close()
    return DONE if is_well else FAILED


def _agents(args: argparse.Namespace) -> list[SimulatedAgent]:
    if args.fleet is not None:
        return list(agents_of_fleet(args.fleet))
    settings = MqttSettings("127.0.0.1", args.port, heartbeat_s=args.heartbeat_s)
    return open_agents(min(max(args.agents, 0), _MAX_AGENTS + 1), settings)
