"""From a table of motors to agents that are connected with certificates of their own."""

import csv
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from calibration.fleet.crowd import Crowd, Plan
from calibration.fleet.logins import agents_of_fleet
from deploy.fleet.crowds import connect_all
from deploy.fleet.on_loopback import Broker
from edge_agent.cli import main as edge_agent

PLATE = {
    "motor.rated_power_kw": "0.75",
    "motor.rated_voltage_v": "220",
    "motor.rated_current_a": "2.98",
    "motor.line_frequency_hz": "60",
    "motor.rated_speed_rpm": "1715",
    "motor.poles": "4",
}


def provision(number: int) -> None:
    """Go from a table to connected agents with their own certificates, at a broker that asks for them."""
    with tempfile.TemporaryDirectory(prefix="fleet-") as name, ExitStack() as ending:
        folder = Path(name)
        began_s = time.monotonic()
        with (folder / "fleet.csv").open("w", newline="") as file:
            table = csv.writer(file)
            table.writerow(["site", "agent.id", "motor.id", *PLATE, "acquisition.port"])
            for index in range(number):
                port = f"/dev/serial/by-id/usb-Example_DAQ_{index:04}-if00"
                table.writerow(["hall-1", f"agent-{index:04}", f"motor-{index:04}", *PLATE.values(), port])
        command = ["fleet", "make", str(folder / "fleet.csv"), "--out", str(folder / "fleet")]
        if edge_agent([*command, "--set", "mqtt.host=localhost"]) != 0:
            raise SystemExit("fleet make failed")
        made_s = time.monotonic() - began_s
        broker = Broker(folder, _mutual(folder / "fleet" / "sites" / "hall-1"))
        broker.start()
        ending.callback(broker.stop)
        agents = list(agents_of_fleet(folder / "fleet", {"hall-1": broker.port}))
        crowd = Crowd(agents, Plan(connects_per_s=50.0))
        connect_all(crowd, number)
        print(
            f"provision {number}: table to files {made_s:.0f} s, to {crowd.connected} connected agents with "
            f"their own certificates {time.monotonic() - began_s:.0f} s",
            flush=True,
        )
        crowd.close()


def _mutual(site: Path) -> str:
    """Return the lines of a broker of a fleet that let in whoever has a certificate of it."""
    wanted = (
        "certfile",
        "keyfile",
        "cafile",
        "crlfile",
        "require_",
        "use_",
        "allow_",
        "acl_file",
        "tls_version",
    )
    lines = [line for line in (site / "edge-agent.conf").read_text().splitlines() if line.startswith(wanted)]
    text = "\n".join(lines) + "\n"
    return text.replace("/etc/mosquitto/certs/", f"{site}/").replace("/etc/mosquitto/", f"{site}/")
