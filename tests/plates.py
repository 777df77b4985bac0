"""The motor that most tests run on, 0.75 kW at 60 Hz: its nameplate as an object and as YAML."""

from edge_agent.motor import Nameplate

VALUES: dict[str, object] = {
    "rated_power_kw": 0.75,
    "rated_voltage_v": 220,
    "rated_current_a": 2.98,
    "rated_speed_rpm": 1715,
    "line_frequency_hz": 60,
    "poles": 4,
}
"""What a nameplate must state at least."""


def a_nameplate(**changes: object) -> Nameplate:
    """Return the plate with some values changed or added; None takes one away."""
    return Nameplate.model_validate(_changed(changes))


def plate_yaml(**changes: object) -> str:
    """Return the same as a YAML mapping on one line, for `motor: {...}` in a configuration."""
    return "{" + ", ".join(f"{name}: {value}" for name, value in _changed(changes).items()) + "}"


def _changed(changes: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in (VALUES | changes).items() if value is not None}


PLATE = a_nameplate()
"""The plate as it is."""
