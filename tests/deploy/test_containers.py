"""The files of the containers: what their broker retains outlives it."""

import getpass
import subprocess
from pathlib import Path

import pytest
import yaml
from broker import START_TIMEOUT_S, free_port, mosquitto_program

from calibration.processes.children import Child

DEPLOY = Path(__file__).parents[2] / "deploy"


@pytest.mark.parametrize("folder", ["container", "fleet"])
def test_the_broker_of_a_container_keeps_what_is_retained(folder: str, tmp_path: Path) -> None:
    compose = yaml.safe_load((DEPLOY / folder / "compose.yaml").read_text())
    mounts = (volume.split(":") for volume in compose["services"]["broker"]["volumes"])
    source = {target: name for name, target, *_ in mounts}
    assert source["/mosquitto/data"] in compose["volumes"]
    assert Path(source["/mosquitto/config/conf.d/edge-agent.conf"]).name == "edge-agent.conf"

    port = free_port()
    for name in ("data", "conf.d"):
        (tmp_path / name).mkdir()
    own = f"user {getpass.getuser()}\nlistener {port} 127.0.0.1\nallow_anonymous true\n"
    (tmp_path / "conf.d" / "edge-agent.conf").write_text(own)
    shipped = (DEPLOY / folder / source["/mosquitto/config/mosquitto.conf"]).read_text()
    config = tmp_path / "mosquitto.conf"
    config.write_text(
        shipped.replace("/mosquitto/config/", f"{tmp_path}/").replace("/mosquitto/", f"{tmp_path}/")
    )

    def ask(program: str, *arguments: str) -> str:
        command = [program, "-p", str(port), "-t", "a", "-q", "1", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout

    for command in (("mosquitto_pub", "-r", "-m", "kept"), ("mosquitto_sub", "-C", "1", "-W", "30")):
        with Child("mosquitto", [mosquitto_program(), "-c", config], tmp_path) as broker:
            broker.wait_for(lambda: "running" in broker.log_file.read_text(), "running", START_TIMEOUT_S)
            answer = ask(*command)
    assert answer == "kept\n"
