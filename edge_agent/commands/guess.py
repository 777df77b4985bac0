"""`edge-agent guess PORT`: what a DAQ of which nothing is known sends, and what to write into the YAML."""

import argparse
import sys
import time

from edge_agent.acquire.byte_queue import ByteQueue, PortLost
from edge_agent.acquire.guess import Heard, guess
from edge_agent.acquire.pace import Pace
from edge_agent.acquire.serial_port import SerialReader
from edge_agent.cli import DONE, FAILED
from edge_agent.plain import printable

DEFAULT_BAUD = 115_200
"""Bits per second unless something else is asked for: the usual one of Arduino sketches."""
_SECONDS = 4.0
"""Default time of listening, s: judgement, 200 cycles of the line and an idea of the pace."""
_MAX_SECONDS = 60.0
"""Longest, s: judgement, far more than is looked at."""
_POLL_S = 0.2
"""The loop looks at its end this often, s. Judgement."""
_MAX_BYTES = 65_536
"""Bytes that are taken in one turn: judgement."""


class PortError(Exception):
    """The port cannot be read; the message says why, and what to do."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("port", metavar="PORT", help="the serial port (`edge-agent ports` lists them)")
    parser.add_argument(
        "--baud", type=int, help=f"bits per second of a UART (default {DEFAULT_BAUD}; no effect on USB)"
    )
    parser.add_argument("--seconds", type=_seconds, default=_SECONDS, help="how long to listen (s)")


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 1 <= seconds <= _MAX_SECONDS:
        raise argparse.ArgumentTypeError(f"{text} is not 1 to {_MAX_SECONDS:g}")
    return seconds


def run(args: argparse.Namespace) -> int:
    """Listen, and print the proposal; 1 if the port cannot be read or nothing is recognised."""
    return propose(args.port, args.seconds, args.baud)


def propose(port: str, seconds: float | None = None, baud: int | None = None) -> int:
    """Do so for a port; also what `edge-agent listen --guess` does. None takes the defaults."""
    try:
        heard = listen(port, baud or DEFAULT_BAUD, min(seconds or _SECONDS, _MAX_SECONDS))
    except PortError as error:
        print(printable(f"edge-agent guess: {error}"), file=sys.stderr)
        return FAILED
    found = guess(heard)
    for line in found.text(port, baud).splitlines():
        print(printable(line))
    return DONE if found.acquisition else FAILED


def listen(port: str, baud_rate: int, seconds: float) -> Heard:
    """Return what comes from a port in so many seconds from the first byte on, or from now if none comes.

    Raises PortError if the port cannot be opened, or is lost.
    """
    queue = ByteQueue()
    reader = SerialReader(port, baud_rate, queue)
    reader.start()
    try:
        return _collect(queue, seconds)
    finally:
        reader.stop()


def _collect(queue: ByteQueue, seconds: float) -> Heard:
    pieces: list[tuple[float, bytes]] = []
    end_s = time.monotonic() + 2 * seconds
    while time.monotonic() < end_s:
        for arrived_s, item in queue.take(_POLL_S, _MAX_BYTES):
            if isinstance(item, PortLost):
                raise PortError(f"{item.port}: {item.reason}")
            if isinstance(item, bytes):
                end_s = end_s if pieces else arrived_s + seconds
                pieces.append((arrived_s, item))
    if not pieces:
        return Heard(b"", None, None)
    pace = Pace(pieces[0][0])
    for arrived_s, piece in pieces:
        pace.take(arrived_s, piece)
    return Heard(b"".join(piece for _, piece in pieces), pace.lines_a_second, pace.bytes_a_second)
