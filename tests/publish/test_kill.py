"""Kill -9 at any moment, with a broker that takes events all the while: none is lost on the whole way."""

import random
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from broker import Mosquitto, Subscriber

KILLS = 12
PROGRAM = """
import sys
from pathlib import Path
from edge_agent.publish.mqtt.publisher import Publisher
from edge_agent.publish.store.outbox import Outbox
from edge_agent.publish.settings import MqttSettings, OutboxSettings

outbox = Outbox(OutboxSettings(Path(sys.argv[1])))
with Publisher(MqttSettings("127.0.0.1", int(sys.argv[2])), "pump-7", outbox) as publisher:
    for _ in range(int(sys.argv[3])):
        print(publisher.publish_event("motor-1", lambda number: {"id": number}), flush=True)
    publisher.stop(60)
"""


def test_kill_9_loses_no_event_between_decision_and_broker(
    mosquitto: Mosquitto, subscribe: Callable[..., Subscriber], tmp_path: Path
) -> None:
    listener = subscribe(mosquitto.port, "edge-agent/pump-7/motor-1/event")
    decided: list[int] = []
    moments = random.Random(7)
    for _ in range(KILLS):
        with a_process(tmp_path, mosquitto, events=100_000) as process:
            assert process.stdout is not None
            decided += [int(process.stdout.readline()) for _ in range(moments.randint(1, 200))]
            process.send_signal(signal.SIGKILL)
            decided += [int(line) for line in process.stdout.read().splitlines(True) if line.endswith("\n")]
    with a_process(tmp_path, mosquitto, events=1) as process:
        assert process.stdout is not None
        decided += [int(line) for line in process.stdout]
        assert process.wait() == 0
    listener.wait_for(lambda messages: messages and messages[-1].json()["id"] == decided[-1])
    arrived = dict.fromkeys(message.json()["id"] for message in listener.messages)
    assert set(decided) <= set(arrived)
    assert list(arrived) == sorted(arrived)  # type: ignore[type-var]
    assert len(arrived) <= len(decided) + KILLS  # at each kill one may be decided but not yet reported


def a_process(folder: Path, broker: Mosquitto, events: int) -> subprocess.Popen[str]:
    """Start a program that decides events, and prints the number of each once it is decided."""
    arguments = [str(folder / "outbox.sqlite3"), str(broker.port), str(events)]
    return subprocess.Popen([sys.executable, "-c", PROGRAM, *arguments], stdout=subprocess.PIPE, text=True)
