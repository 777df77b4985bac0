"""Metrics of the agent itself: what came in, what was lost, and the way to the broker."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from edge_agent import __version__
from edge_agent.acquire.counts import DecoderCounts
from edge_agent.publish.documents import Health, Origin
from edge_agent.publish.mqtt.publisher import PublisherCounts
from edge_agent.publish.sink import Pulse
from edge_agent.web.newest import Newest
from edge_agent.web.readiness import samples_come


def metrics_of_agent(newest: Newest) -> Iterator[Metric]:
    """Return what is known of the agent."""
    if newest.state is not None:
        yield _info(newest.state.origin)
    yield _gauge("source_up", "1 if samples came in the last 10 seconds.", samples_come(newest))
    if newest.pulse is not None:
        yield from _of_samples(newest.pulse)
        yield from _of_events(newest.pulse)
    if newest.health is not None:
        yield from _of_health(newest.health)


def _of_health(health: Health) -> Iterator[Metric]:
    """Return the temperature, and how the last self-test ended; with several motors, the worst of them."""
    if health.temperature_c is not None:
        yield _gauge("temperature_celsius", "Temperature of the processor.", health.temperature_c)
    failed = health.self_test_problem is not None
    if failed or health.self_test_age_s is not None:
        yield _gauge("self_test_failed", "1 if the last self-test failed.", failed)
    if health.self_test_age_s is not None:
        ended_unix_s = health.unix_s - health.self_test_age_s
        yield _gauge("self_test_timestamp_seconds", "Unix time of the last self-test.", ended_unix_s)
    if health.proven_limit_bars is not None:
        meaning = "Smallest number of equivalent bars that the last self-test found."
        yield _gauge("self_test_proven_limit_bars", meaning, health.proven_limit_bars)


def _info(origin: Origin) -> Metric:
    labels = {"version": __version__, "model": origin.model_name, "model_sha256": origin.model_sha256}
    family = GaugeMetricFamily(
        "edge_agent_info", "Version of the agent and its model; always 1.", labels=tuple(labels)
    )
    family.add_metric(tuple(labels.values()), 1)
    return family


def _of_samples(pulse: Pulse) -> Iterator[Metric]:
    """Return what came from the DAQ, and what of it was lost."""
    windows, frames = pulse.windows, pulse.frames
    yield _counter("samples", "Scans received since the start, of all streams.", windows.samples_received)
    yield _counter("frames_lost", "Frames or lines missing by their own numbers.", frames.lost_frames)
    yield _counter("dropped_bytes", "Bytes that nobody decoded in time.", pulse.dropped_bytes)
    yield _counter("windows_skipped", "Windows left out: the agent was behind.", windows.windows_skipped)
    yield _rejected(frames)
    waiting = pulse.waiting_blocks
    yield _gauge("reader_queue_blocks", "Byte blocks between the reader and the analysis.", waiting)


def _rejected(frames: DecoderCounts) -> Metric:
    family = CounterMetricFamily(
        "edge_agent_frames_rejected", "Frames or lines that were of no use, by cause.", labels=("cause",)
    )
    causes = {
        "crc": frames.crc_errors,
        "malformed": frames.malformed,
        "wrong_columns": frames.wrong_columns,
        "undescribed": frames.undescribed,
        "contradicting": frames.contradicting,
        "bad_description": frames.bad_descriptions,
    }
    for cause, count in causes.items():
        family.add_metric((cause,), count)
    return family


def _of_events(pulse: Pulse) -> Iterator[Metric]:
    """Return what waits for delivery, and how the connection to the broker is."""
    waiting = sum(counts.events_waiting for counts in pulse.sinks)
    yield _gauge("outbox_events", "Events that wait to be delivered.", waiting)
    dropped = sum(counts.events_dropped for counts in pulse.sinks)
    yield _counter("events_dropped", "Events that were given up undelivered, ever.", dropped)
    broker = next((counts for counts in pulse.sinks if isinstance(counts, PublisherCounts)), None)
    if broker is not None:
        yield _gauge("mqtt_connected", "1 while the broker has a connection.", broker.connected)
        yield _counter("mqtt_connections", "Connections to the broker since the start.", broker.connections)
        yield _counter("mqtt_failed_attempts", "Attempts that gave no connection.", broker.failed_attempts)
        yield _counter("mqtt_refusals", "Messages that the broker would not take.", broker.refusals)


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(f"edge_agent_{name}", meaning, value=value)


def _counter(name: str, meaning: str, value: float) -> Metric:
    return CounterMetricFamily(f"edge_agent_{name}", meaning, value=value)
