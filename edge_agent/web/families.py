"""Metrics of a motor in the forms that several parts of the page for Prometheus use."""

from collections.abc import Iterable

from prometheus_client.core import GaugeMetricFamily


def gauge_of_motor(name: str, meaning: str, motor: str, value: float) -> GaugeMetricFamily:
    """Return one number of a motor."""
    family = GaugeMetricFamily(f"edge_agent_motor_{name}", meaning, labels=("motor",))
    family.add_metric((motor,), value)
    return family


def one_of(
    name: str, meaning: str, motor: str, label: str, choices: Iterable[str], present: str | None
) -> GaugeMetricFamily:
    """Return each choice as a value of `label`: 1 for the present one, 0 for the others."""
    family = GaugeMetricFamily(f"edge_agent_motor_{name}", meaning, labels=("motor", label))
    for choice in choices:
        family.add_metric((motor, str(choice)), choice == present)
    return family
