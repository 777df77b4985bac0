"""A clock that jumps between blocks of samples: the same verdicts, events once, in order, and flagged dates.

1970 at boot, jumps of hours and years both ways, a leap day, slewing by NTP, years that no calendar has.
"""

import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

TRUE_S = time.time


class Clock:
    """What `time.time` says."""

    def __init__(self) -> None:
        self.at_s = 1_796_000_000.0
        self.rate = 1.0
        self._set_s = time.monotonic()

    def __call__(self) -> float:
        return self.at_s + (time.monotonic() - self._set_s) * self.rate

    def jump(self, to_s: float, rate: float = 1.0) -> None:
        """Show another time from now on."""
        self.at_s, self.rate, self._set_s = to_s, rate, time.monotonic()


CLOCK = Clock()
time.time = CLOCK  # before anything else takes it

import torturing  # noqa: E402
from agents import Heard  # noqa: E402
from live_line import a_motor_whose_bars_break, an_agent, live, wait_for_captures  # noqa: E402
from plates import plate_yaml  # noqa: E402

from edge_agent.acquire.recordings import Recording, replay_blocks  # noqa: E402
from edge_agent.diagnose.model import Model  # noqa: E402
from edge_agent.publish.documents import Event, State  # noqa: E402

NOW_S = CLOCK.at_s
MODEL = Model.load("builtin")
JUMPS: dict[str, Callable[[random.Random], tuple[float, float]]] = {
    "1970": lambda chance: (chance.uniform(0, 1000), 1.0),
    "hours": lambda chance: (NOW_S + chance.uniform(-86_400, 86_400), 1.0),
    "years": lambda chance: (NOW_S + 3.15e7 * chance.uniform(-20, 20), 1.0),
    "leap day": lambda chance: (1_835_395_190.0 + chance.uniform(0, 86_420), 1.0),
    "slewing": lambda chance: (CLOCK(), 1.0 + chance.uniform(-5e-4, 5e-4)),
    "suspended": lambda chance: (CLOCK() + 3600.0, 1.0),
    "year 40,000": lambda chance: (1.2e12, 1.0),
    "no calendar": lambda chance: (chance.choice((1e17, -1e10, 9e18)), 1.0),
}


def run(folder: Path, recording: Recording, jump: Callable[[], None]) -> Heard:
    """Return what an agent said of a recording, with a jump of the clock before each block."""
    folder.mkdir()
    agent, heard, _ = an_agent(folder, MODEL, plate_yaml(id="m"), window="{length_s: 4, step_s: 1.4}")
    (line,) = agent.lines
    with line.captures:  # without looking after the agent meanwhile: on a slow machine it would miss samples
        line.take(recording.device, time.monotonic())
        for block in replay_blocks(recording, 0.5):
            jump()
            line.take(block, time.monotonic())
        wait_for_captures(agent)
    agent._say_health()
    for sink in agent._own_sinks[:1]:
        sink._outbox.close()  # type: ignore[attr-defined]
    return heard


def jumps(torture: torturing.Torture, count: int, seed: int) -> None:
    """Play so many recordings by a clock that jumps in each way."""
    chance, flagged, made = random.Random(seed), 0, 0
    with tempfile.TemporaryDirectory() as name:
        for number in range(count):
            if torture.is_over():
                count = number
                break
            recording = a_motor_whose_bars_break(seed + 7 * number)
            CLOCK.jump(NOW_S)
            calm = run(Path(name) / f"{number}", recording, lambda: None)
            torture.expect(calm.of(Event), f"recording {number}: no event")
            for way, where in JUMPS.items():

                def jump(where: Callable[[random.Random], tuple[float, float]] = where) -> None:
                    if chance.random() < 0.3:
                        nonlocal made
                        made += 1
                        CLOCK.jump(*where(chance))

                try:
                    wild = run(Path(name) / f"{number}_{list(JUMPS).index(way)}", recording, jump)
                except Exception as error:
                    torture.expect(False, f"{way}: {error!r}")
                    continue
                torture.expect(live(wild) == live(calm), f"{way}: other verdicts")
                events = [event.number for event in wild.of(Event)]  # type: ignore[attr-defined]
                changes = [(e.before.state, e.after.state) for e in calm.of(Event)]  # type: ignore[attr-defined]
                told = [(e.before.state, e.after.state) for e in wild.of(Event)]  # type: ignore[attr-defined]
                torture.expect(told == changes, f"{way}: {told}, not {changes}")
                torture.expect(events == sorted(set(events)), f"{way}: numbers {events}")
                states = wild.of(State)
                wrong = sum(not state.clock_set for state in states)  # type: ignore[attr-defined]
                flagged += wrong
                torture.expect(wrong or way not in ("1970", "no calendar"), f"{way}: no date is flagged")
    CLOCK.jump(TRUE_S())
    told_of = f"{made} jumps, {flagged} states with a flagged date"
    torture.say("clock", f"{count} recordings in {len(JUMPS)} ways, {told_of}")


if __name__ == "__main__":
    torturing.main("clock", {"jumps": (jumps, 20)})
