"""A paho client that tells when its thread ends, and frees its descriptors when it is told to."""

from collections.abc import Callable

from paho.mqtt.client import Client
from paho.mqtt.enums import MQTTErrorCode


class OwnClient(Client):
    """Tells when its thread ends, and frees what it holds when it is told to."""

    ended: Callable[[Exception | None], None] = staticmethod(lambda error: None)
    """Called in the client's thread when that ends, with the error that ended it."""

    def loop_forever(self, timeout: float = 1.0, retry_first_connection: bool = False) -> MQTTErrorCode:
        """Work until the connection ends; this is what the client's thread runs."""
        failure: Exception | None = None
        try:
            return super().loop_forever(timeout, retry_first_connection)
        except Exception as error:  # noqa: BLE001 - whatever ended the thread, its owner must know at once
            failure = error
            return MQTTErrorCode.MQTT_ERR_UNKNOWN
        finally:
            self.ended(failure)

    def free(self) -> None:
        """Close all sockets now; the callbacks make a circle, which only the garbage collector would free."""
        self._reset_sockets()
