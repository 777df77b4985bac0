"""Each kind of entity has the options that Home Assistant needs for it."""

from enum import StrEnum

from edge_agent.publish.home_assistant.components import Source, button, json_template

SOURCE = Source("base/health", 180)


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


def test_a_number_shows_nothing_but_numbers() -> None:
    assert SOURCE.number("Memory", "memory_mb", "MB", device_class="data_size", decimals=0) == {
        "platform": "sensor",
        "name": "Memory",
        "state_topic": "base/health",
        "value_template": "{{ value_json.memory_mb if value_json.memory_mb is number else None }}",
        "expire_after": 180,
        "state_class": "measurement",
        "unit_of_measurement": "MB",
        "device_class": "data_size",
        "suggested_display_precision": 0,
    }


def test_a_number_without_unit_has_no_empty_options() -> None:
    assert None not in SOURCE.number("Frames lost", "frames_lost").values()


def test_a_ratio_is_shown_in_percent() -> None:
    component = SOURCE.percent("Slip", "evidence.slip", 2)
    assert component["unit_of_measurement"] == "%"
    assert component["value_template"] == (
        "{{ (value_json.evidence.slip * 100) | round(2) if value_json.evidence.slip is number else None }}"
    )


def test_a_choice_names_all_its_options() -> None:
    component = SOURCE.choice("Colour", "colour", Colour)
    assert (component["device_class"], component["options"]) == ("enum", ["red", "blue"])


def test_a_text_has_neither_unit_nor_class() -> None:
    assert SOURCE.text("Version", "version").keys() == {
        "platform", "name", "state_topic", "value_template", "expire_after",
    }  # fmt: skip


def test_a_problem_is_on_or_off_and_has_attributes() -> None:
    component = SOURCE.problem("Source", "value_json.source is not none", {"problem": "source"})
    assert component["value_template"] == "{{ 'ON' if value_json.source is not none else 'OFF' }}"
    assert component["json_attributes_template"] == "{{ {'problem': value_json.source} | tojson }}"


def test_a_button_publishes_json_that_is_never_retained() -> None:
    component = button("Capture", "base/command/capture", {"seconds": 30})
    assert (component["payload_press"], component["retain"]) == ('{"seconds": 30}', False)


def test_a_json_template_names_its_keys() -> None:
    assert json_template({"a": "b.c", "d": "d"}) == "{{ {'a': value_json.b.c, 'd': value_json.d} | tojson }}"
