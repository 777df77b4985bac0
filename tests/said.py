"""Everything that an agent may say: a document of each kind, a pulse, and the metrics of them all."""

from dataclasses import fields, replace

from plates import PLATE

from edge_agent.acquire.counts import DecoderCounts
from edge_agent.alarm import LatchedAlarm
from edge_agent.baseline.status import BaselineState, BaselineStatus
from edge_agent.figures import Figures, RunningTime
from edge_agent.outlook import Growth, Outlook
from edge_agent.publish.documents import (
    Alarm,
    Baseline,
    Diagnosis,
    Document,
    Health,
    Info,
    Measurements,
    Origin,
    State,
    Trend,
)
from edge_agent.publish.mqtt.publisher import PublisherCounts
from edge_agent.publish.sink import Pulse
from edge_agent.verdict import BarCount, Evidence, Fault, Finding, Measured, Refusal, Severity, Verdict
from edge_agent.verdict import Reason as ReasonName
from edge_agent.verdict import State as StateName
from edge_agent.web.metrics import Metrics
from edge_agent.web.newest import Newest
from edge_agent.windows.sliding import WindowCounts

ORIGIN = Origin("pump-7", "motor-1", "broken_bars", "ab" * 32)
EVIDENCE = Evidence(
    line_frequency_hz=59.98,
    slip=0.0371,
    load=0.81,
    lower_sideband_dbc=-31.7,
    upper_sideband_dbc=-36.4,
    detection_limit_bars=0.011,
    equivalent_bars=2.1,
    current_unbalance=0.02,
)
BROKEN = Verdict(
    state=StateName.BROKEN_BARS,
    severity=Severity.ALARM,
    broken_bars=BarCount(2, (2, 3), 2.1),
    confidence=0.998,
    evidence=EVIDENCE,
    latency_ms=41.0,
)
OUTER_RACE = Finding(
    fault=Fault.BEARING_OUTER,
    state=StateName.BEARING_OUTER,
    severity=Severity.ALARM,
    evidence=Evidence(),
    measured=(Measured("modulation_depth", 0.31, "1", 0.2, "judgement"),),
)
MOTOR_OFF = Verdict(
    state=StateName.INDETERMINATE,
    refusal=Refusal(ReasonName.MOTOR_OFF, "current_share", 0.01, 0.05),
    evidence=Evidence(),
    latency_ms=12.0,
)
SILENT = Verdict(
    state=StateName.INDETERMINATE,
    refusal=Refusal(ReasonName.LOST_SAMPLES, "silent_s", 6.0, 5.0),
    evidence=Evidence(),
)
ALARM = LatchedAlarm(
    fault=Fault.BROKEN_BARS,
    severity=Severity.ALARM,
    since_unix_s=1000.0,
    confirmed_unix_s=1060.0,
    summary="2 broken bars (2 to 3), at 81 % load",
    advice="Have the rotor examined.",
    advice_code="examine_rotor",
    event_id=7,
    captured=None,
    equivalent_bars=2.1,
    load=0.81,
    looks=3,
)
HEALTH = Health(
    **{field.name: 0 for field in fields(Health)}
    | {"agent": "pump-7", "unix_s": 1060.0, "temperature_c": 51.5, "refusal_share": {}}
    | {"proven_limit_bars": 0.4, "self_test_age_s": 60.0, "self_test_problem": None}
)
DOCUMENTS: tuple[Document, ...] = (
    State(ORIGIN, replace(BROKEN, others=(OUTER_RACE,)), 1061.0),
    Alarm(ORIGIN, ALARM, 1062.0),
    Diagnosis(ORIGIN, BROKEN, 1063.0),
    Info(ORIGIN, PLATE, None, (), (), 1064.0),
    Measurements(ORIGIN, Figures(running=True, speed_rpm=1733.2), RunningTime(), 1065.0),
    Baseline(ORIGIN, BaselineStatus(BaselineState.LEARNED, progress=1.0, growth_bars=0.31), 1066.0),
    Trend(ORIGIN, Outlook(growth=Growth(0.12, (0.05, 0.19))), 1067.0),
    HEALTH,
)


def whole_metrics() -> Metrics:
    """Return the metrics of an agent of which everything is known."""
    newest = Newest()
    metrics = Metrics([newest])
    for document in DOCUMENTS:
        newest.take(document)
    for verdict in (BROKEN, MOTOR_OFF):
        metrics.count(Diagnosis(ORIGIN, verdict, 1.0))
    newest.feel(a_pulse())
    return metrics


def a_pulse(samples: int = 1000) -> Pulse:
    """Return the pulse of an agent that has received so many samples, and has lost some of each kind."""
    return Pulse(
        WindowCounts(samples_received=samples, windows_skipped=1),
        DecoderCounts(lost_frames=2, crc_errors=3, malformed=4),
        dropped_bytes=5,
        waiting_blocks=6,
        sinks=(
            PublisherCounts(
                events_waiting=7,
                events_dropped=8,
                connected=True,
                connections=9,
                failed_attempts=10,
                refusals=11,
            ),
        ),
    )
