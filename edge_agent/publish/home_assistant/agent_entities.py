"""The entities of the agent itself: how it is, and with commands on, what it may be asked to do."""

from edge_agent.publish.home_assistant.components import DIAGNOSTIC, Component, Source, button

_CAPTURE_S = 30
"""Seconds that the button records: two windows and a half of the usual length; judgement."""


def agent_components(base: str, expire_after_s: int) -> dict[str, Component]:
    """Return what `health` and `status` below `base` tell; all of it is diagnostic."""
    health = Source(f"{base}/health", expire_after_s)
    entities = {
        "connection": _connection(f"{base}/status"),
        "source": health.problem("Source", "value_json.source is not none", {"problem": "source"}),
        "self_test_failed": _self_test(health),
        "proven_limit": health.number("Proven detection limit", "proven_limit_bars", "bars", decimals=2),
        "frames_lost": health.number("Frames lost", "frames_lost", state_class="total_increasing"),
        "outbox": health.number("Events waiting", "outbox_events"),
        "latency": health.number("Latency", "latency_p99_ms", "ms", device_class="duration", decimals=0),
        "temperature": health.number(
            "Temperature", "temperature_c", "°C", device_class="temperature", decimals=1
        ),
        "memory": health.number("Memory", "memory_mb", "MB", device_class="data_size", decimals=0),
        "version": health.text("Version", "version"),
    }
    return {name: entity | DIAGNOSTIC for name, entity in entities.items()}


def _self_test(health: Source) -> Component:
    """Return whether the self-test failed; unknown before the first one."""
    failed = "value_json.self_test_problem is string"
    known = f"{failed} or value_json.self_test_age_s is number"
    return {
        **health.problem("Self-test", failed, {"problem": "self_test_problem"}),
        "value_template": f"{{{{ ('ON' if {failed} else 'OFF') if {known} else None }}}}",
    }


def capture_button(base: str) -> dict[str, Component]:
    """Return the button that has an agent keep the samples of all its motors."""
    return {"capture": button("Capture", f"{base}/command/capture", {"seconds": _CAPTURE_S})}


def motor_buttons(base: str, motor: str, named: dict[str, object]) -> dict[str, Component]:
    """Return the buttons of what is asked of one motor; `named` are the fields by which commands name it."""
    acknowledgement: dict[str, object] = {"id": motor, "by": "home-assistant"}
    return {
        "self_test": button("Self test", f"{base}/command/self_test", named),
        "acknowledge": button("Acknowledge alarm", f"{base}/command/acknowledge", acknowledgement | named),
    }


def _connection(topic: str) -> Component:
    """Return whether the agent is connected.

    It is always available: it would else be unavailable, rather than off, while the agent is away. It does
    not expire, since `status` is said at each connection only; the broker itself says `offline`.
    """
    return {
        "platform": "binary_sensor",
        "name": "Connection",
        "state_topic": topic,
        "payload_on": "online",
        "payload_off": "offline",
        "device_class": "connectivity",
        "availability": [],
        "qos": 1,
    }
