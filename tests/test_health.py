"""Health counts verdicts as they come, and sums up what the sinks tell of themselves."""

from dataclasses import replace

import pytest

from edge_agent.acquire.counts import DecoderCounts
from edge_agent.diagnose.decision import starting
from edge_agent.health import HealthMeter
from edge_agent.publish.documents import Document, Health
from edge_agent.publish.sink import Sink, SinkCounts
from edge_agent.verdict import Reason, Refusal, Severity, State
from edge_agent.windows.sliding import WindowCounts

STARTING = starting()
HEALTHY = replace(STARTING, state=State.HEALTHY, severity=Severity.OK, refusal=None)


class Counted(Sink):
    def __init__(self, **counts: int) -> None:
        self._counts = SinkCounts(**counts)

    def take(self, document: Document) -> None:
        pass

    @property
    def counts(self) -> SinkCounts:
        return self._counts


class CountedSource:
    dropped_bytes, waiting_blocks = 11, 12

    def counts(self) -> DecoderCounts:
        return DecoderCounts(lost_frames=13, crc_errors=14, malformed=2, wrong_columns=3)


def read(meter: HealthMeter, *sinks: Sink) -> Health:
    return meter.read([CountedSource()], [WindowCounts(samples_received=15, windows_skipped=16)], sinks)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("sinks", "waiting", "dropped", "left_out"),
    [
        ((), 0, 0, 0),
        ((Counted(),), 0, 0, 0),
        ((Counted(events_waiting=3, diagnoses_dropped=1, left_out=4),), 3, 1, 4),
        ((Counted(events_waiting=3, left_out=4), Counted(events_waiting=2, diagnoses_dropped=5)), 5, 5, 4),
    ],
)
def test_what_sinks_count_is_added_up(
    sinks: tuple[Sink, ...], waiting: int, dropped: int, left_out: int
) -> None:
    health = read(HealthMeter("a", "ab"), *sinks)
    assert (health.outbox_events, health.diagnoses_dropped, health.messages_left_out) == (
        waiting,
        dropped,
        left_out,
    )


def test_each_count_of_a_sink_has_its_place() -> None:
    own = Counted(events_dropped=1, events_unsaved=2, files_put_aside=3)
    health = read(HealthMeter("a", "ab"), own)
    assert (health.events_dropped, health.events_unsaved, health.outbox_files_put_aside) == (1, 2, 3)


def test_source_and_windows_are_read_when_it_is_said() -> None:
    health = read(HealthMeter("a", "ab"))
    assert (health.agent, health.model_sha256, health.source) == ("a", "ab", "no samples yet")
    assert (health.bytes_dropped, health.reader_queue_blocks) == (11, 12)
    assert (health.frames_lost, health.crc_errors, health.frames_rejected) == (13, 14, 5)
    assert (health.samples_received, health.windows_skipped) == (15, 16)
    assert health.last_verdict_age_s is None
    assert (health.latency_p50_ms, health.latency_p99_ms) == (None, None)


def test_verdicts_are_counted_by_reason_and_their_latency_as_percentiles() -> None:
    meter = HealthMeter("a", "ab")
    meter.answered("motor", replace(HEALTHY, latency_ms=10.0))
    meter.answered("motor", replace(HEALTHY, latency_ms=30.0))
    for reason in (Reason.MOTOR_OFF, Reason.ANALYSIS_FAILED):
        meter.answered("motor", replace(STARTING, refusal=Refusal(reason, "x", 0.0, 1.0), latency_ms=None))
    meter.source_problem("motor", None)
    health = read(meter)
    assert (health.windows_done, health.windows_failed, health.source) == (4, 1, None)
    assert health.refusal_share == {"motor_off": 0.25, "analysis_failed": 0.25}
    assert (health.latency_p50_ms, health.latency_p99_ms) == pytest.approx((20.0, 29.8))
    assert health.last_verdict_age_s is not None


def test_of_several_motors_counts_are_added_up_and_the_longest_wait_is_told() -> None:
    meter = HealthMeter("a", "ab", ("pump", "fan"))
    meter.source_problem("pump", None)
    meter.answered("pump", HEALTHY)
    counts = WindowCounts(samples_received=15)
    health = meter.read([CountedSource(), CountedSource()], [counts, counts], ())  # type: ignore[list-item]
    assert (health.samples_received, health.frames_lost, health.windows_done) == (30, 26, 1)
    assert (health.last_verdict_age_s, health.source) == (None, "fan: no samples yet")
    meter.answered("fan", HEALTHY)
    meter.source_problem("fan", None)
    health = meter.read([CountedSource()], [counts, counts], ())  # type: ignore[list-item]
    assert health.last_verdict_age_s is not None
    assert health.source is None
