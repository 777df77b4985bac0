"""Bytes, files, commands and requests of any kind: no crash, no hang, no traceback, no growth.

Inputs are real ones that were harmed: bits flipped, pieces cut out, doubled, or taken from another input.
"""

import contextlib
import io
import json
import random
import socket
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import torturing
from small_files import FILE
from test_drivers import FRAMES, LINES, settings

from edge_agent import cli
from edge_agent.acquire.archive import RecordingError
from edge_agent.acquire.drivers import DRIVERS, decoder_of
from edge_agent.acquire.recordings import read_recording, write_recording
from edge_agent.config import ConfigError
from edge_agent.config.agent_settings import AgentSettings
from edge_agent.config.document import parse_document
from edge_agent.config.load import _load
from edge_agent.diagnose.model import Model, ModelError, builtin_path
from edge_agent.publish.documents import Reply
from edge_agent.publish.mqtt.connection import Incoming
from edge_agent.publish.mqtt.inbox import Inbox
from edge_agent.publish.payloads import encode, payload_of
from edge_agent.publish.settings import HttpSettings
from edge_agent.remote import Remote
from edge_agent.web.sink import open_sink

MAX_SAID = 40_000
"""Characters of all that is said of one wrong file; judgement: a terminal can scroll back over it."""
MAX_TURN_S = 30.0
"""Longest time for one input, s: a hundred times the usual one, on a busy computer."""
CASES = sorted((torturing.ROOT / "tests/acquire/cases").glob("*/input.bin"))


def harmed(chance: random.Random, content: bytes, others: Sequence[bytes] = ()) -> bytes:
    """Return a content with one to six harms."""
    data = bytearray(content)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 6))):
        at = chance.randrange(len(data) + 1)
        length = min(chance.choice((1, 2, 4, 16, 256)), len(data) - at)
        match chance.randrange(7):
            case 0 if at < len(data):
                data[at] ^= 1 << chance.randrange(8)
            case 1:
                data[at : at + length] = chance.randbytes(length)
            case 2:
                del data[at : at + length]
            case 3:
                data[at:at] = data[at : at + length] * chance.choice((1, 1, 2, 50))
            case 4 if others:
                other = chance.choice(others)
                first = chance.randrange(len(other))
                data[at:at] = other[first : first + chance.choice((4, 40, 400))]
            case 5:
                data[at : at + length] = chance.choice((b"\0", b"\xff", b"9", b"-", b"\x7f")) * length
            case _:
                del data[at:]
    return bytes(data)


def decoders(torture: torturing.Torture, count: int, seed: int) -> None:
    """Push so many bytes through each decoder."""
    real = [LINES, FRAMES, *(path.read_bytes() for path in CASES)]
    for driver in DRIVERS:
        chance = random.Random(f"{seed} {driver}")
        decoder = decoder_of(driver).from_settings(settings(driver))
        pushed = 0
        before: torturing.Holdings | None = None
        while pushed < count and not torture.is_over():
            data = (
                harmed(chance, chance.choice(real), real) if chance.random() < 0.8 else chance.randbytes(4096)
            )
            began_s = time.monotonic()
            try:
                decoder.push(data)
                if chance.random() < 0.01:
                    decoder.cut()
            except Exception as error:
                torture.expect(False, f"{driver}: {error!r} for {data[:60]!r}")
                return
            torture.expect(time.monotonic() - began_s < MAX_TURN_S, f"{driver}: slow for {data[:60]!r}")
            pushed += len(data)
            if before is None and pushed > count / 10:
                before = torturing.holdings()
        assert before is not None
        growth_mb = torturing.holdings().memory_mb - before.memory_mb
        torture.expect(growth_mb < 20, f"{driver}: memory grew by {growth_mb:.1f} MB")
        torture.say(
            f"decoder {driver}", f"{pushed:,} bytes, memory {growth_mb:+.1f} MB after the first tenth"
        )


def yaml_files(torture: torturing.Torture, count: int, seed: int) -> None:
    """Load so many mutated configurations."""
    chance = random.Random(seed)
    real = [FILE.encode(), (torturing.ROOT / "deploy/edge-agent.example.yaml").read_bytes()]
    for path in ("README.md", "edge_agent/acquire/README.md", "edge_agent/config/README.md"):
        text = (torturing.ROOT / path).read_text(encoding="utf-8")
        real += [part.split("```")[0].encode() for part in text.split("```yaml\n")[1:]]
    loaded = longest = 0
    for number in range(count):
        if torture.is_over():
            count = number
            break
        content = harmed(chance, real[number % len(real)], real).decode(errors="replace")
        began_s = time.monotonic()
        try:
            found = _load(parse_document(Path("agent.yaml"), content, {}), live=bool(number % 2))
            loaded += isinstance(found, AgentSettings)
        except ConfigError as error:
            said = str(error)
            longest = max(longest, len(said))
            torture.expect(all(line.isprintable() for line in said.split("\n")), f"unprintable: {said!r}")
            torture.expect(len(said) < MAX_SAID, f"{len(said)} characters on {content[:60]!r}")
        except Exception as error:
            torture.expect(False, f"yaml: {error!r} for {content!r}")
        torture.expect(time.monotonic() - began_s < MAX_TURN_S, f"yaml: slow for {content[:60]!r}")
    torture.say(
        "yaml files", f"{count:,}, of which {loaded:,} are right; longest message {longest:,} characters"
    )


def _files(
    torture: torturing.Torture, count: int, seed: int, part: str, real: bytes, read: Callable[[Path], object],
    refusal: type[Exception], suffix: str,
) -> None:  # fmt: skip
    chance, taken = random.Random(seed), 0
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / f"f{suffix}"
        for number in range(count):
            if torture.is_over():
                count = number
                break
            path.write_bytes(harmed(chance, real))
            began_s = time.monotonic()
            try:
                read(path)
                taken += 1
            except refusal as error:
                said = str(error)
                torture.expect(len(said) < MAX_SAID, f"{part}: {len(said)} characters")
                torture.expect(said.isprintable(), f"{part}: unprintable: {said!r}")
            except Exception as error:
                torture.expect(False, f"{part}: {error!r}")
            torture.expect(time.monotonic() - began_s < MAX_TURN_S, f"{part}: slow")
    torture.say(part, f"{count:,}, of which {taken:,} can be used")


def recordings(torture: torturing.Torture, count: int, seed: int) -> None:
    """Read so many harmed recordings."""
    with tempfile.TemporaryDirectory() as name:
        write_recording(Path(name) / "r.npz", torturing.a_small_recording())
        real = (Path(name) / "r.npz").read_bytes()
    _files(torture, count, seed, "recordings", real, read_recording, RecordingError, ".npz")


def models(torture: torturing.Torture, count: int, seed: int) -> None:
    """Load so many harmed model files."""
    _files(torture, count, seed, "model files", builtin_path().read_bytes(), Model.load, ModelError, ".onnx")


COMMANDS = [
    (name, json.dumps(fields).encode())
    for name, fields in {
        "acknowledge": {"id": 7, "by": "Anna", "note": "seen", "transaction": 3},
        "capture": {"seconds": 60},
        "feedback": {"id": "m", "right": False, "found": "nothing"},
        "learn": {"sound": True},
        "log_level": {"level": "info"},
        "self_test": {},
        "reload": {},
    }.items()
]


class _NoAlarm:
    latched = None


def commands(torture: torturing.Torture, count: int, seed: int) -> None:
    """Send so many harmed commands through the inbox to what obeys them."""
    chance, replies, done = random.Random(seed), [], 0
    now_s = 0.0
    inbox = Inbox("edge-agent/a", replies.append, lambda: now_s)
    remote = Remote("m", _NoAlarm(), lambda: None)  # type: ignore[arg-type]
    for number in range(count):
        if torture.is_over():
            count = number
            break
        now_s += 6.0
        name, payload = chance.choice(COMMANDS)
        if chance.random() < 0.1:
            name = harmed(chance, name.encode()).decode(errors="replace")
        payload = harmed(chance, payload, [payload for _, payload in COMMANDS])
        try:
            inbox.receive(Incoming(f"edge-agent/a/command/{name}", payload, chance.random() < 0.05))
            for request in inbox.requests():
                reply = remote.answer(request)
                if reply is not None:
                    replies.append(reply)
            while replies:
                reply = replies.pop()
                assert isinstance(reply, Reply)
                said = encode(payload_of(reply)).decode()
                done += reply.error is None
                torture.expect(len(said) < 20_000, f"command: {len(said)} characters")
        except Exception as error:
            torture.expect(False, f"command {name!r} {payload!r}: {error!r}")
    torture.say("commands", f"{count:,}, of which {done:,} were done")


REQUESTS = [
    b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    b"GET /metrics HTTP/1.0\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer x\r\nConnection: close\r\n\r\n",
    b"POST /acknowledge HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
    b"GET /captures/../../etc/passwd HTTP/1.0\r\n\r\n",
]


def requests(torture: torturing.Torture, count: int, seed: int) -> None:
    """Send so many harmed HTTP requests to the server of the agent."""
    from serving import free_port, get, http_settings, wait_for

    chance, port = random.Random(seed), free_port()
    with tempfile.TemporaryDirectory() as name:
        web = open_sink(http_settings(Path(name), HttpSettings(port=port)))
        assert web is not None
        with web, contextlib.redirect_stderr(io.StringIO()) as log:
            wait_for(port, "/healthz", lambda answer: answer.status > 0)
            before = torturing.holdings()
            for number in range(count):
                if torture.is_over():
                    count = number
                    break
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 10) as line:
                    line.sendall(harmed(chance, chance.choice(REQUESTS), REQUESTS))
                    line.shutdown(socket.SHUT_WR)
                    while line.recv(65_536):
                        pass
            torture.expect(get(port, "/healthz").status > 0, "http: the server does not answer any more")
            after = torturing.holdings()
        torture.expect("Traceback" not in log.getvalue(), f"http: {log.getvalue()[-2000:]}")
        torture.expect(after.descriptors <= before.descriptors + 5, f"http: {before} -> {after}")
        torture.expect(after.memory_mb < before.memory_mb + 20, f"http: {before} -> {after}")
        growth_mb = after.memory_mb - before.memory_mb
        torture.say(
            "http requests", f"{count:,}, memory {growth_mb:+.1f} MB, descriptors {after.descriptors}"
        )


if __name__ == "__main__":
    cli.log_to_stderr()
    torturing.main(
        "fuzz",
        {
            "decoders": (decoders, 100_000_000),
            "yaml": (yaml_files, 200_000),
            "recordings": (recordings, 200_000),
            "models": (models, 2_000),
            "commands": (commands, 200_000),
            "requests": (requests, 200_000),
        },
    )
