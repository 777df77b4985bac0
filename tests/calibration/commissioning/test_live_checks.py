"""The checks of `edge-agent doctor` as a command of its own."""

import sys
from pathlib import Path

import pytest

from calibration.commissioning import doctor
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


def test_an_agent_without_the_command_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "COMMANDS", {"run": None})
    with pytest.raises(DoctorError, match="no command doctor"):
        doctor_command(Path("agent.yaml"))
    monkeypatch.setattr(doctor, "COMMANDS", {"doctor": None})
    assert doctor_command(Path("agent.yaml"))[-3:] == ["--json", "-c", "agent.yaml"]
