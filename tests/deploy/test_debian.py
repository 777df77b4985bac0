"""The parts of the Debian package fit together; `make deb-test` installs it in a fresh root."""

import importlib.util
import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from edge_agent import __version__

ROOT = Path(__file__).parents[2]
DEBIAN = ROOT / "deploy/debian"
SCRIPTS = [
    *(DEBIAN / name for name in ("postinst", "prerm", "postrm", "make-repository.sh")),
    ROOT / "deploy/install.sh",
    ROOT / "deploy/mosquitto/make-certificates.sh",
    ROOT / "deploy/home_assistant_addon/run.sh",
]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def module(name: str) -> ModuleType:
    """A module of the folder, which is no package."""
    found = importlib.util.spec_from_file_location(f"debian_{name}", DEBIAN / f"{name}.py")
    assert found is not None
    assert found.loader is not None
    made = importlib.util.module_from_spec(found)
    sys.modules[f"debian_{name}"] = made
    found.loader.exec_module(made)
    return made


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: str(script.name))
def test_the_shell_scripts_are_clean(script: Path) -> None:
    checker = shutil.which("shellcheck")
    if checker is None:
        pytest.skip("NOT TESTED: needs shellcheck (package shellcheck)")
    checked = subprocess.run([checker, str(script)], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def test_the_unit_for_one_of_several_motors_differs_only_in_its_motor() -> None:
    def settings(unit: str) -> list[str]:
        lines = (ROOT / "deploy" / unit).read_text().splitlines()
        return [line for line in lines if line and not line.startswith("#")]

    expected = [
        line.replace("(edge-agent)", "(edge-agent, %i)").replace("/edge-agent.yaml", "/%i.yaml")
        for line in settings("edge-agent.service")
    ]
    assert settings("edge-agent@.service") == expected


@pytest.mark.parametrize("suite", ["bookworm", "trixie"])
def test_every_requirement_is_locked_for_both_architectures(suite: str) -> None:
    locked: dict[str, int] = {}
    for block in re.split(r"\n(?=\w)", (DEBIAN / f"lock/{suite}.txt").read_text()):
        found = re.match(r"([\w.]+)==", block)
        if found is not None:
            locked[found[1].lower().replace("_", "-")] = block.count("--hash=sha256:")
    wanted = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["web"]]
    names = {re.split(r"[^\w-]", line)[0].lower() for line in wanted}
    assert names <= locked.keys()
    compiled = ("numpy", "scipy", "onnxruntime", "pyyaml", "pydantic-core", "protobuf")
    assert {name: locked[name] for name in compiled} == dict.fromkeys(compiled, 2)


def test_the_name_of_the_distribution_is_not_that_of_a_stranger() -> None:
    """The index has another program named edge-agent, which an upgrade by name would install."""
    assert PROJECT["name"] == "rotor-bar-agent"
    assert set(PROJECT["scripts"]) == {"edge-agent", "edge-calibrate"}
    for extra in PROJECT["optional-dependencies"].values():
        assert not [line for line in extra if line.startswith("edge-agent[")]


def test_the_bill_of_materials_names_parts_hashes_and_licences(tmp_path: Path) -> None:
    record = tmp_path / "some_part-1.2.dist-info"
    (record / "licenses").mkdir(parents=True)
    (record / "METADATA").write_text(
        "Name: some-part\nVersion: 1.2\nLicense-Expression: BSD-3-Clause\n\nLicense: no\n"
    )
    (record / "top_level.txt").write_text("part\n")
    (record / "licenses/LICENSE.txt").write_text("do as you like\n")
    (tmp_path / "part").mkdir()
    (tmp_path / "part/fast.so").write_bytes(b"")
    sbom = module("sbom")
    parts = sbom.installed(tmp_path)
    bill = json.loads(sbom.bill_of_materials(parts, "0.1.0-1~deb12", 1_700_000_000))
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    assert bill["metadata"]["timestamp"] == "2023-11-14T22:13:20Z"
    (component,) = bill["components"]
    assert component["purl"] == "pkg:pypi/some-part@1.2"
    assert component["licenses"] == [{"license": {"name": "BSD-3-Clause"}}]
    (file,) = component["components"]
    assert (file["name"], file["hashes"][0]["content"][:8]) == ("part/fast.so", "e3b0c442")
    assert "some_part-1.2.dist-info/licenses/LICENSE.txt" in sbom.licences(parts, Path("opt/lib"))


def test_the_program_of_the_package_is_that_of_the_unit_and_loads_its_own_parts() -> None:
    launcher = (DEBIAN / "launcher").read_text()
    assert launcher.startswith("#!/usr/bin/python3 -sP\n")
    assert '"/opt/edge-agent/lib"' in launcher
    assert "ExecStart=/opt/edge-agent/bin/edge-agent " in (ROOT / "deploy/edge-agent.service").read_text()


def machine_of_the_installer(tmp_path: Path) -> list[str]:
    """Return the command of an installer whose files lie below `tmp_path`, on a machine without systemd.

    Commands that would change this machine only note how they were called.
    """
    etc, doc = tmp_path / "etc", tmp_path / "doc"
    for folder in (etc, doc):
        folder.mkdir()
        (folder / "edge-agent.yaml").write_text("motor: {}\n")
    (tmp_path / "os-release").write_text("VERSION_CODENAME=bookworm\n")
    (tmp_path / "x.deb").touch()
    commands = {"dpkg": "echo amd64", "id": "echo 0", "apt-get": "", "df": "printf '\\n0 0 0 9999\\n'"}
    commands["runuser"] = f'echo "$@" >> {tmp_path}/called'
    commands["edge-agent"] = f'echo "motor:" > {etc}/edge-agent.yaml; echo "$@" >> {tmp_path}/called'
    commands["install"] = 'for last; do :; done; mkdir -p "$last"'
    for name, text in commands.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    script = (ROOT / "deploy/install.sh").read_text()
    for real, own in (
        ("/etc/edge-agent", str(etc)),
        ("/usr/share/doc/edge-agent/examples", str(doc)),
        ("/etc/os-release", str(tmp_path / "os-release")),
        ("/var/lib/edge-agent", str(tmp_path / "state")),
        ("/run/systemd/system", str(tmp_path / "systemd")),
    ):
        script = script.replace(real, own)
    (tmp_path / "install.sh").write_text(script)
    return ["sh", str(tmp_path / "install.sh"), "--package", str(tmp_path / "x.deb")]


def installed_by(command: list[str], tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """Run an installer without a terminal."""
    path = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    return subprocess.run(
        command, env=path, capture_output=True, text=True, check=False, start_new_session=True, timeout=60
    )


def test_the_installer_says_where_there_is_no_terminal_how_to_answer(tmp_path: Path) -> None:
    done = installed_by(machine_of_the_installer(tmp_path), tmp_path)
    assert done.returncode == 1
    assert "nobody can be asked here: give the answers with --set" in done.stderr


def test_the_installer_names_the_folder_of_the_service_and_how_to_start_without_systemd(
    tmp_path: Path,
) -> None:
    command = [*machine_of_the_installer(tmp_path), "--set", "motor.poles=4"]
    done = installed_by(command, tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "etc/edge-agent.yaml").read_text().endswith(f"state_dir: {tmp_path}/state\n")
    assert "runuser -u edge-agent -- edge-agent run -c" in done.stdout
    called = (tmp_path / "called").read_text()
    assert "--set motor.poles=4" in called
    assert "edge-agent doctor -c" in called


def test_the_installer_refuses_a_machine_that_it_cannot_serve(tmp_path: Path) -> None:
    """An older system answers `armhf`: the message says what to do, and nothing is installed."""
    for name, text in (("dpkg", "echo armhf"), ("id", "echo 0"), ("apt-get", f"touch {tmp_path}/installed")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    command = ["sh", str(ROOT / "deploy/install.sh"), "--package", "x.deb"]
    path = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    done = subprocess.run(command, env=path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "armhf is not supported" in done.stderr
    assert "64-bit" in done.stderr
    assert not (tmp_path / "installed").exists()


def test_the_installer_shows_how_it_is_used() -> None:
    done = subprocess.run(
        ["sh", str(ROOT / "deploy/install.sh"), "--help"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert "--repository" in done.stdout
    assert "set -eu" not in done.stdout


def test_the_add_on_has_the_keys_that_home_assistant_asks_for() -> None:
    """Required keys after the add-on documentation of Home Assistant; the version is the program's own."""
    folder = ROOT / "deploy/home_assistant_addon"
    config = yaml.safe_load((folder / "config.yaml").read_text())
    assert config.keys() >= {"name", "version", "slug", "description", "arch"}
    assert config["version"] == __version__
    assert set(config["arch"]) == {"aarch64", "amd64"}
    assert re.fullmatch(r"[a-z0-9_]+", config["slug"])
    assert config["slug"] in (folder / "run.sh").read_text()
    assert (folder / "run.sh").stat().st_mode & 0o111
