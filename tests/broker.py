"""A real broker for tests, and a client that listens to it and shares no code with ours."""

import contextlib
import getpass
import json
import queue
import random
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

START_TIMEOUT_S = 60.0
"""Far longer than anything takes: it bounds a hang, and says nothing of speed."""


def free_port() -> int:
    """Give a TCP port of the loopback interface that nobody uses.

    It lies below the range from which Linux takes ports for outgoing connections: a broker that is
    stopped for a while finds it free again.
    """
    while True:
        port = random.SystemRandom().randint(20_000, 32_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Mosquitto:
    """A Mosquitto of one's own on a free loopback port; what it retains and queues survives `stop`."""

    def __init__(self, folder: Path, config: str | None = None) -> None:
        """Take a folder for its files; `config` replaces the listener's lines, `{port}` in it is filled."""
        self.port = free_port()
        self._process: subprocess.Popen[str] | None = None
        self._config = folder / "mosquitto-under-test.conf"
        listener = config or "listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\n"
        self._config.write_text(
            f"user {getpass.getuser()}\npersistence true\npersistence_location {folder}/\nlog_dest stderr\n"
            + listener.replace("{port}", str(self.port))
        )

    def start(self) -> None:
        """Start it and wait until it listens."""
        self._process = subprocess.Popen(
            [mosquitto_program(), "-c", str(self._config)], stderr=subprocess.PIPE, text=True
        )
        log = []
        assert self._process.stderr is not None
        for line in self._process.stderr:
            log.append(line)
            if "running" in line:
                # A pipe that nobody empties would stop the broker once it is full.
                threading.Thread(target=self._process.stderr.read, daemon=True).start()
                return
        raise RuntimeError(f"mosquitto did not start: {''.join(log)}")

    def hang(self) -> None:
        """Let it answer nothing more, with all connections open, until `stop`."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def stop(self) -> None:
        """Stop it, if it runs."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGCONT)
        for _ in range(10):
            self._process.terminate()
            # A Mosquitto that has just begun may miss the first signal.
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(START_TIMEOUT_S / 20)
                break
        else:
            self._process.kill()
            self._process.wait()
        self._process = None


@dataclass(frozen=True)
class Received:
    """A message as mosquitto_sub saw it."""

    topic: str
    payload: str
    qos: int
    retain: bool

    def json(self) -> dict[str, object]:
        """Give the payload's object."""
        found = json.loads(self.payload)
        assert isinstance(found, dict)
        return found


class Subscriber:
    """mosquitto_sub with a session that survives the broker's absence."""

    def __init__(
        self,
        port: int,
        topic: str = "#",
        name: str = "listener",
        more: Sequence[str] = (),
        check: Callable[[str, str], None] = lambda topic, payload: None,
    ) -> None:
        """Subscribe; `check` is called with topic and payload of each message that is waited for."""
        self._check = check
        self.messages: list[Received] = []
        self._new: queue.Queue[Received] = queue.Queue()
        self._subscribed = threading.Event()
        command = ["stdbuf", "-oL", "mosquitto_sub", "-d", "-h", "localhost", "-p", str(port), "-F", "%j"]
        command += ["-q", "1", "-c", "-i", name, "-t", topic, *more]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        threading.Thread(target=self._read, daemon=True).start()
        assert self._subscribed.wait(START_TIMEOUT_S), "mosquitto_sub could not subscribe"

    def wait_for(
        self, enough: Callable[[list[Received]], object], timeout_s: float = START_TIMEOUT_S
    ) -> list[Received]:
        """Wait until `enough` of all messages so far is true; give them."""
        while not enough(self.messages):
            try:
                message = self._new.get(timeout=timeout_s)
                self._check(message.topic, message.payload)
                self.messages.append(message)
            except queue.Empty:
                raise AssertionError(f"nothing more in {timeout_s:g} s after {self.messages}") from None
        return self.messages

    def on(self, topic: str) -> list[Received]:
        """Give the messages of one topic among those waited for."""
        return [message for message in self.messages if message.topic == topic]

    def close(self) -> None:
        """End it; its session on the broker stays."""
        self._process.kill()
        self._process.wait(START_TIMEOUT_S)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("{"):
                fields = json.loads(line)
                self._new.put(
                    Received(fields["topic"], fields["payload"], fields["qos"], bool(fields["retain"]))
                )
            elif line.startswith("Subscribed"):
                self._subscribed.set()


class FakeBroker:
    """An MQTT 5 broker on loopback that answers each PUBLISH as told, for what real ones do rarely."""

    def __init__(
        self, answer: Callable[[str, bytes], "Answer"], connack: bytes = b"", suback: int | None = None
    ) -> None:
        """Take what to do with a message by topic and payload; `connack` are properties, encoded.

        `suback` is the reason code with which subscriptions are answered; None answers none.
        """
        self.taken: list[tuple[str, bytes, int, bool]] = []
        """Topic, payload, QoS and retain flag of every message that was taken."""
        self.seen: list[tuple[str, bytes, int]] = []
        """Topic and payload of every message, with the number of the connection, from 1."""
        self.connections = 0
        self._answer = answer
        self._connack = connack
        self._suback = suback
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        self._server.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._server.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(connection, self.connections), daemon=True).start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        with connection, connection.makefile("rb") as stream, contextlib.suppress(OSError):
            while head := stream.read(1):
                length = shift = 0
                while True:
                    byte = stream.read(1)[0]
                    length |= (byte & 0x7F) << shift
                    shift += 7
                    if byte < 0x80:
                        break
                if not self._take(connection, head[0], stream.read(length), number):
                    return

    def _take(self, connection: socket.socket, head: int, body: bytes, number: int) -> bool:
        """Answer a packet; False ends the connection."""
        if head >> 4 == 1:  # CONNECT
            properties = bytes([len(self._connack)]) + self._connack
            connection.sendall(bytes([0x20, 2 + len(properties), 0, 0]) + properties)
        elif head >> 4 == 12:  # PINGREQ
            connection.sendall(b"\xd0\x00")
        elif head >> 4 == 8 and self._suback is not None:  # SUBSCRIBE
            connection.sendall(b"\x90\x04" + body[:2] + bytes([0, self._suback]))
        elif head >> 4 == 3:  # PUBLISH
            return self._take_publish(connection, head, body, number)
        return head >> 4 != 14  # DISCONNECT

    def _take_publish(self, connection: socket.socket, head: int, body: bytes, number: int) -> bool:
        qos, size = head >> 1 & 3, int.from_bytes(body[:2], "big")
        topic, rest = body[2 : 2 + size].decode(), body[2 + size :]
        packet_id, rest = (rest[:2], rest[2:]) if qos else (b"", rest)
        payload = rest[1 + rest[0] :]
        self.seen.append((topic, payload, number))
        answer = self._answer(topic, payload)
        if answer == "close":
            return False
        if isinstance(answer, Disconnect):
            connection.sendall(bytes([0xE0, 2, answer.reason, 0]))
            return False
        if answer == 0:
            self.taken.append((topic, payload, qos, bool(head & 1)))
        if qos and isinstance(answer, int):
            connection.sendall(b"\x40\x04" + packet_id + bytes([answer, 0]))
        return True


@dataclass(frozen=True)
class Disconnect:
    """The broker ends the connection and says why."""

    reason: int
    """Reason code of MQTT 5, e.g. 0x95 for a packet that is too large."""


Answer = int | str | Disconnect
"""A reason code of PUBACK, `close` (the connection, in silence), `silence`, or a DISCONNECT."""


def wait_until(holds: Callable[[], object], timeout_s: float = START_TIMEOUT_S) -> None:
    """Wait for something that nobody announces."""
    tick = threading.Event()
    for _ in range(int(timeout_s / 0.01) + 1):
        if holds():
            return
        tick.wait(0.01)
    raise AssertionError(f"it did not happen in {timeout_s:g} s")


def mosquitto_program() -> str:
    """Give the path of the broker, or skip the test loudly."""
    program = shutil.which("mosquitto") or shutil.which("/usr/sbin/mosquitto")
    if program is None or shutil.which("mosquitto_sub") is None:
        pytest.skip("NOT TESTED: needs the packages mosquitto and mosquitto-clients")
    return program
