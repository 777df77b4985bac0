"""The installer and the scripts of the package do on a machine what they say; its programs are stand-ins."""

import re
import subprocess
from pathlib import Path

DEPLOY = Path(__file__).parents[2] / "deploy"
INSTALLER = DEPLOY / "install.sh"


WITHOUT_OWNERS = """count=$#
while [ $count -gt 0 ]; do
    given=$1; shift; count=$((count - 1))
    case $given in
        -o | -g) shift; count=$((count - 1)) ;;
        *) set -- "$@" "$given" ;;
    esac
done
exec /usr/bin/install "$@"
"""
"""The program `install` on a machine that has no user of the agent's name."""


class Machine:
    """What the scripts of a package find: an own root, and programs that note how they are called."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.called = folder / "called"
        self.configuration = folder / "etc/edge-agent/edge-agent.yaml"
        example = folder / "usr/share/doc/edge-agent/examples/edge-agent.yaml"
        for path in (self.configuration, example):
            path.parent.mkdir(parents=True)
            path.write_text("the example\n")
        (folder / "run/systemd/system").mkdir(parents=True)
        (folder / "bin").mkdir()
        (folder / "package.deb").touch()
        (folder / "etc/os-release").write_text("VERSION_CODENAME=trixie\n")
        programs = {
            "dpkg": "echo arm64",
            "df": "printf 'head\\nx 1 1 9000\\n'",
            "id": "echo 0",
            "install": WITHOUT_OWNERS,
            "runuser": 'shift 3; exec "$@"',
            **dict.fromkeys(("apt-get", "getent", "chgrp", "udevadm", "edge-agent", "systemctl"), "true"),
            **dict.fromkeys(("deb-systemd-helper", "deb-systemd-invoke"), "true"),
        }
        for name, text in programs.items():
            noted = f"""for given in {name} "$@"; do printf '<%s>' "$given"; done >> {self.called}"""
            (folder / "bin" / name).write_text(f"#!/bin/sh\n{noted}\necho >> {self.called}\n{text}\n")
            (folder / "bin" / name).chmod(0o755)

    def runs(self, script: Path, *arguments: str) -> list[str]:
        """Run a script without a terminal, its absolute paths below our root; return what was called."""
        text = re.sub(
            r"(?<![\w/.\"])/(?=(etc|run|usr/share|opt|var/lib)/)", f"{self.folder}/", script.read_text()
        )
        own = self.folder / script.name
        own.write_text(text)
        done = subprocess.run(
            ["sh", str(own), *arguments],
            env={"PATH": f"{self.folder}/bin:/usr/bin:/bin"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            start_new_session=True,
            timeout=60,
        )
        self.status, self.said = done.returncode, done.stderr
        return self.called.read_text().splitlines()


def test_the_installer_hands_on_answers_as_they_are_written(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    name = "motor.name=pump \\new 'A' \"B\" $HOME \\c"
    package = str(tmp_path / "package.deb")
    calls = machine.runs(INSTALLER, "--package", package, "--set", name, "--set", "motor.poles=4")
    assert machine.status == 0, machine.said
    (init,) = [call for call in calls if call.startswith("<edge-agent><init>")]
    assert init.endswith(f"<--set><{name}><--set><motor.poles=4>")


def test_the_installer_keeps_a_configuration_that_another_one_replaces(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.configuration.write_text("ours\n")
    (tmp_path / "new one.yaml").write_text("theirs\n")
    package = str(tmp_path / "package.deb")
    calls = machine.runs(INSTALLER, "--package", package, "--config", str(tmp_path / "new one.yaml"))
    assert machine.status == 0, machine.said
    assert machine.configuration.read_text() == "theirs\n"
    assert machine.configuration.with_name("edge-agent.yaml.before").read_text() == "ours\n"
    assert "<systemctl><restart><edge-agent.service>" in calls


def test_the_installer_says_what_to_do_where_nobody_can_be_asked(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.runs(INSTALLER, "--package", str(tmp_path / "package.deb"))
    assert machine.status == 1
    assert "nobody can be asked here" in machine.said


def test_after_an_upgrade_the_agents_of_further_motors_go_on(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    wanted = tmp_path / "etc/systemd/system/multi-user.target.wants"
    wanted.mkdir(parents=True)
    (wanted / "edge-agent@fan.service").symlink_to("/lib/systemd/system/edge-agent@.service")
    calls = machine.runs(DEPLOY / "debian/postinst", "configure", "0.1.0")
    assert machine.status == 0, machine.said
    assert "<deb-systemd-invoke><start><edge-agent@fan.service>" in calls


def test_the_installer_takes_the_folder_of_an_agent_of_a_fleet(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    folder = tmp_path / "pump-7"
    folder.mkdir()
    for name in ("edge-agent.yaml", "ca.crt", "agent.crt", "agent.key", "mqtt-password"):
        (folder / name).write_text(f"{name} of the fleet\n")
    package = str(tmp_path / "package.deb")
    machine.runs(INSTALLER, "--package", package, "--fleet", str(folder))
    assert machine.status == 0, machine.said
    for file in folder.iterdir():
        installed = machine.configuration.with_name(file.name)
        assert installed.read_text() == file.read_text()
        assert installed.stat().st_mode & 0o777 == (0o644 if file.suffix == ".yaml" else 0o640)


def test_the_installer_refuses_a_folder_of_a_fleet_with_a_file_missing(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    (tmp_path / "edge-agent.yaml").touch()
    machine.runs(INSTALLER, "--package", str(tmp_path / "package.deb"), "--fleet", str(tmp_path))
    assert machine.status == 1
    assert "ca.crt is not there; copy the whole folder of this agent" in machine.said
