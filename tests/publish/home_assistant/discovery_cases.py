"""Discovery messages of all kinds, and real payloads for their templates: everything known, nothing known.

As a program it prints them as JSON, for `check_discovery.py` in the environment of Home Assistant.
"""

import json
import sys
from dataclasses import replace

from edge_agent.alarm import Acknowledgement, LatchedAlarm
from edge_agent.baseline.status import BaselineState, BaselineStatus
from edge_agent.figures import Figures, RunningTime
from edge_agent.outlook import Growth, Outlook
from edge_agent.publish.documents import (
    Alarm,
    Baseline,
    Document,
    Event,
    Health,
    Measurements,
    Origin,
    Told,
    Trend,
)
from edge_agent.publish.documents import State as StateDocument
from edge_agent.publish.home_assistant.messages import Place, discovery_messages
from edge_agent.publish.home_assistant.motor_entities import Sensors
from edge_agent.publish.json_values import Payload, encode
from edge_agent.publish.payloads import payload_of
from edge_agent.verdict import (
    BarCount,
    Evidence,
    Fault,
    Finding,
    Measured,
    Reason,
    Refusal,
    Severity,
    State,
    Verdict,
)

PLACE = Place("pump-7", "motor-1", "edge-agent/pump-7", heartbeat_s=60.0, commands=True)
SENSORS = Sensors(("a", "b", "c"), ("vib_radial", "drive-end.axial"), ("ab", "bc"))
ORIGIN = Origin("pump-7", "motor-1", "brb-fusion", "ab" * 32)
ALARM = Verdict(
    state=State.BROKEN_BARS,
    severity=Severity.ALARM,
    broken_bars=BarCount(2, (1, 3), 1.9),
    confidence=0.9712,
    probabilities=(0.01, 0.08, 0.88, 0.03, 0.0),
    evidence=Evidence(
        line_frequency_hz=59.983,
        slip=0.03709,
        load=0.807,
        lower_sideband_dbc=-31.7,
        upper_sideband_dbc=-36.4,
        detection_limit_bars=0.011,
        equivalent_bars=2.097,
        current_unbalance=0.0203,
    ),
    others=(
        Finding(
            fault=Fault.PHASE_UNBALANCE,
            state=State.PHASE_UNBALANCE,
            severity=Severity.WATCH,
            evidence=Evidence(),
            measured=(Measured("negative_over_positive", 0.08, "1", 0.06, "judgement"),),
        ),
        Finding(fault=Fault.PHASE_LOSS, state=State.HEALTHY, severity=Severity.OK, evidence=Evidence()),
        Finding(
            fault=Fault.STARTS,
            state=State.INDETERMINATE,
            refusal=Refusal(Reason.NO_SENSOR, "current_channels", 0.0, 1.0),
            evidence=Evidence(),
        ),
    ),
)
HEALTHY = Verdict(state=State.HEALTHY, severity=Severity.OK, confidence=0.99, evidence=ALARM.evidence)
MOTOR_OFF = Verdict(
    state=State.INDETERMINATE,
    refusal=Refusal(Reason.MOTOR_OFF, "current_of_rated", 0.0, 0.1),
    evidence=Evidence(),
)
LATCHED = LatchedAlarm(
    fault=Fault.BROKEN_BARS,
    severity=Severity.ALARM,
    since_unix_s=1.0,
    confirmed_unix_s=2.0,
    summary='2 broken bars (1 to 3), at 81 % load; it isn\'t "one"',
    advice="Plan a stop.",
    advice_code="plan_stop",
    event_id=7,
    captured=None,
    equivalent_bars=2.097,
    load=0.807,
    looks=3,
)
CLEARED = replace(LATCHED, cleared_unix_s=3.0, acknowledged=Acknowledgement("Ada", 2.5))
RUNNING = Figures(
    running=True,
    current_a={"a": 2.41, "b": 2.4, "c": 2.39},
    current_unbalance=0.0203,
    line_frequency_hz=59.983,
    speed_rpm=1733.2,
    slip=0.03709,
    load=0.807,
    vibration_mm_s={"vib_radial": 1.23, "drive-end.axial": 0.98},
    vibration_m_s2_rms={"vib_radial": 0.5, "drive-end.axial": 0.4},
    thd=0.031,
    voltage_v={"ab": 220.4, "bc": 219.8},
    voltage_unbalance=0.0031,
    power_kw=0.742,
    power_factor=0.813,
)
HEALTH = Health(
    agent="pump-7",
    unix_s=4.0,
    samples_received=1_200_000,
    frames_lost=3,
    crc_errors=0,
    frames_rejected=0,
    bytes_dropped=0,
    windows_done=60,
    windows_failed=0,
    windows_skipped=0,
    reader_queue_blocks=0,
    outbox_events=2,
    events_dropped=0,
    events_unsaved=0,
    diagnoses_dropped=0,
    last_verdict_age_s=1.5,
    latency_p50_ms=41.3,
    latency_p99_ms=77.9,
    temperature_c=51.5,
    memory_mb=211.4,
    uptime_s=900.0,
    version="0.1.0",
    model_sha256="ab" * 32,
    source=None,
    refusal_share={},
    proven_limit_bars=0.412,
    self_test_age_s=3600.0,
)
SELF_TEST_FAILED = replace(HEALTH, self_test_problem="golden input 2 gives 0.41 in place of 0.98")
JUST_STARTED = replace(
    HEALTH,
    last_verdict_age_s=None,
    latency_p50_ms=None,
    latency_p99_ms=None,
    temperature_c=None,
    memory_mb=None,
    source="no samples yet",
    proven_limit_bars=None,
    self_test_age_s=None,
)


def messages() -> dict[str, list[Payload]]:
    """Return the discovery messages by topic: with and without sensors, buttons, entities that are gone."""
    found: dict[str, list[Payload]] = {}
    for place in (PLACE, replace(PLACE, commands=False, heartbeat_s=1.5)):
        for sensors in (SENSORS, Sensors()):
            for topic, message in discovery_messages("homeassistant", place, sensors).items():
                found.setdefault(topic, []).extend(
                    message.payload(ever) for ever in ({}, {"of_an_earlier_version": "sensor"})
                )
    return found


def said() -> dict[str, list[str]]:
    """Return what is published, by topic: everything known, then nothing."""
    documents: dict[str, list[Document]] = {
        "motor-1/state": [
            StateDocument(ORIGIN, verdict, unix_s=5.0) for verdict in (ALARM, HEALTHY, MOTOR_OFF)
        ],
        "motor-1/event": [
            Event(ORIGIN, before, after, unix_s=6.0, number=7)
            for before, after in (
                (HEALTHY, ALARM),
                (ALARM, MOTOR_OFF),
                (Told("broken_bars", "alarm", None, None), HEALTHY),
            )
        ],
        "motor-1/alarm": [Alarm(ORIGIN, latched, unix_s=7.0) for latched in (LATCHED, CLEARED, None)],
        "motor-1/measurements": [
            Measurements(ORIGIN, RUNNING, RunningTime(812.4, 31, 1.2, 603.1), unix_s=8.0),
            Measurements(ORIGIN, Figures(running=False), RunningTime(), unix_s=8.0),
        ],
        "motor-1/baseline": [
            Baseline(
                ORIGIN, BaselineStatus(BaselineState.LEARNED, progress=1.0, growth_bars=0.31), unix_s=9.0
            ),
            Baseline(ORIGIN, BaselineStatus(BaselineState.LEARNING, progress=0.25), unix_s=9.0),
        ],
        "motor-1/trend": [
            Trend(ORIGIN, Outlook(growth=Growth(0.12, (0.05, 0.19))), unix_s=9.5),
            Trend(ORIGIN, Outlook(reason="too few days"), unix_s=9.5),
        ],
        "health": [HEALTH, JUST_STARTED, SELF_TEST_FAILED],
    }
    texts = {
        f"{PLACE.base}/{below}": [encode(payload_of(document)).decode() for document in every]
        for below, every in documents.items()
    }
    return texts | {f"{PLACE.base}/status": ["online", "offline"]}


if __name__ == "__main__":
    json.dump({"messages": messages(), "said": said()}, sys.stdout)
