"""The checks of `edge-agent doctor` as a command of its own."""

import sys
from pathlib import Path

import pytest
from plates import plate_yaml

from calibration.commissioning.doctor import DoctorError, doctor_command, live_checks
from calibration.commissioning.handover import Check


def prints(text: str, status: int = 0) -> list[str]:
    return [sys.executable, "-c", f"import sys; print({text!r}); sys.exit({status})"]


def test_each_line_is_a_check_whatever_the_exit_status() -> None:
    text = (
        '{"result": "ok", "name": "port", "what": "it opens", "advice": ""}\nsomething else\n'
        '{"result": "fail", "name": "broker", "what": "away", "advice": "start it"}'
    )
    assert live_checks(prints(text, status=1)) == (
        Check("ok", "port", "it opens"),
        Check("fail", "broker", "away", "start it"),
    )


@pytest.mark.parametrize("command", [prints("[]", status=2), ["/nowhere/edge-agent"]])
def test_a_command_that_says_nothing_is_no_check(command: list[str]) -> None:
    with pytest.raises(DoctorError, match="edge-agent doctor"):
        live_checks(command)


def test_one_that_does_not_end_is_given_up() -> None:
    with pytest.raises(DoctorError, match="did not end"):
        live_checks([sys.executable, "-c", "import time; time.sleep(60)"], longest_s=0.5)


def test_the_checks_are_those_of_the_agent(tmp_path: Path) -> None:
    """Nothing is at the port and nobody at the broker's; all other results depend on the machine."""
    config = tmp_path / "agent.yaml"
    config.write_text(
        f"motor: {plate_yaml()}\nacquisition: {{port: {tmp_path / 'port'}}}\n"
        f"mqtt: {{host: localhost, port: 1}}\nstate_dir: {tmp_path / 'state'}\n"
    )
    failed = {check.name for check in live_checks(doctor_command(config)) if check.result == "fail"}
    assert {"port", "broker"} <= failed
