"""What several motors in one process cost, live over a pseudo-terminal each: `tests/bench/bench_motors.py`.

    python tests/bench/bench_motors.py --motors 8 --seconds 3600

Each motor has a DAQ of 4 channels at 10 kHz in frames of 128 scans, and a window of 12 s every 2 s. At the
end the DAQ of the last motor is unplugged, and the states of all are shown. `--tree` runs the agent of
another folder. A figure a minute tells of the load of the computer, on which all others depend.
"""

import argparse
import json
import os
import pty
import sys
import tempfile
import threading
import tty
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import paho.mqtt.client as mqtt
from bench_agent import paced, play, report, start_with, stop_children_at_the_end, thread_times_s

from calibration.processes.children import Child, start_broker

SETTLED_S = 130.0
"""Time before the measurement, s: by then each motor had its first state and its weekly self-test."""
UNPLUGGED_S = 70.0
"""Time to see that a DAQ is gone, s: health is said once a minute."""
_MINUTE_S = 60.0
_MOTOR = """\
  - motor: {{id: motor-{number}, rated_power_kw: 0.75, rated_voltage_v: 220, rated_current_a: 2.98,
             rated_speed_rpm: 1715, line_frequency_hz: 60, poles: 4}}
    acquisition: {{port: {port}}}
"""
_SHARED = """\
mqtt: {{host: 127.0.0.1, port: {broker}}}
agent: {{id: bench}}
state_dir: {folder}
"""


class Listener:
    """What the agent says: its health, and the newest state of each motor."""

    def __init__(self, port: int) -> None:
        self.health: dict[str, object] = {}
        self.states: dict[str, str] = {}
        self._lock = threading.Lock()
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        self._client.on_message = self._take
        self._client.connect("127.0.0.1", port)
        self._client.subscribe([("edge-agent/bench/health", 1), ("edge-agent/bench/+/state", 1)])
        self._client.loop_start()

    def print_states(self) -> None:
        """Print the states of the motors, and what health says of windows and sources."""
        with self._lock:
            said = ", ".join(f"{motor} {state}" for motor, state in sorted(self.states.items()))
            kept = {key: self.health.get(key) for key in ("windows_done", "windows_skipped", "source")}
        print(f"{said}\nhealth: {kept}", flush=True)

    def close(self) -> None:
        """Stop listening."""
        self._client.loop_stop()
        self._client.disconnect()

    def _take(self, client: mqtt.Client, data: object, message: mqtt.MQTTMessage) -> None:
        said = json.loads(message.payload)
        with self._lock:
            if message.topic.endswith("/health"):
                self.health = said
            else:
                _, _, motor, _ = message.topic.split("/")
                self.states[motor] = f"{said['state']} ({said['reason'] or said['severity']})"


def main() -> None:
    """Run the motors and print what they cost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--motors", type=int, default=8, help="in one process")
    parser.add_argument("--seconds", type=float, default=60.0, help="length of the measurement (s)")
    parser.add_argument("--tree", type=Path, default=Path(__file__).parents[2], help="of the agent")
    args = parser.parse_args()
    stop_children_at_the_end()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        broker, port = start_broker(Path(folder))
        running.enter_context(broker)
        lines, names = _open_lines(args.motors)
        agent = running.enter_context(start_with(args.tree, _config(names, port, folder), Path(folder)))
        listener = Listener(port)
        running.callback(listener.close)
        wire = paced(lines)
        play(wire, SETTLED_S)
        listener.print_states()
        _measure(agent, wire, args.seconds, args.tree)
        listener.print_states()
        os.close(lines.pop())
        print(f"the DAQ of motor-{args.motors - 1} is gone")
        play(wire, UNPLUGGED_S)
        agent.check()
        listener.print_states()


def _open_lines(count: int) -> tuple[list[int], list[str]]:
    """Return the ends that the DAQs write to, and the names of the ports that the agent opens."""
    lines, names = [], []
    for _ in range(count):
        line, slave = pty.openpty()
        tty.setraw(slave)
        os.set_blocking(line, False)
        lines.append(line)
        names.append(os.ttyname(slave))  # it stays open here: without a reader, writing would fail
    return lines, names


def _config(names: list[str], broker: int, folder: str) -> str:
    motors = "".join(_MOTOR.format(number=number, port=port) for number, port in enumerate(names))
    return f"motors:\n{motors}" + _SHARED.format(broker=broker, folder=folder)


def _measure(agent: Child, wire: Iterator[float], seconds: float, tree: Path) -> None:
    """Play the signal, and print what it cost; a line a minute tells of the load."""
    agent.check()
    before = thread_times_s(agent)
    left_s = seconds
    while left_s > 0:
        play(wire, min(left_s, _MINUTE_S))
        left_s -= _MINUTE_S
        agent.check()
        print(f"load {os.getloadavg()[0]:.1f}", end=" ", flush=True)
    print()
    report(tree, agent, before, seconds)


if __name__ == "__main__":
    main()
