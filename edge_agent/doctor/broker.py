"""The broker: is it there, is its certificate valid, does it let us in, and may we write and read?"""

import contextlib
import socket
import ssl
import time
from collections.abc import Iterator

from edge_agent.config import Settings
from edge_agent.doctor.result import Result, fail, ok, warn
from edge_agent.doctor.rights import check_rights, check_topics
from edge_agent.doctor.session import doctor_topic, open_session
from edge_agent.publish.mqtt.connection import ConnectionFailedError
from edge_agent.publish.settings import MqttSettings, TlsSettings

EXPIRES_SOON_S = 30 * 86_400.0
"""Time before the end of a certificate from which it is named, s: judgement, a month to make a new one."""
_ALERT_S = 2.0
"""Time in which a broker that ends TLS says why, s. Judgement: it says so at once."""
_LOGIN = ("Bad user name or password", "Not authorized", "Bad authentication method", "Banned")
"""Reasons of a CONNACK that concern the login (MQTT 5.0, section 3.2.2.2)."""


def check_broker(settings: Settings, *, all_topics: bool = False) -> Iterator[Result]:
    """Yield the results of broker, certificate, login and rights; ends with the first that bars the rest.

    `all_topics` also writes an empty message to each kind of topic of the agent.
    """
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
            yield check_rights(connection, topic)
            if all_topics:
                yield check_topics(connection, settings)
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
    alert = _alert(mqtt) if mqtt.tls is not None and error.wrong_protocol else None
    if alert is not None:
        return fail("certificate", f"{where} refuses our certificate: {alert}", _about_ours(mqtt))
    what, _, advice = str(error).partition("; ")
    return fail(
        "broker", what, advice or "see the log of the broker, and whether mqtt.port and mqtt.tls are right"
    )


def _about_ours(mqtt: MqttSettings) -> str:
    if mqtt.tls is None or mqtt.tls.cert_file is None:
        return (
            "the broker asks for a certificate: name it in mqtt.tls.cert_file, its key in mqtt.tls.key_file"
        )
    file = mqtt.tls.cert_file
    return f"see its dates with `openssl x509 -dates -noout -in {file}`; make a new one, or set the clock"


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
    try:
        with _secured(mqtt) as connection:
            shown = connection.getpeercert() or {}
    except OSError as error:
        return warn("certificate", f"its end could not be read: {error}", "try again")
    end = str(shown.get("notAfter", ""))
    left_s = ssl.cert_time_to_seconds(end) - time.time()
    if left_s < EXPIRES_SOON_S:
        return warn("certificate", f"expires in {left_s / 86_400:.0f} days, {end}", "make a new one before")
    return ok("certificate", f"valid until {end}")


def _alert(mqtt: MqttSettings) -> str | None:
    """Return why the broker ends TLS, which it may say after the handshake (TLS 1.3); None if it does not."""
    try:
        with _secured(mqtt) as connection:
            connection.settimeout(_ALERT_S)
            connection.recv(1)
    except ssl.SSLError as error:
        return (error.reason or str(error)).lower().replace("_", " ")
    except OSError:  # also where nothing comes in time
        return None
    return None


@contextlib.contextmanager
def _secured(mqtt: MqttSettings) -> Iterator[ssl.SSLSocket]:
    """Yield a TLS connection that says nothing; raises OSError."""
    tls = mqtt.tls or TlsSettings()
    context = ssl.create_default_context(cafile=tls.ca_file)
    if tls.cert_file is not None:
        context.load_cert_chain(tls.cert_file, tls.key_file)
    with (
        socket.create_connection((mqtt.host, mqtt.port), mqtt.connect_timeout_s) as plain,
        context.wrap_socket(plain, server_hostname=mqtt.host) as connection,
    ):
        yield connection
