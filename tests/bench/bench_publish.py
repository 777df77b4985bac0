"""How fast events go to disk and to a broker on loopback: `python tests/bench/bench_publish.py`."""

import tempfile
import time
from pathlib import Path

import _paths  # noqa: F401
import psutil
from broker import Mosquitto, wait_until

from edge_agent.publish.documents import Event, Origin
from edge_agent.publish.documents import State as StateDocument
from edge_agent.publish.mqtt.publisher import Publisher
from edge_agent.publish.payloads import encode, payload_of
from edge_agent.publish.settings import MqttSettings, OutboxSettings
from edge_agent.publish.store.outbox import Outbox
from edge_agent.verdict import Evidence, Severity, State, Verdict, WindowSpan

EVENTS = 5_000
ORIGIN = Origin("pump-7", "pump-7-motor", "brb-fusion", "ab" * 32)
VERDICT = Verdict(
    state=State.HEALTHY,
    severity=Severity.OK,
    confidence=0.97,
    probabilities=(0.97, 0.02, 0.01, 0.0, 0.0),
    window=WindowSpan(1.7954e9, 1.7954e9 + 12, 1_200_000, 120_000, 0),
    evidence=Evidence(line_frequency_hz=59.98, slip=0.0412, load=0.82, lower_sideband_dbc=-36.1),
    latency_ms=41.0,
)


def main() -> None:
    """Print one line a measure."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        payload_cost()
        outbox = Outbox(OutboxSettings(folder / "outbox.sqlite3"))
        put_cost(outbox)
        drain(outbox, folder)
        outbox.close()


def payload_cost() -> None:
    """Time the making of one payload."""
    started_s = time.perf_counter()
    for _ in range(EVENTS):
        text = encode(payload_of(StateDocument(ORIGIN, VERDICT, 1.7954e9)))
    each_us = (time.perf_counter() - started_s) / EVENTS * 1e6
    print(f"state payload       {each_us:8.0f} us each, {len(text)} bytes")


def an_event(number: int) -> bytes:
    """Return the payload of an event with this number."""
    return encode(payload_of(Event(ORIGIN, VERDICT, VERDICT, 1.7954e9, number)))


def put_cost(outbox: Outbox) -> None:
    """Time events into the file, and what waiting ones cost in memory."""
    process = psutil.Process()
    memory, took_s = process.memory_info().rss, []
    for _ in range(EVENTS):
        started_s = time.perf_counter()
        outbox.put_event("event", an_event)
        took_s.append(time.perf_counter() - started_s)
    took_s.sort()
    print(
        f"event to disk       {took_s[EVENTS // 2] * 1e6:8.0f} us median, {took_s[-1] * 1e3:.1f} ms at most"
    )
    print(f"memory              {(process.memory_info().rss - memory) / EVENTS:8.0f} bytes per waiting event")


def drain(outbox: Outbox, folder: Path) -> None:
    """Time the way from the file to a broker's confirmation."""
    broker = Mosquitto(folder)
    broker.start()
    used_before = sum(psutil.Process().cpu_times()[:2])
    started_s = time.perf_counter()
    with Publisher(MqttSettings("127.0.0.1", broker.port), "pump-7", outbox) as publisher:
        wait_until(lambda: outbox.counts.waiting == 0, 120.0)
        took_s = time.perf_counter() - started_s
        used_s = sum(psutil.Process().cpu_times()[:2]) - used_before
        confirmed = publisher.counts.events_confirmed
    broker.stop()
    print(
        f"event to broker     {confirmed / took_s:8.0f} a second, {used_s / confirmed * 1e6:.0f} us CPU each"
    )


if __name__ == "__main__":
    main()
