"""What was learned of a motor as it is published, from nothing to everything."""

import json

from schemas import validator

from edge_agent.learned.status import LearnedStatus
from edge_agent.publish.documents import Learned, Origin
from edge_agent.publish.payloads import encode, payload_of

ORIGIN = Origin("plant", "pump", "net", "0" * 64)
KNOWN = LearnedStatus(
    looks=12,
    looks_with_slip=9,
    rotor_bars=28,
    rotor_bars_possible=(28,),
    rotor_bars_confidence=13 / 14,
    no_load_current_a=1.23456,
    speed_at_rated_current_rpm=1722.345,
    speed_error_rpm=6.78,
    currents_a=(1.4, 2.9),
    used=("slots", "line"),
    reason="learned",
)


def published(status: LearnedStatus) -> dict[str, object]:
    payload = json.loads(encode(payload_of(Learned(ORIGIN, status, 1_795_410_662.125))))
    validator("learned").validate(payload)
    return dict(payload)


def test_everything_that_is_known_is_published_in_short_numbers() -> None:
    payload = published(KNOWN)
    assert (payload["agent"], payload["motor"]) == ("plant", "pump")
    assert payload["rotor_bars_confidence"] == 0.929
    assert payload["speed_at_rated_current_rpm"] == 1722.3
    assert payload["currents_a"] == [1.4, 2.9]
    assert payload["used"] == ["slots", "line"]


def test_what_is_not_known_is_null() -> None:
    payload = published(LearnedStatus())
    assert payload["rotor_bars"] is None
    assert payload["rotor_bars_possible"] == []
    assert payload["currents_a"] is None
