"""What the README and the documents beside it show is right: YAML, topics, payloads, reasons."""

import json
import re
from dataclasses import fields, replace
from datetime import datetime
from pathlib import Path

import pytest
import yaml
from answers import a_window, an_answer
from documents import README, blocks, document
from schemas import check_payload

from edge_agent.config import ConfigError, load_agent, load_settings
from edge_agent.figures import Figures, RunningTime
from edge_agent.outlook import Forecast, Growth, Outlook
from edge_agent.publish.documents import Measurements, Origin, Trend
from edge_agent.publish.documents import State as StateDocument
from edge_agent.publish.mqtt.publisher import Publisher
from edge_agent.publish.payloads import payload_of
from edge_agent.publish.settings import MqttSettings, OutboxSettings
from edge_agent.publish.store.outbox import Outbox
from edge_agent.verdict import BarCount, Evidence, Reason, Severity, State, Verdict, WindowSpan

MINIMAL, EVERYTHING_ELSE, *_ = blocks("yaml", "README.md")


def test_the_minimal_configuration_is_right(tmp_path: Path):
    file = tmp_path / "agent.yaml"
    file.write_text(MINIMAL)
    assert load_settings(file).mqtt.host == "localhost"


def test_the_configuration_of_several_motors_is_right(tmp_path: Path):
    (motors,) = (block for block in blocks("yaml", "edge_agent/config/README.md") if "motors:" in block)
    file = tmp_path / "agent.yaml"
    file.write_text(f"{motors}mqtt: {{host: localhost}}\nstate_dir: {tmp_path}\n")
    assert load_agent(file)[0].names == ("pump", "fan")


def test_the_channels_with_voltages_are_right(tmp_path: Path):
    (voltages,) = (
        block for block in blocks("yaml", "edge_agent/config/README.md") if "kind: voltage" in block
    )
    file = tmp_path / "agent.yaml"
    file.write_text(f"{MINIMAL}{voltages}")
    assert [channel.phase for channel in load_settings(file).channels] == ["a", "b", "c", "ab", "bc"]


def test_every_other_key_is_known_and_only_the_files_are_missing(tmp_path: Path):
    whole = yaml.safe_load(MINIMAL)
    for name, section in yaml.safe_load(EVERYTHING_ELSE).items():
        whole[name] = whole.get(name, {}) | section if isinstance(section, dict) else section
    file = tmp_path / "agent.yaml"
    file.write_text(yaml.safe_dump(whole))
    with pytest.raises(ConfigError) as refused:
        load_settings(file)
    assert {problem.key[-1] for problem in refused.value.problems} <= {"ca_file", "password_file"}


def test_keys_that_are_commented_out_may_be_used_as_they_stand(tmp_path: Path):
    shown, found = re.subn(r"^( +)# (\w+: [\[{])", r"\1\2", EVERYTHING_ELSE, flags=re.MULTILINE)
    assert found == 1
    whole = yaml.safe_load(MINIMAL)
    for name in ("acquisition", "channels"):
        section = yaml.safe_load(shown)[name]
        whole[name] = whole.get(name, {}) | section if isinstance(section, dict) else section
    file = tmp_path / "agent.yaml"
    file.write_text(yaml.safe_dump(whole))
    assert load_settings(file).acquisition.columns == ("millis", "ia", "ib", "ic", "vib_radial")


def test_every_answer_and_every_reason_is_explained():
    for word in (*State, *Severity, *Reason):
        assert f"`{word}`" in README


def test_the_state_that_is_shown_has_the_keys_of_a_real_one():
    """Among them no `site`, and `captured` without a value."""
    text, *_ = blocks("json", "edge_agent/publish/README.md")
    shown, evidence = json.loads(text), Evidence(equivalent_bars_interval=(1.7, 2.5))
    bars, window = BarCount(2, (2, 3), 2.1), WindowSpan(0.0, 12.0, 0, 120_000, 0)
    verdict = Verdict(
        state=State.BROKEN_BARS,
        severity=Severity.ALARM,
        broken_bars=bars,
        confidence=0.99,
        probabilities=(0.0, 0.1, 0.8, 0.1, 0.0),
        window=window,
        evidence=evidence,
    )
    real = payload_of(StateDocument(Origin("pump-7", "pump-7-motor", "model", "0" * 64), verdict, 0.0))
    for payload in (shown, real):
        payload["evidence"] = list(payload["evidence"])
    assert _keys(shown) == _keys(real)
    assert real["evidence"][: len(shown["evidence"])] == shown["evidence"]
    assert shown["captured"] is real["captured"] is None


def _keys(payload: object) -> object:
    """Keys of an object and of those within it, in their order."""
    return [(k, _keys(v)) for k, v in payload.items()] if isinstance(payload, dict) else None


def test_the_topics_are_those_that_are_published(tmp_path: Path):
    table = dict(re.findall(r"^\| `([\w<>/]+)` \| (\d) \| (?:yes|no) \|", README, re.MULTILINE))
    retained = set(re.findall(r"^\| `([\w<>/]+)` \| \d \| yes \|", README, re.MULTILINE))
    outbox = Outbox(OutboxSettings(tmp_path / "outbox.sqlite3"))
    publisher = Publisher(MqttSettings("localhost", 1883), "pump-7", outbox)
    mailbox = publisher._mailbox
    mailbox.connected()
    publisher.publish_state("<motor>", {})
    publisher.publish_diagnosis("<motor>", {})
    publisher.publish_retained("<motor>/alarm", {})
    publisher.publish_retained("<motor>/info", {})
    publisher.publish_retained("<motor>/baseline", {})
    publisher.publish_retained("<motor>/learned", {})
    publisher.publish_retained("<motor>/trend", {})
    publisher.publish_passing("<motor>/measurements", {}, retain=True)
    publisher.publish_health({})
    publisher.publish_event("<motor>", lambda number: {"id": number})
    diagnosis, measurements, health = (mailbox.take_passing() for _ in range(3))
    kept, (event,) = [mailbox.take_state() for _ in range(6)], outbox.pending((), 10)
    outbox.close()
    base = "edge-agent/pump-7/"
    published = {
        f"{base}status": "1", event.topic: "1", diagnosis.topic: "0", health.topic: "0",
        measurements.topic: "0",
        **{topic: "1" for topic, _ in kept},
    }  # fmt: skip
    assert {base + topic: qos for topic, qos in table.items()} == published
    assert retained == {
        "status",
        "<motor>/state",
        "<motor>/alarm",
        "<motor>/info",
        "<motor>/baseline",
        "<motor>/learned",
        "<motor>/measurements",
        "<motor>/trend",
        "health",
    }
    assert (diagnosis.retain, measurements.retain, health.retain) == (False, True, True)


def test_the_measurements_that_are_shown_have_the_keys_of_real_ones():
    (text,) = blocks("json", "edge_agent/doctor/README.md")
    shown = json.loads(text)
    figures, running = (
        kind(**{field.name: shown[field.name] for field in fields(kind)}) for kind in (Figures, RunningTime)
    )
    origin = Origin("pump-7", "pump-7-motor", "model", "0" * 64)
    assert payload_of(Measurements(origin, figures, running, 0.0)) | {"time": shown["time"]} == shown


def test_the_trend_that_is_shown_has_the_keys_of_a_real_one_and_the_words_of_its_numbers():
    (text,) = blocks("json", "edge_agent/trend/README.md")
    shown = json.loads(text)
    check_payload("trend", shown)
    dates = [
        datetime.fromisoformat(shown["forecast"][key]).timestamp()
        for key in ("expected", "earliest", "latest")
    ]
    outlook = Outlook(
        datetime.fromisoformat(f"{shown['day']}T00:00Z").timestamp(),
        tuple(shown["load"]),
        shown["looks"],
        shown["median_bars"],
        shown["limit_bars"],
        shown["days"],
        Growth(shown["bars_per_month"], tuple(shown["bars_per_month_interval"])),
        Forecast(Severity.ALARM, *dates),
    )
    said_s = datetime.fromisoformat(shown["time"]).timestamp()
    assert payload_of(Trend(Origin("pump-7", "pump-7-motor", "model", "0" * 64), outlook, said_s)) == shown
    assert document("edge_agent/trend/README.md").count(shown["summary"]) == 2


def test_the_transcript_ends_with_three_alarms_within_the_time_that_is_said():
    (transcript,) = re.findall(r"```\n( +0\.\d s  broker listens.*?)```", README, re.DOTALL)
    after = transcript[transcript.index(">>> 2 of 34 rotor bars break now") :]
    windows = [line.split()[3:5] for line in after.splitlines() if " s  window " in line]
    assert windows[-3:] == [["broken_bars", "alarm"]] * 3
    assert "indeterminate" in [state for state, _ in windows[:3]]
    (alarm_s,) = re.findall(r"^alarm (\d+\.\d) s after the bars broke$", transcript, re.MULTILINE)
    ((least_s, most_s),) = re.findall(r"the alarm\scomes (\d+) to\s(\d+) s after", README)
    assert int(least_s) <= round(float(alarm_s)) <= int(most_s)


def test_what_keeps_one_value_is_a_stuck_channel_only_where_it_is_a_current():
    (row,) = re.findall(r"^\| `stuck_channel` \|.*$", README, re.MULTILINE)
    assert "a current keeps one value" in row
    still = a_window()
    stuck_vibration = replace(
        still, streams=(still.streams[0], replace(still.streams[1], counts=0 * still.streams[1].counts))
    )
    ia = still.streams[0].counts.copy()
    ia[0] = 900
    stuck_current = replace(still, streams=(replace(still.streams[0], counts=ia), still.streams[1]))
    refusals = [an_answer(window).verdict.refusal for window in (stuck_vibration, stuck_current)]
    assert refusals[0] is None or refusals[0].reason is not Reason.STUCK_CHANNEL
    assert refusals[1] is not None
    assert refusals[1].reason is Reason.STUCK_CHANNEL
