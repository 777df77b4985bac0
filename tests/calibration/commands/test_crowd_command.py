"""`edge-calibrate crowd`: agents at a broker of this machine, and what it says of them."""

from pathlib import Path

import pytest
from broker import Mosquitto
from fleet_tables import a_row, a_table

from calibration.cli import main
from edge_agent.cli import main as edge_agent


def test_it_says_how_many_are_connected_and_what_they_told(
    mosquitto: Mosquitto, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--heartbeat-s", "1", "--alarms-per-minute", "600", "--broken", "2", "--seconds", "2"]
    assert main(["crowd", "--agents", "5", "--port", str(mosquitto.port), *options]) == 0
    said = capsys.readouterr().out
    assert "5 of 5 connected" in said
    assert "0 of them not confirmed" in said


def test_it_fails_where_nobody_listens(mosquitto: Mosquitto, capsys: pytest.CaptureFixture[str]) -> None:
    mosquitto.stop()
    assert main(["crowd", "--agents", "1", "--port", str(mosquitto.port), "--seconds", "0.5"]) == 1
    assert "0 of 1 connected" in capsys.readouterr().out


@pytest.mark.parametrize("number", ["0", "-1", "50001"])
def test_a_number_that_is_none_is_refused(number: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["crowd", "--agents", number]) == 2
    assert "expected 1 to 50000" in capsys.readouterr().err


def test_a_fleet_whose_broker_is_elsewhere_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = a_table(tmp_path / "fleet.csv", a_row("pump-1", mqtt__host="broker.example"))
    assert edge_agent(["fleet", "make", str(table), "--out", str(tmp_path / "fleet")]) == 0
    assert main(["crowd", "--fleet", str(tmp_path / "fleet")]) == 2
    assert "broker.example is not this machine" in capsys.readouterr().err
