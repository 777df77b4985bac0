"""A Mosquitto set up as the guide says, with certificates, passwords and the access list of the project."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from broker import Mosquitto

from edge_agent.publish.settings import (
    MqttSettings,
    TlsSettings,
)

EXAMPLE = Path(__file__).parents[2] / "deploy" / "mosquitto"
PASSWORDS = {
    "monitor": "m0nitor",
    "operator": "0perator",
    "homeassistant": "h4",
    "pump-7": "p7",
    "pump-8": "p8",
}


@dataclass(frozen=True)
class Site:
    """A broker set up as the guide says, with certificates for `localhost`."""

    broker: Mosquitto
    folder: Path

    def publish(
        self, user: str | None, topic: str, *more: str, message: str = "hello"
    ) -> subprocess.CompletedProcess[str]:
        """Publish a message with mosquitto_pub."""
        login = ["-u", user, "-P", PASSWORDS[user]] if user else []
        command = ["mosquitto_pub", "-h", "localhost", "-p", str(self.broker.port), "-V", "mqttv5"]
        command += [
            "--cafile",
            str(self.folder / "ca.crt"),
            "-q",
            "1",
            "-t",
            topic,
            "-m",
            message,
            *login,
            *more,
        ]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    def clear(self, user: str, topic: str) -> subprocess.CompletedProcess[str]:
        """Clear a retained topic with the command of the guide."""
        login = ["-u", user, "-P", PASSWORDS[user], "--cafile", str(self.folder / "ca.crt")]
        command = ["mosquitto_pub", *login, "-h", "localhost", "-p", str(self.broker.port), "-q", "1"]
        command += ["-t", topic, "-r", "-n"]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    def settings(self, **changes: object) -> MqttSettings:
        """How `pump-7` reaches it."""
        password = self.folder / "pump-7.password"
        password.write_text(PASSWORDS["pump-7"])
        fields: dict[str, object] = {
            "host": "localhost",
            "port": self.broker.port,
            "username": "pump-7",
            "password_file": password,
            "tls": TlsSettings(ca_file=self.folder / "ca.crt"),
            "retry_min_s": 0.05,
            "retry_max_s": 0.1,
        }
        return MqttSettings(**(fields | changes))  # type: ignore[arg-type]


def site_config(folder: Path) -> str:
    """Return the shipped file with the folder of a test in place of /etc/mosquitto."""
    config = (EXAMPLE / "edge-agent.conf").read_text()
    config = config.replace("listener 8883", "listener {port} localhost")
    return config.replace("/etc/mosquitto/certs/", f"{folder}/").replace("/etc/mosquitto/", f"{folder}/")
