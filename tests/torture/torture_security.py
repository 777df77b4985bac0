"""What an attacker may try: brokers that are not what they say, files made to harm, secrets to be found.

Where a test of the suite tries the same, that test is run; the rest is tried here with real processes.
"""

import re
import socket
import ssl
import subprocess
import sys
import tarfile
import tempfile
import threading
import tomllib
import warnings
from pathlib import Path

import torturing
from broker import Mosquitto, free_port
from plant import Program, write_config

from edge_agent.publish.mqtt.connection import Connection, ConnectionFailedError
from edge_agent.publish.mqtt.terms import Terms
from edge_agent.publish.settings import MqttSettings, TlsSettings

SUITE = {
    "mutual TLS, ACLs, who comes in": "tests/deploy/test_mosquitto.py",
    "model files": "tests/diagnose/test_model_file.py",
    "recordings": "tests/acquire/test_archive.py",
    "archives of backups": "tests/backup/test_reading.py",
    "archive for support": "tests/commands/test_support.py tests/doctor/test_secrets_out.py",
    "YAML": "tests/config/test_document.py",
    "locked packages": "tests/deploy/test_debian.py -k locked",
}
"""What is tried by which tests of the suite."""
SECRET = "Zx7-correct-horse-battery"


def suite(torture: torturing.Torture, count: int, seed: int) -> None:
    """Run the tests of the suite."""
    for what, tests in SUITE.items():
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests.split()]
        done = subprocess.run(command, cwd=torturing.ROOT, capture_output=True, text=True, check=False)
        said = (done.stdout.strip().splitlines() or [""])[-1]
        torture.expect(done.returncode == 0, f"{what}: {done.stdout[-1500:]}")
        torture.say(what, said)


def _certificate(folder: Path, name: str, host: str, days: str, authority: str | None) -> None:
    """Make a key and a certificate, signed by an authority or by itself."""

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    new = ["req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-subj", f"/CN={host}"]
    if authority is None:
        openssl(*new, "-x509", "-days", "30", "-out", f"{name}.crt")
        return
    openssl(*new, "-out", f"{name}.csr", "-addext", f"subjectAltName=DNS:{host}")
    sign = ["x509", "-req", "-in", f"{name}.csr", "-CA", f"{authority}.crt", "-CAkey", f"{authority}.key"]
    openssl(*sign, "-days", days, "-copy_extensions", "copy", "-CAcreateserial", "-out", f"{name}.crt")


def tls(torture: torturing.Torture, count: int, seed: int) -> None:
    """Connect to brokers that must be refused, and to one that must not."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for authority in ("ca", "stranger"):
            _certificate(folder, authority, authority, "30", None)
        _certificate(folder, "right", "localhost", "30", "ca")
        _certificate(folder, "other_host", "example.org", "30", "ca")
        _certificate(folder, "expired", "localhost", "-1", "ca")
        _certificate(folder, "foreign", "localhost", "30", "stranger")
        wanted = {
            "right": None,
            "other_host": "Hostname mismatch",
            "expired": "certificate has expired",
            "foreign": "unable to get local issuer certificate|self-signed certificate",
            "old": "protocol version|unsupported protocol|alert",
        }
        for case, words in wanted.items():
            said = _connect_by_tls(folder, case)
            right = said == "" if words is None else re.search(words, said) is not None
            torture.expect(right, f"TLS {case}: {said or 'was accepted'}")
    torture.say(
        "TLS", f"{len(wanted) - 1} brokers refused: {', '.join(list(wanted)[1:])}; the right one accepted"
    )


def _connect_by_tls(folder: Path, case: str) -> str:
    """Return why a connection was refused; empty if it was not."""
    certificate = "right" if case == "old" else case
    if case == "old":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings(action="ignore"):  # that it is deprecated is the point
            context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
        context.load_cert_chain(folder / "right.crt", folder / "right.key")
        port = _serve(context)
        broker = None
    else:
        broker = Mosquitto(
            folder,
            f"listener {{port}} 127.0.0.1\nallow_anonymous true\ncertfile {folder}/{certificate}.crt\n"
            f"keyfile {folder}/{certificate}.key\n",
        )
        broker.start()
        port = broker.port
    settings = MqttSettings("localhost", port, tls=TlsSettings(folder / "ca.crt"), connect_timeout_s=20)
    terms = Terms("edge-agent/a/status")
    try:
        connection = Connection(settings, "a", terms.will, terms.protocol, lambda: None)
        connection.open()
        connection.close(5)
    except ConnectionFailedError as error:
        return str(error)
    finally:
        if broker is not None:
            broker.stop()
    return ""


def _serve(context: ssl.SSLContext) -> int:
    """Accept one connection by TLS on a port; return the port."""
    server = socket.create_server(("127.0.0.1", free_port()))

    def accept() -> None:
        line, _ = server.accept()
        try:
            context.wrap_socket(line, server_side=True).recv(1)
        except OSError:
            line.close()

    threading.Thread(target=accept, daemon=True).start()
    return int(server.getsockname()[1])


def secrets(torture: torturing.Torture, count: int, seed: int) -> None:
    """Look for a password wherever it must not be, while an agent is logged in with it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "password").write_text(SECRET)
        users = folder / "users"
        subprocess.run(
            ["mosquitto_passwd", "-b", "-c", users, "agent", SECRET], check=True, capture_output=True
        )
        broker = Mosquitto(
            folder, f"listener {{port}} 127.0.0.1\nallow_anonymous false\npassword_file {users}\n"
        )
        broker.start()
        config = write_config(
            folder, port=str(folder / "none"), broker_port=broker.port,
            mqtt=f"username: agent, password_file: {folder}/password",
        )  # fmt: skip
        agent = Program("edge_agent.cli", "run", "-c", str(config))
        try:
            agent.wait_for(lambda line: "MQTT: connected" in line)
            process = Path(f"/proc/{agent.process.pid}")
            places = {part: (process / part).read_bytes() for part in ("cmdline", "environ")}
            limits = (process / "limits").read_text()
            command = ["support", "-c", str(config), "-o", str(folder / "support.tar.gz")]
            subprocess.run(
                [sys.executable, "-m", "edge_agent.cli", *command], cwd=torturing.ROOT, check=False
            )
            agent.process.send_signal(6)  # as the watchdog of systemd does
            agent.process.wait(60)
        finally:
            agent.kill()
            broker.stop()
        with tarfile.open(folder / "support.tar.gz") as parts:
            for part in parts:
                file = parts.extractfile(part)
                places[f"support: {part.name}"] = b"" if file is None else file.read()
        places["log"] = "\n".join(agent.lines).encode()
        for path in (folder / "state").rglob("*"):
            places[f"state: {path.name}"] = path.read_bytes() if path.is_file() else b""
        found = [place for place, content in places.items() if SECRET.encode() in content]
    torture.expect(not found, f"the password is in {found}")
    torture.expect(re.search(r"Max core file size +0 +0 ", limits), "a core would be written")
    torture.say("secrets", f"{len(places)} places without the password; no core is written")


def pinned(torture: torturing.Torture, count: int, seed: int) -> None:
    """See that all that a package installs is one exact file; whether it has known holes is asked online."""
    project = tomllib.loads((torturing.ROOT / "pyproject.toml").read_text())["project"]
    names = {
        re.split(r"[^A-Za-z0-9_.-]", one)[0].lower().replace("-", "_") for one in project["dependencies"]
    }
    for lock in sorted((torturing.ROOT / "deploy/debian/lock").glob("*.txt")):
        entries = re.findall(
            r"^([A-Za-z0-9_.-]+)==([^ ]+) ((?:\\\n +--hash=sha256:[0-9a-f]{64} ?)+)", lock.read_text(), re.M
        )
        lines = [line for line in lock.read_text().splitlines() if line and not line.startswith(("#", " "))]
        torture.expect(
            len(entries) == len(lines), f"{lock.name}: {len(lines) - len(entries)} without version or hash"
        )
        locked = {one.lower().replace("-", "_") for one, _, _ in entries}
        torture.expect(names <= locked, f"{lock.name} lacks {names - locked}")
        torture.say(f"pinned {lock.name}", f"{len(entries)} packages, each with version and SHA-256")


if __name__ == "__main__":
    torturing.main(
        "security", {"pinned": (pinned, 1), "tls": (tls, 1), "secrets": (secrets, 1), "suite": (suite, 1)}
    )
