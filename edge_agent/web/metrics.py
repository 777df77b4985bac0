"""Everything that Prometheus scrapes, as one page.

Names follow Prometheus' own rules: base units, ratios instead of percents, timestamps instead of ages, and
nothing at all for what is not known. There is no label `agent`: the scrape's own `instance` says which one.
"""

from collections.abc import Iterator, Sequence

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    Metric,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from edge_agent.publish.documents import Diagnosis
from edge_agent.web.newest import Newest
from edge_agent.web.of_agent import metrics_of_agent
from edge_agent.web.of_motor import metrics_of_motor

_LATENCIES_S = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
"""Upper bounds of the histogram's buckets, s. Judgement: the usual ones from a fast PC to a slow Pi."""
_MS_PER_S = 1000.0
"""By definition."""

disable_created_metrics()  # type: ignore[no-untyped-call]  # `process_start_time_seconds` says the same of all counters


class Metrics:
    """Counts verdicts as they come, and reads the rest from the newest documents at each scrape."""

    def __init__(self, newest: Sequence[Newest]) -> None:
        """Take the newest documents of each motor."""
        self._registry = CollectorRegistry()
        self._registry.register(_OfNewest(newest))
        self._windows = Counter(
            "edge_agent_windows",
            "Windows that got a verdict since the start; the reason is empty unless there is no answer.",
            ("motor", "result", "reason"),
            registry=self._registry,
        )
        self._latency = Histogram(
            "edge_agent_verdict_latency_seconds",
            "Time from a window's last sample to its verdict.",
            buckets=_LATENCIES_S,
            registry=self._registry,
        )
        ProcessCollector(registry=self._registry)

    def count(self, diagnosis: Diagnosis) -> None:
        """Count the verdict of a window."""
        verdict = diagnosis.verdict
        reason = "" if verdict.refusal is None else str(verdict.refusal.reason)
        self._windows.labels(diagnosis.origin.motor, str(verdict.state), reason).inc()
        if verdict.latency_ms is not None:
            self._latency.observe(verdict.latency_ms / _MS_PER_S)

    def page(self, accept: str) -> tuple[bytes, str]:
        """Return all metrics and their content type, in a format that the header `Accept` names."""
        encode, content_type = choose_encoder(accept)
        return encode(self._registry), content_type


class _OfNewest(Collector):
    """Reads the newest documents at each scrape."""

    def __init__(self, newest: Sequence[Newest]) -> None:
        self._newest = newest

    def collect(self) -> Iterator[Metric]:
        """Return what is known now."""
        families: dict[str, Metric] = {}
        for newest in self._newest:
            for family in metrics_of_motor(newest):
                families.setdefault(family.name, family)
                if families[family.name] is not family:
                    families[family.name].samples += family.samples
        yield from families.values()
        yield from metrics_of_agent(self._newest[0])
