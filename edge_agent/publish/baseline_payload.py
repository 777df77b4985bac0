"""The baseline of a motor as JSON."""

from edge_agent.baseline.status import BaselineStatus
from edge_agent.publish.documents import Baseline
from edge_agent.publish.json_values import SCHEMA, Payload, iso_time, rounded, significant


def baseline_payload(baseline: Baseline) -> Payload:
    """Return the baseline with who says it and when."""
    return {
        "schema": SCHEMA,
        "agent": baseline.origin.agent,
        "motor": baseline.origin.motor,
        "time": iso_time(baseline.unix_s),
        **status_payload(baseline.status),
    }


def status_payload(status: BaselineStatus) -> Payload:
    """Return the status alone; what is not known yet is null."""
    return {
        "state": str(status.state),
        "change": str(status.change),
        "progress": rounded(status.progress, 3),
        "hours": rounded(status.hours, 2),
        "looks": status.looks,
        "reference_bars": {name: rounded(bars, 3) for name, bars in status.reference_bars.items()},
        "growth_bars": rounded(status.growth_bars, 3),
        "growth": rounded(status.growth, 3),
        "growth_limit": rounded(status.growth_limit, 3),
        "looks_since_learned": status.looks_since_learned,
        "false_alarms_per_year_proven": significant(status.false_alarms_per_year_proven),
        "false_alarms_per_year_allowed": significant(status.false_alarms_per_year_allowed),
        "reason": status.reason,
    }
