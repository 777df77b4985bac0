"""`edge-agent listen`: the ordinary figures once a second, for whoever stands at the motor."""

import argparse
import sys
import time
from pathlib import Path

from edge_agent.acquire.port_source import SerialSource
from edge_agent.acquire.serial_port import IN_USE
from edge_agent.cli import DONE, FAILED, WRONG_USAGE, add_motor_option
from edge_agent.commands import guess
from edge_agent.config import Settings, load_with_doubts
from edge_agent.doctor.figures_table import columns, figures_payload, header, problems_of, row
from edge_agent.doctor.listener import Listener, Look
from edge_agent.doctor.service import running_agent
from edge_agent.plain import one_line, printable
from edge_agent.publish.documents import Origin
from edge_agent.publish.payloads import encode
from edge_agent.supervision import stop_on_signals

WINDOW_S = 4.0
"""Longest window behind a line, s. Judgement: who turns a clamp round sees it within a few seconds."""
_STEP_S = 1.0
"""Time between two lines, s: as the command promises."""
_POLL_S = 0.2
"""The loop looks at its end this often, s. Judgement."""
_HEADER_EVERY = 20
"""Lines after which the header is said again: judgement, it stays on a small screen."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("-c", "--config", type=Path, help="the YAML file of the agent")
    source.add_argument(
        "--guess", metavar="PORT", help="a port of which nothing is known: propose the YAML for it"
    )
    add_motor_option(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")
    parser.add_argument("--seconds", type=_seconds, help="end after this time (default: Ctrl-C ends it)")


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a time above 0")
    return seconds


def run(args: argparse.Namespace) -> int:
    """Print a line a second; 1 if no sample came, 2 if the agent has the port."""
    if args.guess is not None:
        return guess.propose(args.guess, args.seconds)
    settings, _ = load_with_doubts(args.config, motor=args.motor)
    stop = stop_on_signals()
    who = running_agent(settings)
    if who is not None:
        print(
            f"edge-agent listen: {one_line(f'the port is in use by {who}; {_instead(settings)}')}",
            file=sys.stderr,
        )
        return WRONG_USAGE
    length_s = min(WINDOW_S, settings.window.length_s)
    until_s = time.monotonic() + (float("inf") if args.seconds is None else args.seconds)
    with SerialSource(settings.serial_settings()) as source:
        listener = Listener(settings.motor, source, length_s, min(_STEP_S, length_s))
        screen = Screen(settings, as_json=args.json)
        while not stop.is_set() and time.monotonic() < until_s:
            for look in listener.listen(_POLL_S):
                screen.show(look, listener.problem)
            if listener.lost is not None and not listener.opened:
                hint = (
                    f". If that is the agent: {_instead(settings)}" if listener.lost.reason == IN_USE else ""
                )
                print(
                    f"edge-agent listen: {one_line(f'{listener.lost.port}: {listener.lost.reason}{hint}')}",
                    file=sys.stderr,
                )
                return FAILED
            screen.say(_trouble(listener))
    return DONE if screen.lines else FAILED


def _instead(settings: Settings) -> str:
    """Return what to do where the agent has the port."""
    mqtt = settings.mqtt_settings()
    topic = f"{mqtt.base_topic(settings.agent.id)}/{settings.motor.id}/measurements"
    return f"read its figures on the topic {topic}, or stop it: sudo systemctl stop edge-agent"


def _trouble(listener: Listener) -> str | None:
    """Return why no samples come; None while they do."""
    if listener.lost is not None:
        return f"{listener.lost.port}: {listener.lost.reason}"
    silence = listener.silence()
    return None if silence is None else silence.text


class Screen:
    """Prints lines, the header now and then, and each trouble once."""

    def __init__(self, settings: Settings, *, as_json: bool) -> None:
        self.lines = 0
        """Lines of figures so far."""
        self._origin = Origin(settings.agent.id, settings.motor.id, "", "")
        self._as_json = as_json
        self._columns: list[str] = []
        self._said: str | None = None

    def show(self, look: Look, source_problem: str | None) -> None:
        """Print the figures of a window."""
        problems = problems_of(look, source_problem)
        if self._as_json:
            print(encode(figures_payload(self._origin, look, problems)).decode(), flush=True)
        else:
            if self.lines % _HEADER_EVERY == 0 or columns(look) != self._columns:
                self._columns = columns(look)
                print(printable(header(look)))
            print(printable(row(look, problems)), flush=True)
        self.lines += 1

    def say(self, trouble: str | None) -> None:
        """Print why no samples come, once for each reason."""
        if trouble is not None and trouble != self._said:
            print(f"edge-agent listen: {one_line(trouble)}", file=sys.stderr, flush=True)
        self._said = trouble
