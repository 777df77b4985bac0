"""`edge-agent run` with one part that fails on purpose: -m tests.torture.broken_agent CONFIG PART SECONDS.

The part works as shipped until so many seconds after the agent is ready.
"""

import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from edge_agent import agent, cli, pipeline
from edge_agent.acquire import serial_port
from edge_agent.diagnose import broken_bars
from edge_agent.publish.mqtt import courier, own_client
from edge_agent.publish.store import outbox

NEVER = threading.Event()
DEAD: list[bool] = []


def _breaks(owner: Any, name: str, after_s: float, how: Callable[[], None]) -> None:
    """Have a method do something else, first of all, from so many seconds after the agent was ready on."""
    whole, ready_s = getattr(owner, name), [float("inf")]
    ready = agent.ServiceManager.ready

    def say_ready(self: agent.ServiceManager, status: str) -> None:
        ready(self, status)
        ready_s[0] = time.monotonic()

    def broken(*given: Any, **named: Any) -> Any:
        if time.monotonic() - ready_s[0] > after_s:
            print(f"BROKEN {name}", flush=True)
            how()
        return whole(*given, **named)

    agent.ServiceManager.ready = say_ready  # type: ignore[method-assign]
    setattr(owner, name, broken)


def _die() -> None:
    raise RuntimeError("on purpose")


def _die_once() -> None:
    if not DEAD:
        DEAD.append(True)
        _die()


def _hang() -> None:
    NEVER.wait()


PARTS: dict[str, Callable[[float], None]] = {
    "nothing": lambda after_s: None,
    "pipeline_hangs": lambda s: _breaks(pipeline.Pipeline, "judge", s, _hang),
    "disk_hangs": lambda s: _breaks(outbox.Outbox, "look_after", s, lambda: _in_lock()),
    "driver_hangs": lambda s: _breaks(serial_port.ByteQueue, "put", s, _hang),
    "publisher_dies": lambda s: _breaks(courier.Courier, "_turn", s, _die),
    "publisher_hangs": lambda s: _breaks(courier.Courier, "_turn", s, _hang),
    "client_dies": lambda s: _breaks(own_client.OwnClient, "_loop", s, _die_once),
    "inference_is_slow": lambda s: _breaks(broken_bars.BrokenBars, "diagnose", s, lambda: time.sleep(5.0)),
}


def _in_lock() -> None:
    """Hang as a disk does below SQLite: with the lock of the outbox held."""
    save = outbox.Outbox._save

    def hangs(self: outbox.Outbox) -> None:
        _hang()
        save(self)

    outbox.Outbox._save = hangs  # type: ignore[method-assign]
    outbox.EventFile.is_deleted = property(lambda self: True)  # type: ignore[assignment, misc]


if __name__ == "__main__":
    PARTS[sys.argv[2]](float(sys.argv[3]))
    sys.exit(cli.main(["run", "-c", sys.argv[1]]))
