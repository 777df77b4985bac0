"""The demo: broker, virtual DAQ and agent as separate processes, until the alarm comes."""

import json
import queue
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from calibration.processes.children import Child, ChildError, free_port, start_broker

BROKEN_BARS = 2
"""Judgement: two bars show clearly at this load; one takes longer to be sure of."""
LOAD = 0.75
"""Judgement: a common load, at which sidebands are easy to see."""
_PORT_LIMIT_S = 120.0
"""Judgement: the first start compiles the simulator, which may take a minute; twice that."""
_STATE_LIMIT_S = 60.0
"""Judgement: the first window of the configuration below is full after 12 s; five times that."""
_HEALTHY_LIMIT_S = 120.0
"""Judgement: the decision waits for several windows; ten times the length of one."""
_ALARM_LIMIT_S = 60.0
"""Judgement: the alarm comes after some 16 s on a free machine; about four times that."""
_HEALTH_LIMIT_S = 20.0
"""Four heartbeats of the configuration below."""
_LOOK_S = 0.5
"""Judgement: so long may the exit of a child go unnoticed while no message comes."""

CONFIG = """\
agent: {{id: demo}}
motor:
  id: demo-motor
  rated_power_kw: 0.75
  rated_voltage_v: 220
  rated_current_a: 2.98
  rated_speed_rpm: 1715
  line_frequency_hz: 60
  poles: 4
  rotor_bars: 34
  power_factor: 0.80
acquisition: {{port: "{port}"}}
window: {{length_s: 12, step_s: 2}}
mqtt: {{host: 127.0.0.1, port: {broker_port}, heartbeat_s: 5}}
state_dir: "{state_dir}"
"""
"""Configuration of the demo's agent, with places for port, broker_port and state_dir."""
PAGE = 'http: {{listen: "{listen}"}}\n'
"""What it takes to show the page, with a place for address and port."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message from the broker."""

    kind: str
    """Last level of the topic: state, event, diagnosis, health or status."""
    text: str
    """The payload."""

    def fields(self) -> dict[str, Any]:
        """Return the payload's JSON object."""
        fields: dict[str, Any] = json.loads(self.text)
        return fields

    def says(self, state: str) -> bool:
        """True if this is the fault state `state`."""
        return self.kind == "state" and self.fields()["state"] == state


class Play:
    """The demo from the first process to the summary."""

    def __init__(self, folder: Path, children: ExitStack) -> None:
        self._folder = folder
        self._children = children
        self._cast: list[Child] = []
        self._messages: queue.Queue[Message] = queue.Queue()
        self._counts: Counter[str] = Counter()
        self._times_s: dict[str, float] = {}
        self._health: dict[str, Any] = {}
        self._began_s = time.monotonic()

    def perform(self) -> None:
        """Start everything and wait for the alarm; raises ChildError if a step takes too long."""
        broker, broker_port = start_broker(self._folder)
        self._enter(broker)
        self._say(
            f"broker listens on 127.0.0.1:{broker_port}; to watch: mosquitto_sub -p {broker_port} -v -t '#'"
        )
        self._listen(broker_port)
        port, control = self._folder / "daq", self._folder / "control"
        self._say("virtual DAQ starts; a busy or small computer takes up to a minute for it")
        self._start_daq(port, control)
        self._start_agent(port, broker_port)
        self._await("the first state", _STATE_LIMIT_S, lambda message: message.kind == "state")
        self._await("healthy", _HEALTHY_LIMIT_S, lambda message: message.says("healthy"))
        break_bars(control, BROKEN_BARS)
        self._times_s["break"] = self._now_s()
        self._say(f">>> {BROKEN_BARS} of 34 rotor bars break now; nothing else changes")
        self._await("alarm", _ALARM_LIMIT_S, lambda message: message.says("broken_bars"))
        self._await("health", _HEALTH_LIMIT_S, lambda message: message.kind == "health")

    def go_on(self) -> None:
        """Show messages until Ctrl-C."""
        self._say("the alarm remains; Ctrl-C ends the demo")
        try:
            while True:
                self._next_message()
        except KeyboardInterrupt:
            print()

    def report_failure(self, error: ChildError) -> None:
        """Print what went wrong, and the last lines of each process."""
        print(f"demo failed: {error}", file=sys.stderr)
        for child in self._cast:
            print(f"--- last lines of {child.name}:", file=sys.stderr)
            for line in child.last_lines():
                print(f"    {line}", file=sys.stderr)

    def summarise(self) -> None:
        """Print how long each step took and what was published."""
        times_s = self._times_s
        print(f"\nfirst state after {times_s['the first state']:.1f} s")
        print(f"healthy after {times_s['healthy']:.1f} s")
        print(f"alarm {times_s['alarm'] - times_s['break']:.1f} s after the bars broke")
        kinds = ("state", "event", "diagnosis", "health")
        print(f"messages: {', '.join(f'{self._counts[kind]} {kind}' for kind in kinds)}")
        if self._health:
            names = ("samples_received", "frames_lost", "windows_done", "windows_skipped")
            print(f"last health: {', '.join(f'{name} {self._health[name]}' for name in names)}")

    def _enter(self, child: Child) -> None:
        self._children.enter_context(child)
        self._cast.append(child)

    def _listen(self, broker_port: int) -> None:
        """Subscribe to all topics of the demo's agent."""
        client = Client(CallbackAPIVersion.VERSION2, client_id="demo-listener")
        client.on_connect = lambda client, *_: client.subscribe("edge-agent/demo/#", qos=1)
        client.on_message = self._on_message
        client.connect("127.0.0.1", broker_port)
        client.loop_start()
        self._children.callback(client.loop_stop)
        self._children.callback(client.disconnect)

    def _on_message(self, client: Client, userdata: object, message: MQTTMessage) -> None:
        self._messages.put(Message(message.topic.rsplit("/", 1)[-1], message.payload.decode()))

    def _start_daq(self, port: Path, control: Path) -> None:
        command: list[str | Path] = [sys.executable, "-m", "calibration.cli", "simulate", "--serial"]
        command += ["--link", port, "--control", control, "--broken-bars", "0", "--load", str(LOAD)]
        daq = Child("daq", command, self._folder)
        self._enter(daq)
        daq.wait_for(lambda: port.exists() and control.exists(), "opening its port", _PORT_LIMIT_S)
        self._say(f"virtual DAQ simulates a sound motor at {100 * LOAD:.0f} % load on {port}")

    def _start_agent(self, port: Path, broker_port: int) -> None:
        config = self._folder / "agent.yaml"
        text = CONFIG.format(port=port, broker_port=broker_port, state_dir=self._folder)
        page = f"127.0.0.1:{free_port()}" if has_page() else None
        config.write_text(text if page is None else text + PAGE.format(listen=page))
        self._enter(
            Child("agent", [sys.executable, "-m", "edge_agent.cli", "run", "-c", config], self._folder)
        )
        self._say(f"agent runs with {config}")
        if page is not None:
            self._say(f"its page: http://{page}/")

    def _await(self, name: str, limit_s: float, wanted: Callable[[Message], bool]) -> None:
        """Show messages until one is `wanted`, and note when it came; raises ChildError after `limit_s`."""
        deadline_s = time.monotonic() + limit_s
        while time.monotonic() < deadline_s:
            for child in self._cast:
                child.check()
            message = self._next_message()
            if message is not None and wanted(message):
                self._times_s[name] = self._now_s()
                return
        raise ChildError(f"{name} did not come in {limit_s:g} s")

    def _next_message(self) -> Message | None:
        """Show and return the next message; None if none comes within half a second."""
        try:
            message = self._messages.get(timeout=_LOOK_S)
        except queue.Empty:
            return None
        self._counts[message.kind] += 1
        if message.kind in ("state", "diagnosis"):
            self._say(f"{'STATE ' if message.kind == 'state' else 'window'}  {describe(message.fields())}")
        elif message.kind == "health":
            self._health = message.fields()
        return message

    def _now_s(self) -> float:
        return time.monotonic() - self._began_s

    def _say(self, text: str) -> None:
        print(f"{self._now_s():6.1f} s  {text}", flush=True)


def has_page() -> bool:
    """Return whether the packages are installed with which the agent serves its page."""
    return all(find_spec(name) is not None for name in ("starlette", "uvicorn", "prometheus_client"))


def break_bars(control: Path, bars: int) -> None:
    """Break bars of the virtual DAQ's motor; raises ChildError if it refuses."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(_STATE_LIMIT_S)
        connection.connect(str(control))
        connection.sendall(f"break {bars}\n".encode())
        answer = connection.makefile().readline().strip()
    if answer != "ok":
        raise ChildError(f"the virtual DAQ did not break {bars} bars: {answer or 'no answer'}")


def describe(payload: dict[str, Any]) -> str:
    """Return a state or diagnosis payload as one line."""
    words = [f"{payload['state']:<13} {payload['severity'] or '-':<6}"]
    if payload["reason"]:
        words.append(f"{payload['reason']}{_trigger(payload.get('trigger'))}")
    if payload["broken_bars"]:
        low, high = payload["broken_bars"]["interval"]
        words.append(f"bars: {payload['broken_bars']['estimate']} ({low} to {high})")
    evidence = payload["evidence"]
    shown = [
        _figure("slip {:.2f} %", evidence["slip"], 100),
        _figure("load {:.0f} %", evidence["load"], 100),
        _figure("sidebands {:.1f}", evidence["lower_sideband_dbc"]),
        _figure("/ {:.1f} dBc", evidence["upper_sideband_dbc"]),
        _figure("{:.2f} equivalent bars", evidence.get("equivalent_bars")),
    ]
    return "  ".join([*words, " ".join(figure for figure in shown if figure)]).rstrip()


def _figure(form: str, value: float | None, factor: float = 1.0) -> str:
    return "" if value is None else form.format(factor * value)


def _trigger(trigger: dict[str, Any] | None) -> str:
    """Return the number behind a refusal, in brackets; empty without one."""
    if trigger is None or trigger["value"] is None:
        return ""
    limit = "" if trigger["limit"] is None else f", limit {trigger['limit']:.3g}"
    return f" ({trigger['quantity']} {trigger['value']:.3g}{limit})"
