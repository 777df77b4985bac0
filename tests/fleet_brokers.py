"""Real brokers with the files that `edge-agent fleet` writes."""

import shutil
import signal
from pathlib import Path

from broker import Mosquitto

from edge_agent.config import load_agent
from edge_agent.publish.settings import MqttSettings


class FleetBroker(Mosquitto):
    """The broker of a site, or of the centre, on loopback."""

    def __init__(self, fleet: Path, below: str, own: Path, bridge_port: int | None = None) -> None:
        """Take the files of `fleet/below`; with `bridge_port`, report to a centre on that port."""
        self._given = fleet / below
        self._own = own
        own.mkdir(parents=True, exist_ok=True)
        config = (
            (self._given / "edge-agent.conf")
            .read_text()
            .replace("listener 8883", "listener {port} localhost")
        )
        if bridge_port is not None:
            bridge = (self._given / "bridge.conf").read_text()
            config += bridge.replace("address localhost:8883", f"address localhost:{bridge_port}")
        config = config.replace("/etc/mosquitto/certs/", f"{own}/").replace("/etc/mosquitto/", f"{own}/")
        super().__init__(own, config)
        self.install()

    def install(self) -> None:
        """Give the broker the files as they are now."""
        for file in self._given.iterdir():
            if file.name != "edge-agent.conf":
                shutil.copy(file, self._own)

    def reload(self) -> None:
        """Give the broker the files as they are now, and have it read them, as `systemctl reload` does."""
        self.install()
        assert self._process is not None
        self._process.send_signal(signal.SIGHUP)


def settings_of(fleet: Path, agent: str, port: int) -> MqttSettings:
    """Return how an agent reaches its broker, as its configuration says; only the port is the test's."""
    file = fleet / "agents" / agent / "edge-agent.yaml"
    file.write_text(file.read_text().replace("port: 8883", f"port: {port}"))
    settings, _ = load_agent(file)
    return settings.shared.mqtt_settings()
