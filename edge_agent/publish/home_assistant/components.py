"""An entity of Home Assistant, by its kind, as a component of a discovery message.

Each takes its value from a JSON payload by a template. A template must give `None` for what is not known:
Home Assistant then shows *unknown*, while an empty text would leave the old value there.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

Component = dict[str, object]
"""Options of one entity, with the names that Home Assistant gives them."""

DIAGNOSTIC: Component = {"entity_category": "diagnostic"}
"""Of entities about the agent rather than the motor: shown apart, and left out of automatic dashboards."""


@dataclass(frozen=True, slots=True)
class Source:
    """A topic with JSON that is said at every heartbeat."""

    topic: str
    """Where it is published."""
    expire_after_s: int
    """Silence after which its entities are unavailable, s."""

    def number(
        self,
        name: str,
        key: str,
        unit: str | None = None,
        *,
        device_class: str | None = None,
        state_class: str = "measurement",
        factor: int = 1,
        decimals: int | None = None,
    ) -> Component:
        """Return a sensor of the number at `key`, times `factor`; None leaves unit, class and digits open."""
        value = f"value_json.{key}"
        scaled = value if factor == 1 else f"({value} * {factor}) | round({decimals or 0})"
        optional = {
            "unit_of_measurement": unit,
            "device_class": device_class,
            "suggested_display_precision": decimals,
        }
        return {
            **self._sensor(name, f"{{{{ {scaled} if {value} is number else None }}}}"),
            "state_class": state_class,
            **{option: given for option, given in optional.items() if given is not None},
        }

    def percent(self, name: str, key: str, decimals: int) -> Component:
        """Return a sensor of the ratio at `key`, in percent."""
        return self.number(name, key, "%", factor=100, decimals=decimals)

    def choice(self, name: str, key: str, options: Iterable[StrEnum]) -> Component:
        """Return a sensor of the word at `key`, one of `options`."""
        return {
            **self._sensor(name, f"{{{{ value_json.{key} }}}}"),
            "device_class": "enum",
            "options": [str(option) for option in options],
        }

    def text(self, name: str, key: str) -> Component:
        """Return a sensor of the text at `key`."""
        return self._sensor(name, f"{{{{ value_json.{key} }}}}")

    def problem(self, name: str, condition: str, attributes: dict[str, str]) -> Component:
        """Return a binary sensor that is on while `condition` holds; `attributes` are keys by their names."""
        return {
            "platform": "binary_sensor",
            "name": name,
            "state_topic": self.topic,
            "value_template": f"{{{{ 'ON' if {condition} else 'OFF' }}}}",
            "device_class": "problem",
            "json_attributes_topic": self.topic,
            "json_attributes_template": json_template(attributes),
            "expire_after": self.expire_after_s,
        }

    def condition(self, name: str, key: str) -> Component:
        """Return a binary sensor of the finding `key`: on if it names its condition, unknown without one."""
        finding = f"(value_json.findings | default({{}})).{key}"
        known = f"{finding} is defined and {finding}.severity is string"
        on = f"'OFF' if {finding}.state == 'healthy' else 'ON'"
        words = {name: f"findings.{key}.{name}" for name in ("summary", "advice", "reason")}
        return {
            **self.problem(name, known, words),
            "value_template": f"{{{{ ({on}) if {known} else None }}}}",
            "json_attributes_template": f"{{{{ {json_pairs(words)} if {finding} is defined else '{{}}' }}}}",
        }

    def _sensor(self, name: str, template: str) -> Component:
        return {
            "platform": "sensor",
            "name": name,
            "state_topic": self.topic,
            "value_template": template,
            "expire_after": self.expire_after_s,
        }


def button(name: str, topic: str, request: dict[str, object]) -> Component:
    """Return a button that publishes a request, never retained."""
    return {
        "platform": "button",
        "name": name,
        "command_topic": topic,
        "payload_press": json.dumps(request),
        "qos": 1,
        "retain": False,
    }


def json_template(keys: dict[str, str]) -> str:
    """Return a template that makes a JSON object: the values at `keys` of the payload, by their names."""
    return f"{{{{ {json_pairs(keys)} }}}}"


def json_pairs(keys: dict[str, str]) -> str:
    """Return the expression of such a template."""
    pairs = ", ".join(f"'{name}': value_json.{key}" for name, key in keys.items())
    return f"{{{pairs}}} | tojson"
