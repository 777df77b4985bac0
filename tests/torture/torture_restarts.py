"""Kill -9 of the whole agent, and its restart: the retained state is true soon, and nothing decided is lost.

Real processes at a real broker. The time counts from the start of the process to the first state that comes
from it over the broker; the state of before, which the broker still retains, is true no more.
"""

import random
import time
from dataclasses import dataclass, field

import torturing
from plant import Program
from torture_hangs import BASE, BUSY_S, Site, a_site, processor_s

from edge_agent.publish.json_values import iso_time

TRUE_WITHIN_S = 10.0
"""Time in which the retained state must be true again (the acceptance of the issue)."""
START_S = 120.0
"""What a start may take on a computer that does other work, before it counts as hanging, s."""
STATE, STATUS, EVENT = f"{BASE}/motor/state", f"{BASE}/status", f"{BASE}/motor/event"
PHASES = ("while it starts", "once it is online", "while it decides", "after it has decided")


@dataclass
class Told:
    """What was seen over all restarts."""

    true_after_s: list[float] = field(default_factory=list)
    """Time from the start of each process to its first state, s."""
    of_processor_s: list[float] = field(default_factory=list)
    """Processor time of each process up to then, s."""
    decided: set[int] = field(default_factory=set)
    """Numbers of the events that the log tells."""


def restarts(torture: torturing.Torture, count: int, seed: int) -> None:
    """Kill the agent so many times, in each phase of its life in turn, and start it again."""
    chance, told, done = random.Random(seed), Told(), 0
    with a_site("--speed", "4") as site:
        for number in range(count):
            if torture.is_over():
                break
            phase = PHASES[number % len(PHASES)]
            _live_and_die(torture, site, phase, chance, told)
            done += 1
        agent = _start(torture, site, "at the end", told)
        _see_that_all_events_come(torture, site, told.decided)
        torture.expect(agent.process.poll() is None, f"at the end: {agent.lines[-3:]}")
    times_s = sorted(told.true_after_s)
    torture.say(
        "restarts",
        f"{done} of {count} kills, {len(told.decided)} events decided; state true after {times_s[0]:.1f} to "
        f"{times_s[-1]:.1f} s, half of them within {times_s[len(times_s) // 2]:.1f} s, "
        f"{sum(one <= TRUE_WITHIN_S for one in times_s)} of {len(times_s)} within {TRUE_WITHIN_S:g} s; "
        f"at most {max(told.of_processor_s):.1f} s of processor",
    )


def _live_and_die(
    torture: torturing.Torture, site: Site, phase: str, chance: random.Random, told: Told
) -> None:
    """Start the agent, and kill it in a phase."""
    if phase == PHASES[0]:
        agent = site.agent()
        time.sleep(chance.uniform(0.0, 3.0))
    else:
        agent = _start(torture, site, phase, told)
        if phase == PHASES[2]:
            site.daq.tell(f"break {chance.choice((0, 2))}")
        elif phase == PHASES[3]:
            seen = len(site.listener.on(EVENT))
            site.daq.tell(f"break {2 - 2 * (seen % 2)}")
            site.listener.wait_for(lambda _: len(site.listener.on(EVENT)) > seen, START_S)
        time.sleep(chance.uniform(0.0, 1.5))
    agent.kill()
    site.newest("status")
    told.decided |= {int(line.split("event ")[1].split(":")[0]) for line in agent.lines if " -> " in line}
    for words in ("Traceback", "cannot be used", "is damaged"):
        torture.expect(not any(words in line for line in agent.lines), f"{phase}: {words}: {agent.lines}")


def _start(torture: torturing.Torture, site: Site, phase: str, told: Told) -> Program:
    """Start the agent; wait for its first state, which must come before it says that it is online."""
    site.newest("status")
    seen, states = len(site.listener.messages), len(site.listener.on(STATE))
    began, began_s = iso_time(time.time()), time.perf_counter()
    agent = site.agent()
    try:
        site.listener.wait_for(lambda _: len(site.listener.on(STATE)) > states, START_S)
    except AssertionError:
        torture.expect(False, f"killed {phase}: no state in {START_S:g} s; it said {agent.lines[-5:]}")
        return agent
    told.true_after_s.append(time.perf_counter() - began_s)
    told.of_processor_s.append(processor_s(agent))
    first = site.listener.on(STATE)[states].json()
    torture.expect(str(first["time"]) >= began, f"killed {phase}: the first state is of {first['time']}")
    late = told.true_after_s[-1] > TRUE_WITHIN_S + BUSY_S
    torture.expect(not late, f"killed {phase}: a state after {told.true_after_s[-1]:.0f} s")
    online = [m.topic for m in site.listener.messages[seen:] if m.payload == "online" or m.topic == STATE]
    torture.expect(online[0] == STATE, f"killed {phase}: it is online before its state is true")
    return agent


def _see_that_all_events_come(torture: torturing.Torture, site: Site, decided: set[int]) -> None:
    try:
        site.listener.wait_for(
            lambda _: {m.json()["id"] for m in site.listener.on(EVENT)} >= decided, START_S
        )
    except AssertionError:
        lost = decided - {m.json()["id"] for m in site.listener.on(EVENT)}
        torture.expect(False, f"{len(lost)} events are lost")
    numbers = list(dict.fromkeys(m.json()["id"] for m in site.listener.on(EVENT)))
    torture.expect(numbers == sorted(numbers), "events are out of order")


if __name__ == "__main__":
    torturing.main("restarts", {"restarts": (restarts, 300)})
