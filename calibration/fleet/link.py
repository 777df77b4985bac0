"""The agent's own connection to the broker, driven by the crowd's loop in place of a thread of its own."""

import socket
import ssl

from edge_agent.publish.mqtt.connection import Connection, ConnectionFailedError


class Link(Connection):
    """A connection that reads and writes only when it is told to."""

    def begin(self) -> None:
        """Send CONNECT; the broker's answer comes with a later `read`. Raises ConnectionFailedError."""
        # With this callback, paho queues what is sent: a full socket then fails no message.
        self._client.on_socket_register_write = lambda client, userdata, sock: None
        try:
            self._connect()
        except (OSError, ValueError) as error:
            raise ConnectionFailedError(str(error)) from error
        self.write()

    @property
    def socket(self) -> socket.socket | None:
        """Its socket; None once it is closed."""
        found = self._client.socket()
        return found if isinstance(found, socket.socket) else None

    @property
    def accepted(self) -> bool:
        """True once the broker has let us in."""
        return self._answered.is_set() and self._refusal is None and self._closed is None

    def has_ended(self) -> bool:
        """True if the connection has ended, or the broker would not have us."""
        return self._closed is not None or self._refusal is not None

    @property
    def wants_to_write(self) -> bool:
        """True if something waits until the socket takes more."""
        return self._client.want_write()

    def read(self) -> None:
        """Take what has come."""
        self._client.loop_read()
        open_socket = self._client.socket()
        while isinstance(open_socket, ssl.SSLSocket) and open_socket.pending():
            self._client.loop_read()
            open_socket = self._client.socket()

    def write(self) -> None:
        """Send what waits."""
        self._client.loop_write()

    def look_after(self) -> None:
        """Send a ping if it is time, and notice a broker that is dead."""
        self._client.loop_misc()
        self.write()
