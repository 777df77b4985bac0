"""Asks Home Assistant's own code whether it takes the discovery messages and their templates.

Runs in an environment with Home Assistant and without the agent; `discovery_cases.py` gives it, on standard
input, what to check. `make homeassistant` does both. It exits with 1 if anything is refused.
"""

import asyncio
import importlib
import json
import sys
import tempfile
from collections.abc import Iterator

import voluptuous
from discovery_values import problem_with, templates_of
from homeassistant.components.mqtt.discovery import TOPIC_MATCHER
from homeassistant.components.sensor.const import DEVICE_CLASS_STATE_CLASSES, DEVICE_CLASS_UNITS
from homeassistant.const import __version__
from homeassistant.core import HomeAssistant
from homeassistant.helpers.template import Template

try:
    from homeassistant.components.mqtt.schemas import DEVICE_DISCOVERY_SCHEMA
except ImportError:
    DEVICE_DISCOVERY_SCHEMA = None
    """Of whole messages, since 2024.12; single entities can be checked before."""
LATER = ("unknown options are ignored: ['options']", "speed has no unit mm/s")
"""What versions before 2024.12 did not know yet. The agent asks for 2024.12 or later."""


async def main() -> int:
    """Check everything on standard input; return the exit status."""
    cases = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as folder:
        hass = HomeAssistant(folder)
        problems, checked = [], 0
        for topic, messages in cases["messages"].items():
            for message in messages:
                checked += len(message["components"])
                problems += [f"{topic}: {problem}" for problem in problems_of(topic, message)]
                problems += [f"{topic}: {problem}" for problem in values_of(hass, message, cases["said"])]
        await hass.async_stop(force=True)
    if DEVICE_DISCOVERY_SCHEMA is None:
        print(f"A version before 2024.12. Not checked: whole messages, and what is new: {', '.join(LATER)}")
        problems = [problem for problem in problems if not problem.endswith(LATER)]
    for problem in sorted(set(problems)):
        print(problem)
    print(f"Home Assistant {__version__}: {checked} entities checked, {len(problems)} problems")
    return bool(problems)


def problems_of(topic: str, message: dict) -> Iterator[str]:
    """Yield what Home Assistant refuses in a message, as its discovery would take it apart."""
    if not TOPIC_MATCHER.fullmatch(topic.removeprefix("homeassistant/")):
        yield "the topic is refused"
    if DEVICE_DISCOVERY_SCHEMA is not None:
        try:
            DEVICE_DISCOVERY_SCHEMA(json.loads(json.dumps(message)))
        except voluptuous.Invalid as error:
            yield f"the message is refused: {error}"
    shared = {"availability": message["availability"]}
    around = {"device": message["device"], "origin": message["origin"]}
    for name, component in message["components"].items():
        if component.keys() != {"platform"}:  # which removes it
            for problem in _problems_of_entity(shared | component | around):
                yield f"{name}: {problem}"


def _problems_of_entity(config: dict) -> Iterator[str]:
    platform = importlib.import_module(f"homeassistant.components.mqtt.{config['platform']}")
    given = {option: value for option, value in config.items() if option != "platform"}  # taken off before
    try:
        taken = platform.DISCOVERY_SCHEMA(dict(given))
    except voluptuous.Invalid as error:
        yield f"refused: {error}"
        return
    ignored = given.keys() - {str(option) for option in taken}
    if ignored:
        yield f"unknown options are ignored: {sorted(ignored)}"
    if config["platform"] == "sensor" and config.get("device_class") not in (None, "enum"):
        yield from _problems_of_class(config)


def _problems_of_class(config: dict) -> Iterator[str]:
    """Yield units and state classes that do not fit the device class; some versions only log them."""
    name, unit, state_class = (config[k] for k in ("device_class", "unit_of_measurement", "state_class"))
    if unit not in DEVICE_CLASS_UNITS[name]:
        yield f"{name} has no unit {unit}"
    if state_class not in DEVICE_CLASS_STATE_CLASSES[name]:
        yield f"{name} has no state class {state_class}"


def values_of(hass: HomeAssistant, message: dict, said: dict[str, list[str]]) -> Iterator[str]:
    """Yield values that templates make of real payloads and that Home Assistant would not take."""
    for name, component in message["components"].items():
        for option, topic, text in templates_of(component):
            for payload in said[topic]:
                value = Template(text, hass).async_render_with_possible_json_value(payload, error_value="!")
                problem = "it fails" if value == "!" else problem_with(component, option, value)
                if problem is not None:
                    yield f"{name}: {option} of {payload}: {problem}"


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
