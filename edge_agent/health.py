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
    """Counts verdicts, reasons and latencies."""

    def __init__(self, agent: str, model_sha256: str) -> None:
        self._agent = agent
        self._model_sha256 = model_sha256
        self._started_s = time.monotonic()
        self._last_verdict_s: float | None = None
        self._latencies_ms: deque[float] = deque(maxlen=_LATENCIES_KEPT)
        self._verdicts = 0
        self._refusals: Counter[str] = Counter()
        self._source_problem: str | None = "no samples yet"

    def answered(self, verdict: Verdict) -> None:
        """Count the verdict of a window."""
        self._last_verdict_s = time.monotonic()
        self._verdicts += 1
        if verdict.latency_ms is not None:
            self._latencies_ms.append(verdict.latency_ms)
        if verdict.refusal is not None:
            self._refusals[verdict.refusal.reason] += 1

    def source_problem(self, problem: str | None) -> None:
        """Note what is wrong with the source of samples or a channel of it; None while all is well."""
        self._source_problem = problem

    def read(
        self, source: Source, windows: WindowCounts, sinks: Sequence[Sink], state_folder: str | None = None
    ) -> Health:
        """Gather everything that is published as health; `state_folder` is what is wrong with that folder."""
        now_s = time.monotonic()
        frames, kept = source.counts(), [sink.counts for sink in sinks]
        p50, p99 = np.percentile(self._latencies_ms, (50, 99)) if self._latencies_ms else (None, None)
        return Health(
            agent=self._agent,
            unix_s=time.time(),
            samples_received=windows.samples_received,
            frames_lost=frames.lost_frames,
            crc_errors=frames.crc_errors,
            frames_rejected=frames.rejected,
            bytes_dropped=source.dropped_bytes,
            windows_done=self._verdicts,
            windows_failed=self._refusals[Reason.ANALYSIS_FAILED],
            windows_skipped=windows.windows_skipped,
            reader_queue_blocks=source.waiting_blocks,
            outbox_events=sum(own.events_waiting for own in kept),
            events_dropped=sum(own.events_dropped for own in kept),
            events_unsaved=sum(own.events_unsaved for own in kept),
            diagnoses_dropped=sum(own.diagnoses_dropped for own in kept),
            last_verdict_age_s=None if self._last_verdict_s is None else now_s - self._last_verdict_s,
            latency_p50_ms=p50,
            latency_p99_ms=p99,
            temperature_c=_temperature_c(),
            memory_mb=_memory_mb(),
            uptime_s=now_s - self._started_s,
            version=__version__,
            model_sha256=self._model_sha256,
            source=self._source_problem,
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
