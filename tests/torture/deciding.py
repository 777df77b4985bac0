"""A program that decides without end, and writes down each decision once the call for it has returned.

Run as `deciding.py FOLDER SEED STEPS`. It decides events, alarms, acknowledgements, baselines and captures,
by those parts of the agent that must not lose them.
"""

import os
import random
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import torturing
from known_state import FAULTY, LEARNED

from edge_agent import alarm
from edge_agent.alarm import AlarmLatch
from edge_agent.baseline.memory import FILE_VERSION
from edge_agent.captures.store import write_whole
from edge_agent.kept import write_memory
from edge_agent.publish.settings import OutboxSettings
from edge_agent.publish.store.outbox import Outbox
from edge_agent.state_file import StateFile


def an_event(fill: bytes, number: int) -> bytes:
    """Return the payload of an event."""
    return b'{"id": %d, "fill": "%s"}' % (number, fill)


def decide(folder: Path, seed: int, steps: int) -> None:
    """Take so many random decisions about the files of a folder."""
    chance = random.Random(seed)
    marks = os.open(folder / "marks", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def say(*words: object) -> None:
        os.write(marks, (" ".join(map(str, words)) + "\n").encode())

    box = Outbox(OutboxSettings(folder / "outbox.sqlite3"))
    latch = AlarmLatch(StateFile(folder / "alarm.json", alarm.FILE_VERSION))
    baseline = StateFile(folder / "baseline.json", FILE_VERSION)
    say("ready", 0)
    for _ in range(steps):
        match chance.choice("eeeeddabc"):
            case "e":
                payload = partial(an_event, b"x" * chance.randrange(900))
                say("event", box.put_event("t/m/event", payload))
            case "d":
                gone = [event.id for event in box.pending((), 3)]
                say("going", *gone)
                box.delete(gone)
            case "a":
                latch.update(FAULTY, FAULTY, True, chance.randrange(10**9), None)
                latch.take_feedback(True, str(chance.randrange(10**9)))
                latch.acknowledge("Anna", "seen")
                assert latch.latched is not None
                assert latch.latched.feedback is not None
                say("alarm", latch.latched.feedback.found)
            case "b":
                hours = chance.random()
                write_memory(baseline, replace(LEARNED, hours=hours))
                say("baseline", hours)
            case "c":
                name = f"c{chance.randrange(10**9)}.npz"
                write_whole(folder / name, torturing.a_small_recording())
                say("capture", name)


if __name__ == "__main__":
    decide(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
