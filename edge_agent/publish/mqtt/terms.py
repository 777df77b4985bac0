"""What we ask of the broker: a version of MQTT, and a will; less of it where the broker cannot have that."""

from dataclasses import replace

from paho.mqtt.enums import MQTTProtocolVersion

from edge_agent.publish.mqtt.connection import ConnectionFailedError, Will
from edge_agent.publish.mqtt.limits import Limits


class Terms:
    """The terms of the next connection, as far as the connections before it taught them."""

    def __init__(self, will_topic: str) -> None:
        """Begin with all that we want: MQTT 5, and `offline` retained when we are gone."""
        self.protocol = MQTTProtocolVersion.MQTTv5
        """Version that is tried next."""
        self.will = Will(will_topic, b"offline")
        """What the broker says when we are gone."""

    def refused(self, error: ConnectionFailedError) -> bool:
        """Learn from a refusal; True if the next attempt asks for a lesser will and may follow at once."""
        before = self.will
        if error.reason == "Retain not supported":
            self.will = replace(before, retain=False)
        elif error.reason == "QoS not supported":
            self.will = replace(before, qos=0)
        if self.will != before:
            return True
        if error.wrong_protocol:
            newest, oldest = MQTTProtocolVersion.MQTTv5, MQTTProtocolVersion.MQTTv311
            self.protocol = oldest if self.protocol is newest else newest
        return False

    def accepted(self, limits: Limits) -> None:
        """Learn what the broker can keep of a will."""
        self.will = replace(self.will, qos=limits.max_qos, retain=limits.retain)
