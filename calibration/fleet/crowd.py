"""Many simulated agents in one thread: heartbeats, alarms, outages."""

import heapq
import random
import selectors
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count

from calibration.fleet.agent import SimulatedAgent

_PATIENCE_S = 0.02
"""Longest wait for the network, s. Judgement: a tenth of what a latency is worth telling."""
_LOOK_AFTER_S = 10.0
"""Each connection is looked after this often, s: far below the keep-alive of 30 s. Judgement."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a crowd does."""

    connects_per_s: float = 500.0
    """Agents that begin to connect in a second, at the start."""
    alarms_per_s: float = 0.0
    """Motors that break, or are repaired again, in a second."""
    broken: int = 0
    """Motors that are broken at one time, at most."""
    seed: int = 1
    """Decides who breaks, and when hearts beat."""


class Crowd:
    """Agents that live at the same time."""

    def __init__(self, agents: Sequence[SimulatedAgent], plan: Plan) -> None:
        """Prepare; they begin to connect with `run`."""
        self.agents = agents
        """All of them."""
        self._plan = plan
        self._chance = random.Random(plan.seed)
        self._poll = selectors.DefaultSelector()
        self._watched: dict[int, SimulatedAgent] = {}
        self._socket_of: dict[str, int] = {}
        self._due: list[tuple[float, int, Callable[[float], None]]] = []
        self._order = count()
        self._broken: list[SimulatedAgent] = []
        self._begun = False
        self.is_calm = False
        """True to have no more motors break or be repaired by the plan."""

    @property
    def connected(self) -> int:
        """Agents that the broker has let in."""
        return sum(agent.is_connected for agent in self.agents)

    @property
    def events(self) -> int:
        """Events that were told."""
        return sum(len(agent.events) for agent in self.agents)

    @property
    def events_waiting(self) -> int:
        """Events that the broker has not confirmed."""
        return sum(agent.events_waiting for agent in self.agents)

    @property
    def sent(self) -> int:
        """Messages of heartbeats and changes."""
        return sum(agent.sent for agent in self.agents)

    def run(self, seconds: float, until: Callable[[], bool] = lambda: False) -> float:
        """Live for so long, s, or until something holds; return how long it was."""
        started_s = time.monotonic()
        if not self._begun:
            self._begin(started_s)
        while (now_s := time.monotonic()) - started_s < seconds:
            wait_s = min(max(self._due[0][0] - now_s, 0.0), _PATIENCE_S) if self._due else _PATIENCE_S
            for key, events in self._poll.select(wait_s):
                self._serve(self._watched[key.fd], events)
            self._do_due(now_s)
            if until():
                break
        return time.monotonic() - started_s

    def cut(self, agents: Sequence[SimulatedAgent], away_s: float) -> None:
        """Cut connections without a goodbye; they come back after so long, s."""
        now_s = time.monotonic()
        for agent in agents:
            self._unwatch(agent)
            agent.cut()
            self._at(now_s + away_s, self._connector(agent))

    def break_now(self, agents: Sequence[SimulatedAgent]) -> None:
        """Have motors break, or repaired where they are broken, at once."""
        for agent in agents:
            self._flip(agent)

    def close(self) -> None:
        """End all connections."""
        for agent in self.agents:
            self._unwatch(agent)
            agent.cut()
        self._poll.close()

    def _begin(self, now_s: float) -> None:
        self._begun = True
        for number, agent in enumerate(self.agents):
            self._at(now_s + number / self._plan.connects_per_s, self._connector(agent))
            phase_s = self._chance.uniform(0, agent.settings.heartbeat_s)
            self._at(now_s + phase_s, self._heart(agent))
            self._at(now_s + phase_s % _LOOK_AFTER_S, self._keeper(agent))
        if self._plan.alarms_per_s:
            self._at(now_s, self._fate)

    def _do_due(self, now_s: float) -> None:
        """Do what was due when this turn began; what falls due meanwhile waits for the network."""
        while self._due and self._due[0][0] <= now_s:
            _, _, act = heapq.heappop(self._due)
            act(now_s)

    def _at(self, when_s: float, act: Callable[[float], None]) -> None:
        heapq.heappush(self._due, (when_s, next(self._order), act))

    def _heart(self, agent: SimulatedAgent) -> Callable[[float], None]:
        def beat(at_s: float) -> None:
            agent.beat(time.time())
            self._work(agent)
            self._at(at_s + agent.settings.heartbeat_s, beat)

        return beat

    def _keeper(self, agent: SimulatedAgent) -> Callable[[float], None]:
        def look(at_s: float) -> None:
            if agent.link is not None:
                agent.link.look_after()
                if agent.link.has_ended():
                    self._work(agent)
            self._at(at_s + _LOOK_AFTER_S, look)

        return look

    def _connector(self, agent: SimulatedAgent) -> Callable[[float], None]:
        def connect(at_s: float) -> None:
            if agent.link is not None:
                return
            if agent.connect(time.time()):
                self._watch(agent)
            else:
                self._at(time.monotonic() + agent.wait_s, connect)

        return connect

    def _fate(self, at_s: float) -> None:
        """Break one more motor, or repair the one that was broken first if there are enough."""
        if self.is_calm:
            return
        agent = (
            self._broken[0] if len(self._broken) >= self._plan.broken else self._chance.choice(self.agents)
        )
        self._flip(agent)
        self._at(at_s + 1.0 / self._plan.alarms_per_s, self._fate)

    def _flip(self, agent: SimulatedAgent) -> None:
        if agent.motor.is_broken:
            agent.repair(time.time())
            self._broken.remove(agent)
        else:
            agent.break_bar(time.time())
            self._broken.append(agent)
        self._work(agent)

    def _serve(self, agent: SimulatedAgent, events: int) -> None:
        if agent.link is None:
            return
        if events & selectors.EVENT_READ:
            agent.link.read()
        if events & selectors.EVENT_WRITE:
            agent.link.write()
        self._work(agent)

    def _work(self, agent: SimulatedAgent) -> None:
        """Have an agent deliver; one whose connection has ended waits as the agent does, and comes back."""
        if agent.link is None:
            return
        if agent.work():
            self._watch(agent)
            return
        self._unwatch(agent)
        self._at(time.monotonic() + agent.wait_s, self._connector(agent))

    def _watch(self, agent: SimulatedAgent) -> None:
        """Have the poll wake for what an agent waits for."""
        link = agent.link
        open_socket = link.socket if link is not None else None
        if link is None or open_socket is None:
            return
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if link.wants_to_write else 0)
        number = open_socket.fileno()
        if self._socket_of.get(agent.name) != number:
            self._unwatch(agent)
            if number in self._watched:  # of an agent whose socket has ended, which its keeper will notice
                self._unwatch(self._watched[number])
            self._poll.register(number, wanted)
            self._watched[number], self._socket_of[agent.name] = agent, number
        elif self._poll.get_key(number).events != wanted:
            self._poll.modify(number, wanted)

    def _unwatch(self, agent: SimulatedAgent) -> None:
        number = self._socket_of.pop(agent.name, None)
        if number is not None:
            del self._watched[number]
            self._poll.unregister(number)
