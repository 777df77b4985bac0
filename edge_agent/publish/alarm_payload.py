"""The latched alarm as JSON."""

from edge_agent.alarm import Acknowledgement, Condition, Feedback
from edge_agent.publish.documents import Alarm
from edge_agent.publish.json_values import SCHEMA, Payload, iso_time, rounded

_ALARM_KEYS = (
    "fault",
    "severity",
    "since",
    "last_confirmed",
    "cleared",
    "summary",
    "advice",
    "advice_code",
    "equivalent_bars",
    "event_id",
    "captured",
    "acknowledged",
    "feedback",
)
"""Null without an alarm."""


def alarm_payload(alarm: Alarm) -> Payload:
    """Return the latched alarm; without one every key but `active` and `condition` is null."""
    latched = alarm.latched
    payload: Payload = {
        "schema": SCHEMA,
        "agent": alarm.origin.agent,
        "motor": alarm.origin.motor,
        "time": iso_time(alarm.unix_s),
        "active": latched is not None and latched.active,
        "condition": str(Condition.NORMAL if latched is None else latched.condition),
    }
    if latched is None:
        return payload | dict.fromkeys(_ALARM_KEYS)
    return {
        **payload,
        "fault": str(latched.fault),
        "severity": str(latched.severity),
        "since": iso_time(latched.since_unix_s),
        "last_confirmed": iso_time(latched.confirmed_unix_s),
        "cleared": None if latched.cleared_unix_s is None else iso_time(latched.cleared_unix_s),
        "summary": latched.summary,
        "advice": latched.advice,
        "advice_code": latched.advice_code,
        "equivalent_bars": rounded(latched.equivalent_bars, 3),
        "event_id": latched.event_id,
        "captured": latched.captured,
        "acknowledged": _acknowledged(latched.acknowledged),
        "feedback": _feedback(latched.feedback),
    }


def _acknowledged(by_whom: Acknowledgement | None) -> Payload | None:
    if by_whom is None:
        return None
    return {"by": by_whom.by, "at": iso_time(by_whom.at_unix_s), "note": by_whom.note}


def _feedback(feedback: Feedback | None) -> Payload | None:
    if feedback is None:
        return None
    return {"right": feedback.right, "found": feedback.found, "at": iso_time(feedback.at_unix_s)}
