"""An agent that knows much: a learned baseline, an active alarm, events that wait, hours, captures."""

import logging
from dataclasses import replace
from pathlib import Path

import numpy as np
from drawn_looks import DrawnMotor, a_reference
from plates import plate_yaml

from edge_agent import alarm, running_time
from edge_agent.alarm import AlarmLatch, LatchedAlarm
from edge_agent.baseline.memory import FILE_VERSION, Memory
from edge_agent.baseline.proof import Tally
from edge_agent.config import AgentSettings, load_whole
from edge_agent.diagnose.decision import starting
from edge_agent.kept import read_memory, write_memory
from edge_agent.publish.settings import OutboxSettings
from edge_agent.publish.store.outbox import Outbox
from edge_agent.state_file import StateFile
from edge_agent.verdict import BarCount, Severity, State

EVENTS = 25
LEARNED = Memory(
    hours=24.2, reference=a_reference(DrawnMotor(np.random.default_rng(1))), tally=Tally(3.0, 700)
)
FAULTY = replace(
    starting(),
    state=State.BROKEN_BARS,
    severity=Severity.ALARM,
    refusal=None,
    broken_bars=BarCount(2, (2, 3), 2.1),
)
logging.getLogger("edge_agent.alarm").setLevel(logging.ERROR)


class Site:
    """The configuration of an agent, and its state folder."""

    def __init__(self, folder: Path, agent: str = "pump-7") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.config = folder / "agent.yaml"
        self.state = folder / "state"
        self.config.write_text(
            f"# our pump\nagent: {{id: {agent}}}\nmotor: {plate_yaml(id='m')}\n"
            f"acquisition: {{port: /dev/none}}\nmqtt: {{host: 127.0.0.1, port: 1}}\nstate_dir: state\n"
        )

    @property
    def settings(self) -> AgentSettings:
        return load_whole(self.config)

    def fill(self) -> None:
        """Write all that an agent knows after some weeks, and stop."""
        self.state.mkdir()
        assert write_memory(self._file("baseline", FILE_VERSION), LEARNED)
        AlarmLatch(self._file("alarm", alarm.FILE_VERSION)).update(FAULTY, FAULTY, True, 12, "c.npz")
        assert self._file("running_time", running_time.FILE_VERSION).write({"hours": 7.0, "starts": 3})
        box = self.open_outbox()
        for number in range(EVENTS):
            box.put_event("edge-agent/pump-7/m/event", lambda _, number=number: b'{"n": %d}' % number)
        box.close()
        (self.state / "captures").mkdir()
        (self.state / "captures/20261129T202117.368Z_m_broken_bars.npz").write_bytes(b"samples" * 1000)
        for name in ("outbox.sqlite3.damaged", "alarm.json.part", "agent.lock", "password"):
            (self.state / name).write_text("not to be kept")

    def open_outbox(self) -> Outbox:
        return Outbox(OutboxSettings(self.state / "outbox.sqlite3"))

    def baseline(self) -> Memory:
        return read_memory(self._file("baseline", FILE_VERSION), Memory)

    def alarm(self) -> LatchedAlarm | None:
        return AlarmLatch(self._file("alarm", alarm.FILE_VERSION)).latched

    def payloads(self) -> list[bytes]:
        """Return what waits in the outbox."""
        box = self.open_outbox()
        try:
            return [event.payload for event in box.pending((), 10 * EVENTS)]
        finally:
            box.close()

    def _file(self, name: str, version: int) -> StateFile:
        return StateFile(self.state / f"{name}.json", version)
