"""`edge-agent fleet`: a table in; checked configurations, credentials and access lists out."""

import json
import subprocess
from pathlib import Path

import pytest
from fleet_tables import a_row, a_table

from edge_agent.cli import main
from edge_agent.config import load_agent


def made(folder: Path, *rows: dict[str, str], more: tuple[str, ...] = ()) -> Path:
    """Make a fleet of these rows; return its folder."""
    table = a_table(folder / "fleet.csv", *rows)
    assert main(["fleet", "make", str(table), "--out", str(folder / "fleet"), *more]) == 0
    return folder / "fleet"


def access_list(fleet: Path, site: str = "hall-1") -> str:
    return (fleet / "sites" / site / "edge-agent.acl").read_text()


def revoked(fleet: Path, site: str = "hall-1") -> int:
    """Return how many certificates the list of a site's broker holds, as OpenSSL reads it."""
    command = ["openssl", "crl", "-noout", "-text", "-in", str(fleet / "sites" / site / "revoked.crl")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.count("Serial Number:")


def test_each_agent_gets_a_checked_configuration_with_its_own_credentials(tmp_path: Path) -> None:
    fleet = made(tmp_path, a_row("pump-1"), a_row("pump-2", site="hall-2"))
    for agent, site in (("pump-1", "hall-1"), ("pump-2", "hall-2")):
        folder = fleet / "agents" / agent
        settings, doubts = load_agent(folder / "edge-agent.yaml")
        assert doubts == ()
        mqtt = settings.shared.mqtt_settings()
        assert (mqtt.username, mqtt.port, mqtt.diagnosis) == (agent, 8883, False)
        assert mqtt.tls is not None
        assert mqtt.tls.cert_file == folder / "agent.crt"
        assert mqtt.password() == (folder / "mqtt-password").read_text().strip()
        assert f"user {agent}\n" in access_list(fleet, site)
        assert (folder / "agent.key").stat().st_mode & 0o777 == 0o600
        assert f"--fleet {agent}" in (folder / "install.txt").read_text()
    assert "pump-1" not in access_list(fleet, "hall-2")


def test_a_second_call_adds_agents_and_leaves_credentials_as_they_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fleet = made(tmp_path, a_row("pump-1"), a_row("pump-2"))
    before = (fleet / "agents/pump-1/agent.crt").read_bytes()
    kept = (fleet / "sites/hall-1/server.crt").read_bytes()
    made(tmp_path, a_row("pump-1", site="hall-3"), a_row("pump-3"))
    assert (fleet / "agents/pump-1/agent.crt").read_bytes() == before
    assert (fleet / "sites/hall-1/server.crt").read_bytes() == kept
    assert "user pump-1\n" in access_list(fleet, "hall-3")
    assert "user pump-1\n" not in access_list(fleet)
    said = capsys.readouterr().out
    assert "2 agents at 2 sites, 1 of them new" in said
    assert "pump-2 is in no row and is still let in" in said


def test_a_wrong_table_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = a_table(tmp_path / "fleet.csv", a_row("pump-1", motor__poles="x"))
    assert main(["fleet", "make", str(table), "--out", str(tmp_path / "fleet")]) == 2
    assert "fleet.csv: row 2, column motor.poles: found the text 'x'" in capsys.readouterr().err
    assert not (tmp_path / "fleet").exists()


def test_new_credentials_leave_the_former_certificate_until_it_is_revoked(tmp_path: Path) -> None:
    fleet = made(tmp_path, a_row("pump-1"), a_row("pump-2"))
    before = (fleet / "agents/pump-1/agent.crt").read_bytes()
    assert main(["fleet", "rotate", str(fleet), "pump-1"]) == 0
    assert (fleet / "agents/pump-1/agent.crt").read_bytes() != before
    assert revoked(fleet) == 0
    assert main(["fleet", "revoke", "--former", str(fleet), "pump-1"]) == 0
    assert revoked(fleet) == 1
    assert "user pump-1\n" in access_list(fleet)
    assert main(["fleet", "rotate", "--now", str(fleet), "pump-2"]) == 0
    assert revoked(fleet) == 2


def test_a_revoked_agent_is_let_in_nowhere_and_comes_back_by_new_credentials(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fleet = made(tmp_path, a_row("pump-1"), a_row("pump-2"))
    assert main(["fleet", "revoke", str(fleet), "pump-1"]) == 0
    assert revoked(fleet) == 1
    assert "pump-1" not in access_list(fleet)
    assert "pump-1" not in (fleet / "sites/hall-1/edge-agent.passwords").read_text()
    assert main(["fleet", "make", str(tmp_path / "fleet.csv"), "--out", str(fleet)]) == 2
    assert "row 2: pump-1 was revoked" in capsys.readouterr().err
    assert main(["fleet", "rotate", str(fleet), "pump-1"]) == 0
    assert "user pump-1\n" in access_list(fleet)
    assert revoked(fleet) == 1


@pytest.mark.parametrize(
    ("name", "file"), [("operator", "users/operator"), ("bridge-hall-1", "sites/hall-1/bridge")]
)
def test_users_and_bridges_get_new_credentials_and_lose_them(tmp_path: Path, name: str, file: str) -> None:
    fleet = made(tmp_path, a_row("pump-1"), more=("--centre", "centre.example"))
    lists = [fleet / "centre/edge-agent.acl", fleet / "centre/edge-agent.passwords"]
    before = [(fleet / f"{file}.{kind}").read_bytes() for kind in ("crt", "key")]
    assert main(["fleet", "rotate", "--now", str(fleet), name]) == 0
    assert not {(fleet / f"{file}.{kind}").read_bytes() for kind in ("crt", "key")} & set(before)
    assert revoked(fleet) == 1
    assert f"user {name}\n" in lists[0].read_text()
    assert main(["fleet", "revoke", str(fleet), name]) == 0
    assert revoked(fleet) == 2
    assert not any(name in path.read_text() for path in lists)
    assert main(["fleet", "make", str(tmp_path / "fleet.csv"), "--out", str(fleet)]) == 0
    assert not any(name in path.read_text() for path in lists)


@pytest.mark.parametrize("action", ["rotate", "revoke"])
def test_an_unknown_agent_or_folder_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], action: str
) -> None:
    assert main(["fleet", action, str(tmp_path / "nowhere"), "pump-1"]) == 2
    fleet = made(tmp_path, a_row("pump-1"))
    assert main(["fleet", action, str(fleet), "pump-9"]) == 2
    said = capsys.readouterr().err
    assert "is no folder of a fleet" in said
    assert "pump-9 is nobody whom" in said


def test_no_secret_is_in_the_file_of_names(tmp_path: Path) -> None:
    fleet = made(tmp_path, a_row("pump-1"), more=("--centre", "centre.example"))
    text = (fleet / "names.json").read_text()
    assert (fleet / "agents/pump-1/mqtt-password").read_text().strip() not in text
    assert "PRIVATE" not in text
    (fleet / "names.json").write_text(json.dumps({"version": 99}))
    assert main(["fleet", "revoke", str(fleet), "pump-1"]) == 2
