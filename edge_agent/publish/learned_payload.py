"""What was learned of a motor as JSON."""

from edge_agent.learned.status import LearnedStatus
from edge_agent.publish.documents import Learned
from edge_agent.publish.json_values import SCHEMA, Payload, iso_time, rounded, significant


def learned_payload(learned: Learned) -> Payload:
    """Return what was learned with who says it and when."""
    return {
        "schema": SCHEMA,
        "agent": learned.origin.agent,
        "motor": learned.origin.motor,
        "time": iso_time(learned.unix_s),
        **status_payload(learned.status),
    }


def status_payload(status: LearnedStatus) -> Payload:
    """Return the status alone; what is not known yet is null."""
    currents_a = status.currents_a
    return {
        "looks": status.looks,
        "looks_with_slip": status.looks_with_slip,
        "rotor_bars": status.rotor_bars,
        "rotor_bars_possible": list(status.rotor_bars_possible),
        "rotor_bars_confidence": rounded(status.rotor_bars_confidence, 3),
        "no_load_current_a": significant(status.no_load_current_a),
        "speed_at_rated_current_rpm": rounded(status.speed_at_rated_current_rpm, 1),
        "speed_error_rpm": rounded(status.speed_error_rpm, 1),
        "currents_a": None if currents_a is None else [significant(current_a) for current_a in currents_a],
        "used": list(status.used),
        "reason": status.reason,
    }
