"""`edge-agent support` packs what a helper needs, and nothing that is secret."""

import json
import subprocess
import tarfile
from pathlib import Path

import pytest
from broker import Mosquitto, free_port
from doctored import write_site

from edge_agent import cli

SECRETS = {
    "the password of the broker": "tr0ub4dor-mqtt",
    "the token of our server": "t0ken-of-http-server",
    "the token of a webhook": "t0ken-of-the-webhook",
    "the path of a webhook": "B024BE7LH-xyzzy",
    "the path of a webhook, from the environment": "T0FENV-hook-path-9",
    "a variable of the environment": "env-value-plugh-17",
    "the private key of a client": "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg",
    "a user and password in a URL": "jane:cr0codile",
    "a header of a request": "QmFzaWM6c2VjcmV0",
    "a password in the journal": "j0urnal-pass",
    "a token in a query": "query-t0ken-42",
    "a comment": "comment-s3cret",
    "a key that is none": "misspelt-s3cret",
}
PRIVATE_KEY = "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n".format(
    SECRETS["the private key of a client"]
)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write a configuration with every kind of secret, and a journal that quotes them all."""
    files = {
        "password": SECRETS["the password of the broker"],
        "http-token": SECRETS["the token of our server"],
        "hook-token": SECRETS["the token of a webhook"],
        "client.key": PRIVATE_KEY,
        "client.crt": "a certificate",
    }
    for name, content in files.items():
        (tmp_path / name).write_text(f"{content}\n")
    monkeypatch.setenv("HOOK", SECRETS["the path of a webhook, from the environment"])
    monkeypatch.setenv("SITE_TOKEN", SECRETS["a variable of the environment"])
    journal(tmp_path, monkeypatch)
    return write_site(
        tmp_path,
        free_port(),
        mqtt_more=f", username: pump-7, password_file: {tmp_path}/password, "
        f"tls: {{cert_file: {tmp_path}/client.crt, key_file: {tmp_path}/client.key}}",
        http=f'{{listen: "127.0.0.1:{free_port()}", token_file: {tmp_path}/http-token}}',
        notify=f'[{{url: "https://alarms.example/{SECRETS["the path of a webhook"]}", token_file: '
        f'{tmp_path}/hook-token}}, {{url: "https://alarms.example/${{HOOK}}"}}]'
        f"   # {SECRETS['a comment']}",
    )


def journal(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a journalctl first that has logged what no program should log."""
    lines = [
        f"password={SECRETS['a password in the journal']}",
        f"Authorization: Bearer {SECRETS['a header of a request']}",
        f"connecting to mqtt://{SECRETS['a user and password in a URL']}@broker:1883",
        f"POST https://hooks.example/x?token={SECRETS['a token in a query']}",
        *(f"quoted {secret} elsewhere" for secret in list(SECRETS.values())[:7]),
        PRIVATE_KEY,
        "the agent has started",
    ]
    (folder / "bin").mkdir()
    program = folder / "bin" / "journalctl"
    (folder / "lines").write_text("\n".join(lines) + "\n")
    program.write_text(f'#!/bin/sh\necho "asked with $*"\nexec cat {folder}/lines\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder / 'bin'}:/usr/bin:/bin")


def packed(config: Path, *options: str) -> dict[str, str]:
    """Run the command; return the files of the archive by name."""
    output = config.parent / "for-support.tar.gz"
    assert cli.main(["support", "-c", str(config), "-o", str(output), *options]) == 0
    assert output.stat().st_mode & 0o777 == 0o600
    with tarfile.open(output) as archive:
        found = {}
        for member in archive.getmembers():
            file = archive.extractfile(member)
            assert file is not None
            found[member.name.removeprefix("edge-agent-support/")] = file.read().decode()
    return found


def leaks(files: dict[str, str]) -> list[tuple[str, str]]:
    return [
        (name, kind)
        for name, text in files.items()
        for kind, secret in SECRETS.items()
        if any(part in text for part in secret.split(":"))
    ]


def test_it_holds_what_a_helper_needs_and_no_secret(config: Path) -> None:
    (config.parent / "state").mkdir()
    (config.parent / "state" / "alarm.json").write_text("{}")
    files = packed(config)
    assert leaks(files) == []
    assert set(files) >= {
        "versions.txt",
        "configuration.yaml",
        "check.txt",
        "doctor.txt",
        "doctor.json",
        "said/broker.txt",
        "said/missing.txt",
        "said/readyz.txt",
        "files.txt",
        "journal.txt",
    }
    assert "edge-agent 0." in files["versions.txt"]
    assert "alarm.json" in files["files.txt"]
    assert "the agent has started" in files["journal.txt"]
    assert "--unit edge-agent" in files["journal.txt"]
    assert "fail port: " in files["doctor.txt"]
    assert {json.loads(line)["name"] for line in files["doctor.json"].splitlines()} >= {"port", "disk"}
    assert "can be used" in files["check.txt"] or "correct" in files["check.txt"]


def test_the_configuration_keeps_what_is_no_secret(config: Path) -> None:
    shown = packed(config)["configuration.yaml"]
    assert "rated_current_a: 2.98" in shown
    assert f"password_file: {config.parent}/password" in shown
    assert "url: https://alarms.example/(removed)" in shown
    assert "id: pump-7" in shown


def test_a_wrong_configuration_is_packed_as_well(config: Path) -> None:
    text = config.read_text().replace("host: localhost", f"passwort: {SECRETS['a key that is none']}")
    text = text.replace(f"{config.parent}/password", SECRETS["the password of the broker"])
    config.write_text(text)
    files = packed(config, "--unit", "pump")
    assert leaks(files) == []
    assert "passwort: (removed)" in files["configuration.yaml"]
    assert "agent.yaml:4" in files["check.txt"]
    assert "--unit pump" in files["journal.txt"]
    assert "doctor.txt" not in files


def test_what_is_no_yaml_is_not_shown(config: Path) -> None:
    config.write_text(f"motor: [\npassword {SECRETS['a key that is none']}\n{config.read_text()}")
    files = packed(config)
    assert leaks(files) == []
    assert "not valid YAML" in files["configuration.yaml"]


def test_what_the_agent_said_last_is_packed(tmp_path: Path, mosquitto: Mosquitto) -> None:
    for topic, payload in (("health", '{"source": null}'), ("m/state", '{"state": "healthy"}')):
        command = ["mosquitto_pub", "-h", "localhost", "-p", str(mosquitto.port), "-r"]
        command += ["-t", f"edge-agent/pump-7/{topic}", "-m", payload]
        subprocess.run(command, check=True, timeout=60)
    files = packed(write_site(tmp_path, mosquitto.port))
    assert files["said/health.json"] == '{"source": null}\n'
    assert files["said/state.json"] == '{"state": "healthy"}\n'
    assert "edge-agent/pump-7/m/alarm" in files["said/missing.txt"]


@pytest.mark.parametrize(("name", "said"), [("a.zip", "does not end"), ("there.tar.gz", "is there already")])
def test_a_wrong_name(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, said: str) -> None:
    (tmp_path / "there.tar.gz").write_bytes(b"")
    with pytest.raises(SystemExit) as ended:
        cli.main(["support", "-c", str(write_site(tmp_path)), "-o", str(tmp_path / name)])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err
