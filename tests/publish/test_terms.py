"""What a broker cannot have is not asked of it again."""

import pytest
from paho.mqtt.enums import MQTTProtocolVersion

from edge_agent.publish.mqtt.connection import ConnectionFailedError, Will
from edge_agent.publish.mqtt.limits import Limits
from edge_agent.publish.mqtt.terms import Terms

NEW, OLD = MQTTProtocolVersion.MQTTv5, MQTTProtocolVersion.MQTTv311
WANTED = Will("base/status", b"offline")


def refused(reason: str = "", *, wrong_protocol: bool = False) -> ConnectionFailedError:
    return ConnectionFailedError("no", reason=reason, wrong_protocol=wrong_protocol)


def test_at_first_everything_is_asked_for() -> None:
    terms = Terms("base/status")
    assert (terms.protocol, terms.will) == (NEW, WANTED)


@pytest.mark.parametrize(
    ("reason", "will"),
    [
        ("Retain not supported", Will("base/status", b"offline", retain=False)),
        ("QoS not supported", Will("base/status", b"offline", qos=0)),
    ],
)
def test_a_will_that_the_broker_cannot_have_is_lessened_once(reason: str, will: Will) -> None:
    terms = Terms("base/status")
    assert terms.refused(refused(reason))
    assert terms.will == will
    assert not terms.refused(refused(reason))
    assert (terms.will, terms.protocol) == (will, NEW)


def test_both_versions_take_turns_until_one_is_understood() -> None:
    terms = Terms("base/status")
    tried = []
    for _ in range(3):
        assert not terms.refused(refused(wrong_protocol=True))
        tried.append(terms.protocol)
    assert tried == [OLD, NEW, OLD]
    assert terms.will == WANTED


@pytest.mark.parametrize("reason", ["", "Not authorized", "Server busy"])
def test_any_other_refusal_changes_nothing(reason: str) -> None:
    terms = Terms("base/status")
    assert not terms.refused(refused(reason))
    assert (terms.protocol, terms.will) == (NEW, WANTED)


@pytest.mark.parametrize(("qos", "retain"), [(0, True), (1, False), (0, False), (1, True)])
def test_the_next_will_is_one_that_the_broker_said_it_can_keep(qos: int, retain: bool) -> None:
    terms = Terms("base/status")
    terms.accepted(Limits(max_qos=qos, retain=retain))
    assert terms.will == Will("base/status", b"offline", qos=qos, retain=retain)
