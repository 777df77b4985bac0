"""What a broker can do less than all: told in its CONNACK (MQTT 5.0, section 3.2.2.3), honoured by us."""

from dataclasses import dataclass

from paho.mqtt.properties import Properties

MAX_IN_FLIGHT = 20
"""Messages sent and not yet confirmed; more makes Mosquitto slower (its own default limit)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a broker; the defaults are those of one that names none, as in MQTT 3.1.1."""

    max_packet_bytes: int | None = None
    """Largest packet that it takes; None if it names none."""
    max_qos: int = 1
    """Highest quality of service that it takes, of those that we use."""
    retain: bool = True
    """True if it retains messages."""
    in_flight: int = MAX_IN_FLIGHT
    """Messages that may be under way at once."""

    def fits(self, topic: str, payload: bytes, correlation: bytes | None = None) -> bool:
        """True if a message is no larger than the broker takes."""
        if self.max_packet_bytes is None:
            return True
        return packet_bytes(topic, payload, correlation) <= self.max_packet_bytes

    def missing(self, heartbeat_s: float) -> list[str]:
        """Return what the broker lacks and what follows from it, a sentence each."""
        lacks = []
        if self.max_qos < 1:
            lacks.append(
                "it takes QoS 0 only: it confirms nothing, and an event that is under way when the "
                "connection ends is lost"
            )
        if not self.retain:
            lacks.append(
                "it retains nothing: a later subscriber gets the state at the next heartbeat "
                f"({heartbeat_s:g} s), and does not get `offline`"
            )
        return lacks


def limits_of(properties: object) -> Limits:
    """Return the limits that the properties of a CONNACK state."""
    if not isinstance(properties, Properties):
        return Limits()
    told = vars(properties)
    return Limits(
        max_packet_bytes=told.get("MaximumPacketSize"),
        max_qos=min(1, told.get("MaximumQoS", 1)),
        retain=bool(told.get("RetainAvailable", 1)),
        in_flight=max(1, min(MAX_IN_FLIGHT, told.get("ReceiveMaximum", MAX_IN_FLIGHT))),
    )


def packet_bytes(topic: str, payload: bytes, correlation: bytes | None = None) -> int:
    """Return the length of a PUBLISH packet of MQTT 5 with no other property than correlation data (3.3)."""
    properties = 0 if correlation is None else 1 + 2 + len(correlation)  # identifier, length, data
    head = 2 + len(topic.encode()) + 2  # topic, packet identifier
    rest = head + _length_bytes(properties) + properties + len(payload)
    return 1 + _length_bytes(rest) + rest


def _length_bytes(length: int) -> int:
    """Return how many bytes hold a length: seven bits in each."""
    return max(1, (length.bit_length() + 6) // 7)
