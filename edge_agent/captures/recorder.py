"""Captures: the samples around an event, kept as a recording. The name is given at once, the file follows.

One capture is open at a time. What happens until it is closed shares it: an event gets its name and a place
in its `meta`, a request makes it longer. A flood of events makes one file in `seconds_after`, not one each.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from edge_agent import __version__
from edge_agent.acquire.recordings import Recording
from edge_agent.acquire.samples import Device, SampleBlock
from edge_agent.captures.assembly import recording_of
from edge_agent.captures.recent import RecentSamples, Stretch
from edge_agent.captures.settings import CaptureSettings
from edge_agent.captures.store import CaptureStore
from edge_agent.captures.taught import KNOWN, known_to_json
from edge_agent.captures.writer import CaptureWriter, Job
from edge_agent.publish.documents import Diagnosis, Document, Event, Origin
from edge_agent.publish.payloads import payload_of
from edge_agent.publish.sink import Sink, SinkCounts
from edge_agent.signals.slip.known import KnownMotor
from edge_agent.supervision import Watched
from edge_agent.verdict import State, Verdict
from edge_agent.wall_clock import on_calendar
from edge_agent.windows.sliding import LONGEST_WAIT_S, Windows

FOLDER = "captures"
"""Name of the folder of captures below the state folder."""
MAX_SECONDS = 600.0
"""Most seconds that a request may ask for: as many as `captures.seconds_after` takes (judgement)."""
_MAX_BYTES = 48_000_000
"""Memory for samples: ten minutes of the reference DAQ, 4 channels at 10 kHz (judgement)."""
_MARGIN_S = LONGEST_WAIT_S + 2.0
"""A window is decided this long after its end at most, s, and samples are kept in stretches of a second."""
_APART_S = 600.0
"""Captures of mere windows begin this long after the one before, s: fifty are a working day (judgement)."""
_WAIT_S = 5.0
"""Samples that do not come are awaited this much longer than they should take, s: judgement."""
_MAX_EVENTS = 8
"""Events that one capture tells of, the oldest ones: judgement, so that its size can be told before."""
_REQUESTED = "requested"


@dataclass(slots=True)
class _Open:
    """A capture that waits for the samples after its event."""

    name: str
    begins_s: float
    needed_s: float  # the window that decided begins no earlier
    ends_s: float
    ends_by_s: float
    diagnosis: Diagnosis | None
    known: KnownMotor | None
    events: list[Event] = field(default_factory=list)


class Captures(Sink):
    """Keeps samples when something happens; a sink, since it keeps what was said of them as well."""

    def __init__(
        self,
        settings: CaptureSettings,
        folder: Path,
        windows: Windows,
        origin: Origin,
        configuration: dict[str, object],
        clock: Callable[[], float] = time.time,
        known: Callable[[], KnownMotor | None] = lambda: None,
    ) -> None:
        """Prepare.

        Args:
            settings: when, how long, how much.
            folder: folder of the captures; made when it is needed.
            windows: those of the pipeline, which gets every block after this.
            origin: agent, motor and model, for names and `meta`.
            configuration: what decides a verdict, for `meta`; without secrets.
            clock: Unix time, s.
            known: returns what the newest window was judged with of what was learned of the motor.
        """
        self._folder = folder
        self._motor = origin.motor
        self._about = {"agent": origin.agent, "motor": origin.motor, **about(configuration)}
        self._about["model"] = {"name": origin.model_name, "sha256": origin.model_sha256}
        self._clock = clock
        self._known = known
        self._recent = RecentSamples(windows)
        self._writer = CaptureWriter(_store(folder, settings))
        self._window_s = windows.timeline().length_s + _MARGIN_S
        self._settings: CaptureSettings
        self._before_s: float
        self._take_settings(settings)
        self._open: _Open | None = None
        self._diagnosis: Diagnosis | None = None
        self._closed_s = -_APART_S

    def __enter__(self) -> Self:
        self._writer.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()
        self._writer.stop()

    def change(self, settings: CaptureSettings) -> None:
        """Take other settings from now on; a capture that is open ends as it was begun."""
        self._take_settings(settings)
        self._writer.use(_store(self._folder, settings))

    def _take_settings(self, settings: CaptureSettings) -> None:
        self._settings = settings
        self._before_s = 0.0 if settings.when == "never" else max(settings.seconds_before, self._window_s)

    @property
    def watched(self) -> Watched:
        """The writer's thread, for the supervisor."""
        return self._writer.thread.watched

    @property
    def counts(self) -> SinkCounts:
        """How it goes."""
        counts = self._writer.counts
        return SinkCounts(captures_written=counts.written, captures_failed=counts.failed)

    def begin(self, device: Device) -> None:
        """Begin with a device, or with one that has changed."""
        self._close()
        self._recent.begin(device)

    def add(self, block: SampleBlock) -> None:
        """Hold a block; to be called before the windows get it."""
        if self._recent.breaks_at(block):
            self._close()
            self._recent.clear()
        self._recent.take(block)
        begins_s = self._recent.now_s - self._before_s
        if self._open is not None and self._recent.loses(self._open.needed_s, _MAX_BYTES):
            self._close()
        if self._open is not None:
            begins_s = min(begins_s, self._open.begins_s)
        self._recent.forget_before(begins_s, _MAX_BYTES)

    def look_after(self) -> None:
        """Close the open capture once its samples have come, or will not come any more."""
        is_open = self._open
        if is_open is not None and (
            self._recent.now_s >= is_open.ends_s or time.monotonic() >= is_open.ends_by_s
        ):
            self._close()

    def of_event(self, after: Verdict) -> str | None:
        """Return the name of the capture of an event that is about to be told; None if none is made."""
        if self._settings.when == "never":
            return None
        return self._name(after.state, self._settings.seconds_after)

    def capture_now(self, seconds: float) -> str:
        """Keep so many seconds from now on, with what is held of those before; return the name of the file.

        Raises ValueError, with what to do, if that is not possible.
        """
        if not 0 < seconds <= MAX_SECONDS:
            raise ValueError(f"seconds is {seconds:g}, expected more than 0 and at most {MAX_SECONDS:g}")
        name = self._name(_REQUESTED, seconds)
        if name is None or self._open is None:
            raise ValueError("no samples have come yet; see `source` in health for the reason")
        self._open.ends_s = max(self._open.ends_s, self._recent.now_s + seconds)
        self._open.ends_by_s = max(self._open.ends_by_s, time.monotonic() + seconds + _WAIT_S)
        return name

    def take(self, document: Document) -> None:
        """Note what is said of the samples."""
        match document:
            case Event():
                self._tell_of(document)
            case Diagnosis():
                self._diagnosis = document
                if self._is_wanted(document.verdict) and time.monotonic() - self._closed_s >= _APART_S:
                    self._name(document.verdict.state, self._settings.seconds_after)

    def _tell_of(self, event: Event) -> None:
        is_open = self._open
        if is_open is not None and is_open.name == event.captured and len(is_open.events) < _MAX_EVENTS:
            is_open.events.append(event)

    def _is_wanted(self, verdict: Verdict) -> bool:
        """True if a window is to be kept even if it changes nothing."""
        when = self._settings.when
        return when == "all" or (when == "indeterminate" and verdict.state is State.INDETERMINATE)

    def _name(self, state: str, seconds: float) -> str | None:
        """Return the name of the open capture, of a new one if none is open; None without samples."""
        if self._open is None and not self._recent.is_empty:
            self._open = self._begun(state, seconds)
        return None if self._open is None else self._open.name

    def _begun(self, state: str, seconds: float) -> _Open:
        now_s, unix_s = self._recent.now_s, on_calendar(self._clock())
        second = time.strftime("%Y%m%dT%H%M%S", time.gmtime(unix_s))
        return _Open(
            name=f"{second}.{int(1000 * (unix_s % 1)):03d}Z_{self._motor}_{state}.npz",
            begins_s=now_s - self._before_s,
            needed_s=now_s - min(self._before_s, self._window_s),
            ends_s=now_s + seconds,
            ends_by_s=time.monotonic() + seconds + _WAIT_S,
            diagnosis=self._diagnosis,
            known=self._known(),
        )

    def _close(self) -> None:
        """Have the open capture written, if there is one."""
        is_open, self._open = self._open, None
        device = self._recent.device
        if is_open is None or device is None:
            return
        self._closed_s = time.monotonic()
        stretches = self._recent.since(is_open.begins_s)
        self._writer.put(Job(is_open.name, partial(_recording, is_open, device, stretches, self._about)))


def _store(folder: Path, settings: CaptureSettings) -> CaptureStore:
    return CaptureStore(folder, settings.keep, 1e6 * settings.max_mb)


def about(configuration: dict[str, object]) -> dict[str, object]:
    """Return what `meta` says of the program and its settings."""
    return {"version": __version__, "configuration": configuration}


def _recording(
    is_open: _Open,
    device: Device,
    stretches: list[Stretch],
    about: dict[str, Any],
    breathe: Callable[[], None],
) -> Recording:
    meta = {
        **about,
        "captured": is_open.name,
        "events": [payload_of(event) for event in is_open.events],
        "diagnosis": None if is_open.diagnosis is None else payload_of(is_open.diagnosis),
        KNOWN: known_to_json(is_open.known),
    }
    return recording_of(is_open.name.removesuffix(".npz"), device, stretches, meta, breathe)
