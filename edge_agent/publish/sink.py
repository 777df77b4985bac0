"""What the agent has to say, as typed documents, and the interface of whatever takes them: a sink.

The agent hands every document to every sink of `SINKS` (in `__init__.py`); what a sink makes of it is its own
affair. MQTT is the first one. `payloads.payload_of` turns a document into JSON for those that want JSON.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from types import TracebackType
from typing import Protocol, Self

from edge_agent.publish import SINKS
from edge_agent.publish.settings import SinkSettings
from edge_agent.supervision import Watched
from edge_agent.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Origin:
    """Who says it: the same in every payload of a motor."""

    agent: str
    """Id of the agent."""
    motor: str
    """Id of the motor."""
    model_name: str
    """Name of the model that was asked."""
    model_sha256: str
    """SHA-256 of its file, hexadecimal."""


@dataclass(frozen=True, slots=True)
class State:
    """The state of a motor, said when it changes and at every heartbeat; the newest one counts."""

    origin: Origin
    """Who says it."""
    verdict: Verdict
    """The state, smoothed over windows."""
    unix_s: float
    """When it is said."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What one window alone showed; nobody misses one that is lost."""

    origin: Origin
    """Who says it."""
    verdict: Verdict
    """Of this window, before any smoothing."""
    unix_s: float
    """When it is said."""


@dataclass(frozen=True, slots=True)
class Told:
    """The state that the last event before a restart told; read back, so it has no evidence any more."""

    state: str
    """`healthy`, `broken_bars` or `indeterminate`."""
    severity: str | None
    """As a verdict has it."""
    reason: str | None
    """As a verdict has it."""
    broken_bars: object
    """JSON, as it was told."""


@dataclass(frozen=True, slots=True)
class Event:
    """State or severity of a motor became another; none may be lost."""

    origin: Origin
    """Who says it."""
    before: Verdict | Told
    """The state before, or the one told before a restart."""
    after: Verdict
    """The state now, with the window that decided."""
    unix_s: float
    """When it is said."""


@dataclass(frozen=True, slots=True)
class Health:
    """How the agent itself is; published with the names of the fields, in their order."""

    agent: str
    """Id of the agent."""
    unix_s: float
    """When it is said."""
    samples_received: int
    """Scans since the start, of all streams."""
    frames_lost: int
    """Frames that the sequence numbers say are missing."""
    crc_errors: int
    """Frames dropped because they were damaged."""
    frames_rejected: int
    """Frames or lines that are none, that no description fits, or whose description cannot be right."""
    bytes_dropped: int
    """Bytes that nobody decoded in time."""
    windows_done: int
    """Windows diagnosed since the start."""
    windows_failed: int
    """Windows among them whose analysis failed with an unforeseen error."""
    windows_skipped: int
    """Windows left out because the pipeline was behind."""
    reader_queue_blocks: int
    """Byte blocks that wait between the reader and the pipeline."""
    outbox_events: int
    """Events that wait for the broker."""
    events_dropped: int
    """Events that the outbox had to give up, ever."""
    events_unsaved: int
    """Events that wait in memory because the disk takes none."""
    diagnoses_dropped: int
    """Diagnoses not sent because the broker was away or slow."""
    last_verdict_age_s: float | None
    """Time since the last verdict; None before the first."""
    latency_p50_ms: float | None
    """Median time from a window's last sample to its verdict."""
    latency_p99_ms: float | None
    """99th percentile of the same."""
    temperature_c: float | None
    """Of the processor; None if the system does not say."""
    memory_mb: float | None
    """Resident memory of the process, 10^6 bytes."""
    uptime_s: float
    """Time since the agent started."""
    version: str
    """Version of the agent."""
    model_sha256: str
    """SHA-256 of the model's file."""
    source: str | None
    """What is wrong with the source of samples, or a channel of it, in words; None while all is well."""
    refusal_share: dict[str, float]
    """Share of all windows that each refusal reason took, 0 to 1."""
    outbox_files_put_aside: int = 0
    """Outbox files that were damaged or of a newer version, ever; they lie beside the outbox."""
    messages_left_out: int = 0
    """Messages that the broker is too small for, or for which it ended the connection."""


Document = State | Event | Diagnosis | Health
"""Whatever the agent has to say."""


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

    @property
    def watched(self) -> Watched | None:
        """Return its thread, for the supervisor; None if it has none."""
        return None

    @property
    def counts(self) -> SinkCounts:
        """How it goes."""
        return SinkCounts()

    def last_told(self, motor: str) -> Told | None:
        """Return what the last event said that this motor's state became, before a restart too.

        None if it does not remember; it may be asked before it is entered.
        """
        return None


def open_sinks(settings: SinkSettings) -> list[Sink]:
    """Return the sinks of `SINKS`, each made by the `open_sink` of its module."""
    return [import_module(module).open_sink(settings) for module in SINKS]


def last_told(sinks: Sequence[Sink], motor: str) -> Told | None:
    """Return what the first sink that remembers knows of what was told last; None if none does."""
    remembered = (sink.last_told(motor) for sink in sinks)
    return next((told for told in remembered if told is not None), None)
