"""What the agent has to say, as typed documents; `payloads` turns them into JSON."""

from dataclasses import dataclass, field

from edge_agent.acquire.samples import Device
from edge_agent.alarm import LatchedAlarm
from edge_agent.audit.findings import PlateFinding
from edge_agent.baseline.status import BaselineStatus
from edge_agent.diagnose.manifest import Figure
from edge_agent.figures import Figures, RunningTime
from edge_agent.learned.status import LearnedStatus
from edge_agent.motor import Nameplate
from edge_agent.outlook import Outlook
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
    captured: str | None = None
    """Name of the recording of the change to this state; None if none is kept."""
    clock_set: bool = True
    """False while the clock of this computer is not set, so that dates may be wrong."""


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
    number: int | None = None
    """Number of that event."""
    captured: str | None = None
    """Name of its recording; None if there is none."""
    conditions: dict[str, str] = field(default_factory=dict)
    """Severity of each condition that it told as found beside the bars, by its name."""


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
    number: int = 0
    """By which repeated deliveries of one event are known; it rises from event to event."""
    captured: str | None = None
    """Name of the recording that is kept of it; None if none is."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """The latched alarm of a motor, said when it changes and at every heartbeat."""

    origin: Origin
    """Who says it."""
    latched: LatchedAlarm | None
    """The alarm, or the last one that was cleared; None if there was none yet."""
    unix_s: float
    """When it is said."""


@dataclass(frozen=True, slots=True)
class Info:
    """What does not change from window to window: the motor, its sensors, the model."""

    origin: Origin
    """Who says it."""
    nameplate: Nameplate
    """Of the motor."""
    device: Device | None
    """The DAQ with its channels; None before it is known."""
    can_tell: tuple[str, ...]
    """What these sensors allow and what they do not, a sentence each."""
    accuracy: tuple[Figure, ...]
    """How often the model was right, on what it was not trained on."""
    unix_s: float
    """When it is said."""
    plate_findings: tuple[PlateFinding, ...] = ()
    """Entries of the configuration that the signals contradict."""


@dataclass(frozen=True, slots=True)
class Measurements:
    """The ordinary figures of a motor, said at every heartbeat."""

    origin: Origin
    """Who says it."""
    figures: Figures
    """Of the newest window."""
    running: RunningTime
    """Hours and starts."""
    unix_s: float
    """When it is said."""


@dataclass(frozen=True, slots=True)
class Trend:
    """How a motor develops, said after the start and once an hour."""

    origin: Origin
    """Who says it."""
    outlook: Outlook
    """The newest day, its growth, and the forecast."""
    unix_s: float
    """When it is said."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """What is normal for this motor, said when its state changes and at every heartbeat."""

    origin: Origin
    """Who says it."""
    status: BaselineStatus
    """How far it is, and what was seen against it."""
    unix_s: float
    """When it is said."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What many windows have taught of this motor, said when that changes and at every heartbeat."""

    origin: Origin
    """Who says it."""
    status: LearnedStatus
    """What is known, how sure it is, and what of it is used."""
    unix_s: float
    """When it is said."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a request."""

    name: str
    """Of the request, e.g. `acknowledge`."""
    error: str | None
    """Why it was not done; None if it was."""
    data: dict[str, object] = field(default_factory=dict)
    """What was asked for."""
    transaction: object = None
    """What the request carried so that its answer is known."""
    response_topic: str | None = None
    """Where else the sender wants the answer (MQTT 5); None for nowhere."""
    correlation: bytes | None = None
    """What the answer must carry there."""


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
    """Events that wait for the broker, and messages that wait for the servers of webhooks."""
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
    """Messages that the broker or the server of a webhook does not take, e.g. because they are too large."""
    captures_written: int = 0
    """Captures written since the start."""
    captures_failed: int = 0
    """Captures that could not be written since the start."""
    commands_done: int = 0
    """Commands that were done."""
    commands_refused: int = 0
    """Commands that were not done: wrong ones, and more than are allowed in a minute."""
    proven_limit_bars: float | None = None
    """The smallest number of equivalent bars that the last self-test found; None if none or not tested."""
    self_test_age_s: float | None = None
    """Time since the last self-test that added bars to a window; None before the first."""
    self_test_problem: str | None = None
    """Why the last self-test failed, in words; None while all is well."""
    state_folder: str | None = None
    """What is wrong with the folder of what must outlive a restart, in words; None while all is well."""
    clock_set: bool = True
    """False while the clock of this computer is not set, so that dates may be wrong."""


Document = (
    State | Event | Diagnosis | Alarm | Info | Measurements | Baseline | Learned | Trend | Health | Reply
)
"""Whatever the agent has to say."""


def motor_of(document: Document) -> str | None:
    """Return the id of the motor that a document is about; None for one of the agent itself."""
    return None if isinstance(document, Health | Reply) else document.origin.motor
