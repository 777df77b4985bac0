"""The state of the agent itself: counted as it runs, read at every heartbeat."""

import resource
import time
from collections import Counter, deque
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from edge_agent import __version__
from edge_agent.acquire.source import Source
from edge_agent.publish.documents import Health
from edge_agent.publish.sink import Sink
from edge_agent.verdict import Reason, Verdict
from edge_agent.wall_clock import clock_is_set
from edge_agent.windows.sliding import WindowCounts

_LATENCIES_KEPT = 500
"""Windows that the percentiles of the latency rest on: a quarter of an hour at one in 2 s."""
_THERMAL_ZONE = Path("/sys/class/thermal/thermal_zone0/temp")
"""Temperature of the processor, thousandths of a degree (Linux)."""
_STATM = Path("/proc/self/statm")


class HealthMeter:
    """Counts verdicts, reasons and latencies of all motors."""

    def __init__(self, agent: str, model_sha256: str, motors: Sequence[str] = ("motor",)) -> None:
        """Begin with the ids of the agent and its motors, and the SHA-256 of the model's file."""
        self._agent = agent
        self._model_sha256 = model_sha256
        self._started_s = time.monotonic()
        self._last_verdict_s: dict[str, float | None] = dict.fromkeys(motors)
        self._latencies_ms: deque[float] = deque(maxlen=_LATENCIES_KEPT)
        self._verdicts = 0
        self._refusals: Counter[str] = Counter()
        self._source_problems: dict[str, str | None] = dict.fromkeys(motors, "no samples yet")

    def answered(self, motor: str, verdict: Verdict) -> None:
        """Count what the state took of a window of a motor."""
        self._last_verdict_s[motor] = time.monotonic()
        self._verdicts += 1
        if verdict.latency_ms is not None:
            self._latencies_ms.append(verdict.latency_ms)
        if verdict.refusal is not None:
            self._refusals[verdict.refusal.reason] += 1

    def source_problem(self, motor: str, problem: str | None) -> None:
        """Note what is wrong with a motor's source of samples or a channel of it; None while all is well."""
        self._source_problems[motor] = problem

    def read(
        self,
        sources: Sequence[Source],
        windows: Sequence[WindowCounts],
        sinks: Sequence[Sink],
        state_folder: str | None = None,
    ) -> Health:
        """Gather everything that is published as health, added up over all motors.

        The age of the last verdict is that of the motor that has waited longest. `state_folder` is what is
        wrong with the folders of the motors.
        """
        frames, kept = [source.counts() for source in sources], [sink.counts for sink in sinks]
        p50, p99 = np.percentile(self._latencies_ms, (50, 99)) if self._latencies_ms else (None, None)
        return Health(
            agent=self._agent,
            unix_s=time.time(),
            samples_received=sum(own.samples_received for own in windows),
            frames_lost=sum(own.lost_frames for own in frames),
            crc_errors=sum(own.crc_errors for own in frames),
            frames_rejected=sum(own.rejected for own in frames),
            bytes_dropped=sum(source.dropped_bytes for source in sources),
            windows_done=self._verdicts,
            windows_failed=self._refusals[Reason.ANALYSIS_FAILED],
            windows_skipped=sum(own.windows_skipped for own in windows),
            reader_queue_blocks=sum(source.waiting_blocks for source in sources),
            outbox_events=sum(own.events_waiting for own in kept),
            events_dropped=sum(own.events_dropped for own in kept),
            events_unsaved=sum(own.events_unsaved for own in kept),
            diagnoses_dropped=sum(own.diagnoses_dropped for own in kept),
            last_verdict_age_s=self._last_verdict_age_s(),
            latency_p50_ms=p50,
            latency_p99_ms=p99,
            temperature_c=_temperature_c(),
            memory_mb=_memory_mb(),
            uptime_s=time.monotonic() - self._started_s,
            version=__version__,
            model_sha256=self._model_sha256,
            source=self._source_problem(),
            refusal_share={reason: n / self._verdicts for reason, n in sorted(self._refusals.items())},
            outbox_files_put_aside=sum(own.files_put_aside for own in kept),
            messages_left_out=sum(own.left_out for own in kept),
            captures_written=sum(own.captures_written for own in kept),
            captures_failed=sum(own.captures_failed for own in kept),
            commands_done=sum(own.commands_done for own in kept),
            commands_refused=sum(own.commands_refused for own in kept),
            clock_set=clock_is_set(time.time()),
            state_folder=state_folder or next((own.disk_problem for own in kept if own.disk_problem), None),
        )

    def _last_verdict_age_s(self) -> float | None:
        """Return the time since the last verdict of the motor that waits longest; None if one has none."""
        last_s = list(self._last_verdict_s.values())
        known_s = [said_s for said_s in last_s if said_s is not None]
        return time.monotonic() - min(known_s) if len(known_s) == len(last_s) else None

    def _source_problem(self) -> str | None:
        """Return what is wrong with the sources, after the names of the motors if there are several."""
        problems = {motor: what for motor, what in self._source_problems.items() if what is not None}
        if len(self._source_problems) == 1:
            return next(iter(problems.values()), None)
        return "; ".join(f"{motor}: {what}" for motor, what in problems.items()) or None


def _temperature_c() -> float | None:
    try:
        return int(_THERMAL_ZONE.read_text()) / 1000
    except (OSError, ValueError):
        return None


def _memory_mb() -> float | None:
    try:
        pages = int(_STATM.read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return pages * resource.getpagesize() / 1e6
