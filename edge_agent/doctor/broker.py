"""The broker: is it there, is its certificate valid, does it let us in, and may we write and read?"""

import secrets
import socket
import ssl
import time
from collections.abc import Iterator

from edge_agent.config import Settings
from edge_agent.doctor.result import Result, fail, ok, warn
from edge_agent.doctor.session import doctor_topic, open_session, wait_for
from edge_agent.publish.mqtt.connection import Connection, ConnectionFailedError, Incoming
from edge_agent.publish.settings import MqttSettings

EXPIRES_SOON_S = 30 * 86_400.0
"""Time before the end of a certificate from which it is named, s: judgement, a month to make a new one."""
_ANSWER_S = 5.0
"""Time that the broker has for each answer, s: as for a connection."""
_LOGIN = ("Bad user name or password", "Not authorized", "Bad authentication method", "Banned")
"""Reasons of a CONNACK that concern the login (MQTT 5.0, section 3.2.2.2)."""


def check_broker(settings: Settings) -> Iterator[Result]:
    """Give the results of broker, certificate, login and rights; ends with the first that bars the rest."""
    mqtt = settings.mqtt_settings()
    where = f"{mqtt.host}:{mqtt.port}"
    topic = doctor_topic(settings)
    try:
        with open_session(settings, (topic,)) as connection:
            yield ok("broker", f"{where} answers")
            if mqtt.tls is not None:
                yield _certificate(mqtt)
            yield ok(
                "login", "the broker lets us in" if mqtt.username else "the broker lets us in without a name"
            )
            yield _rights(connection, topic)
    except ConnectionFailedError as error:
        yield _why(error, mqtt, where)


def _why(error: ConnectionFailedError, mqtt: MqttSettings, where: str) -> Result:
    """Return which check a failed connection belongs to, and what to do."""
    cause = error.__cause__
    if "mqtt.tls" in str(error):
        return fail("certificate", str(error), "correct the files of mqtt.tls; PEM is expected")
    if isinstance(cause, ssl.SSLCertVerificationError):
        return fail("certificate", f"{where}: {cause.verify_message}", _about_certificate(cause))
    if isinstance(cause, ssl.SSLError):
        return fail(
            "certificate", f"{where}: {cause.reason or cause}", "see whether mqtt.port is that of TLS"
        )
    if "password_file" in str(error):
        return fail("login", str(error), "correct mqtt.password_file, or run this as the user of the service")
    if any(error.reason.startswith(name) for name in _LOGIN):
        return fail(
            "login",
            f"{where} refuses us: {error.reason}",
            "correct mqtt.username and the first line of mqtt.password_file, or add the user to the broker",
        )
    what, _, advice = str(error).partition("; ")
    if mqtt.tls is not None and mqtt.tls.cert_file is not None and error.wrong_protocol:
        advice = (
            f"see the log of the broker: it may refuse our certificate (openssl x509 -enddate -noout -in "
            f"{mqtt.tls.cert_file})"
        )
    return fail(
        "broker", what, advice or "see the log of the broker, and whether mqtt.port and mqtt.tls are right"
    )


def _about_certificate(error: ssl.SSLCertVerificationError) -> str:
    if "expired" in error.verify_message:
        return (
            "make a new certificate for the broker (deploy/mosquitto/make-certificates.sh), or set the clock"
        )
    if "not yet valid" in error.verify_message:
        return "set the clock of this computer"
    if "mismatch" in error.verify_message or "not valid for" in error.verify_message:
        return "set mqtt.host to the name in the certificate"
    return "name the authority that signed it in mqtt.tls.ca_file"


def _certificate(mqtt: MqttSettings) -> Result:
    """Return until when the certificate of the broker is valid; it was accepted a moment ago."""
    assert mqtt.tls is not None
    context = ssl.create_default_context(cafile=mqtt.tls.ca_file)
    if mqtt.tls.cert_file is not None:
        context.load_cert_chain(mqtt.tls.cert_file, mqtt.tls.key_file)
    try:
        with (
            socket.create_connection((mqtt.host, mqtt.port), mqtt.connect_timeout_s) as plain,
            context.wrap_socket(plain, server_hostname=mqtt.host) as secured,
        ):
            shown = secured.getpeercert() or {}
    except OSError as error:
        return warn("certificate", f"its end could not be read: {error}", "try again")
    end = str(shown.get("notAfter", ""))
    left_s = ssl.cert_time_to_seconds(end) - time.time()
    if left_s < EXPIRES_SOON_S:
        return warn("certificate", f"expires in {left_s / 86_400:.0f} days, {end}", "make a new one before")
    return ok("certificate", f"valid until {end}")


def _rights(connection: Connection, topic: str) -> Result:
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
