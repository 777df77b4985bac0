"""A broker behind a line that breaks in every way: each event arrives, in order, and none twice.

A TCP proxy stands between publisher and Mosquitto. Duplicates are those that MQTT allows at QoS 1: they carry
the number of the event, by which whoever counts leaves them out.
"""

import random
import socket
import struct
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import torturing
from broker import Mosquitto, Subscriber, wait_until
from publishing import EVENTS, an_event, settings

from edge_agent.publish.mqtt.publisher import Publisher
from edge_agent.publish.settings import OutboxSettings
from edge_agent.publish.store.outbox import Outbox

FAULTS = ("stall", "drop", "reset", "half_open", "slow", "refuse", "stop", "kill", "hang")
"""What is done to the line, and from `stop` on to the broker itself."""
WAIT_S = 300.0
RATE_MIN_HZ = 500.0
"""Least events a second that a waiting queue must be emptied with."""


class Proxy:
    """Passes on what comes on a port of its own to the port of the broker, as its mood is."""

    def __init__(self, target: int) -> None:
        self.mood = "well"
        self._target = target
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self, *, reset: bool = False) -> None:
        """End all connections, in order or by a reset."""
        for pair in list(self._pairs):
            for side in pair:
                with suppress(OSError):
                    if reset:
                        side.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                        side.close()
                    else:
                        side.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Take no more connections."""
        self._server.close()
        self.cut()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._server.accept()
                if self.mood == "refuse":
                    near.close()
                    continue
                try:
                    far = socket.create_connection(("127.0.0.1", self._target), 5)
                except OSError:
                    near.close()
                    continue
                pair = (near, far)
                self._pairs.add(pair)
                for ends in (pair, pair[::-1]):
                    threading.Thread(target=self._pump, args=(*ends, pair), daemon=True).start()

    def _pump(
        self, source: socket.socket, sink: socket.socket, pair: tuple[socket.socket, socket.socket]
    ) -> None:
        with suppress(OSError):
            while data := source.recv(64 if self.mood == "slow" else 65_536):
                while self.mood == "stall":
                    time.sleep(0.01)
                if self.mood == "drop":
                    break
                if self.mood == "half_open" and source is pair[1]:
                    continue  # what the broker says is lost, what it hears is not
                if self.mood == "slow":
                    time.sleep(0.002)
                sink.sendall(data)
        for side in pair:
            with suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)
                side.close()
        self._pairs.discard(pair)


@contextmanager
def a_site(folder: Path) -> Iterator[tuple[Mosquitto, Proxy, Subscriber, Outbox]]:
    """Give a broker, a line to it, somebody who listens, and an outbox."""
    broker = Mosquitto(folder)
    broker.start()
    proxy, listener = Proxy(broker.port), Subscriber(broker.port, EVENTS)
    outbox = Outbox(OutboxSettings(folder / "outbox.sqlite3"))
    try:
        yield broker, proxy, listener, outbox
    finally:
        proxy.close()
        listener.close()
        outbox.close()
        broker.stop()


def do_harm(chance: random.Random, broker: Mosquitto, proxy: Proxy, fault: str) -> None:
    """Do one fault, and undo it."""
    lasts_s = chance.uniform(0.05, 0.6)
    match fault:
        case "reset":
            proxy.cut(reset=True)
        case "stop" | "kill" | "hang":
            if fault == "hang":
                broker.hang()
                time.sleep(lasts_s)
            elif fault == "kill":
                proxy.mood = "refuse"  # what the broker has confirmed and not passed on would die with it
                proxy.cut()
                time.sleep(1.0)
                assert broker._process is not None
                broker._process.kill()
            broker.stop()
            time.sleep(lasts_s)
            broker.start()
            proxy.mood = "well"
        case _:
            proxy.mood = fault
            time.sleep(lasts_s)
            proxy.mood = "well"
            if fault in ("half_open", "stall") and chance.random() < 0.5:
                proxy.cut()


def faults(torture: torturing.Torture, count: int, seed: int) -> None:
    """Do so many faults while events are produced."""
    chance, made = random.Random(seed), 0
    with tempfile.TemporaryDirectory() as name, a_site(Path(name)) as (broker, proxy, listener, outbox):
        quick = settings(proxy.port, keepalive_s=5)
        with Publisher(quick, "pump-7", outbox) as publisher:
            before: torturing.Holdings | None = None
            for number in range(count):
                if torture.is_over():
                    count = number
                    break
                for _ in range(chance.randint(1, 20)):
                    publisher.publish_event("motor-1", an_event(made))
                    made += 1
                do_harm(chance, broker, proxy, FAULTS[number % len(FAULTS)])
                time.sleep(chance.uniform(0.0, 0.3))
                if number == count // 5:
                    before = torturing.holdings()
            wait_until(lambda: outbox.counts.waiting == 0, WAIT_S)
            after, told = torturing.holdings(), publisher.counts
        listener.wait_for(lambda got: got and got[-1].json()["number"] == made - 1, WAIT_S)
        numbers = [message.json()["number"] for message in listener.messages]
    once = list(dict.fromkeys(numbers))
    torture.expect(set(once) == set(range(made)), f"lost: {sorted(set(range(made)) - set(once))[:10]}")
    torture.expect(once == sorted(once), "events are out of order")
    assert before is not None
    torture.expect(after.memory_mb < before.memory_mb + 10, f"{before} -> {after}")
    torture.expect(after.descriptors <= before.descriptors + 5, f"{before} -> {after}")
    told_of = f"{told.connections} connections, {made} events, {len(numbers) - made} duplicates"
    growth = f"memory {after.memory_mb - before.memory_mb:+.1f} MB"
    torture.say("faults", f"{count} faults, {told_of}, {growth}, descriptors {after.descriptors}")


def drain(torture: torturing.Torture, count: int, seed: int) -> None:
    """Let so many events wait, and measure how fast they go."""
    with tempfile.TemporaryDirectory() as name, a_site(Path(name)) as (_, proxy, listener, outbox):
        payload = b'{"number": %d, "fill": "' + b"x" * 1200 + b'"}'
        for number in range(count):
            outbox.put_event(EVENTS, lambda _, number=number: payload % number)
        with Publisher(settings(proxy.port), "pump-7", outbox) as publisher:
            wait_until(lambda: publisher.counts.connected, WAIT_S)
            began_s, cpu_s = time.monotonic(), time.process_time()
            wait_until(lambda: outbox.counts.waiting == 0, WAIT_S)
            cpu_s = time.process_time() - cpu_s
            rate_hz = count / (time.monotonic() - began_s)
        listener.wait_for(lambda got: len(got) >= count, WAIT_S)
        numbers = [message.json()["number"] for message in listener.messages]
    torture.expect(list(dict.fromkeys(numbers)) == list(range(count)), "events are lost or out of order")
    torture.expect(rate_hz > RATE_MIN_HZ, f"{rate_hz:.0f} events a second")
    torture.say("drain", f"{count} events of 1.2 kB at {rate_hz:.0f} a second, {cpu_s:.1f} s of processor")


if __name__ == "__main__":
    torturing.main("broker", {"faults": (faults, 300), "drain": (drain, 10_000)})
