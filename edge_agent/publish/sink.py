"""The interface of whatever takes the documents that the agent has to say: a sink.

The agent hands every document to every sink of `SINKS` (in `__init__.py`); what a sink makes of it is its own
affair. MQTT is the first one. `payloads.payload_of` turns a document into JSON for those that want JSON.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from importlib import import_module
from types import TracebackType
from typing import Protocol, Self, TypeVar

from edge_agent.acquire.counts import DecoderCounts
from edge_agent.acquire.source import Source
from edge_agent.pipeline import Answer
from edge_agent.publish import SINKS
from edge_agent.publish.documents import Document, Told
from edge_agent.publish.settings import SinkSettings
from edge_agent.supervision import Watched
from edge_agent.windows.sliding import WindowCounts


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody wants of the agent."""

    name: str
    """E.g. `acknowledge`."""
    data: dict[str, object]
    """What the request says beside its name."""
    transaction: object = None
    """What the reply must carry so that it is known."""
    response_topic: str | None = None
    """Where else the sender wants the reply (MQTT 5); None for nowhere."""
    correlation: bytes | None = None
    """What the reply must carry there."""


@dataclass(frozen=True, slots=True)
class SinkCounts:
    """What a sink tells of itself; health publishes the sums over all sinks."""

    events_waiting: int = 0
    """Events that it keeps until they are delivered."""
    events_dropped: int = 0
    """Events that it had to give up, ever."""
    events_unsaved: int = 0
    """Events that wait in memory because the disk takes none."""
    diagnoses_dropped: int = 0
    """Diagnoses and healths that it dropped, because whoever gets them was away or slow."""
    files_put_aside: int = 0
    """Files of its own that could not be used and were put aside, ever."""
    left_out: int = 0
    """Messages not sent because whoever gets them does not take them."""
    captures_written: int = 0
    """Recordings of events that it has written since the start."""
    captures_failed: int = 0
    """Those that it could not write."""
    commands_done: int = 0
    """Requests that were answered and done."""
    commands_refused: int = 0
    """Requests that were not done: answered with an error, or too many."""
    disk_problem: str | None = None
    """What is wrong with the disk that it writes to, in words; None while all is well."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """What the agent has counted by now. It comes about once a second, as long as the agent works."""

    windows: WindowCounts
    """What became of the samples, of all motors."""
    frames: DecoderCounts
    """What came from the DAQ, or from all of them."""
    dropped_bytes: int
    """Bytes that nobody decoded in time."""
    waiting_blocks: int
    """Byte blocks that wait between the reader and the pipeline."""
    sinks: tuple[SinkCounts, ...]
    """What each sink tells of itself."""
    of_motors: Mapping[str, WindowCounts] = field(default_factory=dict)
    """What became of the samples of each motor, by its id."""

    def samples_of(self, motor: str | None) -> int:
        """Return how many scans were received of a motor; of all if that is not known of one."""
        own = None if motor is None else self.of_motors.get(motor)
        return (own or self.windows).samples_received


_Counts = TypeVar("_Counts", WindowCounts, DecoderCounts)


def summed(counts: Sequence[_Counts]) -> _Counts:
    """Return the sums of at least one set of counts, field by field."""
    names = [own.name for own in fields(counts[0])]
    return type(counts[0])(**{name: sum(getattr(own, name) for own in counts) for name in names})


class Sink(Protocol):
    """Where documents go. Derive from it: only `take` must be written, the rest may stay as it is here.

    It takes documents from when it is made until it is left. The first state comes before it is entered, so
    that nobody is told that we are online beside a state of an earlier run.
    """

    def __enter__(self) -> Self:
        """Start its thread, if it has one."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End, within a few seconds."""
        return

    def take(self, document: Document) -> None:
        """Take a document; called from the agent's one thread, in the order in which things happen.

        Waits for nothing outside this machine, and raises nothing because of it: windows would be lost
        meanwhile, and the other sinks would hear nothing. What goes wrong is counted and logged. A sink that
        promises to lose no event has it on the disk when `take` returns.
        """
        ...

    def show(self, answer: Answer, motor: str) -> None:
        """Take what a window of a motor brought, with its samples; for sinks that draw it. As `take` is."""
        return

    def feel(self, pulse: Pulse) -> None:
        """Take a pulse; for sinks that cannot wait for the next heartbeat. Called as `take` is."""
        return

    def reload(self, settings: SinkSettings) -> None:
        """Take what may change while it runs, as `edge_agent.reloading` lists it. Called as `take` is."""
        return

    def hang_up(self) -> None:
        """Tell that the agent is gone, whose thread hangs; called from another one, for a second or two."""
        return

    @property
    def watched(self) -> Watched | None:
        """Return its thread, for the supervisor; None if it has none."""
        return None

    @property
    def counts(self) -> SinkCounts:
        """How it goes."""
        return SinkCounts()

    def event_number(self) -> int | None:
        """Draw the number of the next event, above all that were drawn before; None if it numbers none."""
        return None

    def requests(self) -> list[Request]:
        """Return what was asked of the agent since the last call; `take` gets a `Reply` to each."""
        return []

    def last_told(self, motor: str) -> Told | None:
        """Return what the last event said that this motor's state became, before a restart too.

        None if it does not remember; it may be asked before it is entered.
        """
        return None


def pulse_of(windows: Mapping[str, WindowCounts], sources: Sequence[Source], sinks: Sequence[Sink]) -> Pulse:
    """Return what has been counted by now; `windows` are those of each motor, by its id."""
    return Pulse(
        summed(list(windows.values())),
        summed([source.counts() for source in sources]),
        sum(source.dropped_bytes for source in sources),
        sum(source.waiting_blocks for source in sources),
        tuple(sink.counts for sink in sinks),
        windows,
    )


def open_sinks(settings: SinkSettings) -> list[Sink]:
    """Return the sinks of `SINKS` that the settings ask for, each made by the `open_sink` of its module."""
    opened = [import_module(module).open_sink(settings) for module in SINKS]
    return [sink for sink in opened if sink is not None]


def draw_event_number(sinks: Sequence[Sink]) -> int:
    """Return the number of the next event, from the first sink that numbers them; else by the clock."""
    drawn = (sink.event_number() for sink in sinks)
    return next((number for number in drawn if number is not None), int(time.time() * 1000))


def last_told(sinks: Sequence[Sink], motor: str) -> Told | None:
    """Return what the first sink that remembers knows of what was told last; None if none does."""
    remembered = (sink.last_told(motor) for sink in sinks)
    return next((told for told in remembered if told is not None), None)
