"""Try two revisions of the package in a fresh root: install, run, upgrade, roll back, remove, purge.

    make deb-test [SUITE=bookworm]          as root; takes some minutes and ends by itself

The agent of the package runs in the root against a virtual DAQ on a pseudo-terminal and a Mosquitto with TLS,
passwords and the shipped access list, both of this machine, on loopback. Nothing that it has learned or
raised may get lost by an upgrade or a way back, and a purge must leave the tree and the broker as they were.
"""

import argparse
import contextlib
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
from broker import Mosquitto, Subscriber, wait_until

from calibration.processes.play import CONFIG

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"
AGENT = "pump-7"
ALARM_S = 300.0
"""Longest wait for the alarm, s; a free machine takes 30 s."""
PASSWORD = "try-package"
LEFT_BY_SYSTEM = (
    "etc/passwd-",
    "etc/shadow-",
    "etc/group-",
    "etc/gshadow-",
    "etc/ld.so.cache",
    "var/log/",
    "var/cache/",
    "var/lib/apt/",
    "var/lib/dpkg/",
    "run/",
    "tmp/",
    "root/",
    "etc/apt/",
)
"""Where the package manager itself keeps notes of what it did."""


class Root:
    """A debootstrapped tree in which commands run."""

    def __init__(self, path: Path, suite: str) -> None:
        self.path = path
        self._mounts: set[Path] = set()
        if not (path / "usr/bin/apt-get").exists():
            include = "systemd,ca-certificates,passwd,procps,python3,libstdc++6"  # what it depends on stays
            host(["debootstrap", "--variant=minbase", f"--include={include}", suite, str(path)])
        for name in Path("/etc/apt/apt.conf.d").glob("99*"):  # proxies and the like of this machine
            shutil.copy(name, path / "etc/apt/apt.conf.d")
        (path / "etc/hosts").write_text("127.0.0.1 localhost\n")  # the installer of Debian writes it
        (path / "usr/sbin/policy-rc.d").write_text("#!/bin/sh\nexit 101\n")  # no services in here
        (path / "usr/sbin/policy-rc.d").chmod(0o755)

    @contextlib.contextmanager
    def mounted(self, folder: Path) -> Iterator[None]:
        """Have `folder` under the same name in the tree, and the devices of this machine."""
        with contextlib.ExitStack() as mounts:
            for kind, name in (("proc", "proc"), ("", "dev"), ("", "dev/pts"), ("", str(folder)[1:])):
                target = self.path / name
                target.mkdir(parents=True, exist_ok=True)
                self._mounts.add(target)
                how = ["-t", kind, kind] if kind else ["--bind", f"/{name}"]
                host(["mount", *how, str(target)])
                mounts.callback(host, ["umount", "-l", str(target)])
            yield

    def command(self, *words: str) -> list[str]:
        return ["chroot", str(self.path), *words]

    def run(self, *words: str, status: int = 0) -> str:
        done = subprocess.run(
            self.command(*words), capture_output=True, text=True, check=False, env=plain_env()
        )
        if done.returncode != status:
            raise SystemExit(f"{' '.join(words)}: status {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def install(self, package: Path) -> None:
        shutil.copy(package, self.path / "root")
        self.run(
            "apt-get",
            "install",
            "-q",
            "-y",
            "--no-install-recommends",
            "--allow-downgrades",
            f"/root/{package.name}",
        )

    def tree(self) -> dict[str, str]:
        """Every file that is not the package manager's own, with what it holds."""
        found = {}
        for folder, below, names in os.walk(self.path):
            below[:] = [name for name in below if Path(folder) / name not in self._mounts]
            for file in (Path(folder) / name for name in names):
                name = str(file.relative_to(self.path))
                if not name.startswith(LEFT_BY_SYSTEM):
                    found[name] = str(file.readlink()) if file.is_symlink() else _digest(file)
        return found


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def plain_env() -> dict[str, str]:
    return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}


def host(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


@contextlib.contextmanager
def child(command: list[str], log: Path, **options: object) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("ab") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file, **options)  # type: ignore[call-overload]
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def tls_broker(folder: Path) -> Mosquitto:
    """Mosquitto as shipped: TLS, passwords, the access list."""
    host([str(DEPLOY / "mosquitto/make-certificates.sh"), "localhost", str(folder / "certs")])
    for user in (AGENT, "monitor"):
        flags = ["-b"] if (folder / "passwords").exists() else ["-b", "-c"]
        host(["mosquitto_passwd", *flags, str(folder / "passwords"), user, PASSWORD])
    text = (DEPLOY / "mosquitto/edge-agent.conf").read_text()
    for old, new in (
        ("listener 8883", "listener {port} 127.0.0.1"),
        ("/etc/mosquitto/certs", str(folder / "certs")),
        ("/etc/mosquitto/edge-agent.passwords", str(folder / "passwords")),
        ("/etc/mosquitto/edge-agent.acl", str(DEPLOY / "mosquitto/edge-agent.acl")),
    ):
        text = text.replace(old, new)
    broker = Mosquitto(folder, text)
    broker.start()
    return broker


def configure(root: Root, folder: Path, port: int) -> None:
    """Write the configuration of the demo's motor where the package looks for it."""
    text = CONFIG.format(port=folder / "port", broker_port=port, state_dir="/var/lib/edge-agent")
    text = (
        text.replace("{id: demo}", f"{{id: {AGENT}}}")
        .replace("demo-motor", "m")
        .replace("127.0.0.1", "localhost")
    )
    text = text.replace(
        "heartbeat_s: 5}",
        f"heartbeat_s: 5, username: {AGENT}, password_file: mqtt-password, tls: {{ca_file: ca.crt}}}}",
    )
    text += "homeassistant: {enabled: true}\n"
    etc = root.path / "etc/edge-agent"
    (etc / "edge-agent.yaml").write_text(text)
    shutil.copy(folder / "certs/ca.crt", etc)
    (etc / "mqtt-password").write_text(f"{PASSWORD}\n")
    root.run("chown", "root:edge-agent", "/etc/edge-agent/mqtt-password")
    root.run("chmod", "0640", "/etc/edge-agent/mqtt-password")
    root.run("install", "-d", "-o", "edge-agent", "-g", "edge-agent", "/var/lib/edge-agent")


def agent(root: Root, log: Path) -> contextlib.AbstractContextManager[subprocess.Popen[bytes]]:
    """The service's own command as its own user, with dialout's group."""
    inside = ["runuser", "-u", "edge-agent", "-g", "edge-agent", "-G", "dialout", "-G", "tty", "--"]
    program = ["/opt/edge-agent/bin/edge-agent", "run", "-c", "/etc/edge-agent/edge-agent.yaml"]
    return child([*root.command(*inside), *program], log, env=plain_env() | {"OMP_NUM_THREADS": "1"})


def listen(port: int, folder: Path, name: str) -> Subscriber:
    more = ["--cafile", str(folder / "certs/ca.crt"), "-u", "monitor", "-P", PASSWORD]
    return Subscriber(port, "#", name=name, more=more)


def kept(root: Root) -> dict[str, str]:
    """What the agent has learned, raised and kept."""
    state = root.path / "var/lib/edge-agent"
    return {
        str(file.relative_to(state)): _digest(file)
        for file in sorted(state.rglob("*"))
        if file.is_file() and file.name != "agent.lock"
    }


def alarm_of(listener: Subscriber, ready: Callable[[dict[str, object]], bool]) -> dict[str, object]:
    """The first alarm that is ready."""

    def heard(messages: object) -> bool:
        return any(ready(message.json()) for message in listener.on(f"edge-agent/{AGENT}/m/alarm"))

    listener.wait_for(heard, ALARM_S)
    return next(m.json() for m in listener.on(f"edge-agent/{AGENT}/m/alarm") if ready(m.json()))


def trial(root: Root, packages: list[Path], folder: Path) -> None:
    """Go the whole way; raises SystemExit or AssertionError where something is wrong."""
    before = root.tree()
    say("install")
    root.install(packages[0])
    check_units(root)
    broker = tls_broker(folder)
    daq = [sys.executable, "-m", "calibration.cli", "simulate", "--serial", "--link", str(folder / "port")]
    with contextlib.ExitStack() as open_now:
        open_now.callback(broker.stop)
        open_now.enter_context(child([*daq, "--broken-bars", "2"], folder / "daq.log", cwd=ROOT))
        wait_until((folder / "port").exists, 120)
        (folder / "port").resolve().chmod(0o666)
        configure(root, folder, broker.port)
        check_configuration(root)
        raised = run_until_alarm(root, broker, folder)
        change_revisions(root, packages)
        broker.start()
        again = run_until_confirmed_anew(root, broker, folder, raised)
        assert again["since"] == raised["since"], (raised, again)
        say(f"after both the alarm of {again['since']} is still there")
        say("remove and purge")
        root.run("apt-get", "purge", "-q", "-y", "edge-agent")
        check_broker_is_clear(broker, folder)
    check_tree_is_as_before(root, before)
    say("nothing is left: no file, no user, no retained topic")


def check_units(root: Root) -> None:
    """The service is enabled; systemd finds its unit clean and its exposure low."""
    assert (root.path / "etc/systemd/system/multi-user.target.wants/edge-agent.service").is_symlink()
    units = ("edge-agent.service", "edge-agent@x.service")
    say(root.run("systemd-analyze", "verify", *units) or "systemd verify: clean")
    unit = "/lib/systemd/system/edge-agent.service"
    found = root.run("systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", unit)
    say(found.splitlines()[-1])


def check_configuration(root: Root) -> None:
    """As the service's user `check` and `doctor` find nothing wrong."""
    command = ["runuser", "-u", "edge-agent", "--", "edge-agent"]
    root.run(*command, "check", "/etc/edge-agent/edge-agent.yaml")
    report = root.run(*command, "doctor", "-c", "/etc/edge-agent/edge-agent.yaml")
    say(f"doctor: {report.splitlines()[-1]}")


def run_until_alarm(root: Root, broker: Mosquitto, folder: Path) -> dict[str, object]:
    """Run until the alarm, then without the broker: what comes then waits in the outbox."""
    with (
        contextlib.closing(listen(broker.port, folder, "life")) as listener,
        agent(root, folder / "agent.log"),
    ):
        raised = alarm_of(listener, lambda alarm: bool(alarm["active"]))
        say(f"alarm: {raised['summary']}")
        broker.stop()
        time.sleep(5)
    return raised


def change_revisions(root: Root, packages: list[Path]) -> None:
    """Upgrade and roll back; neither may change what the agent keeps."""
    noted = kept(root)
    say(f"kept in {len(noted)} files: {', '.join(noted)}")
    for package, what in ((packages[1], "upgrade"), (packages[0], "roll back")):
        say(f"{what} to {package.name}")
        root.install(package)
        assert kept(root) == noted, f"the {what} has changed what was kept"


def run_until_confirmed_anew(
    root: Root, broker: Mosquitto, folder: Path, raised: dict[str, object]
) -> dict[str, object]:
    """Run until the motor shows the fault again; return the alarm as it is then."""

    def is_newer(alarm: dict[str, object]) -> bool:
        return bool(alarm["active"]) and alarm["last_confirmed"] != raised["last_confirmed"]

    with (
        contextlib.closing(listen(broker.port, folder, "later")) as listener,
        agent(root, folder / "agent.log"),
    ):
        return alarm_of(listener, is_newer)


def check_broker_is_clear(broker: Mosquitto, folder: Path) -> None:
    """A new subscriber gets nothing retained before a message that is published now."""
    with contextlib.closing(listen(broker.port, folder, "last")) as listener:
        login = ["--cafile", str(folder / "certs/ca.crt"), "-u", AGENT, "-P", PASSWORD]
        end = ["-q", "1", "-t", f"edge-agent/{AGENT}/reply/end", "-m", "{}"]
        host(["mosquitto_pub", "-h", "localhost", "-p", str(broker.port), *login, *end])
        listener.wait_for(lambda messages: messages)
        left = [message.topic for message in listener.messages if message.retain]
    assert not left, f"retained topics are left: {left}"


def check_tree_is_as_before(root: Root, before: dict[str, str]) -> None:
    """No file was left or changed, and no user."""
    after = root.tree()
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    changed -= {"etc/passwd", "etc/shadow", "etc/group", "etc/gshadow"}
    assert not changed, f"the purge left or changed {sorted(changed)[:20]}"
    assert "edge-agent" not in (root.path / "etc/passwd").read_text() + (root.path / "etc/group").read_text()


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--suite", default="bookworm")
    parser.add_argument(
        "--work", type=Path, default=ROOT / "build/deb-test", help="folder for the root, kept"
    )
    parser.add_argument(
        "packages", type=Path, nargs=2, help="two revisions of the package, the older one first"
    )
    args = parser.parse_args()
    folder = args.work.resolve() / "run"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    root = Root(args.work.resolve() / args.suite, args.suite)
    with root.mounted(folder):
        root.run("apt-get", "update", "-q")
        with contextlib.suppress(SystemExit):
            root.run("apt-get", "purge", "-q", "-y", "edge-agent")  # of a trial that was cut short
        trial(root, args.packages, folder)
    print(json.dumps({"suite": args.suite, "result": "passed"}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
