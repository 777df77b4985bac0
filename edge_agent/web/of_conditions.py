"""Metrics of the conditions beside broken bars: what was found, and the numbers behind it."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily

from edge_agent.publish.documents import State
from edge_agent.verdict import Severity

_LEVELS = {severity: level for level, severity in enumerate(Severity)}
"""Severities from ok (0) to danger (3)."""


def metrics_of_conditions(state: State) -> Iterator[GaugeMetricFamily]:
    """Return for each condition whether it was found, how urgent that is, its first number and its limit.

    A condition without an answer has no sample.
    """
    motor = state.origin.motor
    found = _family("found", "1 if the condition was found, 0 if it was not.")
    severity = _family("severity", "Severity of a finding: 0 ok, 1 watch, 2 alarm, 3 danger.")
    value = _family("value", "Number behind the finding, in its unit.", "quantity", "unit")
    limit = _family("limit", "Limit of that number.", "quantity", "unit")
    for finding in state.verdict.others:
        if finding.severity is None:
            continue
        fault = str(finding.fault)
        found.add_metric((motor, fault), finding.faulty)
        severity.add_metric((motor, fault), _LEVELS[finding.severity])
        for measured in finding.measured[:1]:
            labels = (motor, fault, measured.quantity, measured.unit)
            value.add_metric(labels, measured.value)
            if measured.limit is not None:
                limit.add_metric(labels, measured.limit)
    yield from (family for family in (found, severity, value, limit) if family.samples)


def _family(name: str, meaning: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(
        f"edge_agent_motor_condition_{name}", meaning, labels=("motor", "condition", *labels)
    )
