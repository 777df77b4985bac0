"""Every discovery message keeps the rules, and its templates give what Home Assistant expects."""

import copy
import json
from dataclasses import replace
from pathlib import Path

import pytest
from discovery_cases import PLACE, SENSORS, messages, said
from discovery_values import problem_with, templates_of
from jinja2 import Environment
from jsonschema import Draft202012Validator

from edge_agent.publish.home_assistant.messages import discovery_messages
from edge_agent.publish.home_assistant.motor_entities import Sensors

RULES = Draft202012Validator(json.loads((Path(__file__).parent / "discovery.schema.json").read_text()))
AGENT, MOTOR = "homeassistant/device/pump-7/agent/config", "homeassistant/device/pump-7/motor-1/config"
EVERY = [(topic, message) for topic, variants in messages().items() for message in variants]


def test_the_rules_are_a_schema() -> None:
    Draft202012Validator.check_schema(RULES.schema)


@pytest.mark.parametrize(("topic", "message"), EVERY)
def test_every_message_keeps_the_rules(topic: str, message: dict) -> None:
    assert [error.message for error in RULES.iter_errors({"topic": topic, "message": message})] == []


@pytest.mark.parametrize(
    ("component", "changes"),
    [
        ("speed", {"object_id": "speed"}),
        ("speed", {"unique_id": None}),
        ("speed", {"expire_after": None}),
        ("speed", {"value_template": "{{ value_json.speed_rpm }}"}),
        ("running_hours", {"unit_of_measurement": "rpm"}),
        ("state", {"options": None}),
        ("change", {"expire_after": 180}),
        ("fault", {"device_class": None}),
    ],
)
def test_the_rules_refuse_what_breaks_them(component: str, changes: dict[str, object]) -> None:
    message = copy.deepcopy(messages()[MOTOR][0])
    changed = message["components"][component] | changes
    message["components"][component] = {key: value for key, value in changed.items() if value is not None}
    assert not RULES.is_valid({"topic": MOTOR, "message": message})


@pytest.mark.parametrize(
    "topic", ["homeassistant/device/pump.7/motor-1/config", "homeassistant/device/a/config"]
)
def test_the_rules_refuse_topics_that_home_assistant_does(topic: str) -> None:
    assert not RULES.is_valid({"topic": topic, "message": messages()[MOTOR][0]})


@pytest.mark.parametrize(("topic", "message"), EVERY)
def test_every_template_gives_a_value_of_its_kind_from_every_real_payload(topic: str, message: dict) -> None:
    payloads, problems = said(), []
    for name, component in message["components"].items():
        for option, source, template in templates_of(component):
            for payload in payloads[source]:
                problem = problem_with(component, option, rendered(template, payload))
                problems += [] if problem is None else [f"{name}: {problem} ({payload})"]
    assert problems == []


def test_known_values_are_shown_in_the_unit_of_their_entity() -> None:
    shown = {name: value for name, value in values(0).items() if not name.startswith("condition_")}
    assert shown == {
        "fault": "ON", "state": "broken_bars", "severity": "alarm", "reason": "None",
        "equivalent_bars": "2.097", "detection_limit": "0.011", "load": "81.0", "slip": "3.71",
        "unbalance": "2.0", "confidence": "97.0", "line_frequency": "59.983", "lower_sideband": "-31.7",
        "upper_sideband": "-36.4", "speed": "1733.2", "current_a": "2.41", "current_b": "2.4",
        "current_c": "2.39", "vibration_vib_radial": "1.23", "vibration_drive-end.axial": "0.98",
        "running_hours": "812.4", "voltage_ab": "220.4", "voltage_bc": "219.8", "voltage_unbalance": "0.31",
        "power": "0.742", "power_factor": "81.0", "energy": "603.1", "baseline": "learned",
        "baseline_progress": "100.0", "growth": "0.31", "growth_rate": "0.12",
    }  # fmt: skip


def test_a_condition_is_on_if_it_was_found_off_if_not_and_else_unknown() -> None:
    shown = {name: value for name, value in values(0).items() if name.startswith("condition_")}
    assert shown.pop("condition_phase_unbalance") == "ON"
    assert shown.pop("condition_phase_loss") == "OFF"
    assert set(shown.values()) == {"None"}
    component = messages()[MOTOR][0]["components"]["condition_phase_unbalance"]
    words = json.loads(rendered(component["json_attributes_template"], said()[component["state_topic"]][0]))
    assert "0.08" in words["summary"]
    assert words["advice"].startswith("Measure the three voltages")


def test_unknown_values_are_shown_as_unknown() -> None:
    shown = values(-1)
    known = {"fault", "state", "reason", "running_hours", "baseline", "baseline_progress"}
    assert {name: value for name, value in shown.items() if name in known} == {
        "fault": "OFF",
        "state": "indeterminate",
        "reason": "motor_off",
        "running_hours": "0.0",
        "baseline": "learning",
        "baseline_progress": "25.0",
    }
    assert {value for name, value in shown.items() if name not in known} == {"None"}


def test_attributes_and_events_are_objects_of_what_was_published() -> None:
    components, payloads = messages()[MOTOR][0]["components"], said()
    fault, change = components["fault"], components["change"]
    attributes = rendered(fault["json_attributes_template"], payloads[fault["state_topic"]][0])
    assert json.loads(attributes) == {
        "summary": '2 broken bars (1 to 3), at 81 % load; it isn\'t "one"',
        "advice": "Plan a stop.",
        "bars": 2.097,
    }
    event = json.loads(rendered(change["value_template"], payloads[change["state_topic"]][0]))
    assert (event["event_type"], event["severity"], event["reason"], event["id"]) == (
        "broken_bars", "alarm", None, 7,
    )  # fmt: skip


def test_values_expire_after_three_heartbeats_rounded_up() -> None:
    for message in discovery_messages("homeassistant", replace(PLACE, heartbeat_s=1.5), SENSORS).values():
        expire = {name: c["expire_after"] for name, c in message.components.items() if "expire_after" in c}
        assert expire.pop("growth_rate", 10_800) == 10_800  # the trend is said once an hour
        assert set(expire.values()) == {5}


def test_ids_are_unique_and_the_motor_is_reached_through_its_agent() -> None:
    found = discovery_messages("homeassistant", PLACE, SENSORS)
    ids = [c["unique_id"] for message in found.values() for c in message.components.values()]
    assert len(set(ids)) == len(ids)
    assert found[MOTOR].device["via_device"] in found[AGENT].device["identifiers"]


def test_topics_begin_with_the_prefix() -> None:
    found = discovery_messages("ha/discovery", PLACE, Sensors())
    assert list(found) == [
        "ha/discovery/device/pump-7/agent/config",
        "ha/discovery/device/pump-7/motor-1/config",
    ]


def test_an_entity_that_is_gone_keeps_nothing_but_its_platform() -> None:
    message = discovery_messages("homeassistant", PLACE, Sensors())[MOTOR]
    told = message.payload({"current_a": "sensor", "speed": "sensor"})["components"]
    assert told["current_a"] == {"platform": "sensor"}
    assert told["speed"] == message.components["speed"]


def values(index: int) -> dict[str, str]:
    """Return what each entity of the motor shows after the first or last payload of its topic."""
    components, payloads = messages()[MOTOR][0]["components"], said()
    return {
        name: rendered(component["value_template"], payloads[component["state_topic"]][index])
        for name, component in components.items()
        if component["platform"] != "event"
    }


def rendered(template: str, payload: str) -> str:
    """Return what a template gives, as Home Assistant has it: a text."""
    return Environment().from_string(template).render(value=payload, value_json=json.loads(payload))
