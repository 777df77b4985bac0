"""Starts what Debian has of a fleet's centre, on loopback and in a temporary folder, and ends it again.

    PYTHONPATH=. python deploy/fleet/on_loopback.py     # until Ctrl-C; needs the packages that it names

Broker (Mosquitto), database (PostgreSQL without TimescaleDB), collector (mosquitto_sub, rsyslog), the
exporter of the database and Prometheus. The files are those of this folder, with other ports and paths.
"""

import getpass
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path

from calibration.processes.children import Child

FOLDER = Path(__file__).resolve().parent
SQL = ("schema", "states_plain", "messages", "views", "roles")
AUTOSAVE_S = 60.0
"""The broker writes down so often, s, what it retains and queues: as `edge-agent fleet make` has it."""
START_S = 60.0
"""Far longer than any of them takes to start: it bounds a hang."""
PACKAGES = {
    "mosquitto": "mosquitto",
    "mosquitto_sub": "mosquitto-clients",
    "rsyslogd": "rsyslog",
    "initdb": "postgresql",
    "prometheus": "prometheus",
    "prometheus-postgres-exporter": "prometheus-postgres-exporter",
}
"""Package of each program. rsyslog needs rsyslog-pgsql beside it."""


class MissingError(Exception):
    """A program is not installed."""


def program(name: str) -> str:
    """Return the path of a program. Raises MissingError with what to install."""
    places = [*os.get_exec_path(), "/usr/sbin", "/usr/local/sbin"]
    places += [str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    found = shutil.which(name, path=os.pathsep.join(places))
    if found is None:
        raise MissingError(f"{name} is not installed: apt install {PACKAGES.get(name, name)}")
    return found


def free_port() -> int:
    """Return a TCP port of loopback that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Broker:
    """Mosquitto; what it retains and queues survives a restart."""

    def __init__(self, folder: Path, config: str = "allow_anonymous true\n") -> None:
        self.port = free_port()
        self.pid = 0
        self._folder = folder / "broker"
        self._folder.mkdir()
        self._child: Child | None = None
        (self._folder / "mosquitto.conf").write_text(
            f"user {getpass.getuser()}\npersistence true\npersistence_location {self._folder}/\n"
            "max_queued_messages 0\nmax_queued_bytes 1073741824\nmax_packet_size 65536\n"
            f"autosave_interval {AUTOSAVE_S:.0f}\nlog_dest none\nlistener {self.port} 127.0.0.1\n{config}"
        )

    def start(self) -> None:
        command = [program("mosquitto"), "-c", str(self._folder / "mosquitto.conf")]
        self._child = Child("mosquitto", command, self._folder)
        self._child.wait_for(lambda: _listens(self.port), "listen", START_S)
        self.pid = self._child.pid

    def stop(self) -> None:
        if self._child is not None:
            self._child.stop()
        self._child = None

    def kill(self) -> None:
        """End it without a chance to write anything."""
        os.kill(self.pid, signal.SIGKILL)
        self.stop()


class Database:
    """PostgreSQL with the schema of this folder; only a socket in its folder, no port."""

    def __init__(self, folder: Path, *, is_safe: bool = True) -> None:
        """Make it and start it; one that is not safe may lose rows in a power cut, which no test has."""
        self._folder = folder / "database"
        self._folder.mkdir()
        self._data = self._folder / "data"
        self._as: list[str] = []
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            shutil.chown(self._folder, "postgres")
            self._as = ["runuser", "-u", "postgres", "--"]
        _run([*self._as, program("initdb"), "--no-sync", "-D", self._data, "-A", "trust", "-U", "postgres"])
        with (self._data / "postgresql.conf").open("a") as config:
            config.write(
                f"listen_addresses = ''\nunix_socket_directories = '{self._folder}'\nshared_buffers = 512MB\n"
                f"fsync = {'on' if is_safe else 'off'}\n"
            )
        self.start()
        _run([program("psql"), *self._at, "-U", "postgres", "-c", "CREATE DATABASE fleet"])
        for name in SQL:
            self.execute((FOLDER / "database" / f"{name}.sql").read_text())

    @property
    def host(self) -> str:
        """The folder of its socket, as libpq takes it for a host."""
        return str(self._folder)

    @property
    def pid(self) -> int:
        return int((self._data / "postmaster.pid").read_text().split()[0])

    @property
    def _at(self) -> list[str]:
        return ["-h", self.host, "-q", "-v", "ON_ERROR_STOP=1"]

    def start(self) -> None:
        log = self._folder / "postgresql.log"
        _run([*self._as, program("pg_ctl"), "-D", self._data, "-l", log, "-w", "-t", "60", "start"])

    def stop(self, how: str = "fast") -> None:
        with suppress(subprocess.CalledProcessError):  # it may be stopped already
            _run([*self._as, program("pg_ctl"), "-D", self._data, "-m", how, "-w", "stop"])

    def execute(self, sql: str) -> None:
        """Run SQL as the superuser. Raises CalledProcessError with what PostgreSQL says."""
        _run([program("psql"), *self._at, "-U", "postgres", "-d", "fleet"], sql)

    def copy(self, command: str, rows: str) -> None:
        """Give rows to a COPY, with the rights of the collector."""
        _run([program("psql"), *self._at, "-U", "collector", "-d", "fleet", "-c", command], rows)

    def ask(self, query: str, user: str = "grafana") -> list[list[str]]:
        """Return the rows of a query as text, by default with the rights of the dashboard."""
        command = [program("psql"), *self._at, "-U", user, "-d", "fleet", "-At", "-F", "\x1f", "-R", "\x1e"]
        text = _run([*command, "-c", query])  # nothing at all without a row; a newline after the last one
        return [row.split("\x1f") for row in text.removesuffix("\n").split("\x1e")] if text else []


class Collector:
    """mosquitto_sub with a session that survives, and rsyslog with its queue on disk."""

    def __init__(self, folder: Path, broker_port: int, database: str, prefixes: tuple[str, ...]) -> None:
        self._folder = folder / "collector"
        (self._folder / "work").mkdir(parents=True)
        self._port = free_port()
        self.children: list[Child] = []
        config = (FOLDER / "rsyslog" / "fleet.conf").read_text()
        config = config.replace('port="5514"', f'port="{self._port}"')
        config = config.replace("localhost/fleet?passfile=/etc/edge-fleet/pgpass", f"/fleet?host={database}")
        config = config.replace("maxMessageSize=", f'workDirectory="{self._folder}/work" maxMessageSize=')
        (self._folder / "rsyslog.conf").write_text(config)
        self._collect = ["env", f"PREFIX={' '.join(prefixes)}", f"RSYSLOG_PORT={self._port}"]
        self._collect += [str(FOLDER / "rsyslog" / "collect.sh"), "-h", "127.0.0.1", "-p", str(broker_port)]

    def start(self) -> None:
        """Begin; from then on the broker keeps for the collector what is said."""
        program("mosquitto_sub")
        command: list[str | Path] = [program("rsyslogd"), "-n", "-f", self._folder / "rsyslog.conf"]
        rsyslog = Child("rsyslog", [*command, "-i", self._folder / "rsyslog.pid"], self._folder)
        self.children = [rsyslog]
        rsyslog.wait_for(lambda: _listens(self._port), "listen", START_S)
        _run([*self._collect, "-E"])  # ends once it has subscribed
        self.children.append(Child("collect", self._collect, self._folder))

    def stop(self) -> None:
        for child in reversed(self.children):
            child.stop()
        self.children = []


class Metrics:
    """The exporter of the database, and Prometheus with the rules."""

    def __init__(self, folder: Path, database: str) -> None:
        self._folder = folder / "metrics"
        self._folder.mkdir()
        self.port, self._exporter_port = free_port(), free_port()
        self._source = f"host={database} user=grafana dbname=fleet sslmode=disable"
        self._children: list[Child] = []
        own = FOLDER / "prometheus"
        shutil.copy(own / "fleet.rules.yml", self._folder)
        config = (own / "prometheus.example.yml").read_text()
        config = config.replace("localhost:9187", f"127.0.0.1:{self._exporter_port}")
        (self._folder / "prometheus.yml").write_text(config)

    @property
    def url(self) -> str:
        """Where Prometheus answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def page(self) -> str:
        """Where the exporter answers."""
        return f"http://127.0.0.1:{self._exporter_port}/metrics"

    def start(self) -> None:
        os.environ["DATA_SOURCE_NAME"] = self._source  # the exporter takes it from there only
        queries = FOLDER / "prometheus" / "queries.yml"
        exporter = [program("prometheus-postgres-exporter"), f"--extend.query-path={queries}"]
        exporter += [f"--web.listen-address=127.0.0.1:{self._exporter_port}", "--disable-default-metrics"]
        self._children.append(Child("exporter", [*exporter, "--disable-settings-metrics"], self._folder))
        command = [program("prometheus"), f"--config.file={self._folder}/prometheus.yml"]
        command += [f"--storage.tsdb.path={self._folder}/data", f"--web.listen-address=127.0.0.1:{self.port}"]
        self._children.append(Child("prometheus", command, self._folder))
        for child, port in zip(self._children, (self._exporter_port, self.port), strict=True):
            child.wait_for(partial(_listens, port), "listen", START_S)

    def stop(self) -> None:
        for child in reversed(self._children):
            child.stop()
        self._children = []


class Centre:
    """All of them."""

    def __init__(self, folder: Path, prefixes: tuple[str, ...] = ("edge-agent", "+/edge-agent")) -> None:
        self.folder = folder
        folder.chmod(0o755)  # the user of the database must reach its own folder below
        self.broker = Broker(folder)
        self.database = Database(folder)
        self.collector = Collector(folder, self.broker.port, self.database.host, prefixes)


@contextmanager
def a_centre(prefixes: tuple[str, ...] = ("edge-agent", "+/edge-agent")) -> Iterator[Centre]:
    """Run broker, database and collector in a temporary folder; end them again."""
    with tempfile.TemporaryDirectory(prefix="fleet-") as name, ExitStack() as ending:
        centre = Centre(Path(name), prefixes)
        ending.callback(centre.database.stop)
        centre.broker.start()
        ending.callback(centre.broker.stop)
        centre.collector.start()
        ending.callback(centre.collector.stop)
        yield centre


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _run(command: Sequence[object], given: str = "") -> str:
    done = subprocess.run(
        [str(part) for part in command],
        input=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        cwd="/",
    )
    if done.returncode != 0:
        raise subprocess.CalledProcessError(done.returncode, str(command[0]), done.stdout, done.stderr)
    return done.stdout


def end_in_order() -> None:
    """Have SIGTERM end what was started, as Ctrl-C does."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


def main() -> int:
    """Start all, say where, and wait for Ctrl-C."""
    end_in_order()
    try:
        with a_centre() as centre, ExitStack() as ending:
            print(f"broker:     mqtt://127.0.0.1:{centre.broker.port}, open to everybody on this machine")
            print(f"database:   psql -h {centre.database.host} -U grafana fleet")
            metrics = Metrics(centre.folder, centre.database.host)
            ending.callback(metrics.stop)
            try:
                metrics.start()
                print(f"prometheus: {metrics.url}, exporter: {metrics.page}")
            except MissingError as error:
                print(f"no metrics: {error}")
            print(f"agents:     edge-calibrate crowd --agents 1000 --port {centre.broker.port}")
            print("Ctrl-C ends all of it, and its data")
            with suppress(KeyboardInterrupt):
                while True:
                    time.sleep(1.0)
    except MissingError as error:
        print(f"on_loopback.py: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
