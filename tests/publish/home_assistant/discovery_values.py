"""What a template may give, by the kind of its entity; without the agent and without Home Assistant."""

import json
from collections.abc import Iterator

Component = dict[str, object]
TEMPLATES = {"value_template": "state_topic", "json_attributes_template": "json_attributes_topic"}
"""Options that hold a template, and the option that names the topic of its payloads."""


def templates_of(component: Component) -> Iterator[tuple[str, str, str]]:
    """Yield each template of a component: its option, the topic of its payloads, and the template itself."""
    for option, topic in TEMPLATES.items():
        if option in component:
            yield option, str(component[topic]), str(component[option])


def problem_with(component: Component, option: str, value: str) -> str | None:
    """Return what is wrong with a value that a template gave; None if Home Assistant takes it."""
    if option == "json_attributes_template":
        return _not_an_object(value)
    if component["platform"] == "event":
        return _not_an_object(value) or _not_among(json.loads(value)["event_type"], component["event_types"])
    if value == "None":
        return None
    if component["platform"] == "binary_sensor":
        return _not_among(value, ["ON", "OFF"])
    if "options" in component:
        return _not_among(value, component["options"])
    if "state_class" in component:
        return _not_a_number(value)
    return None if value else "it is empty"


def _not_an_object(value: str) -> str | None:
    return None if isinstance(json.loads(value), dict) else f"{value} is not an object"


def _not_among(value: object, expected: object) -> str | None:
    assert isinstance(expected, list)
    return None if value in expected else f"{value!r} is not among {expected}"


def _not_a_number(value: str) -> str | None:
    try:
        float(value)
    except ValueError:
        return f"{value!r} is not a number"
    return None
