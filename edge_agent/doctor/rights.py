"""What the broker lets the agent write and read: its access list, tried out."""

import secrets

from edge_agent.config import Settings
from edge_agent.doctor.result import Result, fail, ok, warn
from edge_agent.doctor.session import wait_for
from edge_agent.publish.mqtt.connection import Connection, Incoming

_ANSWER_S = 5.0
"""Time that the broker has for its answers, s: as for a connection."""
_OF_MOTOR = ("state", "event", "alarm", "info", "baseline", "learned", "measurements", "trend", "diagnosis")
"""Topics of a motor."""
_NOBODY = "doctor"
"""Motor that does not exist: access lists allow those of any motor, and nobody waits for this one."""


def check_rights(connection: Connection, topic: str) -> Result:
    """Write a message and read it back: an access list drops what it forbids, often without a word."""
    acl = f"let the user write and read {topic}, as deploy/mosquitto/edge-agent.acl does"
    sent = secrets.token_hex(8).encode()
    message_id = connection.send(topic, sent, qos=1, retain=False)
    receipts, heard = list(connection.receipts()), list[Incoming]()

    def answered() -> bool:
        receipts.extend(connection.receipts())
        heard.extend(connection.incoming())
        return any(r.refusal for r in receipts) or any(m.payload == sent for m in heard)

    wait_for(answered, _ANSWER_S)
    refusals = [
        receipt.refusal for receipt in receipts if receipt.message_id == message_id and receipt.refusal
    ]
    if refusals:
        return fail("rights", f"the broker does not let us write {topic}: {refusals[0]}", acl)
    if any(message.payload == sent for message in heard):
        return ok("rights", f"{topic} was written and read back")
    if connection.closed is not None:
        return fail("rights", f"the connection ended at {topic}: {connection.closed.words}", acl)
    confirmed = any(receipt.message_id == message_id for receipt in receipts)
    said = "was confirmed, but did not come back" if confirmed else "was not confirmed"
    return fail("rights", f"a message to {topic} {said} in {_ANSWER_S:g} s", acl)


def check_topics(connection: Connection, settings: Settings) -> Result:
    """Write an empty message to each kind of topic, of a motor that does not exist; none is retained."""
    base = settings.mqtt_settings().base_topic(settings.agent.id)
    topics = [f"{base}/{_NOBODY}/{kind}" for kind in _OF_MOTOR] + [f"{base}/reply/{_NOBODY}"]
    if settings.homeassistant is not None and settings.homeassistant.enabled:
        topics.append(f"{settings.homeassistant.prefix}/device/{settings.agent.id}/{_NOBODY}/config")
    sent = {connection.send(topic, b"", qos=1, retain=False): topic for topic in topics}
    receipts = list(connection.receipts())

    def answered() -> bool:
        receipts.extend(connection.receipts())
        return {receipt.message_id for receipt in receipts} >= sent.keys()

    if not wait_for(answered, _ANSWER_S):
        return warn(
            "topics", f"not all of {len(topics)} messages were confirmed in {_ANSWER_S:g} s", "try again"
        )
    refused = [sent[answer.message_id] for answer in receipts if answer.refusal]
    if refused:
        return fail(
            "topics",
            f"the broker does not let us write {', '.join(refused)}",
            "complete its access list after deploy/mosquitto/edge-agent.acl",
        )
    return ok("topics", f"{len(topics)} kinds of topics may be written, as far as the broker says (MQTT 5)")
